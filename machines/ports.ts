/**
 * What is handed in to the machines' surroundings: clock, chance, subscribers, keys, session numbers, history. Interfaces
 * only; a real and an in-memory implementation of each stand behind the same contract tests.
 */

/** Where a datagram came from or a connection leads to. */
export interface Address {
  readonly address: string;
  readonly port: number;
}

/** Monotonic time and timers. Nothing else in the program may wait. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Wall clock, ms since 1970: for stored times only, never for waiting. */
  wall(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Runs the callback after all input that is ready has been read: the end of a turn (P1). */
  setImmediate(callback: () => void): unknown;
}

/** Chance; cryptographically strong in production, seeded in tests. */
export interface Random {
  bytes(n: number): Uint8Array;
  /** Uniform in [0, 1); for jitter only, never for secrets. */
  fraction(): number;
}

/** A subscriber as anybody may see it. */
export type SubscriberInfo = Omit<Subscriber, 'key'>;

/** A subscriber as stored: `key` is K_A, 32 bytes, and must be handed on to the key store at once. */
export interface Subscriber {
  readonly id: string;
  readonly key: Uint8Array;
  /** The key was derived from a passphrase: weaker than random (2.3). */
  readonly stretched: boolean;
}

export interface Subscribers {
  has(id: string): boolean;
}

/** The list of subscribers where it lasts. */
export interface SubscriberStore {
  /** With their keys, which the caller hands on and wipes. */
  all(): Subscriber[];
  /** Without them, in the same order. */
  list(): SubscriberInfo[];
  /**
   * Whoever gets a Client-ID that another had before does not get the texts of before: they stay with those who took part.
   * @returns how many texts of before there are
   * @throws StoreError `exists` if the ID (in any case) or the key is there already
   */
  add(subscriber: Subscriber): number;
  /**
   * Gives the subscriber with this ID another key; its texts stay its own. Adds one if there is none.
   * @returns as `add`, 0 if it was there
   * @throws StoreError `exists` if another has the key, or the ID in another case
   */
  replace(subscriber: Subscriber): number;
  /** @returns whether it was there */
  remove(id: string): boolean;
  /** Another number than before if another process may have changed the store since. @throws StoreError `failed` */
  version(): number;
}

/** Consecutive texts of one sender to be stored, in the order in which the server accepted them. */
export interface AcceptedRun {
  readonly session: number;
  readonly sender: string;
  readonly recipient: string;
  /** ms since 1970. */
  readonly time: number;
  /** At least one. */
  readonly texts: readonly string[];
}
/** A text of a pair of clients as it is read back; `n` counts from 1 without a gap. */
export interface StoredText {
  readonly n: number;
  readonly session: number;
  readonly sender: string;
  readonly time: number;
  readonly text: string;
}

/** All past texts, per unordered pair of Client-IDs (4.8); each of the two reads what is theirs. */
export interface History {
  /** Appends all or none, durable against the death of the process. @throws StoreError `full`, `failed`, PairFullError */
  append(runs: readonly AcceptedRun[]): void;
  /** Number of texts of the pair that `reader` may read. @throws StoreError `failed` */
  count(reader: string, other: string): number;
  /** At most `limit` of them with `n` above `after`, in order. @throws StoreError `failed` */
  page(reader: string, other: string, after: number, limit: number): StoredText[];
}

/** The counter of session numbers where it lasts (P10). */
export interface SessionNumbers {
  /** Reserves `count` numbers for good, synced to disk before it returns. @returns the first of them @throws StoreError */
  reserve(count: number): number;
}

/** Hands out session numbers one by one; `peek` is undefined while none can be reserved. */
export interface SessionIds {
  peek(): number | undefined;
  /** The number last peeked at is used. */
  take(): void;
}

/** Why a store operation did not succeed; the message says what to do. */
export class StoreError extends Error {
  constructor(
    readonly kind: 'exists' | 'full' | 'failed' | 'unusable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}

/** The texts of a pair have their largest size: nothing was appended, and the batch without these sessions can be. */
export class PairFullError extends StoreError {
  constructor(
    readonly sessions: ReadonlySet<number>,
    message: string,
  ) {
    super('full', message);
  }
}

/** How full a store is, in bytes; a largest size of 0 is no bound. */
export interface StoreUsage {
  /** What is in use of the file; room that was given back is not. */
  readonly used: number;
  readonly max: number;
  /** The pair with the most texts, with their size; undefined where nobody has any that are filed. */
  readonly fullest: { readonly a: string; readonly b: string; readonly bytes: number } | undefined;
  readonly pairMax: number;
}

/** Everything of storage behind one handle. */
export interface Store extends History, SessionNumbers {
  readonly subscribers: SubscriberStore;
  /** A real write, to find out whether a store that failed works again. @throws StoreError */
  probe(): void;
  /** @throws StoreError */
  usage(): StoreUsage;
  close(): void;
}
