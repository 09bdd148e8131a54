/**
 * Bytes that turn over on the disk: in two hundred copies of a database, each with bytes changed
 * anywhere, no text is ever given out that nobody wrote. PARLEY_SEED=n plays a failure again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { StoreError, type StoredText } from '../../machines/ports';
import { openKeeping, type Keeping } from '../../storage/keeping';
import { openDatabase } from '../../storage/open';
import { openStore, storeOn } from '../../storage/sqlite';
import { randomOf, seeds } from '../binaries/support';
import { scratch } from './files';
import { said } from './support';

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
