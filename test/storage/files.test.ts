/**
 * The database as a file (P16, protocol 7, number 115): what lasts, who can read it, and what reading does with damage.
 */
import Database from 'libsql';
import { chmodSync, copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { openDatabase } from '../../storage/open';
import { storeOn } from '../../storage/sqlite';
import { databases, modeOf } from './files';
import { refusal, said, subscriber } from './support';

const { path, open, filled, closeLater } = databases();

describe('what lasts', () => {
  test.each(['normal', 'full'] as const)('everything, over a restart, with durability %s', (durability) => {
    const before = open('parley.db', { durability });
    before.subscribers.add(subscriber('alice', 1));
    before.append([said('hello')]);
    before.reserve(1000);
    before.close();
    const after = open('parley.db', { create: false, durability });
    expect(after.page('alice', 'bob', 0, 10).map(({ text }) => text)).toEqual(['hello']);
    expect(after.subscribers.all()).toEqual([subscriber('alice', 1)]);
    expect(after.reserve(1)).toBe(1001);
  });

  test.each(['normal', 'full'] as const)(
    'what was committed when the process died, with durability %s',
    (durability) => {
      const alive = open('parley.db', { durability });
      alive.subscribers.add(subscriber('alice', 1));
      alive.append([said('one'), said('two')]);
      alive.reserve(1000);
      // A dead process leaves the file and its log, and no index of the log.
      for (const end of ['', '-wal']) copyFileSync(path(`parley.db${end}`), path(`copy.db${end}`));
      const copy = open('copy.db', { create: false });
      expect(copy.page('alice', 'bob', 0, 10).map(({ text }) => text)).toEqual(['one', 'two']);
      expect(copy.subscribers.all()).toEqual([subscriber('alice', 1)]);
      expect(copy.reserve(1)).toBe(1001);
    },
  );

  test.each([
    ['normal', [1, 2, 2, 1]],
    ['full', [2, 2, 2, 2]],
  ] as const)('session numbers are synced to disk, texts as durability %s says (P10)', (durability, levels) => {
    const connection = openDatabase(path('parley.db'), true);
    const store = closeLater(storeOn(connection, durability));
    const seen: unknown[] = [];
    const look = (): unknown => seen.push(...(connection.prepare('PRAGMA synchronous').get([]) ?? []));
    const transaction = connection.transaction.bind(connection);
    jest.spyOn(connection, 'transaction').mockImplementation((work) => {
      look();
      return transaction(work);
    });
    // What a text is appended under.
    look();
    store.reserve(1000);
    expect(refusal(() => store.reserve(2 ** 32)).kind).toBe('failed');
    look();
    expect(seen).toEqual(levels);
  });

  test('a log cut anywhere loses whole batches from its end, and no number is given twice', () => {
    const alive = open('parley.db');
    for (let i = 0; i < 20; i++) alive.append([said(`${i}`), said(`${i}`)]);
    const log = readFileSync(path('parley.db-wal'));
    for (let cut = 0; cut <= log.length; cut += 1500) {
      copyFileSync(path('parley.db'), path(`cut${cut}.db`));
      writeFileSync(path(`cut${cut}.db-wal`), log.subarray(0, cut));
      const texts = open(`cut${cut}.db`, { create: false }).page('alice', 'bob', 0, 100);
      expect(texts.length % 2).toBe(0);
      expect(texts.map(({ text }) => text)).toEqual(texts.map((_, i) => `${i >> 1}`));
    }
  });

  test('a closed store has everything in the file itself', () => {
    const file = filled('parley.db');
    copyFileSync(file, path('alone.db'));
    expect(open('alone.db', { create: false }).count('alice', 'bob')).toBe(500);
  });

  test('closing twice is closing once; nothing works afterwards', () => {
    const store = open('parley.db');
    store.close();
    store.close();
    for (const use of [
      () => store.append([said('x')]),
      () => store.count('alice', 'bob'),
      () => store.page('alice', 'bob', 0, 1),
      () => store.reserve(1),
      () => store.probe(),
      () => store.subscribers.all(),
      () => store.subscribers.add(subscriber('alice', 1)),
    ]) {
      expect(refusal(use)).toMatchObject({ kind: 'failed', message: expect.stringMatching(/closed/) as string });
    }
  });

  test('a backup in another journal mode is a database too', () => {
    const file = filled('parley.db');
    const db = new Database(file);
    db.exec(`VACUUM INTO '${path('backup.db')}'`);
    db.close();
    expect(open('backup.db', { create: false }).count('alice', 'bob')).toBe(500);
    expect(modeOf(path('backup.db'))).toBe('600');
  });

  test('names that mean something to SQLite, or in an address, are names of files', () => {
    for (const name of ['file:a.db', 'a b%41?mode=ro#.db', ':memory:', 'ä.db', "o'neill.db", '$&.db']) {
      open(name).append([said(name)]);
      expect(existsSync(path(name))).toBe(true);
      expect(open(name, { create: false }).page('alice', 'bob', 0, 1)[0]?.text).toBe(name);
    }
  });
});

describe('who can read it', () => {
  test('its owner alone: the file, its log and the index of the log', () => {
    open('parley.db').append([said('hello')]);
    for (const end of ['', '-wal', '-shm']) expect(modeOf(path(`parley.db${end}`))).toBe('600');
  });

  test('also when it was copied here with another mode', () => {
    const alive = open('parley.db');
    alive.append([said('hello')]);
    for (const end of ['', '-wal']) {
      copyFileSync(path(`parley.db${end}`), path(`copy.db${end}`));
      chmodSync(path(`copy.db${end}`), 0o644);
    }
    open('copy.db', { create: false }).append([said('hello')]);
    for (const end of ['', '-wal', '-shm']) expect(modeOf(path(`copy.db${end}`))).toBe('600');
  });

  test('a key that was removed is not in the file any more', () => {
    const file = filled('parley.db');
    const key = Buffer.alloc(32, 1);
    expect(readFileSync(file).includes(key)).toBe(true);
    const store = open('parley.db');
    store.subscribers.remove('alice');
    store.close();
    expect(readFileSync(file).includes(key)).toBe(false);
  });
});

describe('damage that only reading finds', () => {
  /** Overwrites what is stored, wherever it stands, as a bad disk does. */
  function overwrite(file: string, wanted: string): void {
    const content = readFileSync(file);
    expect(content.includes(wanted)).toBe(true);
    for (let at = content.indexOf(wanted); at >= 0; at = content.indexOf(wanted, at)) content.fill(0xff, at, at + 3);
    writeFileSync(file, content);
  }

  test('a text that is not UTF-8 is refused, and the process lives', () => {
    overwrite(filled('parley.db'), 'text number 250');
    const store = open('parley.db', { create: false });
    expect(store.page('alice', 'bob', 0, 200)).toHaveLength(200);
    const { kind, message } = refusal(() => store.page('alice', 'bob', 249, 1));
    expect(kind).toBe('failed');
    expect(message).toMatch(/parley\.db is damaged \(a stored text is not UTF-8\); stop the server/);
    expect(message).not.toContain('number');
  });

  test('a gap in a history is not passed over', () => {
    const db = new Database(filled('parley.db'));
    db.exec('DELETE FROM pages WHERE at & 0xffffffff = 201; PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    const store = open('parley.db', { create: false });
    expect(store.page('alice', 'bob', 0, 200)).toHaveLength(200);
    expect(refusal(() => store.page('alice', 'bob', 0, 500)).message).toMatch(/texts are missing/);
    expect(refusal(() => store.page('alice', 'bob', 200, 10)).kind).toBe('failed');
  });

  test('a page with fewer texts than it says is not passed over', () => {
    const db = new Database(filled('parley.db'));
    db.exec("UPDATE pages SET runs = json_remove(runs, '$[7]') WHERE at & 0xffffffff = 201");
    db.close();
    expect(refusal(() => open('parley.db').page('alice', 'bob', 200, 10)).message).toMatch(/a stored text was changed/);
  });

  test('a filing that fails leaves nothing behind: what was not stored is never filed later', () => {
    const connection = openDatabase(path('parley.db'), true);
    const store = closeLater(storeOn(connection, 'normal', 300));
    store.append([said('before')]);
    connection.exec("CREATE TRIGGER no BEFORE INSERT ON pages BEGIN SELECT RAISE(ABORT, 'no'); END");
    expect(refusal(() => store.append([said(`lost ${'.'.repeat(300)}`)])).kind).toBe('failed');
    connection.exec('DROP TRIGGER no');
    const texts = ['after', `filed ${'.'.repeat(300)}`, 'last'];
    for (const text of texts) store.append([said(text)]);
    const stored = (): string[] => store.page('alice', 'bob', 0, 10).map(({ text }) => text);
    expect(stored()).toEqual(['before', ...texts]);
    expect(store.count('alice', 'bob')).toBe(4);
  });

  test('a turn that makes no sense or is missing is refused, and the process lives', () => {
    const store = open('parley.db');
    for (const word of ['one', 'two', 'three']) store.append([said(word)]);
    store.close();
    const db = new Database(path('parley.db'));
    const spoilt: readonly (readonly [string, RegExp])[] = [
      ["UPDATE turns SET runs = CAST(x'ff' AS TEXT) WHERE id = 2", /a stored text is not UTF-8/],
      ['DELETE FROM turns WHERE id = 2', /texts are missing/],
    ];
    for (const [sql, sentence] of spoilt) {
      db.exec(sql);
      expect(refusal(() => open('parley.db').count('alice', 'bob')).message).toMatch(sentence);
    }
    db.close();
  });

  test('a subscriber whose ID is not UTF-8 is refused, and the process lives', () => {
    overwrite(filled('parley.db', 0), 'alice');
    const { kind, message } = refusal(() => open('parley.db', { create: false }).subscribers.all());
    expect(kind).toBe('failed');
    expect(message).toMatch(/parley\.db is damaged \(a subscriber makes no sense\)/);
  });

  test('a file cut while the store is open is named', () => {
    filled('$&.db');
    const store = open('$&.db', { create: false });
    truncateSync(path('$&.db'), 4 * 4096);
    const { kind, message } = refusal(() => store.page('alice', 'bob', 0, 500));
    expect(kind).toBe('failed');
    expect(message).toBe(`${path('$&.db')} is damaged; stop the server and put back a copy of it`);
  });
});
