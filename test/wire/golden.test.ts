/** Golden vectors: each decodes to its message and each message encodes to its vector, to the byte. */
import { createDecipheriv, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Message, type Role, type TcpMessage } from '../../machines/messages';
import {
  authSuccessHeader,
  decodeAuthSuccessBody,
  decodeDatagram,
  encodeAuthSuccessBody,
  encodeDatagram,
  joinAuthSuccess,
  type OpenDatagram,
  withToken,
} from '../../transport/wire/datagrams';
import {
  decodeClientPreface,
  decodeServerPreface,
  encodeClientPreface,
  encodeServerPreface,
} from '../../transport/wire/prefaces';
import { decodeRecord, encodedSize, encodeRecords, recordLengthFault } from '../../transport/wire/records';
import { ADDED, ATTEMPT, COOKIE, fromFile, hex, resized, VECTORS } from './support';

type Clear = OpenDatagram['message'];
const RAND = VECTORS.rand;
const CLEAR: readonly (readonly [Buffer, Role, Clear])[] = [
  [VECTORS.HELLO, 'client', { type: 'HELLO', ver: { min: 1, max: 1 }, id: 'Client-ID-A' }],
  [VECTORS.CHALLENGE, 'server', { type: 'CHALLENGE', ver: 1, rand: RAND }],
  [VECTORS.RESPONSE, 'client', { type: 'RESPONSE', id: 'Client-ID-A', res: VECTORS.RES, rand: RAND }],
  [VECTORS.AUTH_FAIL, 'server', { type: 'AUTH_FAIL' }],
];

describe.each(CLEAR.map(([bytes, from, message]) => ({ name: message.type, bytes, from, message })))(
  '$name',
  ({ bytes, from, message }) => {
    test('decodes', () => {
      expect(decodeDatagram(bytes, from)).toEqual({ ok: true, value: { attempt: ATTEMPT, message } });
    });
    test('encodes', () => {
      expect(encodeDatagram(ATTEMPT, message)).toEqual(bytes);
    });
    test('is refused from the other role', () => {
      expect(decodeDatagram(bytes, from === 'client' ? 'server' : 'client').ok).toBe(false);
    });
    test('is refused if cut anywhere, with the old length field and with a right one', () => {
      for (let size = 0; size < bytes.length; size++) {
        expect(decodeDatagram(bytes.subarray(0, size), from).ok).toBe(false);
        expect(decodeDatagram(resized(bytes, size), from).ok).toBe(false);
      }
    });
    test('is refused with trailing bytes, with the old length field and with a right one', () => {
      for (const more of [1, 2, 64, 400]) {
        expect(decodeDatagram(Buffer.concat([bytes, Buffer.alloc(more)]), from).ok).toBe(false);
        expect(decodeDatagram(resized(bytes, bytes.length + more), from).ok).toBe(false);
      }
    });
  },
);

describe('AUTH_SUCCESS', () => {
  const bytes = VECTORS.AUTH_SUCCESS;
  const header = bytes.subarray(0, 24);
  const nonce = bytes.subarray(24, 36);
  const box = bytes.subarray(36);

  test('is taken apart and put together', () => {
    expect(decodeDatagram(bytes, 'server')).toEqual({
      ok: true,
      value: { attempt: ATTEMPT, sealed: { header, nonce, box } },
    });
    expect(authSuccessHeader(ATTEMPT)).toEqual(header);
    expect(joinAuthSuccess(header, nonce, box)).toEqual(bytes);
  });
  test('has the plaintext that its key opens', () => {
    const decipher = createDecipheriv('aes-256-gcm', VECTORS.K_succ, nonce, { authTagLength: 16 });
    decipher.setAAD(header).setAuthTag(box.subarray(32));
    const plain = Buffer.concat([decipher.update(box.subarray(0, 32)), decipher.final()]);
    expect(encodeAuthSuccessBody({ cookie: COOKIE, port: 54321 })).toEqual(plain);
    expect(decodeAuthSuccessBody(plain)).toEqual({
      ok: true,
      value: { type: 'AUTH_SUCCESS', cookie: COOKIE, port: 54321 },
    });
  });
  test('is refused cut or with trailing bytes', () => {
    for (let size = 0; size <= 128; size++) {
      if (size === bytes.length) continue;
      const fault = size < 24 ? 'DatagramOfWrongSize' : 'WrongLengthField';
      expect(decodeDatagram(Buffer.concat([bytes, Buffer.alloc(128)]).subarray(0, size), 'server')).toEqual({
        ok: false,
        fault,
      });
      expect(decodeDatagram(resized(bytes, size), 'server')).toEqual({ ok: false, fault: 'DatagramOfWrongSize' });
    }
    for (const size of [0, 18, 31, 33, 64]) {
      expect(decodeAuthSuccessBody(Buffer.alloc(size, 1))).toEqual({ ok: false, fault: 'DatagramOfWrongSize' });
    }
  });
  test('is not put together from parts of wrong size', () => {
    expect(() => joinAuthSuccess(header, nonce, box.subarray(1))).toThrow(RangeError);
    expect(() => joinAuthSuccess(header, box, nonce)).toThrow(RangeError);
    expect(() => authSuccessHeader(ATTEMPT.subarray(1))).toThrow(RangeError);
    expect(() => encodeAuthSuccessBody({ cookie: COOKIE, port: 0 })).toThrow(RangeError);
  });
});

