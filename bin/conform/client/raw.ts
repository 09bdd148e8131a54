/**
 * Plaintexts of records as they must not be, and as the project's encoder refuses to make them. Must never be here: keys, what
 * a client does about them.
 */
import { MESSAGES, type TcpName } from '../../../machines/messages';

const STEP_BYTES = 64;

export function uint(size: 1 | 2 | 4, value: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
}
/** A message with any fields. */
export function message(type: TcpName | number, ...fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat([uint(1, typeof type === 'number' ? type : MESSAGES[type].code), ...fields]);
}
export function idField(id: string): Buffer {
  return Buffer.concat([uint(1, id.length), Buffer.from(id, 'latin1')]);
}
/** @param length what stands in the length field */
export function textField(text: Uint8Array, length = text.length): Buffer {
  return Buffer.concat([uint(2, length), text]);
}
/** An entry of an extension block. @param length what stands in its length field */
export function extra(type: number, value: Uint8Array = Buffer.alloc(0), length = value.length): Buffer {
  return Buffer.concat([Buffer.from([type, length]), value]);
}
/**
 * Messages behind their lengths, filled with zeros to the next multiple of 64 bytes, and by `more` beyond.
 * @param last the byte with which filling ends
 */
export function plaintext(messages: readonly Buffer[], more = 0, last = 0): Buffer {
  const entries = Buffer.concat(messages.flatMap((one) => [uint(2, one.length), one]));
  const size = Math.max(1, Math.ceil(entries.length / STEP_BYTES)) * STEP_BYTES + more;
  const filled = Buffer.concat([entries, Buffer.alloc(size - entries.length)]);
  if (last !== 0) filled.writeUInt8(last, size - 1);
  return filled;
}
/** The same with one bit changed, counted from the first of the first byte. */
export function withBit(of: Buffer, bit: number): Buffer {
  const copy = Buffer.from(of);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}
