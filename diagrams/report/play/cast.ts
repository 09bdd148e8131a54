/** A recording as asciicast v2, which asciinema plays: one terminal in which the terminals stand as panes. */
import type { Cell, Screen } from '../screen/emulator';
import { sameRow, sizeOfPanes, type Pane, type Recording } from './recording';

const ESC = '\u001b[';

/** @param title for players @param timestamp in seconds since 1970 @returns the lines of the file */
export function castOf(recording: Recording, title: string, timestamp: number): string {
  const { columns: width, rows: height } = sizeOfPanes(recording.panes);
  const lines: unknown[] = [{ version: 2, width, height, timestamp, title, env: { TERM: 'xterm-256color' } }];
  lines.push([0, 'o', `${ESC}?7l${ESC}2J${frame(recording.panes)}`]);
  const last = new Map<string, Screen>();
  for (const { pane: name, at, screen } of recording.changes) {
    const pane = recording.panes.find((one) => one.name === name);
    if (!pane) continue;
    lines.push([at / 1000, 'o', changed(pane, last.get(name), screen)]);
    last.set(name, screen);
  }
  lines.push([recording.length / 1000, 'o', '']);
  return `${lines.map((one) => JSON.stringify(one)).join('\n')}\n`;
}

/** Rows and columns count from 1. */
function to(x: number, y: number): string {
  return `${ESC}${String(y + 1)};${String(x + 1)}H`;
}

function changed(pane: Pane, before: Screen | undefined, { cells, cursor }: Screen): string {
  const rows = cells.map((row, y) => {
    const old = before?.cells[y];
    return old && sameRow(old, row) ? '' : `${to(pane.x, pane.y + y)}${rowText(row)}`;
  });
  return `${rows.join('')}${to(pane.x + cursor.x, pane.y + cursor.y)}`;
}

function rowText(row: readonly Cell[]): string {
  let style = '';
  const text = row.map((cell) => {
    if (cell.width === 0) return '';
    const own = styleOf(cell);
    const change = own === style ? '' : `${ESC}0${own}m`;
    style = own;
    return `${change}${cell.text === '' ? ' ' : cell.text}`;
  });
  return `${text.join('')}${style === '' ? '' : `${ESC}0m`}`;
}

function styleOf({ bold, dim, italic, underline, inverse, ink, paper }: Cell): string {
  const codes = [
    bold && '1',
    dim && '2',
    italic && '3',
    underline && '4',
    inverse && '7',
    colour(38, ink),
    colour(48, paper),
  ];
  return codes
    .filter((one) => typeof one === 'string')
    .map((one) => `;${one}`)
    .join('');
}
function colour(base: number, value: string | number | null): string | false {
  if (value === null) return false;
  if (typeof value === 'number') return `${String(base)};5;${String(value)}`;
  const parts = [1, 3, 5].map((i) => String(Number.parseInt(value.slice(i, i + 2), 16)));
  return `${String(base)};2;${parts.join(';')}`;
}

/** Borders and titles. */
function frame(panes: readonly Pane[]): string {
  return panes
    .map(({ x, y, columns, rows, title }) => {
      const top = `${to(x - 1, y - 1)}+- ${title} ${'-'.repeat(Math.max(0, columns - title.length - 3))}+`;
      const sides = Array.from({ length: rows }, (_, i) => `${to(x - 1, y + i)}|${to(x + columns, y + i)}|`).join('');
      return `${top}${sides}${to(x - 1, y + rows)}+${'-'.repeat(columns)}+`;
    })
    .join('');
}
