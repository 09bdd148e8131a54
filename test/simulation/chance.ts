/**
 * Chance of a simulated run: one seed, and from it a generator for every purpose, named by it, so that one purpose asking more
 * often does not change what another gets. Must never be here: anything that is not a function of the seed.
 */
import { createHash } from 'node:crypto';
import { SeededRandom } from '../support/random';

/** A generator with 128 bits of state: no two purposes of 100,000 runs meet in one sequence. */
export class Chance extends SeededRandom {
  private readonly words: Uint32Array;
  private forks = 0;

  constructor(
    seed: number,
    private readonly purpose = 'run',
  ) {
    super(seed);
    const digest = createHash('sha256')
      .update(`${String(seed)} ${purpose}`)
      .digest();
    this.words = Uint32Array.from([0, 4, 8, 12], (at) => digest.readUInt32BE(at));
  }

  /** The step known as sfc32. */
  override next(): number {
    const w = this.words as unknown as [number, number, number, number];
    const sum = (w[0] + w[1] + w[3]) >>> 0;
    w[3] = (w[3] + 1) >>> 0;
    w[0] = (w[1] ^ (w[1] >>> 9)) >>> 0;
    w[1] = (w[2] + (w[2] << 3)) >>> 0;
    w[2] = (((w[2] << 21) | (w[2] >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** The generator of another purpose; asking for it uses nothing up. */
  for(purpose: string): Chance {
    return new Chance(this.seed, `${this.purpose}, ${purpose}`);
  }

  override fork(): Chance {
    return this.for(`fork ${String(++this.forks)}`);
  }

  /** One of them. @throws Error there are none */
  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new Error('nothing to choose from');
    return one;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** A name, by its weight. @throws Error no weight is above 0 */
  weighted<T extends string>(weights: Readonly<Partial<Record<T, number>>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let rest = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      rest -= weight;
      if (rest < 0) return name;
    }
    throw new Error('nothing has a weight');
  }
}
