/**
 * Properties of the codec over every message of the table and over bytes of any kind. fast-check prints the seed of a
 * failure; bulk input comes from a generator that is seeded with a value of fast-check's.
 */
import fc from 'fast-check';
import { FAULTS, type Result } from '../../machines/faults';
import { type Message, type Role, rowOf, type TcpMessage } from '../../machines/messages';
import {
  decodeAuthSuccessBody,
  decodeDatagram,
  encodeAuthSuccessBody,
  encodeDatagram,
  type OpenDatagram,
  withToken,
} from '../../transport/wire/datagrams';
import { decodeClientPreface, decodeServerPreface, prefaceStartFault } from '../../transport/wire/prefaces';
import { decodeRecord, encodedSize, encodeRecords, recordLengthFault } from '../../transport/wire/records';
import {
  ADDED,
  anyMessage,
  anyMessages,
  ATTEMPT,
  hex,
  NAMES,
  plaintext,
  senderOf,
  TCP_NAMES,
  VECTORS,
} from './support';

const OPEN_NAMES = ['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_FAIL', 'RETRY'] as const;
const ROLES: readonly Role[] = ['client', 'server'];
const role = fc.constantFrom(...ROLES);

test('every message of the table is covered here', () => {
  expect([...OPEN_NAMES, 'AUTH_SUCCESS', ...TCP_NAMES].sort()).toEqual([...NAMES].sort());
});

test('extensions stand in the table in ascending order of types, in which they are sent (P19)', () => {
  for (const name of NAMES) {
    const codes = Object.values(rowOf(name).extensions ?? {}).map(({ code }) => code);
    expect(codes).toEqual([...codes].sort((a, b) => a - b));
  }
});

describe('decode after encode is the identity', () => {
  test.each(OPEN_NAMES)('%s', (name) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), anyMessage(name), (attempt, message) => {
        const bytes = encodeDatagram(attempt, message);
        expect(decodeDatagram(bytes, senderOf(name))).toEqual({
          ok: true,
          value: { attempt: Buffer.from(attempt), message },
        });
      }),
    );
  });
  test('HELLO with grease', () => {
    fc.assert(
      fc.property(anyMessage('HELLO'), fc.uint8Array({ maxLength: 8 }), (message, grease) => {
        const bytes = encodeDatagram(ATTEMPT, message, { grease });
        expect(bytes).toHaveLength(128);
        expect(decodeDatagram(bytes, 'client')).toEqual({ ok: true, value: { attempt: ATTEMPT, message } });
      }),
    );
  });
  test('AUTH_SUCCESS', () => {
    fc.assert(
      fc.property(anyMessage('AUTH_SUCCESS'), (message) => {
        expect(decodeAuthSuccessBody(encodeAuthSuccessBody(message))).toEqual({ ok: true, value: message });
      }),
    );
  });
  test.each(TCP_NAMES)('%s', (name) => {
    fc.assert(
      fc.property(anyMessage(name), (message) => {
        const plaintexts = encodeRecords([message]);
        expect(plaintexts.map((plain) => plain.length)).toEqual([Math.ceil(encodedSize(message) / 64) * 64]);
        const [plain = Buffer.alloc(0)] = plaintexts;
        expect(decodeRecord(plain, senderOf(name))).toEqual({ messages: [message], skipped: 0 });
      }),
    );
  });
});

test('a message cut anywhere is a fault, unless the cut takes its extensions away whole', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TCP_NAMES).chain(anyMessage),
      fc.double({ min: 0, max: 1, maxExcluded: true }),
      (message, where) => {
        const [plain = Buffer.alloc(0)] = encodeRecords([message]);
        const bytes = plain.subarray(2, 2 + plain.readUInt16BE(0));
        const cut = Math.max(1, Math.floor(where * bytes.length));
        const { messages, fault } = decodeRecord(plaintext(bytes.subarray(0, cut)), senderOf(message.type));
        if (cut < bytes.length && fault === undefined) {
          const bare = { ...message, why: undefined, time: undefined };
          expect(messages).toEqual([bare]);
          expect(messages).not.toEqual([message]);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

/** Every decoder on the same bytes. None may throw; each gives a value or a fault of the list. */
function decodeAll(bytes: Buffer): void {
  const results: Result<unknown>[] = ROLES.map((from) => decodeDatagram(bytes, from));
  results.push(decodeAuthSuccessBody(bytes), decodeClientPreface(bytes), decodeServerPreface(bytes));
  const records = ROLES.map((from) => decodeRecord(bytes, from));
  const faults = [
    ...results.map((result) => (result.ok ? undefined : result.fault)),
    ...records.map((record) => record.fault),
    prefaceStartFault(bytes),
  ];
  const odd = faults.filter((fault) => fault !== undefined && !Object.hasOwn(FAULTS, fault));
  if (odd.length > 0) throw new Error(`not a fault: ${odd.join()}`);
}

/** mulberry32: a small generator for bulk input. @returns integers from 0 up to, not including, `below` */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Valid inputs of every kind, to be spoilt. */
const VALID: readonly Buffer[] = [
  ...(['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_SUCCESS', 'AUTH_FAIL', 'prefaceC', 'prefaceS'] as const).map(
    (name) => VECTORS[name],
  ),
  ...[...ADDED.accepted, ...ADDED.rejected].map(({ bytes }) => hex(bytes)).filter((bytes) => bytes.length < 1000),
];

/** A copy with a few bytes changed, mostly to values that mean something somewhere. */
function spoil(of: Buffer, random: (below: number) => number): Buffer {
  const telling = [0, 1, 2, 0x3f, 0x40, 0x41, 0x7f, 0x80, 0xff];
  const copy = Buffer.from(random(8) === 0 ? of.subarray(0, random(of.length)) : of);
  for (let changes = 1 + random(3); changes > 0 && copy.length > 0; changes--) {
    const value = random(2) === 0 ? telling[random(telling.length)] : random(256);
    copy[random(random(2) === 0 ? copy.length : Math.min(copy.length, 48))] = value ?? 0;
  }
  return copy;
}

describe('fault 81: decoders are total', () => {
  test('random bytes of any size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => decodeAll(Buffer.from(bytes))),
      { numRuns: 2000 },
    );
  });
  test('random bytes of the size of a record, of a preface, of a datagram', () => {
    const size = fc.constantFrom(24, 32, 40, 57, 64, 84, 128, 192, 512, 4160);
    fc.assert(
      fc.property(size, fc.integer(), (length, seed) => {
        const random = generator(seed);
        // Bytes below 4 make length entries that are believed.
        const below = 1 + random(256);
        decodeAll(Buffer.from(Array.from({ length }, () => random(below))));
      }),
      { numRuns: 2000 },
    );
  });
  test('valid inputs, spoilt; what is accepted without extensions has one encoding', () => {
    // 2000 inputs each; 5000 runs are the ten million of the fault list.
    const runs = Number(process.env['PARLEY_FUZZ_RUNS'] ?? 20);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = generator(seed);
        for (let i = 0; i < 2000; i++) {
          const bytes = spoil(VALID[random(VALID.length)] ?? Buffer.alloc(0), random);
          decodeAll(bytes);
          for (const from of ROLES) {
            expectOneDatagram(bytes, from);
            expectOneRecord(bytes, from);
          }
        }
      }),
      { numRuns: runs },
    );
  });
});

