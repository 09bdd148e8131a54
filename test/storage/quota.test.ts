/** A database with a largest size (protocol 4.11): nothing grows beyond it, and what it holds can be read. */
import { statSync } from 'node:fs';
import { openKeeping, type Keeping } from '../../storage/keeping';
import { openDatabase } from '../../storage/open';
import { openStore, storeOn } from '../../storage/sqlite';
import type { Store } from '../../machines/ports';
import { databases } from './files';
import { refusal, said } from './support';

const { path, closeLater } = databases();
const MIB = 1024 ** 2;
const DAY_1 = Date.UTC(2026, 0, 1);
const DAY_2 = Date.UTC(2026, 0, 2);
const NO_ROOM =
  /parley\.db: it has its largest size \(--store-max\), or its disk is full; remove old texts with parley-history prune, raise/;

const open = (maxBytes: number): Store =>
  closeLater(openStore(path('parley.db'), { create: true, durability: 'normal', maxBytes }));

/** @returns how many texts went in before the first that did not */
function fill(store: Store, time: number): number {
  for (let n = 0; n < 10_000; n++) {
    try {
      store.append([said('x'.repeat(4000), { time })]);
    } catch (error) {
      expect(error).toMatchObject({
        name: 'StoreError',
        kind: 'full',
        message: expect.stringMatching(NO_ROOM) as string,
      });
      return n;
    }
  }
  throw new Error('it is never full');
}

test('the file does not grow beyond its largest size; what it holds can be read, and numbers are still given', () => {
  const store = open(4 * MIB);
  const texts = fill(store, DAY_1);
  expect(texts).toBeGreaterThan(300);
  expect(store.count('alice', 'bob')).toBe(texts);
  expect(store.page('alice', 'bob', 0, 10_000)).toHaveLength(texts);
  expect(store.reserve(1)).toBe(1);
  store.close();
  expect(statSync(path('parley.db')).size).toBeLessThanOrEqual(4 * MIB);
});

test('as long as what failed would fail again, the probe fails: chats do not begin to end at their first text', () => {
  const store = open(4 * MIB);
  const texts = fill(store, DAY_1);
  for (let round = 0; round < 3; round++) expect(refusal(() => store.probe()).message).toMatch(NO_ROOM);
  expect(store.count('alice', 'bob')).toBe(texts);
});

test('it goes on by itself when old texts are removed, and the file does not grow any more', async () => {
  const store = open(4 * MIB);
  fill(store, DAY_1);
  const keeping = openKeeping(path('parley.db'));
  closeLater(keeping);
  await keeping.prune(DAY_2);
  keeping.close();
  // The removal is not bound: it may have needed room before it gave some back.
  const { size } = statSync(path('parley.db'));
  store.probe();
  expect(fill(store, DAY_2)).toBeGreaterThan(300);
  store.close();
  expect(statSync(path('parley.db')).size).toBe(size);
});

test('a larger bound, or none, at the next start makes room; a smaller one than there is keeps what there is', () => {
  const first = open(2 * MIB);
  let texts = fill(first, DAY_1);
  first.close();
  const second = open(4 * MIB);
  const more = fill(second, DAY_1);
  expect(more).toBeGreaterThan(100);
  texts += more;
  second.close();
  const smaller = open(MIB);
  texts += fill(smaller, DAY_1);
  expect(smaller.count('alice', 'bob')).toBe(texts);
  smaller.close();
  expect(statSync(path('parley.db')).size).toBeLessThanOrEqual(4 * MIB);
  const none = open(0);
  none.probe();
  none.append(Array.from({ length: 2000 }, () => said('x'.repeat(4000))));
  expect(none.count('alice', 'bob')).toBe(texts + 2000);
});

test('a pair that is full refuses its own sessions only, by name, until its texts are fewer', async () => {
  const store = closeLater(storeOn(openDatabase(path('parley.db'), true), 'normal', 0, 10_000));
  const ofPair = said('x'.repeat(4000), { time: DAY_1 });
  const ofOthers = said('there is room', { sender: 'carol', session: 2, time: DAY_2 });
  for (let n = 0; n < 3; n++) store.append([ofPair]);
  const batch = [ofOthers, ofPair, { ...ofPair, sender: 'bob', recipient: 'alice', session: 3 }];
  expect(refusal(() => store.append(batch)).message).toMatch(/^the texts of alice and bob have .*\(--pair-max\)/);
  expect(() => store.append(batch)).toThrow(
    expect.objectContaining({ kind: 'full', sessions: new Set([1, 3]) }) as Error,
  );
  expect([store.count('alice', 'bob'), store.count('carol', 'bob')]).toEqual([3, 0]);
  store.append([ofOthers]);
  store.probe();
  const keeping = closeLater(openKeeping(path('parley.db'))) as Keeping;
  await keeping.prune(DAY_2);
  store.append([ofPair]);
  expect([store.count('alice', 'bob'), store.count('carol', 'bob')]).toEqual([1, 1]);
});
