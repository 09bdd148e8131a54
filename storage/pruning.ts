/**
 * The removal of old texts while the server runs. What stays of a pair is copied, page by page, to a spare place, which then
 * takes the pair's name; what was there is deleted. So at every commit the history is whole, and the lock that a server waits
 * for is held for moments only. Must never be here: a decision what is old.
 */
import { StoreError } from '../machines/ports';
import type { Connection, Statement } from './connection';
import { damaged } from './failure';
import type { FiledRun } from './history';

/** How the work is cut; for tests. */
export interface Portions {
  /** After so many milliseconds a portion is committed: far below the time that a server waits for the lock (open.ts). */
  readonly ms: number;
  /** Others write now. A process that waits for the lock looks every 100 ms at the latest (SQLite's busy handler). */
  readonly between: () => Promise<void>;
}
const PORTIONS: Portions = { ms: 100, between: () => new Promise((done) => setTimeout(done, 120)) };

type Page = readonly [first: number, count: number, runs: Buffer];
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
  SELECT at & 0xffffffff, count, CAST(runs AS BLOB) FROM pages
  WHERE at > (?1 << 32 | ?2) AND at < (?1 + 1) << 32 ORDER BY at LIMIT 1`;
const FORGET =
  'DELETE FROM pairs WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM pages WHERE at > ?1 << 32 AND at < (?1 + 1) << 32)';

function statementsOf(connection: Connection): Statements {
  return {
    next: connection.prepare<Page>(NEXT),
    remove: connection.prepare('DELETE FROM pages WHERE at = (?1 << 32 | ?2)'),
    insert: connection.prepare('INSERT INTO pages VALUES (?1 << 32 | ?2, ?3, ?4)'),
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
  pairs: readonly number[],
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
  pairs: readonly number[],
  before: number,
  token: string,
): Generator<void, number> {
  const { reserve, spare, left, release, next } = statements;
  // In the first portion, so that all others can ask whether it is still there.
  reserve.run([token]);
  for (let found = left.get([token]); found; found = left.get([token])) {
    const [id, high] = found;
    yield* clear(statements, id);
    release.run([high]);
  }
  let removed = 0;
  for (const pair of pairs) {
    const [place = 0] = spare.get([token]) ?? [];
    let copied = 0;
    // The server may add pages at the end meanwhile; the last look and the change of names are one step.
    for (let page = next.get([pair, 0]); page; page = next.get([pair, page[0]])) {
      const [, count, bytes] = page;
      const kept = runsIn(connection, bytes).filter(([, , time]) => time >= before);
      const staying = kept.reduce((sum, [, , , texts]) => sum + texts.length, 0);
      if (staying > 0) statements.insert.run([place, copied + 1, staying, JSON.stringify(kept)]);
      copied += staying;
      removed += count - staying;
      yield;
    }
    change(statements, pair, place);
    yield* clear(statements, pair);
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

function hasOld(connection: Connection, { next }: Statements, pair: number, before: number): boolean {
  for (let page = next.get([pair, 0]); page; page = next.get([pair, page[0]])) {
    if (runsIn(connection, page[2]).some(([, , time]) => time < before)) return true;
  }
  return false;
}

function runsIn(connection: Connection, bytes: Buffer): readonly FiledRun[] {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as FiledRun[];
  } catch {
    throw damaged(connection.path, 'a stored text is not UTF-8');
  }
}
