/**
 * How a value of each field kind is read, written and measured (protocol 1.3), and the extension block that ends every
 * message (1.7, P18, P19). Must never be here: a message by its name.
 */
import { WIRE } from '../../machines/limits';
import { type Fault } from '../../machines/faults';
import { type FieldKind, type FieldValues, hasControl, isClientId, textFault } from '../../machines/messages';
import { type Reader, type Writer } from './cursor';

/** One field kind. */
export interface FieldCodec<V> {
  /** The value; it counts only if the reader's `fault` is still undefined. Bytes are views of what is read. */
  read(from: Reader): V;
  /** @throws Error our own bug: a value that has no encoding */
  write(to: Writer, value: V): void;
  /** Bytes that `write` will write. */
  size(value: V): number;
}

function refuse(what: string): never {
  throw new RangeError(what);
}

/** An unsigned integer; `zero` names the fault if 0 is not a value. */
function integer(size: 1 | 2 | 4, zero?: Fault): FieldCodec<number> {
  return {
    read(from) {
      const value = from.uint(size);
      if (value === 0 && zero !== undefined) from.fail(zero);
      return value;
    },
    write(to, value) {
      if (value === 0 && zero !== undefined) refuse(zero);
      to.uint(size, value);
    },
    size: () => size,
  };
}

const HIGH = 2 ** 32;
/**
 * Only times are this long. One above 2^53 is legal and means nothing; it reads as the largest safe integer instead of
 * ending a connection.
 */
const u64: FieldCodec<number> = {
  read: (from) => Math.min(from.uint(4) * HIGH + from.uint(4), Number.MAX_SAFE_INTEGER),
  write(to, value) {
    if (!Number.isSafeInteger(value)) refuse('u64: not a safe integer');
    to.uint(4, Math.floor(value / HIGH));
    to.uint(4, value % HIGH);
  },
  size: () => 8,
};

const versions: FieldCodec<FieldValues['versions']> = {
  read(from) {
    const range = { min: from.uint(1), max: from.uint(1) };
    if (range.min > range.max) from.fail('WrongVersionRange');
    return range;
  },
  write(to, { min, max }) {
    if (min > max) refuse('versions: min above max');
    to.uint(1, min);
    to.uint(1, max);
  },
  size: () => 2,
};

const clientId: FieldCodec<string> = {
  read(from) {
    const length = from.uint(1);
    const id = from.has(length) ? from.ascii(length) : undefined;
    if (id !== undefined && isClientId(id)) return id;
    from.fail('MalformedClientId');
    return '';
  },
  write(to, id) {
    if (!isClientId(id)) refuse('not a Client-ID');
    to.uint(1, id.length);
    to.utf8(id);
  },
  size: (id) => 1 + id.length,
};

/** Without `ignoreBOM` a leading EF BB BF would disappear silently (1.3). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What forbids the bytes of a text; they are decoded only if they are well-formed. */
function readUtf8(from: Reader, bytes: Buffer): string {
  let text = '';
  try {
    text = utf8.decode(bytes);
  } catch {
    from.fail('TextNotUtf8');
  }
  if (hasControl(text)) from.fail('TextWithControlCharacter');
  return text;
}

const text: FieldCodec<string> = {
  read(from) {
    const length = from.uint(2);
    if (length === 0) from.fail('EmptyText');
    if (length > WIRE.TEXT_MAX_BYTES) from.fail('TextTooLong');
    if (!from.has(length)) return '';
    // Most texts are plain, and then there is nothing to decode.
    return from.ascii(length) ?? readUtf8(from, from.take(length));
  },
  write(to, value) {
    if (to.plain(value)) return;
    const fault = textFault(value);
    if (fault !== undefined) refuse(`text: ${fault}`);
    const length = Buffer.byteLength(value);
    if (length > WIRE.TEXT_MAX_BYTES) refuse('text: too long');
    to.uint(2, length);
    to.utf8(value);
  },
  size: (value) => 2 + Buffer.byteLength(value),
};

function bytes(size: number): FieldCodec<Uint8Array> {
  return {
    read: (from) => from.take(size),
    write(to, value) {
      if (value.length !== size) refuse(`not ${size} bytes`);
      to.put(value);
    },
    size: () => size,
  };
}

/** The codec of each field kind. */
export const FIELDS: { readonly [K in FieldKind]: FieldCodec<FieldValues[K]> } = {
  u8: integer(1),
  u32: integer(4),
  u64,
  port: integer(2, 'PortZero'),
  session: integer(4, 'SessionZero'),
  versions,
  clientId,
  text,
  bytes16: bytes(16),
  bytes32: bytes(32),
};

/** An entry registered for a message. */
export interface Extension {
  readonly name: string;
  readonly code: number;
  readonly codec: FieldCodec<unknown>;
}

/** A receiver that does not know the type of an entry with this bit must refuse the message. */
const CRITICAL = 0x80;

/**
 * Reads the extension block up to the end of the reader, and the filling that may follow it.
 * @param known the entries registered for the message; their values are put into `values` by name
 * @param filledTo size of the whole, in bytes, up to which zeros may fill it (P18); undefined on TCP, where nothing follows
 */
export function readExtensions(
  from: Reader,
  known: readonly Extension[],
  values: Record<string, unknown>,
  filledTo?: number,
): void {
  if (from.left === 0) return;
  const seen = new Set<number>();
  while (from.left > 0) {
    const code = from.uint(1);
    if (code === 0) {
      if (filledTo === undefined) from.fail('ExtensionOfTypeZero');
      else readFilling(from, filledTo);
      return;
    }
    const length = from.left === 0 ? Infinity : from.uint(1);
    if (length > from.left) from.fail('ExtensionBeyondEnd');
    else if (seen.has(code)) from.fail('ExtensionTwice');
    else readEntry(from, length, code, known, values);
    seen.add(code);
  }
}

function readEntry(
  from: Reader,
  length: number,
  code: number,
  known: readonly Extension[],
  values: Record<string, unknown>,
): void {
  const entry = from.part(length);
  const extension = known.find((candidate) => candidate.code === code);
  if (extension !== undefined) {
    values[extension.name] = extension.codec.read(entry);
    if (entry.fault !== undefined || entry.left > 0) from.fail('ExtensionOfWrongLength');
  } else if (code >= CRITICAL) from.fail('UnknownCriticalExtension');
}

/**
 * Zeros to the end, and the end not further than the sender must go; a content that reaches so far has no filling at
 * all.
 */
function readFilling(from: Reader, filledTo: number): void {
  if (!from.restIsZero()) from.fail('FillingNotZero');
  else if (from.end > filledTo) from.fail('FillingTooLong');
}

/** Bytes of the entries that `writeExtensions` will write. */
export function extensionsSize(known: readonly Extension[], values: Readonly<Record<string, unknown>>): number {
  let size = 0;
  for (const { name, codec } of known) {
    const value = values[name];
    if (value !== undefined) size += 2 + codec.size(value);
  }
  return size;
}

/** Writes an entry for each value that is there; `known` is in ascending order of types (P19). */
export function writeExtensions(
  to: Writer,
  known: readonly Extension[],
  values: Readonly<Record<string, unknown>>,
): void {
  for (const { name, code, codec } of known) {
    const value = values[name];
    if (value === undefined) continue;
    to.uint(1, code);
    to.uint(1, codec.size(value));
    codec.write(to, value);
  }
}
