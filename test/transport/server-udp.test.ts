/** What a server answers to datagrams, and what it does not (protocol 3.4 to 3.8; faults 1 to 28). */
import type { Fault } from '../../machines/faults';
import { LIMITS } from '../../machines/limits';
import { encodeDatagram } from '../../transport/wire/datagrams';
import { flipped } from '../support/memory-fates';
import { RawClient } from '../support/raw-client';
import { played, RESTING_TIMERS, SERVER, story, type World } from '../support/world';

const hostile = { users: ['A', 'B'], peers: 'hostile' } as const;
const STRANGER = { address: '198.51.100.1', port: 1 };

/** A datagram of a stranger comes to the server. @returns names of what it sent meanwhile */
function asks(world: World, bytes: Buffer, from = STRANGER): string[] {
  const before = world.watch.sentDatagrams.length;
  world.network.inject(from, SERVER, bytes);
  world.advance(5);
  return world.watch.sentDatagrams.slice(before).map(({ name }) => name);
}
function hello(world: World, id = 'A', attempt: Buffer = world.random.bytes(16), ver = { min: 1, max: 1 }): Buffer {
  return encodeDatagram(attempt, { type: 'HELLO', ver, id });
}
function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

describe('A: dropped and counted, nothing sent, nothing kept', () => {
  const cases: readonly (readonly [string, Fault, (valid: Buffer, world: World) => Buffer])[] = [
    ['1: empty', 'DatagramOfWrongSize', () => Buffer.alloc(0)],
    ['1: 23 bytes', 'DatagramOfWrongSize', (valid) => valid.subarray(0, 23)],
    ['2: 65507 bytes', 'DatagramOfWrongSize', () => Buffer.alloc(65_507, 7)],
    ['3: magic', 'WrongMagic', (valid) => withByte(valid, 0, 0x54)],
    ...[0, 2, 255].map(
      (v) =>
        [`3: header version ${String(v)}`, 'UnknownHeaderVersion', (valid: Buffer) => withByte(valid, 4, v)] as const,
    ),
    ...[0, 7, 255].map(
      (t) => [`4: type ${String(t)}`, 'UnknownDatagramType', (valid: Buffer) => withByte(valid, 5, t)] as const,
    ),
    ...[2, 4, 5, 6].map(
      (t) => [`4: type ${String(t)}`, 'DatagramOfWrongDirection', (valid: Buffer) => withByte(valid, 5, t)] as const,
    ),
    ...[0, 127, 129, 255].map(
      (n) => [`5: length field ${String(n)}`, 'WrongLengthField', (valid: Buffer) => withByte(valid, 7, n)] as const,
    ),
    ['6: HELLO of 127 bytes', 'DatagramOfWrongSize', (valid) => withByte(valid.subarray(0, 127), 7, 127)],
    ...[0, 33].map(
      (n) => [`7: Client-ID of ${String(n)}`, 'MalformedClientId', (valid: Buffer) => withByte(valid, 26, n)] as const,
    ),
    ['7: Client-ID beyond the end', 'FieldBeyondEnd', (valid) => withByte(valid, 26, 255)],
    ['9: filling', 'FillingNotZero', (valid) => withByte(valid, 127, 1)],
    ['10: extension beyond the end', 'ExtensionBeyondEnd', (valid) => withByte(withByte(valid, 28, 5), 29, 99)],
    ['10: unknown critical extension', 'UnknownCriticalExtension', (valid) => withByte(valid, 28, 0x85)],
    ['10: the same extension twice', 'ExtensionTwice', (valid) => withByte(withByte(valid, 28, 5), 30, 5)],
    ['12: ver_min > ver_max', 'WrongVersionRange', (valid) => withByte(valid, 24, 2)],
    ['12: versions 2 to 9', 'NoCommonVersion', (_, world) => hello(world, 'A', undefined, { min: 2, max: 9 })],
  ];

  test.each(cases)('%s: %s', (_, fault, spoil) =>
    played(hostile, (world) => {
      const bytes = spoil(hello(world), world);
      expect(asks(world, bytes)).toEqual([]);
      const { driver, keys, loop } = world.server;
      expect([driver.faults.of(fault), keys.size, loop.armed]).toEqual([1, 0, RESTING_TIMERS]);
    }),
  );
});

story(
  '11: grease is skipped, and goes into TH: an honest client sends it at every log-on',
  { users: ['A'] },
  (world) => {
    const a = world.user('A');
    for (let n = 0; n < 10; n++) {
      world.connect('A');
      a.type('Log off');
      world.advance(100);
    }
    const sizes = world.watch.sentDatagrams.filter(({ name }) => name === 'HELLO').map(({ bytes }) => bytes[29]);
    expect(new Set(sizes).size).toBeGreaterThan(3);
  },
);

