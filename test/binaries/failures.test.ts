/**
 * Processes that die or are told to stop: what the others read, and that everything can go on afterwards (protocol 4.9, 4.10).
 */
import type { Actor, Stage } from '../../bin/demo/stage';
import { ASSIGNMENT_ONLY } from '../../diagrams/report/play/assignment';
import {
  asked,
  both,
  called,
  HASTY,
  history,
  limits,
  logOn,
  readWire,
  say,
  stages,
  startChat,
  UNSLOWED,
} from './support';

const open = stages();

/** The server again, where its clients look for it. */
async function restart(stage: Stage, ...args: readonly string[]): Promise<Actor> {
  const { process } = await stage.startServer('--udp-port', String(stage.server.udp), ...args);
  return process;
}
async function leave(...clients: readonly Actor[]): Promise<void> {
  for (const client of clients) client.end();
  expect(await Promise.all(clients.map(({ exit }) => exit))).toEqual(clients.map(() => 0));
}

test('server killed in a chat: Connection lost; after a restart the history is complete, the numbers go up', async () => {
  const stage = await open(undefined, ASSIGNMENT_ONLY);
  await stage.subscribe('alice', 'bob');
  const { process } = await stage.startServer();
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  await logOn(alice, bob);
  await startChat(alice, bob);
  await say(alice, bob, 'before');
  await say(bob, alice, 'the crash');
  process.kill('SIGKILL');
  await both(alice, bob, 'Chat ended');
  await both(alice, bob, 'Connection lost');
  await restart(stage);
  await logOn(alice, bob);
  await startChat(bob, alice);
  // Her texts were for the chat that she had asked for.
  alice.type('Chat bob');
  await say(alice, bob, 'after');
  const list = await history(bob, 'alice');
  expect(list.map(({ from, text }) => `${from}: ${text}`)).toEqual(['alice: before', 'bob: the crash', 'alice: after']);
  const [first, second, last] = list.map(({ session }) => session);
  expect(second).toBe(first);
  expect(last).toBeGreaterThan(first ?? Infinity);
  await leave(alice, bob);
  expect(alice.lines).toEqual([
    'Connected',
    ...asked('bob'),
    'bob: the crash',
    'Chat ended',
    'Connection lost',
    'Connected',
    ...called('bob'),
    'Chat ended',
    'Disconnected',
  ]);
});

test('client killed in a chat: the other reads Chat ended at once and can chat again', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob', 'carol');
  await stage.startServer('--dump', 'dump');
  const [alice, bob, carol] = [stage.client('alice'), stage.client('bob'), stage.client('carol')];
  await logOn(alice, bob, carol);
  await startChat(alice, bob);
  alice.kill('SIGKILL');
  await bob.shows('Chat ended');
  await startChat(carol, bob);
  // The texts of a pipe are for the first who called, until it says otherwise.
  bob.type('Chat carol');
  await say(bob, carol, 'she has gone');
  // Nobody needs to wait until the server misses her (L-7).
  const again = stage.client('alice');
  await logOn(again);
  await leave(again, bob, carol);
  const ended = readWire(stage, 'dump').filter(({ name, to }) => name === 'END_NOTIF' && to === 'bob');
  expect(ended[0]?.brief).toBe('S>bob END_NOTIF session=1 why=2');
});

test('a client that is sent a signal logs off and leaves', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  await stage.startServer('--dump', 'dump');
  const bob = stage.client('bob');
  await logOn(bob);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const alice = stage.client('alice');
    await logOn(alice);
    await startChat(alice, bob);
    alice.kill(signal);
    expect(await alice.exit).toBe(0);
    expect(alice.lines).toEqual(['Connected', ...asked('bob'), 'Chat ended', 'Disconnected']);
    await bob.shows('Chat ended');
  }
  const wire = readWire(stage, 'dump').map(({ brief }) => brief);
  expect(wire.filter((line) => line.includes(' CLOSE '))).toEqual(Array(3).fill('alice>S CLOSE reason=0'));
  await leave(bob);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s with several chats: everybody reads it, exit 0, nothing is lost',
  async (signal) => {
    const pairs = [
      ['alice', 'bob'],
      ['carol', 'dave'],
      ['erin', 'frank'],
    ] as const;
    const stage = await open();
    await stage.subscribe(...pairs.flat());
    const { process } = await stage.startServer('--dump', 'dump');
    const clients = pairs.map(([a, b]) => [stage.client(a), stage.client(b)] as const);
    await logOn(...clients.flat());
    for (const [a, b] of clients) {
      await startChat(a, b);
      await say(a, b, `I am ${a.name}`);
    }
    process.kill(signal);
    expect(await process.exit).toBe(0);
    for (const [a, b] of clients) {
      await both(a, b, 'Chat ended');
      await both(a, b, 'Server shut down');
    }
    const closing = readWire(stage, 'dump').slice(-2 * clients.flat().length);
    for (const [n, [a, b]] of pairs.entries()) {
      // One END_NOTIF a session, to the one who was still connected (4.10).
      const notices = closing.filter(({ name, to }) => name === 'END_NOTIF' && (to === a || to === b));
      expect(notices.map(({ fields }) => fields)).toEqual([{ session: String(n + 1), why: '3' }]);
      for (const id of [a, b]) {
        const last = closing.filter(({ to }) => to === id).at(-1);
        expect(last?.brief).toBe(`S>${id} CLOSE reason=3`);
      }
    }
    await restart(stage);
    await logOn(...clients.flat());
    for (const [a, b] of clients) {
      expect(await history(b, a.name)).toEqual([expect.objectContaining({ from: a.name, text: `I am ${a.name}` })]);
    }
    await leave(...clients.flat());
  },
);

