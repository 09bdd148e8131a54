/**
 * An open database: prepared statements, transactions that are all or none, and errors as StoreError. What the tables
 * are for must never be here.
 */
import type Database from 'libsql';
import { StoreError } from '../machines/ports';
import { meaningOf } from './failure';
import type { Unchanged } from './unchanged';

/** A prepared statement; a row is an array of its columns. Values come as one array: libsql copies any others. */
export interface Statement<Row extends readonly unknown[] = readonly unknown[]> {
  /** The first row. */
  get(values: readonly unknown[]): Row | undefined;
  run(values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
}

/** How long another process may hold the file: `parley-keys` writes for milliseconds while the server runs. */
export const BUSY_TIMEOUT_MS = 2_000;
export const WAIT = `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`;

/** Closing them, or forgetting them, would take over their logs; the end of the process does not. */
const abandoned = new Set<Database.Database>();

export class Connection {
  /** Settings that are to be put back. */
  private readonly owed: string[] = [];
  private bound: 'none' | 'set' = 'none';
  private trust: 'whole' | 'lost' = 'whole';

  constructor(
    /** The file, as the user named it. */
    readonly path: string,
    private readonly db: Database.Database,
    private readonly unchanged: Unchanged,
  ) {}

  /** Statements and PRAGMAs that yield nothing. */
  exec(sql: string): void {
    this.db.exec(sql);
  }

  prepare<Row extends readonly unknown[] = readonly unknown[]>(sql: string): Statement<Row> {
    const statement = this.db.prepare(sql);
    // Asking for arrays is refused for statements that yield no rows.
    if (statement.reader) statement.raw(true);
    return statement as unknown as Statement<Row>;
  }

  /**
   * This connection adds no page beyond this size of the file; what there is already stays, and is written anew. Another
   * process is not bound.
   */
  limit(bytes: number): void {
    const [page = bytes] = this.prepare<[bytes: number]>('PRAGMA page_size').get([]) ?? [];
    this.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / page))}`);
    this.bound = 'set';
  }

  /** @throws StoreError for every error of SQLite in `work` */
  attempt<T>(work: () => T): T {
    // libsql goes on executing statements prepared before `close`.
    if (!this.db.open || abandoned.has(this.db)) throw new StoreError('failed', `${this.path} is closed`);
    try {
      return work();
    } catch (error) {
      throw meaningOf(error, this.path, this.bound === 'set');
    }
  }

  /** To be asked now and then. @throws StoreError the file, its log or its tables are not ours any more: nothing is written then */
  inspect(): void {
    this.trust = 'lost';
    this.attempt(() => this.unchanged.wholly());
    this.trust = 'whole';
  }

  /**
   * Commits all that `work` writes, or nothing of it; the next transaction finds a clean connection either way. Everything
   * that writes must be in one: libsql leaves a statement of its own transaction begun when the file is locked, and then no
   * transaction of this connection can be committed any more. BEGIN is finished by `exec` whatever comes of it.
   */
  transaction<T>(work: () => T): T {
    if (this.trust === 'lost') this.inspect();
    return this.attempt(() => {
      this.unchanged.quickly();
      this.rollback();
      this.settle();
      this.db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.db.exec('COMMIT');
        return result;
      } catch (error) {
        this.rollback();
        throw error;
      }
    });
  }

  /** SQLite itself has rolled back after some errors (disk full), not after others. What fails is tried before the next. */
  private rollback(): void {
    try {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
    } catch {
      // The error that made the rollback necessary is the one to report.
    }
  }

  /**
   * While `work` runs, this connection has another setting. What `work` did stays done if the old setting cannot be put back:
   * the next transaction begins with that.
   */
  under<T>(setting: string, before: string, work: () => T): T {
    return this.attempt(() => {
      this.settle();
      this.db.exec(setting);
      try {
        return work();
      } finally {
        this.owed.push(before);
        this.settleLater();
      }
    });
  }

  private settle(): void {
    for (let [next] = this.owed; next !== undefined; [next] = this.owed) {
      this.db.exec(next);
      this.owed.shift();
    }
  }
  private settleLater(): void {
    try {
      this.settle();
    } catch {
      // It stays owed.
    }
  }

  /**
   * Takes the write-ahead log over into the file, synced; of a log that was cut nothing, since that would be zeros. A second
   * call does nothing.
   */
  close(): void {
    if (!this.db.open || abandoned.has(this.db)) return;
    const { log } = this.unchanged;
    if (log.logIsCut() || log.indexIsCut()) {
      abandoned.add(this.db);
      return;
    }
    try {
      this.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    } catch {
      // What was committed stands in the -wal file and is taken over when the database is next opened.
    }
    this.db.close();
  }
}
