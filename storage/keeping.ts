/**
 * What an operator does with the data while the server runs: a copy of all of it, the list of pairs, and the removal of old
 * texts. Everything in transactions short enough for a server that wants to write in between. Must never be here: a decision
 * what is old.
 */
import { closeSync, fsyncSync, rmSync } from 'node:fs';
import type { Store } from '../machines/ports';
import type { Connection } from './connection';
import { openFile } from './file';
import type { Filing } from './history';
import { openDatabase, verify } from './open';
import { prunePairs, type Portions } from './pruning';
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
    pairs: () => pairsOf(connection, store),
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
    .map(([, a, b]) => ({ a, b, texts: store.count(a, b) }))
    .filter(({ texts }) => texts > 0);
}

async function prune(connection: Connection, store: Filing, before: number, portions?: Portions): Promise<number> {
  store.fileNow();
  const pairs = rowsOf(connection).map(([id]) => id);
  return prunePairs(connection, pairs, before, portions);
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
