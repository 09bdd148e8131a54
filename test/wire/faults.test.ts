/**
 * The rows of the fault list (protocol 7) that a decoder decides, by their number. What needs a key, a clock or a state is
 * tested elsewhere.
 */
import { type Fault } from '../../machines/faults';
import { type Role } from '../../machines/messages';
import { decodeDatagram, encodeDatagram } from '../../transport/wire/datagrams';
import { prefaceStartFault } from '../../transport/wire/prefaces';
import { decodeRecord, encodeRecords, recordLengthFault } from '../../transport/wire/records';
import { ATTEMPT, chatBytes, hex, plaintext, resized, VECTORS, withByte } from './support';

const { HELLO, CHALLENGE, RESPONSE, AUTH_SUCCESS, AUTH_FAIL } = VECTORS;

/** What the datagram is refused for, or undefined. */
function datagramFault(bytes: Buffer, from: Role = 'client'): Fault | undefined {
  const result = decodeDatagram(bytes, from);
  return result.ok ? undefined : result.fault;
}
/** What a record with this one message is refused for, or undefined; a bad message is never handed on. */
function messageFault(message: Uint8Array, from: Role = 'client'): Fault | undefined {
  const { messages, fault } = decodeRecord(plaintext(message), from);
  expect(messages).toHaveLength(fault === undefined ? 1 : 0);
  return fault;
}
/** HELLO of 128 bytes with this extension block. */
const helloWith = (block: string): Buffer => {
  const bytes = Buffer.from(HELLO);
  hex(block).copy(bytes, 38);
  return bytes;
};

