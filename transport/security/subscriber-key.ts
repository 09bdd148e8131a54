/**
 * Making, reading and judging K_A, the secret key of a subscriber (protocol 2.3). A key or a passphrase never stands in a
 * sentence made here; `formatKey` is the one way from key to text, for the key file.
 */
import { scryptSync } from 'node:crypto';
import type { Random } from '../../machines/ports';
import { SIZE } from './schedule';
import { ownMemory } from './secret';

/** A key, or one sentence for the user on why there is none. */
export type KeyResult = { readonly ok: true; readonly key: Buffer } | { readonly ok: false; readonly why: string };

/** @returns a fresh key: as many bytes as K_A has, straight from `random` */
export function newKey(random: Random): Buffer {
  return asBuffer(random.bytes(SIZE.K_A));
}

/** @returns the key as it stands in a key file: 64 lower-case hexadecimal digits */
export function formatKey(key: Uint8Array): string {
  return asBuffer(key).toString('hex');
}

/** The same memory, not a copy that nobody would wipe. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/]{43}=?$/;

/** Reads 64 hexadecimal digits, or the 43 or 44 characters that base64 makes of 32 bytes; nothing may stand around them. */
export function parseKey(text: string): KeyResult {
  const key = ownMemory(SIZE.K_A);
  if (HEX.test(text)) {
    key.write(text, 'hex');
    return { ok: true, key };
  }
  if (!BASE64.test(text)) {
    return {
      ok: false,
      why: 'The key must be 32 bytes, written as 64 hexadecimal digits or 43 or 44 base64 characters.',
    };
  }
  key.write(text, 'base64');
  // 43 characters hold two bits more than the key: they are zero, or something else was encoded or mistyped.
  if (key.toString('base64').startsWith(text)) return { ok: true, key };
  return {
    ok: false,
    why: 'The base64 text of the key does not end as the encoding of 32 bytes ends: it may be mistyped.',
  };
}

const WHAT_TO_DO = 'Make a random key with "parley-keys add", or import a passphrase with "--stretch".';

/** Obvious non-keys, and what is wrong with each; a random key is none of them, save with negligible probability. */
const WEAKNESSES: readonly (readonly [(key: Uint8Array) => boolean, string])[] = [
  [(key) => key.length !== SIZE.K_A, 'does not have exactly 32 bytes'],
  [isArithmetic, 'is an arithmetic sequence: each byte differs from the one before by the same amount'],
  [
    (key) => key.every((byte) => byte >= 0x20 && byte <= 0x7e),
    'consists of printable characters only, as a password does',
  ],
  [(key) => new Set(key).size < 16, 'has fewer than 16 different byte values'],
];

function isArithmetic(key: Uint8Array): boolean {
  const step = (i: number): number => ((key[i] ?? 0) - (key[i - 1] ?? 0)) & 0xff;
  return key.every((_, i) => i === 0 || step(i) === step(1));
}

/** @returns why this cannot be a random key and what to do, in two sentences; nothing if it can be one */
export function keyWeakness(key: Uint8Array): string | undefined {
  const found = WEAKNESSES.find(([test]) => test(key));
  return found && `The key ${found[1]}, so it can be guessed. ${WHAT_TO_DO}`;
}

/** As in protocol 2.3. The default memory limit of Node is below what N and r need. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const;
const PASSPHRASE_MIN_CHARACTERS = 16;

/**
 * Makes a key of a passphrase; takes some 0.4 s. Weaker than a random key: whoever records one log-on can try passphrases
 * off line. @param id the Client-ID, so that equal passphrases give different keys
 */
export function stretchKey(passphrase: string, id: string): KeyResult {
  // An unpaired surrogate would silently become U+FFFD, the same for all of them.
  if (/\p{Surrogate}/u.test(passphrase)) return { ok: false, why: 'The passphrase is not well-formed Unicode text.' };
  const normal = passphrase.normalize('NFKC');
  if (Array.from(normal).length < PASSPHRASE_MIN_CHARACTERS) {
    return { ok: false, why: `The passphrase must have at least ${PASSPHRASE_MIN_CHARACTERS} characters.` };
  }
  return { ok: true, key: scryptSync(normal, `SBC key v1${id}`, SIZE.K_A, SCRYPT) };
}
