/**
 * The first bytes of a TCP stream in each direction (protocol 1.5). Must never be here: what a tag leads to.
 */
import { type Fault, faulty, ok, type Result } from '../../machines/faults';
import { WIRE } from '../../machines/limits';
import { Writer } from './cursor';

const MAGIC = Buffer.from('SBCT', 'latin1');
/** Magic, version and three reserved bytes: the same in both prefaces. */
const START = Buffer.from([...MAGIC, WIRE.VERSION, 0, 0, 0]);
/** Lookup tag, salts. */
const VALUE_BYTES = 16;

/** What a client's preface says; `tag` and `salt` are views of what was decoded, 16 bytes each. */
export interface ClientPreface {
  readonly version: number;
  readonly tag: Buffer;
  readonly salt: Buffer;
}
/** What a server's preface says; `salt` is a view of what was decoded, 16 bytes. */
export interface ServerPreface {
  readonly version: number;
  readonly salt: Buffer;
}

/**
 * What is wrong with the first bytes of a stream, seen as early as the first byte that differs, so that a browser or a
 * stranger is cut at once. Bytes from the ninth on are not looked at.
 */
export function prefaceStartFault(firstBytes: Buffer): Fault | undefined {
  const size = Math.min(firstBytes.length, START.length);
  for (let i = 0; i < size; i++) {
    if (firstBytes[i] === START[i]) continue;
    if (i < MAGIC.length) return 'WrongMagic';
    return i === MAGIC.length ? 'UnknownHeaderVersion' : 'ReservedNotZero';
  }
  return undefined;
}

/** What is wrong with a whole preface that must have `size` bytes. */
function prefaceFault(bytes: Buffer, size: number): Fault | undefined {
  const fault = prefaceStartFault(bytes);
  if (fault !== undefined) return fault;
  if (bytes.length < size) return 'FieldBeyondEnd';
  return bytes.length > size ? 'MessageTooLong' : undefined;
}

function encode(values: readonly Uint8Array[]): Buffer {
  const size = START.length + values.length * VALUE_BYTES;
  const to = new Writer(Buffer.alloc(size));
  to.put(START);
  for (const value of values) {
    if (value.length !== VALUE_BYTES) throw new RangeError('preface: not 16 bytes');
    to.put(value);
  }
  return to.finish(size);
}

/** The client's preface, 40 bytes. @throws RangeError our own bug: `tag` or `salt` without 16 bytes */
export function encodeClientPreface(preface: { readonly tag: Uint8Array; readonly salt: Uint8Array }): Buffer {
  return encode([preface.tag, preface.salt]);
}

/** Decodes the client's preface from exactly 40 bytes. */
export function decodeClientPreface(bytes: Buffer): Result<ClientPreface> {
  const fault = prefaceFault(bytes, WIRE.CLIENT_PREFACE_BYTES);
  if (fault !== undefined) return faulty(fault);
  const saltAt = START.length + VALUE_BYTES;
  return ok({ version: WIRE.VERSION, tag: bytes.subarray(START.length, saltAt), salt: bytes.subarray(saltAt) });
}

/** The lookup tag in a client's preface that decoded; a view. */
export function tagIn(clientPreface: Buffer): Buffer {
  return clientPreface.subarray(START.length, START.length + VALUE_BYTES);
}

/** The salt that ends a preface that decoded; a view. */
export function saltIn(preface: Buffer): Buffer {
  return preface.subarray(-VALUE_BYTES);
}

/** The server's preface, 24 bytes. @throws RangeError our own bug: `salt` without 16 bytes */
export function encodeServerPreface(preface: { readonly salt: Uint8Array }): Buffer {
  return encode([preface.salt]);
}

/** Decodes the server's preface from exactly 24 bytes. */
export function decodeServerPreface(bytes: Buffer): Result<ServerPreface> {
  const fault = prefaceFault(bytes, WIRE.SERVER_PREFACE_BYTES);
  return fault === undefined ? ok({ version: WIRE.VERSION, salt: bytes.subarray(START.length) }) : faulty(fault);
}