/** Offset at which the extension block of a datagram begins. */
function blockStart({ message }: OpenDatagram): number {
  switch (message.type) {
    case 'HELLO':
      return 27 + message.id.length;
    case 'CHALLENGE':
      return 57;
    case 'RESPONSE':
      return 89 + message.id.length;
    case 'AUTH_FAIL':
      return 24;
    case 'RETRY':
      return 40;
  }
}

function expectOneDatagram(bytes: Buffer, from: Role): void {
  const result = decodeDatagram(bytes, from);
  if (!result.ok || 'sealed' in result.value) return;
  const { attempt, message, token = Buffer.alloc(0) } = result.value;
  const hasExtension = (bytes[blockStart(result.value)] ?? 0) !== 0;
  if (!hasExtension) expectSame(withToken(encodeDatagram(attempt, message), token), bytes);
}

function expectOneRecord(bytes: Buffer, from: Role): void {
  const { messages, skipped, fault } = decodeRecord(bytes, from);
  if (fault !== undefined || skipped > 0) return;
  const content = messages.reduce((sum, message) => sum + encodedSize(message), 0);
  // Bytes left mean an unknown extension, or messages after CLOSE.
  const known = listEnd(bytes) === content && Math.ceil(content / 64) * 64 === bytes.length;
  const extended = messages.some((message) => 'why' in message || 'time' in message);
  const apart = messages.length > 1 && messages.some(({ type }) => type === 'CONNECT' || type === 'CONNECTED');
  if (known && !extended && !apart) expectSame(Buffer.concat(encodeRecords(messages)), bytes);
}

/** Offset at which the list of entries ends, by their lengths. */
function listEnd(plain: Buffer): number {
  let at = 0;
  while (at + 2 <= plain.length && plain.readUInt16BE(at) > 0) at += 2 + plain.readUInt16BE(at);
  return at;
}

test('an extension that is passed over is not taken for another record (a spoilt record that once looked like it)', () => {
  const spoilt = Buffer.alloc(64);
  Buffer.from('0001400008240000000102010000052400000001', 'hex').copy(spoilt);
  for (const from of ROLES) expectOneRecord(spoilt, from);
});

/** Cheaper than `expect`, which would take most of the time here. */
function expectSame(encoded: Buffer, bytes: Buffer): void {
  if (!encoded.equals(bytes)) throw new Error(`${bytes.toString('hex')} is encoded as ${encoded.toString('hex')}`);
}

test('records of many messages, spoilt, are decoded in order up to the first fault', () => {
  fc.assert(
    fc.property(
      role.chain((from) => anyMessages(from).map((messages) => ({ from, messages }))),
      fc.integer(),
      ({ from, messages }, seed) => {
        const random = generator(seed);
        for (const plain of encodeRecords(messages)) {
          const whole: readonly TcpMessage[] = decodeRecord(plain, from).messages;
          const entry = firstEntries(plain);
          const spoilt = random(whole.length);
          const bytes = Buffer.from(plain);
          bytes[(entry[spoilt] ?? 0) + 2] = 0x7e;
          expect(decodeRecord(bytes, from)).toEqual({
            messages: whole.slice(0, spoilt),
            skipped: 0,
            fault: 'UnknownMessageType',
          });
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** Offsets of the length entries of a valid plaintext. */
function firstEntries(plain: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = 0; at + 2 <= plain.length && plain.readUInt16BE(at) > 0; at += 2 + plain.readUInt16BE(at))
    offsets.push(at);
  return offsets;
}

test('N is judged for any number', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.double()), (n) => {
      const valid = Number.isInteger((n - 16) / 64) && n >= 80 && n <= 4176;
      expect(recordLengthFault(n)).toBe(valid ? undefined : 'RecordOfWrongLength');
    }),
  );
});

test('encodedSize is what a message takes', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TCP_NAMES).chain(anyMessage), (message: Message) => {
      const of = message as TcpMessage;
      expect(encodedSize(of)).toBe(2 + (encodeRecords([of])[0]?.readUInt16BE(0) ?? 0));
    }),
  );
});
