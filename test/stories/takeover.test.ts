/** A second log-on of a client that is connected (protocol 3.10; faults 26, 107, 108, 113), and attempts that expire (3.2). */
import { LIMITS } from '../../machines/limits';
import { RawClient } from '../support/raw-client';
import type { User } from '../support/user';
import { SERVER, story, type World } from '../support/world';

const users = ['A', 'B', 'C'] as const;

function logsOn(world: World, user: User): void {
  user.type('Log on');
  world.advance(20);
}

story(
  '107: the newer connection takes over, idle; the older one is told, and does not come back',
  { users },
  (world) => {
    const [a] = world.connect('A');
    const again = world.newUser('A');
    logsOn(world, again);
    expect([a.look(), again.look()]).toEqual([['Logged on from elsewhere'], ['Connected']]);
    expect(world.spoken(a).at(-1)).toBe('S CLOSE(2)');
    world.advance(200_000);
    expect([a.isOffline, again.isConnected]).toEqual([true, true]);
  },
);

story('107: in a chat the partner sees it end, and can chat with the new one at once', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  const again = world.newUser('A');
  logsOn(world, again);
  b.type('Chat A');
  world.advance(10);
  expect([a.look(), b.look(), again.look()]).toEqual([
    ['Chat ended', 'Logged on from elsewhere'],
    ['Chat ended', 'Chat started'],
    ['Connected', 'Chat started'],
  ]);
});

story('a crashed client: its user logs on again at once (L-7)', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  a.host.unplug();
  a.loop.kill();
  world.advance(1_000);
  const again = world.newUser('A');
  logsOn(world, again);
  expect([again.look(), b.look()]).toEqual([['Connected'], ['Chat ended']]);
});

story('an older attempt whose CONNECT comes late never displaces a newer connection (I-15)', { users }, (world) => {
  const late = new RawClient(world, 'A');
  late.challenge();
  late.respond();
  const [a] = world.connect('A');
  late.openTcp();
  late.write(late.firstFlight());
  world.advance(20);
  expect([late.isOver, late.replies]).toEqual([true, []]);
  expect([a.isConnected, a.look()]).toEqual([true, []]);
  late.leave();
});

story(
  'an older attempt that connects first does not end a newer one, which takes over later',
  { users, peers: 'hostile' },
  (world) => {
    const [older, newer] = [new RawClient(world, 'A'), new RawClient(world, 'A')];
    for (const client of [older, newer]) {
      client.challenge();
      client.respond();
    }
    for (const client of [older, newer]) {
      client.openTcp();
      client.write(client.firstFlight());
      world.advance(10);
    }
    expect([older.look(), newer.look()]).toEqual([['CONNECTED', 'CLOSE(2)'], ['CONNECTED']]);
    older.leave();
    newer.leave();
  },
);

story(
  'an older attempt that has sent half of its first flight is cut when the newer one connects',
  { users },
  (world) => {
    const late = new RawClient(world, 'A');
    late.challenge();
    late.respond();
    late.openTcp();
    const flight = late.firstFlight();
    late.write(flight.subarray(0, 60));
    const [a] = world.connect('A');
    late.write(flight.subarray(60));
    world.advance(20);
    expect([late.isOver, late.replies]).toEqual([true, []]);
    expect(world.server.driver.faults.of('TagUsedMeanwhile')).toBe(1);
    expect([a.isConnected, a.look()]).toEqual([true, []]);
    late.leave();
  },
);

story('an older attempt that still waits for RESPONSE is over when the newer one connects', { users }, (world) => {
  const late = new RawClient(world, 'A');
  late.challenge();
  world.connect('A');
  expect(late.ask(late.responseBytes())?.[5]).toBe(5);
  late.leave();
});

story(
  '26: HELLO and RESPONSE of a connected client, replayed by a stranger: the connection is undisturbed',
  { users },
  (world) => {
    const [a, b] = world.chat('A', 'B');
    const before = world.watch.sentDatagrams.length;
    for (const { name, bytes } of world.watch.sentDatagrams.slice(0, 4)) {
      if (name === 'HELLO' || name === 'RESPONSE')
        world.network.inject({ address: '10.9.9.9', port: 1 }, SERVER, bytes);
    }
    world.advance(10);
    expect(world.watch.sentDatagrams).toHaveLength(before);
    a.type('hello');
    world.advance(10);
    expect(b.look()).toEqual(['A: hello']);
  },
);

story('a new log-on of a connected client disturbs nothing before its CONNECT', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  const other = new RawClient(world, 'A');
  other.challenge();
  other.respond();
  a.type('hello');
  world.advance(LIMITS.T_COOKIE_MS + 1_000);
  expect([a.look(), b.look()]).toEqual([[], ['A: hello']]);
  other.leave();
});

story('T_RESPONSE: the attempt is forgotten, and a late RESPONSE gets AUTH_FAIL (25)', { users }, (world) => {
  const early = new RawClient(world, 'A');
  early.challenge();
  world.advance(LIMITS.T_RESPONSE_MS - 30);
  expect(world.server.keys.size).toBe(1);
  world.advance(40);
  expect(world.server.keys.size).toBe(0);
  expect(early.ask(early.responseBytes())?.toString('hex', 0, 8)).toBe('5342435501050018');
  early.leave();
});

story('a RESPONSE just before T_RESPONSE is right', { users }, (world) => {
  const early = new RawClient(world, 'A');
  early.challenge();
  world.advance(LIMITS.T_RESPONSE_MS - 30);
  early.respond();
  expect(world.server.keys.size).toBe(1);
  early.leave();
});

story('T_COOKIE: the cookie is forgotten, and a late CONNECT is cut (58)', { users }, (world) => {
  const slow = new RawClient(world, 'A');
  slow.challenge();
  slow.respond();
  world.advance(LIMITS.T_COOKIE_MS);
  expect(world.server.keys.size).toBe(0);
  slow.openTcp();
  slow.write(slow.firstFlight());
  world.advance(10);
  expect([slow.isOver, slow.replies]).toEqual([true, []]);
  expect(world.server.driver.faults.of('UnknownTag')).toBe(1);
  slow.leave();
});

story('a CONNECT just before T_COOKIE is right', { users, peers: 'hostile' }, (world) => {
  const slow = new RawClient(world, 'A');
  slow.challenge();
  slow.respond();
  world.advance(LIMITS.T_COOKIE_MS - 100);
  slow.openTcp();
  slow.write(slow.firstFlight());
  world.advance(10);
  expect(slow.look()).toEqual(['CONNECTED']);
  slow.leave();
});

story('113: a laptop sleeps for an hour: Connection lost, and its user can log on at once', { users }, (world) => {
  const [a] = world.connect('A');
  a.loop.freeze();
  world.advance(3_600_000);
  a.loop.thaw();
  world.advance(50);
  expect(a.look()).toEqual(['Connection lost']);
  logsOn(world, a);
  expect(a.look()).toEqual(['Connected']);
});
