/** A database of an earlier version is taken over as it is opened: nothing is lost, once, and all or nothing. */
import Database from 'libsql';
import { openKeeping } from '../../storage/keeping';
import { openDatabase } from '../../storage/open';
import { SCHEMA_VERSION } from '../../storage/schema';
import { storeOn } from '../../storage/sqlite';
import { databases } from './files';
import { said, subscriber } from './support';

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

test('version 3: it did not say how many texts a pair has, and had fewer sums', () => {
  const made = storeOn(openDatabase(path('parley.db'), true), 'normal', 0);
  made.subscribers.add(subscriber('alice', 1));
  for (const recipient of ['bob', 'carol']) {
    for (let page = 0; page < 3; page++) made.append([said(`page ${String(page)}`, { recipient, texts: ['a', 'b'] })]);
  }
  made.subscribers.add(subscriber('bob', 2));
  made.append([said('to the second bob')]);
  made.reserve(1000);
  made.close();
  const old = new Database(path('parley.db'));
  for (const column of ['pairs DROP COLUMN count', 'pairs DROP COLUMN sum', 'counters DROP COLUMN sum'])
    old.exec(`ALTER TABLE ${column}`);
  old.exec('PRAGMA user_version = 3');
  old.close();
  for (let again = 0; again < 2; again++) {
    const store = open('parley.db', { create: false });
    expect([store.count('alice', 'bob'), store.count('alice', 'carol')]).toEqual([7 + again, 6]);
    expect(store.page('bob', 'alice', 0, 1).map(({ text }) => text)).toEqual(['to the second bob']);
    expect(store.reserve(1)).toBe(1001 + again);
    store.append([said('after')]);
    store.close();
  }
  const keeping = openKeeping(path('parley.db'));
  expect(keeping.check()).toEqual([
    { a: 'alice', b: 'bob', texts: 9 },
    { a: 'alice', b: 'carol', texts: 6 },
  ]);
  keeping.close();
});
