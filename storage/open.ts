/**
 * Opening the database file. A file that is not ours, is newer than we are, or is damaged is left as it is, to the byte
 * (P16, protocol 7, number 103): libsql opens and creates whatever it is told to, so everything is checked before.
 */
import Database from 'libsql';
import { accessSync, chmodSync, closeSync, constants, openSync, readSync, statSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StoreError } from '../machines/ports';
import { BESIDE, refuseOthers, withoutLinks } from './beside';
import { BUSY_TIMEOUT_MS, WAIT, Connection } from './connection';
import { checkCounters } from './counters';
import { isShared, openFile } from './file';
import { BUSY, codeOf, DAMAGE, errnoOf, meaningOf } from './failure';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema';
import { foreignSchema, hasOurTables, OTHER_TABLES, unchanged } from './unchanged';
import { UPGRADES } from './upgrades';

const BUSY_STEP_MS = 10;

function unusable(sentence: string, cause?: unknown): StoreError {
  return new StoreError('unusable', sentence, cause === undefined ? {} : { cause });
}

/**
 * Opens the database at `path`, in write-ahead mode; only its owner can read it.
 * @param create whether a missing (or empty) file is made a database
 * @throws StoreError the file cannot be used; the sentence says what to do
 */
export function openDatabase(path: string, create: boolean): Connection {
  const isNew = admit(path, create);
  const file = withoutLinks(path);
  refuseOthers(file, BESIDE);
  keepPrivate(file);
  try {
    if (!isNew) verify(path);
    const db = prepared(path, new Database(resolve(path)), isNew);
    return new Connection(path, db, unchanged(path, db));
  } catch (error) {
    throw meaningOf(error, path);
  }
}

