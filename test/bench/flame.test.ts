/** A CPU profile as figures and as a picture: npm run profile. */
import { inModule } from '../crash/run';

const frame = (functionName: string, url: string): object => ({ functionName, url, lineNumber: 6 });
/** main (1 ms) calls work (2 ms) twice over two nodes, and the engine collects (1 ms); loading and idle time do not count. */
const PROFILE = {
  nodes: [
    { id: 1, callFrame: frame('(root)', ''), children: [2, 5, 6, 7] },
    { id: 2, callFrame: frame('main <b>', 'file:///somewhere/dist/transport/turn.js'), children: [3, 4] },
    { id: 3, callFrame: frame('work', '/somewhere/node_modules/libsql/index.js') },
    { id: 4, callFrame: frame('work', '/somewhere/node_modules/libsql/index.js') },
    { id: 5, callFrame: frame('(garbage collector)', '') },
    { id: 6, callFrame: frame('(idle)', '') },
    { id: 7, callFrame: frame('load', 'node:internal/main/run_main_module') },
  ],
  samples: [2, 3, 4, 5, 6, 7],
  timeDeltas: [1000, 1500, 500, 1000, 9000, 4000],
};

test('the heaviest functions, by the time in themselves, without a path of the machine', () => {
  const heaviest = inModule(
    '../bench/flame.mjs',
    `return module.heaviest(${JSON.stringify(PROFILE)}, 3).map(({ share, name, place }) => [share, name, place]);`,
  );
  expect(heaviest).toEqual([
    [0.5, 'load', 'node:internal/main/run_main_module:7'],
    [0.25, 'work', 'libsql/index.js:7'],
    [0.125, 'main <b>', 'transport/turn.js:7'],
  ]);
});

test('the flame graph: a frame is as wide as its time, equal callees are one, names are escaped', () => {
  const svg = inModule(
    '../bench/flame.mjs',
    `return module.flameGraph(${JSON.stringify(PROFILE)}, 'A & B');`,
  ) as string;
  const titles = [...svg.matchAll(/<title>([^<]*)<\/title><rect x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map(
    ([, title, x, width]) => [title, x, width],
  );
  expect(titles).toEqual([
    ['all: 100.0 %', '0.0', '1199.5'],
    ['(garbage collector): 25.0 %', '0.0', '299.5'],
    ['main &lt;b&gt; transport/turn.js:7: 75.0 %', '300.0', '899.5'],
    ['work libsql/index.js:7: 50.0 %', '300.0', '599.5'],
  ]);
  expect(svg).toContain('A &amp; B');
  expect(svg).not.toMatch(/NaN|somewhere/);
});
