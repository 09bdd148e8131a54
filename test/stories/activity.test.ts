/** The activity timer, every row of protocol 4.4 and faults 96 and 97. */
import type { User } from '../support/user';
import { story, type World } from '../support/world';

const limits = { T_ACTIVITY_MS: 300_000, T_GUARD_MS: 30_000 };
const WARNING = 'You will be logged off soon';
const EXPIRED = 'Logged off: no activity';
const users = ['A', 'B'] as const;
/** A little more than what a message and its answer take. */
const TRIP_MS = 10;
const options = { users, limits };

function offlineAfter(world: World, user: User, ms: number): void {
  world.advance(ms - TRIP_MS);
  expect(user.isOffline).toBe(false);
  world.advance(2 * TRIP_MS);
  expect(user.isOffline).toBe(true);
}

story('Connected: a warning T_GUARD before the end, and torn down at the end with CLOSE(1)', options, (world) => {
  const [a] = world.connect('A');
  world.advance(270_000 - TRIP_MS);
  expect(a.look()).toEqual([]);
  world.advance(2 * TRIP_MS);
  expect(a.look()).toEqual([WARNING]);
  offlineAfter(world, a, 30_000 - TRIP_MS);
  expect(a.look()).toEqual([EXPIRED]);
  expect(world.spoken(a).at(-1)).toBe('C CLOSE(1)');
});

story('Chat restarts the timer; UNREACHABLE does not', options, (world) => {
  const [a] = world.connect('A');
  world.advance(200_000);
  a.type('Chat B');
  world.network.latency = () => 50_000 / 2;
  // UNREACHABLE comes 50 s after the request.
  world.advance(51_000);
  world.network.latency = () => 1;
  expect(a.look()).toEqual(['Correspondent unreachable']);
  offlineAfter(world, a, 300_000 - 51_000);
  expect(a.look()).toEqual([WARNING, EXPIRED]);
});

const patient = { users, limits: { ...limits, T_DEAD_MS: 1_000_000 } };

story('Wait for CHAT_STARTED: the timer is the watchdog of a server that never answers', patient, (world) => {
  const [a] = world.connect('A');
  world.advance(100_000);
  world.server.loop.freeze();
  a.type('Chat B');
  offlineAfter(world, a, 300_000);
  expect(a.look()).toEqual([WARNING, EXPIRED]);
  world.server.loop.thaw();
});

story('Active Chat: the warning restarts the timer, so it never expires', { users, limits }, (world) => {
  const [a, b] = world.chat('A', 'B');
  world.advance(3_600_000);
  expect([a.isInChat, b.isInChat, a.look(), b.look()]).toEqual([true, true, [], []]);
});

story('return from a chat restarts the timer, for who ended it and for the other', options, (world) => {
  const [a, b] = world.chat('A', 'B');
  world.advance(1_000_000);
  a.type('End chat');
  world.advance(TRIP_MS);
  expect([a.look(), b.look()]).toEqual([['Chat ended'], ['Chat ended']]);
  world.advance(300_000 - 3 * TRIP_MS);
  expect([a.isConnected, b.isConnected]).toEqual([true, true]);
  world.advance(3 * TRIP_MS);
  expect([a.look(), b.look()]).toEqual([
    [WARNING, EXPIRED],
    [WARNING, EXPIRED],
  ]);
});

story('97: End chat one tick before the timer would have expired', options, (world) => {
  const [a] = world.connect('A');
  const connected = world.time.now;
  const [b] = world.connect('B');
  world.advance(connected + 280_000 - world.time.now);
  // The chat begins inside T_GUARD, after the warning: nothing has restarted the timer.
  b.type('Chat A');
  world.advance(connected + 300_000 - 1 - world.time.now);
  expect(a.look()).toEqual([WARNING, 'Chat started']);
  a.type('End chat');
  offlineAfter(world, a, 300_000);
});

story('97: CHAT_STARTED comes after the warning, inside T_GUARD: the chat is not torn down', options, (world) => {
  const [a, b] = world.connect('A', 'B');
  world.advance(269_000);
  b.type('History A');
  world.advance(6_000);
  expect(a.look()).toEqual([WARNING]);
  b.type('Chat A');
  world.advance(600_000);
  expect(a.isInChat).toBe(true);
  expect(a.look()).toEqual(['Chat started']);
  expect(b.look()).toEqual(['No history with A', 'Chat started']);
});

story('History restarts the timer', options, (world) => {
  const [a] = world.connect('A');
  world.advance(200_000);
  a.type('History B');
  world.advance(200_000);
  expect(a.isConnected).toBe(true);
  offlineAfter(world, a, 100_000);
});

story('refused commands, texts and messages of the network do not touch it', options, (world) => {
  const [a] = world.connect('A');
  for (let minute = 0; minute < 4; minute++) {
    world.advance(60_000);
    a.type('hello', 'End chat', 'Log on', 'Chat A', 'History 1');
  }
  // KEEPALIVE came and went four times a minute.
  expect(world.spoken(a).filter((said) => said === 'S KEEPALIVE').length).toBeGreaterThanOrEqual(15);
  a.look();
  offlineAfter(world, a, 60_000);
  expect(a.look()).toEqual([WARNING, EXPIRED]);
});

story('a stalled process in a chat: warning and end are due together, and the chat goes on', patient, (world) => {
  const [a, b] = world.chat('A', 'B');
  world.advance(200_000);
  a.loop.freeze();
  world.advance(200_000);
  a.loop.thaw();
  world.advance(TRIP_MS);
  expect([a.isInChat, a.look(), b.look()]).toEqual([true, [], []]);
  world.advance(600_000);
  expect(a.isInChat).toBe(true);
});

story(
  'a demonstration: 20 s with a guard of 5 s',
  { users, limits: { T_ACTIVITY_MS: 20_000, T_GUARD_MS: 5_000 } },
  (world) => {
    const [a] = world.connect('A');
    world.advance(15_000 + TRIP_MS);
    expect(a.look()).toEqual([WARNING]);
    world.advance(5_000);
    expect(a.look()).toEqual([EXPIRED]);
  },
);
