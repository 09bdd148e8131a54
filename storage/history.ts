/**
 * The texts of every pair in SQLite (protocol 4.8). `append` is on the way of every chat message, so it writes one row for a
 * whole turn of the server, whoever wrote to whom: pages of a B-tree are what a commit costs, and texts put where they
 * belong would touch one for each pair. From time to time the turns are filed: each pair's texts go to pages of their own,
 * where they are found. What is not filed yet is in memory, too (unfiled.ts).
 */
import type { History, StoredText } from '../machines/ports';
import { pairOf, refuseIllFormed } from './agreement';
import type { Connection } from './connection';
import { counterOf } from './counters';
import { damaged } from './failure';
import { PairQuota } from './quota';
import { bytesOf, runsOfPage, type FiledRun, type Page } from './rows';
import { sumOfPage, sumOfTurn } from './sums';
import { Unfiled, type UnfiledPair } from './unfiled';

const APPEND = `
  INSERT INTO turns
  SELECT 1 + coalesce((SELECT max(id) FROM turns), (SELECT value FROM counters WHERE name = 'filed')), ?1, ?2`;
const FIND = 'SELECT id, low_from, high_from, bytes FROM pairs WHERE low = ? AND high = ?';
const CREATE = 'INSERT INTO pairs (low, high) VALUES (?, ?)';
/** Number of the last text that is filed. */
const LAST = `
  SELECT (at & 0xffffffff) + count - 1 FROM pages WHERE at > ?1 << 32 AND at < (?1 + 1) << 32 ORDER BY at DESC LIMIT 1`;
const FILE = 'INSERT INTO pages VALUES (?1 << 32 | ?2, ?3, ?4, ?5)';
const GROW = 'UPDATE pairs SET bytes = bytes + ?2 WHERE id = ?1';
const FORGET = 'DELETE FROM turns';
/** The page with text number ?2, as bytes, since libsql ends the process on a string that is not UTF-8. */
const PAGE = `
  SELECT at & 0xffffffff, count, CAST(runs AS BLOB), sum FROM pages
  WHERE at > ?1 << 32 AND at <= (?1 << 32 | ?2) ORDER BY at DESC LIMIT 1`;
const PAIRS_OF = 'SELECT id FROM pairs WHERE ?1 IN (low, high) AND id > ?2 ORDER BY id LIMIT 1';

/** Turns are filed when this much of them, in characters, is not; it is also what a restart reads. */
const FILE_AFTER = 1_048_576;
/** A page of texts is one row. */
const PAGE_TEXTS = 256;

export interface Filing {
  /** Files every turn now: for whoever rewrites the pages. @throws StoreError */
  fileNow(): void;
  /** Both of the pair, whoever reads: all texts there are. @throws StoreError */
  readonly whole: Pick<History, 'count' | 'page'>;
  /**
   * The Client-ID belongs to somebody else from now on, who does not see the texts of before; part of a transaction of
   * `writing`. @returns how many there are
   */
  renew(id: string): number;
  /** A transaction that may file. @throws StoreError */
  writing<T>(work: () => T): T;
}

/**
 * The history kept in `connection`; errors and order as the port says.
 * @param fileAfter see above; a test files often @param pairMax bytes of one pair, 0 for no bound
 */
