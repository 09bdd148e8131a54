/**
 * A thousand runs of the whole program, by the command that plays any number of them: real drivers, codec, security and storage
 * in memory over a simulated network, clock and chance, with faults, and then everybody gets home (protocol 6).
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULTS, WEATHERS } from './configuration';

jest.setTimeout(600_000);

const COMMAND = join(__dirname, 'simulate.mjs');
const RUNS = 1_000;

interface Result {
  readonly runs: number;
  readonly failures: readonly object[];
  readonly faults: Readonly<Record<string, number>>;
}

function simulate(...args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [COMMAND, ...args], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      done({ code: error ? 1 : 0, output: stdout + stderr });
    });
  });
}

test('1,000 seeds: nothing is wrong, and every kind of fault has happened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-simulation-'));
  const file = join(folder, 'result.json');
  try {
    const { code, output } = await simulate('--seeds', String(RUNS), '--results', file);
    expect(code === 0 ? '' : output).toBe('');
    const { runs, failures, faults } = JSON.parse(readFileSync(file, 'utf8')) as Result;
    expect([runs, failures]).toEqual([RUNS, []]);
    expect([...FAULTS, ...WEATHERS].filter((name) => !faults[name])).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('--seed replays one run and tells its story', async () => {
  const { code, output } = await simulate('--seed', '7');
  expect([code, output]).toEqual([0, expect.stringContaining('seed 7: nothing is wrong')]);
  expect(output).toContain('types: Log on');
});

test('a number that is none is refused', async () => {
  const { code, output } = await simulate('--seeds', 'many');
  expect([code, output]).toEqual([1, expect.stringContaining('--seeds must be a whole number from 1')]);
});
