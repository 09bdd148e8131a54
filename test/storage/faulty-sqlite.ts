/**
 * libsql with a fault before a statement that a test chooses. Where it can be the fault is real: another connection takes the
 * lock, SQLite may add no page, or may not write. Everything else is told with the error that libsql makes, without running the
 * statement; a write that fails in the middle is in test/binaries/disk.test.ts.
 */
import type Database from 'libsql';

const Real = jest.requireActual<typeof Database>('libsql');

export interface Fault {
  /** Before statement number n of the connection; what it returns takes the fault away. */
  begin(db: Database.Database, path: string): () => void;
}

/** How libsql tells SQLite's primary result codes. */
const told = (code: string, rawCode: number): Fault => ({
  begin: () => {
    throw Object.assign(new Real.SqliteError('as told by the test', code, rawCode), { code, rawCode });
  },
});

const pragma = (db: Database.Database, sql: string, back: string): (() => void) => {
  db.exec(sql);
  // Opening in vain closes it.
  return () => (db.open ? db.exec(back) : undefined);
};

export const FAULTS: Readonly<Record<string, Fault>> = {
  'locked, told': told('SQLITE_BUSY', 5),
  'full, told': told('SQLITE_FULL', 13),
  'input/output error, told': told('SQLITE_IOERR', 10 | (3 << 8)),
  'read-only, told': told('SQLITE_READONLY', 8),
  locked: {
    begin(_, path) {
      const other = new Real(path);
      // In a transaction of ours there is nothing that another could lock.
      try {
        other.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE');
      } catch {
        other.close();
        return () => undefined;
      }
      return () => {
        other.exec('ROLLBACK');
        other.close();
      };
    },
  },
  full: { begin: (db) => pragma(db, 'PRAGMA max_page_count = 1', `PRAGMA max_page_count = ${String(2 ** 31)}`) },
  'read-only': { begin: (db) => pragma(db, 'PRAGMA query_only = ON', 'PRAGMA query_only = OFF') },
};

/** What the next connections do. */
export const plan = {
  /** Statements run since it was set to 0. */
  statements: 0,
  /** Before which of them the fault begins; 0 is none. */
  at: 0,
  fault: undefined as Fault | undefined,
  lift: undefined as (() => void) | undefined,
};

function counted<T>(db: Database.Database, path: string, work: () => T): T {
  if (++plan.statements === plan.at) plan.lift = plan.fault?.begin(db, path);
  return work();
}

/** From now on, before the n-th statement. */
export function arm(fault: Fault, at: number): void {
  Object.assign(plan, { statements: 0, at, fault });
}
/** The fault is over. */
export function disarm(): void {
  plan.at = 0;
  plan.lift?.();
  plan.lift = undefined;
}

/** Stands for libsql. */
export class FaultyDatabase {
  private readonly db: Database.Database;
  constructor(private readonly path: string) {
    this.db = new Real(path);
  }
  get open(): boolean {
    return this.db.open;
  }
  get inTransaction(): boolean {
    return this.db.inTransaction;
  }
  close(): void {
    this.db.close();
  }
  exec(sql: string): void {
    // Nobody waits for a lock that the same thread holds.
    const now = sql.replace(/busy_timeout = \d+/, 'busy_timeout = 0');
    counted(this.db, this.path, () => this.db.exec(now));
  }
  prepare(sql: string): unknown {
    const statement = this.db.prepare(sql);
    for (const name of ['get', 'run', 'all'] as const) {
      const real: (...values: unknown[]) => unknown = statement[name].bind(statement);
      Object.assign(statement, {
        [name]: (...values: unknown[]) => counted(this.db, this.path, () => real(...values)),
      });
    }
    return statement;
  }
}
