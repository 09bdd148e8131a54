/**
 * The texts of every pair in SQLite (protocol 4.8). `append` is on the way of every chat message, so it writes one row for a
 * whole turn of the server, whoever wrote to whom: pages of a B-tree are what a commit costs, and texts put where they
 * belong would touch one for each pair. From time to time the turns are filed: each pair's texts go to pages of their own,
 * where they are found. What is not filed yet is in memory, too (unfiled.ts).
 */
import type { History, StoredText } from '../machines/ports';
import { pairOf, refuseIllFormed } from './agreement';
import type { Connection } from './connection';
import { damaged } from './failure';
import { Unfiled, type UnfiledPair } from './unfiled';

const APPEND = `
  INSERT INTO turns
  SELECT 1 + coalesce((SELECT max(id) FROM turns), (SELECT value FROM counters WHERE name = 'filed')), ?`;
const FIND = 'SELECT id FROM pairs WHERE low = ? AND high = ?';
const CREATE = 'INSERT INTO pairs (low, high) VALUES (?, ?)';
/** Number of the last text that is filed. */
const LAST = `
  SELECT (at & 0xffffffff) + count - 1 FROM pages WHERE at > ?1 << 32 AND at < (?1 + 1) << 32 ORDER BY at DESC LIMIT 1`;
const FILE = 'INSERT INTO pages VALUES (?1 << 32 | ?2, ?3, ?4)';
const FORGET = 'DELETE FROM turns';
const FILED = "UPDATE counters SET value = ? WHERE name = 'filed'";
/** The page with text number ?2, as bytes, since libsql ends the process on a string that is not UTF-8. */
const PAGE = `
  SELECT at & 0xffffffff, count, CAST(runs AS BLOB) FROM pages
  WHERE at > ?1 << 32 AND at <= (?1 << 32 | ?2) ORDER BY at DESC LIMIT 1`;

/** Turns are filed when this much of them, in characters, is not; it is also what a restart reads. */
const FILE_AFTER = 1_048_576;
/** A page of texts is one row. */
const PAGE_TEXTS = 256;

/** Texts of one sender, as a page has them. */
export type FiledRun = readonly [fromLow: 0 | 1, session: number, time: number, texts: readonly string[]];

export interface Filing {
  /** Files every turn now: for whoever rewrites the pages. @throws StoreError */
  fileNow(): void;
}

/** The history kept in `connection`; errors and order as the port says. @param fileAfter see above; a test files often */
export function sqliteHistory(connection: Connection, fileAfter = FILE_AFTER): History & Filing {
  const append = connection.prepare(APPEND);
  const find = connection.prepare<[pair: number]>(FIND);
  const create = connection.prepare(CREATE);
  const last = connection.prepare<[last: number]>(LAST);
  const file = connection.prepare(FILE);
  const forget = connection.prepare(FORGET);
  const filed = connection.prepare(FILED);
  const page = connection.prepare<[first: number, count: number, runs: Buffer]>(PAGE);
  const unfiled = new Unfiled(connection);
  const utf8 = new TextDecoder('utf-8', { fatal: true });

  const lastFiled = (pair: number | undefined): number => (pair === undefined ? 0 : (last.get([pair])?.[0] ?? 0));
  const pairId = (a: string, b: string): number | undefined => find.get(pairOf(a, b))?.[0];

  /** Everything goes to the pages of its pair; part of a transaction. */
  const fileAll = (): void => {
    unfiled.refresh();
    for (const { low, high, runs } of unfiled.pairs()) {
      const pair = pairId(low, high) ?? Number(create.run([low, high]).lastInsertRowid);
      let first = lastFiled(pair) + 1;
      for (const { count, json } of pagesOf(low, runs)) {
        file.run([pair, first, count, json]);
        first += count;
      }
    }
    filed.run([unfiled.last]);
    forget.run([]);
  };

  const decode = (bytes: Buffer): readonly FiledRun[] => {
    try {
      return JSON.parse(utf8.decode(bytes)) as FiledRun[];
    } catch {
      // Without the cause: an error of the parser quotes what it read.
      throw damaged(connection.path, 'a stored text is not UTF-8');
    }
  };

  /** The texts of the page that has number `n`, from there on. */
  const pageFrom = (pair: number, low: string, high: string, n: number): StoredText[] => {
    const [first = 0, count = 0, bytes] = connection.attempt(() => page.get([pair, n])) ?? [];
    if (bytes === undefined || n >= first + count) throw damaged(connection.path, 'texts are missing');
    let next = first;
    const texts = decode(bytes).flatMap(([fromLow, session, time, said]) =>
      said.map((text) => ({ n: next++, session, sender: fromLow === 1 ? low : high, time, text })),
    );
    if (texts.length !== count) throw damaged(connection.path, 'texts are missing');
    return texts.slice(n - first);
  };

  /** All of it, or nothing: then what was mirrored for it must not stay, or the next filing would write what was never stored. */
  const committed = (work: () => void): void => {
    try {
      connection.transaction(work);
    } finally {
      unfiled.clear();
    }
  };

  return {
    append(runs) {
      if (runs.length === 0) return;
      refuseIllFormed(runs);
      const json = JSON.stringify(
        runs.map(({ sender, recipient, session, time, texts }) => [sender, recipient, session, time, texts]),
      );
      if (Number.isNaN(unfiled.last)) connection.attempt(() => unfiled.refresh());
      if (unfiled.size + json.length < fileAfter) {
        const { lastInsertRowid } = connection.transaction(() => append.run([json]));
        unfiled.added(Number(lastInsertRowid), runs, json.length);
        return;
      }
      // The turns' texts stay in the file anyway, in pages: zeros in their place would cost a third of the filing.
      connection.under('PRAGMA secure_delete = OFF', 'PRAGMA secure_delete = ON', () =>
        committed(() => {
          append.run([json]);
          fileAll();
        }),
      );
    },
    fileNow: () => committed(fileAll),
    count(a, b) {
      return connection.attempt(() => {
        unfiled.refresh();
        return lastFiled(pairId(a, b)) + unfiled.count(a, b);
      });
    },
    page(a, b, after, limit) {
      const [low, high] = pairOf(a, b);
      const texts: StoredText[] = [];
      const pair = connection.attempt(() => {
        unfiled.refresh();
        return pairId(low, high);
      });
      const filedOnes = connection.attempt(() => lastFiled(pair));
      let n = after + 1;
      for (; pair !== undefined && n <= filedOnes && texts.length < limit; n = after + 1 + texts.length) {
        texts.push(...pageFrom(pair, low, high, n));
      }
      if (texts.length < limit) texts.push(...unfiled.page(a, b, n - 1 - filedOnes, limit - texts.length, filedOnes));
      return texts.length > limit ? texts.slice(0, limit) : texts;
    },
  };
}

/** The runs of a pair, cut into pages. */
function* pagesOf(
  low: string,
  runs: UnfiledPair['runs'],
): Generator<{ readonly count: number; readonly json: string }> {
  let page: FiledRun[] = [];
  let count = 0;
  for (const { sender, session, time, texts } of runs) {
    for (let at = 0; at < texts.length;) {
      const part = texts.slice(at, at + PAGE_TEXTS - count);
      page.push([sender === low ? 1 : 0, session, time, part]);
      at += part.length;
      count += part.length;
      if (count < PAGE_TEXTS) continue;
      yield { count, json: JSON.stringify(page) };
      page = [];
      count = 0;
    }
  }
  if (count > 0) yield { count, json: JSON.stringify(page) };
}
