/** How one connection lives and ends (protocol 4.2, 4.3, 4.9, P4, P13, P21): liveness, the bucket, closing. */
import fc from 'fast-check';
import { LIMITS, WIRE } from '../../machines/limits';
import { framed, messageBytes } from '../support/plaintexts';
import { Bench, chat } from './channel-bench';

describe('the end', () => {
  test('CLOSE of the peer: no answer, what is queued is dropped (P21)', () => {
    const b = new Bench();
    b.channel.send([chat('a')]);
    b.comes(chat('last words'), { type: 'CLOSE', reason: 1 });
    b.channel.flush();
    expect([b.heard(), b.said(), b.stream.calls]).toEqual([['CHATS', 'closed: clean 1'], [], ['end', 'resume']]);
    b.comes(chat('after CLOSE'));
    expect(b.heard()).toEqual([]);
  });

  test('FIN without CLOSE: lost', () => {
    const b = new Bench();
    b.stream.fin();
    expect([b.heard(), b.stream.hasEnded]).toEqual([['closed: lost'], true]);
  });

  test('the socket is gone: lost', () => {
    const b = new Bench();
    b.stream.close();
    expect([b.heard(), b.loop.armed]).toEqual([['closed: lost', 'gone'], 0]);
  });

  test('who closes reads on and discards until FIN comes', () => {
    const b = new Bench();
    b.channel.close('shutdown');
    b.channel.flush();
    b.comes(chat('still coming'));
    b.stream.fin();
    b.stream.close();
    expect([b.heard(), b.loop.armed, b.stream.isDestroyed]).toEqual([['gone'], 0, false]);
  });

  test('and destroys after T_LINGER', () => {
    const b = new Bench();
    b.channel.close('shutdown');
    b.channel.flush();
    b.time.advance(LIMITS.T_LINGER_MS - 1);
    expect(b.stream.isDestroyed).toBe(false);
    b.time.advance(1);
    expect([b.stream.isDestroyed, b.loop.armed]).toEqual([true, 0]);
  });

  test('the last numbers are kept for CLOSE(6) (2.6)', () => {
    const b = new Bench({ written: 2 ** 48 - WIRE.REKEY_RECORDS });
    b.channel.send([chat('a')]);
    b.channel.flush();
    expect([b.said(), b.heard()]).toEqual([['CHAT', 'CLOSE 6'], ['closed: invalid']]);
  });
});

describe('liveness', () => {
  test('KEEPALIVE after T_KEEPALIVE without a write, dead after T_DEAD without a record', () => {
    const b = new Bench();
    b.time.advance(LIMITS.T_KEEPALIVE_MS);
    b.channel.flush();
    expect(b.said()).toEqual(['KEEPALIVE']);
    b.time.advance(LIMITS.T_DEAD_MS - LIMITS.T_KEEPALIVE_MS);
    expect([b.heard(), b.stream.calls, b.loop.armed]).toEqual([['closed: dead'], ['destroy'], 0]);
  });

  test('a record puts it off; bytes do not', () => {
    const b = new Bench();
    b.time.advance(30_000);
    b.comes({ type: 'KEEPALIVE' });
    b.time.advance(44_000);
    b.stream.data(Buffer.from([0, 80, 1, 2, 3]));
    expect(b.heard()).toEqual([]);
    b.time.advance(1_000);
    expect(b.heard()).toEqual(['closed: dead']);
  });

  test('T_DEAD = 0: never', () => {
    const b = new Bench({ limits: { T_KEEPALIVE_MS: 0, T_DEAD_MS: 0 } });
    b.time.advance(10_000_000);
    expect([b.heard(), b.loop.armed]).toEqual([[], 0]);
  });
});

