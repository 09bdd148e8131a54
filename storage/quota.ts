/** How much the texts of one pair may become; a pair that is full is nobody else's trouble (protocol 4.11). */
import { PairFullError, type AcceptedRun, type StoreUsage } from '../machines/ports';
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

const PAGES = `
  SELECT (page_count - freelist_count) * page_size
  FROM pragma_page_count, pragma_freelist_count, pragma_page_size`;
/** As bytes: libsql ends the process on a string that is not UTF-8, which damage can leave in a file. */
const FULLEST = `
  SELECT CAST(json_array(low, high, bytes) AS BLOB) FROM pairs WHERE low <> '' AND bytes > 0 ORDER BY bytes DESC LIMIT 1`;

/** @param max and `pairMax`: the bounds of this store, 0 for none @returns what `Store.usage` is */
export function usageReader(connection: Connection, max: number, pairMax: number): () => StoreUsage {
  const pages = connection.prepare<[used: number]>(PAGES);
  const fullest = connection.prepare<[json: Buffer]>(FULLEST);
  return () =>
    connection.attempt(() => {
      const [used = 0] = pages.get([]) ?? [];
      const [json] = fullest.get([]) ?? [];
      const [a, b, bytes] = JSON.parse(json?.toString('utf8') ?? '[]') as [string?, string?, number?];
      return { used, max, fullest: a && b && bytes ? { a, b, bytes } : undefined, pairMax };
    });
}
