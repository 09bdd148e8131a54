/** Slow readers and fast writers (protocol 4.3, P4, P13; faults 93, 110): the one who reads slowly pays, nobody else. */
import { LIMITS } from '../../machines/limits';
import { RawClient } from '../support/raw-client';
import { framed } from '../support/plaintexts';
import { story } from '../support/world';

const users = ['A', 'B', 'C', 'D'] as const;
const LONG = 'x'.repeat(4_000);
const UNREACHABLE = 'Correspondent unreachable';

story(
  '110: B stops reading while A writes 20 texts of 4 kB a second: B is too slow, A is never blocked',
  { users },
  (world) => {
    const [a, b] = world.chat('A', 'B');
    b.link.client.stall();
    let seconds = 0;
    for (; seconds < 60 && a.isInChat; seconds++) {
      for (let n = 0; n < 20; n++) {
        a.type(LONG);
        world.advance(50);
        expect(a.link.client.writableLength).toBe(0);
      }
    }
    // 1 MiB and what the network holds: some 270 texts.
    expect(seconds).toBeGreaterThanOrEqual(13);
    expect(seconds).toBeLessThan(20);
    expect(world.server.log.of('disconnected').map(({ fields }) => [fields.client, fields.cause])).toEqual([
      ['B', 'slow'],
    ]);
    expect(a.look()[0]).toBe('Chat ended');
    a.type('Chat C');
    world.advance(20);
    expect(a.look()).toEqual([UNREACHABLE]);
    // The server has waited T_LINGER for B to read.
    world.advance(LIMITS.T_LINGER_MS);
    b.link.client.unstall();
    world.advance(100);
    const seen = b.look();
    expect(seen.slice(0, -2).every((line) => line === `A: ${LONG}`)).toBe(true);
    expect(seen.slice(-2)).toEqual(['Chat ended', 'Connection lost']);
    expect(world.store.count('A', 'B')).toBeGreaterThan(seen.length - 2);
  },
);

story(
  '110: B says nothing any more, and the network takes all that A writes: T_DEAD ends it, and A sees the chat end',
  { users },
  (world) => {
    const silent = new RawClient(world, 'B').logOn();
    const [a] = world.connect('A');
    a.type('Chat B');
    world.advance(10);
    const began = world.time.now;
    while (a.isInChat && world.time.now - began < 2 * LIMITS.T_DEAD_MS) {
      a.type(LONG);
      world.advance(50);
      expect(a.link.client.writableLength).toBe(0);
    }
    expect(world.time.now - began).toBeLessThanOrEqual(LIMITS.T_DEAD_MS);
    expect(a.look()).toEqual(['Chat started', 'Chat ended']);
    expect(world.server.log.of('disconnected').map(({ fields }) => [fields.client, fields.cause])).toEqual([
      ['B', 'dead'],
    ]);
    silent.leave();
  },
);

story('a slow reader that takes everything within T_LINGER reads CLOSE(5)', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  b.link.client.stall();
  while (a.isInChat) {
    a.type(LONG);
    world.advance(50);
  }
  b.link.client.unstall();
  world.advance(500);
  expect(b.look().slice(-2)).toEqual(['Chat ended', 'Disconnected: too slow']);
  expect(world.spoken(b).at(-1)).toBe('S CLOSE(5)');
});

story(
  'a server that does not read: the client says so and closes',
  { users, limits: { T_DEAD_MS: 1_000_000 } },
  (world) => {
    const [a] = world.chat('A', 'B');
    world.server.loop.freeze();
    for (let n = 0; n < 400 && a.isConnected; n++) {
      a.type(LONG);
      world.advance(50);
    }
    expect(a.look()).toEqual(['Chat ended', 'Server not reading']);
    world.server.loop.thaw();
  },
);

story('93: a thousand CHAT_REQUESTs at once: 60, then 20 a second; others are unaffected', { users }, (world) => {
  const flood = new RawClient(world, 'A').logOn();
  const [b, c] = world.chat('B', 'C');
  const requests = Array.from({ length: 1_000 }, () => framed([Buffer.from([0x20, 1, 0x44])]));
  flood.look();
  flood.records(...requests);
  // A token more comes in the 10 ms of the trip.
  expect(flood.replies.length).toBe(LIMITS.MESSAGE_BURST + 1);
  world.advance(10_000);
  expect(flood.replies.length).toBeGreaterThanOrEqual(LIMITS.MESSAGE_BURST + 200);
  expect(flood.replies.length).toBeLessThanOrEqual(LIMITS.MESSAGE_BURST + 202);
  b.type('hello');
  world.advance(5);
  expect(c.look()).toEqual(['B: hello']);
  // Longer than T_DEAD, and every one is answered.
  world.advance(40_000);
  expect(flood.look().filter((reply) => reply === 'UNREACHABLE')).toHaveLength(1_000);
  expect(flood.isOver).toBe(false);
  flood.leave();
});

story(
  'a record that costs more tokens than come in T_DEAD: nobody is taken for dead while we do not read (P4)',
  { users },
  (world) => {
    const sender = new RawClient(world, 'A').logOn();
    // Unknown optional messages count: 1386 of them are 66 seconds.
    sender.records(framed(Array.from({ length: 1_386 }, () => Buffer.from([0x80]))));
    world.advance(40_000);
    sender.say({ type: 'CHAT_REQUEST', id: 'D' });
    world.advance(20_000);
    expect([sender.isOver, sender.look()]).toEqual([false, ['CONNECTED', ...Array<string>(4).fill('KEEPALIVE')]]);
    world.advance(10_000);
    expect(sender.look()).toContain('UNREACHABLE');
    sender.leave();
  },
);

story(
  'three hundred texts, End chat and Log off at once: the bucket delays them, and nothing is lost',
  { users },
  (world) => {
    const [a, b] = world.chat('A', 'B');
    const texts = Array.from({ length: 300 }, (_, n) => `${String(n)} ${'x'.repeat(100)}`);
    a.type(...texts, 'End chat', 'Log off');
    world.advance(20_000);
    expect(b.look()).toEqual([...texts.map((text) => `A: ${text}`), 'Chat ended']);
    expect(world.spoken(b)).toContain('S END_NOTIF(1, 0)');
    expect(world.server.log.of('disconnected').map(({ fields }) => [fields.cause, fields.reason])).toEqual([
      ['clean', 'logoff'],
    ]);
  },
);

story('the bucket can be switched off', { users, limits: { MESSAGES_PER_SECOND: 0 } }, (world) => {
  const [a, b] = world.chat('A', 'B');
  a.type(...Array.from({ length: 1_000 }, (_, n) => String(n)));
  world.advance(20);
  expect(b.look()).toHaveLength(1_000);
});