story('14: an unknown Client-ID: silence', hostile, (world) => {
  expect(asks(world, hello(world, 'Nobody'))).toEqual([]);
  expect([world.server.keys.size, world.server.loop.armed]).toEqual([0, RESTING_TIMERS]);
});

story(
  '14: with --decoy it gets a CHALLENGE like anybody, and AUTH_FAIL for every RESPONSE',
  { ...hostile, decoy: true },
  (world) => {
    const real = new RawClient(world, 'A');
    const decoy = new RawClient(world, 'Nobody', world.random.bytes(32));
    real.challenge();
    decoy.challenge();
    expect(decoy.datagrams[0]).toHaveLength(real.datagrams[0]?.length ?? 0);
    expect(world.server.keys.size).toBe(2);
    expect(asks(world, decoy.responseBytes(), STRANGER)).toEqual(['AUTH_FAIL']);
    expect(asks(world, real.responseBytes(), STRANGER)).toEqual(['AUTH_SUCCESS']);
    // The entry lives as long as a real one.
    world.advance(LIMITS.T_RESPONSE_MS + 100);
    expect(world.server.keys.size).toBe(1 - 1);
    for (const client of [real, decoy]) client.leave();
  },
);

const unlimited = { ...hostile, limits: { HELLOS_PER_SECOND: 0, AUTH_FAIL_PER_SECOND: 0 } };

// With the default limits: what is repeated is charged to nobody.
story('15: the same HELLO a thousand times: the same CHALLENGE, one entry', hostile, (world) => {
  const same = hello(world);
  for (let n = 0; n < 1_000; n++) world.network.inject({ ...STRANGER, port: n + 1 }, SERVER, same);
  world.advance(5);
  const challenges = world.watch.sentDatagrams.map(({ bytes, to }) => [bytes.toString('hex'), to.port] as const);
  expect([challenges.length, new Set(challenges.map(([bytes]) => bytes)).size]).toEqual([1_000, 1]);
  // Each to where its question came from.
  expect(challenges.map(([, port]) => port)).toEqual(challenges.map((_, n) => n + 1));
  expect(world.server.keys.size).toBe(1);
});

story('the same attempt-ID with other bytes is another attempt (3.4)', unlimited, (world) => {
  const attempt = world.random.bytes(16);
  const altered = withByte(withByte(hello(world, 'A', attempt), 28, 5), 29, 0);
  expect([asks(world, hello(world, 'A', attempt)), asks(world, altered)]).toEqual([['CHALLENGE'], ['CHALLENGE']]);
  expect(world.server.keys.size).toBe(2);
});

story('19: RESPONSE without HELLO: AUTH_FAIL, 24 bytes, not counted against the user', unlimited, (world) => {
  const stray = encodeDatagram(world.random.bytes(16), {
    type: 'RESPONSE',
    id: 'A',
    res: world.random.bytes(32),
    rand: world.random.bytes(32),
  });
  expect(asks(world, stray)).toEqual(['AUTH_FAIL']);
  expect(world.watch.sentDatagrams.at(-1)?.bytes).toHaveLength(24);
  expect(world.server.driver.faults.of('StrayResponse')).toBe(1);
  expect(world.server.log.of('wrong RESPONSE')).toEqual([]);
});

story(
  'P8: RESPONSE with our attempt-ID and an unknown rand: ignored, the client answered a forgery, too',
  hostile,
  (world) => {
    const client = new RawClient(world, 'A');
    client.challenge();
    expect(asks(world, client.responseBytes(undefined, world.random.bytes(32)))).toEqual([]);
    const other = encodeDatagram(client.attempt, {
      type: 'RESPONSE',
      id: 'B',
      res: client.keys.res(client.handle),
      rand: client.rand,
    });
    const elsewhere = encodeDatagram(world.random.bytes(16), {
      type: 'RESPONSE',
      id: 'A',
      res: client.keys.res(client.handle),
      rand: client.rand,
    });
    expect([asks(world, other), asks(world, elsewhere)]).toEqual([[], []]);
    expect(world.server.driver.faults.of('ResponseOfOtherAttempt')).toBe(3);
    client.respond();
    client.leave();
  },
);

test.each([1, 2])('21: %i wrong RESPONSEs: AUTH_FAIL each, the right one still succeeds', (wrong) =>
  played(hostile, (world) => {
    const client = new RawClient(world, 'A');
    client.challenge();
    for (let n = 0; n < wrong; n++)
      expect(asks(world, client.responseBytes(Buffer.alloc(32, n)))).toEqual(['AUTH_FAIL']);
    client.respond();
    client.leave();
  }),
);

