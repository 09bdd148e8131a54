/**
 * Datagrams of the log-on as bytes (protocol 1.4, P18, P24). Pure: AUTH_SUCCESS is taken apart and put together here, but
 * sealed and opened elsewhere. Must never be here: a key, a socket, what is known of an attempt.
 */
import { faulty, ok, type Fault, type Result } from '../../machines/faults';
import { WIRE } from '../../machines/limits';
import { type DatagramName, type Message, type Role } from '../../machines/messages';
import { Reader, Writer } from './cursor';
import { bodySize, maySend, readBody, shape, type Shape, shapesByCode, writeBody } from './walk';

/** The datagrams that travel in the clear. */
export type OpenDatagramName = Exclude<DatagramName, 'AUTH_SUCCESS'>;

/** A datagram in the clear. `attempt` is the attempt-ID, 16 bytes; byte values are views of what was decoded. */
export interface OpenDatagram {
  readonly attempt: Buffer;
  readonly message: Message<OpenDatagramName>;
  /** What stands behind a HELLO: the token of a RETRY. It is no part of the HELLO (1.4). */
  readonly token?: Buffer;
}

/** AUTH_SUCCESS, not opened: views of 24 bytes (the associated data), 12 bytes, and 48 bytes ciphertext with tag. */
export interface SealedDatagram {
  readonly attempt: Buffer;
  readonly sealed: { readonly header: Buffer; readonly nonce: Buffer; readonly box: Buffer };
}

const MAGIC = Buffer.from('SBCU', 'latin1');
const ATTEMPT_BYTES = 16;
const HEADER_BYTES = 24;
const ATTEMPT_AT = 8;
const NONCE_BYTES = 12;
/** Plaintext of AUTH_SUCCESS; version 1 has one size only. */
const BODY_BYTES = 32;
const BOX_BYTES = BODY_BYTES + WIRE.TAG_BYTES;
const AUTH_SUCCESS_BYTES = HEADER_BYTES + NONCE_BYTES + BOX_BYTES;

/** Datagrams without room for an extension. */
const ONLY_SIZE: { readonly [N in DatagramName]?: number } = {
  AUTH_SUCCESS: AUTH_SUCCESS_BYTES,
  AUTH_FAIL: HEADER_BYTES,
};

/** Sizes that a role may send, and to what size it fills with zeros: a client so far that no answer is longer. */
const SIZES: { readonly [R in Role]: { readonly min: number; readonly max: number; readonly filledTo: number } } = {
  client: {
    min: WIRE.CLIENT_DATAGRAM_MIN_BYTES,
    max: WIRE.CLIENT_DATAGRAM_MAX_BYTES,
    filledTo: WIRE.CLIENT_DATAGRAM_MIN_BYTES,
  },
  server: { min: HEADER_BYTES, max: WIRE.SERVER_DATAGRAM_MAX_BYTES, filledTo: 0 },
};

/** Type of the extension with random bytes that keeps receivers used to skipping (1.7). */
const GREASE = 0x3f;
const GREASE_MAX_BYTES = 8;

const BY_CODE = shapesByCode('udp');

/**
 * Decodes a datagram that `from` may have sent. HELLO is decoded whatever range of versions it offers.
 * @returns the datagram, or the first fault in the order of P24
 */
export function decodeDatagram(bytes: Buffer, from: Role): Result<OpenDatagram | SealedDatagram> {
  const { min, max, filledTo } = SIZES[from];
  if (bytes.length < min || bytes.length > max) return faulty('DatagramOfWrongSize');
  if (from === 'client' && hasToken(bytes)) return decodeWithToken(bytes);
  const row = BY_CODE[bytes.readUInt8(5)];
  const fault = headerFault(bytes, from, row);
  if (fault !== undefined || row === undefined) return faulty(fault ?? 'UnknownDatagramType');
  const attempt = bytes.subarray(ATTEMPT_AT, HEADER_BYTES);
  if (row.type === 'AUTH_SUCCESS') return ok({ attempt, sealed: takeApart(bytes) });
  const body = readBody(row, new Reader(bytes, HEADER_BYTES), filledTo);
  return body.ok ? ok({ attempt, message: body.value as Message<OpenDatagramName> }) : body;
}

/** Only a HELLO, and only a token, may be behind what the length field counts. */
function hasToken(bytes: Buffer): boolean {
  return bytes.readUInt8(5) === shape('HELLO').code && bytes.readUInt16BE(6) === bytes.length - WIRE.TOKEN_BYTES;
}
function decodeWithToken(bytes: Buffer): Result<OpenDatagram | SealedDatagram> {
  const hello = decodeDatagram(bytes.subarray(0, -WIRE.TOKEN_BYTES), 'client');
  return hello.ok ? ok({ ...hello.value, token: bytes.subarray(-WIRE.TOKEN_BYTES) }) : hello;
}

/** A HELLO sent again after a RETRY: the same bytes, and the token. */
export function withToken(hello: Uint8Array, token: Uint8Array): Buffer {
  return Buffer.concat([hello, token]);
}

