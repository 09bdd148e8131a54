/**
 * What the tests of the codec share: vectors, arbitrary messages made from the message table, records made by hand. Must never be
 * here: the codec itself, so that its mistakes cannot hide.
 */
import fc from 'fast-check';
import {
  type FieldKind,
  type FieldValues,
  type Message,
  type MessageName,
  MESSAGES,
  type Role,
  rowOf,
  type TcpName,
} from '../../machines/messages';
import given from './vectors.json';
import added from './vectors-added.json';

export const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** The protocol's vectors as bytes. */
export const VECTORS = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, hex(value)])) as {
  readonly [N in keyof typeof given]: Buffer;
};
export const ATTEMPT = VECTORS.HELLO.subarray(8, 24);
export const COOKIE = hex('606162636465666768696a6b6c6d6e6f');

type Layer = 'datagram' | 'record' | 'authSuccess';
/** A message as it stands in a file: byte values are hexadecimal. */
type Written = { readonly type: MessageName } & Readonly<Record<string, unknown>>;
interface Vector {
  readonly name: string;
  readonly layer: Layer;
  readonly from?: Role;
  readonly bytes: string;
}
/** Vectors of P25; `decoded` is a list for a record. */
export const ADDED = added as unknown as {
  readonly accepted: readonly (Vector & {
    readonly decoded: Written | Written[];
    readonly grease?: string;
    readonly token?: string;
  })[];
  readonly rejected: readonly (Vector & { readonly decoded?: Written[]; readonly fault: string })[];
};

/** A message from a file as the codec knows it. */
export function fromFile(written: Written): Message {
  const kinds: Readonly<Record<string, FieldKind>> = rowOf(written.type).fields;
  const value = ([name, of]: [string, unknown]): [string, unknown] =>
    kinds[name]?.startsWith('bytes') ? [name, hex(of as string)] : [name, of];
  return Object.fromEntries(Object.entries(written).map(value)) as unknown as Message;
}

export const NAMES = Object.keys(MESSAGES) as MessageName[];
export const TCP_NAMES = NAMES.filter((name): name is TcpName => MESSAGES[name].over === 'tcp');

/** A role that may send the message. */
export function senderOf(name: MessageName): Role {
  const { from } = rowOf(name);
  return from === 'both' ? 'client' : from;
}

const character = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
    { weight: 1, arbitrary: fc.integer({ min: 0xa0, max: 0xffff }) },
    { weight: 1, arbitrary: fc.integer({ min: 0x10000, max: 0x10ffff }) },
  )
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));
const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: character, minLength: 1, maxLength: 80 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4096 }).map((n) => 'x'.repeat(n)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 1024 }).map((n) => '\u{1f600}'.repeat(n)) },
);
const bytes = (size: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((value) => Buffer.from(value));
const u8 = fc.integer({ min: 0, max: 0xff });

/** Any value of each field kind. */
const VALUES: { readonly [K in FieldKind]: fc.Arbitrary<FieldValues[K]> } = {
  u8,
  u32: fc.integer({ min: 0, max: 0xffffffff }),
  u64: fc.maxSafeNat(),
  port: fc.integer({ min: 1, max: 0xffff }),
  session: fc.integer({ min: 1, max: 0xffffffff }),
  versions: fc.tuple(u8, u8).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) })),
  clientId: fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,31}$/),
  text,
  bytes16: bytes(16),
  bytes32: bytes(32),
};

/** Any message of this name, with or without the extensions registered for it. */
export function anyMessage<N extends MessageName>(name: N): fc.Arbitrary<Message<N>> {
  const { fields, extensions = {} } = rowOf(name);
  const required = Object.entries(fields).map(([field, kind]) => [field, VALUES[kind]] as const);
  const optional = Object.entries(extensions).map(([field, { kind }]) => [field, VALUES[kind]] as const);
  const values: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries([...required, ...optional]);
  return fc
    .record(values, { requiredKeys: required.map(([field]) => field) })
    .map((value) => ({ type: name, ...value }) as unknown as Message<N>);
}

/** Any list of TCP messages that `role` may send in one record: CONNECT and CONNECTED stand alone, CLOSE last. */
export function anyMessages(role: Role): fc.Arbitrary<Message<TcpName>[]> {
  const names = TCP_NAMES.filter((name) => rowOf(name).from === role || rowOf(name).from === 'both');
  const free = names.filter((name) => !['CONNECT', 'CONNECTED', 'CLOSE'].includes(name));
  return fc.array(fc.constantFrom(...free).chain(anyMessage), { minLength: 1, maxLength: 12 });
}

/** Message bytes as entries of a plaintext, filled to a multiple of 64. */
export function plaintext(...messages: readonly Uint8Array[]): Buffer {
  const entries = messages.flatMap((message) => [Buffer.from([message.length >> 8, message.length & 0xff]), message]);
  const content = Buffer.concat(entries);
  return Buffer.concat([content, Buffer.alloc(-content.length & 63)]);
}

/** The bytes of CHAT with this session-ID and these bytes of text. */
export function chatBytes(textBytes: Uint8Array | string, session = 1, length?: number): Buffer {
  const of = Buffer.from(textBytes as string);
  const start = Buffer.alloc(7);
  start.writeUInt8(0x25, 0);
  start.writeUInt32BE(session, 1);
  start.writeUInt16BE(length ?? of.length, 5);
  return Buffer.concat([start, of]);
}

/** A copy with one byte changed. */
export function withByte(of: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(of);
  copy[at] = value;
  return copy;
}

/** A copy of a datagram of another size, whose length field says so; cut or filled with zeros. */
export function resized(of: Buffer, size: number): Buffer {
  const copy = Buffer.alloc(size);
  of.copy(copy);
  if (size >= 8) copy.writeUInt16BE(size, 6);
  return copy;
}
