/**
 * The line being typed as it stands on the screen: where each of its cells is, and what to write so that the screen shows the next
 * frame instead of the last. Rows break where the terminal breaks them, so that a line copied from the screen is whole; a row with
 * cells on which terminals disagree is broken by us. Must never be here: what is typed.
 */
import type { Cell } from './cells';

export interface Frame {
  readonly cells: readonly Cell[];
  /** Row and column of each cell, and of what comes after the last. */
  readonly places: readonly Place[];
  /** Index of the cell at the cursor. */
  readonly cursor: number;
  readonly columns: number;
}
export interface Place {
  readonly row: number;
  readonly column: number;
}

const ESC = '\u001b[';
const ERASE_BELOW = `${ESC}J`;
const WRAP_OFF = `${ESC}?7l`;
const WRAP_ON = `${ESC}?7h`;

export const NOTHING: Frame = { cells: [], places: [{ row: 0, column: 0 }], cursor: 0, columns: Infinity };

/** @param columns of the screen */
export function frameOf(cells: readonly Cell[], cursor: number, columns: number): Frame {
  const places: Place[] = [];
  let row = 0;
  let column = 0;
  for (const { width } of cells) {
    // What is two columns wide does not begin in the last one.
    if (column + width > columns) [row, column] = [row + 1, 0];
    places.push({ row, column });
    column += width;
  }
  places.push(column >= columns ? { row: row + 1, column: 0 } : { row, column });
  return { cells, places, cursor, columns };
}

/** @returns how many rows it takes */
function rowsOf(frame: Frame): number {
  return end(frame).row + 1;
}

/**
 * A frame of at most so many rows: those around the cursor; what is left out shows as an ellipsis. @param rows at least 1
 */
export function windowOf(frame: Frame, rows: number): Frame {
  if (rowsOf(frame) <= rows) return frame;
  const { cells, cursor, columns } = frame;
  const at = place(frame, cursor).row;
  // The cursor's row is the last but one, unless the text begins or ends before.
  const first = Math.max(0, Math.min(at - Math.max(0, rows - 2), end(frame).row - rows + 1));
  const from = frame.places.findIndex(({ row }) => row >= first);
  const after = frame.places.findIndex(({ row }) => row >= first + rows);
  const shown = cells.slice(from, after < 0 ? undefined : after);
  if (from > 0) shown[0] = { text: '…'.padEnd(shown[0]?.width ?? 1), width: shown[0]?.width ?? 1, sure: true };
  // The last cell would push the cursor into one row more.
  if (after >= 0) shown.splice(-1);
  return frameOf(shown, Math.min(Math.max(cursor - from, 0), shown.length), columns);
}

/** What takes a frame off the screen; the cursor is then where it began. */
export function erase(old: Frame): string {
  return `${up(place(old, old.cursor).row)}\r${ERASE_BELOW}`;
}

/**
 * What makes the screen show `next` where it shows `old`; '' if nothing has changed.
 * @param fixed so many cells at the front are written as a whole, for their colours
 */
export function paint(old: Frame, next: Frame, fixed: number): string {
  const same = sameCells(old, next);
  if (same === next.cells.length && same === old.cells.length)
    return next.cursor === old.cursor ? '' : move(place(old, old.cursor).row, next);
  const from = beginning(next, same, fixed);
  const begin = place(next, from);
  // The first cell of a row is written by way of the one before it, or the terminal takes the row for a line of its own.
  const start = vertical(place(old, old.cursor).row, begin.row) + column(begin.column) + ERASE_BELOW;
  return start + written(next, from) + (next.cursor === next.cells.length ? '' : move(end(next).row, next));
}

/** Where writing begins so that the cells behind come to stand right. */
function beginning(next: Frame, same: number, fixed: number): number {
  if (same < fixed) return 0;
  const { row } = place(next, same);
  let from = same;
  while (from > 0 && place(next, from - 1).row === row) from -= 1;
  // Behind a cell on which terminals disagree nobody knows the column: from the beginning of its row then.
  const sure = next.cells.slice(from, same).every((cell) => cell.sure);
  if (sure && (place(next, same).column > 0 || same === 0)) return same;
  return from === 0 || breaks(next, from) ? from : from - 1;
}

/** The whole line, as it stays when it is entered; the cursor is then somewhere in its last row. */
export function whole(frame: Frame): string {
  return written(frame, 0, 'as it is');
}

/** The cells from here to the end, rows broken where need be; `beyond`: the cursor goes on to the next row from a full one. */
function written(frame: Frame, from: number, ending: 'beyond' | 'as it is' = 'beyond'): string {
  const { cells } = frame;
  let text = '';
  for (let first = from; first < cells.length;) {
    const next = nextRow(frame, first);
    const row = cells.slice(first, next);
    const broken = first > from && breaks(frame, first);
    text += (broken ? '\r\n' : '') + rowText(row, place(frame, first).column === 0);
    first = next;
  }
  const last = cells.length;
  const full = last > 0 && place(frame, last).row > place(frame, last - 1).row;
  // Only a character makes a terminal go on to the next row.
  if (full && ending === 'beyond') text += breaks(frame, last) ? '\r\n' : ' \r';
  return text;
}

/** Where a terminal may want more columns than there are, it is kept from going on to the next row; the first cell comes to this one. */
function rowText(row: readonly Cell[], fromItsStart: boolean): string {
  const texts = row.map(({ text }) => text);
  if (row.every(({ sure }) => sure)) return texts.join('');
  const wrapping = texts.splice(0, fromItsStart ? 1 : 0).join('');
  return `${wrapping}${WRAP_OFF}${texts.join('')}${WRAP_ON}`;
}

/** Index of the first cell of the row after this one's. */
function nextRow(frame: Frame, index: number): number {
  let next = index + 1;
  while (next < frame.cells.length && place(frame, next).row === place(frame, index).row) next += 1;
  return next;
}

/** Whether the row that this cell begins is begun by us: the terminal may think that the row before it has room, or is full already. */
function breaks(frame: Frame, index: number): boolean {
  const { row, column } = place(frame, index);
  if (row === 0 || column !== 0 || index === 0) return false;
  for (let i = index - 1; i >= 0 && place(frame, i).row === row - 1; i--) if (!frame.cells[i]?.sure) return true;
  return false;
}

/** From a row, in whatever column, to the cursor of a frame. */
function move(row: number, frame: Frame): string {
  const to = place(frame, frame.cursor);
  let first = frame.cursor;
  while (first > 0 && place(frame, first - 1).row === to.row) first -= 1;
  const before = frame.cells.slice(first, frame.cursor);
  if (before.every((cell) => cell.sure)) return vertical(row, to.row) + column(to.column);
  // Written again, they take the cursor where this terminal has them.
  return `${vertical(row, to.row)}\r${WRAP_OFF}${before.map(({ text }) => text).join('')}${WRAP_ON}`;
}

function sameCells(a: Frame, b: Frame): number {
  if (a.columns !== b.columns) return 0;
  let same = 0;
  const most = Math.min(a.cells.length, b.cells.length);
  while (same < most && a.cells[same]?.text === b.cells[same]?.text) same += 1;
  return same;
}

function place({ places }: Frame, index: number): Place {
  return places[index] ?? { row: 0, column: 0 };
}
function end(frame: Frame): Place {
  return place(frame, frame.cells.length);
}
function up(rows: number): string {
  return rows > 0 ? `${ESC}${String(rows)}A` : '';
}
function vertical(from: number, to: number): string {
  return to > from ? `${ESC}${String(to - from)}B` : up(from - to);
}
function column(n: number): string {
  return `${ESC}${String(n + 1)}G`;
}