test('a second signal ends a server that still waits for a client', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const { process } = await stage.startServer('--dump', '-', ...limits({ T_FLUSH_MS: 60_000, T_LINGER_MS: 60_000 }));
  const alice = stage.client('alice');
  await logOn(alice);
  // She does not answer any more, so the server waits for her end of the connection.
  alice.kill('SIGSTOP');
  process.kill('SIGTERM');
  await process.shows(/S>alice +tcp .*\{CLOSE reason=3\}/);
  process.kill('SIGTERM');
  expect(await process.exit).toBe(1);
  // It was ended, it did not break.
  expect(process.errors.filter((line) => !/^\S+Z (info|warn) /.test(line))).toEqual([]);
  alice.kill('SIGCONT');
  await alice.shows('Server shut down');
});

test('without a second signal such a server stops all the same, after T_FLUSH', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const { process } = await stage.startServer(...limits({ T_FLUSH_MS: 200, T_LINGER_MS: 60_000 }));
  const alice = stage.client('alice');
  await logOn(alice);
  alice.kill('SIGSTOP');
  process.kill('SIGTERM');
  expect(await process.exit).toBe(0);
});

test('the server dies while a client waits for CHALLENGE', async () => {
  const stage = await open(undefined, HASTY);
  await stage.subscribe('alice');
  const { process, udp } = await stage.startServer();
  process.kill('SIGSTOP');
  const alice = stage.client('alice', '--dump', '-');
  alice.type('Log on');
  await alice.shows(/ udp HELLO /);
  process.kill('SIGKILL');
  await process.exit;
  await alice.shows(
    `No answer from the server (nothing listens on UDP 127.0.0.1:${String(udp)}: is the server running there?)`,
  );
  await restart(stage);
  await logOn(alice);
  await leave(alice);
});

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'the server is ended by %s while a client waits for CHAT_STARTED',
  async (signal) => {
    const stage = await open();
    await stage.subscribe('alice', 'bob');
    const { process } = await stage.startServer();
    const [alice, bob] = [stage.client('alice', '--dump', '-'), stage.client('bob')];
    await logOn(alice, bob);
    process.kill('SIGSTOP');
    alice.type('Chat bob');
    await alice.shows(/\{CHAT_REQUEST id=bob\}/);
    process.kill(signal);
    process.kill('SIGCONT');
    // On SIGTERM the request may be served first, in the same turn.
    await both(alice, bob, signal === 'SIGKILL' ? 'Connection lost' : 'Server shut down');
    expect(await process.exit).toBe(signal === 'SIGKILL' ? 'SIGKILL' : 0);
    await restart(stage);
    await logOn(alice, bob);
    await startChat(alice, bob);
    await leave(alice, bob);
  },
);

test('texts that were on their way when their client was killed are stored or unseen, never seen and unstored', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  await stage.startServer(...UNSLOWED);
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  await logOn(alice, bob);
  await startChat(alice, bob);
  for (let n = 1; n <= 200; n++) alice.type(`text ${String(n)}`);
  await bob.shows('alice: text 20');
  alice.kill('SIGKILL');
  await bob.shows('Chat ended');
  const seen = bob.lines.filter((line) => line.startsWith('alice: ')).map((line) => line.slice('alice: '.length));
  const stored = (await history(bob, 'alice')).map(({ text }) => text);
  expect(stored).toEqual(seen);
  await leave(bob);
});
