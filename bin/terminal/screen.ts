/**
 * One line being typed at the bottom, everything else above it: readline's editor, and writing over it without destroying it.
 * Must never be here: what is written, what a line does.
 */
import { createInterface, type Interface } from 'node:readline';
import { hanging, placeBehind, type Place } from './columns';
import { Keys } from './keys';

/** The chat that a line was begun in; without a session: outside a chat, and `want` whom an answer was awaited from. */
export interface Begun {
  readonly session: number | null;
  readonly peer: string | null;
  readonly want: string | null;
}

export interface ScreenOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** @returns whether the line has been dealt with; if not, it is left in the editor, and belongs where it belonged before */
  readonly line: (line: string, begun: Begun) => 'done' | 'kept';
  /** Where a line belongs that is begun now. */
  readonly now: () => Begun;
  /** No more input will come. */
  readonly ended: () => void;
  readonly interrupted: () => void;
  /** Several lines were pasted; the line being typed has become part of them. */
  readonly pasted: (lines: readonly string[], begun: Begun) => void;
  readonly complete: (line: string) => [string[], string];
}
/** bare: the cursor stands on an empty row; prompted: on the line being typed; closed: nothing is typed any more. */
type Phase = 'bare' | 'prompted' | 'closed';

/** What readline has, and its types keep to themselves. */
interface Editor extends Interface {
  line: string;
  cursor: number;
  /** Rows between the first row of the line and the cursor, as it was drawn last. */
  prevRows: number;
  /** Where a text ends; what draws and erases asks it. It counts the parts of what is put together. */
  _getDisplayPos(text: string): Place;
}

const HISTORY_LINES = 500;
const PASTES_MARKED = '\u001b[?2004h';
const PASTES_PLAIN = '\u001b[?2004l';
const YES = ['y', 'Y', 'j', 'J', '\r', '\n'];
const NO = ['n', 'N', '\u001b', '\u0004'];
const INTERRUPT = '\u0003';
const TAB_STOP = '    ';

export class Screen {
  private readonly editor: Editor;
  private phase: Phase = 'bare';
  private prompt = '';
  /** Of the line being typed, from its first key or paste on; undefined while it is empty. */
  private begun: Begun | undefined;
  private asking: { readonly interrupt: boolean; answer(yes: boolean): void } | undefined;

  constructor(private readonly o: ScreenOptions) {
    const keys = new Keys({
      input: o.input,
      paste: (text) => this.paste(text),
      key: (key) => this.key(key),
      touched: (what) => this.touched(what),
      editing: () => this.editor,
    });
    this.editor = createInterface({
      input: keys as unknown as NodeJS.ReadableStream,
      output: o.output,
      terminal: true,
      historySize: HISTORY_LINES,
      removeHistoryDuplicates: true,
      completer: o.complete,
    }) as Editor;
    const ofReadline = this.editor._getDisplayPos.bind(this.editor);
    this.editor._getDisplayPos = (text) => placeBehind(text, o.output.columns, (point) => ofReadline(point).cols);
    this.editor.on('line', (line) => this.entered(line));
    this.editor.on('close', () => {
      if (this.phase !== 'closed') o.ended();
    });
    this.editor.on('SIGINT', o.interrupted);
    // Some terminals break the line anew for their new width, some leave its rows. Going up too far would erase what others
    // wrote; going up too little leaves a remnant of the line, which is the lesser harm.
    o.output.prependListener('resize', () => {
      this.editor.prevRows = Math.min(this.editor.prevRows, this.editor.getCursorPos().rows);
    });
    o.output.write(PASTES_MARKED);
  }

  private touched(what: 'key' | 'paste'): void {
    if (this.asking) return;
    if (what === 'key' && this.editor.line === '') this.begun = undefined;
    else this.begun ??= this.o.now();
  }

