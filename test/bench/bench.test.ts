/**
 * npm run bench: how figures become a table, what it answers to wrong arguments, and that the load generator really logs on to
 * a server, chats and loses nothing. Bounded by counts: a figure is never judged here.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inModule, run } from '../crash/run';

jest.setTimeout(300_000);

const BENCH = '../bench/bench.mjs';
const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('figures', () => {
  test('median, least and greatest', () => {
    const of = (values: readonly number[]): unknown =>
      inModule('../bench/table.mjs', `return module.spread(${JSON.stringify(values)});`);
    expect(of([3, 1, 10])).toEqual({ median: 3, min: 1, max: 10, runs: 3 });
    expect(of([4, 1, 2, 10])).toEqual({ median: 3, min: 1, max: 10, runs: 4 });
    expect(of([7])).toEqual({ median: 7, min: 7, max: 7, runs: 1 });
  });

  test('a bound is met at the bound, on its own side', () => {
    const script = `
      const met = (measure, ...medians) => medians.map((median) => module.isMet(measure, median));
      return [met({ atMost: 4 }, 3.9, 4, 4.1), met({ atLeast: 4 }, 3.9, 4, 4.1), met({}, 1)];`;
    expect(inModule('../bench/table.mjs', script)).toEqual([[true, true, false], [false, true, true], [null]]);
  });

  test('three digits that count', () => {
    const script = 'return [0.8149, 9.994, 44.34, 144.4, 207182].map(module.figure);';
    expect(inModule('../bench/table.mjs', script)).toEqual(['0.81', '9.99', '44.3', '144', '207,182']);
  });

  test('every peer has a script that starts it, and a package that is named when it is missing', () => {
    const script = `
      return Object.values(module.SERVERS).filter(({ program }) => program).map(({ script, package: name }) => [script, name]);`;
    const peers = inModule('../bench/servers.mjs', script) as [string, string][];
    expect(peers.length).toBeGreaterThanOrEqual(4);
    for (const [file, name] of peers)
      expect([existsSync(file), name]).toEqual([true, expect.stringMatching(/^[a-z]+$/)]);
  });
});

describe('the table', () => {
  const row = (srv_us: number, per_s: number, foreign_share = 0): object => ({ srv_us, per_s, foreign_share });
  const kept = {
    configuration: {
      machine: 'a machine of some words that do not all fit into one line of a terminal, which wraps them',
    },
    quick: false,
    runs: [
      { workload: 'w1-100', server: 'parley', rows: [row(9.19, 60_000)] },
      { workload: 'w1-100', server: 'parley', rows: [row(9, 61_000)] },
      { workload: 'w1-100', server: 'parley', rows: [row(10.5, 59_000, 0.5)] },
      { workload: 'w1-100', server: 'ngircd', rows: [row(4, 207_000)] },
      { workload: 'w1-100', server: 'ngircd', failed: 'u1 got seq 3, expected 2' },
      { workload: 'w1-100', server: 'prosody', rows: [row(118, 8_200)] },
      { workload: 'w1-100', server: 'prosody', rows: [row(90, 11_000)] },
      { workload: 'w1-100', server: 'ejabberd', failed: 'it does not listen' },
      { workload: 'w1-100', server: 'c-gcm', rows: [row(9.2, 60_000)] },
      { workload: 'w4', server: 'parley', rows: [{ kib_per_conn_2: 15.5 }] },
    ],
  };
  const printed = async (changed: object = {}): Promise<readonly string[]> => {
    const file = join(folder, 'kept.json');
    writeFileSync(file, JSON.stringify({ ...kept, ...changed }));
    const { code, output } = await run(BENCH, '--from', file);
    expect(code).toBe(0);
    return output.trimEnd().split('\n');
  };

  test('medians, ratios, targets, and what does not count', async () => {
    const lines = await printed();
    expect(lines.slice(lines.indexOf('W1, 100 pairs, 32 under way each way'))).toEqual([
      'W1, 100 pairs, 32 under way each way',
      '  disturbed: others used up to 0.5 CPUs',
      '  server CPU, us a message',
      '    parley       9.19 (9.00-10.5)           <= 4            NOT MET',
      '    ngircd       4.00 (1 run)               0.44 x Parley   ahead  (1 failed)',
      '    prosody      104 (90.0-118)             11.3 x Parley   behind',
      '    ejabberd     no run counts',
      '    c-gcm        9.20 (1 run)               1.00 x Parley   even',
      '  messages a second',
      '    parley       60,000 (59,000-61,000)',
      '    ngircd       207,000 (1 run)            3.45 x Parley   ahead  (1 failed)',
      '    prosody      9,600 (8,200-11,000)       0.16 x Parley   behind',
      '    ejabberd     no run counts',
      '    c-gcm        60,000 (1 run)             1.00 x Parley   even',
      '',
      'W4, 5,000 idle clients',
      '  memory, KiB a client',
      '    parley       15.5 (1 run)               <= 16           met',
      '',
      'Runs that do not count',
      '  w1-100, ngircd: u1 got seq 3, expected 2',
      '  w1-100, ejabberd: it does not listen',
      '',
      'Targets: 1 of 2 met',
      '  W1 100 pairs    server CPU, us a message      <= 4        9.19      NOT MET',
      '  W4 5,000 idle   memory, KiB a client          <= 16       15.5      met',
    ]);
  });

  test('no line is longer than a terminal is wide', async () => {
    for (const line of await printed()) expect([line, line.length <= 80]).toEqual([line, true]);
  });

  test('a quick run judges nothing', async () => {
    const text = (await printed({ quick: true })).join('\n');
    expect(text).toContain('    parley       9.19 (9.00-10.5)\n');
    expect(text).not.toMatch(/<=|Targets|MET/);
  });
});

test.each([
  [['--peers', 'irc2'], 2, /no peer irc2; there are ngircd, mosquitto/],
  [['--cases', 'w1-100,w9'], 2, /no workload w9; there are w1-1, w1-100/],
  [['--reps', 'many'], 2, /It must be a number above 0/],
  [['--slow'], 2, /unknown option '--slow'/],
  [['--from', join(folder, 'no-such-file')], 1, /ENOENT.*no-such-file/],
])('%s is answered with one line', async (args, expected, line) => {
  const { code, output } = await run(BENCH, ...args);
  expect([code, output]).toEqual([expected, expect.stringMatching(/^bench: [^\n]*\n$/)]);
  expect(output).toMatch(line);
});

/** The load generator is in C; who has no compiler cannot run it, and loses this test alone. */
function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'no Linux';
  if (spawnSync('make', ['--version']).status !== 0) return 'no make';
  const headers = spawnSync('cc', ['-E', '-'], { input: '#include <openssl/evp.h>\n' });
  return headers.status === 0 ? undefined : 'no C compiler, or no libssl-dev';
}
const reason = whyNot();

(reason === undefined ? test : test.skip)(
  `the load generator logs on, chats and lists, and loses nothing${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  async () => {
    const file = join(folder, 'figures.json');
    const cases = ['--cases', 'w1-1,w2-100,w3-50,w5', '--count', 2000, '--secs', 0.2];
    const { code, output } = await run(BENCH, '--quick', ...cases, '--folder', join(folder, 'run'), '--json', file);
    expect([code, output]).toEqual([0, expect.stringContaining('texts a second to one client')]);
    const { runs } = JSON.parse(readFileSync(file, 'utf8')) as { runs: { workload: string; rows: unknown[] }[] };
    const clean = { bad: 0, failed: 0, adapter: 'parley' };
    const units = { units: expect.any(Number) as number, ...clean };
    expect(runs.map(({ workload, rows }) => [workload, ...rows])).toEqual([
      ['w1-1', expect.objectContaining(units)],
      ['w2-100', expect.objectContaining(units)],
      ['w3-50', expect.objectContaining(units)],
      ['w5', expect.objectContaining({ texts: 10_000, ...clean })],
    ]);
    for (const { rows } of runs.slice(0, 3)) expect((rows[0] as { units: number }).units).toBeGreaterThanOrEqual(2000);
  },
);