function headerFault(bytes: Buffer, from: Role, row: Shape | undefined): Fault | undefined {
  if (MAGIC.compare(bytes, 0, MAGIC.length) !== 0) return 'WrongMagic';
  if (bytes.readUInt8(4) !== WIRE.VERSION) return 'UnknownHeaderVersion';
  if (row === undefined) return 'UnknownDatagramType';
  if (!maySend(from, row)) return 'DatagramOfWrongDirection';
  if (bytes.readUInt16BE(6) !== bytes.length) return 'WrongLengthField';
  const only = ONLY_SIZE[row.type as DatagramName];
  return only === undefined || only === bytes.length ? undefined : 'DatagramOfWrongSize';
}

function takeApart(bytes: Buffer): SealedDatagram['sealed'] {
  const box = HEADER_BYTES + NONCE_BYTES;
  return {
    header: bytes.subarray(0, HEADER_BYTES),
    nonce: bytes.subarray(HEADER_BYTES, box),
    box: bytes.subarray(box),
  };
}

function writeHeader(to: Writer, type: DatagramName, size: number, attempt: Uint8Array): void {
  if (attempt.length !== ATTEMPT_BYTES) throw new RangeError('attempt-ID: not 16 bytes');
  to.put(MAGIC);
  to.uint(1, WIRE.VERSION);
  to.uint(1, shape(type).code);
  to.uint(2, size);
  to.put(attempt);
}

/**
 * Encodes a datagram in the clear; those of a client are filled with zeros to 128 bytes.
 * @param options.grease 0 to 8 bytes for HELLO's extension 3F
 * @throws Error our own bug: a value that has no encoding, or grease elsewhere than in HELLO
 */
export function encodeDatagram(
  attempt: Uint8Array,
  message: Message<OpenDatagramName>,
  options: { readonly grease?: Uint8Array } = {},
): Buffer {
  const { grease } = options;
  if (grease !== undefined && message.type !== 'HELLO') throw new RangeError('grease is for HELLO');
  const content = HEADER_BYTES + bodySize(message) + (grease === undefined ? 0 : 2 + grease.length);
  const filledTo = shape(message.type).from === 'client' ? SIZES.client.filledTo : SIZES.server.filledTo;
  const size = Math.max(content, filledTo);
  const to = new Writer(Buffer.alloc(size));
  writeHeader(to, message.type, size, attempt);
  writeBody(to, message);
  if (grease !== undefined) writeGrease(to, grease);
  return to.finish(content);
}

/** Its type is above all that are registered, so it stands last (P19). */
function writeGrease(to: Writer, grease: Uint8Array): void {
  if (grease.length > GREASE_MAX_BYTES) throw new RangeError('grease: more than 8 bytes');
  to.uint(1, GREASE);
  to.uint(1, grease.length);
  to.put(grease);
}

/** The attempt-ID of a datagram that decoded, 16 bytes; a view. */
export function attemptIn(datagram: Uint8Array): Uint8Array {
  return datagram.subarray(ATTEMPT_AT, HEADER_BYTES);
}

/** The header of AUTH_SUCCESS, 24 bytes: the associated data of what is sealed (2.5). */
export function authSuccessHeader(attempt: Uint8Array): Buffer {
  const to = new Writer(Buffer.alloc(HEADER_BYTES));
  writeHeader(to, 'AUTH_SUCCESS', AUTH_SUCCESS_BYTES, attempt);
  return to.finish(HEADER_BYTES);
}

/**
 * The plaintext of AUTH_SUCCESS, 32 bytes. It holds the rand_cookie.
 * @throws Error our own bug: a value that has no encoding
 */
export function encodeAuthSuccessBody(body: { readonly cookie: Uint8Array; readonly port: number }): Buffer {
  const message: Message<'AUTH_SUCCESS'> = { type: 'AUTH_SUCCESS', ...body };
  const to = new Writer(Buffer.alloc(BODY_BYTES));
  writeBody(to, message);
  return to.finish(bodySize(message));
}

/** The message in an opened AUTH_SUCCESS. `cookie` is a view of `plain`. */
export function decodeAuthSuccessBody(plain: Buffer): Result<Message<'AUTH_SUCCESS'>> {
  if (plain.length !== BODY_BYTES) return faulty('DatagramOfWrongSize');
  return readBody(shape('AUTH_SUCCESS'), new Reader(plain), BODY_BYTES) as Result<Message<'AUTH_SUCCESS'>>;
}

/**
 * The whole datagram of 24 bytes header, 12 bytes nonce, 48 bytes ciphertext with tag.
 * @throws RangeError our own bug: other sizes
 */
export function joinAuthSuccess(header: Uint8Array, nonce: Uint8Array, box: Uint8Array): Buffer {
  if (header.length !== HEADER_BYTES || nonce.length !== NONCE_BYTES || box.length !== BOX_BYTES) {
    throw new RangeError('AUTH_SUCCESS: parts of wrong size');
  }
  return Buffer.concat([header, nonce, box]);
}
