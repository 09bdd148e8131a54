/** A database of an earlier version is taken over as it is opened: nothing is lost, once, and all or nothing. */
import Database from 'libsql';
import { SCHEMA_VERSION } from '../../storage/schema';
import { databases } from './files';
import { subscriber } from './support';

const { path, open } = databases();

/** The tables of version 1, with the history of two pairs. */
const VERSION_1 = `
  CREATE TABLE subscribers (
    id TEXT PRIMARY KEY COLLATE NOCASE,
    key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    stretched INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO subscribers VALUES ('alice', x'${'01'.repeat(32)}', 0);
  CREATE TABLE pairs (id INTEGER PRIMARY KEY, low TEXT NOT NULL, high TEXT NOT NULL, UNIQUE (low, high)) STRICT;
  INSERT INTO pairs VALUES (1, 'alice', 'bob'), (2, 'bob', 'carol');
  CREATE TABLE texts (
    pair INTEGER NOT NULL,
    n INTEGER NOT NULL,
    from_low INTEGER NOT NULL,
    session INTEGER NOT NULL,
    time INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (pair, n)
  ) STRICT, WITHOUT ROWID;
  WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 600)
  INSERT INTO texts SELECT 1, n, n % 2, 1 + n / 100, 1000 + n, 'text "' || n || '" ' || char(9749) FROM counted;
  INSERT INTO texts VALUES (2, 1, 0, 9, 5, 'from carol');
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counters VALUES ('session', 3000);
  CREATE TABLE probe (filler BLOB) STRICT;
  PRAGMA application_id = ${0x50726c79};
  PRAGMA user_version = 1;
`;

test('version 1: every text, subscriber and number is there, and stays', () => {
  const old = new Database(path('parley.db'));
  old.exec(VERSION_1);
  old.close();
  for (let again = 0; again < 2; again++) {
    const store = open('parley.db', { create: false });
    expect(store.page('alice', 'bob', 0, 1000)).toEqual(
      Array.from({ length: 600 }, (_, i) => ({
        n: i + 1,
        session: 1 + Math.floor((i + 1) / 100),
        sender: (i + 1) % 2 === 1 ? 'alice' : 'bob',
        time: 1001 + i,
        text: `text "${String(i + 1)}" \u2615`,
      })),
    );
    expect(store.page('bob', 'carol', 0, 10)).toEqual([
      { n: 1, session: 9, sender: 'carol', time: 5, text: 'from carol' },
    ]);
    expect(store.subscribers.all()).toEqual([subscriber('alice', 1)]);
    expect(store.reserve(1)).toBe(3001 + again);
    store.close();
  }
  const now = new Database(path('parley.db'));
  expect(now.prepare('PRAGMA user_version').raw(true).get()).toEqual([SCHEMA_VERSION]);
  now.close();
});
