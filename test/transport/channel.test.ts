/** What goes through one connection (protocol 1.5, P1, P3, P13, P20): records in, records out, one write a turn. */
import fc from 'fast-check';
import { LIMITS } from '../../machines/limits';
import { framed, messageBytes, u16 } from '../support/plaintexts';
import { Bench, chat } from './channel-bench';

describe('in', () => {
  test('several messages in a record, several records in a chunk: in order, KEEPALIVE stays below', () => {
    const b = new Bench();
    b.stream.data(
      Buffer.concat([
        b.sealed(chat('a'), chat('b'), { type: 'CHAT_REQUEST', id: 'B' }),
        b.sealed({ type: 'KEEPALIVE' }),
        b.sealed(chat('c'), { type: 'END_REQUEST', session: 1 }),
      ]),
    );
    expect(b.heard()).toEqual(['CHATS', 'CHAT_REQUEST', 'CHATS', 'END_REQUEST']);
    expect(b.texts).toEqual(['a', 'b', 'c']);
  });

  test('any segmentation gives the same texts', () =>
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.stringMatching(/^[a-z]{1,80}$/), { minLength: 1, maxLength: 5 }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.array(fc.integer({ min: 1, max: 200 })),
        (writes, sizes) => {
          const b = new Bench();
          const bytes = Buffer.concat(writes.map((texts) => b.sealed(...texts.map((text) => chat(text)))));
          let at = 0;
          for (const size of [...sizes, bytes.length]) b.stream.data(bytes.subarray(at, (at += size)));
          expect(b.texts).toEqual(writes.flat());
        },
      ),
    ));

  test('byte by byte', () => {
    const b = new Bench();
    for (const byte of b.sealed(chat('a'), chat('b'))) b.stream.data(Buffer.from([byte]));
    expect(b.texts).toEqual(['a', 'b']);
  });

  test('a record that does not verify: destroyed, nothing written', () => {
    const b = new Bench();
    const bytes = b.sealed(chat('a'));
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    b.stream.data(bytes);
    expect([b.heard(), b.stream.calls, b.said()]).toEqual([
      ['refused: RecordNotVerified', 'closed: invalid'],
      ['destroy'],
      [],
    ]);
    b.stream.close();
    expect(b.heard()).toEqual(['gone']);
  });

  test('what was good in the same chunk before a bad record counts', () => {
    const b = new Bench();
    b.stream.data(Buffer.concat([b.sealed(chat('good')), u16(1)]));
    expect(b.heard()).toEqual(['CHATS', 'refused: RecordOfWrongLength', 'closed: invalid']);
  });

  test('a message that is wrong: told, and the driver decides', () => {
    const b = new Bench();
    b.stream.data(b.sealedPlaintexts(framed([messageBytes(chat('good')), Buffer.from([0x7e])])));
    expect(b.heard()).toEqual(['CHATS', 'refused: UnknownMessageType', 'protocol error: UnknownMessageType']);
    b.channel.close('protocol');
    b.channel.flush();
    expect(b.said()).toEqual(['CLOSE 4']);
  });

  test('a client waits for preface and CONNECTED (P3, P20)', () => {
    const b = new Bench({ role: 'client' });
    b.stream.data(Buffer.alloc(10));
    b.stream.data(Buffer.alloc(14));
    b.comes({ type: 'CONNECTED' });
    b.comes(chat('a'));
    expect(b.heard()).toEqual(['CONNECTED', 'CHATS']);
  });

  test.each([
    [
      'another N than 80',
      framed([messageBytes({ type: 'CONNECTED' })], 1),
      ['refused: RecordOfWrongLength', 'closed: invalid'],
    ],
    [
      'something beside CONNECTED',
      framed([messageBytes(chat('a'))]),
      ['refused: FirstRecordNotConnected', 'protocol error: FirstRecordNotConnected'],
    ],
  ])("the server's record 0 with %s", (_, plaintext, heard) => {
    const b = new Bench({ role: 'client' });
    b.stream.data(Buffer.alloc(24));
    b.stream.data(b.sealedPlaintexts(plaintext));
    expect(b.heard()).toEqual(heard);
  });
});

describe('out', () => {
  test('everything queued in one turn leaves in one write', () => {
    const b = new Bench();
    for (let n = 0; n < 100; n++)
      b.channel.send([chat('x'.repeat(100)), { type: 'CHAT_STARTED', session: 1, id: 'B' }]);
    expect([b.told.length, b.stream.writes.length]).toEqual([100, 0]);
    b.channel.flush();
    expect(b.stream.writes).toHaveLength(1);
    b.channel.flush();
    expect(b.stream.writes).toHaveLength(1);
  });

  test('CLOSE and FIN come last, and nothing after them', () => {
    const b = new Bench({ role: 'client' });
    b.channel.send([chat('a')]);
    b.channel.close('logoff');
    b.channel.send([chat('too late')]);
    b.channel.close('protocol');
    b.channel.flush();
    expect([b.said(), b.stream.calls]).toEqual([
      ['CHAT', 'CLOSE 0'],
      ['end', 'resume'],
    ]);
    b.channel.send([chat('much too late')]);
    b.channel.flush();
    expect(b.said()).toEqual([]);
  });

  test('silent: FIN without CLOSE', () => {
    const b = new Bench();
    b.channel.close('silent');
    b.channel.flush();
    expect([b.said(), b.stream.calls]).toEqual([[], ['end', 'resume']]);
  });

  test('more than the bound is on its way: too slow, what is queued is dropped, CLOSE(5) is tried (P13)', () => {
    const b = new Bench({ limits: { OUTPUT_QUEUE_BYTES: 10_000 } });
    b.stream.writableLength = 9_000;
    b.channel.send([chat('x'.repeat(900))]);
    b.channel.flush();
    expect([b.said(), b.heard()]).toEqual([['CHAT'], []]);
    b.channel.send([chat('x'.repeat(1_100))]);
    b.channel.flush();
    expect([b.said(), b.heard(), b.stream.calls]).toEqual([['CLOSE 5'], ['closed: slow'], ['end', 'resume']]);
  });

  test('a connection that ends for another reason in the turn that made it too slow: the queue is dropped all the same', () => {
    const b = new Bench({ limits: { OUTPUT_QUEUE_BYTES: 1_000 } });
    b.channel.send([chat('x'.repeat(1_100))]);
    b.channel.close('superseded');
    b.channel.flush();
    expect([b.said(), b.heard(), b.stream.calls]).toEqual([['CLOSE 2'], [], ['end', 'resume']]);
  });

  test('drain is passed on; there is room below the bound of the pump', () => {
    const b = new Bench();
    expect([b.channel.hasRoom, b.channel.draining]).toEqual([true, false]);
    b.stream.writableLength = LIMITS.PUMP_QUEUE_BYTES;
    expect([b.channel.hasRoom, b.channel.draining]).toEqual([false, true]);
    b.stream.drain();
    expect(b.heard()).toEqual(['drain']);
  });
});
