/**
 * A terminal with one line being typed at the bottom and everything else above it: bytes of the keyboard in, one write for what they
 * changed out. Must never be here: what is written, what a line does.
 */
import { NO_SESSION } from '../../machines/messages';
import type { Cell } from './cells';
import { Keyboard, type Input, type KeyName } from './keyboard';
import { LineEditor, type Result } from './line-editor';
import { Painter, type Size } from './painter';

/** The chat that a line was begun in; without a session: outside a chat, and `want` whom an answer was awaited from. */
export interface Begun {
  readonly session: number | null;
  readonly peer: string | null;
  readonly want: string | null;
}

export interface Question {
  /** What Ctrl-C answers. */
  readonly interrupt: boolean;
  /** Where the lines in question belong. */
  readonly begun?: Begun;
  /** The connection on which they could have gone there has ended: nobody is asked any more. */
  readonly withdrawn?: (begun: Begun) => void;
}

export interface ScreenOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** @returns whether the line has been dealt with; if not, it is left in the editor, and belongs where it belonged before */
  readonly line: (line: string, begun: Begun) => 'done' | 'kept';
  /** Where a line belongs that is begun now. */
  readonly now: () => Begun;
  /** No more input: the user says so with Ctrl-D, or the terminal has gone. */
  readonly ended: (how: 'key' | 'gone') => void;
  /** Ctrl-C, with nothing typed. */
  readonly interrupted: () => void;
  /** Several lines were pasted; the line being typed has become part of them. */
  readonly pasted: (lines: readonly string[], begun: Begun) => void;
  /** Something did not fit into the line, or the paste was too long; said once for each line. */
  readonly tooLong: (what: 'line' | 'paste') => void;
  /** What stands before a line that was entered. */
  readonly stamp: () => string;
  /** @returns the whole lines that this one can become */
  readonly complete: (line: string) => readonly string[];
  /** Most UTF-8 bytes of a line. */
  readonly maxBytes: number;
}
interface Asking {
  readonly text: string;
  readonly interrupt: boolean;
  begun?: Begun;
  answer(yes: boolean): void;
  withdraw(): void;
}
/** Entered or pasted while a question was open, and carried out after its answer. */
type Held = Entered | { readonly kind: 'paste'; readonly lines: readonly string[]; begun: Begun };
interface Entered {
  readonly kind: 'line';
  readonly line: string;
  readonly shown: readonly Cell[];
  begun: Begun;
}
/** bare: the cursor is on an empty row; prompted: on the line being typed; closed: nothing is typed any more. */
type Phase = 'bare' | 'prompted' | 'closed';

const HISTORY_LINES = 500;
/** Nobody answers no question for longer than that; what is typed then stays in the line. */
const HELD_MAX = 100;
const PASTES_MARKED = '\u001b[?2004h';
const PASTES_PLAIN = '\u001b[?2004l';
const BELL = '\u0007';
const TAB_STOP = '    ';
const YES: readonly string[] = ['y', 'Y', 'j', 'J'];
const NO: readonly string[] = ['n', 'N'];
// eslint-disable-next-line no-control-regex -- no text may hold them (1.3)
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;
/** What a terminal without a size is taken for. */
const USUAL: Size = { columns: 80, rows: 24 };

export class Screen {
  private readonly keyboard = new Keyboard();
  private readonly editor: LineEditor;
  private readonly painter: Painter;
  private phase: Phase = 'bare';
  private prompt = '';
  /** Of the line being typed, from its first key or paste on; undefined while it is empty. */
  private begun: Begun | undefined;
  /** quiet: what did not fit was said. */
  private complaint: 'due' | 'quiet' = 'due';
  private asking: Asking | undefined;
  private held: Held[] = [];
  private readonly continued = (): void => this.resume();
  private readonly resized = (): void => this.write(this.painter.resize(this.size));

  constructor(private readonly o: ScreenOptions) {
    this.editor = new LineEditor({ maxBytes: o.maxBytes, history: HISTORY_LINES });
    this.painter = new Painter(this.size);
    o.input.on('data', (bytes: Buffer) => this.read(bytes));
    o.input.on('end', () => this.end());
    o.input.on('error', () => this.end());
    o.output.on('resize', this.resized);
    // Whoever stopped us may have changed the terminal.
    process.on('SIGCONT', this.continued);
    o.input.setRawMode(true);
    o.input.resume();
    this.write(PASTES_MARKED);
  }

  /** The chat that was awaited has started: a line begun in the wait belongs to it. */
  started(chat: Begun & { readonly peer: string }): void {
    this.moved((begun) => (begun.session === null && begun.want === chat.peer ? chat : begun));
  }

