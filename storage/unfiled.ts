/**
 * The texts that stand in the table `turns` and are not filed under their pair yet, as they are found by pair: a mirror in
 * memory of what is stored, no larger than that, and read again when another process has written.
 */
import type { AcceptedRun, StoredText } from '../machines/ports';
import { pairName, pairOf } from './agreement';
import type { Connection } from './connection';
import { counterIn, type CounterRow } from './counters';
import { damaged } from './failure';
import { runsOfTurn } from './rows';

const STATE = `
  SELECT value, sum, coalesce((SELECT max(id) FROM turns), value), coalesce((SELECT min(id) FROM turns), value + 1)
  FROM counters WHERE name = 'filed'`;
/** As bytes, since libsql ends the process on a string that is not UTF-8. */
const READ = 'SELECT id, CAST(runs AS BLOB), sum FROM turns WHERE id > ? ORDER BY id LIMIT 1';

/** What is not filed of one pair, in order. */
export interface UnfiledPair {
  readonly low: string;
  readonly high: string;
  readonly runs: AcceptedRun[];
  count: number;
}

export class Unfiled {
  /** Characters of the turns that are mirrored. */
  size = 0;
  /** Number of the last turn that is mirrored; before the first look, of none. */
  last = NaN;
  /** The last turn that was filed, when this was looked at. */
  private filed = NaN;
  private readonly byPair = new Map<string, UnfiledPair>();
  private readonly state;
  private readonly read;

  constructor(private readonly connection: Connection) {
    this.state = connection.prepare<[...filed: CounterRow, last: number, first: number]>(STATE);
    this.read = connection.prepare<[id: number, runs: Buffer, sum: number]>(READ);
  }

  pairs(): Iterable<UnfiledPair> {
    return this.byPair.values();
  }
  count(a: string, b: string): number {
    return this.byPair.get(pairName(a, b))?.count ?? 0;
  }

  /** Texts of the pair after the first `after`; `filed` of it stand before them. */
  page(a: string, b: string, after: number, limit: number, filed: number): StoredText[] {
    const texts: StoredText[] = [];
    let n = filed;
    for (const run of this.byPair.get(pairName(a, b))?.runs ?? []) {
      const skipped = Math.max(0, filed + after - n);
      const { session, sender, time } = run;
      for (let i = skipped; i < run.texts.length && texts.length < limit; i++) {
        texts.push({ n: n + i + 1, session, sender, time, text: run.texts[i] ?? '' });
      }
      n += run.texts.length;
      if (texts.length === limit) break;
    }
    return texts;
  }

  /** A turn was written by us under this number. If others have written before it, the next refresh reads both. */
  added(id: number, runs: readonly AcceptedRun[], size: number): void {
    if (id === this.last + 1) this.take(id, runs, size);
  }

  /** Everything was filed, or perhaps not: whatever is in the file is read when it is next needed. */
  clear(): void {
    this.forget();
    this.last = this.filed = NaN;
  }

  /** Reads what other processes have written, and forgets what they have filed. @throws StoreError of a damaged file */
  refresh(): void {
    try {
      this.readNew();
    } catch (error) {
      // What was read of it is not all, so the next refresh begins anew.
      this.clear();
      throw error;
    }
  }

  private readNew(): void {
    const [value, sum, last = NaN, first = NaN] = this.state.get([]) ?? [NaN, NaN];
    const filed = counterIn(this.connection.path, 'filed', [value, sum]);
    if (filed === this.filed && last === this.last) return;
    if (first !== filed + 1) throw damaged(this.connection.path, 'texts are missing');
    // Never looked at, or filed since.
    if (filed !== this.filed) {
      this.forget();
      this.last = this.filed = filed;
    }
    for (let row = this.read.get([this.last]); row; row = this.read.get([this.last])) {
      const [id, bytes, sum] = row;
      if (id !== this.last + 1) throw damaged(this.connection.path, 'texts are missing');
      const runs = runsOfTurn(this.connection, bytes, sum);
      this.take(
        id,
        runs.map(([sender, recipient, session, time, texts]) => ({ sender, recipient, session, time, texts })),
        bytes.length,
      );
    }
  }

  private forget(): void {
    this.byPair.clear();
    this.size = 0;
  }

  private take(id: number, runs: readonly AcceptedRun[], size: number): void {
    this.last = id;
    this.size += size;
    for (const run of runs) {
      const name = pairName(run.sender, run.recipient);
      let pair = this.byPair.get(name);
      if (!pair) {
        const [low, high] = pairOf(run.sender, run.recipient);
        this.byPair.set(name, (pair = { low, high, runs: [], count: 0 }));
      }
      pair.runs.push(run);
      pair.count += run.texts.length;
    }
  }
}
