/**
 * A served inspector on a real socket, and everything that somebody may do to it: nothing ends or stalls the process, and nothing
 * reaches a machine or another viewer.
 */
import fc from 'fast-check';
import { FRAME_MAX_BYTES } from '../../diagrams/inspector/protocol';
import { HOSTILE } from './hostile';
import { HANDSHAKE, raw, scene } from './scene';
import { TestViewer } from './support';

/** A message, after which an answer to a second one proves that it has been read, or that the socket is closed. */
async function provoke(viewer: TestViewer, message: string | Buffer): Promise<string> {
  const answers = viewer.of('service.refused').length;
  viewer.socket.send(message);
  const answered = viewer.gets(() => viewer.of('service.refused').length > answers).then(() => 'refused');
  return Promise.race([answered, viewer.closed.then((code) => `closed ${String(code)}`)]);
}

describe('what a viewer says', () => {
  test.each(HOSTILE)('hostile: %s', async (_, message) => {
    const { feed, goesOn } = await scene();
    const hostile = await TestViewer.open(feed);
    const tooLong = message.length > FRAME_MAX_BYTES;
    // Before it says that it is inspecting, and after.
    expect(await provoke(hostile, message)).toBe(tooLong ? 'closed 1009' : 'refused');
    await goesOn();
    const greeted = await TestViewer.inspecting(feed);
    expect(await provoke(greeted, message)).toBe(tooLong ? 'closed 1009' : 'refused');
    await goesOn();
  });

  test('whoever is refused is told why, and nobody else', async () => {
    const { feed, goesOn, other } = await scene();
    const hostile = await TestViewer.open(feed);
    await provoke(hostile, '{oops');
    await provoke(hostile, Buffer.from([1, 2, 3]));
    await provoke(hostile, HOSTILE.at(-2)?.[1] ?? '');
    expect(hostile.got.map(({ type, parley }) => [type, 'why' in parley && parley.why])).toEqual([
      ['service.refused', 'not JSON'],
      ['service.refused', 'binary frame'],
      ['service.refused', 'control is off'],
    ]);
    await goesOn();
    expect(other.of('service.refused')).toEqual([]);
  });

  test('anything at all', async () => {
    const { feed, goesOn } = await scene();
    const frame = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc
        .record({ type: fc.constantFrom('xstate.event', 'service.state', 'x'), event: fc.json(), service: fc.string() })
        .map((message) => JSON.stringify(message)),
    );
    let hostile = await TestViewer.open(feed);
    await fc.assert(
      fc.asyncProperty(frame, async (data) => {
        if ((await provoke(hostile, data)) === 'refused') return;
        hostile = await TestViewer.open(feed);
      }),
      { numRuns: 300 },
    );
    await goesOn();
  });

  test('a frame of exactly 64 KiB is read, one more byte closes', async () => {
    const { feed, goesOn } = await scene();
    const viewer = await TestViewer.open(feed);
    expect(await provoke(viewer, 'x'.repeat(FRAME_MAX_BYTES))).toBe('refused');
    expect(await provoke(viewer, 'x'.repeat(FRAME_MAX_BYTES + 1))).toBe('closed 1009');
    await goesOn();
  });

  test('a message in more and more fragments is no way around it', async () => {
    const { feed, goesOn } = await scene();
    const viewer = await TestViewer.open(feed);
    for (let i = 0; i < 70; i++) viewer.socket.send('x'.repeat(1024), { fin: false });
    expect(await viewer.closed).toBe(1009);
    await goesOn();
  });
});

describe('what is no WebSocket', () => {
  const frames: readonly (readonly [string, readonly number[]])[] = [
    ['a frame without a mask', [0x81, 0x01, 0x41]],
    ['a reserved bit', [0xc1, 0x80, 0, 0, 0, 0]],
    ['an opcode that does not exist', [0x83, 0x80, 0, 0, 0, 0]],
    ['a control frame in two parts', [0x09, 0x80, 0, 0, 0, 0]],
    ['a ping that is too long', [0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0]],
    ['a continuation of nothing', [0x80, 0x80, 0, 0, 0, 0]],
    ['a length beyond 2^53', [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
    ['text that is not UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]],
    ['a close frame of one byte', [0x88, 0x81, 0, 0, 0, 0, 0x03]],
    ['a close code that must not be sent', [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed]],
    ['bytes of something else', [...Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
  ];
  test.each(frames)('%s costs only its own connection', async (_, bytes) => {
    const { goesOn, ...served } = await scene();
    const { socket, head, ended } = raw(served);
    socket.write(HANDSHAKE(`/?token=${served.token}`));
    expect(await head()).toBe('HTTP/1.1 101 Switching Protocols');
    socket.write(Buffer.from(bytes));
    await ended;
    await goesOn();
  });

  test('half a frame, and then nothing; and a connection that is reset in one', async () => {
    const { goesOn, ...served } = await scene();
    for (const end of ['wait', 'reset', 'end'] as const) {
      const { socket, head } = raw(served);
      socket.write(HANDSHAKE(`/?token=${served.token}`));
      await head();
      socket.write(Buffer.from([0x81, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 5]));
      if (end === 'reset') socket.resetAndDestroy();
      if (end === 'end') socket.end();
      await goesOn();
    }
  });

  test('a request that never comes to its end delays nobody', async () => {
    const { goesOn, ...served } = await scene();
    const whole = HANDSHAKE(`/?token=${served.token}`);
    for (const part of [1, 20, whole.length - 2]) raw(served).socket.write(whole.slice(0, part));
    raw(served).socket.write('\x16\x03\x01 no HTTP at all\r\n\r\n');
    raw(served).socket.write(`${whole.slice(0, -2)}X: ${'x'.repeat(100_000)}\r\n\r\n`);
    await goesOn();
    await TestViewer.inspecting(served.feed);
  });

  test('who is refused and does not hang up is hung up on', async () => {
    const { goesOn, ...served } = await scene();
    const { socket, ended } = raw(served);
    socket.write(HANDSHAKE('/?token=wrong'));
    expect(await ended).toMatch(/^HTTP\/1.1 403 /);
    // Our own half stays open; the other end does not wait for it.
    const gone = new Promise((resolve) => socket.once('close', resolve));
    const poke = (): void => void (!socket.destroyed && socket.write('x', () => setImmediate(poke)));
    poke();
    await gone;
    await goesOn();
  });

  test('more than 64 sockets are not taken', async () => {
    const { goesOn, ...served } = await scene();
    const crowd = Array.from({ length: 80 }, () => raw(served));
    expect(await Promise.race(crowd.map(({ ended }) => ended))).toBe('');
    await goesOn();
  });
});
