/**
 * Messages on TCP and the plaintext of the records that carry them (protocol 1.5, 1.6, P3). Pure: records are sealed and
 * opened elsewhere. Must never be here: a key, a sequence number, whether a message fits the state.
 */
import { type Fault, faulty, ok, type Result } from '../../machines/faults';
import { WIRE } from '../../machines/limits';
import { type Role, type TcpMessage, type TcpName } from '../../machines/messages';
import { Reader, Writer } from './cursor';
import { bodySize, maySend, readBody, shape, shapesByCode, writeBody } from './walk';

const LENGTH_BYTES = 2;
const TYPE_BYTES = 1;
const PLAINTEXT_MAX_BYTES = WIRE.RECORD_STEP_BYTES * WIRE.RECORD_MAX_STEPS;
/** Unknown types from here on are skipped, so that later versions can add messages (1.7). */
const OPTIONAL_TYPES = 0x80;
/** These make up record 0 and share it with nothing. */
const ALONE: ReadonlySet<TcpName> = new Set<TcpName>(['CONNECT', 'CONNECTED']);

const BY_CODE = shapesByCode('tcp');

/** What is wrong with N, the size in bytes that stands before a record: it is 64k + 16 with k from 1 to 65. */
export function recordLengthFault(n: number): Fault | undefined {
  return isPlaintextSize(n - WIRE.TAG_BYTES) ? undefined : 'RecordOfWrongLength';
}

function isPlaintextSize(size: number): boolean {
  return size > 0 && size <= PLAINTEXT_MAX_BYTES && size % WIRE.RECORD_STEP_BYTES === 0;
}

function fillUp(size: number): number {
  return Math.ceil(size / WIRE.RECORD_STEP_BYTES) * WIRE.RECORD_STEP_BYTES;
}

/** Bytes a message takes in a plaintext, its length entry included. */
export function encodedSize(message: TcpMessage): number {
  return LENGTH_BYTES + TYPE_BYTES + bodySize(message);
}

/**
 * Packs messages, in their order, into as few plaintexts as they fit, each a multiple of 64 bytes and at most 4160.
 * CONNECT and CONNECTED get one of their own.
 * @throws Error our own bug: a value that has no encoding
 */
export function encodeRecords(messages: readonly TcpMessage[]): Buffer[] {
  return packRecords(messages.map(sized)).map(({ plaintext }) => plaintext);
}

/** A message with its size, which is asked for before it is written. */
export interface Sized {
  readonly message: TcpMessage;
  /** As `encodedSize` says. */
  readonly size: number;
}
export function sized(message: TcpMessage): Sized {
  return { message, size: encodedSize(message) };
}

/** A plaintext, and how many messages are in it. */
interface Packed {
  readonly plaintext: Buffer;
  readonly count: number;
}

/** `encodeRecords` of messages whose sizes are known. */
export function packRecords(messages: readonly Sized[]): Packed[] {
  const plaintexts: Packed[] = [];
  let packed: Sized[] = [];
  let size = 0;
  const finish = (): void => {
    if (packed.length > 0) plaintexts.push({ plaintext: encodeRecord(packed, size), count: packed.length });
    packed = [];
    size = 0;
  };
  for (const next of messages) {
    const alone = ALONE.has(next.message.type);
    if (alone || size + next.size > PLAINTEXT_MAX_BYTES) finish();
    packed.push(next);
    size += next.size;
    if (alone) finish();
  }
  finish();
  return plaintexts;
}

/** The plaintext with these messages, which take `total` bytes together. */
function encodeRecord(packed: readonly Sized[], total: number): Buffer {
  const to = new Writer(Buffer.allocUnsafe(fillUp(total)));
  for (const { message, size } of packed) {
    to.uint(2, size - LENGTH_BYTES);
    to.uint(1, shape(message.type).code);
    writeBody(to, message);
  }
  return to.finish(total);
}

/** What a record says. */
export interface DecodedRecord {
  /** In order, up to the first bad one, or up to CLOSE: what follows CLOSE is not parsed (P21). */
  readonly messages: TcpMessage[];
  /** Unknown optional messages among them. They are not allowed in record 0 (P20), and count as messages (P4). */
  readonly skipped: number;
  readonly fault?: Fault;
}

/**
 * Decodes the plaintext of a record that `from` has sent. Its framing is checked first, and if that is wrong no message
 * counts; then the messages in order, and those before the first bad one stand (P3).
 */
export function decodeRecord(plaintext: Buffer, from: Role): DecodedRecord {
  const messages: TcpMessage[] = [];
  let skipped = 0;
  const content = contentSize(plaintext);
  if (!content.ok) return { messages, skipped, fault: content.fault };
  for (let at = 0; at < content.value;) {
    const start = at + LENGTH_BYTES;
    at = start + plaintext.readUInt16BE(at);
    const result = decodeMessage(new Reader(plaintext, start, at), from);
    if (!result.ok) return { messages, skipped, fault: result.fault };
    if (result.value === undefined) skipped++;
    else messages.push(result.value);
    if (result.value?.type === 'CLOSE') break;
  }
  return { messages, skipped };
}

/**
 * Bytes of the entries of a plaintext whose lengths, end of the list and filling are right; messages are not looked
 * into.
 */
function contentSize(plaintext: Buffer): Result<number> {
  if (!isPlaintextSize(plaintext.length)) return faulty('RecordOfWrongLength');
  let at = 0;
  while (at + LENGTH_BYTES <= plaintext.length) {
    const length = plaintext.readUInt16BE(at);
    if (length === 0) break;
    if (length > plaintext.length - at - LENGTH_BYTES) return faulty('MessageBeyondRecord');
    at += LENGTH_BYTES + length;
  }
  if (at === 0) return faulty('RecordWithoutMessage');
  if (!new Reader(plaintext, at).restIsZero()) return faulty('FillingNotZero');
  return fillUp(at) === plaintext.length ? ok(at) : faulty('FillingTooLong');
}

/** One message; undefined if it is unknown and optional. */
function decodeMessage(from: Reader, sender: Role): Result<TcpMessage | undefined> {
  const code = from.uint(1);
  const row = BY_CODE[code];
  if (row === undefined) return code >= OPTIONAL_TYPES ? ok(undefined) : faulty('UnknownMessageType');
  if (!maySend(sender, row)) return faulty('MessageOfWrongDirection');
  return readBody(row, from) as Result<TcpMessage>;
}