describe('the bucket', () => {
  const limits = { MESSAGE_BURST: 3 };

  test('a record is processed whole; then the socket is not read until a token is there (P4)', () => {
    const b = new Bench({ messagesPerSecond: 10, limits });
    b.comes(chat('1'), chat('2'), chat('3'), chat('4'), chat('5'));
    expect([b.texts.length, b.stream.isPaused]).toEqual([5, true]);
    b.time.advance(200);
    expect(b.stream.isPaused).toBe(true);
    b.time.advance(101);
    expect(b.stream.isPaused).toBe(false);
  });

  test('records that were read already wait, too, each for its token', () => {
    const b = new Bench({ messagesPerSecond: 10, limits });
    b.stream.data(Buffer.concat(['1', '2', '3', '4', '5'].map((text) => b.sealed(chat(text)))));
    expect(b.texts).toEqual(['1', '2', '3']);
    // Positive is enough, so the fourth follows at once, and the fifth when its token is there.
    b.time.advance(90);
    expect(b.texts).toEqual(['1', '2', '3', '4']);
    b.time.advance(15);
    expect(b.texts).toEqual(['1', '2', '3', '4', '5']);
  });

  test('FIN behind records that wait: they are not lost, and CLOSE among them is clean', () => {
    const b = new Bench({ messagesPerSecond: 10, limits });
    const texts = ['1', '2', '3', '4', '5'].map((text) => b.sealed(chat(text)));
    b.stream.data(Buffer.concat([...texts, b.sealed({ type: 'CLOSE', reason: 0 })]));
    b.stream.fin();
    expect(b.told).not.toContain('closed: lost');
    b.time.advance(1_000);
    expect([b.texts, b.told.at(-1)]).toEqual([['1', '2', '3', '4', '5'], 'closed: clean 0']);
  });

  test('FIN behind records that wait, without CLOSE: lost, after them', () => {
    const b = new Bench({ messagesPerSecond: 10, limits });
    b.stream.data(Buffer.concat(['1', '2', '3', '4'].map((text) => b.sealed(chat(text)))));
    b.stream.fin();
    b.time.advance(1_000);
    expect([b.texts.length, b.told.at(-1)]).toEqual([4, 'closed: lost']);
  });

  test('KEEPALIVE and CLOSE cost a record, unknown optional messages a message', () => {
    const b = new Bench({ messagesPerSecond: 10, limits });
    b.stream.data(b.sealedPlaintexts(framed(Array.from({ length: 13 }, () => Buffer.from([0x80])))));
    expect(b.stream.isPaused).toBe(true);
    b.time.advance(1_000);
    expect(b.stream.isPaused).toBe(true);
    b.time.advance(10);
    expect(b.stream.isPaused).toBe(false);
    b.stream.data(b.sealedPlaintexts(framed(Array.from({ length: 15 }, () => messageBytes({ type: 'KEEPALIVE' })))));
    b.time.advance(101);
    expect(b.stream.isPaused).toBe(false);
  });

  test('while the socket is not read nobody is dead', () => {
    const b = new Bench({ messagesPerSecond: 1, limits: { MESSAGE_BURST: 1 } });
    b.comes(...Array.from({ length: 100 }, () => chat('x')));
    b.time.advance(99_000);
    expect(b.told).not.toContain('closed: dead');
    b.time.advance(10_000 + LIMITS.T_DEAD_MS);
    expect(b.told).toContain('closed: dead');
  });
});

/** Anything that can happen to a channel. */
const happenings = fc.array(
  fc.constantFrom(
    'text',
    'CLOSE',
    'rubbish',
    'liar',
    'FIN',
    'gone',
    'send',
    'close',
    'flush',
    'destroy',
    'time',
    'slow',
  ),
  { maxLength: 25 },
);

test('closed is told at most once, never after close or destroy; gone is the last word; no timer stays', () =>
  fc.assert(
    fc.property(happenings, (all) => {
      const b = new Bench({ messagesPerSecond: 5, limits: { MESSAGE_BURST: 2, OUTPUT_QUEUE_BYTES: 1_000 } });
      let silent = false;
      let gone = false;
      const deeds: Record<string, () => void> = {
        text: () => b.comes(chat('a'), chat('b')),
        CLOSE: () => b.comes({ type: 'CLOSE', reason: 0 }),
        rubbish: () => b.stream.data(Buffer.alloc(82, 3)),
        liar: () => b.stream.data(b.sealedPlaintexts(Buffer.alloc(64))),
        FIN: () => b.stream.fin(),
        gone: () => b.stream.close(),
        send: () => b.channel.send([chat('x')]),
        close: () => b.channel.close('protocol'),
        flush: () => b.channel.flush(),
        destroy: () => b.channel.destroy(),
        time: () => b.time.advance(20_000),
        slow: () => (b.stream.writableLength = 2_000),
      };
      for (const deed of all) {
        if (gone && ['text', 'CLOSE', 'rubbish', 'liar', 'FIN', 'gone'].includes(deed)) continue;
        const before = b.told.length;
        deeds[deed]?.();
        const closed = b.told.slice(before).filter((call) => call.startsWith('closed'));
        if (silent) expect([deed, closed]).toEqual([deed, []]);
        if (closed.length > 0 || deed === 'close' || deed === 'destroy') silent = true;
        if (deed === 'gone') gone = true;
      }
      if (!gone) b.stream.close();
      expect(b.told.filter((call) => call.startsWith('closed')).length).toBeLessThanOrEqual(1);
      expect(b.told.filter((call) => call === 'gone')).toHaveLength(1);
      b.channel.flush();
      expect(b.loop.armed).toBe(0);
    }),
    { numRuns: 500 },
  ));
