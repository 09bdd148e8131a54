/**
 * What an error of SQLite means to us, as data. A sentence made here names the file and what to do, and never holds a
 * text or a key: SQLite's own messages hold names of tables and columns, no values.
 */
import { StoreError } from '../machines/ports';

/** By SQLite's primary result code (sqlite.org/rescode.html); FILE stands for the file. */
const MEANINGS: Readonly<Record<number, readonly [kind: 'full' | 'failed', sentence: string]>> = {
  1: ['failed', 'FILE is damaged (its tables are not as they were made); stop the server and put back a copy of it'],
  3: ['failed', 'no permission to read or write FILE; check its mode and owner'],
  5: ['failed', 'FILE is locked by another process; stop that process or try again'],
  8: ['failed', 'FILE cannot be written; check its mode, its owner and its file system'],
  10: ['failed', 'FILE cannot be read or written (input/output error); check the disk'],
  11: ['failed', 'FILE is damaged; stop the server and put back a copy of it'],
  13: ['full', 'no room to write FILE; make room on its disk'],
  14: ['failed', 'FILE cannot be opened; check the permissions of its directory'],
  26: ['failed', 'FILE is not a database any more; stop the server and put back a copy of it'],
};

/** Another process has the lock. */
export const BUSY = 5;
/** A malformed page, a schema that makes no sense, no database. */
export const DAMAGE: readonly number[] = [11, 1, 26];

/** The database at `path` holds what no program of ours has written. */
export function damaged(path: string, what: string): StoreError {
  return new StoreError('failed', `${path} is damaged (${what}); stop the server and put back a copy of it`);
}

/** SQLite says the same of a full disk and of a file that may not grow. */
const FULL = 13;
const NO_ROOM =
  'no room to write FILE: it has its largest size (--store-max), or its disk is full; remove old texts with parley-history prune, raise --store-max, or make room on the disk';

/**
 * @param bounded whether the file has a largest size
 * @returns the StoreError for an error of libsql; anything else, our own bugs among them, as it is
 */
export function meaningOf(error: unknown, path: string, bounded = false): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  const { message } = error as Error;
  const [kind, meaning] = MEANINGS[code] ?? ['failed', `FILE cannot be used (${message})`];
  const sentence = bounded && code === FULL ? NO_ROOM : meaning;
  return new StoreError(
    kind,
    sentence.replace('FILE', () => path),
    { cause: error },
  );
}

/** @returns SQLite's primary result code; nothing for an error that is not libsql's */
export function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error) || !/^$|SQLITE/.test(String(error.code))) return undefined;
  // An error while opening has its code at the end of its message only. The low byte is the primary code.
  const raw = 'rawCode' in error ? error.rawCode : /: (\d+)"?\)?$/.exec(error.message)?.[1];
  return Number(raw) & 0xff;
}

/** The word of the system for why it failed, such as ENOENT. */
export function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
