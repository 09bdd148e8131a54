/** The log of running commands: its form, its closed list of fields, and a line for each transition (protocol 2.10). */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from '../../bin/demo/stage';
import { LOG_FIELDS } from '../../transport/log';
import { both, history, logOn, PATIENT, readLines, say, stages, startChat } from './support';

const open = stages();
type Entry = Readonly<Record<string, unknown>>;

/** Every message a chat has, and a refusal. */
async function chat(alice: Actor, bob: Actor): Promise<void> {
  await logOn(bob);
  await logOn(alice);
  await startChat(alice, bob);
  await say(alice, bob, 'hello');
  await history(alice, 'bob');
  alice.type('End chat');
  await both(alice, bob, 'Chat ended');
  alice.type('Chat carol');
  await alice.shows('Correspondent unreachable');
  alice.type('Log off');
  await alice.shows('Disconnected');
}

/** @returns what each process logged: the server on standard error, the clients in files */
async function played(form: 'json' | 'text', level: string): Promise<Record<'server' | 'alice' | 'bob', string[]>> {
  const stage = await open(undefined, PATIENT);
  await stage.subscribe('alice', 'bob');
  const options = ['--log-format', form, '--log-level', level];
  const { process } = await stage.startServer(...options);
  const client = (id: string): Actor => stage.client(id, ...options, '--log-file', `${id}.log`);
  const [alice, bob] = [client('alice'), client('bob')];
  await chat(alice, bob);
  await stage.finish();
  for (const file of ['alice.log', 'bob.log']) expectPrivate(stage, file);
  return { server: [...process.errors], alice: readLines(stage, 'alice.log'), bob: readLines(stage, 'bob.log') };
}
function expectPrivate({ folder }: Stage, file: string): void {
  expect((statSync(join(folder, file)).mode & 0o777).toString(8)).toBe('600');
}

const transition = ({ machine, client, event, from, to }: Entry): string =>
  [machine, client, event, from, '->', to].join(' ');

test('json: every line parses, has only fields of the closed list, and at debug there is one for each transition', async () => {
  const logs = await played('json', 'debug');
  const entries = Object.fromEntries(
    Object.entries(logs).map(([name, lines]) => [name, lines.map((line) => JSON.parse(line) as Entry)]),
  );
  for (const entry of Object.values(entries).flat()) {
    const { time, level, message, ...fields } = entry;
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(['debug', 'info', 'warn', 'error']).toContain(level);
    expect(typeof message).toBe('string');
    expect(Object.keys(fields).filter((name) => !(LOG_FIELDS as readonly string[]).includes(name))).toEqual([]);
    expect(Object.values(fields).filter((value) => !['string', 'number'].includes(typeof value))).toEqual([]);
  }
  const transitions = (name: string): string[] =>
    (entries[name] ?? []).filter(({ message }) => message === 'transition').map(transition);
  expect(transitions('alice')).toEqual(ALICE);
  expect(transitions('server').filter((line) => line.includes(' alice '))).toEqual(SERVER_OF_ALICE);
  expect(
    transitions('server')
      .filter((line) => line.includes(' bob '))
      .slice(3, -3),
  ).toEqual(SERVER_OF_BOB);
});

/** What only passes through the connection machine on its way to another. */
const passing = (side: string, event: string): string => `${side} connection alice ${event} Connected -> Connected`;
const ALICE = [
  'client connection alice U.LOGON Offline -> Wait for Challenge',
  'client connection alice D.CHALLENGE Wait for Challenge -> Wait for AUTH_SUCCESS.answering',
  'client connection alice D.AUTH_SUCCESS Wait for AUTH_SUCCESS.answering -> Connecting.opening',
  'client connection alice N.OPEN Connecting.opening -> Connecting.awaiting',
  'client connection alice M.CONNECTED Connecting.awaiting -> Connected',
  passing('client', 'U.CHAT'),
  'client chat alice U.CHAT Connected -> Wait for CHAT_STARTED',
  passing('client', 'M.CHAT_STARTED'),
  'client chat alice M.CHAT_STARTED Wait for CHAT_STARTED -> Active Chat',
  passing('client', 'U.TEXT'),
  'client chat alice U.TEXT Active Chat -> Active Chat',
  passing('client', 'U.HISTORY'),
  'client history alice U.HISTORY Idle -> Receiving',
  passing('client', 'M.HISTORY_RESP'),
  'client history alice M.HISTORY_RESP Receiving -> Receiving',
  passing('client', 'M.HISTORY_END'),
  'client history alice M.HISTORY_END Receiving -> Idle',
  passing('client', 'U.END'),
  'client chat alice U.END Active Chat -> Connected',
  passing('client', 'U.CHAT'),
  'client chat alice U.CHAT Connected -> Wait for CHAT_STARTED',
  passing('client', 'M.UNREACHABLE'),
  'client chat alice M.UNREACHABLE Wait for CHAT_STARTED -> Connected',
  'client connection alice U.LOGOFF Connected -> Offline',
  'client chat alice X.GONE Connected -> Gone',
  'client history alice X.GONE Idle -> Gone',
];
const SERVER_OF_ALICE = [
  'server connection alice D.HELLO_NEW Wait for HELLO -> Wait for RESPONSE',
  'server connection alice D.RESPONSE_OK Wait for RESPONSE -> Connecting',
  'server connection alice K.CONNECT_OK Connecting -> Connected',
  passing('server', 'M.CHAT_REQUEST'),
  'server chat alice M.CHAT_REQUEST Wait for CHAT_REQUEST -> Active Chat',
  passing('server', 'M.CHAT'),
  'server chat alice M.CHAT Active Chat -> Active Chat',
  passing('server', 'M.HISTORY_REQ'),
  'server history alice M.HISTORY_REQ Wait for HISTORY_REQ -> Sending History',
  'server history alice H.DONE Sending History -> Wait for HISTORY_REQ',
  passing('server', 'M.END_REQUEST'),
  'server chat alice M.END_REQUEST Active Chat -> Wait for CHAT_REQUEST',
  passing('server', 'M.CHAT_REQUEST'),
  'server chat alice M.CHAT_REQUEST Wait for CHAT_REQUEST -> Wait for CHAT_REQUEST',
  'server connection alice N.CLOSED Connected -> Wait for HELLO',
  'server chat alice X.GONE Wait for CHAT_REQUEST -> Gone',
  'server history alice X.GONE Wait for HISTORY_REQ -> Gone',
];
/** Between his log-on and his log-off. */
const SERVER_OF_BOB = [
  'server chat bob R.CALLED Wait for CHAT_REQUEST -> Active Chat',
  'server chat bob R.RELAY Active Chat -> Active Chat',
  'server chat bob R.ENDED Active Chat -> Wait for CHAT_REQUEST',
];