describe('datagrams to the server', () => {
  test('fault 1: empty, 1 to 23 bytes', () => {
    for (let size = 0; size < 24; size++) {
      for (const from of ['client', 'server'] as const) {
        expect(datagramFault(HELLO.subarray(0, size), from)).toBe('DatagramOfWrongSize');
      }
    }
  });
  test('fault 2: 65 507 bytes', () => {
    expect(datagramFault(Buffer.alloc(65507, 0x53))).toBe('DatagramOfWrongSize');
    expect(datagramFault(resized(HELLO, 513))).toBe('DatagramOfWrongSize');
    expect(datagramFault(resized(CHALLENGE, 129), 'server')).toBe('DatagramOfWrongSize');
  });
  test('fault 3: wrong magic; header version 0, 2, 255', () => {
    for (let at = 0; at < 4; at++) expect(datagramFault(withByte(HELLO, at, 0))).toBe('WrongMagic');
    for (const version of [0, 2, 255]) expect(datagramFault(withByte(HELLO, 4, version))).toBe('UnknownHeaderVersion');
  });
  test('fault 4: types that are unknown or not for the server', () => {
    for (let type = 0; type < 256; type++) {
      if (type === 1 || type === 3) continue;
      const fault = [2, 4, 5, 6].includes(type) ? 'DatagramOfWrongDirection' : 'UnknownDatagramType';
      expect(datagramFault(withByte(HELLO, 5, type))).toBe(fault);
    }
    expect(datagramFault(withByte(AUTH_FAIL, 5, 1), 'server')).toBe('DatagramOfWrongDirection');
    expect(datagramFault(withByte(AUTH_FAIL, 5, 3), 'server')).toBe('DatagramOfWrongDirection');
  });
  test('fault 5: length field one less, one more, 0, FFFF', () => {
    for (const length of ['007f', '0081', '0000', 'ffff']) {
      const bytes = Buffer.from(HELLO);
      hex(length).copy(bytes, 6);
      expect(datagramFault(bytes)).toBe('WrongLengthField');
    }
  });
  test('fault 6: HELLO of 127 bytes', () => {
    expect(datagramFault(HELLO.subarray(0, 127))).toBe('DatagramOfWrongSize');
    expect(datagramFault(resized(HELLO, 127))).toBe('DatagramOfWrongSize');
  });
  test('fault 7: Client-ID of length 0, 33, 255, beyond the end, or malformed', () => {
    expect(datagramFault(withByte(HELLO, 26, 0))).toBe('MalformedClientId');
    expect(datagramFault(withByte(HELLO, 26, 33))).toBe('MalformedClientId');
    expect(datagramFault(withByte(HELLO, 26, 102))).toBe('FieldBeyondEnd');
    expect(datagramFault(withByte(HELLO, 26, 255))).toBe('FieldBeyondEnd');
    for (const bad of [0x00, 0x20, 0x2d, 0x31, 0x3c, 0x5b, 0x7f, 0xe9]) {
      expect(datagramFault(withByte(HELLO, 27, bad))).toBe('MalformedClientId');
    }
  });
  test('fault 9: non-zero byte in the filling', () => {
    for (let at = 39; at < 128; at++) expect(datagramFault(withByte(HELLO, at, 1))).toBe('FillingNotZero');
    expect(datagramFault(withByte(RESPONSE, 127, 0x80))).toBe('FillingNotZero');
  });
  test('fault 9: filling that goes on after 128 bytes, or after a content that reaches them (P18)', () => {
    expect(datagramFault(resized(HELLO, 129))).toBe('FillingTooLong');
    expect(datagramFault(resized(HELLO, 512))).toBe('FillingTooLong');
    const full = helloWith('3f58');
    expect(datagramFault(full)).toBeUndefined();
    expect(datagramFault(resized(full, 129))).toBe('FillingTooLong');
    const longer = withByte(resized(full, 200), 39, 160);
    expect(datagramFault(longer)).toBeUndefined();
    expect(datagramFault(resized(longer, 201))).toBe('FillingTooLong');
    expect(datagramFault(withByte(resized(longer, 201), 200, 1))).toBe('ExtensionBeyondEnd');
  });
  test('fault 10: extension beyond the end, twice, unknown and critical', () => {
    expect(datagramFault(helloWith('3f59'))).toBe('ExtensionBeyondEnd');
    expect(datagramFault(helloWith('3fff'))).toBe('ExtensionBeyondEnd');
    expect(datagramFault(helloWith('3f01aa3f0100'))).toBe('ExtensionTwice');
    expect(datagramFault(helloWith('8100'))).toBe('UnknownCriticalExtension');
    expect(datagramFault(helloWith('010081'))).toBe('UnknownCriticalExtension');
  });
  test('fault 11: unknown extensions that are not critical are skipped, in any order', () => {
    const expected = decodeDatagram(HELLO, 'client');
    for (const block of ['3f0100', '3f00', '7f03aabbcc0100', '1004aabbccdd0202ffff']) {
      expect(decodeDatagram(helloWith(block), 'client')).toEqual(expected);
    }
  });
  test('fault 12: ver_min above ver_max; a range without version 1 decodes', () => {
    expect(datagramFault(withByte(HELLO, 24, 2))).toBe('WrongVersionRange');
    const result = decodeDatagram(withByte(withByte(HELLO, 24, 2), 25, 9), 'client');
    expect(result).toMatchObject({ ok: true, value: { message: { ver: { min: 2, max: 9 } } } });
  });
  test('the order of the checks is that of P24', () => {
    // Each step repairs the first thing that is wrong, and the next one is named.
    const bytes = Buffer.alloc(128, 0xff);
    const repair: readonly (readonly [Fault, () => unknown])[] = [
      ['WrongMagic', () => bytes.write('SBCU', 0, 'latin1')],
      ['UnknownHeaderVersion', () => bytes.writeUInt8(1, 4)],
      ['UnknownDatagramType', () => bytes.writeUInt8(2, 5)],
      ['DatagramOfWrongDirection', () => bytes.writeUInt8(1, 5)],
      ['WrongLengthField', () => bytes.writeUInt16BE(128, 6)],
      ['FieldBeyondEnd', () => bytes.write('\x01a', 26, 'latin1')],
      ['ExtensionBeyondEnd', () => bytes.writeUInt8(1, 29)],
      ['UnknownCriticalExtension', () => bytes.writeUInt8(0, 28)],
    ];
    expect(datagramFault(bytes.subarray(1))).toBe('DatagramOfWrongSize');
    for (const [fault, step] of repair) {
      expect(datagramFault(bytes)).toBe(fault);
      step();
    }
    expect(datagramFault(bytes)).toBe('FillingNotZero');
  });
});

describe('datagrams to the client', () => {
  test('fault 37: any version decodes; whether it was offered is for others to know', () => {
    const result = decodeDatagram(withByte(CHALLENGE, 24, 9), 'server');
    expect(result).toMatchObject({ ok: true, value: { message: { ver: 9 } } });
  });
  test('fault 39: AUTH_SUCCESS with a cut tag', () => {
    for (const tag of [4, 8, 12]) {
      expect(datagramFault(AUTH_SUCCESS.subarray(0, 68 + tag), 'server')).toBe('WrongLengthField');
      expect(datagramFault(resized(AUTH_SUCCESS, 68 + tag), 'server')).toBe('DatagramOfWrongSize');
    }
  });
  test('no filling and no reason in AUTH_FAIL, no filling in CHALLENGE (P18)', () => {
    expect(datagramFault(resized(AUTH_FAIL, 26), 'server')).toBe('DatagramOfWrongSize');
    expect(datagramFault(resized(CHALLENGE, 58), 'server')).toBe('FillingTooLong');
    expect(datagramFault(withByte(resized(CHALLENGE, 59), 57, 0x3f), 'server')).toBeUndefined();
  });
});