export function sqliteHistory(connection: Connection, fileAfter = FILE_AFTER, pairMax = 0): History & Filing {
  const append = connection.prepare(APPEND);
  const find = connection.prepare<[pair: number, lowFrom: number, highFrom: number, bytes: number]>(FIND);
  const create = connection.prepare(CREATE);
  const last = connection.prepare<[last: number]>(LAST);
  const file = connection.prepare(FILE);
  const grow = connection.prepare(GROW);
  const forget = connection.prepare(FORGET);
  const filed = counterOf(connection, 'filed');
  const page = connection.prepare<Page>(PAGE);
  const ofLow = connection.prepare('UPDATE pairs SET low_from = ?3 WHERE id = ?1 AND low = ?2');
  const ofHigh = connection.prepare('UPDATE pairs SET high_from = ?3 WHERE id = ?1 AND high = ?2');
  const pairsOf = connection.prepare<[id: number]>(PAIRS_OF);
  const unfiled = new Unfiled(connection);
  const quota = new PairQuota(connection, pairMax);

  const lastFiled = (pair: number | undefined): number => (pair === undefined ? 0 : (last.get([pair])?.[0] ?? 0));
  const pairId = (a: string, b: string): number | undefined => find.get(pairOf(a, b))?.[0];

  /** Everything goes to the pages of its pair; part of a transaction. */
  const fileAll = (): void => {
    unfiled.refresh();
    for (const { low, high, runs } of unfiled.pairs()) {
      const pair = pairId(low, high) ?? Number(create.run([low, high]).lastInsertRowid);
      let first = lastFiled(pair) + 1;
      for (const { count, json } of pagesOf(low, runs)) {
        file.run([pair, first, count, json, sumOfPage(low, high, first, count, json)]);
        first += count;
      }
      grow.run([pair, runs.reduce((sum, { texts }) => sum + bytesOf(texts), 0)]);
    }
    filed.write(unfiled.last);
    forget.run([]);
  };

  /** The texts of the page that has number `n`, from there on. */
  const pageFrom = (pair: number, low: string, high: string, n: number): StoredText[] => {
    const found = connection.attempt(() => page.get([pair, n]));
    if (found === undefined || n >= found[0] + found[1]) throw damaged(connection.path, 'texts are missing');
    let [next] = found;
    const texts = runsOfPage(connection, { low, high }, found).flatMap(([fromLow, session, time, said]) =>
      said.map((text) => ({ n: next++, session, sender: fromLow === 1 ? low : high, time, text })),
    );
    return texts.slice(n - found[0]);
  };

  /** All of it, or nothing: then what was mirrored for it must not stay, or the next filing would write what was never stored. */
  const writing = <T>(work: () => T): T => {
    try {
      return connection.transaction(work);
    } finally {
      unfiled.clear();
      quota.filed();
    }
  };

  const whole: Filing['whole'] = {
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
  /** Texts of the pair that this reader does not see: those of an earlier subscriber with the same Client-ID. */
  const unseen = (reader: string, other: string): number => {
    const [, lowFrom = 0, highFrom = 0] = connection.attempt(() => find.get(pairOf(reader, other))) ?? [];
    return reader < other ? lowFrom : highFrom;
  };

  return {
    append(runs) {
      if (runs.length === 0) return;
      refuseIllFormed(runs);
      quota.check(runs);
      const json = JSON.stringify(
        runs.map(({ sender, recipient, session, time, texts }) => [sender, recipient, session, time, texts]),
      );
      const sum = sumOfTurn(json);
      if (Number.isNaN(unfiled.last)) connection.attempt(() => unfiled.refresh());
      if (unfiled.size + json.length < fileAfter) {
        const { lastInsertRowid } = connection.transaction(() => append.run([json, sum]));
        unfiled.added(Number(lastInsertRowid), runs, json.length);
        return;
      }
      // The turns' texts stay in the file anyway, in pages: zeros in their place would cost a third of the filing.
      connection.under('PRAGMA secure_delete = OFF', 'PRAGMA secure_delete = ON', () =>
        writing(() => {
          append.run([json, sum]);
          fileAll();
        }),
      );
    },
    fileNow: () => writing(fileAll),
    writing,
    whole,
    renew(id) {
      fileAll();
      let texts = 0;
      for (let found = pairsOf.get([id, 0]); found; found = pairsOf.get([id, found[0]])) {
        const count = lastFiled(found[0]);
        for (const side of [ofLow, ofHigh]) side.run([found[0], id, count]);
        texts += count;
      }
      return texts;
    },
    count: (reader, other) => whole.count(reader, other) - unseen(reader, other),
    page(reader, other, after, limit) {
      const hidden = unseen(reader, other);
      const texts = whole.page(reader, other, after + hidden, limit);
      return hidden === 0 ? texts : texts.map((text) => ({ ...text, n: text.n - hidden }));
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
