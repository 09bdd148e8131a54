/** Plaintexts of records: as a liar would make them, any bytes in the framing of protocol 1.5 or in none; and what is in one. */
import type { TcpMessage } from '../../machines/messages';
import { encodeRecords } from '../../transport/wire/records';

const STEP = 64;

/** These entries, each with its length before it, zero-filled to the next multiple of 64 and `extra` steps more. */
export function framed(entries: readonly Uint8Array[], extra = 0): Buffer {
  const content = Buffer.concat(entries.flatMap((entry) => [u16(entry.length), entry]));
  const filled = Buffer.alloc((Math.max(1, Math.ceil(content.length / STEP)) + extra) * STEP);
  content.copy(filled);
  return filled;
}

/** A message as the bytes that stand after its length. */
export function messageBytes(message: TcpMessage): Buffer {
  const [plaintext = Buffer.alloc(2)] = encodeRecords([message]);
  return plaintext.subarray(2, 2 + plaintext.readUInt16BE());
}

/** CHAT with any bytes as its text. */
export function chatBytes(session: number, text: Uint8Array, length = text.length): Buffer {
  return Buffer.concat([Buffer.from([0x25]), u32(session), u16(length), text]);
}

/** The entries of a plaintext whose framing is right, each a whole message. */
export function entriesOf(plaintext: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at + 2 <= plaintext.length;) {
    const length = plaintext.readUInt16BE(at);
    if (length === 0) break;
    entries.push(plaintext.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

export function u16(n: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(n);
  return bytes;
}
export function u32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}
