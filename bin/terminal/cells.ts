/**
 * What a terminal shows of a text, one cell for what a reader takes for one character: its columns, and whether all terminals
 * agree on them. Graphemes are those of Unicode (Intl.Segmenter), widths those of UAX #11. Must never be here: rows.
 */
import { eastAsianWidth } from 'get-east-asian-width';

export interface Cell {
  /** What is written for it; colours stand before the character that they begin at. */
  readonly text: string;
  /** Columns: 0 for a mark without a letter, 2 for wide characters. */
  readonly width: number;
  /** Whether every terminal gives it these columns: emoji put together of several are drawn apart by some. */
  readonly sure: boolean;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const PLAIN = /^[\u0020-\u007e]*$/;
const PUT_TOGETHER = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
/** What shows as one emoji of two columns: a pair of flag letters, a character with emoji presentation, or one asked to have it. */
const EMOJI = /^(?:\p{Regional_Indicator}{2}|\p{Emoji_Presentation}|.*\u{fe0f})/su;
const MARKS = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}]+$/u;
/** What shows as nothing, or as a wide blank: terminals disagree. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Format}]/u;
/** Letters of Europe: one column everywhere. */
const NARROW = /^[\u0020-\u007e\u00c0-\u052f]*$/;
/** Jamo that join the syllable before them. */
const JOINING = /^[\u1160-\u11ff\ud7b0-\ud7ff]$/;
// eslint-disable-next-line no-control-regex -- colours are escape sequences
const COLOUR = /\u001b\[[0-9;]*m/g;

const ASCII: readonly Cell[] = Array.from({ length: 128 }, (_, code) => ({
  text: String.fromCharCode(code),
  width: 1,
  sure: true,
}));

/** @param text one line without escape sequences and control characters */
export function cellsOf(text: string): Cell[] {
  if (PLAIN.test(text)) return Array.from(text, (letter) => ASCII[letter.charCodeAt(0)] as Cell);
  return Array.from(segmenter.segment(text), ({ segment }) => cellOf(segment));
}

/** @param text one line, which may have colours: they are part of the cell behind them, the last ones of the last cell */
export function colouredCells(text: string): Cell[] {
  const cells: Cell[] = [];
  let colours = '';
  let from = 0;
  for (const { 0: colour, index } of text.matchAll(COLOUR)) {
    colours = add(cells, colours, text.slice(from, index)) + colour;
    from = index + colour.length;
  }
  colours = add(cells, colours, text.slice(from));
  const last = cells.at(-1);
  if (last && colours !== '') cells[cells.length - 1] = { ...last, text: last.text + colours };
  return cells;
}

/** @returns the most columns that any terminal gives it, colours apart */
export function mostColumns({ text }: Cell): number {
  const bare = text.replace(COLOUR, '');
  return Array.from(bare).length * (NARROW.test(bare) ? 1 : 2);
}

/** @returns the columns of a text that may have colours */
export function widthOf(text: string): number {
  return cellsOf(text.replace(COLOUR, '')).reduce((sum, { width }) => sum + width, 0);
}

/** @returns the colours that still wait for a character */
function add(cells: Cell[], colours: string, text: string): string {
  const [first, ...more] = cellsOf(text);
  if (!first) return colours;
  cells.push(colours === '' ? first : { ...first, text: colours + first.text }, ...more);
  return '';
}

function cellOf(segment: string): Cell {
  const points = Array.from(segment);
  const sure = !UNSEEN.test(segment) && (points.length === 1 || !PUT_TOGETHER.test(segment));
  return { text: segment, width: columnsOf(segment, points), sure };
}

function columnsOf(segment: string, points: readonly string[]): number {
  if (EMOJI.test(segment)) return 2;
  let width = 0;
  for (const point of points)
    if (!MARKS.test(point) && !JOINING.test(point)) width += eastAsianWidth(point.codePointAt(0) ?? 0);
  return width;
}
