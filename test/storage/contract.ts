/**
 * What every store must do, whatever it is made of: each implementation runs this suite. What is true of files only is
 * tested elsewhere.
 */
import type { AcceptedRun, Store } from '../../machines/ports';
import { testSubscribers } from './contract-subscribers';
import { testAgainstModel } from './model';
import { readBack, refusal, said, type Harness } from './support';

/** Runs the suite on the stores that `make` makes, each new and empty. */
export function testStore(name: string, make: () => Harness): void {
  describe(`${name}: the contract of a store`, () => {
    let harness: Harness;
    beforeEach(() => {
      harness = make();
    });
    afterEach(() => harness.dispose());
    const given = (): Harness => harness;

    testHistory(given);
    testSessionNumbers(given);
    testSubscribers(given);
    testFullStore(given);
    testAgainstModel(make);
  });
}

function testHistory(given: () => Harness): void {
  describe('history', () => {
    test('a pair that never chatted has none', () => {
      const { store } = given();
      expect(store.count('alice', 'bob')).toBe(0);
      expect(store.page('alice', 'bob', 0, 10)).toEqual([]);
      expect(store.page('alice', 'alice', 0, 10)).toEqual([]);
    });

    test('texts come back in the order of acceptance, numbered from 1, for both of the pair', () => {
      const { store } = given();
      const texts = [
        said('hello'),
        said('how are you?'),
        said('fine', { sender: 'bob', recipient: 'alice', time: 1_700_000_000_500 }),
        said('next session', { session: 7 }),
        said('again', { session: 7 }),
      ];
      store.append(texts.slice(0, 2));
      store.append(texts.slice(2));
      expect(store.page('alice', 'bob', 0, 10)).toEqual(readBack(texts));
      expect(store.page('bob', 'alice', 0, 10)).toEqual(readBack(texts));
      expect([store.count('alice', 'bob'), store.count('bob', 'alice')]).toEqual([5, 5]);
    });

    test('neighbours that differ in one thing only', () => {
      const { store } = given();
      const texts = [
        said('1'),
        said('2', { session: 2 }),
        said('3', { session: 2, time: 5 }),
        said('4', { session: 2, time: 5, sender: 'bob', recipient: 'alice' }),
        said('5', { session: 2, time: 6, sender: 'bob', recipient: 'alice' }),
      ];
      store.append([...texts, said('to carol', { session: 2, time: 6, sender: 'bob', recipient: 'carol' })]);
      expect(store.page('alice', 'bob', 0, 10)).toEqual(readBack(texts));
      expect(store.count('bob', 'carol')).toBe(1);
    });

    test('an empty batch changes nothing', () => {
      const { store } = given();
      store.append([]);
      expect(store.count('alice', 'bob')).toBe(0);
    });

    test('pairs do not mix, in one batch or in several', () => {
      const { store } = given();
      const ab = [said('1'), said('2'), said('3')];
      const ac = [said('4', { recipient: 'carol' }), said('5', { sender: 'carol', recipient: 'alice' })];
      const bc = [said('6', { sender: 'bob', recipient: 'carol' })];
      // A pair is two names, not their letters one after the other.
      const other = [said('7', { sender: 'alic', recipient: 'ebob' })];
      store.append([ab[0], ac[0], ab[1], bc[0], ac[1], other[0], ab[2]] as AcceptedRun[]);
      expect(store.page('alice', 'bob', 0, 10)).toEqual(readBack(ab));
      expect(store.page('alice', 'carol', 0, 10)).toEqual(readBack(ac));
      expect(store.page('bob', 'carol', 0, 10)).toEqual(readBack(bc));
      expect(store.page('alic', 'ebob', 0, 10)).toEqual(readBack(other));
    });

    test('Client-IDs are compared byte for byte', () => {
      const { store } = given();
      store.append([said('to bob'), said('to Bob', { recipient: 'Bob' })]);
      expect(store.page('alice', 'bob', 0, 10).map(({ text }) => text)).toEqual(['to bob']);
      expect(store.count('Alice', 'bob')).toBe(0);
      // Byte order is not the order of the alphabet: Z is before a.
      store.append([said('from Z', { sender: 'Zoe', recipient: 'adam' })]);
      expect(store.page('adam', 'Zoe', 0, 10)).toEqual(readBack([said('from Z', { sender: 'Zoe' })]));
    });

    test('page boundaries', () => {
      const { store } = given();
      const texts = Array.from({ length: 10 }, (_, i) => said(`text ${i + 1}`));
      store.append(texts);
      const numbers = (after: number, limit: number): number[] =>
        store.page('alice', 'bob', after, limit).map(({ n }) => n);
      expect(numbers(0, 3)).toEqual([1, 2, 3]);
      expect(numbers(3, 3)).toEqual([4, 5, 6]);
      expect(numbers(9, 3)).toEqual([10]);
      expect(numbers(10, 3)).toEqual([]);
      expect(numbers(1000, 3)).toEqual([]);
      expect(numbers(0, 10)).toHaveLength(10);
      expect(numbers(0, 0)).toEqual([]);
    });

    test('every text comes back as it went in', () => {
      const { store } = given();
      const texts = [
        'é',
        '\u{1F600}'.repeat(1024),
        '\ufefffirst',
        '"\\"',
        "'; DROP TABLE texts",
        '\u202e\u2028',
        '%_?',
        '0',
        'null',
      ];
      store.append(texts.map((text) => said(text)));
      for (const text of texts) store.append([said(text)]);
      expect(store.page('alice', 'bob', 0, 100).map(({ text }) => text)).toEqual([...texts, ...texts]);
    });

    test('the largest numbers come back as they went in', () => {
      const { store } = given();
      const texts = [said('x', { session: 2 ** 32 - 1, time: 2 ** 53 - 1 }), said('y', { session: 1, time: 0 })];
      store.append(texts);
      expect(store.page('alice', 'bob', 0, 10)).toEqual(readBack(texts));
    });

    test('a text that is not well-formed Unicode is a bug of ours, and nothing of its batch is stored', () => {
      const { store } = given();
      expect(() => store.append([said('good'), said('bad \ud800')])).toThrow(TypeError);
      expect(store.count('alice', 'bob')).toBe(0);
    });

    test('it outlasts a restart', () => {
      const { store, reopen } = given();
      store.append([said('before')]);
      const after = reopen();
      after.append([said('after')]);
      expect(after.page('bob', 'alice', 0, 10)).toEqual(readBack([said('before'), said('after')]));
    });
  });
}