  private entered(line: string): void {
    const begun = this.begun ?? this.o.now();
    this.begun = undefined;
    this.phase = 'bare';
    if (this.o.line(line, begun) === 'kept') {
      this.begun = begun;
      this.edit(line, line.length);
    }
    if (this.phase === 'bare') this.draw();
  }

  /** The chat that was awaited has started: a line begun in the wait belongs to it. */
  started(chat: Begun & { readonly peer: string }): void {
    if (this.begun?.session === null && this.begun.want === chat.peer) this.begun = chat;
  }

  /** What stands before the line being typed. */
  ask(prompt: string): void {
    if (prompt === this.prompt) return;
    this.prompt = prompt;
    if (this.asking || this.phase === 'closed') return;
    this.editor.setPrompt(prompt);
    if (this.phase === 'prompted') this.above([]);
  }

  /** Whole lines, above the line being typed. */
  above(lines: readonly string[]): void {
    const { output } = this.o;
    const text = lines.map((line) => `${hanging(line, output.columns)}\n`).join('');
    if (this.phase !== 'prompted') return void output.write(text);
    // In one write, or the eye sees the line being typed come and go.
    output.cork();
    output.write(this.erasing() + text);
    this.draw();
    output.uncork();
  }

  /**
   * A question instead of the line being typed, which comes back afterwards.
   * @param interrupt what Ctrl-C answers
   */
  question(text: string, interrupt: boolean, answer: (yes: boolean) => void): void {
    const { line, cursor } = this.editor;
    if (this.phase === 'prompted') this.o.output.write(this.erasing());
    this.edit('', 0);
    this.editor.setPrompt(`${text} `);
    this.draw();
    const back = (yes: boolean): void => {
      this.asking = undefined;
      this.o.output.write(this.erasing());
      this.phase = 'bare';
      this.edit(line, cursor);
      this.editor.setPrompt(this.prompt);
      answer(yes);
      if (this.phase === 'bare') this.draw();
    };
    this.asking = { interrupt, answer: back };
  }

  /** The line being typed disappears; lines can still be written. */
  close(): void {
    if (this.phase === 'closed') return;
    const erasing = this.phase === 'prompted' ? this.erasing() : '';
    this.phase = 'closed';
    this.editor.close();
    this.o.output.write(erasing + PASTES_PLAIN);
  }

  draw(): void {
    if (this.phase === 'closed') return;
    this.phase = 'prompted';
    // Else readline would go up over what was written meanwhile.
    this.editor.prevRows = 0;
    this.editor.prompt(true);
  }

  /** Takes the line being typed off the screen, all its rows; the cursor is then where it began. */
  private erasing(): string {
    const { rows } = this.editor.getCursorPos();
    return `${rows > 0 ? `\u001b[${String(rows)}A` : ''}\r\u001b[J`;
  }

  private edit(line: string, cursor: number): void {
    this.editor.line = line;
    this.editor.cursor = cursor;
  }

  private key(pressed: string): boolean {
    const { asking } = this;
    if (!asking) return false;
    if (pressed === INTERRUPT) asking.answer(asking.interrupt);
    else if (YES.includes(pressed)) asking.answer(true);
    else if (NO.includes(pressed)) asking.answer(false);
    return true;
  }

  private paste(text: string): void {
    if (this.asking || this.phase !== 'prompted') return;
    // eslint-disable-next-line no-control-regex -- no text may hold them (1.3)
    const clean = text.replaceAll('\t', TAB_STOP).replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '');
    const { line, cursor } = this.editor;
    const lines = `${line.slice(0, cursor)}${clean}${line.slice(cursor)}`
      .split('\n')
      .filter((one) => one.trim() !== '');
    if (!clean.trimEnd().includes('\n')) {
      this.editor.write(clean.replaceAll('\n', ''));
      return this.touched('key');
    }
    const begun = this.begun ?? this.o.now();
    this.begun = undefined;
    this.o.output.write(this.erasing());
    this.edit('', 0);
    this.phase = 'bare';
    this.o.pasted(lines, begun);
    if (this.phase === 'bare') this.draw();
  }
}
