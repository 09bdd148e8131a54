/** The bounds of a server (protocol 3.6, 4.11; faults 17, 18, 60; I-19): who proves his address gets through. */
import type { Limits } from '../../machines/limits';
import type { Address } from '../../machines/ports';
import { encodeDatagram } from '../../transport/wire/datagrams';
import { RawClient } from '../support/raw-client';
import { RESTING_TIMERS, SERVER, story, type World } from '../support/world';

const users = ['A', 'B', 'C'] as const;
const UNLIMITED = { HELLOS_PER_SECOND: 0, AUTH_FAIL_PER_SECOND: 0 };
const hostile = (limits: Partial<Limits>) => ({ users, peers: 'hostile', limits }) as const;
const AUTH_SUCCESS = 4;
const AUTH_FAIL = 5;

function hello(world: World, from: Address, id = 'A'): void {
  const bytes = encodeDatagram(world.random.bytes(16), { type: 'HELLO', ver: { min: 1, max: 1 }, id });
  world.network.inject(from, SERVER, bytes);
}
const source = (n: number): Address => ({ address: `203.0.${String(n >> 8)}.${String(n & 255)}`, port: 1 });

/** Clients that have got their CHALLENGE. */
function challenged(world: World, count: number, id = 'A'): RawClient[] {
  return Array.from({ length: count }, () => {
    const client = new RawClient(world, id);
    client.challenge();
    return client;
  });
}
/** Types of the answers to their RESPONSEs. */
function answers(clients: readonly RawClient[]): (number | undefined)[] {
  return clients.map((client) => client.ask(client.responseBytes())?.[5]);
}
function leave(clients: readonly RawClient[]): void {
  for (const client of clients) client.leave();
}

story(
  'PENDING_ATTEMPTS: when the table is full a HELLO with a token makes the oldest attempt leave',
  hostile({ PENDING_ATTEMPTS: 4 }),
  (world) => {
    const clients = challenged(world, 6, 'A');
    expect([world.server.keys.size, world.server.loop.armed]).toEqual([4, 4 + RESTING_TIMERS]);
    expect(answers(clients)).toEqual([AUTH_FAIL, AUTH_FAIL, AUTH_SUCCESS, AUTH_SUCCESS, AUTH_SUCCESS, AUTH_SUCCESS]);
    leave(clients);
  },
);

story(
  'PENDING_ATTEMPTS: HELLOs without a token are answered with RETRY, and end nothing',
  hostile({ PENDING_ATTEMPTS: 4 }),
  (world) => {
    const clients = challenged(world, 4, 'A');
    for (let n = 0; n < 100; n++) hello(world, source(n));
    world.advance(10);
    expect(world.watch.datagrams.filter((name) => name === 'RETRY')).toHaveLength(100);
    expect(answers(clients)).toEqual([AUTH_SUCCESS, AUTH_SUCCESS, AUTH_SUCCESS, AUTH_SUCCESS]);
    leave(clients);
  },
);

story('attempts that are authenticated are not in that table', hostile({ PENDING_ATTEMPTS: 2 }), (world) => {
  const [first] = challenged(world, 1, 'B');
  first?.respond();
  for (let n = 0; n < 10; n++) hello(world, source(n));
  world.advance(10);
  expect(world.server.keys.size).toBe(1 + 2);
  first?.openTcp();
  first?.write(first.firstFlight());
  world.advance(10);
  expect(first?.look()).toEqual(['CONNECTED']);
  first?.leave();
});

story(
  'PENDING_PER_SOURCE: more from this source need a token, nobody else',
  hostile({ ...UNLIMITED, PENDING_PER_SOURCE: 3 }),
  (world) => {
    const honest = challenged(world, 1, 'B');
    for (let n = 0; n < 10; n++) hello(world, { ...source(1), port: n + 1 });
    world.advance(10);
    expect(world.server.keys.size).toBe(1 + 3);
    expect(answers(honest)).toEqual([AUTH_SUCCESS]);
    leave(honest);
  },
);

const NONE = { ...UNLIMITED, PENDING_PER_SOURCE: 0, PENDING_ATTEMPTS: 0, CONNECTED_CLIENTS: 0 };
story('0 is no limit (P4)', hostile(NONE), (world) => {
  for (let n = 0; n < 1_000; n++) hello(world, source(1));
  world.advance(10);
  expect(world.server.keys.size).toBe(1_000);
});

story(
  '17: a flood of HELLOs from forged sources for the victim; the victim logs on meanwhile',
  { users, limits: { PENDING_ATTEMPTS: 200 } },
  (world) => {
    const a = world.user('A');
    a.type('Log on');
    // 20 a millisecond: an entry lives 10 ms, a round trip takes 2.
    for (let ms = 0; ms < 200; ms++) {
      for (let n = 0; n < 20; n++) hello(world, source((ms * 20 + n) & 0xffff));
      world.advance(1);
      expect(world.server.keys.size).toBeLessThanOrEqual(201);
    }
    expect(a.look()).toEqual(['Connected']);
  },
);

/** How often a datagram of this name was sent to a source. */
const sentTo = (world: World, name: string, { address }: Address): number =>
  world.watch.sentDatagrams.filter((sent) => sent.name === name && sent.to.address === address).length;