function testSessionNumbers(given: () => Harness): void {
  describe('session numbers', () => {
    test('begin at 1 and rise without a gap', () => {
      const { store } = given();
      expect([store.reserve(1), store.reserve(1000), store.reserve(1)]).toEqual([1, 2, 1002]);
    });

    test('after a restart they begin after the last reserved end', () => {
      const { store, reopen } = given();
      store.reserve(1000);
      expect(reopen().reserve(1000)).toBe(1001);
      expect(reopen().reserve(1)).toBe(2001);
    });

    test('are refused when they are used up, and none is lost by the refusal', () => {
      const { store, reopen } = given();
      expect(store.reserve(2 ** 32 - 2)).toBe(1);
      expect(refusal(() => store.reserve(2))).toMatchObject({
        kind: 'failed',
        message: expect.stringContaining('4294967295') as string,
      });
      expect(store.reserve(1)).toBe(2 ** 32 - 1);
      expect(refusal(() => store.reserve(1)).kind).toBe('failed');
      expect(refusal(() => reopen().reserve(1)).kind).toBe('failed');
    });

    test.each([0, -1, 1.5, NaN, Infinity])('a block of %p is a bug of ours', (count) => {
      const { store } = given();
      expect(() => store.reserve(count)).toThrow(RangeError);
      expect(store.reserve(1)).toBe(1);
    });
  });
}

/** A batch that begins with what fits, and then does not fit where there is next to no room; one of two pairs is new. */
const LARGE = Array.from({ length: 200 }, (_, i) =>
  said(i === 0 ? 'fits' : 'x'.repeat(1000), { recipient: i % 2 === 0 ? 'bob' : 'dora' }),
);

function testFullStore(given: () => Harness): void {
  describe('a full store (P2)', () => {
    /** What is left of the room is not said: small batches may still fit. @returns how many went in */
    function appendUntilRefused(store: Store): number {
      for (let done = 0; done < 1000; done += 2) {
        try {
          store.append([said('small'), said('small, too')]);
        } catch (error) {
          expect(error).toMatchObject({ name: 'StoreError', kind: 'full' });
          return done;
        }
      }
      throw new Error('the store is never full');
    }

    test('a batch is stored as a whole or not at all', () => {
      const { store, fill, free } = given();
      store.append([said('before')]);
      fill();
      expect(refusal(() => store.append(LARGE)).kind).toBe('full');
      expect([store.count('alice', 'bob'), store.count('alice', 'dora')]).toEqual([1, 0]);
      const fitted = appendUntilRefused(store);
      expect(store.count('alice', 'bob')).toBe(1 + fitted);
      free();
      store.append(LARGE);
      expect([store.count('alice', 'bob'), store.count('alice', 'dora')]).toEqual([101 + fitted, 100]);
      expect(store.page('alice', 'bob', 0, 1)).toEqual(readBack([said('before')]));
      expect(store.page('alice', 'bob', 0, 5000)).toHaveLength(101 + fitted);
    });

    test('the sentence says what to do and holds no text', () => {
      const { store, fill } = given();
      fill();
      const { message } = refusal(() => store.append(LARGE));
      expect(message).toMatch(/no room/);
      expect(message).not.toContain('xxx');
    });

    test('probe finds out whether there is room', () => {
      const { store, fill, free } = given();
      store.probe();
      fill();
      expect(refusal(() => store.append(LARGE)).kind).toBe('full');
      appendUntilRefused(store);
      expect(refusal(() => store.probe()).kind).toBe('full');
      expect(refusal(() => store.probe()).kind).toBe('full');
      free();
      store.probe();
      store.append([said('again')]);
    });
  });
}
