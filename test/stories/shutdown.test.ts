/** Graceful shutdown (protocol 4.10; fault 114). */
import { LIMITS } from '../../machines/limits';
import { RawClient } from '../support/raw-client';
import type { User } from '../support/user';
import { promises, story, type World } from '../support/world';

const CHATS = 50;
const pairs = Array.from({ length: CHATS }, (_, n) => [`a${String(n)}`, `b${String(n)}`] as const);

function startsChats(world: World): (readonly [User, User])[] {
  const chats = pairs.map(([a, b]) => [world.user(a), world.user(b)] as const);
  for (const user of chats.flat()) user.type('Log on');
  world.advance(10);
  for (const [a, b] of chats) a.type(`Chat ${b.id}`);
  world.advance(10);
  for (const user of chats.flat()) expect(user.look()).toEqual(['Connected', 'Chat started']);
  return chats;
}

story(
  '114: fifty chats: one END_NOTIF a session, CLOSE(3) to all, the history is complete',
  { users: pairs.flat() },
  async (world) => {
    const chats = startsChats(world);
    const { loop, host, keys } = world.server;
    // The last texts come in the turn of the signal.
    for (const [a] of chats) a.type(`last words of ${a.id}`);
    world.advance(0);
    let stopped = false;
    loop.arrive(world.time.now + 1, () => void world.signalServer().then(() => (stopped = true)));
    world.advance(100);
    await promises();
    expect(stopped).toBe(true);
    for (const [a, b] of chats) {
      expect(a.look()).toEqual(['Chat ended', 'Server shut down']);
      expect(b.look()).toEqual([`${a.id}: last words of ${a.id}`, 'Chat ended', 'Server shut down']);
      expect(world.store.count(a.id, b.id)).toBe(1);
    }
    const said = chats.flat().flatMap((user) => world.spoken(user));
    expect(said.filter((line) => /^S END_NOTIF\(\d+, 3\)$/.test(line))).toHaveLength(CHATS);
    expect(said.filter((line) => line === 'S CLOSE(3)')).toHaveLength(2 * CHATS);
    expect([host.sockets, loop.armed, keys.size]).toEqual([0, 0, 0]);
  },
);

story(
  '114: clients that do not read, or have vanished, are waited for T_FLUSH and no longer',
  { users: pairs.flat() },
  async (world) => {
    const chats = startsChats(world);
    chats.slice(0, 5).forEach(([a]) => a.link.cut());
    chats.slice(5, 10).forEach(([a]) => a.loop.freeze());
    const { host, loop } = world.server;
    let stopped = false;
    void world.signalServer().then(() => (stopped = true));
    world.advance(LIMITS.T_FLUSH_MS - 10);
    await promises();
    expect(stopped).toBe(false);
    world.advance(10);
    await promises();
    expect([stopped, host.sockets, loop.armed]).toEqual([true, 0, 0]);
    for (const [a, b] of chats.slice(10)) {
      expect([a.look(), b.look()].flat()).toEqual(['Chat ended', 'Server shut down', 'Chat ended', 'Server shut down']);
    }
  },
);

story('a server without clients stops at once', { users: ['A'] }, async (world) => {
  const { host } = world.server;
  await world.signalServer();
  expect(host.sockets).toBe(0);
});

story('log-ons in progress and sockets before CONNECT are dropped', { users: ['A', 'B'] }, async (world) => {
  const waiting = new RawClient(world, 'A');
  waiting.challenge();
  const connecting = new RawClient(world, 'B');
  connecting.challenge();
  connecting.respond();
  connecting.openTcp();
  connecting.write(connecting.firstFlight().subarray(0, 50));
  world.advance(10);
  const { keys, host, loop } = world.server;
  expect(keys.size).toBe(2);
  await world.stopServer();
  expect([keys.size, host.sockets, loop.armed]).toEqual([0, 0, 0]);
  expect(connecting.isOver).toBe(true);
  waiting.leave();
  connecting.leave();
});

story(
  'a client that has logged off is closed when its last socket is gone, with or without the server',
  { users: ['A'] },
  async (world) => {
    const [a] = world.connect('A');
    world.server.loop.freeze();
    a.type('Log off');
    let closed = false;
    void a.closed().then(() => (closed = true));
    world.advance(LIMITS.T_LINGER_MS - 10);
    await promises();
    expect([closed, a.host.sockets]).toEqual([false, 1]);
    world.advance(20);
    await promises();
    expect([closed, a.host.sockets]).toEqual([true, 0]);
    await a.closed();
    world.server.loop.thaw();
  },
);
