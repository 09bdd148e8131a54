/**
 * The secret values of one log-on, and the phases they go through (protocol 2.4, 2.7). Must never be here: handles, and
 * anything that a peer sent beside the bytes to compare with.
 */
import type { RecordOpener, RecordSealer } from './records';
import { clientToServerSecret, lookupTag, serverToClientSecret, SIZE } from './schedule';
import { ownMemory, type Secret } from './secret';

/** derived: RES, root. bound: and TH. offered: and the cookie. spent: only root, TH. keyed: nothing beside the record ciphers. */
export type Phase = 'derived' | 'bound' | 'offered' | 'spent' | 'keyed';

export interface Attempt {
  phase: Phase;
  /** One block for all values: 16,384 attempts may be pending, and a buffer for each value would cost three times as much (3.6). */
  readonly block: Secret;
  /** Those made so far and still in use, to be wiped with the rest. */
  ciphers: readonly (RecordSealer | RecordOpener)[];
}

/** In which phases our own side may ask for what. What a peer's bytes bring about is not here: that must never throw. */
export const ALLOWED = {
  bindTranscript: ['derived'],
  res: ['derived', 'bound', 'offered'],
  tag: ['bound', 'offered', 'spent'],
  makeCookie: ['bound'],
  keepCookie: ['bound'],
  sealAuthSuccess: ['offered'],
  cookie: ['offered'],
  serverOpener: ['bound', 'offered'],
  // Nothing is sealed for a client before its CONNECT was accepted and the cookie used up (2.7).
  serverSealer: ['spent'],
  clientSealer: ['bound', 'offered', 'spent'],
  clientOpener: ['bound', 'offered', 'spent'],
} as const satisfies Record<string, readonly Phase[]>;

/** Where a value lies in the block. */
export type Range = readonly [from: number, to: number];
export const RES: Range = [0, SIZE.RES];
/** CK_A, extracted. */
export const ROOT: Range = [RES[1], RES[1] + SIZE.ROOT];
export const TH: Range = [ROOT[1], ROOT[1] + SIZE.TH];
export const COOKIE: Range = [TH[1], TH[1] + SIZE.COOKIE];
export const BLOCK_BYTES = COOKIE[1];

/** Puts a value in its place. @throws Error our own bug: another length */
export function write(block: Secret, range: Range, value: Uint8Array): void {
  mustHave(value, range[1] - range[0]);
  block.use((own) => own.set(value, range[0]));
}

/** A copy, which the caller wipes. */
export function copy(block: Secret, range: Range): Buffer {
  return block.use((own) => {
    const value = ownMemory(range[1] - range[0]);
    own.copy(value, 0, ...range);
    return value;
  });
}

/** Compares in constant time. */
export function equal(block: Secret, range: Range, given: Uint8Array): boolean {
  return block.matches(given, ...range);
}

/** Lends the root and TH, from which everything after the challenge follows. */
export function fromRoot<T>({ block }: Attempt, f: (root: Buffer, th: Buffer) => T): T {
  return block.use((own) => f(own.subarray(...ROOT), own.subarray(...TH)));
}

export function tagOf(attempt: Attempt): Buffer {
  return fromRoot(attempt, lookupTag);
}

/** S_c2s[0], or S_s2c[0] if there is a server preface. */
export function streamSecret(attempt: Attempt, clientPreface: Uint8Array, serverPreface?: Uint8Array): Buffer {
  return fromRoot(attempt, (root, th) =>
    serverPreface === undefined
      ? clientToServerSecret(root, th, clientPreface)
      : serverToClientSecret(root, th, clientPreface, serverPreface),
  );
}

/** @throws Error our own bug: what came from a peer has been decoded, so its length is right */
export function mustHave(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length)
    throw new Error(`key store: a value of ${length} bytes is needed, not of ${bytes.length}`);
}
