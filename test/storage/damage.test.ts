/**
 * Bytes that turn over on the disk: in two hundred copies of a database, each with bytes changed
 * anywhere, no text is ever given out that nobody wrote. PARLEY_SEED=n plays a failure again.
 */
import Database from 'libsql';
import { readFileSync, writeFileSync } from 'node:fs';
import { StoreError, type Store, type StoredText } from '../../machines/ports';
import type { CounterName } from '../../storage/counters';
import { openKeeping, type Keeping } from '../../storage/keeping';
import { openDatabase } from '../../storage/open';
import { openStore, storeOn } from '../../storage/sqlite';
import { sumOfCounter } from '../../storage/sums';
import { randomOf, seeds } from '../binaries/support';
import { scratch } from './files';
import { refusal, said, subscriber } from './support';

jest.setTimeout(120_000);
const path = scratch();
const COPIES = 200;
const [seed = 0] = seeds(1);

/** Filed and unfiled texts of two pairs. */
function written(): StoredText[] {
  const store = storeOn(openDatabase(path('good.db'), true), 'normal', 4000);
  for (let i = 0; i < 60; i++) {
    store.append([said(`text ${String(i)} ${'.'.repeat(i)}`, { time: 1_700_000_000_000 + i })]);
    store.append([said(`to carol ${String(i)}`, { recipient: 'carol' })]);
  }
  const all = store.page('alice', 'bob', 0, 1000);
  store.close();
  return all;
}

