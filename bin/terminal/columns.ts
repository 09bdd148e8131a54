/**
 * Where a line ends on a screen, counted as a terminal draws it: an emoji put together of several (a family, a flag, a tone of skin)
 * takes the columns of one. A terminal that draws the parts shows a remnant; counting them where they are not drawn would erase
 * what others wrote. Must never be here: the screen.
 */
import { stripVTControlCharacters } from 'node:util';

export interface Place {
  readonly rows: number;
  readonly cols: number;
}

const PUT_TOGETHER = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * @param text one line, which may have escape sequences @param columns of the screen
 * @param widthOf the columns of one code point @returns the place behind it, from where it began in the first column
 */
export function placeBehind(text: string, columns: number, widthOf: (point: string) => number): Place {
  let offset = 0;
  for (const { segment } of segmenter.segment(stripVTControlCharacters(text))) {
    const points = Array.from(segment);
    for (const point of PUT_TOGETHER.test(segment) ? points.slice(0, 1) : points) {
      const width = widthOf(point);
      // What is two columns wide does not begin in the last one.
      if (width === 2 && (offset + 1) % columns === 0) offset += 1;
      offset += width;
    }
  }
  return { rows: Math.floor(offset / columns), cols: offset % columns };
}

const INDENT = '  ';
/** What every terminal draws in one column: letters of Europe. Of the rest some draw two, whatever tables say. */
// eslint-disable-next-line no-control-regex -- an escape sequence takes none
const PIECES = /(\u001b\[[0-9;]*m)|([\u0020-\u007e\u00c0-\u052f])|[^]/gu;

/**
 * Breaks a line so that no row but its first begins in the first column: what somebody writes can then never look like a line
 * of the program. Where a terminal draws less than is counted here the row is shorter than it might be.
 */
export function hanging(line: string, columns: number): string {
  // Nothing takes more than two columns.
  if (line.length * 2 <= columns) return line;
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const [piece, sequence, single] of line.matchAll(PIECES)) {
    const width = sequence !== undefined ? 0 : single !== undefined ? 1 : 2;
    if (used + width > columns) {
      rows.push(row);
      row = INDENT;
      used = INDENT.length;
    }
    row += piece;
    used += width;
  }
  return [...rows, row].join('\n');
}
