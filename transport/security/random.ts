/**
 * Chance in production. Tests hand in their own through the port; nothing else in the program makes random bytes
 * (protocol 2.10, rule 4).
 */
import { randomBytes } from 'node:crypto';
import type { Random } from '../../machines/ports';

/** Cryptographically strong bytes; `fraction` is for jitter and need not be. Every call returns bytes of its own. */
export const systemRandom: Random = {
  bytes: (n) => randomBytes(n),
  fraction: () => Math.random(),
};
