/** Lists of past texts (protocol 4.8, P11, P23; faults 98 to 102). */
import { StoreError } from '../../machines/ports';
import { piecesOf } from '../support/memory-fates';
import { RawClient } from '../support/raw-client';
import { story, type World } from '../support/world';

const users = ['A', 'B', 'C'] as const;

/** Puts texts of A and B into the store, as of an earlier session. */
function past(world: World, count: number, length = 10): string[] {
  const texts = Array.from({ length: count }, (_, n) => `${String(n)} ${'x'.repeat(length)}`);
  world.store.append(texts.map((text) => ({ session: 7, sender: 'B', recipient: 'A', time: 1_000, texts: [text] })));
  return texts.map((text) => `<7> <from: B> <${text}>`);
}

story('98: unknown, never chatted with, oneself', { users }, (world) => {
  const [a] = world.connect('A');
  for (const id of ['Nobody', 'B', 'A']) {
    a.type(`History ${id}`);
    world.advance(10);
    expect(a.look()).toEqual([`No history with ${id}`]);
  }
  a.type('History 1st', 'History B', 'History C');
  expect(a.look()).toEqual(['Invalid Client-ID', 'A history request is already running']);
  world.advance(10);
  expect(a.look()).toEqual(['No history with B']);
});

story('one text is one message', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  b.type('hello');
  world.advance(10);
  a.type('History B');
  world.advance(10);
  expect(a.look()).toEqual(['B: hello', '<1> <from: B> <hello>', 'End of history (1 message)']);
});

story('History works while waiting for CHAT_STARTED and in Active Chat (A16)', { users }, (world) => {
  const lines = past(world, 3);
  const [a] = world.connect('A', 'C');
  a.type('Chat C', 'History B');
  expect(a.status.chat).toBe('Wait for CHAT_STARTED');
  world.advance(10);
  const end = 'End of history (3 messages)';
  expect(a.look()).toEqual(['Chat started', ...lines, end]);
  a.type('History B');
  world.advance(10);
  expect(a.look()).toEqual([...lines, end]);
});

story('99: a list while texts arrive: a snapshot, live texts between its lines, none twice', { users }, (world) => {
  const lines = past(world, 3_000, 100);
  const [a, b] = world.chat('A', 'B');
  world.network.capacity = 20_000;
  a.type('History B');
  for (let n = 0; n < 40; n++) {
    b.type(`live ${String(n)}`);
    world.advance(1);
  }
  world.advance(1_000);
  const seen = a.look();
  const live = Array.from({ length: 40 }, (_, n) => `B: live ${String(n)}`);
  expect(seen.filter((line) => line.startsWith('B: '))).toEqual(live);
  expect(seen.filter((line) => line.startsWith('<7>'))).toEqual(lines);
  // Texts of this session that were accepted in the turn of the request, or before it.
  const current = seen.filter((line) => line.startsWith('<1>'));
  expect(current.length).toBeLessThanOrEqual(1);
  expect(seen).toContain(`End of history (${String(lines.length + current.length)} messages)`);
  expect(seen.indexOf('B: live 20')).toBeLessThan(seen.indexOf(lines.at(-1) ?? ''));
});

story(
  '99: the batch of the turn: what was accepted before the request counts, what comes after does not',
  { users },
  (world) => {
    const [a, b] = world.chat('A', 'B');
    world.server.loop.freeze();
    b.type('before');
    world.advance(5);
    a.type('History B');
    world.advance(5);
    b.type('after');
    world.advance(5);
    world.server.loop.thaw();
    world.advance(10);
    expect(a.look()).toEqual(['B: before', 'B: after', '<1> <from: B> <before>', 'End of history (1 message)']);
    expect(world.store.count('A', 'B')).toBe(2);
  },
);

story(
  '100: a second request while a list runs, from a patched client: busy, and the list goes on',
  { users },
  (world) => {
    const count = past(world, 2_000, 100).length;
    const patched = new RawClient(world, 'A').logOn();
    patched.say({ type: 'HISTORY_REQ', id: 'B' }, { type: 'HISTORY_REQ', id: 'C' });
    world.advance(100);
    const ends = patched.replies.filter(({ type }) => type === 'HISTORY_END');
    expect(ends).toEqual([
      { type: 'HISTORY_END', id: 'C', status: 1, count: 0 },
      { type: 'HISTORY_END', id: 'B', status: 0, count },
    ]);
    expect(patched.replies.filter(({ type }) => type === 'HISTORY_RESP')).toHaveLength(count);
    patched.leave();
  },
);

story('101: 3 MB for a reader of 100 kB a second: constant memory, and the list is whole', { users }, (world) => {
  const lines = past(world, 3_000, 1_000);
  const [a] = world.connect('A');
  const [b, c] = world.chat('B', 'C');
  world.network.capacity = 2_000;
  world.network.latency = (from) => (from === a.host.address ? 10 : 1);
  const { server } = a.link;
  let most = 0;
  a.type('History B');
  let trips = 0;
  world.until(() => {
    most = Math.max(most, server?.writableLength ?? 0);
    if (++trips % 100 === 0) b.type('meanwhile');
    return a.status.history === 'Idle';
  }, 120_000);
  expect(most).toBeGreaterThan(60_000);
  expect(most).toBeLessThan(world.limits.PUMP_QUEUE_BYTES + 4_178);
  expect(a.look()).toEqual([...lines, 'End of history (3000 messages)']);
  expect(c.look().length).toBeGreaterThan(5);
});