  /** The connection is over: a later chat may have the number of this one (protocol 4.10), and is another. */
  disconnected(): void {
    this.moved((begun) => (begun.session === null ? begun : { ...begun, session: NO_SESSION }));
    if (this.asking?.begun?.session === NO_SESSION) this.asking.withdraw();
  }

  private moved(to: (begun: Begun) => Begun): void {
    if (this.begun) this.begun = to(this.begun);
    if (this.asking?.begun) this.asking.begun = to(this.asking.begun);
    for (const one of this.held) one.begun = to(one.begun);
  }

  /** What stands before the line being typed. */
  ask(prompt: string): void {
    if (prompt === this.prompt) return;
    this.prompt = prompt;
    if (this.phase === 'prompted') this.draw();
  }

  bell(): void {
    this.write(BELL);
  }

  /** Whole lines, above the line being typed. */
  above(lines: readonly string[]): void {
    this.write(this.painter.above(lines));
  }

  /**
   * A question before the line being typed. Only a y or n by itself answers: whoever presses Enter once more, pastes or types on has
   * said nothing, and what they typed waits. @param answer gets where the lines in question belong by then
   */
  question(text: string, o: Question, answer: (yes: boolean, begun: Begun) => void): void {
    const ends = (then: (begun: Begun) => void): void => {
      const begun = this.asking?.begun ?? this.o.now();
      this.asking = undefined;
      this.phase = 'bare';
      this.write(this.painter.hide());
      then(begun);
      this.release();
      if (this.phase === 'bare') this.draw();
    };
    this.asking = {
      text: `${text} (y/n) `,
      ...o,
      answer: (yes) => ends((begun) => answer(yes, begun)),
      withdraw: () => ends((begun) => o.withdrawn?.(begun)),
    };
    this.draw();
  }

  /** A line that was entered is typed on; if another has been begun meanwhile, Up brings it back. */
  keep(line: string, begun: Begun): void {
    if (!this.editor.isEmpty) return;
    this.begun = begun;
    this.editor.set(line);
  }

  /** @returns whether Up brings all of them back */
  remember(lines: readonly string[]): boolean {
    for (const line of lines.slice(-HISTORY_LINES)) this.editor.remember(line);
    return lines.length <= HISTORY_LINES;
  }

  /** The line being typed disappears; lines can still be written. */
  close(): void {
    if (this.phase === 'closed') return;
    this.write(this.painter.hide() + PASTES_PLAIN);
    this.phase = 'closed';
    const { input, output } = this.o;
    process.off('SIGCONT', this.continued);
    output.off('resize', this.resized);
    input.setRawMode(false);
    input.pause();
  }

  draw(): void {
    if (this.phase === 'closed') return;
    this.phase = 'prompted';
    const { asking, editor } = this;
    this.write(this.painter.show(asking?.text ?? this.prompt, editor.shown, editor.cursor));
  }

  private get size(): Size {
    const { columns = 0, rows = 0 } = this.o.output as Partial<Size>;
    return { columns: columns || USUAL.columns, rows: rows || USUAL.rows };
  }

  private write(text: string): void {
    if (text !== '') this.o.output.write(text);
  }

  private end(): void {
    if (this.phase !== 'closed') this.o.ended('gone');
  }

  // Keys

  private read(bytes: Buffer): void {
    const { revision } = this.editor;
    const inputs = this.keyboard.feed(bytes);
    for (const input of inputs)
      if (this.phase !== 'closed' && !(this.asking && this.isAnswer(input, inputs.length, this.asking)))
        this.take(input);
    if (this.phase === 'prompted' && this.editor.revision !== revision) this.draw();
  }

  private take(input: Input): void {
    this.edit(input);
    if (this.phase !== 'prompted' || input.kind === 'paste-begins') return;
    if (!this.editor.isEmpty) {
      this.begun ??= this.o.now();
      return;
    }
    this.begun = undefined;
    this.editor.forgetDraft();
  }

  private edit(input: Input): void {
    switch (input.kind) {
      case 'paste-begins':
        this.begun ??= this.o.now();
        return;
      case 'text':
        return this.came(this.editor.insert(input.text));
      case 'paste':
        return this.paste(input);
      case 'key':
        return this.press(input.name);
    }
  }

  private press(key: KeyName): void {
    const { editor, o } = this;
    switch (key) {
      case 'interrupt':
        return editor.isEmpty ? o.interrupted() : this.clear();
      case 'end-of-input':
        return editor.isEmpty ? o.ended('key') : this.came(editor.press('delete'));
      case 'suspend':
        return this.suspend();
      case 'redraw':
        return this.write(this.painter.redraw());
      case 'tab':
        return this.complete();
      case 'enter':
        return this.enter();
      default:
        return this.came(editor.press(key));
    }
  }

