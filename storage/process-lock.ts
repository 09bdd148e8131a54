/**
 * A lock between processes that dies with the process that has it: SQLite's own lock on a small file of its own beside the
 * database, so that everybody can go on using the database itself. Must never be here: what the lock is for.
 */
import Database from 'libsql';
import { closeSync } from 'node:fs';
import { StoreError } from '../machines/ports';
import { withoutLinks } from './beside';
import { BUSY, codeOf, DAMAGE, meaningOf } from './failure';
import { openFile } from './file';
import { makePrivate } from './open';

export interface ProcessLock {
  release(): void;
}

/**
 * @param path of the database; the file of the lock is beside it, however the database is called
 * @param waitMs how long another process may have the lock
 * @returns undefined and the process that has it @throws StoreError the file of the lock cannot be used
 */
export function lockBeside(path: string, name: string, waitMs: number): ProcessLock | { readonly heldBy: string } {
  const file = `${withoutLinks(path)}-${name}`;
  makePrivate(file);
  try {
    return lockOn(file, waitMs);
  } catch (error) {
    if (!DAMAGE.includes(codeOf(error) ?? 0)) throw meaningOf(error, file);
  }
  // Nothing in it is of use. Whoever has the lock keeps it: it is on the file, whatever the file holds.
  closeSync(openFile(file, 'replace', 'secret'));
  try {
    return lockOn(file, waitMs);
  } catch (error) {
    throw meaningOf(error, file);
  }
}

/** @throws Error of SQLite */
function lockOn(file: string, waitMs: number): ProcessLock | { readonly heldBy: string } {
  const db = new Database(file);
  try {
    db.exec(`PRAGMA busy_timeout = ${waitMs}; PRAGMA journal_mode = MEMORY`);
    return taken(db);
  } catch (error) {
    if (codeOf(error) !== BUSY) {
      db.close();
      throw error;
    }
    try {
      return { heldBy: holderIn(db) };
    } finally {
      db.close();
    }
  }
}

/** A connection that nobody knows any more would be closed, and its lock released. */
const held = new Set<Database.Database>();

/** Others can read who has it, since the lock is that of somebody who is about to write. */
function taken(db: Database.Database): ProcessLock {
  db.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${process.pid}; COMMIT; BEGIN IMMEDIATE`);
  held.add(db);
  return {
    release: () => {
      if (held.delete(db)) db.close();
    },
  };
}

/** Of a file that held nothing of use nobody knows it. */
function holderIn(db: Database.Database): string {
  const [pid] = db.prepare('PRAGMA user_version').raw(true).get() as [number];
  return pid === 0 ? 'unknown' : String(pid);
}

/** The lock of the server: one on a database. @throws StoreError another has it: the sentence says which, and what to do */
export function lockForServer(path: string): ProcessLock {
  const lock = lockBeside(path, 'lock', 0);
  if ('release' in lock) return lock;
  throw new StoreError(
    'unusable',
    `${path} is in use by another server (process ${lock.heldBy}); stop that one, or name another file with --data`,
  );
}

const KEYS_WAIT_MS = 10_000;

/** Whoever writes a key file together with the database does so alone. @throws StoreError another does not come to its end */
export function aloneWithKeys<T>(path: string, work: () => T): T {
  const lock = lockBeside(path, 'keys-lock', KEYS_WAIT_MS);
  if (!('release' in lock)) {
    throw new StoreError(
      'failed',
      `${path} is being changed by another parley-keys (process ${lock.heldBy}); wait for its end, and try again`,
    );
  }
  try {
    return work();
  } finally {
    lock.release();
  }
}
