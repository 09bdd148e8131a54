/**
 * A line that is longer than the screen is wide, broken between words; what follows is indented, so that the first column belongs to
 * what the program says: no text can put words there, however many columns a terminal gives it. Must never be here: what lines say.
 */
import { colouredCells, mostColumns, type Cell } from './cells';

const INDENT = '  ';

/** @param line may have colours @returns its rows */
export function wrapped(line: string, columns: number): string[] {
  const cells = colouredCells(line);
  const rows: string[] = [];
  for (let from = 0; from < cells.length || rows.length === 0;) {
    const room = rows.length === 0 ? columns : columns - INDENT.length;
    const to = breakOf(cells, from, room);
    rows.push((rows.length === 0 ? '' : INDENT) + textOf(cells.slice(from, to)).replace(/ +$/, ''));
    from = to;
    // What a row is broken at is not shown twice; a line that ends in blanks ends.
    while (from < cells.length && isBlank(cells[from])) from += 1;
  }
  return rows;
}

/** @returns where the row that begins here ends: behind a blank if it has one, at the last cell that fits if not */
function breakOf(cells: readonly Cell[], from: number, room: number): number {
  let width = 0;
  let to = from;
  for (; to < cells.length; to++) {
    width += mostColumns(cells[to] as Cell);
    if (width > room) break;
  }
  if (to >= cells.length) return cells.length;
  if (isBlank(cells[to])) return to;
  for (let at = to; at > from; at--) if (isBlank(cells[at - 1])) return onlyBlank(cells, from, at) ? to : at;
  return Math.max(to, from + 1);
}

function onlyBlank(cells: readonly Cell[], from: number, to: number): boolean {
  return cells.slice(from, to).every(isBlank);
}
function isBlank(cell: Cell | undefined): boolean {
  return cell?.text === ' ';
}
function textOf(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join('');
}
