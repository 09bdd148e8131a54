/**
 * The screen of a terminal: bytes of a process in, cells out, by the emulator of xterm.js without a display. Must never be
 * here: processes, pictures.
 */
import { Terminal, type IBufferCell } from '@xterm/headless';
import { WIDTHS } from './widths';

/** Size of a screen in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}
export interface Look {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  /** `#rrggbb`, a number of the palette, or null for the terminal's own. */
  readonly ink: string | number | null;
  readonly paper: string | number | null;
}
export interface Cell extends Look {
  /** One character with what combines with it; empty in the second half of a wide one. */
  readonly text: string;
  readonly width: number;
}
/** What is on the screen at one moment. */
export interface Screen extends Size {
  readonly cells: readonly (readonly Cell[])[];
  /** Column and row from 0; null when the program hides it. */
  readonly cursor: { readonly x: number; readonly y: number };
}

/** Lines that have left the screen are kept, because they are read as well. */
const KEPT_LINES = 5_000;

export class Emulator {
  private readonly terminal: Terminal;

  constructor(private shape: Size) {
    const { columns: cols, rows } = shape;
    this.terminal = new Terminal({ cols, rows, scrollback: KEPT_LINES, allowProposedApi: true });
    this.terminal.unicode.register(WIDTHS);
    this.terminal.unicode.activeVersion = WIDTHS.version;
  }

  get size(): Size {
    return this.shape;
  }

  resize(size: Size): void {
    this.shape = size;
    this.terminal.resize(size.columns, size.rows);
  }

  /** Resolves when the screen shows it. */
  write(data: string): Promise<void> {
    return new Promise((resolve) => this.terminal.write(data, resolve));
  }

  /** Whole lines above the one with the cursor, from the first on; lines that were broken at the edge are joined again. */
  finished(): string[] {
    const { cursorY, baseY } = this.terminal.buffer.active;
    return this.joined(0, this.startOf(baseY + cursorY));
  }

  /** The line with the cursor, all its rows, without blanks at its end. */
  current(): string {
    const { cursorY, baseY, length } = this.terminal.buffer.active;
    const row = baseY + cursorY;
    let end = row + 1;
    // Beyond the last row the buffer begins again.
    while (end < length && this.terminal.buffer.active.getLine(end)?.isWrapped) end++;
    return this.joined(this.startOf(row), end).join('').trimEnd();
  }

  snapshot(): Screen {
    const { baseY, cursorX, cursorY } = this.terminal.buffer.active;
    const { columns, rows } = this.size;
    const cells = Array.from({ length: rows }, (_, y) => this.row(baseY + y));
    return { columns, rows, cells, cursor: { x: Math.min(cursorX, columns - 1), y: cursorY } };
  }

  private row(y: number): Cell[] {
    const line = this.terminal.buffer.active.getLine(y);
    return Array.from({ length: this.size.columns }, (_, x) => {
      const cell = line?.getCell(x);
      return cell ? cellOf(cell) : EMPTY;
    });
  }

  /** First row of the line that reaches into this one. */
  private startOf(row: number): number {
    let start = row;
    while (start > 0 && this.terminal.buffer.active.getLine(start)?.isWrapped) start--;
    return start;
  }

  private joined(from: number, to: number): string[] {
    const lines: string[] = [];
    for (let y = from; y < to; y++) {
      const line = this.terminal.buffer.active.getLine(y);
      const next = this.terminal.buffer.active.getLine(y + 1);
      const goesOn = next?.isWrapped === true && y + 1 < to;
      // A wide character that found one column left went on to the next row; nobody wrote that column.
      const isOver = goesOn && next.getCell(0)?.getWidth() === 2 && line?.getCell(line.length - 1)?.getChars() === '';
      const text = line?.translateToString(!goesOn, 0, isOver ? line.length - 1 : undefined) ?? '';
      if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines;
  }
}

const PLAIN: Look = {
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  ink: null,
  paper: null,
};
export const EMPTY: Cell = { ...PLAIN, text: '', width: 1 };

function cellOf(cell: IBufferCell): Cell {
  return {
    text: cell.getChars(),
    width: cell.getWidth(),
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
    ink: colour(cell.getFgColor(), cell.isFgRGB(), cell.isFgPalette()),
    paper: colour(cell.getBgColor(), cell.isBgRGB(), cell.isBgPalette()),
  };
}

function colour(value: number, rgb: boolean, palette: boolean): string | number | null {
  if (rgb) return `#${value.toString(16).padStart(6, '0')}`;
  return palette ? value : null;
}

export function sameLook(a: Look, b: Look): boolean {
  return (Object.keys(PLAIN) as (keyof Look)[]).every((key) => a[key] === b[key]);
}
