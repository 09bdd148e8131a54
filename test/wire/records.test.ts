/** Records of several messages: how they are packed, and what of a partly bad one counts (protocol 1.5, P3, P21). */
import fc from 'fast-check';
import { type TcpMessage } from '../../machines/messages';
import { decodeRecord, encodedSize, encodeRecords } from '../../transport/wire/records';
import { anyMessages, chatBytes, COOKIE, hex, plaintext, withByte } from './support';

const chat = (text: string): TcpMessage => ({ type: 'CHAT', session: 1, text });
const KEEPALIVE = hex('40');
const CLOSE = hex('4100');

describe('packing', () => {
  test('nothing gives no record', () => {
    expect(encodeRecords([])).toEqual([]);
  });
  test('any messages, in order, in as few records as fit', () => {
    fc.assert(
      fc.property(fc.array(anyMessages('server'), { maxLength: 6 }), (lists) => {
        const messages = lists.flat();
        const plaintexts = encodeRecords(messages);
        const decoded = plaintexts.map((plain) => decodeRecord(plain, 'server'));
        expect(decoded.flatMap((record) => record.messages)).toEqual(messages);
        expect(decoded.every(({ fault, skipped }) => fault === undefined && skipped === 0)).toBe(true);
        const content = decoded.map((record) =>
          record.messages.reduce((sum, message) => sum + encodedSize(message), 0),
        );
        expect(plaintexts.map((plain) => plain.length)).toEqual(content.map((size) => Math.ceil(size / 64) * 64));
        // No record's first message would have gone into the record before.
        decoded.slice(1).forEach((record, i) => {
          expect((content[i] ?? 0) + encodedSize(record.messages[0] as TcpMessage)).toBeGreaterThan(4160);
        });
        expect(Math.max(0, ...plaintexts.map((plain) => plain.length))).toBeLessThanOrEqual(4160);
      }),
      { numRuns: 200 },
    );
  });
  test('4160 bytes fit, 4161 do not', () => {
    expect(encodeRecords([chat('x'.repeat(4096)), chat('y'.repeat(46))]).map((plain) => plain.length)).toEqual([4160]);
    expect(encodeRecords([chat('x'.repeat(4096)), chat('y'.repeat(47))]).map((plain) => plain.length)).toEqual([
      4160, 64,
    ]);
  });
  test('CONNECT and CONNECTED share their record with nothing', () => {
    const connected: TcpMessage = { type: 'CONNECTED' };
    const connect: TcpMessage = { type: 'CONNECT', cookie: COOKIE };
    const records = (messages: TcpMessage[]): number => encodeRecords(messages).length;
    expect([records([connected, chat('x'), chat('y')]), records([chat('x'), connect, chat('y')])]).toEqual([2, 3]);
  });
});

describe('a partly bad record', () => {
  test('wrong framing anywhere: no message counts', () => {
    const plain = plaintext(KEEPALIVE, chatBytes('one'));
    const none = { messages: [], skipped: 0 };
    expect(decodeRecord(plain, 'client').messages).toHaveLength(2);
    expect(decodeRecord(withByte(plain, 63, 1), 'client')).toEqual({ ...none, fault: 'FillingNotZero' });
    expect(decodeRecord(withByte(plain, 3, 1), 'client')).toEqual({ ...none, fault: 'MessageBeyondRecord' });
    expect(decodeRecord(Buffer.concat([plain, Buffer.alloc(64)]), 'client')).toEqual({
      ...none,
      fault: 'FillingTooLong',
    });
    expect(decodeRecord(withByte(plain, 1, 0), 'client')).toEqual({ ...none, fault: 'RecordWithoutMessage' });
  });
  test('the end of a record is not beyond it', () => {
    const last = plaintext(chatBytes('x'.repeat(53)), KEEPALIVE);
    expect(last).toHaveLength(128);
    expect(decodeRecord(plaintext(Buffer.alloc(62, 0x80)), 'client')).toEqual({ messages: [], skipped: 1 });
    expect(decodeRecord(withByte(plaintext(Buffer.alloc(62, 0x80)), 1, 63), 'client').fault).toBe(
      'MessageBeyondRecord',
    );
    // One byte is left for a length entry of two.
    expect(decodeRecord(plaintext(Buffer.alloc(61, 0x80)), 'client')).toEqual({ messages: [], skipped: 1 });
    expect(decodeRecord(withByte(plaintext(Buffer.alloc(61, 0x80)), 63, 1), 'client').fault).toBe('FillingNotZero');
  });
  test('sizes that no record has', () => {
    for (const size of [0, 1, 63, 65, 4224, 65536]) {
      const expected = { messages: [], skipped: 0, fault: 'RecordOfWrongLength' };
      expect(decodeRecord(Buffer.alloc(size, 1), 'client')).toEqual(expected);
    }
  });
  test('the messages before the first bad one stand', () => {
    const plain = plaintext(chatBytes('one'), hex('80'), chatBytes('two'), chatBytes('bad', 0), chatBytes('three'));
    const expected = { messages: [chat('one'), chat('two')], skipped: 1, fault: 'SessionZero' };
    expect(decodeRecord(plain, 'client')).toEqual(expected);
  });
  test('what follows CLOSE is not parsed, but its framing is checked', () => {
    const plain = plaintext(KEEPALIVE, CLOSE, chatBytes('bad', 0), hex('00'), hex('ff'));
    const messages = [{ type: 'KEEPALIVE' }, { type: 'CLOSE', reason: 0 }];
    expect(decodeRecord(plain, 'client')).toEqual({ messages, skipped: 0 });
    expect(decodeRecord(withByte(plain, 63, 1), 'client').messages).toEqual([]);
  });
  test('a bad CLOSE does not end the record', () => {
    expect(decodeRecord(plaintext(hex('41'), KEEPALIVE), 'client')).toMatchObject({
      messages: [],
      fault: 'FieldBeyondEnd',
    });
  });
});

describe('extension block of a message (1.7, P19)', () => {
  const END_NOTIF = '2400000007';
  const notif = { type: 'END_NOTIF', session: 7 };
  const decode = (block: string): ReturnType<typeof decodeRecord> =>
    decodeRecord(plaintext(hex(END_NOTIF + block)), 'server');

  test('known entries are values, unknown ones are skipped, in any order', () => {
    expect(decode('010103').messages).toEqual([{ ...notif, why: 3 }]);
    expect(decode('3f0200000101ff').messages).toEqual([{ ...notif, why: 255 }]);
    expect(decode('0208ffffffffffffffff').messages).toEqual([notif]);
  });
  test('faults', () => {
    expect(decode('00').fault).toBe('ExtensionOfTypeZero');
    expect(decode('01010300').fault).toBe('ExtensionOfTypeZero');
    expect(decode('01').fault).toBe('ExtensionBeyondEnd');
    expect(decode('0102ff').fault).toBe('ExtensionBeyondEnd');
    expect(decode('0100').fault).toBe('ExtensionOfWrongLength');
    expect(decode('01020000').fault).toBe('ExtensionOfWrongLength');
    expect(decode('010103010103').fault).toBe('ExtensionTwice');
    expect(decode('7f007f00').fault).toBe('ExtensionTwice');
    expect(decode('810103').fault).toBe('UnknownCriticalExtension');
    expect(decode('0101038100').fault).toBe('UnknownCriticalExtension');
  });
  test('a time above 2^53 is the largest safe integer', () => {
    const plain = plaintext(hex('310000000101420001780208ffffffffffffffff'));
    expect(decodeRecord(plain, 'server').messages).toMatchObject([{ time: Number.MAX_SAFE_INTEGER }]);
  });
});
