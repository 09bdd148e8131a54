/**
 * A database that is moved away, replaced or given other tables while it is in use: nothing is accepted that would be lost, the
 * sentence says what to do, and what was put back works again.
 */
import Database from 'libsql';
import { spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { databases } from './files';
import { refusal, said } from './support';

const { path, open, filled } = databases();

function sql(...statements: readonly string[]): () => void {
  return () => {
    const other = new Database(path('parley.db'));
    try {
      for (const statement of statements) other.exec(statement);
    } finally {
      other.close();
    }
  };
}
const move = (from: string, to: string) => (): void => renameSync(path(from), path(to));

const MOVED = /parley\.db was moved, removed or replaced while it was in use; put the same file back, or restart/;
const LOG = /db-wal was moved/;
const TABLES = /parley\.db is damaged \(its tables are not as they were made\); stop the server and put back a copy/;

test.each<[what: string, harm: () => void, sentence: RegExp, mend: () => void]>([
  ['is moved away', move('parley.db', 'away.db'), MOVED, move('away.db', 'parley.db')],
  ['is replaced by its copy', replace, MOVED, move('away.db', 'parley.db')],
  ['has lost its log', move('parley.db-wal', 'away-wal'), LOG, move('away-wal', 'parley.db-wal')],
  [
    'has a trigger',
    sql('CREATE TRIGGER bad AFTER INSERT ON turns BEGIN DELETE FROM turns; END'),
    TABLES,
    sql('DROP TRIGGER bad'),
  ],
  ['has a view', sql('CREATE VIEW bad AS SELECT * FROM turns'), TABLES, sql('DROP VIEW bad')],
  ['has a table more', sql('CREATE TABLE bad (x)'), TABLES, sql('DROP TABLE bad')],
])('a store that %s', (_, harm, sentence, mend) => {
  const store = open('parley.db');
  store.append([said('before')]);
  store.subscribers.version();
  harm();
  // As a server does, twice a second.
  expect(refusal(() => store.subscribers.version())).toMatchObject({ kind: 'failed' });
  expect(refusal(() => store.append([said('meanwhile')]))).toEqual({
    kind: 'failed',
    message: expect.stringMatching(sentence) as string,
  });
  expect(refusal(() => store.probe()).kind).toBe('failed');
  mend();
  store.probe();
  store.append([said('after')]);
  expect(store.page('alice', 'bob', 0, 10).map(({ text }) => text)).toEqual(['before', 'after']);
});

test('a file that is gone is noticed by the very next commit', () => {
  const store = open('parley.db');
  store.append([said('before')]);
  rmSync(path('parley.db'));
  expect(refusal(() => store.append([said('lost')])).message).toMatch(MOVED);
});

test('statistics and a new order of the file are no harm', () => {
  const store = open('parley.db');
  sql('ANALYZE', 'VACUUM')();
  store.subscribers.version();
  store.append([said('text')]);
  expect(store.count('alice', 'bob')).toBe(1);
});

test('a file with two names is refused under both, until there is one again', () => {
  open('parley.db').close();
  linkSync(path('parley.db'), path('other.db'));
  for (const name of ['parley.db', 'other.db']) {
    const { kind, message } = refusal(() => open(name));
    expect(kind).toBe('unusable');
    expect(message).toContain(`${name} is one of 2 names (hard links) of one file`);
  }
  rmSync(path('other.db'));
  expect(open('parley.db').count('alice', 'bob')).toBe(0);
});

function replace(): void {
  renameSync(path('parley.db'), path('away.db'));
  copyFileSync(path('away.db'), path('parley.db'));
}

test.each(['-wal', '-shm'])(
  '%s is cut under a store: nothing is stored, and nothing is taken over at the end',
  (end) => {
    const body = `
    const { openStore } = require(${JSON.stringify(join(__dirname, '../../dist/storage/sqlite.js'))});
    const { truncateSync } = require('node:fs');
    const said = (text) => ({ session: 1, sender: 'alice', recipient: 'bob', time: 0, texts: [text] });
    const store = openStore('parley.db', { create: false, durability: 'normal' });
    for (let i = 0; i < 50; i++) store.append([said('in the log ' + i)]);
    truncateSync('parley.db${end}', 0);
    // As a server does, twice a second.
    try { store.subscribers.version(); } catch { /* told again below */ }
    for (let again = 0; again < 2; again++) {
      try { store.append([said('lost')]); } catch ({ kind, message }) { console.log(kind + ' ' + message); }
    }
    store.close();
    store.close();
    // As a server does.
    process.exit(0);`;
    // Nobody but the other process has it open: libsql closes a file when it forgets it.
    copyFileSync(filled('made.db'), path('parley.db'));
    const before = readFileSync(path('parley.db'));
    const { status, stdout } = spawnSync(process.execPath, ['-e', body], { cwd: path(), encoding: 'utf8' });
    const sentence = new RegExp(
      `^failed .*parley\\.db${end} was cut short while it was in use, .*; restart the server, and run parley-keys check$`,
    );
    expect([status, stdout.split('\n')]).toEqual([
      0,
      [expect.stringMatching(sentence), expect.stringMatching(sentence), ''],
    ]);
    expect(readFileSync(path('parley.db')).equals(before)).toBe(true);
    // The index is made anew of the log, and of a log that is empty there is nothing.
    expect(open('parley.db').count('alice', 'bob')).toBe(end === '-shm' ? 550 : 500);
  },
);

test('a log that another connection takes over and empties, as SQLite does, is no harm', () => {
  const store = open('parley.db');
  for (let i = 0; i < 5; i++) {
    store.append([said(String(i))]);
    open('parley.db').close();
    expect(statSync(path('parley.db-wal')).size).toBe(0);
    store.subscribers.version();
  }
  store.append([said('5')]);
  expect(store.count('alice', 'bob')).toBe(6);
});
