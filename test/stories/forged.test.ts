/** Datagrams that somebody else sends to a client: forged, altered, late (protocol 3.8; faults 29 to 43). */
import { LIMITS } from '../../machines/limits';
import { encodeDatagram } from '../../transport/wire/datagrams';
import { flipped } from '../support/memory-fates';
import type { User } from '../support/user';
import { played, SERVER, story, type World } from '../support/world';

/** One way; a log-on takes HELLO 100, CHALLENGE 200, RESPONSE 300, AUTH_SUCCESS 400 ms. */
const WAY_MS = 100;
const users = ['A', 'B'] as const;
const hostile = { users, peers: 'hostile' } as const;

/** Begins a log-on on a slow network, and lets it go on for so long. */
function begins(world: World, ms: number): User {
  const a = world.user('A');
  world.network.latency = () => WAY_MS;
  a.type('Log on');
  world.advance(ms);
  return a;
}

/** The newest datagram of this name that anybody sent. */
function newest(world: World, name: string): Buffer {
  const found = world.watch.sentDatagrams.findLast((datagram) => datagram.name === name);
  if (!found) throw new Error(`no ${name} was sent`);
  return found.bytes;
}
function attemptOf(world: World): Buffer {
  return newest(world, 'HELLO').subarray(8, 24);
}

/** Arrives at the client's socket after `after` ms, as if from the server. */
function forge(world: World, bytes: Buffer, after = 0, from = SERVER): void {
  const { host } = world.user('A');
  const [port = 0] = host.udpPorts;
  world.network.inject(from, { address: host.address, port }, bytes, after - WAY_MS);
}
function authFail(world: World): Buffer {
  return encodeDatagram(attemptOf(world), { type: 'AUTH_FAIL' });
}
function challenge(world: World, ver = 1): Buffer {
  return encodeDatagram(attemptOf(world), { type: 'CHALLENGE', ver, rand: world.random.bytes(32) });
}
function connects(world: World, a: User): void {
  world.until(() => !a.status.connection.startsWith('Wait') && !a.status.connection.startsWith('Connecting'), 30_000);
  expect(a.look()).toEqual(['Connected']);
}

story('29: a CHALLENGE, an AUTH_FAIL of another attempt', hostile, (world) => {
  const a = begins(world, 50);
  const other = world.random.bytes(16);
  forge(world, encodeDatagram(other, { type: 'CHALLENGE', ver: 1, rand: world.random.bytes(32) }));
  forge(world, encodeDatagram(other, { type: 'AUTH_FAIL' }), 200);
  connects(world, a);
  expect(world.watch.datagrams.filter((name) => name === 'RESPONSE')).toHaveLength(1);
});

story('30: from another address, from another port', hostile, (world) => {
  const a = begins(world, 50);
  for (const from of [
    { ...SERVER, address: '10.9.9.9' },
    { ...SERVER, port: 4391 },
  ]) {
    forge(world, challenge(world), 0, from);
    forge(world, authFail(world), 200, from);
  }
  connects(world, a);
  expect(world.transitions.filter(({ event }) => event === 'D.AUTH_FAIL')).toEqual([]);
});

story('31: AUTH_FAIL before CHALLENGE', hostile, (world) => {
  const a = begins(world, 50);
  forge(world, authFail(world));
  connects(world, a);
});

story('32: AUTH_FAIL while waiting, AUTH_SUCCESS within 0.4 s', hostile, (world) => {
  const a = begins(world, 250);
  forge(world, authFail(world));
  world.advance(10);
  expect(a.status.connection).toBe('Wait for AUTH_SUCCESS.doubting');
  connects(world, a);
});

story('32: AUTH_SUCCESS later than 0.4 s after the forged AUTH_FAIL: the attempt is over', hostile, (world) => {
  const a = begins(world, 250);
  world.network.fate = () => [{ after: 1_000 }];
  forge(world, authFail(world));
  world.advance(LIMITS.T_FAIL_HOLD_MS - 1);
  expect(a.look()).toEqual([]);
  world.advance(1);
  expect(a.look()).toEqual(['Authentication failed']);
  world.advance(2_000);
  expect([a.isOffline, a.look()]).toEqual([true, []]);
});

story('33: a thousand AUTH_FAILs', hostile, (world) => {
  const a = begins(world, 250);
  for (let n = 0; n < 1_000; n++) forge(world, authFail(world), n / 10);
  connects(world, a);
});

