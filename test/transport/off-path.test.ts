/**
 * Somebody who sees no traffic forges the source address of a victim (protocol 3.6, 3.8): rubbish, HELLOs and RESPONSEs, ten a
 * millisecond. The victim logs on, and others wait for nobody. Real sockets: test/hostile/off-path.test.ts.
 */
import { LIMITS, WIRE } from '../../machines/limits';
import type { Address, Clock } from '../../machines/ports';
import type { Hello } from '../../machines/server/switchboard';
import { SourceAdmission } from '../../transport/admission';
import { RetryTokens } from '../../transport/security/retry-tokens';
import { encodeDatagram, withToken } from '../../transport/wire/datagrams';
import { RawClient } from '../support/raw-client';
import { SERVER, story, type World } from '../support/world';

const users = ['A', 'B'] as const;
const hostile = { users, peers: 'hostile' } as const;

const helloOf = (world: World, id = 'A'): Buffer =>
  encodeDatagram(world.random.bytes(16), { type: 'HELLO', ver: { min: 1, max: 1 }, id });
const strayOf = (world: World): Buffer => {
  const [res, rand] = [world.random.bytes(32), world.random.bytes(32)];
  return encodeDatagram(world.random.bytes(16), { type: 'RESPONSE', id: 'A', res, rand });
};
/** Sent to the server from an address that is not the sender's. */
function forge(world: World, from: Address, count: number, bytes: () => Buffer): void {
  for (let n = 0; n < count; n++) world.network.inject({ ...from, port: 1 + n }, SERVER, bytes());
}

describe('the victim logs on under 10,000 datagrams a second with its source address', () => {
  const FORGED: readonly (readonly [string, (world: World) => Buffer])[] = [
    ['rubbish', (world) => Buffer.from(world.random.bytes(20))],
    ['HELLOs', (world) => helloOf(world)],
    ['HELLOs with a token that is none', (world) => withToken(helloOf(world), world.random.bytes(16))],
    ['RESPONSEs', strayOf],
  ];
  for (const [what, bytes] of FORGED) {
    story(what, hostile, (world) => {
      const victim = new RawClient(world, 'A');
      const from = { address: victim.host.address, port: 0 };
      // Every bucket that these could empty is empty, and stays so.
      for (let ms = 0; ms < 500; ms++) {
        forge(world, from, 10, () => bytes(world));
        world.advance(1);
      }
      forge(world, from, 100, () => bytes(world));
      expect(victim.logOn().look()).toEqual(['CONNECTED']);
      victim.leave();
    });
  }
});

describe('a token', () => {
  const tokenFor = (world: World, client: RawClient): Uint8Array => {
    client.hello = helloOf(world);
    const token = client.tokenIn(client.ask(client.hello));
    if (!token) throw new Error('no RETRY came');
    return token;
  };
  const typeOf = (answer: Buffer | undefined): number | undefined => answer?.[5];
  const [CHALLENGE, RETRY] = [2, 6];
  const full = { ...hostile, limits: { PENDING_ATTEMPTS: 1 } } as const;
  const fill = (world: World): void => {
    forge(world, { address: '203.0.113.9', port: 0 }, 1, () => helloOf(world, 'B'));
    world.advance(10);
  };

  story('is good for the address and the HELLO that it was made for', full, (world) => {
    fill(world);
    const [client, other] = [new RawClient(world, 'A'), new RawClient(world, 'A')];
    const token = tokenFor(world, client);
    expect(typeOf(other.ask(withToken(client.hello, token)))).toBe(RETRY);
    expect(typeOf(client.ask(withToken(helloOf(world), token)))).toBe(RETRY);
    const changed = Buffer.from(token);
    changed.writeUInt8((changed[15] ?? 0) ^ 1, 15);
    expect(typeOf(client.ask(withToken(client.hello, changed)))).toBe(RETRY);
    expect(typeOf(client.ask(withToken(client.hello, token)))).toBe(CHALLENGE);
    client.leave();
    other.leave();
  });

  story('is no part of the HELLO: with it, without it, with another it is the same attempt', full, (world) => {
    fill(world);
    const client = new RawClient(world, 'A');
    const token = tokenFor(world, client);
    const first = client.ask(withToken(client.hello, token));
    expect(client.ask(client.hello)).toEqual(first);
    expect(client.ask(withToken(client.hello, Buffer.alloc(16)))).toEqual(first);
    client.leave();
  });

  story('is worthless after a while', full, (world) => {
    fill(world);
    const client = new RawClient(world, 'A');
    const token = tokenFor(world, client);
    world.advance(LIMITS.T_TOKEN_MS - 100);
    expect(world.server.keys.size).toBe(1);
    expect(typeOf(client.ask(withToken(client.hello, token)))).toBe(CHALLENGE);
    world.advance(2 * LIMITS.T_TOKEN_MS);
    fill(world);
    expect(typeOf(client.ask(withToken(client.hello, token)))).toBe(RETRY);
    client.leave();
  });

  story('does not multiply: with tokens a source may do what it may without', hostile, (world) => {
    const client = new RawClient(world, 'A');
    const before = world.server.keys.size;
    for (let n = 0; n < 1_000; n++) {
      client.hello = helloOf(world);
      const token = client.tokenIn(client.ask(client.hello));
      if (token) client.ask(withToken(client.hello, token));
    }
    // Twice the burst, and two rates for the 20 s that it took.
    const most = 2 * (LIMITS.HELLO_BURST + 20 * LIMITS.HELLOS_PER_SECOND);
    expect(world.server.keys.size - before).toBeLessThanOrEqual(Math.min(most, LIMITS.PENDING_PER_SOURCE));
    expect(world.server.driver.faults.of('TooManyHellos')).toBeGreaterThan(0);
    client.leave();
  });

  test('of another server is none, and its key changes twice before it is forgotten', () => {
    let now = 0;
    const clock = { now: () => now } as ConstructorParameters<typeof RetryTokens>[0];
    let seed = 0;
    const random = { bytes: (n: number) => new Uint8Array(n).fill(++seed), fraction: () => 0 };
    const [ours, theirs] = [new RetryTokens(clock, random, 10), new RetryTokens(clock, random, 10)];
    const token = ours.make('192.0.2.1', 'hash');
    expect([token.length, theirs.isGood(token, '192.0.2.1', 'hash')]).toEqual([16, false]);
    for (const [at, good] of [
      [9, true],
      [10, true],
      [19, true],
      [20, false],
    ] as const) {
      now = at;
      expect([at, ours.isGood(token, '192.0.2.1', 'hash')]).toEqual([at, good]);
    }
    const last = ours.make('192.0.2.1', 'hash');
    now = 1_000;
    expect(ours.isGood(last, '192.0.2.1', 'hash')).toBe(false);
    expect(`${JSON.stringify(ours)} ${String(ours)}`).toBe('"[secret]" [secret]');
  });
});