story('18: one source sends 100 HELLOs a millisecond: it is limited, others are served', { users }, (world) => {
  const a = world.user('A');
  a.type('Log on');
  for (let ms = 0; ms < 100; ms++) {
    for (let n = 0; n < 100; n++) hello(world, { ...source(1), port: n + 1 }, 'B');
    world.advance(1);
  }
  expect(a.look()).toEqual(['Connected']);
  const served = sentTo(world, 'CHALLENGE', source(1));
  expect(served).toBeLessThanOrEqual(200 + 6);
  expect(sentTo(world, 'RETRY', source(1))).toBe(10_000 - served);
  expect(world.server.driver.faults.of('TooManyHellos')).toBe(10_000 - served);
  expect(world.server.log.of('refused input')).toHaveLength(1);
});

story('a source that was limited is served again later', { users }, (world) => {
  for (let n = 0; n < 250; n++) hello(world, source(1));
  world.advance(1_000);
  for (let n = 0; n < 250; n++) hello(world, source(1));
  world.advance(10);
  expect(sentTo(world, 'CHALLENGE', source(1))).toBe(200 + 50);
});

story('AUTH_FAIL_PER_SECOND: silence above it, whoever asks', hostile({ AUTH_FAIL_PER_SECOND: 10 }), (world) => {
  for (let n = 0; n < 100; n++) {
    const stray = encodeDatagram(world.random.bytes(16), {
      type: 'RESPONSE',
      id: 'A',
      res: Buffer.alloc(32),
      rand: world.random.bytes(32),
    });
    world.network.inject(source(n), SERVER, stray);
  }
  world.advance(10);
  expect(world.watch.datagrams).toEqual(Array<string>(10).fill('AUTH_FAIL'));
  expect(world.server.driver.faults.of('TooManyAuthFails')).toBe(90);
});

story(
  'CONNECTED_CLIENTS: silence for a client that is not connected; who is connected may log on elsewhere',
  { users, limits: { CONNECTED_CLIENTS: 1 } },
  (world) => {
    const [a] = world.connect('A');
    const b = world.user('B');
    b.type('Log on');
    world.advance(10_000);
    expect(b.look()).toEqual(['No answer from the server']);
    expect(world.server.driver.faults.of('TooManyClients')).toBe(6);
    const again = world.newUser('A');
    again.type('Log on');
    world.advance(10);
    expect([a.look(), again.look()]).toEqual([['Logged on from elsewhere'], ['Connected']]);
    again.type('Log off');
    world.advance(100);
    world.connect('B');
  },
);

story(
  'CONNECTED_CLIENTS: who got a CHALLENGE while there was a place finds none, and connects when there is one',
  hostile({ CONNECTED_CLIENTS: 1 }),
  (world) => {
    const [a, b, again] = ['A', 'B', 'A'].flatMap((id) => challenged(world, 1, id)) as [
      RawClient,
      RawClient,
      RawClient,
    ];
    for (const client of [a, b, again]) client.respond();
    const flight = b.firstFlight();
    const connect = (client: RawClient, first = client.firstFlight()): string[] => {
      client.openTcp();
      client.write(first);
      world.advance(10);
      return client.look();
    };
    expect([connect(a), connect(b, flight), b.isOver]).toEqual([['CONNECTED'], [], true]);
    expect(world.server.driver.faults.of('TooManyClients')).toBe(1);
    expect([connect(again), a.look()]).toEqual([['CONNECTED'], ['CLOSE(2)']]);
    again.say({ type: 'CLOSE', reason: 0 });
    expect(connect(b, flight)).toEqual(['CONNECTED']);
    leave([a, b, again]);
  },
);

story('NEW_ATTEMPTS_PER_SECOND: of all sources together', hostile({ NEW_ATTEMPTS_PER_SECOND: 100 }), (world) => {
  for (let n = 0; n < 1_000; n++) hello(world, source(n));
  world.advance(100);
  const named = (name: string): number => world.watch.datagrams.filter((each) => each === name).length;
  expect([named('CHALLENGE'), named('RETRY')]).toEqual([100, 900]);
  // Whoever gets his RETRY is served.
  const [client] = challenged(world, 1, 'B');
  expect(answers([client as RawClient])).toEqual([AUTH_SUCCESS]);
  client?.leave();
});

story(
  'CONNECTING_PER_CLIENT: four log-ons of one client wait for CONNECT; a fifth ends the oldest',
  hostile({}),
  (world) => {
    const clients = challenged(world, 5, 'A');
    const others = challenged(world, 1, 'B');
    for (const client of [...others, ...clients]) client.respond();
    expect(world.server.keys.size).toBe(1 + 4);
    const connects = (client: RawClient): string[] => {
      client.openTcp();
      client.write(client.firstFlight());
      world.advance(10);
      return client.look();
    };
    expect([...clients.slice(0, 2), ...others].map(connects)).toEqual([[], ['CONNECTED'], ['CONNECTED']]);
    leave([...clients, ...others]);
  },
);

story(
  'sockets before CONNECT: a crowd of idle ones, and the honest client is served',
  { users, limits: { UNBOUND_SOCKETS: 20, UNBOUND_PER_SOURCE: 5 } },
  (world) => {
    const idle = Array.from({ length: 100 }, () => new RawClient(world, 'B'));
    const { tcp } = world.server.driver.ports;
    for (const client of idle) client.openTcp(tcp);
    expect(world.server.host.streams.size).toBe(20);
    world.connect('A');
    world.advance(10_000);
    expect(world.server.host.streams.size).toBe(1);
    leave(idle);
  },
);
