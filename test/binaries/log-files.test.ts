/** Log files that follow each other: none larger than it may be, none lost but the oldest, each for its owner alone. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '../../bin/logging';
import { modeOf, scratch } from '../storage/files';
import { stages } from './support';

const path = scratch();
const numbers = (file: string): number[] =>
  readFileSync(path(file), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => Number(/ count=(\d+)$/.exec(line)?.[1]));
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

describe('a server', () => {
  const open = stages();

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

  test.each([
    [['--log-max-size', '1M'], 1, /^parley-server: --log-max-size needs --log-file$/],
    [['--log-max-size', '10'], 2, /A size is a number of bytes from 1k on, such as 512k or 10M\./],
    [['--log-max-size', '10X'], 2, /A size is a number of bytes from 1k on/],
    [['--log-files', '0'], 2, /A number from 1 to 1000\./],
  ] as const)('refuses %j', async (args, code, sentence) => {
    const stage = await open();
    const server = stage.start('server', 'parley-server.js', ['--udp-port', '0', ...args]);
    expect(await server.exit).toBe(code);
    expect(server.errors).toEqual([expect.stringMatching(sentence)]);
  });
});
