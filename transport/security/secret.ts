/**
 * What holds secret bytes and never shows them: not in a template string, in JSON, in an inspector or in an error
 * (protocol 2.10, rules 6 and 7). Must never be here: anything that turns the bytes into text.
 */
import { timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** Base of every class through which a secret can be reached; all that it shows is `[secret]`. */
export abstract class Hidden {
  toString(): string {
    return SHOWN;
  }
  toJSON(): string {
    return SHOWN;
  }
  [inspect.custom](): string {
    return SHOWN;
  }
}

/**
 * So many zero bytes with memory of their own. V8 keeps small arrays among its objects and copies them when it tidies up,
 * and Node takes small buffers from a pool: there no wiping reaches.
 */
export function ownMemory(length: number): Buffer {
  return Buffer.from(new ArrayBuffer(length));
}

/** Secret bytes that are lent, not given, and zero-filled when no longer needed. */
export class Secret extends Hidden {
  #bytes: Buffer | undefined;

  /** @param bytes taken over, not copied: the caller must not use them any more */
  constructor(bytes: Buffer) {
    super();
    this.#bytes = bytes;
  }

  /** So many zero bytes, to be written by `use`. */
  static ofLength(length: number): Secret {
    return new Secret(ownMemory(length));
  }

  /** A copy; the given bytes stay the caller's, who wipes them. */
  static copyOf(bytes: Uint8Array): Secret {
    const secret = Secret.ofLength(bytes.length);
    secret.use((own) => own.set(bytes));
    return secret;
  }

  /**
   * Lends the bytes for the time of the call; `f` must not keep them.
   * @throws Error our own bug: the secret was wiped
   */
  use<T>(f: (bytes: Buffer) => T): T {
    if (this.#bytes === undefined) throw new Error('a wiped secret was used');
    return f(this.#bytes);
  }

  /**
   * Whether these are the bytes, or those of the range from `start` to `end`. Compares in constant time (2.10, rule 3); the length
   * is no secret, and timingSafeEqual throws on another one.
   */
  matches(given: Uint8Array, start?: number, end?: number): boolean {
    return this.use((bytes) => {
      const own = bytes.subarray(start, end);
      return own.length === given.length && timingSafeEqual(own, given);
    });
  }

  get wiped(): boolean {
    return this.#bytes === undefined;
  }

  /** Zero-fills the bytes; a second time does nothing. */
  wipe(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }
}

/** Lends bytes that are needed once, and zero-fills them whatever happens. @returns what `f` returns */
export function usedOnce<B extends Uint8Array, T>(bytes: B, f: (bytes: B) => T): T {
  try {
    return f(bytes);
  } finally {
    bytes.fill(0);
  }
}
