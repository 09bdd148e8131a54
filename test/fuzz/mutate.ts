/** Valid inputs, spoilt: how, is an arbitrary of fast-check, so that a failure shrinks. Must never be here: what is valid. */
import fc from 'fast-check';

/** Places are parts of the input's length, so that they stay meaningful when it shrinks. */
export interface Change {
  readonly how: 'set' | 'flip' | 'cut' | 'insert' | 'repeat' | 'remove' | 'extend';
  /** Place, of 65 536. */
  readonly at: number;
  readonly value: number;
  readonly size: number;
}

/** Bytes that mean something somewhere: ends, types, sizes, the critical bit. */
const TELLING = [0, 1, 2, 3, 0x10, 0x25, 0x3f, 0x40, 0x41, 0x7e, 0x7f, 0x80, 0x85, 0xc0, 0xed, 0xf5, 0xff];

const change: fc.Arbitrary<Change> = fc.record({
  how: fc.constantFrom('set', 'set', 'set', 'flip', 'flip', 'cut', 'insert', 'repeat', 'remove', 'extend'),
  at: fc.oneof(fc.nat(0xffff), fc.nat(0x1fff)),
  value: fc.oneof(fc.constantFrom(...TELLING), fc.nat(0xff)),
  size: fc.oneof(fc.nat(4), fc.nat(80)),
});
export const changes = fc.array(change, { maxLength: 4 });

/** A valid input with up to four changes, which may be none. */
export function spoilt(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.tuple(valid, changes).map(([bytes, all]) => all.reduce(changed, bytes));
}

export function changed(bytes: Buffer, { how, at, value, size }: Change): Buffer {
  const place = Math.floor((at * bytes.length) / 0x10000);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (how) {
    case 'set':
    case 'flip': {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[place] = how === 'set' ? value : (copy[place] ?? 0) ^ (1 << (value & 7));
      return copy;
    }
    case 'cut':
      return before;
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(size, value), after]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, size), after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(size)]);
    case 'extend':
      return Buffer.concat([bytes, Buffer.alloc(size, value)]);
  }
}
