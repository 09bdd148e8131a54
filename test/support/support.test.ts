/** What watches the stories must see what it is there to see; and virtual time must be what it says. */
import type { TcpMessage } from '../../machines/messages';
import { RecordSealer } from '../../transport/security/records';
import { encodeRecords } from '../../transport/wire/records';
import { Heap } from './heap';
import { flipped, piecesOf, randomPieces, weather } from './memory-fates';
import { SeededRandom } from './random';
import { StreamRules } from './stream-rules';
import { VirtualTime } from './virtual-clock';
import { WireWatch } from './wire-watch';
import { SERVER, World } from './world';

const CLIENT = { address: '10.1.0.1', port: 1 };

describe('virtual time', () => {
  test('runs what is due in the order of time, then of making', () => {
    const time = new VirtualTime();
    const loop = time.loop('test');
    const heard: string[] = [];
    for (const [name, ms] of [
      ['c', 30],
      ['a', 10],
      ['b', 20],
      ['b2', 20],
    ] as const) {
      loop.setTimeout(() => heard.push(`${name}@${String(time.now)}`), ms);
    }
    time.advance(25);
    expect([heard, time.now]).toEqual([['a@10', 'b@20', 'b2@20'], 25]);
  });

  test('a turn is timers, all input, immediates; immediates of immediates are the next turn', () => {
    const time = new VirtualTime();
    const loop = time.loop('test');
    const heard: string[] = [];
    loop.setImmediate(() => {
      heard.push('immediate');
      loop.setImmediate(() => heard.push('next turn'));
      loop.arrive(time.now, () => heard.push('late input'));
    });
    loop.arrive(0, () => {
      heard.push('input');
      loop.arrive(time.now, () => heard.push('more input'));
    });
    loop.setTimeout(() => heard.push('timer'), 1);
    loop.freeze();
    time.advance(5);
    loop.thaw();
    time.settle();
    expect(heard).toEqual(['timer', 'input', 'more input', 'immediate', 'late input', 'next turn']);
  });

  test('each process has its own loop: one that is frozen or dead does not hold up the others', () => {
    const time = new VirtualTime();
    const [one, two, three] = [time.loop('1'), time.loop('2'), time.loop('3')];
    const heard: string[] = [];
    for (const loop of [one, two, three]) loop.setTimeout(() => heard.push(String(loop)), 10);
    one.freeze();
    two.kill();
    time.advance(20);
    expect(heard).toEqual(['3']);
    one.thaw();
    time.advance(0);
    expect([heard, two.armed, two.isDead]).toEqual([['3', '1'], 0, true]);
  });

  test('who schedules himself for ever is found out', () => {
    const time = new VirtualTime();
    const loop = time.loop('restless');
    const again = (): void => loop.setImmediate(again);
    again();
    expect(() => time.settle()).toThrow('restless');
  });

  test('until: looks after every instant, and gives up in time', () => {
    const time = new VirtualTime();
    const loop = time.loop('test');
    let done = false;
    loop.setTimeout(() => (done = true), 1_000);
    expect(() => time.until(() => done, 999)).toThrow('did not happen');
    time.until(() => done, 1_000);
    expect(time.now).toBe(1_000);
  });

  test('a heap gives back everything in order', () => {
    const random = new SeededRandom(7);
    const heap = new Heap<{ at: number; order: number }>();
    for (let order = 0; order < 500; order++) heap.push({ at: random.below(50), order });
    const all = Array.from({ length: 500 }, () => heap.popDue(Infinity)).map(
      (due) => (due?.at ?? 0) * 1_000 + (due?.order ?? 0),
    );
    expect([all, heap.size, heap.popDue(Infinity)]).toEqual([[...all].sort((a, b) => a - b), 0, undefined]);
  });
});

