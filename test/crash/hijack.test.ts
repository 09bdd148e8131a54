/** A subscriber calls again and again while somebody pours lines into a client (npm run hijack does it 1,000 times). */
import { devNull } from 'node:os';
import { run, seed } from './run';

jest.setTimeout(300_000);

test(`not one line reaches whoever calls meanwhile (seed ${String(seed)})`, async () => {
  const { code, output } = await run('crash/hijack.mjs', '--runs', 20, '--seed', seed, '--out', devNull);
  expect([code, output]).toEqual([
    0,
    expect.stringMatching(/20 runs: bob read \d+ lines, mallory 0\n[^]*no violation/),
  ]);
});
