/**
 * What an operator does with the data while the server runs: a copy of all of it, the list of pairs, and the removal of old
 * texts. Everything in transactions short enough for a server that wants to write in between. Must never be here: a decision
 * what is old.
 */
import { closeSync, fsyncSync, rmSync } from 'node:fs';
import { StoreError, type Store } from '../machines/ports';
import type { Connection, Statement } from './connection';
import { damaged } from './failure';
import { openFile } from './file';
import type { Filing } from './history';
import { openDatabase, verify } from './open';
import { prunePairs, type Portions } from './pruning';
import { storeOn } from './sqlite';

/** What is wrong with the texts of a pair; without `fault` nothing is. */
export interface Finding extends Pair {
  readonly fault?: string;
}

export interface Pair {
  readonly a: string;
  readonly b: string;
  readonly texts: number;
}

/** Its history is whole, whoever reads. */
export interface Keeping extends Store {
  /** Every pair that has texts, in the order of the alphabet. @throws StoreError */
  pairs(): Pair[];
  /** Reads every text there is. @throws StoreError of what is nobody's */
  check(): Finding[];
  /**
   * Removes the texts stored before this moment, in portions; those that stay are numbered from 1 again.
   * @param before ms since 1970 @returns how many were removed @throws StoreError
   */
  prune(before: number): Promise<number>;
  /**
   * Copies everything, keys too, into a new file for its owner alone, as it stands at one moment.
   * @throws StoreError `exists`: nothing is overwritten; `full`, `failed`: no file is left
   */
  backup(path: string): void;
}

/** Opens the store in a file that exists, beside the server. @param portions of a removal; a test has its own @throws StoreError */
export function openKeeping(path: string, portions?: Portions): Keeping {
  const connection = openDatabase(path, false);
  const store = storeOn(connection, 'full');
  return {
    ...store,
    ...store.whole,
    pairs: () => pairsOf(connection, store),
    check: () => checkPairs(connection, store),
    prune: (before) => prune(connection, store, before, portions),
    backup: (to) => backup(connection, to),
  };
}

/** As bytes: libsql ends the process on a string that is not UTF-8, which damage can leave in a file. */
const PAIRS =
  "SELECT CAST(json_group_array(json_array(id, low, high)) AS BLOB) FROM (SELECT * FROM pairs WHERE low <> '' ORDER BY low, high)";
function rowsOf(connection: Connection): (readonly [id: number, low: string, high: string])[] {
  const query = connection.prepare<[json: Buffer]>(PAIRS);
  const [json] = connection.attempt(() => query.get([])) ?? [];
  return JSON.parse(json?.toString('utf8') ?? '[]') as [number, string, string][];
}

/** Filed first, so that a pair whose texts are all new is among them. */
function pairsOf(connection: Connection, store: Store & Filing): Pair[] {
  store.fileNow();
  return rowsOf(connection)
    .map(([, a, b]) => ({ a, b, texts: store.whole.count(a, b) }))
    .filter(({ texts }) => texts > 0);
}

const CHECKED_TEXTS = 512;

function checkPairs(connection: Connection, store: Store & Filing): Finding[] {
  const strays = connection.prepare<[pages: number]>(STRAYS);
  const orphans = connection.prepare<[pages: number]>(ORPHANS);
  store.fileNow();
  const findings = rowsOf(connection).map(([, a, b]): Finding => {
    let texts = 0;
    try {
      texts = store.whole.count(a, b);
      for (let n = 0; n < texts; n += CHECKED_TEXTS) store.whole.page(a, b, n, CHECKED_TEXTS);
      refuseAny(connection, strays, [a, b], 'behind the last text of a pair');
      return { a, b, texts };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { a, b, texts, fault: error.message };
    }
  });
  // Whose they were is known if somebody misses them.
  if (findings.every(({ fault }) => fault === undefined)) refuseAny(connection, orphans, [], 'of no pair');
  return findings.filter(({ texts, fault }) => texts > 0 || fault !== undefined);
}

/** @throws StoreError: there are such pages */
function refuseAny(
  connection: Connection,
  query: Statement<readonly [pages: number]>,
  values: readonly unknown[],
  where: string,
): void {
  const [pages = 0] = connection.attempt(() => query.get(values)) ?? [];
  if (pages > 0) throw damaged(connection.path, `${String(pages)} pages of texts are ${where}`);
}
const STRAYS = `
  SELECT count(*) FROM pairs JOIN pages ON at > (pairs.id << 32 | pairs.count) AND at < (pairs.id + 1) << 32
  WHERE low = ? AND high = ?`;
const ORPHANS = 'SELECT count(*) FROM pages WHERE at >> 32 NOT IN (SELECT id FROM pairs)';

async function prune(connection: Connection, store: Filing, before: number, portions?: Portions): Promise<number> {
  store.fileNow();
  return prunePairs(connection, rowsOf(connection), before, portions);
}

function backup(connection: Connection, path: string): void {
  // Made before SQLite sees it: nobody else's file is touched, and nobody else can read it at any moment.
  closeSync(openFile(path, 'new', 'secret'));
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
  const file = openFile(path, 'append', 'secret');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
