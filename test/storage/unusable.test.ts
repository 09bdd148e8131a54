/**
 * Files that cannot be used as a database (P16, protocol 7, number 103): each is refused in a sentence, and is the same
 * afterwards, to the byte.
 */
import Database from 'libsql';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { aloneWithKeys, lockForServer } from '../../storage/process-lock';
import { SCHEMA_VERSION } from '../../storage/schema';
import { openStore } from '../../storage/sqlite';
import { contentsOf, databases, modeOf } from './files';
import { refusal, said } from './support';

const { path, open, filled } = databases();

/** A database of ours changed by somebody else: `pages` of rubbish from page `first` (1 is the first) on. */
function spoil(file: string, first: number, pages = 1): void {
  const content = readFileSync(file);
  content.fill(0xa5, (first - 1) * 4096, (first - 1 + pages) * 4096);
  writeFileSync(file, content);
}

/** Makes something that cannot be used. @returns the name to open and what the sentence must say */
type Unusable = readonly [what: string, make: () => string, sentence: RegExp];

const UNUSABLE: readonly Unusable[] = [
  ['a directory', () => (mkdirSync(path('dir')), 'dir'), /is a directory; name another file/],
  ['a file in a directory that is missing', () => 'missing/parley.db', /make the directory .*missing first/],
  ['a file below a file', () => (writeFileSync(path('file'), ''), 'file/parley.db'), /ENOTDIR/],
  ['a link to nowhere', () => (symlinkSync(path('nowhere'), path('link')), 'link'), /cannot be|not a regular file/],
  ['a text', () => (writeFileSync(path('notes'), 'Dear diary, '.repeat(100)), 'notes'), /is not a database/],
  ['a short text', () => (writeFileSync(path('notes'), 'SQLite format 3'), 'notes'), /is not a database/],
  [
    "another program's database",
    () => {
      const db = new Database(path('foreign.db'));
      db.exec('PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT); PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
      return 'foreign.db';
    },
    /is a database of another program; name another file/,
  ],
  [
    "another program's database that says so",
    () => {
      const db = new Database(path('foreign.db'));
      db.exec('PRAGMA application_id = 252006673; CREATE TABLE subscribers (id TEXT)');
      db.close();
      return 'foreign.db';
    },
    /is a database of another program; name another file/,
  ],
  [
    'a database of a newer version',
    () => {
      const db = new Database(filled('newer.db'));
      db.exec(`PRAGMA user_version = ${String(SCHEMA_VERSION + 1)}; PRAGMA wal_checkpoint(TRUNCATE)`);
      db.close();
      return 'newer.db';
    },
    /newer version of Parley; use that version/,
  ],
  ['a database cut short', () => (truncateSync(filled('cut.db'), 20_000), 'cut.db'), /is damaged; put back a copy/],
  ['a database cut in its first page', () => (truncateSync(filled('cut.db'), 1000), 'cut.db'), /is damaged; put back/],
  ['rubbish in the middle', () => (spoil(filled('spoilt.db'), 8), 'spoilt.db'), /is damaged; put back a copy/],
  ['rubbish in many pages', () => (spoil(filled('spoilt.db'), 3, 9), 'spoilt.db'), /is damaged; put back a copy/],
  [
    'a database that lacks a table',
    () => {
      const db = new Database(filled('spoilt.db'));
      db.exec('DROP TABLE pages; PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
      return 'spoilt.db';
    },
    /is damaged \(its tables are not as they were made\); .*put back a copy/,
  ],
  ...(
    [
      ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON turns BEGIN DELETE FROM pages; END', /has a trigger or a view/],
      ['a view', 'CREATE VIEW v AS SELECT * FROM subscribers', /has a trigger or a view/],
      ['a table of its own', 'CREATE TABLE notes (x)', /its tables are not as they were made/],
      ['an index of its own', 'CREATE INDEX i ON pages (count)', /its tables are not as they were made/],
      ['a column of its own', 'ALTER TABLE counters ADD COLUMN x TEXT', /its tables are not as they were made/],
    ] as const
  ).map(
    ([what, sql, sentence]) =>
      [
        `a database with ${what}`,
        () => {
          const db = new Database(filled('spoilt.db'));
          db.exec(`${sql}; PRAGMA wal_checkpoint(TRUNCATE)`);
          db.close();
          return 'spoilt.db';
        },
        sentence,
      ] as const,
  ),
  ['rubbish in the header', () => (spoil(filled('spoilt.db'), 1), 'spoilt.db'), /is not a database/],
];

describe('what cannot be used', () => {
  /** SQLite may leave an empty log and its index beside a database of ours, but never beside another file. */
  const left = (): object =>
    Object.fromEntries(Object.entries(contentsOf(path())).filter(([name]) => !/^(cut|spoilt|newer).db-/.test(name)));

  test.each(UNUSABLE)('%s: one clear sentence, and nothing is changed', (_, make, sentence) => {
    const name = make();
    const before = left();
    for (const create of [true, false]) {
      if (!create && name.startsWith('missing')) continue;
      const { kind, message } = refusal(() => openStore(path(name), { create, durability: 'normal' }));
      expect(kind).toBe('unusable');
      if (create || !name.startsWith('link')) expect(message).toMatch(sentence);
      expect(message).toContain(path(name));
      expect(message).not.toContain('\n');
    }
    expect(left()).toEqual(before);
  });

  test('an index that disagrees with its table: a history would seem to be empty', () => {
    const file = filled('parley.db');
    const db = new Database(file);
    const [page] = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name LIKE '%autoindex_pairs%'").raw().get() as [
      number,
    ];
    db.close();
    const content = readFileSync(file);
    content.write('alien', content.indexOf('alice', (page - 1) * 4096), 'latin1');
    writeFileSync(file, content);
    expect(refusal(() => open('parley.db')).message).toMatch(/is damaged/);
  });

  test.each([
    ['-wal', 'a directory'],
    ['-shm', 'a directory'],
    ['-journal', 'a directory'],
    ['-wal', 'a FIFO'],
    ['-shm', 'a FIFO'],
    ['-journal', 'a FIFO'],
    ['-wal', 'a link'],
    ['-lock', 'a directory'],
    ['-lock', 'a FIFO'],
    ['-keys-lock', 'a link'],
  ])('%s is %s: said at the start, under another name of the database, too', (end, what) => {
    const file = filled('parley.db');
    symlinkSync(file, path('link.db'));
    const beside = `${file}${end}`;
    rmSync(beside, { recursive: true, force: true });
    if (what === 'a directory') mkdirSync(beside);
    if (what === 'a link') symlinkSync(path('nowhere'), beside);
    if (what === 'a FIFO') execFileSync('mkfifo', [beside]);
    for (const name of ['parley.db', 'link.db']) {
      const use = {
        '-lock': () => lockForServer(path(name)),
        '-keys-lock': () => aloneWithKeys(path(name), () => undefined),
      };
      const work = use[end as '-lock'] ?? ((): unknown => open(name));
      const { kind, message } = refusal(work);
      expect([kind, message]).toEqual([
        'unusable',
        expect.stringMatching(/ is (a directory|not a regular file), .*remove it$/),
      ]);
      expect(message).toContain(beside);
    }
    rmSync(beside, { recursive: true });
    open('link.db').append([said('now it works')]);
  });

  test('without create a missing or an empty file stays so', () => {
    expect(refusal(() => open('parley.db', { create: false })).message).toMatch(/does not exist.*parley-keys add/);
    writeFileSync(path('empty.db'), '');
    expect(refusal(() => open('empty.db', { create: false })).message).toMatch(/is empty/);
    expect(contentsOf(path())).toEqual({ 'empty.db': '0 bytes, 0' });
  });

  test('an empty file becomes a database with create', () => {
    writeFileSync(path('parley.db'), '', { mode: 0o644 });
    open('parley.db').append([said('hello')]);
    expect(modeOf(path('parley.db'))).toBe('600');
  });
});
