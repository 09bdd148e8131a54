/**
 * What happened in a run: as a hash of everything, always, and as lines in words, when somebody wants to read them. The hash
 * does not depend on whether lines are kept. Must never be here: what ought to have happened.
 */
import { createHash } from 'node:crypto';

export class Tale {
  readonly lines: string[] = [];
  private readonly hash = createHash('sha256');
  private sum: string | undefined;

  constructor(
    private readonly now: () => number,
    readonly telling: boolean,
  ) {}

  /** Something that happened, in words. */
  tell(words: string): void {
    this.hash.update(`${String(this.now())} ${words}\n`);
    this.remark(words);
  }

  /** Bytes that left. */
  bytes(from: string, bytes: Uint8Array): void {
    this.hash.update(`${String(this.now())} ${from}:`);
    this.hash.update(bytes);
  }

  /** For readers only: not part of the hash. */
  remark(words: string): void {
    if (this.telling) this.lines.push(`${(this.now() / 1000).toFixed(3).padStart(9)}  ${words}`);
  }

  /** The hash of the complete run; the run is over. */
  get digest(): string {
    this.sum ??= this.hash.digest('hex');
    return this.sum;
  }
}
