/**
 * The line being typed: keys and text in, text and cursor out. A place in it is a cell, so that keys move and delete what a reader
 * takes for one character. It holds no more than a text may have bytes; what does not fit is refused at once, and the line cannot
 * be entered before its user has looked at it again. Must never be here: the screen, what a line does.
 */
import { cellsOf, type Cell } from './cells';
import type { KeyName } from './keyboard';

/** What came of a key. `line`: entered, and the editor is empty again; `full`: something did not fit; `none`: nothing to do. */
export type Result =
  { readonly kind: 'edited' | 'none' | 'full' | 'redraw' } | { readonly kind: 'line'; readonly line: string };

export interface LineEditorOptions {
  /** Most UTF-8 bytes of a line. */
  readonly maxBytes: number;
  /** Most lines that Up brings back. */
  readonly history: number;
}

const EDITED: Result = { kind: 'edited' };
const NONE: Result = { kind: 'none' };
const FULL: Result = { kind: 'full' };

export class LineEditor {
  private cells: Cell[] = [];
  private at = 0;
  private bytes = 0;
  private changes = 0;
  /** whole; cut: some of what was typed did not fit, and nothing was changed since. */
  private state: 'whole' | 'cut' = 'whole';
  private killed: Cell[] = [];
  private readonly past: string[] = [];
  /** Place in the past; its length while the line is a new one, which `draft` keeps meanwhile. */
  private recalled = 0;
  private draft = '';

  constructor(private readonly o: LineEditorOptions) {}

  get text(): string {
    return textOf(this.cells);
  }
  get shown(): readonly Cell[] {
    return this.cells;
  }
  get cursor(): number {
    return this.at;
  }
  /** Whether something of it did not fit. */
  get isCut(): boolean {
    return this.state === 'cut';
  }
  /** Another number after every change of text or cursor. */
  get revision(): number {
    return this.changes;
  }
  get isEmpty(): boolean {
    return this.cells.length === 0;
  }

  /** @param text without control characters */
  insert(text: string): Result {
    if (this.state === 'cut') return FULL;
    const fitting = fit(text, this.o.maxBytes - this.bytes);
    if (fitting !== '') this.put(fitting);
    if (fitting === text) return EDITED;
    this.state = 'cut';
    return FULL;
  }

  /** All or nothing of it. */
  paste(text: string): Result {
    if (this.state === 'cut' || this.bytes + Buffer.byteLength(text) > this.o.maxBytes) return FULL;
    if (text !== '') this.put(text);
    return EDITED;
  }

  /** Another line, with the cursor at its end; '' clears it. */
  set(text: string): void {
    this.cells = cellsOf(fit(text, this.o.maxBytes));
    this.changed(this.cells.length);
    this.recalled = this.past.length;
  }

  /** What was typed before the past was looked through is gone: it belonged to where it was begun. */
  forgetDraft(): void {
    this.draft = '';
  }

  press(key: KeyName): Result {
    const { cells, at } = this;
    switch (key) {
      case 'enter':
        return this.enter();
      case 'left':
        return this.go(at - 1);
      case 'right':
        return this.go(at + 1);
      case 'home':
        return this.go(0);
      case 'end':
        return this.go(cells.length);
      case 'word-left':
        return this.go(this.wordLeft());
      case 'word-right':
        return this.go(this.wordRight());
      case 'backspace':
        return this.delete(at - 1, at);
      case 'delete':
        return this.delete(at, at + 1);
      case 'delete-word-left':
        return this.kill(this.wordLeft(), at);
      case 'delete-word-right':
        return this.kill(at, this.wordRight());
      case 'delete-to-start':
        return this.kill(0, at);
      case 'delete-to-end':
        return this.kill(at, cells.length);
      case 'yank':
        return this.paste(textOf(this.killed));
      case 'up':
        return this.recall(this.recalled - 1);
      case 'down':
        return this.recall(this.recalled + 1);
      case 'redraw':
        return { kind: 'redraw' };
      default:
        return NONE;
    }
  }

  private enter(): Result {
    if (this.state === 'cut') return FULL;
    const line = this.text;
    this.remember(line);
    this.set('');
    return { kind: 'line', line };
  }

  /** Up brings it back. */
  remember(line: string): void {
    if (line.trim() === '') return;
    const isNew = this.recalled === this.past.length;
    const before = this.past.indexOf(line);
    if (before >= 0) this.past.splice(before, 1);
    this.past.push(line);
    if (this.past.length > this.o.history) this.past.shift();
    if (isNew) this.recalled = this.past.length;
  }

  private put(text: string): void {
    this.join(textOf(this.cells.slice(0, this.at)) + text, textOf(this.cells.slice(this.at)));
  }

  private delete(from: number, to: number): Result {
    if (from < 0 || to > this.cells.length || from === to) return NONE;
    this.join(textOf(this.cells.slice(0, from)), textOf(this.cells.slice(to)));
    return EDITED;
  }

  /** The line as a whole is cut into cells: what stood apart may belong together now. */
  private join(before: string, after: string): void {
    this.cells = cellsOf(before + after);
    let length = 0;
    let at = 0;
    for (; length < before.length; at++) length += this.cells[at]?.text.length ?? before.length;
    this.changed(at);
  }

  private kill(from: number, to: number): Result {
    if (from !== to) this.killed = this.cells.slice(from, to);
    return this.delete(from, to);
  }

  private go(to: number): Result {
    if (to < 0 || to > this.cells.length || to === this.at) return NONE;
    this.at = to;
    this.changes += 1;
    return EDITED;
  }

  private recall(to: number): Result {
    if (to < 0 || to > this.past.length || to === this.recalled) return NONE;
    if (this.recalled === this.past.length) this.draft = this.text;
    this.set(to === this.past.length ? this.draft : (this.past[to] ?? ''));
    this.recalled = to;
    return EDITED;
  }

  private wordLeft(): number {
    let to = this.at;
    while (to > 0 && this.isBlank(to - 1)) to -= 1;
    while (to > 0 && !this.isBlank(to - 1)) to -= 1;
    return to;
  }

  private wordRight(): number {
    let to = this.at;
    while (to < this.cells.length && this.isBlank(to)) to += 1;
    while (to < this.cells.length && !this.isBlank(to)) to += 1;
    return to;
  }

  private isBlank(index: number): boolean {
    return this.cells[index]?.text.trim() === '';
  }

  private changed(at: number): void {
    this.at = at;
    this.changes += 1;
    this.bytes = Buffer.byteLength(this.text);
    this.state = 'whole';
  }
}

function textOf(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join('');
}

/** As many characters from the front as have so many bytes together. */
function fit(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes) return text;
  let room = bytes;
  let end = 0;
  for (const character of text) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
