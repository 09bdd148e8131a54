/**
 * The tables of the database. Whoever changes them raises SCHEMA_VERSION and writes the way from the version before.
 */

/** "Prly": in the header of every database of ours, so that no other is ever touched. */
export const APPLICATION_ID = 0x50726c79;
export const SCHEMA_VERSION = 1;

/**
 * `texts` is clustered by pair and number, so that a history is read in one sweep; `n` counts from 1 without a gap.
 * `from_low` is 1 if the pair's first Client-ID, in byte order, is the sender. `counters` has the last session number that
 * is reserved. `probe` is empty: what is written to it is taken back at once.
 */
export const SCHEMA = `
  CREATE TABLE subscribers (
    id TEXT PRIMARY KEY COLLATE NOCASE,
    key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    stretched INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE pairs (id INTEGER PRIMARY KEY, low TEXT NOT NULL, high TEXT NOT NULL, UNIQUE (low, high)) STRICT;
  CREATE TABLE texts (
    pair INTEGER NOT NULL,
    n INTEGER NOT NULL,
    from_low INTEGER NOT NULL,
    session INTEGER NOT NULL,
    time INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (pair, n)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counters VALUES ('session', 0);
  CREATE TABLE probe (filler BLOB) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