test('fault 51: a stranger is noticed with the first byte that differs', () => {
  const start = VECTORS.prefaceC.subarray(0, 8);
  expect(prefaceStartFault(Buffer.from('G'))).toBe('WrongMagic');
  expect(prefaceStartFault(Buffer.from('GET / HTTP/1.1\r\n'))).toBe('WrongMagic');
  expect(prefaceStartFault(hex('16030100'))).toBe('WrongMagic');
  expect(prefaceStartFault(Buffer.from('SBCU'))).toBe('WrongMagic');
  for (let size = 0; size <= 40; size++) expect(prefaceStartFault(VECTORS.prefaceC.subarray(0, size))).toBeUndefined();
  for (let at = 0; at < 8; at++) {
    const fault = at < 4 ? 'WrongMagic' : at === 4 ? 'UnknownHeaderVersion' : 'ReservedNotZero';
    expect(prefaceStartFault(withByte(start, at, 2).subarray(0, at + 1))).toBe(fault);
    expect(prefaceStartFault(withByte(start, at, 2).subarray(0, at))).toBeUndefined();
  }
});

describe('records', () => {
  test('fault 63: N that is not 64k + 16 with k from 1 to 65', () => {
    for (const n of [0, 1, 79, 81, 4177, 65535]) expect(recordLengthFault(n)).toBe('RecordOfWrongLength');
    const valid = Array.from({ length: 65536 }, (_, n) => n).filter((n) => recordLengthFault(n) === undefined);
    expect(valid).toEqual(Array.from({ length: 65 }, (_, k) => 64 * (k + 1) + 16));
  });
  test('fault 67: unknown types below 80, those of datagrams too; from 80 on they are skipped', () => {
    const known = [0x10, 0x11, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x30, 0x31, 0x32, 0x40, 0x41];
    for (let type = 0; type < 256; type++) {
      if (known.includes(type)) continue;
      const optional = type >= 0x80;
      const expected = {
        messages: [],
        skipped: optional ? 1 : 0,
        ...(optional ? {} : { fault: 'UnknownMessageType' }),
      };
      expect(decodeRecord(plaintext(Buffer.from([type, 0, 0xff])), 'client')).toEqual(expected);
    }
  });
  test('fault 69: messages of the wrong direction, whatever follows the type', () => {
    for (const type of [0x11, 0x21, 0x22, 0x24, 0x31, 0x32]) {
      expect(messageFault(Buffer.from([type]), 'client')).toBe('MessageOfWrongDirection');
    }
    for (const type of [0x10, 0x20, 0x23, 0x30]) {
      expect(messageFault(Buffer.from([type]), 'server')).toBe('MessageOfWrongDirection');
    }
  });
  test('fault 71: session-ID 0', () => {
    expect(messageFault(chatBytes('x', 0))).toBe('SessionZero');
    expect(messageFault(hex('2300000000'))).toBe('SessionZero');
  });
  test('fault 72: text of length 0, of 4097, beyond the end', () => {
    expect(messageFault(chatBytes(''))).toBe('EmptyText');
    expect(messageFault(chatBytes('x'.repeat(4097)))).toBe('TextTooLong');
    expect(messageFault(chatBytes('x', 1, 65535))).toBe('TextTooLong');
    expect(messageFault(chatBytes('x', 1, 4096))).toBe('FieldBeyondEnd');
    expect(messageFault(chatBytes('x', 1, 2))).toBe('FieldBeyondEnd');
  });
  test('fault 73: overlong forms, surrogates, cut sequences, F5', () => {
    for (const bad of [
      'c080',
      'c1bf',
      'e09faf',
      'f08080af',
      'eda080',
      'edbfbf',
      'c3',
      'e298',
      'f09f98',
      'f5808080',
      'f4908080',
      '80',
    ]) {
      expect(messageFault(chatBytes(hex(bad)))).toBe('TextNotUtf8');
      expect(messageFault(chatBytes(hex(`61${bad}62`)))).toBe('TextNotUtf8');
      // The decoder keeps nothing of what it refused.
      expect(messageFault(chatBytes('Grüße'))).toBeUndefined();
    }
  });
  test('fault 74: every control character; the sender refuses them too', () => {
    for (let code = 0; code < 0xa0; code++) {
      if (code >= 0x20 && code < 0x7f) continue;
      const text = `a${String.fromCharCode(code)}é`;
      expect(messageFault(chatBytes(text))).toBe('TextWithControlCharacter');
      expect(messageFault(chatBytes(text.slice(0, 2)))).toBe('TextWithControlCharacter');
      expect(() => encodeRecords([{ type: 'CHAT', session: 1, text }])).toThrow('text: control character');
    }
  });
  test('fault 76: what only looks strange is delivered unchanged', () => {
    for (const text of [
      '\u202eabc',
      '\u2028',
      '\ufeffx',
      '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
      '\ufffd\uffff',
      'e\u0301',
    ]) {
      const { messages } = decodeRecord(plaintext(chatBytes(text)), 'client');
      expect(messages).toEqual([{ type: 'CHAT', session: 1, text }]);
    }
  });
  test('fault 77: an unpaired surrogate is not sent', () => {
    for (const text of ['\ud83d', 'a\ude00b', '\ude00\ud83d']) {
      expect(() => encodeRecords([{ type: 'CHAT', session: 1, text }])).toThrow('text: not Unicode');
    }
  });
  test('fault 78: 4096 bytes are delivered, 4097 are refused', () => {
    const text = '\u{1f600}'.repeat(1024);
    const [plain = Buffer.alloc(0)] = encodeRecords([{ type: 'CHAT', session: 1, text }]);
    expect(decodeRecord(plain, 'server').messages).toEqual([{ type: 'CHAT', session: 1, text }]);
    expect(() => encodeRecords([{ type: 'CHAT', session: 1, text: `${text}x` }])).toThrow('text: too long');
  });
  test('fault 79: non-zero filling, more filling than needed', () => {
    const plain = plaintext(hex('40'));
    for (let at = 5; at < 64; at++) {
      expect(decodeRecord(withByte(plain, at, 1), 'client')).toEqual({
        messages: [],
        skipped: 0,
        fault: 'FillingNotZero',
      });
    }
    for (const steps of [1, 2, 64]) {
      const fault = decodeRecord(Buffer.concat([plain, Buffer.alloc(64 * steps)]), 'client').fault;
      expect(fault).toBe('FillingTooLong');
    }
  });
});

