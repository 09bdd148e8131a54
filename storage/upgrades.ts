/**
 * The ways from a version of the tables to the next, for files of earlier versions; each is part of one transaction. What they
 * make must be the tables of schema.ts: opening compares. Must never be here: a text that is changed.
 */
import type Database from 'libsql';
import { bytesOf, type FiledRun } from './rows';
import { sumOfCounter, sumOfPage, sumOfPair, sumOfTurn } from './sums';

/** Version 1 had a row for each text, in a table clustered by pair and number. */
const PAGES = `
  CREATE TABLE turns (id INTEGER PRIMARY KEY, runs TEXT NOT NULL) STRICT;
  CREATE TABLE pages (at INTEGER PRIMARY KEY, count INTEGER NOT NULL, runs TEXT NOT NULL) STRICT;
  INSERT INTO counters VALUES ('filed', 0);
  INSERT INTO pages
    SELECT pair << 32 | min(n), count(*), json_group_array(json_array(from_low, session, time, json_array(text)) ORDER BY n)
    FROM texts GROUP BY pair, (n - 1) / 256;
  DROP TABLE texts;
  PRAGMA user_version = 2;
`;

/** Version 2 had no checksums, knew nothing of earlier subscribers, and did not count bytes. */
const SUMS = `
  ALTER TABLE turns ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE pages ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE pairs ADD COLUMN low_from INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE pairs ADD COLUMN high_from INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE pairs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  PRAGMA user_version = 3;
`;

/** Version 3 had no checksum of what is not a text, and did not say how many texts a pair has: its last page did. */
const MORE_SUMS = `
  ALTER TABLE counters ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE pairs ADD COLUMN count INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE pairs ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
  UPDATE pairs SET count = coalesce(
    (SELECT (at & 0xffffffff) + count - 1 FROM pages
     WHERE at > pairs.id << 32 AND at < (pairs.id + 1) << 32 ORDER BY at DESC LIMIT 1), 0);
  PRAGMA user_version = 4;
`;

export const UPGRADES: Readonly<Record<number, (db: Database.Database) => void>> = {
  1: (db) => db.exec(PAGES),
  2: (db) => {
    db.exec(SUMS);
    sumTurns(db);
    sumPages(db);
  },
  3: (db) => {
    db.exec(MORE_SUMS);
    sumCounters(db);
    sumPairs(db);
  },
};

/** A row at a time: bytes, since libsql ends the process on a string that is not UTF-8. */
function sumTurns(db: Database.Database): void {
  const next = db.prepare('SELECT id, CAST(runs AS BLOB) FROM turns WHERE id > ? ORDER BY id LIMIT 1').raw(true);
  const write = db.prepare('UPDATE turns SET sum = ?2 WHERE id = ?1');
  type Row = [id: number, runs: Buffer];
  for (let row = next.get([0]) as Row | undefined; row; row = next.get([row[0]]) as Row | undefined) {
    write.run([row[0], sumOfTurn(row[1])]);
  }
}

function sumPages(db: Database.Database): void {
  const next = db
    .prepare(
      `SELECT at, at >> 32, at & 0xffffffff, count, CAST(pages.runs AS BLOB), CAST(low AS BLOB), CAST(high AS BLOB)
       FROM pages JOIN pairs ON pairs.id = at >> 32 WHERE at > ? ORDER BY at LIMIT 1`,
    )
    .raw(true);
  const write = db.prepare('UPDATE pages SET sum = ?2 WHERE at = ?1');
  const add = db.prepare('UPDATE pairs SET bytes = bytes + ?2 WHERE id = ?1');
  type Row = [at: number, pair: number, first: number, count: number, runs: Buffer, low: Buffer, high: Buffer];
  for (let row = next.get([0]) as Row | undefined; row; row = next.get([row[0]]) as Row | undefined) {
    const [at, pair, first, count, runs, low, high] = row;
    write.run([at, sumOfPage(low.toString(), high.toString(), first, count, runs)]);
    add.run([pair, sizeOf(runs)]);
  }
}

/** A counter that is missing is found as the file is opened. */
function sumCounters(db: Database.Database): void {
  const read = db.prepare('SELECT value FROM counters WHERE name = ?').raw(true);
  const write = db.prepare('UPDATE counters SET sum = ?2 WHERE name = ?1');
  for (const name of ['session', 'filed']) {
    const [value = 0] = (read.get([name]) as [value: number] | undefined) ?? [];
    write.run([name, sumOfCounter(name, value)]);
  }
}

function sumPairs(db: Database.Database): void {
  const next = db
    .prepare(
      `SELECT id, CAST(low AS BLOB), CAST(high AS BLOB), low_from, high_from, bytes, count
       FROM pairs WHERE id > ? ORDER BY id LIMIT 1`,
    )
    .raw(true);
  const write = db.prepare('UPDATE pairs SET sum = ?2 WHERE id = ?1');
  type Row = [id: number, low: Buffer, high: Buffer, lowFrom: number, highFrom: number, bytes: number, count: number];
  for (let row = next.get([0]) as Row | undefined; row; row = next.get([row[0]]) as Row | undefined) {
    const [id, low, high, lowFrom, highFrom, bytes, count] = row;
    write.run([id, sumOfPair({ low: low.toString(), high: high.toString(), lowFrom, highFrom, bytes, count })]);
  }
}

/** What is damaged already counts as nothing, and is found when it is read. */
function sizeOf(runs: Buffer): number {
  try {
    return (JSON.parse(runs.toString()) as FiledRun[]).reduce((sum, [, , , texts]) => sum + bytesOf(texts), 0);
  } catch {
    return 0;
  }
}
