/** The queue of bytes: any segmentation gives the same, and nothing is copied more often than it must be. */
import fc from 'fast-check';
import { ByteQueue } from '../../transport/wire/bytes';
import { VECTORS } from './support';

const STREAM = Buffer.concat([
  VECTORS.prefaceC,
  VECTORS.rec_CONNECT,
  VECTORS.rec_CHAT_REQUEST,
  VECTORS.rec_CHAT,
  VECTORS.rec_CHAT_x3,
]);

/** Takes the preface, then every record that is whole. */
function drain(queue: ByteQueue, taken: Buffer[]): void {
  if (taken.length === 0) {
    const preface = queue.take(40);
    if (preface === undefined) return;
    taken.push(preface);
  }
  for (;;) {
    const length = queue.peek(2);
    const record = length === undefined ? undefined : queue.take(2 + length.readUInt16BE(0));
    if (record === undefined) return;
    taken.push(record);
  }
}

const EXPECTED = [
  VECTORS.prefaceC,
  VECTORS.rec_CONNECT,
  VECTORS.rec_CHAT_REQUEST,
  VECTORS.rec_CHAT,
  VECTORS.rec_CHAT_x3,
];

afterEach(() => {
  jest.restoreAllMocks();
});

test('byte by byte', () => {
  const queue = new ByteQueue();
  const taken: Buffer[] = [];
  for (const byte of STREAM) {
    queue.push(Buffer.from([byte]));
    drain(queue, taken);
  }
  expect(taken).toEqual(EXPECTED);
  expect(queue.length).toBe(0);
});

test('any split of a stream gives the same, read after every chunk or at the end', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 30 });
  fc.assert(
    fc.property(cuts, fc.boolean(), (at, atOnce) => {
      const queue = new ByteQueue();
      const taken: Buffer[] = [];
      const ends = [...at.sort((a, b) => a - b), STREAM.length];
      ends.forEach((end, i) => {
        queue.push(STREAM.subarray(ends[i - 1] ?? 0, end));
        if (!atOnce) drain(queue, taken);
      });
      drain(queue, taken);
      expect(taken).toEqual(EXPECTED);
      expect(queue.length).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('agrees with a plain buffer, whatever is pushed, peeked at and taken', () => {
  const step = fc.oneof(
    fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ push: Buffer.from(bytes) })),
    fc.nat(30).map((peek) => ({ peek })),
    fc.nat(30).map((take) => ({ take })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new ByteQueue();
      let model = Buffer.alloc(0);
      for (const one of steps) {
        if ('push' in one) {
          queue.push(one.push);
          model = Buffer.concat([model, one.push]);
        } else if ('peek' in one) {
          expect(queue.peek(one.peek)).toEqual(one.peek <= model.length ? model.subarray(0, one.peek) : undefined);
        } else {
          expect(queue.take(one.take)).toEqual(one.take <= model.length ? model.subarray(0, one.take) : undefined);
          if (one.take <= model.length) model = model.subarray(one.take);
        }
        expect(queue.length).toBe(model.length);
      }
    }),
    { numRuns: 500 },
  );
});

test('what one chunk holds is a view of it', () => {
  const queue = new ByteQueue();
  const chunk = Buffer.from('abcdef');
  queue.push(chunk);
  expect(queue.peek(2)?.buffer).toBe(chunk.buffer);
  expect(queue.take(4)?.byteOffset).toBe(chunk.byteOffset);
  expect(queue.take(2)?.byteOffset).toBe(chunk.byteOffset + 4);
});

test('chunks of one byte are copied once each', () => {
  const queue = new ByteQueue();
  const copied = jest.spyOn(Buffer.prototype, 'copy');
  const byte = Buffer.from([7]);
  const chunks = 200_000;
  for (let i = 0; i < chunks; i++) queue.push(byte);
  while (queue.take(1000) !== undefined);
  expect(copied).toHaveBeenCalledTimes(chunks);
});
