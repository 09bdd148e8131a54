/**
 * The removal of old texts while the server runs. What stays of a pair is copied, page by page, to a spare place, which then
 * takes the pair's name; what was there is deleted. So at every commit the history is whole, and the lock that a server waits
 * for is held for moments only. Must never be here: a decision what is old.
 */
import { StoreError } from '../machines/ports';
import type { Connection, Statement } from './connection';
import { damaged } from './failure';
import { pairsIn } from './pairs';
import { sumOfPage } from './sums';
import { bytesOf, runsOfPage, type FiledRun, type Page, type PairNames } from './rows';

/** How the work is cut; for tests. */
export interface Portions {
  /** After so many milliseconds a portion is committed: far below the time that a server waits for the lock (open.ts). */
  readonly ms: number;
  /** Others write now. A process that waits for the lock looks every 100 ms at the latest (SQLite's busy handler). */
  readonly between: () => Promise<void>;
}
const PORTIONS: Portions = { ms: 100, between: () => new Promise((done) => setTimeout(done, 120)) };

/** A pair by its number. */
export type NumberedPair = readonly [id: number, low: string, high: string];
interface Statements {
  readonly next: Statement<Page>;
  readonly remove: Statement;
  readonly insert: Statement;
  readonly name: Statement;
  readonly forget: Statement;
  readonly reserve: Statement;
  readonly spare: Statement<readonly [id: number]>;
  readonly left: Statement<readonly [id: number, high: string]>;
  readonly release: Statement;
}

/** Bytes, since libsql ends the process on a string that is not UTF-8. */
const NEXT = `
  SELECT at & 0xffffffff, count, CAST(runs AS BLOB), sum FROM pages
  WHERE at > (?1 << 32 | ?2) AND at < (?1 + 1) << 32 ORDER BY at LIMIT 1`;
const FORGET =
  'DELETE FROM pairs WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM pages WHERE at > ?1 << 32 AND at < (?1 + 1) << 32)';

function statementsOf(connection: Connection): Statements {
  return {
    next: connection.prepare<Page>(NEXT),
    remove: connection.prepare('DELETE FROM pages WHERE at = (?1 << 32 | ?2)'),
    insert: connection.prepare('INSERT INTO pages VALUES (?1 << 32 | ?2, ?3, ?4, ?5)'),
    name: connection.prepare('UPDATE pairs SET id = ?2 WHERE id = ?1'),
    forget: connection.prepare(FORGET),
    // No Client-ID is empty, so nobody finds it; a row of its own, so that no new pair gets its number.
    reserve: connection.prepare("INSERT INTO pairs (low, high) VALUES ('', ?)"),
    spare: connection.prepare<readonly [id: number]>("SELECT id FROM pairs WHERE low = '' AND high = ?"),
    left: connection.prepare<readonly [id: number, high: string]>(
      "SELECT id, high FROM pairs WHERE low = '' AND high <> ? LIMIT 1",
    ),
    release: connection.prepare("DELETE FROM pairs WHERE low = '' AND high = ?"),
  };
}

/**
 * Removes the texts of these pairs that were stored before this moment; those that stay are numbered from 1 again. Interrupted,
 * it leaves every pair as it was or as it is to be, and a spare place that the next run clears.
 * @param before ms since 1970 @returns how many were removed @throws StoreError
 */
export async function prunePairs(
  connection: Connection,
  pairs: readonly NumberedPair[],
  before: number,
  { ms, between }: Portions = PORTIONS,
): Promise<number> {
  const statements = statementsOf(connection);
  // Only read, so nobody has to wait.
  const old = connection.attempt(() => pairs.filter((pair) => hasOld(connection, statements, pair, before)));
  const token = `${String(process.pid)} ${String(process.hrtime.bigint())}`;
  const work = steps(connection, statements, old, before, token);
  for (let reserved = false; ; reserved = true) {
    const end = connection.transaction(() => {
      if (reserved && statements.spare.get([token]) === undefined)
        throw new StoreError(
          'failed',
          `${connection.path} is being pruned by another process; wait for its end, and try again`,
        );
      const until = performance.now() + ms;
      for (;;) {
        const step = work.next();
        if (step.done || performance.now() >= until) return step;
      }
    });
    if (end.done) return end.value;
    await between();
  }
}