test(`of ${String(COPIES)} copies with changed bytes none gives out a changed text (seed ${String(seed)})`, () => {
  const random = randomOf(seed);
  const good = written();
  const content = readFileSync(path('good.db'));
  let noticed = 0;
  for (let copy = 0; copy < COPIES; copy++) {
    const bytes = Buffer.from(content);
    for (let flips = 1 + Math.floor(random() * 4); flips > 0; flips--) {
      const at = 100 + Math.floor(random() * (bytes.length - 100));
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    }
    const file = path(`${String(copy)}.db`);
    writeFileSync(file, bytes);
    try {
      const store = openStore(file, { create: false, durability: 'normal' });
      try {
        const { length } = good;
        const count = store.count('alice', 'bob');
        for (let n = 0; n < Math.min(count, length); n++) {
          for (const text of store.page('alice', 'bob', n, 1)) expect(text).toEqual(good[n]);
        }
        expect(count).toBe(length);
      } finally {
        store.close();
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      noticed++;
    }
  }
  // Most of a file are texts; where nothing is, nothing can be noticed.
  expect(noticed).toBeGreaterThan(COPIES / 4);
});

test('parley-keys check: whose texts are damaged', () => {
  const good = written();
  const operator = (): Keeping => openKeeping(path('good.db'));
  const whole = operator();
  expect(whole.check()).toEqual([
    { a: 'alice', b: 'bob', texts: good.length },
    { a: 'alice', b: 'carol', texts: good.length },
  ]);
  whole.close();
  const content = readFileSync(path('good.db'), 'latin1');
  writeFileSync(path('good.db'), content.replace('to carol 3', 'to carol 8'), 'latin1');
  const damaged = operator();
  const fault: unknown = expect.stringMatching(/a stored text was changed/);
  expect(damaged.check()).toEqual([
    { a: 'alice', b: 'bob', texts: good.length },
    { a: 'alice', b: 'carol', texts: good.length, fault },
  ]);
  damaged.close();
});

/** As a bit that turned over would leave it, and the way back. */
function sql(statement: string): void {
  const db = new Database(path('good.db'));
  try {
    db.exec(statement);
  } finally {
    db.close();
  }
}
const open = (): Store => openStore(path('good.db'), { create: false, durability: 'normal' });

test.each<[how: string, name: CounterName, change: string, where: string]>([
  ['of another name', 'session', `name = 'sessioo'`, `WHERE name = 'session'`],
  ['of another name', 'filed', `name = 'fileD'`, `WHERE name = 'filed'`],
  ['that was changed', 'session', 'value = value + 64', `WHERE name = 'session'`],
  ['that was changed', 'filed', 'value = value - 1', `WHERE name = 'filed'`],
  ['below 0', 'session', `value = -31768, sum = ${String(sumOfCounter('session', -31768))}`, `WHERE name = 'session'`],
  [
    'above the last session number',
    'session',
    `value = ${String(2 ** 32)}, sum = ${String(sumOfCounter('session', 2 ** 32))}`,
    `WHERE name = 'session'`,
  ],
])('a counter %s: %s', (_, name, change, where) => {
  written();
  const store = open();
  store.reserve(1000);
  sql(`UPDATE counters SET ${change} ${where}`);
  const sentence: unknown = expect.stringMatching(
    new RegExp(`good\\.db is damaged \\(its counter "${name}" is missing or was changed\\); .*put back a copy`),
  );
  // Of a store that runs, and of every command that opens it.
  const work = { session: () => store.reserve(1), filed: () => store.count('alice', 'bob') }[name];
  for (let again = 0; again < 2; again++) expect(refusal(work)).toEqual({ kind: 'failed', message: sentence });
  store.close();
  expect(refusal(open)).toEqual({ kind: 'unusable', message: sentence });
  expect(refusal(() => openKeeping(path('good.db'))).message).toEqual(sentence);
});

test('a turn that is missing: nothing is stored behind it, and what was put back is read', () => {
  const { length } = written();
  const store = open();
  store.count('alice', 'bob');
  const other = open();
  other.append([said('one more')]);
  other.append([said('another')]);
  sql('CREATE TABLE away AS SELECT * FROM turns WHERE id = (SELECT max(id) - 1 FROM turns)');
  sql('DELETE FROM turns WHERE id = (SELECT id FROM away)');
  const missing = { kind: 'failed', message: expect.stringMatching(/damaged \(texts are missing\)/) as string };
  for (let again = 0; again < 2; again++) expect(refusal(() => store.count('alice', 'bob'))).toEqual(missing);
  expect(refusal(() => store.append([said('lost')]))).toEqual(missing);
  sql('INSERT INTO turns SELECT * FROM away');
  sql('DROP TABLE away');
  store.append([said('kept')]);
  expect(store.page('alice', 'bob', length, 10).map(({ text }) => text)).toEqual(['one more', 'another', 'kept']);
  for (const one of [store, other]) one.close();
});

/** Pages of at most a hundred texts, of alice with bob, carol and dave; bob is a later subscriber of that name. */
function paged(): void {
  const store = storeOn(openDatabase(path('good.db'), true), 'normal', 0);
  for (let page = 0; page < 3; page++) {
    for (const recipient of ['bob', 'carol', 'dave']) {
      store.append([
        said('', { recipient, texts: Array.from({ length: 100 }, (_, i) => `${recipient} ${String(i)}`) }),
      ]);
    }
    if (page === 0) store.subscribers.add(subscriber('bob', 1));
  }
  store.close();
}
const at = (recipient: string, page: number): string =>
  `at = (SELECT id << 32 | ${String(1 + 100 * page)} FROM pairs WHERE high = '${recipient}')`;

test.each<[what: string, change: string]>([
  ['low_from', `UPDATE pairs SET low_from = low_from + 128 WHERE high = 'bob'`],
  ['high_from', `UPDATE pairs SET high_from = high_from + 128 WHERE high = 'bob'`],
  ['high_from, so that nothing is left', `UPDATE pairs SET high_from = 300 WHERE high = 'bob'`],
  ['count', `UPDATE pairs SET count = count - 256 WHERE high = 'bob'`],
  ['bytes', `UPDATE pairs SET bytes = 0 WHERE high = 'bob'`],
  ['the number of the last page, higher', `UPDATE pages SET at = at + 1024 WHERE ${at('bob', 2)}`],
  ['the number of the last page, lower', `UPDATE pages SET at = at - 64 WHERE ${at('bob', 2)}`],
  ['the number of the first page', `UPDATE pages SET at = at + 2 WHERE ${at('bob', 0)}`],
  ['the pair of the last page, a higher one', `UPDATE pages SET at = at + (1 << 32) + 128 WHERE ${at('bob', 2)}`],
  ['the pair of the last page, none', `UPDATE pages SET at = at + (1 << 40) WHERE ${at('bob', 2)}`],
  ['a page, so that it is gone', `DELETE FROM pages WHERE ${at('bob', 2)}`],
])(
  '%s of a pair was changed: the list is incomplete, the check says whose, and all others go on',
  async (_, change) => {
    paged();
    sql(change);
    const damaged: unknown = expect.stringMatching(
      /good\.db is damaged \(.*\); stop the server and put back a copy of it$/,
    );
    const check = async (texts: number): Promise<void> => {
      const operator = openKeeping(path('good.db'));
      const found = operator.check();
      expect(found.find(({ b }) => b === 'bob')).toMatchObject({ a: 'alice', fault: damaged });
      expect(found.find(({ b }) => b === 'dave')).toEqual({ a: 'alice', b: 'dave', texts });
      expect(found.some(({ b, fault }) => b === 'carol' && fault === undefined)).toBe(!change.includes('128 WHERE at'));
      // What is copied would be without a fault.
      await expect(operator.prune(1_700_000_000_001)).rejects.toThrow(/damaged/);
      operator.close();
    };
    await check(300);
    const read = (reader: string, other: string, store: Store): StoredText[] => {
      const texts: StoredText[] = [];
      for (const count = store.count(reader, other); texts.length < count;) {
        texts.push(...store.page(reader, other, texts.length, 10));
      }
      return texts;
    };
    const store = storeOn(openDatabase(path('good.db'), false), 'normal', 0);
    expect(refusal(() => [read('alice', 'bob', store), read('bob', 'alice', store)])).toEqual({
      kind: 'failed',
      message: expect.stringMatching(/good\.db is damaged/) as string,
    });
    // Filed at once.
    store.append([said('more'), said('more', { recipient: 'dave' })]);
    store.probe();
    expect(read('dave', 'alice', store)).toHaveLength(301);
    store.close();
    await check(301);
  },
);