describe('what is not sent', () => {
  test('values without an encoding', () => {
    expect(() => encodeRecords([{ type: 'END_REQUEST', session: 0 }])).toThrow(RangeError);
    expect(() => encodeRecords([{ type: 'END_REQUEST', session: 2 ** 32 }])).toThrow('out of range');
    expect(() => encodeRecords([{ type: 'END_REQUEST', session: 1.5 }])).toThrow('not an integer');
    expect(() => encodeRecords([{ type: 'CLOSE', reason: 256 }])).toThrow('out of range');
    expect(() => encodeRecords([{ type: 'CHAT', session: 1, text: '' }])).toThrow('text: empty');
    expect(() => encodeRecords([{ type: 'CHAT_REQUEST', id: '1x' }])).toThrow('not a Client-ID');
    expect(() => encodeRecords([{ type: 'CONNECT', cookie: Buffer.alloc(15) }])).toThrow('not 16 bytes');
    const late = { type: 'HISTORY_RESP', session: 1, id: 'B', text: 'x', time: 2 ** 53 } as const;
    expect(() => encodeRecords([late])).toThrow('u64: not a safe integer');
  });
  test('datagrams without an encoding', () => {
    const hello = { type: 'HELLO', ver: { min: 1, max: 1 }, id: 'A' } as const;
    expect(() => encodeDatagram(ATTEMPT, { ...hello, ver: { min: 2, max: 1 } })).toThrow(RangeError);
    expect(() => encodeDatagram(ATTEMPT.subarray(1), hello)).toThrow(RangeError);
    expect(() => encodeDatagram(ATTEMPT, hello, { grease: Buffer.alloc(9) })).toThrow(RangeError);
    expect(() => encodeDatagram(ATTEMPT, { type: 'AUTH_FAIL' }, { grease: Buffer.alloc(1) })).toThrow(RangeError);
  });
});
