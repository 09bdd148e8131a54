/** Settings of parley-client: option, environment, file, default; a key found by ID; servers by name and address (docs/client.md). */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkInterfaces } from 'node:os';
import { scratch } from '../storage/files';
import { runCommand, type Ended } from '../support/command';
import { HASTY, stages } from './support';

const path = scratch();
const open = stages();
const client = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  runCommand('parley-client', args, { cwd: path(), env });

test('an option wins over the environment, the environment over the file, the file over the default', async () => {
  mkdirSync(path('.config/parley'), { recursive: true });
  writeFileSync(path('.config/parley/client.yaml'), 'id: filed\nserver: "[::1]:1"\nreconnect: true\nkey: f.key\n');
  const env = { PARLEY_SERVER: 'two:2', PARLEY_KEY: 'e.key' };
  const { out, err } = await client(['--print-config', '--key', 'o.key'], env);
  expect(err).toBe('');
  const lines = out.split('\n').map((line) => line.replace(/ +#/, ' #'));
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^id: filed # \S*client\.yaml:1$/),
      'server: two:2 # PARLEY_SERVER',
      'key: o.key # option',
      expect.stringMatching(/^reconnect: true # \S*client\.yaml:3$/),
      'json: false # default',
    ]),
  );
});

test.each([
  ['T_ACTIVITY_MS=20000', ['T_ACTIVITY_MS: 20000 # option', 'T_GUARD_MS: 5000 # default']],
  ['T_ACTIVITY_MS=600000', ['T_ACTIVITY_MS: 600000 # option', 'T_GUARD_MS: 30000 # default']],
])('--limit %s alone is right: the time of the warning follows', async (changed, expected) => {
  const { code, out, err } = await client(['--limit', changed, '--print-config']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const lines = out.split('\n').map((line) => line.trim().replace(/ +#/, ' #'));
  expect(lines).toEqual(expect.arrayContaining(expected));
  // Only what a client reads.
  expect(out).not.toContain('MESSAGES_PER_SECOND');
});

test('the file is looked for below XDG_CONFIG_HOME, and another can be named', async () => {
  mkdirSync(path('xdg/parley'), { recursive: true });
  writeFileSync(path('xdg/parley/client.yaml'), 'server: xdg:1\n');
  writeFileSync(path('named.yaml'), 'server: named:1\n');
  const env = { XDG_CONFIG_HOME: path('xdg') };
  expect((await client(['--print-config'], env)).out).toMatch(/^server: xdg:1 /m);
  expect((await client(['--print-config', '--config', 'named.yaml'], env)).out).toMatch(/^server: named:1 /m);
  // What is not absolute does not count.
  expect((await client(['--print-config'], { XDG_CONFIG_HOME: 'xdg' })).out).toMatch(/^server: 127\.0\.0\.1:4390 /m);
});

test('what an option switches off the file and the environment switch off under its name', async () => {
  const bell = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { out, err } = await client(['--print-config', '--config', 'bell.yaml', ...args], env);
    return /^bell: .*$/m.exec(out)?.[0].replace(/ +#/, ' #') ?? err;
  };
  writeFileSync(path('bell.yaml'), 'bell: false\n');
  expect(await bell([])).toBe('bell: false # bell.yaml:1');
  expect(await bell([], { PARLEY_BELL: 'yes' })).toBe('bell: true # PARLEY_BELL');
  expect(await bell(['--no-bell'], { PARLEY_BELL: 'yes' })).toBe('bell: false # option');
  expect(await bell([], { PARLEY_BELL: 'loud' })).toMatch(/PARLEY_BELL.* is true or false/);
});

test('contacts: a list in the file, with commas in the environment, an option as often as wanted', async () => {
  const contacts = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { out } = await client(['--print-config', '--config', 'named.yaml', ...args], env);
    return /^contacts: .*$/m.exec(out)?.[0].replace(/ +#/, ' #') ?? out;
  };
  writeFileSync(path('named.yaml'), 'id: alice\n');
  expect(await contacts([])).toBe('contacts: [] # default');
  writeFileSync(path('named.yaml'), 'contacts:\n  - bob\n  - carol\n');
  expect(await contacts([])).toBe('contacts: [bob, carol] # named.yaml:1');
  expect(await contacts([], { PARLEY_CONTACTS: 'dora, eve' })).toBe('contacts: [dora, eve] # PARLEY_CONTACTS');
  expect(await contacts(['--contact', 'x', '--contact', 'y'], { PARLEY_CONTACTS: 'a' })).toBe(
    'contacts: [x, y] # option',
  );
  expect(await client(['alice', '--contact', '9lives'])).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /^parley-client: option '--contact <ID>' argument '9lives' is invalid\. A Client-ID is .*\n$/,
    ) as string,
  });
});