story('AUTH_FAIL for what is forged keeps no genuine RESPONSE out', hostile, (world) => {
  const victim = new RawClient(world, 'A');
  victim.challenge();
  forge(world, { address: victim.host.address, port: 0 }, 10_000, () => strayOf(world));
  victim.respond();
  expect(world.watch.datagrams.filter((name) => name === 'AUTH_FAIL')).toHaveLength(LIMITS.AUTH_FAIL_PER_SECOND);
  victim.leave();
});

story('a CONNECT ends few attempts at once, however many HELLOs came for its client', hostile, (world) => {
  for (let n = 0; n < 3_000; n++) {
    forge(world, { address: `198.51.${String(n >> 8)}.${String(n & 255)}`, port: 0 }, 1, () => helloOf(world));
    world.advance(1);
  }
  const waiting = new RawClient(world, 'A');
  waiting.challenge();
  const { size } = world.server.keys;
  world.transitions.splice(0);
  const client = new RawClient(world, 'A').logOn();
  expect(client.look()).toEqual(['CONNECTED']);
  expect(size).toBeGreaterThan(3_000);
  // HELLO, RESPONSE, CONNECT.
  expect(world.transitions.filter(({ machine }) => machine === 'server connection').length).toBeLessThanOrEqual(3);
  // They are over all the same.
  expect(waiting.ask(waiting.responseBytes())?.[5]).toBe(5);
  expect(waiting.ask(waiting.hello)?.[5]).toBe(2);
  client.leave();
  waiting.leave();
});

story('a CONNECT ends four others at the most: one connection, and three that wait for CONNECT', hostile, (world) => {
  const older = new RawClient(world, 'A').logOn();
  const clients = Array.from({ length: LIMITS.CONNECTING_PER_CLIENT + 2 }, () => new RawClient(world, 'A'));
  for (const client of clients) {
    client.challenge();
    client.respond();
  }
  const [newest] = clients.slice(-1) as [RawClient];
  newest.openTcp();
  world.transitions.splice(0);
  newest.write(newest.firstFlight());
  world.advance(10);
  expect(newest.look()).toEqual(['CONNECTED']);
  expect(world.transitions.filter(({ event }) => event === 'X.SUPERSEDED')).toHaveLength(4);
  for (const client of [older, ...clients]) client.leave();
});

test('of the new attempts of three seconds the last pushes none of the first out, whoever sends and with what', () => {
  let now = 0;
  const clock = { now: () => now } as Clock;
  let seed = 0;
  const random = { bytes: (n: number) => new Uint8Array(n).fill(++seed), fraction: () => 0 };
  const admission = new SourceAdmission(clock, random, LIMITS);
  const helloOfSource = (n: number, proved: boolean): Hello => {
    const to = { address: `10.0.${String(n >> 8)}.${String(n & 255)}`, port: 1 };
    const token = proved ? admission.tokens.make(to.address, 'hash') : undefined;
    return { id: 'A', attempt: '', to, hash: 'hash', source: to.address, bytes: new Uint8Array(), token };
  };
  let admitted = 0;
  for (; now <= 3_000; now += 10) {
    for (let n = 0; n < 100; n++) {
      for (const proved of [true, false]) if (admission.admits(helloOfSource(n, proved), false)) admitted++;
    }
    if (now > 0) continue;
    for (let n = 0; n < 4_000; n++) {
      for (const proved of [true, false]) if (admission.admits(helloOfSource(n, proved), false)) admitted++;
    }
  }
  expect(admitted).toBe(4 * 4_000);
  expect(admitted).toBeLessThan(LIMITS.PENDING_ATTEMPTS);
});

/** Somebody on the path lets the client answer rands of his own, and sends the answers when it suits him. */
story('answers relayed, however late, push no genuine attempt out of Connecting', hostile, (world) => {
  const asked = (count: number): RawClient[] =>
    Array.from({ length: count }, () => {
      const client = new RawClient(world, 'A');
      client.challenge();
      return client;
    });
  const held = asked(LIMITS.CONNECTING_PER_CLIENT);
  const [genuine] = asked(1) as [RawClient];
  // In one attempt a client answers three others at most (3.8).
  const fresh = asked(WIRE.CANDIDATES - 1);
  genuine.respond();
  for (const relayed of [...held, ...fresh]) relayed.ask(relayed.responseBytes());
  genuine.openTcp();
  genuine.write(genuine.firstFlight());
  world.advance(10);
  expect(genuine.look()).toEqual(['CONNECTED']);
  for (const client of [...held, genuine, ...fresh]) client.leave();
});
