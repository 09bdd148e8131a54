/** Many at once, and anything they like (spec H6; protocol I-4, I-9, I-11; fault 94). */
import fc from 'fast-check';
import { randomPieces, weather } from '../support/memory-fates';
import { SeededRandom } from '../support/random';
import type { User } from '../support/user';
import { played, story, type World } from '../support/world';

const PAIRS = 500;
const many = Array.from({ length: PAIRS }, (_, n) => [`a${String(n)}`, `b${String(n)}`] as const);

story('94: 500 pairs: every text at its partner, in order, and nowhere else', { users: many.flat() }, (world) => {
  const pairs = many.map(([a, b]) => [world.user(a), world.user(b)] as const);
  // No more than 512 sockets may wait for CONNECT at a time (4.1).
  pairs.flat().forEach((user, n) => {
    user.type('Log on');
    if (n % 100 === 0) world.advance(10);
  });
  world.advance(20);
  pairs.forEach(([a, b], n) => (n % 2 === 0 ? a.type(`Chat ${b.id}`) : b.type(`Chat ${a.id}`)));
  world.advance(20);
  for (const round of [1, 2, 3]) {
    for (const [a, b] of pairs) {
      a.type(`${String(round)} for ${b.id}`);
      b.type(`${String(round)} for ${a.id}`);
    }
    world.advance(5);
  }
  for (const [a, b] of pairs) {
    for (const [reader, writer] of [
      [a, b],
      [b, a],
    ] as const) {
      const texts = [1, 2, 3].map((round) => `${writer.id}: ${String(round)} for ${reader.id}`);
      expect(reader.look()).toEqual(['Connected', 'Chat started', ...texts]);
    }
  }
  expect(new Set(pairs.map(([a]) => a.status.session)).size).toBe(PAIRS);
});

const users = ['A', 'B', 'C', 'D'] as const;
/** What somebody does: who, what, and how long everybody waits then. */
const deeds = fc.array(
  fc.tuple(
    fc.constantFrom(...users),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant('Log on') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('Log off', 'History A', 'History B', 'cut', 'elsewhere', 'crash', 'full'),
      },
      { weight: 3, arbitrary: fc.constantFrom('Chat A', 'Chat B', 'Chat C', 'Chat D') },
      { weight: 4, arbitrary: fc.constantFrom('text', 'text', 'End chat') },
    ),
    fc.constantFrom(0, 1, 5, 20, 300, 20_000),
  ),
  { minLength: 10, maxLength: 60 },
);

/** What one client of a user was shown must make sense by itself: I-11, and I-9 as far as order goes. */
function mustMakeSense({ id, lines }: User): void {
  let partner: string | undefined;
  let last = 0;
  for (const line of lines) {
    if (line === 'Chat started' || line === 'Chat ended') {
      expect([id, line]).toEqual([id, partner === undefined ? 'Chat started' : 'Chat ended']);
      partner = line === 'Chat started' ? '' : undefined;
    }
    const [, from, n, to] = /^(\w): text (\d+) for (\w)$/.exec(line) ?? [];
    if (from === undefined) continue;
    // Texts are numbered over the whole world, and written to somebody.
    expect([id, partner === '' ? from : partner, to]).toEqual([id, from, id]);
    expect(Number(n)).toBeGreaterThan(last);
    partner = from;
    last = Number(n);
  }
}

/** What is not typed but happens. */
async function happens(world: World, user: User, deed: string, n: number): Promise<void> {
  if (deed === 'crash') {
    world.crashServer();
    world.advance(n % 2 === 0 ? 0 : 50);
    await world.startServer();
  } else if (deed === 'full') world.store.full = !world.store.full;
  else if (user.isConnected) user.link.cut(...(n % 3 === 0 ? (['client', 'server'] as const) : (['server'] as const)));
}

/** Everybody does something; the texts they write say to whom. @returns all clients there ever were */
async function live(world: World, todo: readonly (readonly [string, string, number])[]): Promise<User[]> {
  const present = new Map(users.map((id) => [id as string, world.user(id)]));
  const all = [...present.values()];
  for (const [n, [id, deed, ms]] of todo.entries()) {
    const user = present.get(id) as User;
    if (deed === 'elsewhere') {
      const other = world.newUser(id);
      present.set(id, other);
      all.push(other);
      other.type('Log on');
    } else if (['crash', 'full', 'cut'].includes(deed)) await happens(world, user, deed, n);
    else user.type(deed === 'text' ? `text ${String(n + 1)} for ${user.status.peer ?? '?'}` : deed);
    world.advance(ms);
  }
  return all;
}

test('whatever people do on a bad network, every screen makes sense, and in the end all agree', () =>
  fc.assert(
    fc.asyncProperty(fc.nat(), deeds, (seed, todo) =>
      played({ users, seed }, async (world) => {
        const random = new SeededRandom(seed);
        world.network.fate = weather(random, { loss: 0.2, triple: 0.2, lateMs: 300 });
        world.network.segmentation = randomPieces(random, 90, 3);
        world.network.latency = () => 1 + random.below(100);
        const all = await live(world, todo);
        world.store.full = false;
        world.network.segmentation = (bytes) => [{ bytes, after: 0 }];
        world.network.latency = () => 1;
        // Whoever lost the network learns of it; log-ons end.
        world.advance(60_000);
        all.forEach(mustMakeSense);
        for (const user of all) {
          expect(['Offline', 'Connected']).toContain(user.status.connection);
          expect(user.status.chat).not.toBe('Wait for CHAT_STARTED');
          if (!user.isInChat) continue;
          const peers = all.filter(({ id, isInChat }) => isInChat && id === user.status.peer);
          expect(peers.map(({ status }) => [status.session, status.peer])).toEqual([[user.status.session, user.id]]);
        }
      }),
    ),
    { numRuns: 60 },
  ));