describe('prefaces', () => {
  const tag = VECTORS.tag;
  const clientSalt = hex('707172737475767778797a7b7c7d7e7f');
  const serverSalt = hex('808182838485868788898a8b8c8d8e8f');

  test('of the client', () => {
    expect(encodeClientPreface({ tag, salt: clientSalt })).toEqual(VECTORS.prefaceC);
    expect(decodeClientPreface(VECTORS.prefaceC)).toEqual({ ok: true, value: { version: 1, tag, salt: clientSalt } });
  });
  test('of the server', () => {
    expect(encodeServerPreface({ salt: serverSalt })).toEqual(VECTORS.prefaceS);
    expect(decodeServerPreface(VECTORS.prefaceS)).toEqual({ ok: true, value: { version: 1, salt: serverSalt } });
  });
  test('cut or with trailing bytes are refused', () => {
    for (let size = 0; size < 40; size++) {
      expect(decodeClientPreface(VECTORS.prefaceC.subarray(0, size))).toEqual({ ok: false, fault: 'FieldBeyondEnd' });
      if (size >= 24) continue;
      expect(decodeServerPreface(VECTORS.prefaceS.subarray(0, size))).toEqual({ ok: false, fault: 'FieldBeyondEnd' });
    }
    expect(decodeServerPreface(VECTORS.prefaceC)).toEqual({ ok: false, fault: 'MessageTooLong' });
    expect(decodeClientPreface(Buffer.concat([VECTORS.prefaceC, Buffer.alloc(1)])).ok).toBe(false);
  });
  test('are not encoded from values of wrong size', () => {
    expect(() => encodeClientPreface({ tag: tag.subarray(1), salt: clientSalt })).toThrow(RangeError);
    expect(() => encodeServerPreface({ salt: Buffer.alloc(17) })).toThrow(RangeError);
  });
});

describe('records that their key opens', () => {
  /** Key and iv are those of epoch 0. */
  const open = (record: Buffer, direction: 'c2s' | 's2c', seq: number): Buffer => {
    const nonce = Buffer.from(VECTORS[`iv_${direction}_0`]);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ seq) >>> 0, 8);
    const decipher = createDecipheriv('aes-256-gcm', VECTORS[`key_${direction}_0`], nonce, { authTagLength: 16 });
    decipher.setAAD(record.subarray(0, 2)).setAuthTag(record.subarray(-16));
    return Buffer.concat([decipher.update(record.subarray(2, -16)), decipher.final()]);
  };
  const RECORDS: readonly (readonly [keyof typeof VECTORS, 'c2s' | 's2c', number, TcpMessage[]])[] = [
    ['rec_CONNECT', 'c2s', 0, [{ type: 'CONNECT', cookie: COOKIE }]],
    ['rec_CHAT_REQUEST', 'c2s', 1, [{ type: 'CHAT_REQUEST', id: 'Client-ID-B' }]],
    ['rec_CHAT', 'c2s', 2, [{ type: 'CHAT', session: 1, text: 'Grüße ☕' }]],
    [
      'rec_CHAT_x3',
      'c2s',
      3,
      [
        { type: 'CHAT', session: 1, text: 'one' },
        { type: 'CHAT', session: 1, text: 'two' },
        { type: 'END_REQUEST', session: 1 },
      ],
    ],
    ['rec_seq65535', 'c2s', 65535, [{ type: 'KEEPALIVE' }]],
    ['rec_CONNECTED', 's2c', 0, [{ type: 'CONNECTED' }]],
    ['rec_CHAT_STARTED', 's2c', 1, [{ type: 'CHAT_STARTED', session: 1, id: 'Client-ID-B' }]],
  ];
  test.each(RECORDS)('%s', (name, direction, seq, messages) => {
    const record = VECTORS[name];
    const n = record.readUInt16BE(0);
    expect([n, recordLengthFault(n)]).toEqual([record.length - 2, undefined]);
    const plain = open(record, direction, seq);
    expect(decodeRecord(plain, direction === 'c2s' ? 'client' : 'server')).toEqual({ messages, skipped: 0 });
    expect(encodeRecords(messages)).toEqual([plain]);
  });
});