test.each([LIMITS.T_FAIL_HOLD_MS, 0])('34: a wrong key: AUTH_FAIL takes effect after %i ms', (T_FAIL_HOLD_MS) =>
  played({ users, limits: { T_FAIL_HOLD_MS } }, (world) => {
    const a = world.newUser('A', world.random.bytes(32));
    a.type('Log on');
    world.until(() => a.status.connection === 'Wait for AUTH_SUCCESS.doubting');
    const began = world.time.now;
    world.until(() => a.isOffline);
    expect(world.time.now - began).toBeCloseTo(Math.max(1, T_FAIL_HOLD_MS));
    expect(a.look()).toEqual(['Authentication failed']);
    expect(world.watch.datagrams).toEqual(['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_FAIL']);
  }),
);

test.each([1, 2, 3])('35: %i forged CHALLENGEs before the genuine one: all are answered, Connected', (forged) =>
  played(hostile, (world) => {
    const a = begins(world, 50);
    for (let n = 0; n < forged; n++) forge(world, challenge(world), n);
    connects(world, a);
    expect(world.watch.datagrams.filter((name) => name === 'RESPONSE')).toHaveLength(forged + 1);
    expect(world.watch.datagrams).not.toContain('AUTH_FAIL');
  }),
);

story('35: a forged CHALLENGE after the genuine one', hostile, (world) => {
  const a = begins(world, 250);
  forge(world, challenge(world));
  connects(world, a);
});

story('35: the same CHALLENGE many times is one candidate', hostile, (world) => {
  const a = begins(world, 50);
  const same = challenge(world);
  for (let n = 0; n < 10; n++) forge(world, same, n);
  connects(world, a);
  expect(world.watch.datagrams.filter((name) => name === 'RESPONSE')).toHaveLength(2);
});

/** The genuine CHALLENGE, with entries in its extension block that nobody knows and nobody has to know (1.7). */
function altered(genuine: Buffer, ...entries: number[]): Buffer {
  const bytes = Buffer.concat([genuine, Buffer.from(entries)]);
  bytes.writeUInt16BE(bytes.length, 6);
  return bytes;
}

test.each([1, 3, 4, 50])('35: %i altered copies before the genuine CHALLENGE: one RESPONSE, Connected', (copies) =>
  played(hostile, (world) => {
    const a = begins(world, 150);
    const genuine = newest(world, 'CHALLENGE');
    for (let n = 0; n < copies; n++) forge(world, altered(genuine, 0x20, 1, n), n / 10);
    connects(world, a);
    expect(world.watch.datagrams.filter((name) => name === 'RESPONSE')).toHaveLength(1);
  }),
);

story('four forged CHALLENGEs: the work is bounded, the attempt fails, the next one succeeds', hostile, (world) => {
  const a = begins(world, 50);
  for (let n = 0; n < 4; n++) forge(world, challenge(world), n);
  world.advance(LIMITS.T_AUTH_MS + 200);
  expect(a.look()).toEqual(['No answer from the server']);
  expect(world.watch.datagrams.filter((name) => name === 'RESPONSE')).toHaveLength(24);
  a.type('Log on');
  connects(world, a);
});

story('with three forged CHALLENGEs, two wrong RESPONSEs and AUTH_FAILs: Connected (L-3)', hostile, (world) => {
  const a = begins(world, 50);
  for (let n = 0; n < 3; n++) forge(world, challenge(world), n / 2);
  world.advance(155);
  const right = newest(world, 'RESPONSE');
  const from = { address: '10.9.9.9', port: 1 };
  for (let n = 0; n < 2; n++) world.network.inject(from, SERVER, flipped(right, (24 + 2 + n) * 8), -WAY_MS + 1);
  for (let n = 0; n < 100; n++) forge(world, authFail(world), n);
  connects(world, a);
  expect(world.watch.datagrams.filter((name) => name === 'AUTH_FAIL')).toHaveLength(2);
});

story(
  'copies of a wrong RESPONSE count as one: three of them, and a second one, do not close the attempt',
  hostile,
  (world) => {
    const a = begins(world, 255);
    const right = newest(world, 'RESPONSE');
    const from = { address: '10.9.9.9', port: 1 };
    const wrong = [0, 1].map((n) => flipped(right, (24 + 2 + n) * 8));
    for (const bytes of wrong) for (let n = 0; n < 3; n++) world.network.inject(from, SERVER, bytes, -WAY_MS + 1);
    connects(world, a);
    expect(world.watch.datagrams.filter((name) => name === 'AUTH_FAIL')).toHaveLength(6);
  },
);

