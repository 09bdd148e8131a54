/** Log-on over a network that loses, repeats, delays and damages datagrams (protocol 3.2, 3.3; faults 44 to 47). */
import fc from 'fast-check';
import { LIMITS } from '../../machines/limits';
import { FATES, weather, type Datagram, type Fate } from '../support/memory-fates';
import { SeededRandom } from '../support/random';
import { played, SERVER, story, World } from '../support/world';

/** T_CHALLENGE + T_AUTH + T_CONNECTING. */
const LONGEST_MS = 26_000;
const TRANSMISSIONS = LIMITS.T_RETRY_MS.length + 1;
const users = ['A'] as const;

type Stage = 'HELLO' | 'RESPONSE';
const TYPES = { HELLO: 1, CHALLENGE: 2, RESPONSE: 3, AUTH_SUCCESS: 4, AUTH_FAIL: 5 } as const;
const ANSWER = { HELLO: 'CHALLENGE', RESPONSE: 'AUTH_SUCCESS' } as const;

/** Loses those transmissions of one type that `kept` does not have; the first has number 0. */
function losing(type: keyof typeof TYPES, kept: (n: number) => boolean): Fate {
  let sent = 0;
  return ({ bytes }: Datagram) => (bytes[5] !== TYPES[type] || kept(sent++) ? [{}] : []);
}

/** Both: what either loses is lost. */
function both(one: Fate, other: Fate): Fate {
  return (datagram) => (one(datagram).length > 0 ? other(datagram) : []);
}

const numbers = Array.from({ length: TRANSMISSIONS }, (_, n) => n);
const stages: readonly Stage[] = ['HELLO', 'RESPONSE'];

describe('any five of the six transmissions of a stage are lost', () => {
  const cases = stages.flatMap((stage) => numbers.map((n) => [stage, n] as const));

  test.each(cases)('%s: only number %i arrives: Connected', (stage, n) =>
    played({ users }, (world) => {
      const a = world.user('A');
      world.network.fate = losing(stage, (sent) => sent === n);
      a.type('Log on');
      world.until(() => a.isConnected, LIMITS.T_CHALLENGE_MS);
      expect(a.look()).toEqual(['Connected']);
      expect(world.watch.datagrams.filter((name) => name === stage)).toHaveLength(n + 1);
    }),
  );

  test.each(cases)('%s: all arrive, only answer number %i comes back: Connected', (stage, n) =>
    played({ users }, (world) => {
      const a = world.user('A');
      world.network.fate = losing(ANSWER[stage], (sent) => sent === n);
      a.type('Log on');
      world.until(() => a.isConnected, LIMITS.T_CHALLENGE_MS);
      expect(a.look()).toEqual(['Connected']);
      // With RESPONSE goes HELLO, and is answered again.
      expect(world.server.driver.census().counters.answersRepeated).toBe(stage === 'HELLO' ? n : 2 * n);
    }),
  );

  const pairs = numbers.flatMap((hello) => numbers.map((response) => [hello, response] as const));

  test.each(pairs)('only HELLO number %i and RESPONSE number %i arrive: Connected', (hello, response) =>
    played({ users }, (world) => {
      const a = world.user('A');
      const kept = (number: number) => (n: number) => n === number;
      world.network.fate = both(losing('HELLO', kept(hello)), losing('RESPONSE', kept(response)));
      a.type('Log on');
      world.until(() => a.isConnected, LIMITS.T_CHALLENGE_MS + LIMITS.T_AUTH_MS);
      // A retry repeats HELLO beside RESPONSE.
      const sent = (name: Stage) => world.watch.datagrams.filter((other) => other === name).length;
      expect([sent('HELLO'), sent('RESPONSE')]).toEqual([hello + 1 + response, response + 1]);
    }),
  );

  // In each of the first five chances either the question or the answer is lost.
  const patterns = Array.from({ length: 32 }, (_, bits) => numbers.slice(1).map((n) => ((bits >> (n - 1)) & 1) === 1));

  test.each(stages.flatMap((stage) => patterns.map((answers) => [stage, answers] as const)))(
    '%s: lost answers %j',
    (stage, answers) =>
      played({ users }, (world) => {
        const a = world.user('A');
        let chance = 0;
        const question = losing(stage, () => answers[chance++] ?? true);
        world.network.fate = both(
          question,
          losing(ANSWER[stage], () => chance === TRANSMISSIONS),
        );
        a.type('Log on');
        world.until(() => a.isConnected, LIMITS.T_CHALLENGE_MS + LIMITS.T_AUTH_MS);
        expect(chance).toBe(TRANSMISSIONS);
      }),
  );
});