/** Each step leaves what may be committed. */
function* steps(
  connection: Connection,
  statements: Statements,
  pairs: readonly NumberedPair[],
  before: number,
  token: string,
): Generator<void, number> {
  const { reserve, spare, left, release, next } = statements;
  const rows = pairsIn(connection);
  // In the first portion, so that all others can ask whether it is still there.
  reserve.run([token]);
  for (let found = left.get([token]); found; found = left.get([token])) {
    const [id, high] = found;
    yield* clear(statements, id);
    release.run([high]);
  }
  let removed = 0;
  for (const pair of pairs) {
    const [id] = pair;
    const names = namesOf(pair);
    const [place = 0] = spare.get([token]) ?? [];
    let copied = 0;
    let bytes = 0;
    let read = 0;
    /** How many stay of those up to the end of a page: what a reader does not see ends with a page. */
    const staysUpTo = new Map([[0, 0]]);
    // The server may add pages at the end meanwhile; the last look and the change of names are one step.
    for (let page = next.get([id, 0]); page; page = next.get([id, page[0]])) {
      const [first, count] = page;
      const kept = runsOfPage(connection, names, page).filter(([, , time]) => time >= before);
      const staying = textsIn(kept);
      if (staying > 0) insert(statements, place, names, copied + 1, kept);
      copied += staying;
      bytes += kept.reduce((sum, [, , , texts]) => sum + bytesOf(texts), 0);
      removed += count - staying;
      read += count;
      staysUpTo.set(first + count - 1, copied);
      yield;
    }
    const { lowFrom = 0, highFrom = 0, count = 0 } = rows.find(names.low, names.high) ?? {};
    // Copied without them, nobody would ever miss them.
    if (count !== read) throw damaged(connection.path, 'texts are missing');
    change(statements, id, place);
    const [low, high] = [lowFrom, highFrom].map((from) => staysUpTo.get(from) ?? 0);
    // Of a pair that has no texts any more there is no row.
    if (copied > 0) rows.write({ ...names, lowFrom: low ?? 0, highFrom: high ?? 0, bytes, count: copied });
    yield* clear(statements, id);
  }
  release.run([token]);
  return removed;
}

/** The pair gets the place, and its old place becomes the spare one. */
function change({ name, forget }: Statements, pair: number, place: number): void {
  name.run([pair, -1]);
  name.run([place, pair]);
  name.run([-1, place]);
  forget.run([place]);
}

function* clear({ next, remove }: Statements, place: number): Generator<void> {
  for (let page = next.get([place, 0]); page; page = next.get([place, 0])) {
    remove.run([place, page[0]]);
    yield;
  }
}

function namesOf([, low, high]: NumberedPair): PairNames {
  return { low, high };
}
function textsIn(runs: readonly FiledRun[]): number {
  return runs.reduce((sum, [, , , texts]) => sum + texts.length, 0);
}
function insert(
  statements: Statements,
  place: number,
  { low, high }: PairNames,
  first: number,
  runs: readonly FiledRun[],
): void {
  const json = JSON.stringify(runs);
  const count = textsIn(runs);
  statements.insert.run([place, first, count, json, sumOfPage(low, high, first, count, json)]);
}

function hasOld(connection: Connection, { next }: Statements, pair: NumberedPair, before: number): boolean {
  const [id] = pair;
  for (let page = next.get([id, 0]); page; page = next.get([id, page[0]])) {
    if (runsOfPage(connection, namesOf(pair), page).some(([, , time]) => time < before)) return true;
  }
  return false;
}
