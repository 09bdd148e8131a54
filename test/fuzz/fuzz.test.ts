/**
 * Every decoder under valid inputs that were spoilt (protocol 7, 81): it accepts or names a fault, and what it accepts has one
 * encoding. Each for PARLEY_FUZZ_SECONDS (default 10), or for PARLEY_FUZZ_RUNS inputs. fast-check prints seed and path of a
 * failure, and the input made as small as it goes; `npm run fuzz` plays a million and follows coverage.
 */
import fc from 'fast-check';
import { changed, spoilt } from './mutate';
import { Reader } from '../../transport/wire/cursor';
import { TARGETS } from './targets';
import { WIRE_TARGETS } from './wire-targets';

const SECONDS = Number(process.env['PARLEY_FUZZ_SECONDS'] ?? 10);
const RUNS = process.env['PARLEY_FUZZ_RUNS'];
/** As many as the time lets through. */
const UNTIL_TIME_IS_UP = {
  numRuns: 1_000_000_000,
  interruptAfterTimeLimit: SECONDS * 1_000,
  markInterruptAsFailure: false,
};
jest.setTimeout(SECONDS * 1_000 + 60_000);

test.each(TARGETS)('7-81 $name', (target) => {
  const seen = new Set<string>();
  const property = fc.property(target.inputs, (bytes) => void seen.add(target.run(bytes)));
  fc.assert(property, RUNS === undefined ? UNTIL_TIME_IS_UP : { numRuns: Number(RUNS) });
  // A generator that is always refused, or never, tests half of its decoder.
  expect([...seen]).toContain('accepted');
  expect(seen.size).toBeGreaterThan(1);
});

/** Bugs, to see whether they are found (I-21): the reader under every decoder of the wire does something else. */
const PLANTED: readonly (readonly [string, () => jest.SpyInstance])[] = [
  ['filling is not looked at', () => jest.spyOn(Reader.prototype, 'restIsZero').mockReturnValue(true)],
  ['a length is believed', () => jest.spyOn(Reader.prototype, 'has').mockReturnValue(true)],
  ['characters are not looked at', () => jest.spyOn(Reader.prototype, 'ascii').mockReturnValue('x')],
];
test.each(PLANTED)('a planted bug is found: %s', (_, plant) => {
  const planted = plant();
  try {
    const found = WIRE_TARGETS.some((target) => {
      const property = fc.property(target.inputs, (bytes) => void target.run(bytes));
      return fc.check(property, { seed: 1, numRuns: 5_000, endOnFailure: true }).failed;
    });
    expect(found).toBe(true);
  } finally {
    planted.mockRestore();
  }
});

test('names of targets are unique', () => {
  const names = TARGETS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('a spoilt input is another one mostly, and sometimes the valid one', () => {
  const valid = Buffer.from('valid');
  const samples = fc.sample(spoilt(fc.constant(valid)), { numRuns: 200, seed: 1 });
  const same = samples.filter((bytes) => bytes.equals(valid)).length;
  expect([same > 10, same < 150]).toEqual([true, true]);
  expect(valid.toString()).toBe('valid');
});

test('changes of nothing are nothing', () => {
  for (const how of ['set', 'flip', 'cut', 'insert', 'repeat', 'remove', 'extend'] as const) {
    const after = changed(Buffer.alloc(0), { how, at: 0xffff, value: 7, size: 3 });
    expect(after.length).toBe(how === 'insert' || how === 'extend' ? 3 : 0);
  }
});
