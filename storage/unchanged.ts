/**
 * Whether the file that is open is still the one of its name, with the tables that we made: an operator may move it away under
 * a running server, or plant a trigger. Must never be here: opening it.
 */
import Database from 'libsql';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { StoreError } from '../machines/ports';
import { withoutLinks } from './beside';
import { logLength, type LogLength } from './log-length';
import { SCHEMA } from './schema';

/** @throws StoreError `failed`, until all is as it was */
export interface Unchanged {
  /** What can be asked before every commit: the name of the database, and the length of its log. */
  quickly(): void;
  /** The name of its log and the tables, too. */
  wholly(): void;
  readonly log: LogLength;
}

export function unchanged(path: string, db: Database.Database): Unchanged {
  const sameDatabase = sameFile(path);
  const file = withoutLinks(path);
  const sameLog = sameFile(`${file}-wal`);
  const version = db.prepare('PRAGMA schema_version').raw(true);
  const versionNow = (): number => (version.get() as [number])[0];
  let known = versionNow();
  const log = logLength(file);
  const quickly = (): void => {
    sameDatabase();
    if (log.logIsCut()) throw new StoreError('failed', cutShort(`${file}-wal`));
  };
  return {
    log,
    quickly,
    wholly() {
      quickly();
      sameLog();
      if (log.indexIsCut()) throw new StoreError('failed', cutShort(`${file}-shm`));
      const now = versionNow();
      if (now === known) return;
      if (!hasOurTables(db)) throw new StoreError('failed', foreignSchema(path, OTHER_TABLES));
      known = now;
    },
  };
}

function cutShort(path: string): string {
  return `${path} was cut short while it was in use, and what was stored last may be lost; restart the server, and run parley-keys check`;
}

function sameFile(path: string): () => void {
  const whole = resolve(path);
  const identity = (): string | undefined => {
    const stats = statSync(whole, { throwIfNoEntry: false });
    return stats && `${String(stats.dev)} ${String(stats.ino)}`;
  };
  const known = identity();
  return () => {
    if (identity() === known) return;
    throw new StoreError(
      'failed',
      `${path} was moved, removed or replaced while it was in use; put the same file back, or restart the server with the new one`,
    );
  };
}

/** Tables and indexes, in a form that can be compared; as bytes, since libsql ends the process on a string that is not UTF-8. */
const OBJECTS = `
  SELECT CAST(json_group_array(json_array(type, name, tbl_name, sql)) AS BLOB)
  FROM (SELECT * FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name)`;
function objectsOf(db: Database.Database): string {
  const [json] = db.prepare(OBJECTS).raw(true).get() as [Buffer];
  return json
    .toString('latin1')
    .replaceAll(/(\\n|\s)+/g, ' ')
    .replaceAll(/\( | \)/g, (both) => both.trim());
}

/** The tables are those of schema.ts, and nothing stands beside them. */
export function hasOurTables(db: Database.Database): boolean {
  const wanted = new Database(':memory:');
  try {
    wanted.exec(SCHEMA);
    return objectsOf(db) === objectsOf(wanted);
  } finally {
    wanted.close();
  }
}

export const OTHER_TABLES = 'is damaged (its tables are not as they were made)';
export function foreignSchema(path: string, what: string): string {
  return `${path} ${what}; stop the server and put back a copy of it`;
}
