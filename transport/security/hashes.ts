/**
 * hash1 and hash2 of the assignment (protocol 2.2), and the hash by which a server recognises a repeated datagram (3.4).
 * The two must be unrelated: RES travels in clear, and CK_A must not be computable from it.
 */
import { createHash, hash } from 'node:crypto';

/** A3: RES, and XRES at the server. @returns SHA-256(rand || K_A), 32 bytes */
export function a3(rand: Uint8Array, key: Uint8Array): Buffer {
  return createHash('sha256').update(rand).update(key).digest();
}

/** A8: the ciphering key CK_A. @returns SHA3-256(rand || K_A), 32 bytes */
export function a8(rand: Uint8Array, key: Uint8Array): Buffer {
  return createHash('sha3-256').update(rand).update(key).digest();
}

/** Names a whole datagram by its content: the same bytes, the same attempt (3.4). @returns SHA-256 in base64, 44 characters */
export function datagramHash(datagram: Uint8Array): string {
  return hash('sha256', datagram, 'base64');
}