story('37: a CHALLENGE with a version that was not offered', hostile, (world) => {
  const a = begins(world, 50);
  for (const ver of [0, 2, 255]) forge(world, challenge(world, ver), ver % 7);
  connects(world, a);
  expect(world.watch.datagrams.filter((name) => name === 'RESPONSE')).toHaveLength(1);
});

story('38, 39: AUTH_SUCCESS with one bit changed, all 672; with a cut tag; then the genuine one', hostile, (world) => {
  const a = begins(world, 350);
  const genuine = newest(world, 'AUTH_SUCCESS');
  expect(genuine).toHaveLength(84);
  for (let bit = 0; bit < genuine.length * 8; bit++) forge(world, flipped(genuine, bit), bit / 100);
  for (const size of [72, 76, 80]) forge(world, genuine.subarray(0, size), 10);
  world.advance(20);
  expect(a.status.connection).toBe('Wait for AUTH_SUCCESS.answering');
  connects(world, a);
});

story("41: AUTH_SUCCESS of another user's attempt, with our attempt-ID", hostile, (world) => {
  world.user('B').type('Log on');
  const a = begins(world, 350);
  const others = world.watch.sentDatagrams.find(({ name }) => name === 'AUTH_SUCCESS')?.bytes ?? Buffer.alloc(84);
  forge(world, Buffer.concat([others.subarray(0, 8), attemptOf(world), others.subarray(24)]));
  world.advance(10);
  expect(a.status.connection).toBe('Wait for AUTH_SUCCESS.answering');
  connects(world, a);
});

story('43: CHALLENGE, AUTH_SUCCESS, AUTH_FAIL in Offline, Connecting and Connected', hostile, (world) => {
  const a = begins(world, 410);
  expect(a.status.connection).toBe('Connecting.opening');
  const all = [newest(world, 'CHALLENGE'), newest(world, 'AUTH_SUCCESS'), authFail(world), challenge(world)];
  const [port = 0] = a.host.udpPorts;
  const again = (): void => {
    for (const bytes of all) world.network.inject(SERVER, { address: a.host.address, port }, bytes, -WAY_MS);
    world.advance(1);
  };
  again();
  expect(a.status.connection).toBe('Connecting.opening');
  world.until(() => a.status.connection === 'Connecting.awaiting');
  again();
  expect(a.status.connection).toBe('Connecting.awaiting');
  connects(world, a);
  again();
  world.advance(1_000);
  expect([a.isConnected, a.look()]).toEqual([true, []]);
  a.type('Log off');
  again();
  world.advance(1_000);
  expect([a.isOffline, a.look()]).toEqual([true, ['Disconnected']]);
  expect(world.watch.datagrams).toHaveLength(5 - 1);
});

const retry = (world: World): Buffer =>
  encodeDatagram(attemptOf(world), { type: 'RETRY', token: world.random.bytes(16) });
const hellos = (world: World): Buffer[] =>
  world.watch.sentDatagrams.filter(({ name }) => name === 'HELLO').map(({ bytes }) => bytes);

story('143: a hundred RETRYs: three are answered in a step, and the log-on succeeds', hostile, (world) => {
  const a = begins(world, 50);
  for (let n = 0; n < 100; n++) forge(world, retry(world));
  world.advance(20);
  expect(hellos(world).map(({ length }) => length)).toEqual([128, 144, 144, 144]);
  connects(world, a);
});

const crowded = { ...hostile, limits: { PENDING_ATTEMPTS: 1 } } as const;
/** Somebody else's attempt fills the table. */
function crowd(world: World): void {
  const bytes = encodeDatagram(world.random.bytes(16), { type: 'HELLO', ver: { min: 1, max: 1 }, id: 'B' });
  world.network.inject({ address: '203.0.113.7', port: 7 }, SERVER, bytes);
  world.advance(10);
}

story('a server without room: RETRY, the same HELLO with its token, and the log-on goes on', crowded, (world) => {
  crowd(world);
  const a = begins(world, 350);
  const [plain, proved, ...more] = hellos(world);
  expect([plain?.length, proved?.length, more]).toEqual([128, 144, []]);
  expect(proved?.subarray(0, 128)).toEqual(plain);
  connects(world, a);
});

story('a server without room, and two RETRYs that are forged before the genuine one', crowded, (world) => {
  crowd(world);
  const a = begins(world, 50);
  forge(world, retry(world));
  forge(world, retry(world));
  connects(world, a);
});
