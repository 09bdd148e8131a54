/** A short soak with few users (npm run soak: ten minutes and 500), and what is judged as flat. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inModule, run, seed } from '../crash/run';

jest.setTimeout(300_000);

test(`a crowd for seconds: no fault, and nothing is left of it (seed ${String(seed)})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-soak-'));
  const out = join(folder, 'soak.json');
  try {
    const args = ['--minutes', 0.08, '--clients', 40, '--pace', 300, '--texts', 50, '--seed', seed, '--out', out];
    const { code, output } = await run('soak/soak.mjs', ...args);
    expect([code, output]).toEqual([0, expect.stringMatching(/no fault\n$/)]);
    const { samples } = JSON.parse(readFileSync(out, 'utf8')) as { samples: { shown: number; connected: number }[] };
    expect(samples.at(-1)?.shown).toBeGreaterThanOrEqual(50);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Sixty samples of a quantity, a load that goes up and down, and some noise. */
function judged(y: string): { growth: number; rise: number; flat: boolean } {
  const script = `
    const samples = Array.from({ length: 60 }, (_, t) => {
      const load = 400 + 50 * Math.sin(t / 3), noise = (t * 7919) % 5;
      return { t, load, y: ${y} };
    });
    return module.judge(samples, 20);`;
  return inModule('soak/flat.mjs', script) as { growth: number; rise: number; flat: boolean };
}

test('growth is found, and neither load nor noise is taken for it', () => {
  expect(judged('1000 + noise')).toMatchObject({ flat: true });
  expect(judged('1000 + noise + 3 * load')).toMatchObject({ growth: expect.closeTo(0, 0) as number });
  expect(judged('1000 + noise + t')).toMatchObject({ growth: expect.closeTo(59, 0) as number, flat: false });
});
