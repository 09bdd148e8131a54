/** How checks say what they expected and saw. Must never be here: what a client has to do. */
import { Unexpected, type Check } from '../check';
import type { Scene } from './scene';

/**
 * The option it is played with: `slow`, it takes longer than a second or two, because a timer of the protocol does;
 * `activity`, it has to know how long the activity timer is.
 */
export type Need = 'slow' | 'activity';

export interface ClientCheck extends Check<Scene> {
  readonly needs?: Need;
  /** A small client may leave this out (protocol 9.1): not played with --small. */
  readonly optional?: true;
}

/** A check as lists show it. */
export function listed(check: ClientCheck): ClientCheck {
  return check.optional ? { ...check, must: `${check.must} (not with --small)` } : check;
}

/** The first bytes of what is compared, in hexadecimal. */
const SHOWN_BYTES = 48;
export function hex(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes).toString('hex', 0, SHOWN_BYTES);
  return `${String(bytes.length)} B ${shown}${bytes.length > SHOWN_BYTES ? '..' : ''}`;
}

/** Whether bytes that were on the wire are the same; whoever listens knows them, so the time it takes tells nothing. */
export function alike(a: Uint8Array, b: Uint8Array): boolean {
  const [one, other] = [a, b].map((bytes) => Buffer.from(bytes).toString('hex'));
  return one === other;
}

/** @throws Unexpected if they differ; names the first byte that does */
export function same(what: string, expected: Uint8Array, seen: Uint8Array): void {
  if (alike(expected, seen)) return;
  const at = expected.findIndex((byte, i) => byte !== seen[i]);
  const first = at < 0 ? expected.length : at;
  throw new Unexpected(`${what}: ${hex(expected)}`, `${hex(seen)}, the first difference at byte ${String(first)}`);
}

/** @throws Unexpected if it does not hold */
export function must(holds: boolean, expected: string, seen: string): void {
  if (!holds) throw new Unexpected(expected, seen);
}

/** The processor may be busy, on either side. */
export const EARLY_MS = 150;
export const LATE_MS = 1_000;
/** Whether a wait was as long as a timer of 3.2: the step times a random factor from 1.0 to 1.25. */
export function mustTake(what: string, stepMs: number, seenMs: number, most = 1.25): void {
  const expected = `${what} after ${String(stepMs)} to ${String(stepMs * most)} ms`;
  must(seenMs > stepMs - EARLY_MS && seenMs < stepMs * most + LATE_MS, expected, `it after ${seenMs.toFixed(0)} ms`);
}

export { pause } from './inbox';