test('text: time, level, message, and name=value', async () => {
  const { server, alice } = await played('text', 'info');
  for (const line of [...server, ...alice]) {
    expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z (info|warn|error) [\w ]+?( \w+=([\w.:[\]>-]+|"[^"]*"))*$/);
  }
  const said = server.map((line) => line.replace(/^\S+ /, '').replace(/ source=127\.0\.0\.1:\d+/, ''));
  // She has left when he is told to, but whose CLOSE comes first is chance.
  expect([...said.slice(0, 4), ...said.slice(4, 6).sort(), ...said.slice(6)]).toEqual([
    'info connected client=bob serial=1',
    'info connected client=alice serial=2',
    'info session started client=alice session=1 peer=bob',
    'info session ended client=bob session=1 reason=ended',
    'info disconnected client=alice cause=clean reason=logoff',
    'info disconnected client=bob cause=clean reason=logoff',
    'info stopping cause=SIGTERM',
    'info stopped',
  ]);
});

test('--log-level error: nothing is worth a line', async () => {
  expect(await played('text', 'error')).toEqual({ server: [], alice: [], bob: [] });
});

test('a log goes on where it ended, for its owner alone', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  writeFileSync(join(stage.folder, 'log'), 'what stood there\n', { mode: 0o644 });
  for (let run = 1; run <= 2; run++) {
    const { process, udp, tcp } = await stage.startServer('--log-file', 'log');
    process.kill('SIGTERM');
    expect(await process.exit).toBe(0);
    expect(process.errors).toEqual([]);
    const lines = readLines(stage, 'log');
    expect(lines).toHaveLength(1 + 3 * run);
    expect(lines.at(-3)).toMatch(new RegExp(` info ready udp_port=${String(udp)} tcp_port=${String(tcp)}$`));
  }
  expectPrivate(stage, 'log');
});

describe('the end of the log says how the server ended', () => {
  /** @returns the log after `ready`, without times, of a server that had alice and ended by this signal */
  async function ended(signal: NodeJS.Signals): Promise<string[]> {
    const stage = await open();
    await stage.subscribe('alice');
    writeFileSync(join(stage.folder, 'bug.cjs'), "process.on('SIGUSR2', () => { throw new TypeError('secret') });\n");
    const args = ['--udp-port', '0', '--log-file', 'log'];
    const server = stage.start('server', 'parley-server.js', args, ['--require', join(stage.folder, 'bug.cjs')]);
    const [, udp = ''] = /UDP \S+:(\d+)/.exec(await server.shows(/ready/)) ?? [];
    const alice = stage.client('alice', '--server', `127.0.0.1:${udp}`);
    await logOn(alice);
    server.kill(signal);
    await server.exit;
    const lines = readLines(stage, 'log').map((line) => line.replace(/^\S+ /, '').replace(/ source=\S+/, ''));
    return lines.slice(1);
  }
  const connected = 'info connected client=alice serial=1';

  test.each(['SIGTERM', 'SIGINT'] as const)('%s: stopping, whoever was connected, stopped', async (signal) => {
    expect(await ended(signal)).toEqual([
      connected,
      `info stopping cause=${signal}`,
      'info disconnected client=alice cause=closed reason=shutdown',
      'info stopped',
    ]);
  });

  test('killed: nothing more', async () => {
    expect(await ended('SIGKILL')).toEqual([connected]);
  });

  test('a bug: its kind, and nothing that it could have known', async () => {
    expect(await ended('SIGUSR2')).toEqual([connected, 'error crashed: standard error has more error=TypeError']);
  });
});
