/**
 * What every store does alike: unordered pairs, the refusals of texts, of subscribers and of session numbers
 * (protocol 4.8, 1.3, P10). Must never be here: where anything is kept.
 */
import { StoreError, type AcceptedRun, type Subscriber } from '../machines/ports';

/** The last session number there is (protocol 1.3). */
export const LAST_SESSION = 2 ** 32 - 1;

/** The two Client-IDs of a pair, in byte order: {A, B} and {B, A} are one pair. */
export function pairOf(a: string, b: string): readonly [low: string, high: string] {
  return a < b ? [a, b] : [b, a];
}

/** A pair as one word; a blank is in no Client-ID. */
export function pairName(a: string, b: string): string {
  return pairOf(a, b).join(' ');
}

/**
 * What no store takes.
 * @throws TypeError our own bug: a text that is not well-formed Unicode, which no decoder lets through (protocol 1.3)
 */
export function refuseIllFormed(runs: readonly AcceptedRun[]): void {
  for (const { texts } of runs) {
    if (texts.some((text) => /\p{Surrogate}/u.test(text))) {
      throw new TypeError('a text to be stored is not well-formed Unicode');
    }
  }
}

/** @throws StoreError `exists`: IDs that differ in case only are one ID too many (protocol 1.3) */
export function refuseId(wanted: string, present: string): never {
  throw new StoreError(
    'exists',
    wanted === present
      ? `${wanted} is a subscriber already; --force gives it another key`
      : `${wanted} differs only in case from the subscriber ${present}; choose another Client-ID`,
  );
}

/** @throws StoreError `exists`: two subscribers with one key could log on as each other (protocol 2.3) */
export function refuseKey({ id }: Subscriber): never {
  throw new StoreError('exists', `another subscriber has the same key; give ${id} a key of its own`);
}

/**
 * @param last the last number reserved so far, 0 if none @returns the first of `count` further ones
 * @throws StoreError `failed` when the numbers are used up @throws RangeError our own bug: `count` is not a positive integer
 */
export function nextBlock(last: number, count: number): number {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`cannot reserve ${count} session numbers`);
  if (last + count > LAST_SESSION) {
    throw new StoreError(
      'failed',
      `the session numbers up to ${LAST_SESSION} are used up; the server needs a new database`,
    );
  }
  return last + 1;
}