/** @returns `db`, ready for use; closed again if it cannot be */
function prepared(path: string, db: Database.Database, isNew: boolean): Database.Database {
  try {
    db.exec(`${WAIT}; ${CAUTION}`);
    if (isNew) initialise(db);
    checkIdentity(path, pragma(db, 'application_id'), pragma(db, 'user_version'));
    useWriteAheadLog(path, db);
    upgrade(db);
    if (!hasOurTables(db)) throw unusable(foreignSchema(path, OTHER_TABLES));
    checkCounters(path, db);
    // A key that is removed leaves no trace in the file.
    db.exec('PRAGMA secure_delete = ON');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @returns whether the file is empty, as one just made is @throws StoreError `unusable` */
function admit(path: string, create: boolean): boolean {
  let stats = statsOf(path);
  if (stats === undefined) {
    if (!create)
      throw unusable(`${path} does not exist; "parley-keys add" makes it together with the first subscriber`);
    makeEmpty(path);
    stats = statsOf(path);
  }
  if (!stats?.isFile()) {
    throw unusable(`${path} is ${stats?.isDirectory() ? 'a directory' : 'not a regular file'}; name another file`);
  }
  if (stats.size === 0) {
    if (!create) throw unusable(`${path} is empty; remove it, or put back a copy of the database`);
    return true;
  }
  if (stats.nlink > 1) throw unusable(severalNames(path, stats.nlink));
  checkHeader(path);
  refuseReadOnly(path);
  return false;
}

/** SQLite keeps the write-ahead log and the locks beside a name (sqlite.org/howtocorrupt.html 2.5), and so do we. */
function severalNames(path: string, count: number): string {
  return `${path} is one of ${String(count)} names (hard links) of one file, and whoever uses another does not see this one; remove the others, or copy the file and use the copy`;
}

/** SQLite says of a read-only file system that it has no permission. */
function refuseReadOnly(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    if (errnoOf(error) === 'EROFS') throw readOnly(path, error);
  }
}
function readOnly(path: string, cause: unknown): StoreError {
  return unusable(`${path} is on a file system that is read-only; mount it for writing, or name another file`, cause);
}

function statsOf(path: string): Stats | undefined {
  try {
    // Without throwIfNoEntry, which versions of Node understand differently when a parent is a file.
    return statSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw unusable(`${path} cannot be used (${errnoOf(error)})`, error);
  }
}

/** Makes a file that is missing, for its owner alone. @throws StoreError `unusable` */
export function makePrivate(path: string): void {
  if (statsOf(path) === undefined) makeEmpty(path);
  refuseOthers(path, ['']);
  keepPrivate(path);
}

/** SQLite gives -wal and -shm the mode of the file they belong to, so the file is made before SQLite sees it. */
function makeEmpty(path: string): void {
  try {
    closeSync(openFile(path, 'new', 'secret'));
  } catch (error) {
    // Another process was faster.
    if (error instanceof StoreError && error.kind === 'exists') return;
    const code = errnoOf((error as Error).cause);
    if (code === 'EROFS') throw readOnly(path, error);
    if (code === 'ENOENT') throw unusable(`${path} cannot be made: make the directory ${dirname(path)} first`, error);
    throw unusable(`${path} cannot be made (${code}); name another file`, error);
  }
}

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

/** Reads the first bytes (sqlite.org/fileformat.html 1.3) without SQLite, which would leave files beside a foreign one. */
function checkHeader(path: string): void {
  const header = Buffer.alloc(HEADER_BYTES);
  let length: number;
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    length = readSync(file, header);
  } catch (error) {
    throw unusable(`${path} cannot be read (${errnoOf(error)}); check its mode and owner`, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
  if (length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw unusable(`${path} is not a database; name another file, or put back a copy of the database`);
  }
  checkIdentity(path, header.readUInt32BE(68), header.readUInt32BE(60));
}

function checkIdentity(path: string, application: number, version: number): void {
  if (application !== APPLICATION_ID) throw unusable(`${path} is a database of another program; name another file`);
  if (version > SCHEMA_VERSION) {
    throw unusable(`${path} was made by a newer version of Parley; use that version, or name another file`);
  }
  if (version < 1) throw unusable(`${path} is damaged (no version); put back a copy of it`);
}

/** An older file may have been copied here with another mode. */
function keepPrivate(path: string): void {
  for (const end of ['', ...BESIDE]) {
    const file = `${path}${end}`;
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined || !isShared(stats)) continue;
    try {
      chmodSync(file, 0o600);
    } catch (error) {
      if (errnoOf(error) === 'EROFS') throw readOnly(file, error);
      throw unusable(`${file} can be read by others; run "chmod 600 ${file}" as its owner`, error);
    }
  }
}

/**
 * Looks for damage on a connection that cannot write: closing one that can would take the write-ahead log over into the
 * damaged file.
 */
export function verify(path: string): void {
  const db = new Database(`${pathToFileURL(resolve(path)).href}?mode=ro`);
  try {
    db.exec(`${WAIT}; ${CAUTION}`);
    refuseCode(path, db);
    // All of quick_check (P16), and the two small indexes too, in the same time: 0.2 s for a million texts. Its answer is
    // compared there and not read here: libsql ends the process on a string that is not UTF-8.
    const row = db.prepare("SELECT integrity_check = 'ok' FROM pragma_integrity_check(1)").raw(true).get() as [number];
    if (row[0] !== 1) throw damagedFile(path);
  } catch (error) {
    throw DAMAGE.includes(codeOf(error) ?? 0) ? damagedFile(path, error) : error;
  } finally {
    db.close();
  }
}

/** Functions named in a schema do nothing but what SQLite itself vouches for; a page is looked at before it is believed. */
const CAUTION = 'PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON';

/** Before anything of ours is written: a trigger would run with it. @throws StoreError `unusable` */
function refuseCode(path: string, db: Database.Database): void {
  const sql = "SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')";
  const [code] = db.prepare(sql).raw(true).get() as [number];
  if (code > 0) throw unusable(foreignSchema(path, 'has a trigger or a view, which Parley never makes'));
}

function damagedFile(path: string, cause?: unknown): StoreError {
  return unusable(
    `${path} is damaged; put back a copy of it, or move it away (with ${path}-wal) to begin without subscribers and history`,
    cause,
  );
}

/** All or nothing, and once: another process may be at it, too. */
function upgrade(db: Database.Database): void {
  if (pragma(db, 'user_version') === SCHEMA_VERSION) return;
  committed(db, () => {
    for (let next = UPGRADES[pragma(db, 'user_version')]; next; next = UPGRADES[pragma(db, 'user_version')]) next(db);
  });
}

/** In the ordinary journal mode, so that the header of the file says whose it is from the first commit on. */
function initialise(db: Database.Database): void {
  committed(db, () => {
    // Another process may have been faster.
    if (pragma(db, 'application_id') === 0) db.exec(SCHEMA);
  });
}

function committed(db: Database.Database, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** SQLite does not wait for a lock here, so two processes that open a new file at once must be kept apart by us. */
function useWriteAheadLog(path: string, db: Database.Database): void {
  for (let waited = 0; ; waited += BUSY_STEP_MS) {
    try {
      const [mode] = db.prepare('PRAGMA journal_mode = WAL').raw(true).get() as [string];
      if (mode !== 'wal')
        throw unusable(`${path} is on a file system without shared memory; name a file on a local disk`);
      return;
    } catch (error) {
      if (codeOf(error) !== BUSY || waited >= BUSY_TIMEOUT_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_STEP_MS);
    }
  }
}

function pragma(db: Database.Database, name: string): number {
  return (db.prepare(`PRAGMA ${name}`).raw(true).get() as [number])[0];
}
