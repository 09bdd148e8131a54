/**
 * Logging on with the real commands: refused, unanswered, repeated, taken over, over a network that loses, doubles and
 * reorders datagrams, and to a server that comes late (protocol 3).
 */
import { writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Stage } from '../../bin/demo/stage';
import { BadNetwork } from './proxy';
import {
  asked,
  both,
  freePort,
  HASTY,
  limits,
  logOn,
  PATIENT,
  readWire,
  say,
  seeds,
  stages,
  startChat,
  wireOf,
  type Sent,
} from './support';

const open = stages();

/** A key file with a key that no server knows. */
function otherKey(stage: Stage, id: string): void {
  writeFileSync(join(stage.folder, `${id}.key`), `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
}
const briefs = (wire: readonly Sent[]): string[] => wire.map(({ brief }) => brief);
const count = (wire: readonly Sent[], name: string): number => wire.filter((sent) => sent.name === name).length;

test('a wrong key: Authentication failed, after exactly four datagrams', async () => {
  const stage = await open(undefined, PATIENT);
  await stage.subscribe('alice');
  otherKey(stage, 'alice');
  const { process } = await stage.startServer('--dump', 'dump');
  const alice = stage.client('alice');
  alice.type('Log on');
  await alice.shows('Authentication failed');
  await process.complains(/ info wrong RESPONSE client=alice count=1 source=127.0.0.1:\d+$/);
  await stage.finish();
  expect(briefs(readWire(stage, 'dump'))).toEqual([
    'alice>S HELLO id=alice',
    'S>alice CHALLENGE',
    'alice>S RESPONSE id=alice',
    'S>alice AUTH_FAIL',
  ]);
  expect(alice.lines).toEqual(['Authentication failed']);
});

test('a wrong key and then the right one', async () => {
  const stage = await open(undefined, PATIENT);
  await stage.subscribe('alice');
  await stage.startServer();
  const right = stage.client('alice');
  // The key file is read when the client starts.
  right.type('Status');
  await right.shows(/Offline/);
  otherKey(stage, 'alice');
  const wrong = stage.client('alice');
  wrong.type('Log on');
  await wrong.shows('Authentication failed');
  await logOn(right);
  wrong.type('Log on');
  await wrong.shows('Authentication failed');
  right.type('Status');
  await right.shows(/Connected/);
  await stage.finish();
});

test('an unknown Client-ID: six HELLOs, the same each time, and not a word from the server', async () => {
  const stage = await open(undefined, HASTY);
  await stage.subscribe('alice');
  otherKey(stage, 'mallory');
  await stage.startServer('--dump', 'dump');
  const mallory = stage.client('mallory');
  mallory.type('Log on');
  await mallory.shows('No answer from the server');
  await stage.finish();
  const wire = readWire(stage, 'dump');
  expect(briefs(wire)).toEqual(Array(6).fill('mallory>S HELLO id=mallory'));
  expect(new Set(wire.map(({ fields }) => fields['att'])).size).toBe(1);
});

test('with --decoy an unknown Client-ID cannot be told from a wrong key', async () => {
  const stage = await open(undefined, PATIENT);
  await stage.subscribe('alice');
  for (const id of ['alice', 'mallory']) otherKey(stage, id);
  await stage.startServer('--decoy', '--dump', 'dump');
  const clients = [stage.client('alice'), stage.client('mallory')];
  for (const client of clients) client.type('Log on');
  await Promise.all(clients.map((client) => client.shows('Authentication failed')));
  await stage.finish();
  const wire = readWire(stage, 'dump');
  for (const id of ['alice', 'mallory']) {
    const names = wire.filter(({ from, to }) => from === id || to === id).map(({ name }) => name);
    expect(names).toEqual(['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_FAIL']);
  }
});

test('no server: the user reads that nothing listens there', async () => {
  const stage = await open(undefined, HASTY);
  otherKey(stage, 'alice');
  const port = String(await freePort());
  const alice = stage.client('alice', '--server', `127.0.0.1:${port}`);
  alice.type('Log on');
  const hint = `nothing listens on UDP 127.0.0.1:${port}: is the server running there?`;
  await alice.shows(`No answer from the server (${hint})`);
  await stage.finish();
});

test('Log on twice is answered twice, by the client', async () => {
  const stage = await open(undefined, PATIENT);
  await stage.subscribe('alice');
  await stage.startServer('--dump', 'dump');
  const alice = stage.client('alice');
  await logOn(alice);
  await logOn(alice);
  await stage.finish();
  expect(alice.lines).toEqual(['Connected', 'Connected', 'you were already logged on', 'Disconnected']);
  expect(count(readWire(stage, 'dump'), 'HELLO')).toBe(1);
});

test('a log-on elsewhere in the middle of a chat takes over', async () => {
  const stage = await open(undefined, PATIENT);
  await stage.subscribe('alice', 'bob');
  await stage.startServer('--dump', 'dump');
  const [before, bob] = [stage.client('alice'), stage.client('bob')];
  await logOn(before, bob);
  await startChat(before, bob);
  await say(before, bob, 'from here');
  const after = stage.client('alice');
  await logOn(after);
  await both(before, bob, 'Chat ended');
  await before.shows('Logged on from elsewhere');
  await startChat(after, bob);
  await say(after, bob, 'from there');
  bob.type('Chat alice');
  await say(bob, after, 'I see');
  before.type('Chat bob');
  await before.shows('Not connected: log on first');
  await stage.finish();
  expect(before.lines).toEqual([
    'Connected',
    ...asked('bob'),
    'Chat ended',
    'Logged on from elsewhere',
    'Not connected: log on first',
  ]);
  const wire = briefs(readWire(stage, 'dump'));
  // The older connection and the chat end in the step in which the new one begins.
  const step = wire.slice(wire.lastIndexOf('alice>S CONNECT') + 1).slice(0, 4);
  expect(step.sort()).toEqual([
    'S>alice CLOSE reason=2',
    'S>alice CONNECTED',
    'S>alice preface',
    'S>bob END_NOTIF session=1 why=2',
  ]);
});

describe('over a network that drops, doubles and reorders', () => {
  const IDS = ['alice', 'bob', 'carol'];
  const ROUNDS = 3;
  const networks: BadNetwork[] = [];
  afterEach(() => networks.splice(0).forEach((network) => network.close()));

  test.each(seeds(3))('every log-on succeeds, and once (seed %i)', async (seed) => {
    const stage = await open(undefined, limits({ T_RETRY_MS: '100,100,100,100,100', T_FAIL_HOLD_MS: 50 }));
    await stage.subscribe(...IDS);
    const { udp } = await stage.startServer('--dump', 'dump');
    const network = await BadNetwork.open(udp, seed);
    networks.push(network);
    const clients = IDS.map((id) => stage.client(id, '--server', `127.0.0.1:${String(network.port)}`));
    const [alice, bob] = clients;
    if (!alice || !bob) throw new Error('there are three clients');
    for (let round = 1; round <= ROUNDS; round++) {
      await logOn(...clients);
      await startChat(alice, bob);
      await say(alice, bob, `round ${String(round)}`);
      for (const client of clients) client.type('Log off');
      await Promise.all(clients.map((client) => client.shows('Disconnected')));
    }
    await stage.finish();
    const { dropped, doubled, held } = network.done;
    expect(Math.min(dropped + held, doubled)).toBeGreaterThan(0);
    const wire = readWire(stage, 'dump');
    expect(count(wire, 'CONNECTED')).toBe(ROUNDS * IDS.length);
    expect(count(wire, 'AUTH_FAIL')).toBe(0);
    expectOneAnswer(wire);
    for (const client of clients) expect(client.lines.filter((line) => /lost|failed|answer/.test(line))).toEqual([]);
  });

  /** The same question, the same answer: one rand and one cookie an attempt (protocol 3.3). */
  function expectOneAnswer(wire: readonly Sent[]): void {
    const rands = new Map<string, Set<string>>();
    for (const { name, fields } of wire) {
      if (name !== 'CHALLENGE') continue;
      const of = rands.get(fields['att'] ?? '') ?? new Set();
      rands.set(fields['att'] ?? '', of.add(fields['rand'] ?? ''));
    }
    expect([...rands.values()].map(({ size }) => size)).toEqual(Array(ROUNDS * IDS.length).fill(1));
  }
});

test('a log-on that begins before the server does succeeds', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const port = String(await freePort());
  const slow = { T_RETRY_MS: '500,1000,3000,4000,5000', T_CHALLENGE_MS: 30_000, T_AUTH_MS: 30_000 };
  const more = { T_RESPONSE_MS: 70_000, T_COOKIE_MS: 50_000 };
  const server = ['--server', `127.0.0.1:${port}`];
  const alice = stage.client('alice', ...server, ...limits({ ...slow, ...more }), '--dump', '-');
  alice.type('Log on');
  // The second is sent by the back-off, after the system has said that nothing listens.
  for (let n = 1; n <= 2; n++) await alice.shows(/ udp HELLO /);
  await stage.startServer('--udp-port', port);
  await alice.shows('Connected');
  await stage.finish();
  const wire = wireOf(alice.lines.filter((line) => !/^(Connected|Disconnected)$/.test(line)));
  expect(new Set(wire.filter(({ name }) => name === 'HELLO').map(({ fields }) => fields['att'])).size).toBe(1);
  expect(wire.at(0)?.name).toBe('HELLO');
  expect(count(wire, 'HELLO')).toBeGreaterThanOrEqual(3);
  expect(count(wire, 'CONNECTED')).toBe(1);
});
