/** Chance with a seed, for tests only: the same seed gives the same bytes. Must never be here: anything used outside test/. */
import type { Random } from '../../machines/ports';

/** The golden ratio's share of 2^32: the step of a Weyl sequence, which goes through every 32-bit number. */
const STEP = 0x9e3779b9;

/** A generator of the splitmix kind: good enough to vary tests, useless for secrets. */
export class SeededRandom implements Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    this.state = (this.state + STEP) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** Bytes of their own at every call: whoever gets them may wipe them. */
  bytes(n: number): Buffer {
    const bytes = Buffer.alloc(n);
    for (let i = 0; i < n; i++) bytes[i] = this.next();
    return bytes;
  }

  fraction(): number {
    return this.next() / 2 ** 32;
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    return Math.floor(this.fraction() * n);
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.fraction() < p;
  }

  /** Another generator, independent of how often this one is used afterwards. */
  fork(): SeededRandom {
    return new SeededRandom(this.next());
  }
}