story('21: three wrong RESPONSEs: AUTH_FAIL each, and the attempt is closed', hostile, (world) => {
  const client = new RawClient(world, 'A');
  client.challenge();
  for (let n = 0; n < 3; n++) expect(asks(world, client.responseBytes(Buffer.alloc(32, n)))).toEqual(['AUTH_FAIL']);
  expect([world.server.keys.size, world.server.loop.armed]).toEqual([0, RESTING_TIMERS]);
  expect(asks(world, client.responseBytes())).toEqual(['AUTH_FAIL']);
  client.leave();
});

story('27: Res that agrees in all but the last byte, in all but one bit: AUTH_FAIL', hostile, (world) => {
  const client = new RawClient(world, 'A');
  client.challenge();
  const res = client.keys.res(client.handle);
  for (const almost of [withByte(res, 31, (res[31] ?? 0) ^ 0xff), flipped(res, 0)]) {
    expect(asks(world, client.responseBytes(almost))).toEqual(['AUTH_FAIL']);
  }
  client.leave();
});

story(
  '23: the right RESPONSE ten times: the same AUTH_SUCCESS, byte by byte; wrong ones are ignored now',
  hostile,
  (world) => {
    const client = new RawClient(world, 'A');
    client.challenge();
    client.respond();
    for (let n = 0; n < 9; n++) expect(asks(world, client.responseBytes())).toEqual(['AUTH_SUCCESS']);
    const all = world.watch.sentDatagrams
      .filter(({ name }) => name === 'AUTH_SUCCESS')
      .map(({ bytes }) => bytes.toString('hex'));
    expect([all.length, new Set(all).size]).toEqual([10, 1]);
    expect(asks(world, client.responseBytes(Buffer.alloc(32)))).toEqual([]);
    client.leave();
  },
);

story('28: a whole log-on replayed the next day: a new rand, and AUTH_FAIL', { users: ['A'] }, (world) => {
  const [a] = world.connect('A');
  const [recordedHello, , recordedResponse] = world.watch.sentDatagrams.map(({ bytes }) => bytes);
  const rand = world.watch.sentDatagrams[1]?.bytes.subarray(25, 57);
  a.type('Log off');
  world.advance(86_400_000);
  expect(asks(world, recordedHello ?? Buffer.alloc(0))).toEqual(['CHALLENGE']);
  expect(world.watch.sentDatagrams.at(-1)?.bytes.subarray(25, 57)).not.toEqual(rand);
  // The attempt-ID lives again under the new rand: the old RESPONSE is ignored until it has expired.
  expect(asks(world, recordedResponse ?? Buffer.alloc(0))).toEqual([]);
  world.advance(LIMITS.T_RESPONSE_MS + 100);
  expect(asks(world, recordedResponse ?? Buffer.alloc(0))).toEqual(['AUTH_FAIL']);
});

describe('wrong RESPONSEs of one Client-ID (3.11)', () => {
  /** Three wrong RESPONSEs of one attempt. */
  function guesses(world: World, id: string): void {
    const client = new RawClient(world, id);
    client.challenge();
    for (let n = 0; n < 3; n++) client.ask(client.responseBytes(Buffer.alloc(32, n)));
    client.leave();
  }

  story('each is logged with its source; the 21st within an hour raises one warning', hostile, (world) => {
    for (let n = 0; n < 10; n++) guesses(world, 'A');
    guesses(world, 'B');
    const { log } = world.server;
    const wrong = log.of('wrong RESPONSE');
    expect(wrong.map(({ fields }) => fields.count)).toEqual([...Array.from({ length: 30 }, (_, n) => n + 1), 1, 2, 3]);
    expect(wrong[0]?.fields).toMatchObject({
      client: 'A',
      source: expect.stringMatching(/^10\.1\.0\.\d+:\d+$/) as string,
    });
    expect(log.of('many wrong RESPONSEs within an hour').map(({ fields }) => [fields.client, fields.count])).toEqual([
      ['A', 21],
    ]);
  });

  story('after an hour the counting begins again', hostile, (world) => {
    for (let n = 0; n < 6; n++) guesses(world, 'A');
    world.advance(3_600_000);
    for (let n = 0; n < 6; n++) guesses(world, 'A');
    expect(world.server.log.of('many wrong RESPONSEs within an hour')).toEqual([]);
    guesses(world, 'A');
    expect(world.server.log.of('many wrong RESPONSEs within an hour')).toHaveLength(1);
  });

  story('and it never locks an account', hostile, (world) => {
    for (let n = 0; n < 10; n++) guesses(world, 'A');
    world.connect('A');
  });
});
