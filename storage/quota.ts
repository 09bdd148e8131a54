/** How much the texts of one pair may become; a pair that is full is nobody else's trouble (protocol 4.11). */
import { PairFullError, type AcceptedRun } from '../machines/ports';
import { pairName, pairOf } from './agreement';
import type { Connection } from './connection';

export class PairQuota {
  /** Pairs that were below it since the last filing: what is filed is what counts, so nothing else changes it. */
  private readonly below = new Set<string>();
  private readonly bytes;

  /** @param max bytes, 0 for no bound */
  constructor(
    private readonly connection: Connection,
    private readonly max: number,
  ) {
    this.bytes = connection.prepare<[bytes: number]>('SELECT bytes FROM pairs WHERE low = ? AND high = ?');
  }

  /** @throws PairFullError of the first pair that is full */
  check(runs: readonly AcceptedRun[]): void {
    if (this.max === 0) return;
    const found = runs.find(({ sender, recipient }) => this.isFull(sender, recipient));
    if (found === undefined) return;
    const [low, high] = pairOf(found.sender, found.recipient);
    const theirs = runs.filter(({ sender, recipient }) => pairName(sender, recipient) === pairName(low, high));
    throw new PairFullError(
      new Set(theirs.map(({ session }) => session)),
      `the texts of ${low} and ${high} have their largest size (--pair-max); remove old texts with parley-history prune, or raise --pair-max`,
    );
  }

  /** Texts were filed, or perhaps not. */
  filed(): void {
    this.below.clear();
  }

  private isFull(a: string, b: string): boolean {
    const name = pairName(a, b);
    if (this.below.has(name)) return false;
    const [bytes = 0] = this.connection.attempt(() => this.bytes.get(pairOf(a, b))) ?? [];
    if (bytes >= this.max) return true;
    this.below.add(name);
    return false;
  }
}
