/**
 * The key schedule (protocol 2.4): every key is a function of CK_A and of public bytes, one key for one purpose.
 * Must never be here: state. Whoever calls a function owns the bytes it returns, and wipes them.
 */
import { createHash, hkdfSync } from 'node:crypto';

const SALT = 'SBC/1';
/** Lengths of the values, in bytes. */
export const SIZE = { K_A: 32, RAND: 32, RES: 32, CK: 32, TH: 32, SECRET: 32, KEY: 32, IV: 12, COOKIE: 16 } as const;

/** HKDF-SHA-256 with info = label || 00 || context. */
function derive(key: Uint8Array, label: string, context: readonly Uint8Array[], bytes: number): Buffer {
  const info = Buffer.concat([Buffer.from(`${label}\0`, 'ascii'), ...context]);
  return Buffer.from(hkdfSync('sha256', key, SALT, info, bytes));
}

/** TH binds every key to one attempt. @param hello, challenge the complete datagrams, headers included @returns 32 bytes */
export function transcriptHash(hello: Uint8Array, challenge: Uint8Array): Buffer {
  return createHash('sha256').update(hello).update(challenge).digest();
}

/** K_succ, the key of AUTH_SUCCESS. @returns 32 bytes */
export function authSuccessKey(ck: Uint8Array, th: Uint8Array): Buffer {
  return derive(ck, 'auth success', [th], SIZE.KEY);
}

/** The lookup tag of the client preface (2.7): not secret once it was sent. @returns 16 bytes */
export function lookupTag(ck: Uint8Array, th: Uint8Array): Buffer {
  return derive(ck, 'lookup tag', [th], 16);
}

/** S_c2s[0]. @returns 32 bytes */
export function clientToServerSecret(ck: Uint8Array, th: Uint8Array, clientPreface: Uint8Array): Buffer {
  return derive(ck, 'client to server', [th, clientPreface], SIZE.SECRET);
}

/** S_s2c[0]: the only one that also contains the server's salt. @returns 32 bytes */
export function serverToClientSecret(
  ck: Uint8Array,
  th: Uint8Array,
  clientPreface: Uint8Array,
  serverPreface: Uint8Array,
): Buffer {
  return derive(ck, 'server to client', [th, clientPreface, serverPreface], SIZE.SECRET);
}

/** key[e] from S[e]. @returns 32 bytes */
export function epochKey(secret: Uint8Array): Buffer {
  return derive(secret, 'key', [], SIZE.KEY);
}

/** iv[e] from S[e]. @returns 12 bytes */
export function epochIv(secret: Uint8Array): Buffer {
  return derive(secret, 'iv', [], SIZE.IV);
}

/** S[e+1] from S[e]. @returns 32 bytes */
export function nextSecret(secret: Uint8Array): Buffer {
  return derive(secret, 'next', [], SIZE.SECRET);
}