describe('six of six are lost', () => {
  test.each([
    ['HELLO', LIMITS.T_CHALLENGE_MS],
    ['CHALLENGE', LIMITS.T_CHALLENGE_MS],
    ['RESPONSE', LIMITS.T_AUTH_MS],
    ['AUTH_SUCCESS', LIMITS.T_AUTH_MS],
  ] as const)('%s: given up when the time is over', (type, ms) =>
    played({ users }, (world) => {
      const a = world.user('A');
      world.network.fate = losing(type, () => false);
      a.type('Log on');
      // A round trip is 2 ms; T_AUTH begins with it.
      world.advance(ms - 1);
      expect(a.look()).toEqual([]);
      world.advance(5);
      expect(a.look()).toEqual(['No answer from the server']);
      expect(world.watch.datagrams.filter((name) => name === type)).toHaveLength(TRANSMISSIONS);
    }),
  );
});

test('the distances between transmissions: 0.5, 1, 1, 1.5, 1.5 s, each stretched by up to a quarter', () =>
  played({ users }, (world) => {
    const a = world.user('A');
    const times: number[] = [];
    world.network.fate = () => {
      times.push(world.time.now);
      return [];
    };
    for (let n = 0; n < 20; n++) {
      times.length = 0;
      a.type('Log on');
      world.advance(LIMITS.T_CHALLENGE_MS + 10);
      const steps = times.slice(1).map((time, i) => (time - (times[i] ?? 0)) / (LIMITS.T_RETRY_MS[i] ?? 0));
      expect(steps).toHaveLength(5);
      for (const step of steps) expect(step).toBeGreaterThanOrEqual(1);
      for (const step of steps) expect(step).toBeLessThanOrEqual(1.25);
    }
  }));

const weathers = fc.record({
  loss: fc.double({ min: 0, max: 0.9, noNaN: true }),
  triple: fc.double({ min: 0, max: 1, noNaN: true }),
  damage: fc.double({ min: 0, max: 0.3, noNaN: true }),
  lateMs: fc.integer({ min: 0, max: 4_000 }),
});

test('whatever the weather, a log-on ends within 26 s, and can be repeated', () =>
  fc.assert(
    fc.asyncProperty(fc.nat(), weathers, (seed, conditions) =>
      // Damaged datagrams are a liar's: they may lead to refusals, never to more than that.
      played({ users, seed, peers: 'hostile' }, (world) => {
        const a = world.user('A');
        world.network.fate = weather(new SeededRandom(seed), conditions);
        for (let attempt = 0; attempt < 3 && !a.isConnected; attempt++) {
          a.type('Log on');
          world.until(() => a.isConnected || a.isOffline, LONGEST_MS + 10);
        }
        const results = a.look();
        const possible = ['Connected', 'No answer from the server', 'Authentication failed'];
        expect(possible).toEqual(expect.arrayContaining(results));
        world.network.fate = FATES.deliver;
        if (a.isOffline) a.type('Log on');
        world.until(() => a.isConnected, LONGEST_MS);
      }),
    ),
    { numRuns: 60 },
  ));

test('46: everything three times and in any order: as without', () =>
  fc.assert(
    fc.asyncProperty(fc.nat(), (seed) =>
      played({ users: ['A', 'B'], seed }, (world) => {
        world.network.fate = weather(new SeededRandom(seed), { triple: 1, lateMs: 400 });
        const [a, b] = world.chat('A', 'B');
        world.advance(10_000);
        expect([a.isInChat, b.isInChat]).toEqual([true, true]);
      }),
    ),
    { numRuns: 20 },
  ));