story('a list in pieces of one byte', { users }, (world) => {
  const lines = past(world, 50);
  const [a] = world.connect('A');
  world.network.segmentation = piecesOf(1);
  a.type('History B');
  world.advance(1_000);
  expect(a.look()).toEqual([...lines, 'End of history (50 messages)']);
});

story('102: the connection is cut in the list', { users }, (world) => {
  past(world, 3_000, 1_000);
  const [a] = world.connect('A');
  world.network.capacity = 2_000;
  a.type('History B');
  world.advance(100);
  a.link.cut('client', 'server');
  world.advance(10);
  const seen = a.look();
  expect(seen.length).toBeGreaterThan(5);
  expect(seen.slice(-2)).toEqual(['History incomplete', 'Connection lost']);
});

story('102: the server shuts down in the list', { users }, async (world) => {
  past(world, 3_000, 1_000);
  const [a] = world.connect('A');
  world.network.capacity = 2_000;
  a.type('History B');
  world.advance(100);
  await world.stopServer();
  expect(a.look().slice(-2)).toEqual(['History incomplete', 'Server shut down']);
});

story('Log off in the same turn as History: nothing goes on for ever', { users }, (world) => {
  past(world, 10);
  const [a] = world.connect('A');
  a.type('History B', 'Log off');
  world.advance(100);
  expect(a.look()).toEqual(['History incomplete', 'Disconnected']);
});

story('Log off in a list that waits for its reader', { users }, (world) => {
  past(world, 3_000, 1_000);
  const [a] = world.connect('A');
  world.network.capacity = 2_000;
  a.type('History B');
  world.advance(100);
  a.type('Log off');
  world.advance(100);
  expect(a.look().slice(-2)).toEqual(['History incomplete', 'Disconnected']);
});

function fails(): never {
  throw new StoreError('failed', 'cannot be read');
}

story('a store that cannot be counted: incomplete (P2)', { users }, (world) => {
  past(world, 10);
  const [a] = world.connect('A');
  world.store.count = fails;
  a.type('History B');
  world.advance(10);
  expect(a.look().at(-1)).toBe('History incomplete');
});

story('a store that cannot be read from the middle on: incomplete, with what could be read', { users }, (world) => {
  const lines = past(world, 300);
  const [a] = world.connect('A');
  const page = world.store.page.bind(world.store);
  world.store.page = (...args) => (args[2] >= 128 ? fails() : page(...args));
  a.type('History B');
  world.advance(10);
  expect(a.look()).toEqual([...lines.slice(0, 128), 'History incomplete']);
  expect(world.spoken(a).at(-1)).toBe('S HISTORY_END(B, 2, 128)');
});

story('a store with a gap: incomplete', { users }, (world) => {
  const lines = past(world, 10);
  const [a] = world.connect('A');
  const page = world.store.page.bind(world.store);
  world.store.page = (...args) => page(...args).filter(({ n }) => n !== 5);
  a.type('History B');
  world.advance(10);
  expect(a.look()).toEqual([...lines.slice(0, 4), 'History incomplete']);
});

story(
  'P11: a client that is read slowly reads slowly: the list waits at the server, nobody is cut, nothing is missing',
  { users },
  (world) => {
    const lines = past(world, 3_000, 100);
    const [a, b] = world.chat('A', 'B');
    world.network.capacity = 20_000;
    const release = a.hold();
    a.type('History B');
    // Far beyond T_DEAD: silence proves nothing while one does not listen, and KEEPALIVE goes on.
    world.advance(10 * 60_000);
    expect(a.look()).toEqual([]);
    a.type('said meanwhile');
    world.advance(1_000);
    expect(b.look()).toContain('A: said meanwhile');
    release();
    world.advance(1_000);
    const seen = a.look();
    expect(seen.filter((line) => line.startsWith('<7>'))).toEqual(lines);
    expect(seen.at(-1)).toBe('End of history (3000 messages)');
  },
);

story('P11: two may hold it, and a FIN that came meanwhile is heard afterwards', { users }, async (world) => {
  const lines = past(world, 100, 100);
  const [a] = world.connect('A');
  const [one, two] = [a.hold(), a.hold()];
  a.type('History B');
  world.advance(1_000);
  one();
  one();
  world.advance(1_000);
  expect(a.look()).toEqual([]);
  const stopped = world.stopServer();
  world.advance(1_000);
  two();
  world.advance(1_000);
  const seen = a.look();
  expect(seen.filter((line) => line.startsWith('<7>'))).toEqual(lines);
  expect(a.isOffline).toBe(true);
  await stopped;
});
