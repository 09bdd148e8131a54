/**
 * What to write to a screen that has whole lines above and the line being typed below. It remembers what it has written, so that a
 * screen of another size can be drawn anew. Must never be here: streams, keys.
 */
import { colouredCells, type Cell } from './cells';
import { erase, frameOf, NOTHING, paint, whole, windowOf, type Frame } from './frame';
import { wrapped } from './wrapped';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Lines kept for drawing anew: no screen shows more. */
const KEPT_LINES = 200;
const CLEARED = '\u001b[H\u001b[J';

export class Painter {
  private readonly kept: string[] = [];
  /** Columns of the prompt's cells, then those of the line. */
  private prompt: readonly Cell[] = [];
  private line: readonly Cell[] = [];
  private cursor = 0;
  private frame: Frame = NOTHING;
  private phase: 'hidden' | 'shown' = 'hidden';

  constructor(private size: Size) {}

  /** The line being typed, shown from now on. */
  show(prompt: string, line: readonly Cell[], cursor: number): string {
    this.prompt = colouredCells(prompt);
    this.line = line;
    this.cursor = cursor;
    return this.draw();
  }

  /** The line being typed disappears; the cursor is where it began. */
  hide(): string {
    const text = this.phase === 'shown' ? erase(this.frame) : '';
    this.frame = NOTHING;
    this.phase = 'hidden';
    return text;
  }

  /** The line being typed stays, whole, as one of those above; it is not shown any more. */
  leave(prompt: string, line: readonly Cell[]): string {
    const erased = this.hide();
    this.prompt = colouredCells(prompt);
    this.line = line;
    this.keep([...this.prompt, ...line].map(({ text }) => text).join(''));
    return `${erased}${whole(this.full())}\r\n`;
  }

  /** Whole lines, above the line being typed. */
  above(lines: readonly string[]): string {
    const { phase } = this;
    const text = this.hide() + this.rows(lines);
    for (const line of lines) this.keep(line);
    return phase === 'shown' ? text + this.draw() : text;
  }

  /**
   * The screen has another size. Some terminals break rows anew for it, some do not: where that makes a difference all of the screen
   * is written again.
   */
  resize(size: Size): string {
    const { frame, phase } = this;
    const cursor = frame.places[frame.cursor]?.row ?? 0;
    const anew = frameOf(frame.cells, frame.cursor, size.columns);
    const same = anew.places[frame.cursor]?.row === cursor;
    this.size = size;
    if (phase === 'hidden') return '';
    if (same) return this.hide() + this.draw();
    this.hide();
    return CLEARED + this.rows(this.kept.slice(-size.rows)) + this.draw();
  }

  /** All of the screen again. */
  redraw(): string {
    this.hide();
    return CLEARED + this.rows(this.kept.slice(-this.size.rows)) + this.draw();
  }

  private draw(): string {
    const next = windowOf(this.full(), Math.max(1, Math.floor(this.size.rows / 2)));
    const text = paint(this.frame, next, this.prompt.length);
    this.frame = next;
    this.phase = 'shown';
    return text;
  }

  private full(): Frame {
    return frameOf([...this.prompt, ...this.line], this.prompt.length + this.cursor, this.size.columns);
  }

  private rows(lines: readonly string[]): string {
    return lines
      .flatMap((line) => wrapped(line, this.size.columns))
      .map((row) => `${row}\r\n`)
      .join('');
  }

  private keep(line: string): void {
    this.kept.push(line);
    if (this.kept.length > KEPT_LINES) this.kept.shift();
  }
}