describe('chance', () => {
  test('the same seed gives the same, another seed something else', () => {
    const [one, same, other] = [new SeededRandom(1), new SeededRandom(1), new SeededRandom(2)].map((random) =>
      random.bytes(64),
    );
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
  });

  test('is even enough: weather loses what it says', () => {
    const fate = weather(new SeededRandom(3), { loss: 0.3, triple: 0.5 });
    const copies = Array.from(
      { length: 10_000 },
      () => fate({ from: CLIENT, to: SERVER, bytes: Buffer.alloc(1) }).length,
    );
    const share = (n: number): number => copies.filter((count) => count === n).length / copies.length;
    expect([share(0), share(1), share(3)].map((p) => Math.round(p * 20) / 20)).toEqual([0.3, 0.35, 0.35]);
  });

  test('pieces are the whole, and one bit is one bit', () => {
    const bytes = new SeededRandom(4).bytes(1_000);
    for (const cut of [piecesOf(7), randomPieces(new SeededRandom(5), 90)]) {
      expect(Buffer.concat(cut(bytes).map((piece) => piece.bytes))).toEqual(bytes);
    }
    const changed = flipped(bytes, 4_711);
    expect(changed.filter((byte, i) => byte !== bytes[i])).toHaveLength(1);
  });
});

describe('the watch on the wire', () => {
  const datagram = (type: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([0x53, 0x42, 0x43, 0x55, 1, type, 0, 0]), content]);

  test('I-16: more than came', () => {
    const watch = new WireWatch(SERVER.address);
    watch.delivered({ from: CLIENT, to: SERVER, bytes: Buffer.alloc(128) });
    watch.sent({ from: SERVER, to: CLIENT, bytes: datagram(5, Buffer.alloc(16)) });
    expect(watch.violations).toEqual([]);
    watch.sent({ from: SERVER, to: CLIENT, bytes: datagram(5, Buffer.alloc(16)) });
    expect(watch.violations).toEqual([expect.stringContaining('I-16')]);
  });

  test('I-17, I-18: a nonce, a rand that comes twice', () => {
    const watch = new WireWatch(SERVER.address);
    for (let n = 0; n < 9; n++) watch.delivered({ from: CLIENT, to: SERVER, bytes: Buffer.alloc(128) });
    const success = Buffer.alloc(76, 1);
    for (const last of [1, 1, 2]) {
      success[75] = last;
      watch.sent({ from: SERVER, to: CLIENT, bytes: datagram(4, Buffer.from(success)) });
    }
    expect(watch.violations.splice(0)).toEqual([expect.stringContaining('I-17')]);
    for (const attempt of [1, 2])
      watch.sent({
        from: SERVER,
        to: CLIENT,
        bytes: datagram(2, Buffer.concat([Buffer.alloc(17, attempt), Buffer.alloc(32)])),
      });
    expect(watch.violations).toEqual([expect.stringContaining('I-18')]);
  });

  test('I-17: one key and record number for two records, on two connections; and messages are read', () => {
    const watch = new WireWatch(SERVER.address);
    const say = (link: object, text: string): void => {
      const secret = Buffer.alloc(32, 1);
      const sealer = new RecordSealer(secret, (epoch, key, iv) => {
        watch.keyLog(`SBC1 ${'05'.repeat(16)} c2s ${String(epoch)} ${key.toString('hex')} ${iv.toString('hex')}`);
      });
      const preface = Buffer.concat([Buffer.alloc(8), Buffer.alloc(16, 5), Buffer.alloc(16)]);
      const [plaintext = Buffer.alloc(0)] = encodeRecords([{ type: 'CHAT', session: 1, text }]);
      watch.streamed(link, 'client', Buffer.concat([preface, sealer.seal(plaintext)]));
    };
    const [one, two] = [{}, {}];
    say(one, 'hello');
    say({}, 'hello');
    expect(watch.violations).toEqual([]);
    say(two, 'other');
    expect([watch.violations, watch.spoken(two)]).toEqual([[expect.stringContaining('I-17')], ['C CHAT(1, other)']]);
  });

  test('a stream that no key opens is opaque', () => {
    const watch = new WireWatch(SERVER.address);
    watch.streamed({}, 'server', Buffer.concat([Buffer.alloc(24), Buffer.from([0, 80]), Buffer.alloc(80)]));
    expect(watch.opaque).toBe(1);
  });
});

