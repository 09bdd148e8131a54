/**
 * The tables of the database. Whoever changes them raises SCHEMA_VERSION and writes the way from the version before.
 */
import { sumOfCounter } from './sums';

/** "Prly": in the header of every database of ours, so that no other is ever touched. */
export const APPLICATION_ID = 0x50726c79;
export const SCHEMA_VERSION = 4;

/**
 * A text stands first in `turns`, which has a row for every turn of the server, and later in `pages`, clustered by pair and
 * number, so that a history is read in one sweep (storage/history.ts). `at` is pair * 2^32 + the number of the page's first
 * text; numbers of a pair count from 1 without a gap. `sum` is the checksum of a row (sums.ts). A subscriber reads the texts
 * of a pair after number `low_from` or `high_from`: those before belong to somebody who had the Client-ID earlier. `bytes` and
 * `count` are what the pair has in pages. `counters` has the last session number that is reserved, and the last turn that is filed in
 * pages. `probe` is empty: what is written to it is taken back at once.
 */
export const SCHEMA = `
  CREATE TABLE subscribers (
    id TEXT PRIMARY KEY COLLATE NOCASE,
    key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    stretched INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE pairs (
    id INTEGER PRIMARY KEY,
    low TEXT NOT NULL,
    high TEXT NOT NULL,
    low_from INTEGER NOT NULL DEFAULT 0,
    high_from INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    count INTEGER NOT NULL DEFAULT 0,
    sum INTEGER NOT NULL DEFAULT 0,
    UNIQUE (low, high)
  ) STRICT;
  CREATE TABLE counters (
    name TEXT PRIMARY KEY, value INTEGER NOT NULL, sum INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  INSERT INTO counters VALUES ('session', 0, ${sumOfCounter('session', 0)}), ('filed', 0, ${sumOfCounter('filed', 0)});
  CREATE TABLE turns (id INTEGER PRIMARY KEY, runs TEXT NOT NULL, sum INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE pages (
    at INTEGER PRIMARY KEY, count INTEGER NOT NULL, runs TEXT NOT NULL, sum INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE probe (filler BLOB) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
