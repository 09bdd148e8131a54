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
import { pairsIn, type Pair } from './pairs';
import { PairQuota } from './quota';
import { bytesOf, runsOfPage, type FiledRun, type Page } from './rows';
import { sumOfPage, sumOfTurn } from './sums';
import { Unfiled, type UnfiledPair } from './unfiled';

const APPEND = `
  INSERT INTO turns
  SELECT 1 + coalesce((SELECT max(id) FROM turns), (SELECT value FROM counters WHERE name = 'filed')), ?1, ?2`;
/** Number of the last text that is filed, where the row of the pair does not say it any more. */
const LAST = `
  SELECT (at & 0xffffffff) + count - 1 FROM pages WHERE at > ?1 << 32 AND at < (?1 + 1) << 32 ORDER BY at DESC LIMIT 1`;
const FILE = 'INSERT INTO pages VALUES (?1 << 32 | ?2, ?3, ?4, ?5)';
const FORGET = 'DELETE FROM turns';
/** The page with text number ?2, as bytes, since libsql ends the process on a string that is not UTF-8. */
const PAGE = `
  SELECT at & 0xffffffff, count, CAST(runs AS BLOB), sum FROM pages
  WHERE at > ?1 << 32 AND at <= (?1 << 32 | ?2) ORDER BY at DESC LIMIT 1`;
const PAIRS_OF = `
  SELECT id, CAST(low AS BLOB), CAST(high AS BLOB) FROM pairs WHERE ?1 IN (low, high) AND id > ?2 ORDER BY id LIMIT 1`;

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
  const pairs = pairsIn(connection);
  const last = connection.prepare<[last: number]>(LAST);
  const file = connection.prepare(FILE);
  const forget = connection.prepare(FORGET);
  const filed = counterOf(connection, 'filed');
  const page = connection.prepare<Page>(PAGE);
  const pairsOf = connection.prepare<[id: number, low: Buffer, high: Buffer]>(PAIRS_OF);
  const unfiled = new Unfiled(connection);
  const quota = new PairQuota(connection, pairMax);

  /** A pair whose row was changed goes on where its pages end: it stays damaged, and nobody else notices. */
  const lastFiled = ({ id, state, count }: Pair): number => (state === 'whole' ? count : (last.get([id])?.[0] ?? 0));

  /** Everything goes to the pages of its pair; part of a transaction. */
  const fileAll = (): void => {
    unfiled.refresh();
    for (const { low, high, runs } of unfiled.pairs()) {
      const pair = pairs.look(low, high) ?? pairs.create(low, high);
      let first = lastFiled(pair) + 1;
      for (const { count, json } of pagesOf(low, runs)) {
        file.run([pair.id, first, count, json, sumOfPage(low, high, first, count, json)]);
        first += count;
      }
      if (pair.state === 'changed') continue;
      const bytes = runs.reduce((sum, { texts }) => sum + bytesOf(texts), pair.bytes);
      pairs.write({ ...pair, bytes, count: first - 1 });
    }
    filed.write(unfiled.last);
    forget.run([]);
  };

  /** The texts of the page that has number `n`, from there on. */
  const pageFrom = ({ id, low, high }: Pair, n: number): StoredText[] => {
    const found = connection.attempt(() => page.get([id, n]));
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
        return (pairs.find(...pairOf(a, b))?.count ?? 0) + unfiled.count(a, b);
      });
    },
    page(a, b, after, limit) {
      const texts: StoredText[] = [];
      const pair = connection.attempt(() => {
        unfiled.refresh();
        return pairs.find(...pairOf(a, b));
      });
      const filedOnes = pair?.count ?? 0;
      let n = after + 1;
      for (; pair !== undefined && n <= filedOnes && texts.length < limit; n = after + 1 + texts.length) {
        texts.push(...pageFrom(pair, n));
      }
      if (texts.length < limit) texts.push(...unfiled.page(a, b, n - 1 - filedOnes, limit - texts.length, filedOnes));
      return texts.length > limit ? texts.slice(0, limit) : texts;
    },
  };
  /** Texts of the pair that this reader does not see: those of an earlier subscriber with the same Client-ID. */
  const unseen = (reader: string, other: string): number => {
    const pair = connection.attempt(() => pairs.find(...pairOf(reader, other)));
    return (reader < other ? pair?.lowFrom : pair?.highFrom) ?? 0;
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
        const pair = pairs.find(found[1].toString(), found[2].toString());
        if (pair === undefined) throw damaged(connection.path, 'a pair makes no sense');
        const { low, high, lowFrom, highFrom, count } = pair;
        pairs.write({ ...pair, lowFrom: low === id ? count : lowFrom, highFrom: high === id ? count : highFrom });
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
