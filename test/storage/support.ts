/** What the tests of stores share: a store to be tested, texts, subscribers, refusals. */
import { StoreError, type AcceptedRun, type Store, type StoredText, type Subscriber } from '../../machines/ports';

/** A store in the hands of a test. */
export interface Harness {
  readonly store: Store;
  /** The same store after a restart; the one before is closed. */
  readonly reopen: () => Store;
  /** From now on there is no room. */
  readonly fill: () => void;
  /** There is room again. */
  readonly free: () => void;
  /** Removes whatever it left. */
  readonly dispose: () => void;
}

export function said(text: string, more: Partial<AcceptedRun> = {}): AcceptedRun {
  return { session: 1, sender: 'alice', recipient: 'bob', time: 1_700_000_000_000, texts: [text], ...more };
}

/** What must be read back for these texts of one pair. */
export function readBack(runs: readonly AcceptedRun[]): StoredText[] {
  return runs
    .flatMap(({ session, sender, time, texts }) => texts.map((text) => ({ session, sender, time, text })))
    .map((stored, i) => ({ n: i + 1, ...stored }));
}

export function subscriber(id: string, fill: number, stretched = false): Subscriber {
  return { id, key: Buffer.alloc(32, fill), stretched };
}

/** @returns the kind and the sentence of the StoreError that `work` throws */
export function refusal(work: () => unknown): { readonly kind: string; readonly message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return { kind: error.kind, message: error.message };
    throw error;
  }
  throw new Error('nothing was refused');
}
