/** The lines of a pipe (bin/terminal/pipe.ts): what is a line, how many wait, what is left out. */
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { LINE_MAX, LineCutter, PipeLines, type PipeLine } from '../../bin/terminal/pipe';

function pipe(chunks: Iterable<string>): PipeLines {
  // A stream of the kind that a file is.
  return new PipeLines(Readable.from(chunks, { objectMode: false }) as unknown as NodeJS.ReadStream);
}
async function allOf(lines: PipeLines): Promise<PipeLine[]> {
  const all: PipeLine[] = [];
  const drain = (): void => {
    for (let next = lines.take(); next; next = lines.take()) all.push(next);
  };
  lines.on('more', drain);
  await new Promise<void>((closed) => lines.on('close', closed));
  drain();
  return all;
}
const textOf = ({ line }: PipeLine): string | undefined => line;

test('however it comes, a line ends with LF or CR LF, and the last needs none', () =>
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[ax\u2028☕]{0,9}$/)),
      fc.array(fc.integer({ min: 1, max: 9 })),
      fc.constantFrom('\n', '\r\n'),
      (texts, sizes, end) => {
        const all = `${texts.map((text) => `${text}${end}`).join('')}the end`;
        const cutter = new LineCutter();
        const lines: PipeLine[] = [];
        let at = 0;
        for (const size of [...sizes, all.length]) lines.push(...cutter.cut(all.slice(at, (at += size))));
        lines.push(...cutter.end());
        expect(lines).toEqual([...texts, 'the end'].map((line, i) => ({ n: i + 1, line })));
      },
    ),
  ));

test('a line that is too long is told once, when that is known, and the next is whole', () => {
  const cutter = new LineCutter();
  const piece = 'x'.repeat(LINE_MAX / 4);
  expect([1, 2, 3, 4].flatMap(() => cutter.cut(piece))).toEqual([]);
  expect(cutter.cut('y')).toEqual([{ n: 1, line: undefined }]);
  for (let i = 0; i < 100; i++) expect(cutter.cut(piece)).toEqual([]);
  expect(cutter.cut(`y\nafter\n${'x'.repeat(LINE_MAX)}`)).toEqual([{ n: 2, line: 'after' }]);
  expect(cutter.end()).toEqual([{ n: 3, line: 'x'.repeat(LINE_MAX) }]);
  expect(cutter.cut('x'.repeat(LINE_MAX + 1))).toEqual([{ n: 4, line: undefined }]);
  expect(cutter.end()).toEqual([]);
});

test.each([
  ['short lines', 'hello\n', 4096 + 65_536],
  ['long lines', `${'x'.repeat(60_000)}\n`, 40],
  ['lines that are too long', `${'x'.repeat(LINE_MAX + 1)}\n`, 40],
])('%s that nobody takes are read up to a bound, and all of them when they are taken', async (_, line, bound) => {
  const total = 20_000_000;
  let given = 0;
  function* endless(): Generator<string> {
    const chunk = line.repeat(Math.max(1, Math.floor(65_536 / line.length)));
    for (; given * line.length < total; given += chunk.length / line.length) yield chunk;
  }
  const lines = pipe(endless());
  const ended = new Promise<void>((closed) => lines.on('close', closed));
  // Until nothing more is read: a stream that goes on does so within a turn.
  for (let before = -1; before !== given;) {
    before = given;
    for (let i = 0; i < 10; i++) await new Promise(setImmediate);
  }
  expect(lines.waiting).toBeGreaterThan(0);
  expect(lines.waiting).toBeLessThanOrEqual(bound);
  const taken: PipeLine[] = [];
  const drain = (): void => {
    for (let next = lines.take(); next; next = lines.take()) taken.push(next);
  };
  lines.on('more', drain);
  drain();
  await ended;
  expect(taken).toHaveLength(given);
  expect(taken.every(({ n }, i) => n === i + 1)).toBe(true);
});

test('what is closed gives nothing, and reads nothing more', async () => {
  const lines = pipe('hello\n'.repeat(50_000).match(/[^]{1,65536}/g) ?? []);
  await new Promise<void>((more) => lines.once('more', more));
  const closed = new Promise<void>((done) => lines.on('close', done));
  lines.close();
  await closed;
  expect([lines.take(), lines.waiting, lines.next]).toEqual([undefined, 0, undefined]);
});

test('an empty input closes', async () => {
  expect((await allOf(pipe([]))).map(textOf)).toEqual([]);
  expect((await allOf(pipe(['\n', 'a']))).map(textOf)).toEqual(['', 'a']);
});
