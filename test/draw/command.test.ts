/** The command as it is installed: what it writes, and the one line in which it fails. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const COMMAND = join(ROOT, 'dist', 'bin', 'parley-diagrams.js');
jest.setTimeout(120_000);

const MACHINE = (id: string): string =>
  `createMachine({ id: '${id}', predictableActionArguments: true, initial: 'a', states: { a: { on: { GO: 'b' } }, b: { type: 'final' } } })`;
const FILES: Readonly<Record<string, string>> = {
  'one.cjs': `const { createMachine } = require('xstate'); module.exports = ${MACHINE('one')};`,
  'one.mjs': `import { createMachine } from 'xstate'; export const light = ${MACHINE('light')}; export default light;`,
  'two.cjs': `const { createMachine } = require('xstate'); exports.first = ${MACHINE('first')}; exports.second = ${MACHINE('second')};`,
  'plain.json': '{"initial":"a","states":{"a":{"after":{"500":"b"}},"b":{}}}',
  'none.cjs': 'exports.a = 1; exports.b = () => {};',
  'throws.cjs': "throw new Error('out of order');",
  'wrong.json': '{"id":"m","initial":"a","states":{"a":{"on":{"X":"nowhere"}}}}',
  'broken.json': '{"states":',
  'waits.mjs': 'export const x = await Promise.resolve(1);',
  'typed.ts': 'export const x: number = 1;',
  'exits.cjs': 'process.exit(0);',
  'loops.cjs': 'for (;;);',
  'factory.cjs': 'exports.make = () => 1;',
  'x.scxml': '<scxml/>',
  'guard.json': '{"id":"m","initial":"a","states":{"a":{"on":{"X":{"target":"b","guard":"g"}}},"b":{}}}',
  'initial.json': '{"id":"m","initial":"z","states":{"a":{},"b":{}}}',
  'unmarked.json': '{"id":"m","states":{"a":{},"b":{"states":{"c":{}}}}}',
  'goes-on.cjs': `console.log('loud'); setInterval(() => {}, 1000); process.stdin.on('data', () => {}); process.on('exit', () => { for (;;); });
const { createMachine } = require('xstate'); module.exports = ${MACHINE('goes-on')}; Promise.reject(new Error('no'));`,
  'parameter.json':
    '{"id":"m","initial":"a","states":{"a":{"on":{"X":{"target":"a","cond":{"type":"hasAtLeast","amount":10}}}}}}',
  'wide.json': '{"id":"wide","initial":"Привет","states":{"Привет":{"on":{"日本語の":"状態"}},"状態":{}}}',
  'newer.cjs': 'exports.m = { root: {}, implementations: {}, states: {}, __xstatenode: true };',
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-diagrams-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: readonly string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

test('one machine at one level in every format', () => {
  const { status, out } = run(
    'Client Chat',
    '--level',
    'spec',
    '--out',
    'out',
    '--format',
    'svg,png,pdf,mermaid,dot,plantuml,scxml,json,ascii',
  );
  const names = ['dot', 'json', 'mmd', 'pdf', 'png', 'puml', 'scxml', 'svg', 'txt'].map(
    (end) => `client-chat-spec.${end}`,
  );
  expect(status).toBe(0);
  expect(readdirSync(join(folder, 'out')).sort()).toEqual(names);
  for (const name of names) expect(out).toContain(join('out', name));
  const committed = readFileSync(join(ROOT, 'diagrams', 'generated', 'client-chat-spec.svg'), 'utf8');
  expect(readFileSync(join(folder, 'out', 'client-chat-spec.svg'), 'utf8')).toBe(committed);
  expect(run('client-chat', '--level', 'spec', '--out', 'out').out).toBe('parley-diagrams: out is up to date\n');
});

test('without arguments and with --page: the committed files', () => {
  mkdirSync(join(folder, 'all'));
  expect(run('--page', '--out', 'all').status).toBe(0);
  expect(readdirSync(join(folder, 'all')).sort()).toEqual(readdirSync(join(ROOT, 'diagrams', 'generated')).sort());
});

test.each([
  ['one.cjs', 'one\n'],
  ['one.mjs', 'light\n'],
  ['two.cjs:second', 'second\n'],
  ['plain.json', 'plain\n'],
])('--from %s', (source, title) => {
  const { status, out } = run('--from', source, '--format', 'ascii', '--out', '-');
  expect([status, out.slice(0, title.length)]).toEqual([0, title]);
});

test('what a file starts, prints or rejects neither stops nor spoils the picture', () => {
  const { status, out, err } = run('--from', 'goes-on.cjs', '--format', 'ascii', '--out', '-');
  expect([status, out.split('\n', 1), err]).toEqual([0, ['goes-on'], 'loud\n']);
});

test.each(['svg', 'mermaid', 'dot', 'plantuml', 'scxml', 'json', 'ascii'])(
  'without initial states it is drawn, and a line says so: %s',
  (format) => {
    const { status, out, err } = run('--from', 'unmarked.json', '--format', format, '--out', '-');
    const words = 'no initial state is given for "m", "m.b", so none is marked there';
    expect([status, err]).toEqual([0, `parley-diagrams: note: ${words}\n`]);
    expect(out).not.toContain('machine_');
  },
);

test('letters that the fonts of PNG and PDF lack are told', () => {
  const { status, err } = run('--from', 'wide.json', '--format', 'svg,png', '--out', 'wide');
  expect({ status, err }).toEqual({
    status: 0,
    err: 'parley-diagrams: note: the fonts of PNG and PDF do not have 状 態 日 本 語 and 1 more: they are boxes in wide; svg and the text formats keep them\n',
  });
  expect(run('--from', 'wide.json', '--format', 'svg', '--out', 'wide').err).toBe('');
});

test('a guard with parameters is shown with them', () => {
  expect(run('--from', 'parameter.json', '--format', 'ascii', '--out', '-').out).toContain(
    'X [hasAtLeast (amount: 10)]',
  );
});

test.each([
  [['--from', 'exits.cjs'], 1, 'exits.cjs ends the process (exit code 0) while it is loaded'],
  [['--from', 'loops.cjs', '--timeout', '1'], 1, 'loops.cjs was not loaded within 1 s, which --timeout changes'],
  [['--from', 'factory.cjs'], 1, 'factory.cjs: make is a function: export the machine that it makes'],
  [['--from', 'x.scxml'], 1, 'x.scxml is SCXML, which is written here and not read'],
  [['--from', 'guard.json'], 1, 'guard.json: default cannot be drawn: in "m.a", "guard" is of XState 5'],
  [['--from', 'initial.json'], 1, 'initial.json: default cannot be drawn: the initial state "z" of "m" does not exist'],
  [['--timeout', '0'], 2, "option '--timeout <seconds>' argument '0' is invalid."],
  [['--from', 'none.cjs'], 1, 'none.cjs exports no XState 4 machine; its exports: a, b'],
  [['--from', 'two.cjs'], 1, 'two.cjs exports several machines: choose one with two.cjs:NAME, of first, second'],
  [['--from', 'two.cjs:third'], 1, 'two.cjs exports no machine third; its machines: first, second'],
  [['--from', 'throws.cjs'], 1, 'throws.cjs cannot be loaded: out of order'],
  [
    ['--from', 'wrong.json'],
    1,
    "wrong.json: default cannot be drawn: Invalid transition definition for state node 'm.a'",
  ],
  [['--from', 'broken.json'], 1, 'broken.json is not JSON: '],
  [['--from', 'waits.mjs'], 1, 'waits.mjs cannot be loaded: it waits (await) at its top level'],
  [['--from', 'typed.ts'], 1, 'typed.ts is TypeScript: compile it first'],
  [['--from', 'newer.cjs'], 1, 'newer.cjs: m is a machine of XState 5; only XState 4 can be drawn'],
  [['--from', 'missing.js'], 1, 'missing.js does not exist'],
  [['--from', 'one.cjs', 'client-chat'], 1, 'give either MACHINE or --from, not both'],
  [['nosuch'], 1, 'there is no machine "nosuch"; machines: client-connection, client-chat,'],
  [['client-history', '--level', 'spec'], 1, 'the assignment has no drawing of client history; use --level full'],
  [['--out', '-'], 1, '--out - prints one picture'],
  [['client-chat', '--level', 'spec', '--out', '-', '--format', 'pdf'], 1, '--out - prints one text format'],
  [['client-chat', '--out', 'one.cjs'], 1, 'one.cjs cannot be written (EEXIST)'],
  [['--format', 'jpg'], 2, "option '--format <list>' argument 'jpg' is invalid. There is no format"],
  [['--level', 'most'], 2, "option '--level <level>' argument 'most' is invalid."],
])('%j fails in one line', (args, code, message) => {
  const { status, out, err } = run(...args);
  expect([status, out, err.split('\n').length]).toEqual([code, '', 2]);
  expect(err).toContain(`parley-diagrams: ${message}`);
});
