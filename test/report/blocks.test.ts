/** Blocks to HTML and PDF: well formed whatever they say, numbers and references, nothing lost. */
import fc from 'fast-check';
import {
  code,
  heading,
  line,
  list,
  note,
  numbersOf,
  paragraph,
  plain,
  type Block,
  type Line,
} from '../../diagrams/report/blocks';
import { htmlOf } from '../../diagrams/report/html/render';
import { pdfOfReport } from '../../diagrams/report/pdf/render';
import { markupOf } from './xml';

const TITLE = { title: 'T', subtitle: 's', course: 'c', authors: ['a'], date: 'd', made: 'm' };
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 20 10"><path d="M0 0h9"/></svg>';

const words = fc.string({ unit: 'grapheme', maxLength: 30 });
const part = fc.oneof(
  fc.record({ kind: fc.constantFrom('text', 'em', 'strong', 'code', 'good', 'bad'), text: words }),
  fc.record({ kind: fc.constant('link' as const), text: words, url: words }),
);
const anyLine: fc.Arbitrary<Line> = fc.array(part, { maxLength: 4 });
const anyBlock = (id: string): fc.Arbitrary<Block> =>
  fc.oneof(
    fc.record({ kind: fc.constant('heading'), level: fc.constantFrom(1, 2, 3), id: fc.constant(id), text: words }),
    fc.record({ kind: fc.constant('paragraph'), line: anyLine }),
    fc.record({ kind: fc.constant('list'), ordered: fc.boolean(), items: fc.array(anyLine, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('code'), text: words }),
    fc.record({ kind: fc.constant('note'), tone: fc.constantFrom('plain', 'good', 'bad'), line: anyLine }),
    fc.record({ kind: fc.constant('figure'), id: fc.constant(id), caption: words, svg: fc.constant(SVG) }),
    fc.integer({ min: 1, max: 4 }).chain((columns) =>
      fc.record({
        kind: fc.constant('table'),
        id: fc.constant(id),
        caption: words,
        head: fc.array(words, { minLength: columns, maxLength: columns }),
        rows: fc.array(fc.array(anyLine, { minLength: columns, maxLength: columns }), { maxLength: 4 }),
        widths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: columns, maxLength: columns }),
      }),
    ),
  );
const anyBlocks = fc
  .integer({ min: 0, max: 8 })
  .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => anyBlock(`b${String(i)}`))));

test('any blocks make well-formed HTML that holds every word', () => {
  fc.assert(
    fc.property(anyBlocks, (blocks) => {
      const { text } = markupOf(htmlOf({ title: TITLE, blocks }));
      for (const block of blocks) {
        const said =
          'line' in block
            ? block.line.map((one) => ('text' in one ? one.text : ''))
            : 'text' in block
              ? [block.text]
              : [];
        for (const one of said) expect(text).toContain(one);
      }
    }),
  );
});

test('any blocks make a PDF', async () => {
  await fc.assert(
    fc.asyncProperty(anyBlocks, async (blocks) => {
      const { bytes, pages } = await pdfOfReport({ title: TITLE, blocks });
      expect(Buffer.from(bytes.subarray(0, 5)).toString()).toBe('%PDF-');
      expect(pages).toBeGreaterThanOrEqual(3);
    }),
    { numRuns: 15 },
  );
}, 60_000);

test('marks of a line', () => {
  expect(line('a `b` **c** *d* _e_ [f](https://g) [[h]]')).toEqual([
    { kind: 'text', text: 'a ' },
    { kind: 'code', text: 'b' },
    { kind: 'text', text: ' ' },
    { kind: 'strong', text: 'c' },
    { kind: 'text', text: ' ' },
    { kind: 'em', text: 'd' },
    { kind: 'text', text: ' ' },
    { kind: 'em', text: 'e' },
    { kind: 'text', text: ' ' },
    { kind: 'link', text: 'f', url: 'https://g' },
    { kind: 'text', text: ' ' },
    { kind: 'ref', id: 'h' },
  ]);
  // Names with underscores and a link into another document are words.
  expect(line('CK_A and K_A, see [x](other.md)')).toEqual([
    { kind: 'text', text: 'CK_A and K_A, see ' },
    { kind: 'text', text: 'x' },
  ]);
});

test('numbers of chapters, sections, figures and tables; references are their names', () => {
  const table = (id: string): Block => ({
    kind: 'table',
    id,
    caption: '',
    head: ['x'],
    rows: [[code('y')]],
    widths: [1],
  });
  const blocks = [
    heading(1, 'One'),
    heading(2, 'Sub'),
    table('t1'),
    heading(1, 'Two'),
    heading(2, 'Sub', 'other'),
    { kind: 'figure', id: 'f1', caption: '', svg: SVG } as const,
    table('t2'),
    paragraph('see [[f1]] and [[t2]]'),
  ];
  const { labels, headings } = numbersOf(blocks);
  expect(Object.fromEntries(labels)).toEqual({ t1: 'Table 1', f1: 'Figure 1', t2: 'Table 2' });
  expect([...headings.values()]).toEqual(['1', '1.1', '2', '2.1']);
  expect(markupOf(htmlOf({ title: TITLE, blocks })).text).toContain('see Figure 1 and Table 2');
});

test('an id that stands twice and a reference to nothing are errors', () => {
  expect(() => numbersOf([heading(1, 'A'), heading(2, 'A')])).toThrow('stands twice');
  expect(() => numbersOf([list(['see [[nothing]]'])])).toThrow('nothing in the report');
  expect(() => numbersOf([note('plain', 'x'), { kind: 'paragraph', line: plain('[[as it is]]') }])).not.toThrow();
});
