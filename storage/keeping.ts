/**
 * What an operator does with the data while the server runs: a copy of all of it, the list of pairs, and the removal of old
 * texts. Everything in transactions short enough for a server that wants to write in between. Must never be here: a decision
 * what is old.
 */
import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { StoreError, type Store } from '../machines/ports';
import type { Connection, Statement } from './connection';
import { damaged } from './failure';
import type { FiledRun, Filing } from './history';
import { openDatabase, verify } from './open';
import { storeOn } from './sqlite';

export interface Pair {
  readonly a: string;
  readonly b: string;
  readonly texts: number;
}

export interface Keeping extends Store {
  /** Every pair that has texts, in the order of the alphabet. @throws StoreError */
  pairs(): Pair[];
  /**
   * Removes the texts stored before this moment, a pair at a time; those that stay are numbered from 1 again.
   * @param before ms since 1970 @returns how many were removed @throws StoreError
   */
  prune(before: number): number;
  /**
   * Copies everything, keys too, into a new file for its owner alone, as it stands at one moment.
   * @throws StoreError `exists`: nothing is overwritten; `full`, `failed`: no file is left
   */
  backup(path: string): void;
}

/** Opens the store in a file that exists, beside the server. @throws StoreError */
export function openKeeping(path: string): Keeping {
  const connection = openDatabase(path, false);
  const store = storeOn(connection, 'full');
  return {
    ...store,
    pairs: () => pairsOf(connection, store),
    prune: (before) => prune(connection, store, before),
    backup: (to) => backup(connection, to),
  };
}

/** As bytes: libsql ends the process on a string that is not UTF-8, which damage can leave in a file. */
const PAIRS =
  'SELECT CAST(json_group_array(json_array(id, low, high)) AS BLOB) FROM (SELECT * FROM pairs ORDER BY low, high)';
const NEXT = `
  SELECT at & 0xffffffff, count, CAST(runs AS BLOB) FROM pages
  WHERE at > (?1 << 32 | ?2) AND at < (?1 + 1) << 32 ORDER BY at LIMIT 1`;
const REMOVE = 'DELETE FROM pages WHERE at = (?1 << 32 | ?2)';
const INSERT = 'INSERT INTO pages VALUES (?1 << 32 | ?2, ?3, ?4)';
const FORGET =
  'DELETE FROM pairs WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM pages WHERE at > ?1 << 32 AND at < (?1 + 1) << 32)';

function rowsOf(connection: Connection): (readonly [id: number, low: string, high: string])[] {
  const query = connection.prepare<[json: Buffer]>(PAIRS);
  const [json] = connection.attempt(() => query.get([])) ?? [];
  return JSON.parse(json?.toString('utf8') ?? '[]') as [number, string, string][];
}

/** Filed first, so that a pair whose texts are all new is among them. */
function pairsOf(connection: Connection, store: Store & Filing): Pair[] {
  store.fileNow();
  return rowsOf(connection)
    .map(([, a, b]) => ({ a, b, texts: store.count(a, b) }))
    .filter(({ texts }) => texts > 0);
}

function prune(connection: Connection, store: Filing, before: number): number {
  store.fileNow();
  const statements: Statements = {
    next: connection.prepare<Page>(NEXT),
    remove: connection.prepare(REMOVE),
    insert: connection.prepare(INSERT),
    forget: connection.prepare(FORGET),
  };
  return rowsOf(connection).reduce(
    (sum, [pair]) => sum + connection.transaction(() => prunePair(connection, statements, pair, before)),
    0,
  );
}
type Page = readonly [first: number, count: number, runs: Buffer];
interface Statements {
  readonly next: Statement<Page>;
  readonly remove: Statement;
  readonly insert: Statement;
  readonly forget: Statement;
}

/** Pages move down into the numbers that became free, in order, so none is ever in another's place. */
function prunePair(
  connection: Connection,
  { next, remove, insert, forget }: Statements,
  pair: number,
  before: number,
): number {
  let removed = 0;
  for (let page = next.get([pair, 0]); page; page = next.get([pair, page[0]])) {
    const [first, count, bytes] = page;
    const kept = runsIn(connection, bytes).filter(([, , time]) => time >= before);
    const left = kept.reduce((sum, [, , , texts]) => sum + texts.length, 0);
    if (removed === 0 && left === count) continue;
    remove.run([pair, first]);
    if (left > 0) insert.run([pair, first - removed, left, JSON.stringify(kept)]);
    removed += count - left;
  }
  forget.run([pair]);
  return removed;
}

function runsIn(connection: Connection, bytes: Buffer): readonly FiledRun[] {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as FiledRun[];
  } catch {
    throw damaged(connection.path, 'a stored text is not UTF-8');
  }
}

function backup(connection: Connection, path: string): void {
  // Made before SQLite sees it: nobody else's file is touched, and nobody else can read it at any moment.
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'EEXIST') throw new StoreError('exists', `${path} exists already; name another file`);
    throw new StoreError('failed', `${path} cannot be made (${code}); name another file`, { cause: error });
  }
  try {
    connection.attempt(() => connection.prepare('VACUUM INTO ?').run([path]));
    sync(path);
    verify(path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
