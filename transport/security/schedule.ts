/**
 * The key schedule (protocol 2.4): every key is a function of CK_A and of public bytes, one key for one purpose. `root` is
 * CK_A, extracted.
 * Must never be here: state. Whoever calls a function owns the bytes it returns, and wipes them.
 */
import { createHash, createHmac } from 'node:crypto';
import { usedOnce } from './secret';

const SALT = 'SBC/1';
/** Lengths of the values, in bytes. */
export const SIZE = { K_A: 32, RAND: 32, RES: 32, ROOT: 32, TH: 32, SECRET: 32, KEY: 32, IV: 12, COOKIE: 16 } as const;

/**
 * The first half of HKDF-SHA-256 (RFC 5869, 2.2): what follows from one secret shares it, so it is kept instead of the secret.
 * @param secret CK_A, or S[e] of a direction @returns 32 bytes
 */
export function extract(secret: Uint8Array): Buffer {
  return createHmac('sha256', SALT).update(secret).digest();
}

/** The second half (RFC 5869, 2.3), with info = label || 00 || context. No value is longer than the one block that this makes. */
function derive(extracted: Uint8Array, label: string, context: readonly Uint8Array[], bytes: number): Buffer {
  const hmac = createHmac('sha256', extracted).update(`${label}\0`, 'latin1');
  for (const part of context) hmac.update(part);
  const block = hmac.update(ONE).digest();
  if (bytes === block.length) return block;
  return usedOnce(block, (whole) => Buffer.from(whole.subarray(0, bytes)));
}
/** Number of the block. */
const ONE = Buffer.of(1);

/** TH binds every key to one attempt. @param hello, challenge the complete datagrams, headers included @returns 32 bytes */
export function transcriptHash(hello: Uint8Array, challenge: Uint8Array): Buffer {
  return createHash('sha256').update(hello).update(challenge).digest();
}

/** K_succ, the key of AUTH_SUCCESS. @returns 32 bytes */
export function authSuccessKey(root: Uint8Array, th: Uint8Array): Buffer {
  return derive(root, 'auth success', [th], SIZE.KEY);
}

/** The lookup tag of the client preface (2.7): not secret once it was sent. @returns 16 bytes */
export function lookupTag(root: Uint8Array, th: Uint8Array): Buffer {
  return derive(root, 'lookup tag', [th], 16);
}

/** S_c2s[0]. @returns 32 bytes */
export function clientToServerSecret(root: Uint8Array, th: Uint8Array, clientPreface: Uint8Array): Buffer {
  return derive(root, 'client to server', [th, clientPreface], SIZE.SECRET);
}

/** S_s2c[0]: the only one that also contains the server's salt. @returns 32 bytes */
export function serverToClientSecret(
  root: Uint8Array,
  th: Uint8Array,
  clientPreface: Uint8Array,
  serverPreface: Uint8Array,
): Buffer {
  return derive(root, 'server to client', [th, clientPreface, serverPreface], SIZE.SECRET);
}

/** key[e] from S[e], extracted. @returns 32 bytes */
export function epochKey(extracted: Uint8Array): Buffer {
  return derive(extracted, 'key', [], SIZE.KEY);
}

/** iv[e] from S[e], extracted. @returns 12 bytes */
export function epochIv(extracted: Uint8Array): Buffer {
  return derive(extracted, 'iv', [], SIZE.IV);
}

/** S[e+1] from S[e], extracted. @returns 32 bytes */
export function nextSecret(extracted: Uint8Array): Buffer {
  return derive(extracted, 'next', [], SIZE.SECRET);
}