describe('the change of epoch', () => {
  const derived = (secret: Buffer, label: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, 'SBC/1', `${label}\0`, bytes));
  /** A nonce is the iv, XORed with seq at its end. */
  const opened = (record: Buffer, secret: Buffer, seq: number): Buffer => {
    const nonce = derived(secret, 'iv', 12);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ seq) >>> 0, 8);
    const decipher = createDecipheriv('aes-256-gcm', derived(secret, 'key', 32), nonce, { authTagLength: 16 });
    decipher.setAAD(record.subarray(0, 2)).setAuthTag(record.subarray(-16));
    return Buffer.concat([decipher.update(record.subarray(2, -16)), decipher.final()]);
  };

  test('S of epoch 1 follows from S of epoch 0; record 65535 has the keys of the one, 65536 those of the other', () => {
    expect(derived(VECTORS.S_c2s, 'next', 32)).toEqual(VECTORS.S_c2s_1);
    for (const [record, secret, seq] of [
      [VECTORS.rec_seq65535, VECTORS.S_c2s, 65535],
      [VECTORS.rec_seq65536, VECTORS.S_c2s_1, 65536],
    ] as const) {
      expect(decodeRecord(opened(record, secret, seq), 'client')).toEqual({
        messages: [{ type: 'KEEPALIVE' }],
        skipped: 0,
      });
    }
  });

  test('9.4 prints them', () => {
    const document = readFileSync(join(__dirname, '../../docs/protocol.md'), 'utf8').replaceAll(/\n\s*\d*\s*| /g, '');
    for (const name of ['S_c2s_1', 'rec_seq65535', 'rec_seq65536'] as const) {
      expect(document).toContain(VECTORS[name].toString('hex'));
    }
  });
});

describe('vectors of P25, accepted', () => {
  test.each(ADDED.accepted.filter(({ layer }) => layer === 'datagram'))(
    '$name',
    ({ from, bytes, decoded, grease, token }) => {
      const message = fromFile(decoded as never) as Clear;
      const value = { attempt: ATTEMPT, message, ...(token === undefined ? {} : { token: hex(token) }) };
      expect(decodeDatagram(hex(bytes), from as Role)).toEqual({ ok: true, value });
      const options = grease === undefined ? {} : { grease: hex(grease) };
      expect(withToken(encodeDatagram(ATTEMPT, message, options), hex(token ?? '')).toString('hex')).toBe(bytes);
    },
  );
  test.each(ADDED.accepted.filter(({ layer }) => layer === 'authSuccess'))('$name', ({ bytes, decoded }) => {
    const message = fromFile(decoded as never) as Message<'AUTH_SUCCESS'>;
    expect(decodeAuthSuccessBody(hex(bytes))).toEqual({ ok: true, value: message });
    expect(encodeAuthSuccessBody(message).toString('hex')).toBe(bytes);
  });
  test.each(ADDED.accepted.filter(({ layer }) => layer === 'record'))('$name', ({ from, bytes, decoded }) => {
    const messages = (decoded as never[]).map(fromFile) as TcpMessage[];
    expect(decodeRecord(hex(bytes), from as Role)).toEqual({ messages, skipped: 0 });
    expect(encodeRecords(messages).map((plain) => plain.toString('hex'))).toEqual([bytes]);
    const content = messages.reduce((sum, message) => sum + encodedSize(message), 0);
    expect(Math.ceil(content / 64) * 64).toBe(bytes.length / 2);
  });
});

describe('vectors of P25, rejected', () => {
  test.each(ADDED.rejected)('$name: $fault', ({ layer, from, bytes, fault, decoded }) => {
    if (layer === 'datagram') expect(decodeDatagram(hex(bytes), from as Role)).toEqual({ ok: false, fault });
    else if (layer === 'authSuccess') expect(decodeAuthSuccessBody(hex(bytes))).toEqual({ ok: false, fault });
    else {
      const messages = (decoded ?? []).map(fromFile);
      expect(decodeRecord(hex(bytes), from as Role)).toEqual({ messages, skipped: 0, fault });
    }
  });
});
