/**
 * The tokens of RETRY (protocol 3.6): who returns one has received it at the address it was made for. Nothing is kept of a
 * token; it holds a MAC under a key that only this server has and that is replaced, so that old tokens become worthless.
 */
import { hash } from 'node:crypto';
import { WIRE } from '../../machines/limits';
import type { Clock, Random } from '../../machines/ports';
import { Hidden, Secret, usedOnce } from './secret';

const KEY_BYTES = 32;

export class RetryTokens extends Hidden {
  #current: Secret;
  #previous: Secret;
  #since: number;

  /** @param lifeMs a token is good for this long at least, and for twice as long at most */
  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly lifeMs: number,
  ) {
    super();
    this.#current = this.fresh();
    this.#previous = this.fresh();
    this.#since = clock.now();
  }

  /** @param attempt hash of the HELLO: a token is good for one attempt */
  make(address: string, attempt: string): Buffer {
    this.rotate();
    return tokenOf(this.#current, address, attempt);
  }

  /** Compares in constant time (2.10, rule 3). */
  isGood(token: Uint8Array, address: string, attempt: string): boolean {
    this.rotate();
    return [this.#current, this.#previous].some((key) => new Secret(tokenOf(key, address, attempt)).matches(token));
  }

  wipe(): void {
    this.#current.wipe();
    this.#previous.wipe();
  }

  private rotate(): void {
    const age = this.clock.now() - this.#since;
    if (age < this.lifeMs) return;
    this.#previous.wipe();
    if (age < 2 * this.lifeMs) this.#previous = this.#current;
    else {
      this.#current.wipe();
      this.#previous = this.fresh();
    }
    this.#current = this.fresh();
    this.#since = this.clock.now();
  }

  private fresh(): Secret {
    return usedOnce(this.random.bytes(KEY_BYTES), (bytes) => Secret.copyOf(bytes));
  }
}

/**
 * SHA3-256 with the key before the message, cut to 16 bytes. With SHA-3 this is a MAC, as it would not be with SHA-256; HMAC costs
 * five times as much, and a flood pays for every token. An address holds no blank, so the two cannot run into each other.
 */
function tokenOf(key: Secret, address: string, attempt: string): Buffer {
  const digest = key.use((bytes) =>
    usedOnce(Buffer.concat([bytes, Buffer.from(`${address} ${attempt}`)]), (input) => hash('sha3-256', input, 'hex')),
  );
  return Buffer.from(digest.slice(0, 2 * WIRE.TOKEN_BYTES), 'hex');
}