describe('the rules of a stream (I-5, I-8)', () => {
  const connected: TcpMessage = { type: 'CONNECTED' };
  const started = (session: number): TcpMessage => ({ type: 'CHAT_STARTED', session, id: 'B' });
  const chat = (session: number): TcpMessage => ({ type: 'CHAT', session, text: 'x' });
  const notif = (session: number): TcpMessage => ({ type: 'END_NOTIF', session });

  function violations(...messages: readonly TcpMessage[]): string[] {
    const found: string[] = [];
    const rules = new StreamRules((violation) => void found.push(violation), new Map());
    for (const message of messages) rules.message(message.type === 'END_REQUEST' ? 'client' : 'server', message);
    return found;
  }

  test('what an honest server says', () => {
    const end: TcpMessage = { type: 'END_REQUEST', session: 2 };
    expect(
      violations(connected, started(1), chat(1), notif(1), started(2), end, chat(2), started(4), {
        type: 'CLOSE',
        reason: 0,
      }),
    ).toEqual([]);
  });

  test.each<readonly [string, readonly TcpMessage[]]>([
    ['CHAT_STARTED before CONNECTED', [started(1)]],
    ['CONNECTED twice', [connected, connected]],
    ['CHAT without a session', [connected, chat(1)]],
    ['CHAT after END_NOTIF', [connected, started(1), notif(1), chat(1)]],
    ['CHAT of another session', [connected, started(1), chat(2)]],
    ['END_NOTIF twice', [connected, started(1), notif(1), notif(1)]],
    ['CHAT_STARTED in a session', [connected, started(1), started(2)]],
    ['a session-ID that does not grow', [connected, started(2), notif(2), started(2)]],
    ['anything after CLOSE', [connected, { type: 'CLOSE', reason: 0 }, { type: 'KEEPALIVE' }]],
  ])('%s', (_, messages) => {
    expect(violations(...messages)).toHaveLength(1);
  });

  test('one session for three clients', () => {
    const found: string[] = [];
    const told = new Map<number, number>();
    for (let client = 0; client < 3; client++) {
      const rules = new StreamRules((violation) => void found.push(violation), told);
      for (const message of [connected, started(1)]) rules.message('server', message);
    }
    expect(found).toEqual([expect.stringContaining('I-4')]);
  });
});

describe('the end of a story', () => {
  const options = { users: ['A'] } as const;

  test.each<[string, (world: World) => void]>([
    [
      'a timer of a client that is off line',
      (world) => void world.user('A').loop.setTimeout(() => undefined, 10_000_000),
    ],
    ['a key of a client that is off line', (world) => void world.user('A').keys.derive('A', Buffer.alloc(32))],
    [
      'a socket of a client that is off line',
      (world) => void world.user('A').host.connectUdp(SERVER, { datagram: () => undefined, error: () => undefined }),
    ],
    ['a timer of a server without clients', (world) => void world.server.loop.setTimeout(() => undefined, 10_000_000)],
    ['a key of a server without clients', (world) => void world.server.keys.derive('A', Buffer.alloc(32))],
    [
      'a cell marked N/A',
      (world) =>
        world.observe({
          machine: 'client connection',
          client: 'A',
          serial: 0,
          event: 'M.CHAT',
          from: 'Offline',
          to: 'Offline',
        }),
    ],
    [
      'a cell marked PE',
      (world) =>
        world.observe({
          machine: 'client history',
          client: 'A',
          serial: 0,
          event: 'M.HISTORY_RESP',
          from: 'Idle',
          to: 'Idle',
        }),
    ],
    ['a key in a log', (world) => world.server.log.info('oops', { error: world.keyOf('A').toString('hex') })],
    ['a key in a dump', (world) => void world.dumped.push(`oops ${world.keyOf('A').toString('base64')}`)],
    ['what the watch has seen', (world) => void world.watch.violations.push('anything')],
  ])('finds %s', async (_, leave) => {
    const world = await World.open(options);
    leave(world);
    await expect(world.end()).rejects.toThrow();
  });

  test('and lets an honest one pass', async () => {
    const world = await World.open(options);
    world.connect('A');
    await world.end();
  });
});
