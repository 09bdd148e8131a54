/** The decoders of datagrams, prefaces, records, messages and extension blocks (protocol 1.4 to 1.8). */
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { FAULTS, type Fault, type Result } from '../../machines/faults';
import type { Role, TcpMessage } from '../../machines/messages';
import { FIELDS, readExtensions, type Extension } from '../../transport/wire/fields';
import { Reader } from '../../transport/wire/cursor';
import {
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
  prefaceStartFault,
} from '../../transport/wire/prefaces';
import { decodeRecord, encodedSize, encodeRecords } from '../../transport/wire/records';
import { anyMessage, anyMessages, TCP_NAMES, VECTORS } from '../wire/support';
import { spoilt } from './mutate';
import { ACCEPTED, expectSame, Finding, type Target } from './target';

const ROLES: readonly Role[] = ['client', 'server'];
const OPEN_NAMES = ['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_FAIL', 'RETRY'] as const;

const bytesOf = (size: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((value) => Buffer.from(value));
/** Bytes of any size, for what is so wrong that nothing was ever valid in it. */
const anything = fc.uint8Array({ maxLength: 600 }).map((value) => Buffer.from(value));
const mostly = (valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.oneof({ weight: 12, arbitrary: spoilt(valid) }, { weight: 1, arbitrary: anything });

export function named(fault: Fault): string {
  if (!Object.hasOwn(FAULTS, fault)) throw new Finding(`not a fault of the list: ${fault}`);
  return fault;
}
/** The verdict that counts if one role accepts what the other refuses. */
function either(verdicts: readonly string[]): string {
  return verdicts.find((verdict) => verdict === ACCEPTED) ?? verdicts[0] ?? '';
}

const openDatagram = fc.oneof(
  ...OPEN_NAMES.map((name) => fc.tuple(bytesOf(16), anyMessage(name)).map(([a, m]) => encodeDatagram(a, m))),
  fc
    .tuple(bytesOf(16), anyMessage('HELLO'), fc.uint8Array({ maxLength: 8 }))
    .map(([attempt, hello, grease]) => encodeDatagram(attempt, hello, { grease })),
  fc.constant(VECTORS.AUTH_SUCCESS),
);
/** Size and length field are made right again, or most changes would end there. */
const sized = (bytes: Buffer, keep: boolean): Buffer => {
  if (keep || bytes.length < 8) return bytes;
  const fromClient = bytes[5] === 1 || bytes[5] === 3;
  const copy = Buffer.concat([bytes], Math.max(bytes.length, fromClient ? 128 : 24));
  copy.writeUInt16BE(copy.length & 0xffff, 6);
  return copy;
};

function datagramFrom(bytes: Buffer, from: Role): string {
  const result = decodeDatagram(bytes, from);
  if (!result.ok) return named(result.fault);
  if ('sealed' in result.value) {
    const { header, nonce, box } = result.value.sealed;
    expectSame('AUTH_SUCCESS', joinAuthSuccess(header, nonce, box), bytes);
    return ACCEPTED;
  }
  const { attempt, message, token = Buffer.alloc(0) } = result.value;
  const again = withToken(encodeDatagram(attempt, message), token);
  // Unknown extensions are skipped, so only what has none must come back byte by byte.
  if ((bytes[blockStart(result.value)] ?? 0) === 0) expectSame(message.type, again, bytes);
  expectEqual(decodeDatagram(again, from), result);
  return ACCEPTED;
}
function blockStart({ message }: OpenDatagram): number {
  const start = { HELLO: 27, CHALLENGE: 57, RESPONSE: 89, AUTH_FAIL: 24, RETRY: 40 }[message.type];
  return start + ('id' in message ? message.id.length : 0);
}
function expectEqual(again: unknown, first: unknown): void {
  if (!isDeepStrictEqual(again, first)) throw new Finding('decoded, encoded and decoded it is another message');
}

/** What a decoder of fixed parts accepts has one encoding. */
function exact<T>(what: string, bytes: Buffer, result: Result<T>, encode: (value: T) => Buffer): string {
  if (!result.ok) return named(result.fault);
  expectSame(what, encode(result.value), bytes);
  return ACCEPTED;
}

/** Texts that a decoder of UTF-8 may change or stumble over. */
const oddText = fc
  .array(fc.constantFrom('\ufeff', '\u202e', '\u00a0', '\ufffd', '\u{10ffff}', '\u0800', 'x', 'e\u0301'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const recordOf = fc.oneof(
  oddText.map((text) => encodeRecords([{ type: 'CHAT', session: 1, text }])[0] ?? Buffer.alloc(0)),
  ...ROLES.map((role) => anyMessages(role).map((messages) => encodeRecords(messages)[0] ?? Buffer.alloc(0))),
  ...(['CONNECT', 'CONNECTED', 'CLOSE'] as const).map((name) =>
    anyMessage(name).map((message) => encodeRecords([message])[0] ?? Buffer.alloc(0)),
  ),
);
/** A size that no record has ends everything, so it is mostly made right. */
const stepped = (bytes: Buffer, keep: boolean): Buffer =>
  keep ? bytes : Buffer.concat([bytes, Buffer.alloc(-bytes.length & 63)]);

function recordFrom(bytes: Buffer, from: Role): string {
  const { messages, skipped, fault } = decodeRecord(bytes, from);
  const size = messages.reduce((sum, message) => sum + encodedSize(message), 0);
  if (size > bytes.length) throw new Finding('messages larger than their record');
  if (fault !== undefined) return named(fault);
  if (messages.length === 0) return ACCEPTED;
  const again = encodeRecords(messages);
  const whole = again.length === 1 ? again[0] : undefined;
  // Without skipped messages, unknown extensions, or anything after CLOSE, there is one encoding.
  const isPlain = skipped === 0 && isOnly(bytes, messages, size);
  if (whole && isPlain) expectSame('record', whole, bytes);
  if (whole) expectEqual(decodeRecord(whole, from).messages, messages);
  return ACCEPTED;
}
/** Whether the entries are as long as these messages, and nothing follows them. */
function isOnly(bytes: Buffer, messages: readonly TcpMessage[], size: number): boolean {
  let at = 0;
  for (const message of messages) {
    const length = encodedSize(message);
    if (bytes.readUInt16BE(at) + 2 !== length) return false;
    at += length;
  }
  const filled = bytes.subarray(size, size + 2).every((byte) => byte === 0);
  return filled && !messages.some((message) => 'why' in message || 'time' in message);
}

/** One message in a record of its own, with any extension block behind it. */
const extended = fc
  .tuple(
    fc.oneof(...TCP_NAMES.map((name) => anyMessage(name))),
    fc.array(fc.tuple(fc.nat(0xff), fc.uint8Array({ maxLength: 12 })), { maxLength: 5 }),
  )
  .map(([message, entries]) => {
    const plain = encodeRecords([message])[0] ?? Buffer.alloc(2);
    const body = plain.subarray(2, 2 + plain.readUInt16BE(0));
    const block = entries.map(([type, value]) => Buffer.concat([Buffer.from([type, value.length]), value]));
    return Buffer.concat([body, ...block]);
  });
function messageOf(bytes: Buffer): string {
  if (bytes.length === 0 || bytes.length > 4_158) return 'no room';
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  const plain = Buffer.concat([length, bytes]);
  const record = Buffer.concat([plain, Buffer.alloc(-plain.length & 63)]);
  return either(ROLES.map((role) => recordFrom(record, role)));
}

const KNOWN: readonly Extension[] = [
  { name: 'why', code: 1, codec: FIELDS.u8 },
  { name: 'time', code: 2, codec: FIELDS.u64 },
];
const block = fc
  .array(fc.tuple(fc.oneof(fc.nat(3), fc.nat(0xff)), fc.uint8Array({ maxLength: 9 })), { maxLength: 8 })
  .map((entries) => Buffer.concat(entries.map(([type, value]) => Buffer.from([type, value.length, ...value]))));
/** The types of the entries, read by hand; undefined if they do not fit. */
function typesIn(bytes: Buffer): number[] | undefined {
  const types: number[] = [];
  for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
    if (at + 2 + (bytes[at + 1] ?? 0) > bytes.length || bytes[at] === 0) return undefined;
    types.push(bytes[at] ?? 0);
  }
  return types;
}
function extensionBlock(bytes: Buffer): string {
  const reader = new Reader(bytes);
  const values: Record<string, unknown> = {};
  readExtensions(reader, KNOWN, values);
  if (reader.fault !== undefined) return named(reader.fault);
  const types = typesIn(bytes);
  if (!types || new Set(types).size < types.length || types.some((type) => type >= 0x80)) {
    throw new Finding(`accepted: ${bytes.toString('hex')}`);
  }
  return ACCEPTED;
}

const twice = (inputs: fc.Arbitrary<Buffer>, right: (bytes: Buffer, keep: boolean) => Buffer): fc.Arbitrary<Buffer> =>
  fc.tuple(mostly(inputs), fc.nat(4)).map(([bytes, keep]) => right(bytes, keep === 0));

export const WIRE_TARGETS: readonly Target[] = [
  {
    name: 'datagram',
    inputs: twice(openDatagram, sized),
    run: (bytes) => either(ROLES.map((role) => datagramFrom(bytes, role))),
  },
  {
    name: 'auth-success',
    inputs: mostly(anyMessage('AUTH_SUCCESS').map(encodeAuthSuccessBody)),
    run: (bytes) => {
      const result = decodeAuthSuccessBody(bytes);
      if (!result.ok) return named(result.fault);
      // Unknown extensions may stand behind the port.
      if ((bytes[18] ?? 0) === 0) expectSame('AUTH_SUCCESS', encodeAuthSuccessBody(result.value), bytes);
      return ACCEPTED;
    },
  },
  {
    name: 'client-preface',
    inputs: mostly(fc.record({ tag: bytesOf(16), salt: bytesOf(16) }).map(encodeClientPreface)),
    run: (bytes) => {
      const early = prefaceStartFault(bytes);
      const verdict = exact('preface', bytes, decodeClientPreface(bytes), encodeClientPreface);
      if (early !== undefined && verdict !== early) throw new Finding(`first ${early}, then ${verdict}`);
      return verdict;
    },
  },
  {
    name: 'server-preface',
    inputs: mostly(fc.record({ salt: bytesOf(16) }).map(encodeServerPreface)),
    run: (bytes) => exact('preface', bytes, decodeServerPreface(bytes), encodeServerPreface),
  },
  {
    name: 'record',
    inputs: twice(recordOf, stepped),
    run: (bytes) => either(ROLES.map((role) => recordFrom(bytes, role))),
  },
  { name: 'message', inputs: mostly(extended), run: messageOf },
  { name: 'extensions', inputs: mostly(block), run: extensionBlock },
];
