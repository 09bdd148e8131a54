/** Log files that follow each other: none larger than it may be, none lost but the oldest, each for its owner alone. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLines } from '../../bin/lines';
import { openLog } from '../../bin/logging';
import { command as server } from '../../bin/parley-server';
import { BOUNDS } from '../../bin/sizes';
import { Keys } from '../../diagrams/capture/keys';
import { imported } from '../../diagrams/inspector/page/model/files';
import { Recording } from '../../diagrams/inspector/page/model/record';
import { modeOf, scratch } from '../storage/files';
import { LINES_PER_MINUTE } from '../../transport/throttled-log';
import { stages } from './support';

const path = scratch();
const numbers = (file: string): number[] =>
  readFileSync(path(file), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => Number(/ count=(\d+)$/.exec(line)?.[1]));
const linesIn = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const log = (maxBytes: number, files: number): ReturnType<typeof openLog> =>
  openLog({ level: 'info', format: 'text', file: path('a.log'), rotation: { maxBytes, files } });
const say = (to: ReturnType<typeof openLog>, from: number, until: number): void => {
  for (let count = from; count < until; count++) to.info('said', { count });
};

test('the newest lines are there in order, each file as large as it may be', () => {
  say(log(2000, 4), 0, 1000);
  expect(readdirSync(path()).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2', 'a.log.3']);
  const all = ['a.log.3', 'a.log.2', 'a.log.1', 'a.log'].flatMap(numbers);
  expect(all).toEqual(Array.from({ length: all.length }, (_, i) => 1000 - all.length + i));
  for (const file of readdirSync(path())) {
    expect(statSync(path(file)).size).toBeLessThanOrEqual(2000);
    expect(modeOf(path(file))).toBe('600');
  }
  for (const file of ['a.log.1', 'a.log.2', 'a.log.3']) expect(statSync(path(file)).size).toBeGreaterThan(1900);
});

test('what is there already is gone on with, and counts', () => {
  say(log(2000, 3), 0, 20);
  const before = statSync(path('a.log')).size;
  say(log(2000, 3), 20, 60);
  expect(['a.log.1', 'a.log'].flatMap(numbers)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  expect(before).toBeLessThan(2000);
});

test('one file alone is begun anew', () => {
  say(log(2000, 1), 0, 100);
  expect(readdirSync(path())).toEqual(['a.log']);
  expect(numbers('a.log').at(-1)).toBe(99);
  expect(statSync(path('a.log')).size).toBeLessThanOrEqual(2000);
});

test('when files cannot be renamed lines are missing, it is said once, and it is over when they can', () => {
  const said: string[] = [];
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    mkdirSync(path('a.log.1'));
    writeFileSync(path('a.log.1/in-the-way'), '');
    const to = log(2000, 2);
    say(to, 0, 100);
    expect(said).toEqual([expect.stringMatching(/a\.log cannot be written \(\w+\): lines are missing from it\n$/)]);
    const kept = numbers('a.log').length;
    expect(numbers('a.log')).toEqual(Array.from({ length: kept }, (_, i) => i));
    rmSync(path('a.log.1'), { recursive: true });
    say(to, 100, 110);
    expect(numbers('a.log').filter((n) => n >= 100)).toHaveLength(10);
    expect(existsSync(path('a.log.1'))).toBe(true);
  } finally {
    write.mockRestore();
  }
});

const openStage = stages();

describe('a server', () => {
  const open = openStage;

  test('keeps to the size and the number of its log files', async () => {
    const stage = await open();
    await stage.subscribe('alice');
    const rotated = ['--log-file', 's.log', '--log-max-size', '1k', '--log-files', '3', '--log-level', 'debug'];
    const { process } = await stage.startServer(...rotated);
    const alice = stage.client('alice');
    for (let i = 0; i < 5; i++) {
      alice.type('Log on');
      await alice.shows('Connected');
      alice.type('Log off');
      await alice.shows('Disconnected');
    }
    process.kill('SIGTERM');
    expect(await process.exit).toBe(0);
    const files = readdirSync(stage.folder).filter((name) => name.startsWith('s.log'));
    expect(files.sort()).toEqual(['s.log', 's.log.1', 's.log.2']);
    for (const file of files) expect(statSync(join(stage.folder, file)).size).toBeLessThanOrEqual(1024);
    expect(process.errors).toEqual([]);
  });

  test('writes on under the old name when its log was moved away, at SIGHUP; no line is lost', async () => {
    const stage = await open();
    await stage.subscribe('alice');
    const args = ['--log-file', 's.log', '--dump', 's.dump', '--keylog', 's.keys'] as const;
    const { process } = await stage.startServer(...args);
    const alice = stage.client('alice');
    let visits = 0;
    const visit = async (): Promise<void> => {
      visits++;
      alice.type('Log on');
      await alice.shows('Connected');
      alice.type('Log off');
      await alice.shows('Disconnected');
    };
    await visit();
    const files = ['s.log', 's.dump', 's.keys'].map((name) => join(stage.folder, name));
    for (const file of files) renameSync(file, `${file}.moved`);
    await visit();
    for (const file of files) expect(existsSync(file)).toBe(false);
    process.kill('SIGHUP');
    while (!files.every((file) => existsSync(file))) await visit();
    await visit();
    await stage.finish();
    for (const [i, one] of [/ info connected client=alice /, / alice>S .*\{CONNECT/, / auth /].entries()) {
      const found = ['.moved', ''].map(
        (end) => linesIn(`${files[i] ?? ''}${end}`).filter((line) => one.test(line)).length,
      );
      expect(found[0]).toBeGreaterThanOrEqual(2);
      expect(found[1]).toBeGreaterThanOrEqual(1);
      expect((found[0] ?? 0) + (found[1] ?? 0)).toBe(visits);
    }
    for (const file of files) expect(modeOf(file)).toBe('600');
    expect(linesIn(files[0] ?? '')[0]).toMatch(/ info log files reopened$/);
  });

  test.each([
    [['--log-max-size', '1M'], 1, /^parley-server: --log-max-size needs --log-file$/],
    [['--log-max-size', '10'], 2, /A size is a number of bytes from 1k on, such as 512k or 10M/],
    [['--log-max-size', '10X'], 2, /A size is a number of bytes from 1k on/],
    [['--log-files', '0'], 2, /A number from 1 to 1000\./],
  ] as const)('refuses %j', async (args, code, sentence) => {
    const stage = await open();
    const server = stage.start('server', 'parley-server.js', ['--udp-port', '0', ...args]);
    expect(await server.exit).toBe(code);
    expect(server.errors).toEqual([expect.stringMatching(sentence)]);
  });
});

test('a client without a terminal does so, too, and goes on', async () => {
  const stage = await openStage();
  await stage.subscribe('alice');
  await stage.startServer();
  const alice = stage.client('alice', '--log-file', 'c.log', '--log-level', 'debug');
  const file = join(stage.folder, 'c.log');
  alice.type('Log on');
  await alice.shows('Connected');
  renameSync(file, `${file}.moved`);
  alice.kill('SIGHUP');
  while (!existsSync(file)) {
    alice.type('Status');
    await alice.shows(/^alice: Connected/);
    await alice.shows(/^logged off without activity/);
  }
  alice.type('Log off');
  await alice.shows('Disconnected');
  await stage.finish();
  expect(linesIn(file).at(-1)).toMatch(/ debug transition .* event=X.GONE /);
});

describe('files that a run may fill', () => {
  test('a dump goes on in a new file; a trace, a recording and a key log say in their last line that they end', async () => {
    const stage = await openStage();
    await stage.subscribe('alice');
    const names = { dump: 's.dump', keylog: 's.keys', trace: 's.trace', record: 's.record' };
    const args = Object.entries(names).flatMap(([option, name]) => [`--${option}`, name]);
    const { process } = await stage.startServer('--max-size', '4k', ...args);
    const alice = stage.client('alice');
    const at = (name: string): string => join(stage.folder, name);
    const ended = (name: string, last: RegExp): boolean => last.test(linesIn(at(name)).at(-1) ?? '');
    const ENDS = {
      [names.keylog]: /^# the key log ends here: it has its largest size \(--max-size\)$/,
      [names.trace]: /^\{"kind":"end","why":"it has its largest size \(--max-size\)"\}$/,
      [names.record]: /^\{"type":"service.end","parley":\{"why":"it has its largest size \(--max-size\)"\}\}$/,
    };
    const full = (): boolean =>
      existsSync(at('s.dump.1')) && Object.entries(ENDS).every(([name, last]) => ended(name, last));
    while (!full()) {
      alice.type('Log on');
      await alice.shows('Connected');
      alice.type('Log off');
      await alice.shows('Disconnected');
    }
    await stage.finish();
    for (const file of readdirSync(stage.folder).filter((name) => name.startsWith('s.')))
      expect(statSync(at(file)).size).toBeLessThanOrEqual(4096);
    // A line that has no room is the last but one of nothing: it is told, once for each file.
    const told = process.errors.filter((line) => line.includes(' warn cannot be written: lines are missing '));
    expect(told).toHaveLength(3);
    // What was written can be read, and says so.
    const chart = stage.start('chart', 'parley-chart.js', [names.trace]);
    expect(await chart.exit).toBe(0);
    expect(chart.errors).toEqual(['parley-chart: s.trace ends early: it has its largest size (--max-size)']);
    const { read, wrong, cut } = imported(new Recording(), readFileSync(at(names.record), 'utf8'));
    expect({ some: read > 1, wrong, cut }).toEqual({
      some: true,
      wrong: 0,
      cut: 'it has its largest size (--max-size)',
    });
    expect(new Keys(readFileSync(at(names.keylog), 'latin1')).size).toBeGreaterThan(10);
  });
});

test('a file that has its largest size already is not begun again', () => {
  writeFileSync(path('t'), 'x'.repeat(2000), { mode: 0o600 });
  const begun = (): unknown => openLines(path('t'), () => undefined, { maxBytes: 2000, last: 'end' });
  expect(begun).toThrow('has its largest size already: move it away, or give more with --max-size');
});

/** Cells of the rows below the heading of the table in this section of docs/operations.md. */
function growth(): { cells: string[][]; section: string } {
  const document = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
  const section = /\n## How much it grows\n([^]*?)\n## /.exec(document)?.[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return { cells: rows.slice(2).map((row) => row.split('|').slice(1, -1)), section };
}

