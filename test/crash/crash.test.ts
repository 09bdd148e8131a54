/** The server is killed a few times under load (npm run crash does it 200 times), and the checks find what is planted. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../storage/sqlite';
import { inModule, run, seed } from './run';

jest.setTimeout(300_000);

test(`what was displayed is in the history after every kill (seed ${String(seed)})`, async () => {
  const { code, output } = await run('crash/crash.mjs', '--times', 3, '--seed', seed, '--out', devNull);
  expect([code, output]).toEqual([0, expect.stringMatching(/kills: 3 under load[^]*no violation/)]);
});

test.each([
  ['relay-first', 'texts of \\w+ were displayed, \\d+ are stored'],
  ['twice', 'text \\d+ of \\w+ stands where \\d+ must'],
  ['backwards', 'text \\d+ of \\w+ stands where \\d+ must'],
  ['numbers-again', 'session \\d+ is handed out again after a restart'],
])(`a planted fault is found: %s (seed ${String(seed)})`, async (plant, story) => {
  const { code, output } = await run('crash/crash.mjs', '--times', 20, '--seed', seed, '--plant', plant);
  expect([code, output]).toEqual([1, expect.stringMatching(`VIOLATION: .*${story}`)]);
});

test('a file that is damaged is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-file-'));
  const data = join(folder, 'parley.db');
  const fault = (): unknown =>
    inModule(
      'crash/file.mjs',
      `return module.faultOfFile(${JSON.stringify(data)}, ${JSON.stringify(join(folder, 'copy'))}) ?? null`,
    );
  try {
    const store = openStore(data, { create: true, durability: 'normal' });
    const accepted = { session: 1, sender: 'alice', recipient: 'bob', time: 1, texts: ['x'.repeat(3000)] };
    store.append(Array.from({ length: 50 }, () => accepted));
    store.close();
    expect(fault()).toBeNull();
    const bytes = readFileSync(data);
    writeFileSync(data, bytes.fill(0xa5, bytes.length - 6 * 4096, bytes.length - 2 * 4096));
    expect(fault()).toMatch(/damaged|integrity/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
