/** Bytes by chance, bytes spoilt, bytes as text. Must never be here: a comparison of bytes. */
import { systemRandom } from '../../transport/security/random';

/** Fresh random bytes. */
export function chance(n: number): Buffer {
  return Buffer.from(systemRandom.bytes(n));
}

/** A copy with other bytes from an offset on. */
export function withBytes(bytes: Uint8Array, at: number, ...others: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(others, at);
  return copy;
}

/** A copy with bits of one byte changed; a negative offset counts from the end. */
export function flipped(bytes: Uint8Array, at: number, bits = 1): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ bits;
  return copy;
}

/** As a report shows bytes, and as they are compared. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