test('the operator reads the bounds that are in force, and of every option that there is', () => {
  const { cells, section } = growth();
  const words = cells.map((row) => row.map((cell) => cell.replaceAll('`', '').trim()));
  const [mib, { log, file, dumpFiles }] = [1024 ** 2, BOUNDS];
  const inMib = (bytes: number, files = 1): string => `${String((bytes * files) / mib)} MiB`;
  const bound = (what: string, ...wanted: string[]): void => {
    const row = words.find(([name]) => name === what)?.slice(1, 5) ?? [];
    expect(row.map((cell, i) => new RegExp(wanted[i] ?? '').exec(cell)?.[0])).toEqual(
      wanted.map((one) => one.replace('^', '')),
    );
  };
  bound('log, --log-file', '--log-max-size', '10M', `--log-files, ${String(log.files)};`, inMib(log.bytes, log.files));
  bound('dump, --dump', '--max-size', '100M', `^${String(dumpFiles)};`, inMib(file.bytes, dumpFiles));
  for (const what of ['trace, --trace', 'recording, --record', 'key log, --keylog']) {
    bound(what, '--max-size', '100M', '^1; it ends', inMib(file.bytes));
  }
  expect(section).toContain(`at most ${String(LINES_PER_MINUTE)} lines a minute`);
  const known = server.options.map(({ long }) => long);
  const named = cells.flat().flatMap((cell) => cell.match(/--[a-z-]+/g) ?? []);
  expect(named.filter((option) => !known.includes(option))).toEqual([]);
});
