/**
 * AES-256-GCM with a tag of 16 bytes: the only place that makes a cipher (protocol 2.5, 2.6, 2.10). Stateless: whoever calls
 * sees to it that no key meets a nonce twice.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { WIRE } from '../../machines/limits';

const CIPHER = 'aes-256-gcm';
/** Always given: without it Node 20 accepts a tag of 4 bytes, and one forgery in 2^32 passes (2.10, rule 1). */
const TAG = { authTagLength: WIRE.TAG_BYTES } as const;
/** GCM takes other lengths as well and hashes them; we never use one. */
export const NONCE_BYTES = 12;

/** Writes ciphertext and tag, 16 bytes more than the plaintext, into `out` from `offset`. */
export function sealInto(
  out: Buffer,
  offset: number,
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  plaintext: Uint8Array,
): void {
  const cipher = createCipheriv(CIPHER, key, nonce, TAG);
  cipher.setAAD(associated);
  out.set(cipher.update(plaintext), offset);
  cipher.final();
  out.set(cipher.getAuthTag(), offset + plaintext.length);
}

/** @param box ciphertext and tag @returns the plaintext, or nothing if the box, key, nonce or associated data are not the sealed ones */
export function open(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, box: Uint8Array): Buffer | undefined {
  const end = box.length - WIRE.TAG_BYTES;
  if (end < 0 || nonce.length !== NONCE_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, nonce, TAG);
  decipher.setAAD(associated);
  decipher.setAuthTag(box.subarray(end));
  const plaintext = decipher.update(box.subarray(0, end));
  try {
    decipher.final();
    return plaintext;
  } catch {
    // Nobody may see what did not verify (2.10, rule 2).
    plaintext.fill(0);
    return undefined;
  }
}
