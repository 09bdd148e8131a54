/** Settings of the server: option, environment, file, default, in this order; what is wrong is named with its place. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { LIMITS, limitsTaken } from '../../machines/limits';
import { scratch } from '../storage/files';
import { runCommand, type Ended } from '../support/command';
import { stages } from './support';

const path = scratch();
const server = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  runCommand('parley-server', args, { cwd: path(), env });
const file = (...lines: readonly string[]): void => writeFileSync(path('s.yaml'), `${lines.join('\n')}\n`);

/** `value # origin` of each line of --print-config, by key. */
function printed(out: string): Map<string, string> {
  return new Map(
    out.split('\n').flatMap((line) => {
      const [, key, value = '', origin = ''] = /^ *([\w-]+): (.*?) +# (.*)$/.exec(line) ?? [];
      return key === undefined ? [] : [[key, `${value} # ${origin}`] as const];
    }),
  );
}

test('without anything every setting has its default, and every limit is there', async () => {
  const { code, out, err } = await server(['--print-config']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(parse(out)).toMatchObject({
    host: '127.0.0.1',
    'udp-port': 4390,
    decoy: false,
    limits: { T_DEAD_MS: LIMITS.T_DEAD_MS },
  });
  expect(Object.keys((parse(out) as { limits: object }).limits)).toEqual(limitsTaken('server'));
  for (const [key, value] of printed(out)) expect(`${key}: ${value}`).toMatch(/ # default$/);
});

test('an option wins over the environment, the environment over the file, the file over the default', async () => {
  file(
    '# settings',
    'udp-port: 1001',
    'tcp-port: 1002',
    'data: a.db',
    'limits:',
    '  T_DEAD_MS: 50000',
    '  T_FLUSH_MS: 5',
  );
  const { out } = await server(
    ['--config', 's.yaml', '--print-config', '--udp-port', '3001', '--limit', 'T_FLUSH_MS=7'],
    { PARLEY_UDP_PORT: '2001', PARLEY_TCP_PORT: '2002', PARLEY_LIMIT_T_FLUSH_MS: '6', PARLEY_LIMIT_T_LINGER_MS: '8' },
  );
  const lines = printed(out);
  expect(lines.get('udp-port')).toBe('3001 # option');
  expect(lines.get('tcp-port')).toBe('2002 # PARLEY_TCP_PORT');
  expect(lines.get('data')).toBe('a.db # s.yaml:4');
  expect(lines.get('T_FLUSH_MS')).toBe('7 # option');
  expect(lines.get('T_LINGER_MS')).toBe('8 # PARLEY_LIMIT_T_LINGER_MS');
  expect(lines.get('T_DEAD_MS')).toBe('50000 # s.yaml:6');
  expect(lines.get('host')).toBe('127.0.0.1 # default');
});

test('what is printed can be read again and means the same', async () => {
  file('decoy: true', 'log-file: "a b.log"', 'inspect: 0', 'limits: { T_FLUSH_MS: 0.5, SESSION_BLOCK: 2 }');
  const first = await server(['--config', 's.yaml', '--print-config']);
  writeFileSync(path('again.yaml'), first.out);
  const again = await server(['--config', 'again.yaml', '--print-config']);
  expect(again.code).toBe(0);
  expect(parse(again.out)).toEqual(parse(first.out));
  expect(parse(again.out)).toMatchObject({ decoy: true, 'log-file': 'a b.log', inspect: 0 });
});

test('PARLEY_CONFIG names the file, and --config another', async () => {
  file('udp-port: 1001');
  writeFileSync(path('t.yaml'), 'udp-port: 1002\n');
  const named = { PARLEY_CONFIG: 's.yaml' };
  expect(printed((await server(['--print-config'], named)).out).get('udp-port')).toBe('1001 # s.yaml:1');
  const other = await server(['--print-config', '--config', 't.yaml'], named);
  expect(printed(other.out).get('udp-port')).toBe('1002 # t.yaml:1');
});

test('--check-config says that all is right, and starts nothing', async () => {
  file('udp-port: 0', 'data: none.db');
  expect(await server(['--config', 's.yaml', '--check-config'])).toEqual({ code: 0, out: 's.yaml: right\n', err: '' });
  expect(await server(['--check-config'])).toEqual({ code: 0, out: 'The settings: right\n', err: '' });
});

const WRONG: readonly (readonly [string, readonly string[], string])[] = [
  ['an unknown key', ['', 'udp_port: 1'], 's.yaml:2: unknown key udp_port; did you mean udp-port?'],
  ['a key with no neighbour', ['colour: red'], 's.yaml:1: unknown key colour; there are host, udp-port, '],
  ['the option instead of its key', ['limit: 1'], 's.yaml:1: unknown key limit; did you mean limits?'],
  ['a key twice', ['host: a', 'host: b'], 's.yaml:2: host stands here a second time (first: s.yaml:1)'],
  ['a value out of range', ['udp-port: 65536'], 's.yaml:1: udp-port: A port is a number from 0 to 65535.'],
  ['a choice that is none', ['log-level: loud'], 's.yaml:1: log-level: Allowed choices are error, warn, info, debug.'],
  ['neither true nor false', ['decoy: perhaps'], 's.yaml:1: decoy: is true or false'],
  ['true for a value', ['data: true'], 's.yaml:1: data: takes a value, not true or false'],
  ['a list for a value', ['data: [a, b]'], 's.yaml:1: data: takes one value'],
  ['no value', ['data:'], 's.yaml:1: data: has no value; take the line out or give it one'],
  [
    'an unknown limit',
    ['limits:', '  T_DED_MS: 1'],
    's.yaml:2: there is no T_DED_MS among the limits; did you mean T_DEAD_MS?',
  ],
  ['a limit in words', ['limits:', '  T_DEAD_MS: soon'], 's.yaml:2: T_DEAD_MS takes a number, not below 0.'],
  ['a limit below nothing', ['limits:', '  T_DEAD_MS: -1'], 's.yaml:2: T_DEAD_MS takes a number, not below 0.'],
  ['limits as a number', ['limits: 5'], 's.yaml:1: limits takes lines of the form "NAME: value" below it'],
  [
    'limits that contradict',
    ['limits:', '  T_DEAD_MS: 30000'],
    'limits: T_DEAD_MS (30000) must be at least three times T_KEEPALIVE_MS (15000), or 0 (off); it must be off if T_KEEPALIVE_MS is 0 (s.yaml:2: limits.T_DEAD_MS)',
  ],
  [
    'a limit of the clients',
    ['limits:', '  T_ACTIVITY_MS: 20000'],
    's.yaml:2: T_ACTIVITY_MS is a limit of each client, and a server cannot set it for them: give it to parley-client, ',
  ],
  ['a key that steers a terminal', ['"\\e[31mx": 1'], 's.yaml:1: unknown key \\u{1b}[31mx; there are '],
  ['a list of lines', ['- a'], 's.yaml:1: a settings file has lines of the form "key: value"'],
  ['an alias', ['host: &h a', 'data: *h'], 's.yaml:2: data takes a plain value or a list of plain values'],
  ['no YAML', ['host: [a'], 's.yaml:2: not YAML: '],
];

test.each(WRONG)('%s is refused with its place', async (_, lines, sentence) => {
  file(...lines);
  const { code, out, err } = await server(['--config', 's.yaml']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err.startsWith(`parley-server: ${sentence}`)).toBe(true);
  expect(err.match(/\n/g)).toHaveLength(1);
});

test('of several faults a start names the first and --check-config all', async () => {
  file('hots: a', 'udp-port: x', 'limits:', '  T_X: 1');
  const start = await server(['--config', 's.yaml']);
  expect(start.err).toMatch(/^parley-server: s\.yaml:1: .* \(and 2 more: --check-config lists them\)\n$/);
  const check = await server(['--config', 's.yaml', '--check-config']);
  expect(check.err.split('\n').map((line) => line.slice(0, 25))).toEqual(
    [1, 2, 4].map((n) => `parley-server: s.yaml:${String(n)}: `).concat(''),
  );
  expect(check.code).toBe(2);
});

test('a fault in a variable names the variable; variables that mean nothing to us are left alone', async () => {
  expect((await server(['--check-config'], { PARLEY_UDP_PORT: 'x' })).err).toBe(
    'parley-server: PARLEY_UDP_PORT: udp-port: A port is a number from 0 to 65535.\n',
  );
  expect((await server(['--check-config'], { PARLEY_LIMIT_T_DED_MS: '1' })).err).toBe(
    'parley-server: PARLEY_LIMIT_T_DED_MS: there is no T_DED_MS among the limits; did you mean T_DEAD_MS?\n',
  );
  expect((await server(['--check-config'], { PARLEY_LIMIT_T_ACTIVITY_MS: '20000' })).code).toBe(0);
});

test('a file that cannot be read is refused', async () => {
  expect(await server(['--config', 'no.yaml'])).toEqual({
    code: 1,
    out: '',
    err: 'parley-server: no.yaml cannot be read (ENOENT); check --config\n',
  });
  expect((await server(['--config', '.'])).err).toBe('parley-server: . is not a regular file; name a settings file\n');
});

describe('a server', () => {
  const open = stages();
  test('runs with the settings of its file', async () => {
    const stage = await open();
    writeFileSync(
      join(stage.folder, 's.yaml'),
      'data: other.db\nlog-level: error\nlimits: { MESSAGES_PER_SECOND: 0 }\n',
    );
    const { process, udp } = await stage.startServer('--config', 's.yaml');
    expect(udp).toBeGreaterThan(0);
    process.kill('SIGTERM');
    expect(await process.exit).toBe(0);
    expect(process.errors).toEqual([]);
  });
});