test.each([
  ['an unknown key', 'sever: a:1\n', /^parley-client: named\.yaml:1: unknown key sever; did you mean server\?\n$/],
  ['a server that is none', 'server: "a:1:2"\n', /^parley-client: named\.yaml:1: server: A server is HOST:PORT/],
  [
    'a contact that is no ID',
    'contacts: [bob, 9lives]\n',
    /named\.yaml:1: contacts: "9lives": A Client-ID is a letter and/,
  ],
  ['contacts that are no list', 'contacts:\n  bob: 1\n', /named\.yaml:1: contacts: takes a list/],
  ['contacts without any', 'contacts:\n', /named\.yaml:1: contacts: has no value/],
  [
    'an unknown limit',
    'limits:\n  T_ACTIVTY_MS: 1\n',
    /named\.yaml:2: there is no T_ACTIVTY_MS among the limits; did you mean T_ACTIVITY_MS\?/,
  ],
])('refuses %s, and says where it stands', async (_, content, what) => {
  writeFileSync(path('named.yaml'), content);
  const { code, err } = await client(['alice', '--config', 'named.yaml']);
  expect(code).toBe(2);
  expect(err).toMatch(what);
});

test('who and where from the environment, the key by ID from the settings folder', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  await stage.startServer();
  mkdirSync(join(stage.folder, 'xdg/parley'), { recursive: true });
  renameSync(join(stage.folder, 'alice.key'), join(stage.folder, 'xdg/parley/alice.key'));
  const env = {
    PARLEY_ID: 'alice',
    PARLEY_SERVER: `127.0.0.1:${String(stage.server.udp)}`,
    XDG_CONFIG_HOME: join(stage.folder, 'xdg'),
  };
  const ended = await runCommand('parley-client', [], { cwd: stage.folder, env, input: 'Log on\nLog off\n' });
  expect(ended).toEqual({ code: 0, out: 'Connected\nDisconnected\n', err: '' });
});

const six = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const servers: readonly (readonly [string, string, (port: number) => string])[] = [
  ['IPv4', '127.0.0.1', (port) => `127.0.0.1:${String(port)}`],
  ['a name', '127.0.0.1', (port) => `localhost:${String(port)}`],
  ...(six ? [['IPv6', '::1', (port: number) => `[::1]:${String(port)}`] as const] : []),
];
test.each(servers)('a server by %s', async (_, host, at) => {
  const stage = await open();
  await stage.subscribe('alice');
  const { process } = await stage.startServer('--host', host);
  const alice = stage.client('alice', '--server', at(stage.server.udp), ...HASTY);
  alice.type('Log on');
  await alice.shows('Connected');
  // What the server prints can be pasted.
  const [, printed = ''] = / UDP (\S+), /.exec(process.lines[0] ?? '') ?? [];
  const again = stage.client('alice', '--server', printed, ...HASTY);
  again.type('Log on');
  await again.shows('Connected');
  await stage.finish();
});

test('--reconnect: the server comes back, and so does the client', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  await stage.startServer();
  const alice = stage.client('alice', '--reconnect', '--limit', 'T_RECONNECT_MS=50', ...HASTY);
  alice.type('Log on');
  await alice.shows('Connected');
  stage.server.process.kill('SIGTERM');
  await alice.shows('Server shut down');
  await alice.shows(/^Logging on again (at once|in \d+ s) \(try 1\)$/);
  await stage.startServer('--udp-port', String(stage.server.udp));
  await alice.shows('Connected');
  await stage.finish();
});
