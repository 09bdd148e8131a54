/**
 * What every command does when whoever reads its output has gone, when its output cannot be written, and when what the user
 * gave it would steer a terminal.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import manifest from '../../package.json';
import { inOneLine } from '../../bin/failure';
import { COMMANDS } from '../../bin/manuals';
import { TRACE_FORMAT, TRACE_VERSION } from '../../diagrams/trace/format';
import { openStore } from '../../storage/sqlite';
import { scratch } from '../storage/files';
import { runCommand } from '../support/command';

const ROOT = join(__dirname, '../..');
const BUILT = join(ROOT, 'dist/bin');
const path = scratch();
const ALL = [...Object.values(manifest.bin).map((file) => basename(file, '.js')), 'demo', 'report'];

type Words = readonly [command: string, ...args: string[]];
const titled = (all: readonly Words[]): (readonly [title: string, words: Words])[] =>
  all.map((words) => [inOneLine(words.join(' ')), words]);
const helps = ALL.map((name): Words => [name, '--help']);
const capture = join(ROOT, 'docs/wireshark/example.pcap');
/** Commands that print and end. */
const PRINTING: readonly Words[] = [
  ['parley-keys', 'list'],
  ['parley-keys', 'check'],
  ['parley-history', 'list'],
  ['parley-history', 'export', 'alice', 'bob'],
  ['parley-diagrams', 'client-connection', '--level', 'full', '--format', 'dot', '--out', '-'],
  ['parley-chart', 'empty.trace'],
  ['parley-dump', capture, '--keylog', join(ROOT, 'docs/wireshark/example.keys')],
  ['parley-server', '--print-config'],
  ['parley-client', 'alice', '--print-config'],
];

/** A database with subscribers and texts, and a trace. */
function prepare(): void {
  const store = openStore(path('parley.db'), { create: true, durability: 'normal' });
  for (const [n, id] of ['alice', 'bob'].entries())
    store.subscribers.add({ id, key: Buffer.alloc(32, n + 1), stretched: false });
  store.append([{ session: 1, sender: 'alice', recipient: 'bob', time: 0, texts: ['hello'] }]);
  store.close();
  const header = { format: TRACE_FORMAT, version: TRACE_VERSION, name: 'alice', role: 'client', started: 0 };
  writeFileSync(path('empty.trace'), `${JSON.stringify(header)}\n`);
}

async function unread([name, ...args]: Words, stdout: 'pipe' | number): Promise<{ code: number; err: string }> {
  const child = spawn(process.execPath, [join(BUILT, `${name}.js`), ...args], {
    cwd: path(),
    env: { ...process.env, HOME: path(), XDG_CONFIG_HOME: '' },
    stdio: ['ignore', stdout, 'pipe'],
  });
  child.stdout?.destroy();
  const closed = once(child, 'close') as Promise<[code: number]>;
  const [err, [code]] = await Promise.all([text(child.stderr as Readable), closed]);
  return { code, err };
}

test.each(titled([...helps, ...PRINTING]))('%s: its reader has gone, so it ends in silence', async (_, words) => {
  prepare();
  expect(await unread(words, 'pipe')).toEqual({ code: 0, err: '' });
});

const full = existsSync('/dev/full') ? test : test.skip;
full.each(titled(PRINTING.filter(([name]) => name !== 'parley-server' && name !== 'parley-client')))(
  '%s: its output is on a disk that is full, and it says so',
  async (_, words) => {
    prepare();
    const disk = openSync('/dev/full', 'w');
    const { code, err } = await unread(words, disk);
    closeSync(disk);
    expect({ code, err }).toEqual({ code: 1, err: `${words[0]}: standard output cannot be written (ENOSPC)\n` });
  },
);

/** Colours, a title, and what begins a line anew. */
const STEERING = '\u001b[31m\u001b]0;mine\u0007\u009b2J\rand\na line';
const steers = (output: string): boolean => /[^\P{Cc}\n]/u.test(output);

/** Every option that takes a value and looks at it. */
const parsed = COMMANDS.flatMap((command) =>
  [command, ...command.commands].flatMap((one) =>
    one.options
      .filter((option) => option.parseArg ?? option.argChoices)
      .map((option) => [command.name(), one === command ? '' : one.name(), option.long ?? '', command] as const),
  ),
);

test.each(parsed)(
  '%s %s %s: a value that is refused does not steer the terminal',
  (_, part, long, command: Command) => {
    const written: string[] = [];
    const write = jest.spyOn(process.stderr, 'write').mockImplementation((line) => written.push(String(line)) > 0);
    try {
      expect(() => command.parse([...(part === '' ? [] : [part]), `${long}=${STEERING}`], { from: 'user' })).toThrow();
    } finally {
      write.mockRestore();
    }
    expect(written).toEqual([expect.stringContaining('\\u{1b}[31m')]);
    expect(steers(written.join(''))).toBe(false);
  },
);

/** Names of files and the like that are looked at only when they are used, and an option that does not exist. */
const USED: readonly Words[] = [
  ...ALL.map((name): Words => [name, `--${STEERING}`]),
  ['parley-server', '--data', `none/${STEERING}`],
  ['parley-server', '--host', STEERING],
  ['parley-server', '--config', STEERING],
  ['parley-server', '--log-file', `none/${STEERING}`],
  ['parley-client', 'alice', '--key', STEERING],
  ['parley-keys', 'list', '--data', STEERING],
  ['parley-keys', 'add', 'alice', '--out', `${STEERING}/none/x`],
  ['parley-keys', 'import', 'alice', STEERING],
  ['parley-history', 'list', '--data', STEERING],
  ['parley-top', '--once', '--status', STEERING],
  ['parley-inspect', STEERING],
  ['parley-diagrams', '--from', STEERING],
  ['parley-diagrams', STEERING],
  ['parley-chart', STEERING],
  ['parley-dump', STEERING],
  ['report', '--settings', STEERING],
];

test.each(titled(USED))('%s does not steer the terminal', async (_, [name, ...args]) => {
  const { code, out, err } = await runCommand(name, args, { cwd: path() });
  expect([1, 2]).toContain(code);
  expect(out).toBe('');
  expect(err).toMatch(/^[^\n]*\\u\{1b\}\[31m[^\n]*\n$/);
  expect(steers(err)).toBe(false);
});

test('what is only remarked does not either: a capture without Parley, a trace that ends early', async () => {
  writeFileSync(path(STEERING), readFileSync(capture).subarray(0, 24));
  const dumped = await runCommand('parley-dump', [STEERING], { cwd: path() });
  expect(dumped).toMatchObject({ code: 0, err: expect.stringMatching(/^[^\n]*\\u\{1b\}[^\n]*\n$/) as string });
  prepare();
  writeFileSync(path(STEERING), `${readFileSync(path('empty.trace'), 'utf8')}{"kind":"end","why":"full"}\n`);
  const drawn = await runCommand('parley-chart', [STEERING], { cwd: path() });
  expect(drawn).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^[^\n]*\\u\{1b\}[^\n]* ends early[^\n]*\n/) as string,
  });
  expect([steers(dumped.err), steers(drawn.err)]).toEqual([false, false]);
});
