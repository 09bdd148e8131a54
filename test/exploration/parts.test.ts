/** What the explorer stands on: copies, canonical texts, and the table of worlds. */
import fc from 'fast-check';
import { canonical, copy } from './graph';
import { Rows } from './store';

class Thing {
  readonly held = new Set<object>();
  other: Thing | null = null;
  constructor(public serial: number) {}
}

test('a copy has its own maps, sets and objects, the same prototypes and the same sharing', () => {
  const one = new Thing(1);
  one.other = new Thing(2);
  one.held.add(one).add(one.other);
  const map = new Map([['a', one]]);
  const copied = copy({ map, one, frozen: Object.freeze({ x: 1 }) });
  const twin = copied.map.get('a');
  expect(twin).toBeInstanceOf(Thing);
  expect(twin).toBe(copied.one);
  expect(twin).not.toBe(one);
  expect(twin?.held.has(copied.one)).toBe(true);
  copied.one.held.clear();
  expect(one.held.size).toBe(2);
});

test('a text does not depend on the order of keys or on the numbers of serials, and depends on their order', () => {
  const pair = (a: number, b: number): object => ({ first: new Thing(a), second: new Thing(b) });
  expect(canonical(pair(1, 2))).toBe(canonical(pair(7, 40)));
  expect(canonical(pair(1, 2))).not.toBe(canonical(pair(2, 1)));
  const there = new Map(Object.entries({ a: 1, b: 2 }));
  const back = new Map(Object.entries({ b: 2, a: 1 }));
  expect(canonical(there)).toBe(canonical(back));
  expect(canonical(new Set(['b', 'a']))).toBe(canonical(new Set(['a', 'b'])));
});

test('sets of objects keep their order, and an object met again is told from an equal one', () => {
  const a = { n: 'a' };
  const b = { n: 'b' };
  expect(canonical(new Set([a, b]))).not.toBe(canonical(new Set([b, a])));
  expect(canonical([a, a])).not.toBe(canonical([a, { n: 'a' }]));
});

test('a copy has the same text', () => {
  fc.assert(
    // `__proto__` is no name of a property in anything that is written as an object.
    fc.property(
      fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__')),
      (value) => {
        expect(canonical(copy(value))).toBe(canonical(value));
      },
    ),
  );
});

test('the table of worlds finds every row again, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40)), { maxLength: 9000 }), (rows) => {
      const table = new Rows(3);
      const numbers = new Map<string, number>();
      for (const row of rows) {
        const known = numbers.get(row.join());
        expect(table.find(row)).toBe(known ?? -1);
        if (known === undefined) numbers.set(row.join(), table.add(row));
      }
      for (const [name, number] of numbers) expect([...table.at(number)].join()).toBe(name);
    }),
    { numRuns: 20 },
  );
});