/** How many of so many log-ons, one attempt each, end in Connected at 30 % loss in both directions; none may hang. */
async function connectedOf(logOns: number, seed: number): Promise<number> {
  const world = await World.open({ users, seed, limits: { HELLOS_PER_SECOND: 0 } });
  const a = world.user('A');
  world.network.fate = weather(new SeededRandom(seed), { loss: 0.3 });
  let connected = 0;
  for (let n = 0; n < logOns; n++) {
    a.type('Log on');
    world.until(() => a.isConnected || a.isOffline, LONGEST_MS);
    if (!a.isConnected) continue;
    connected++;
    a.type('Log off');
  }
  await world.end();
  return connected;
}

// The seed is fixed, so the result is too. `PARLEY_LOSS=full` plays ten other seeds: the figures of 3.2.
const IS_FULL = process.env['PARLEY_LOSS'] === 'full';
const SEEDS = IS_FULL ? Array.from({ length: 10 }, (_, n) => n + 1) : [45];
/** What 3.2 computes, and how far so many log-ons may be from it. */
const [SHARE, WITHIN] = [0.965, IS_FULL ? 0.01 : 0.025];

test(`45: at 30 % loss both ways 96.5 % of ${String(SEEDS.length)},000 log-ons succeed in one attempt, none hangs`, async () => {
  let connected = 0;
  for (const seed of SEEDS) {
    const of = await connectedOf(1_000, seed);
    if (IS_FULL) process.stdout.write(`seed ${String(seed)}: ${String(of)} of 1000\n`);
    expect(of).toBeGreaterThanOrEqual(940);
    connected += of;
  }
  expect(Math.abs(connected / (1_000 * SEEDS.length) - SHARE)).toBeLessThanOrEqual(WITHIN);
}, 600_000);

story(
  '44: nothing listens on the port: the log-on lives on retransmissions until a server starts',
  { users },
  async (world) => {
    await world.stopServer();
    world.network.host(SERVER.address, world.time.loop('machine without a server'));
    const a = world.user('A');
    a.type('Log on');
    world.advance(2_000);
    await world.startServer();
    world.advance(2_500);
    expect(a.look()).toEqual(['Connected']);
  },
);

story('44: no server ever starts: the hint comes with the give-up', { users }, async (world) => {
  await world.stopServer();
  world.network.host(SERVER.address, world.time.loop('machine without a server'));
  const a = world.user('A');
  a.type('Log on');
  world.advance(LIMITS.T_CHALLENGE_MS + 10);
  expect(a.look()).toEqual([
    'No answer from the server (nothing listens on UDP 10.0.0.1:4390: is the server running there?)',
  ]);
});

story('47: the wall clock jumps a day: no effect', { users: ['A', 'B'] }, (world) => {
  const [a, b] = world.chat('A', 'B');
  for (const day of [86_400_000, -86_400_000]) {
    for (const { loop } of [a, b, world.server]) loop.wallOffset = day;
    world.advance(60_000);
    a.type('still here');
    world.advance(10);
    expect(b.look()).toEqual(['A: still here']);
  }
});

test('nothing is heard of the TCP connection: given up after T_CONNECTING', () =>
  played({ users }, (world) => {
    const a = world.user('A');
    a.type('Log on');
    world.until(() => a.status.connection.startsWith('Connecting'));
    // The SYN is on its way: the machine that should answer is gone.
    a.link.cut();
    world.advance(LIMITS.T_CONNECTING_MS - 100);
    expect(a.look()).toEqual([]);
    world.advance(200);
    expect(a.look()).toEqual(['Connection failed (timeout)']);
  }));

test('TCP is refused: connection failed', () =>
  played({ users }, (world) => {
    const a = world.user('A');
    a.type('Log on');
    world.until(() => a.status.connection.startsWith('Connecting'));
    a.link.cut('client');
    world.advance(10);
    expect(a.look()).toEqual(['Connection failed']);
  }));