  private enter(): void {
    const { editor } = this;
    const { shown } = editor;
    if (this.asking && (editor.isEmpty || this.isFull)) return this.bell();
    const result = editor.press('enter');
    if (result.kind !== 'line') return this.came(result);
    const begun = this.begun ?? this.o.now();
    this.begun = undefined;
    const entered: Entered = { kind: 'line', line: result.line, shown, begun };
    if (this.asking) this.held.push(entered);
    else this.entered(entered);
  }

  private entered({ line, shown, begun }: Entered): void {
    this.write(this.painter.leave(this.o.stamp() + this.prompt, shown));
    this.phase = 'bare';
    if (this.o.line(line, begun) === 'kept') this.keep(line, begun);
    if (this.phase === 'bare') this.draw();
  }

  private clear(): void {
    this.editor.press('end');
    this.editor.press('delete-to-start');
    this.complaint = 'due';
  }

  private came({ kind }: Result): void {
    if (kind === 'edited' && !this.editor.isCut) this.complaint = 'due';
    if (kind === 'full') this.complain('line');
  }

  private complain(what: 'line' | 'paste'): void {
    if (what === 'line' && this.complaint === 'quiet') return;
    if (what === 'line') this.complaint = 'quiet';
    this.write(BELL);
    this.o.tooLong(what);
  }

  /** Whoever has begun to type something else does not answer with a letter of it. */
  private isAnswer(input: Input, count: number, asking: Asking): boolean {
    if (input.kind === 'key' && input.name === 'escape') asking.answer(false);
    else if (!this.editor.isEmpty) return false;
    else if (input.kind === 'key' && input.name === 'interrupt') asking.answer(asking.interrupt);
    else if (input.kind === 'key' && input.name === 'end-of-input') asking.answer(false);
    else if (count > 1 || input.kind !== 'text') return false;
    else if (YES.includes(input.text)) asking.answer(true);
    else if (NO.includes(input.text)) asking.answer(false);
    else return false;
    return true;
  }

  private get isFull(): boolean {
    return this.held.length >= HELD_MAX;
  }

  /** What waited for the answer. */
  private release(): void {
    while (!this.asking && this.phase !== 'closed') {
      const one = this.held.shift();
      if (!one) return;
      if (one.kind === 'paste') this.o.pasted(one.lines, one.begun);
      else this.entered(one);
    }
  }

  private paste({ text, left }: Extract<Input, { kind: 'paste' }>): void {
    if (left > 0) return this.complain('paste');
    const clean = text.replaceAll('\t', TAB_STOP).replaceAll(CONTROLS, '');
    if (!clean.trimEnd().includes('\n')) return this.insertPaste(clean.replaceAll('\n', ''));
    const { shown, cursor } = this.editor;
    const before = shown
      .slice(0, cursor)
      .map((cell) => cell.text)
      .join('');
    const after = shown
      .slice(cursor)
      .map((cell) => cell.text)
      .join('');
    const lines = `${before}${clean}${after}`.split('\n').filter((one) => one.trim() !== '');
    if (this.isFull || lines.some((line) => Buffer.byteLength(line) > this.o.maxBytes)) return this.complain('paste');
    const begun = this.begun ?? this.o.now();
    this.begun = undefined;
    this.editor.set('');
    if (this.asking) return void this.held.push({ kind: 'paste', lines, begun });
    this.write(this.painter.hide());
    this.phase = 'bare';
    this.o.pasted(lines, begun);
    if (this.phase === 'bare') this.draw();
  }

  private insertPaste(text: string): void {
    if (this.editor.paste(text).kind === 'full') this.complain('paste');
  }

  /** One line it can become: that. Several: as much as they share, and all of them above. */
  private complete(): void {
    const { editor, o } = this;
    if (editor.cursor < editor.shown.length) return;
    const lines = o.complete(editor.text);
    const [first = ''] = lines;
    let shared = first;
    for (const line of lines) while (!line.toLowerCase().startsWith(shared.toLowerCase())) shared = shared.slice(0, -1);
    if (lines.length > 1 && shared.length <= editor.text.length)
      return this.above([lines.map((line) => line.trim()).join('   ')]);
    if (lines.length > 0) editor.set(shared);
  }

  // Stopped and continued

  /** Ctrl-Z: the terminal as the shell expects it, and all that were started with us stop, as the kernel would have it. */
  private suspend(): void {
    const { input } = this.o;
    this.write(this.painter.hide() + PASTES_PLAIN);
    input.setRawMode(false);
    process.kill(0, 'SIGTSTP');
    // Where nobody could continue us the kernel does not stop us.
    setImmediate(this.continued);
  }

  private resume(): void {
    if (this.phase === 'closed') return;
    const { input } = this.o;
    // Only a change of mode reaches the terminal.
    input.setRawMode(false);
    input.setRawMode(true);
    this.write(this.painter.hide() + PASTES_MARKED);
    if (this.phase === 'prompted') this.draw();
  }
}
