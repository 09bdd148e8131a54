/** The power is cut at some moments of a short run (npm run powercut does it at thousands), and the model of the disk is right. */
import { spawnSync } from 'node:child_process';
import { devNull } from 'node:os';
import { inModule, run, seed } from './run';

jest.setTimeout(300_000);

const traced = spawnSync('strace', ['-V']).status === 0;
if (!traced) process.stderr.write('strace is not installed: power cuts are not tested (apt-get install strace).\n');
const whereTraced = traced ? test : test.skip;

whereTraced(
  `with --durability full nothing that was relayed is lost, with normal it may be (seed ${String(seed)})`,
  async () => {
    const args = ['--moments', 60, '--texts', 60, '--seed', seed, '--out', devNull];
    const { code, output } = await run('crash/powercut.mjs', ...args);
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/full:[^]*lost: at 0 cuts[^]*normal:[^]*lost: at [1-9][^]*no violation/),
    ]);
  },
);

whereTraced(`texts that are relayed before they are synced are found (seed ${String(seed)})`, async () => {
  const args = ['--moments', 60, '--texts', 60, '--seed', seed, '--durability', 'full', '--plant', 'relay-first'];
  const { code, output } = await run('crash/powercut.mjs', ...args);
  expect([code, output]).toEqual([1, expect.stringMatching(/VIOLATION: .*texts that were relayed are lost/)]);
});

/** Contents after a cut, each file as text; the chances as `random` says. */
function cuts(events: string, random: string, chance: number): unknown {
  const script = `
    const disk = new module.Disk({ a: Buffer.from('old') });
    for (const event of ${events}) disk.apply(event);
    return [...disk.cut(${random}, ${chance})].map(([name, content]) => [name, content.toString()]);`;
  return inModule('crash/disk.mjs', script);
}

test('of what was not synced nothing may be left, or all', () => {
  const events = `[
    { type: 'write', name: 'a', offset: 0, bytes: Buffer.from('new!') }, { type: 'create', name: 'b' },
    { type: 'write', name: 'b', offset: 0, bytes: Buffer.from('b') }]`;
  expect(cuts(events, 'Math.random', 0)).toEqual([['a', 'old']]);
  expect(cuts(events, 'Math.random', 1)).toEqual([
    ['a', 'new!'],
    ['b', 'b'],
  ]);
});

test('what was synced is left: the bytes by the sync of the file, its name by that of the folder', () => {
  const bytes = `{ type: 'create', name: 'b' }, { type: 'write', name: 'b', offset: 0, bytes: Buffer.from('b') }, { type: 'sync', name: 'b' }`;
  expect(cuts(`[${bytes}]`, 'Math.random', 0)).toEqual([['a', 'old']]);
  expect(cuts(`[${bytes}, { type: 'syncFolder' }]`, 'Math.random', 0)).toEqual([
    ['a', 'old'],
    ['b', 'b'],
  ]);
  expect(cuts(`[{ type: 'unlink', name: 'a' }]`, 'Math.random', 0)).toEqual([['a', 'old']]);
  expect(cuts(`[{ type: 'unlink', name: 'a' }, { type: 'syncFolder' }]`, 'Math.random', 0)).toEqual([]);
});

test('a write is torn between sectors, and a truncation happens or does not', () => {
  const two = `[{ type: 'write', name: 'a', offset: 0, bytes: Buffer.from('1'.repeat(512) + '2'.repeat(3)) }]`;
  // The first sector stays as it was, the second is written.
  expect(cuts(two, '(() => { const n = [0.9, 0, 0]; return () => n.shift(); })()', 0.5)).toEqual([
    ['a', `old${'\\0'.repeat(509)}222`.replaceAll('\\0', '\0')],
  ]);
  const shrunk = `[{ type: 'truncate', name: 'a', size: 1 }]`;
  expect(cuts(shrunk, 'Math.random', 0)).toEqual([['a', 'old']]);
  expect(cuts(shrunk, 'Math.random', 1)).toEqual([['a', 'o']]);
});
