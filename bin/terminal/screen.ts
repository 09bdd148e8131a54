/**
 * A terminal with one line being typed at the bottom and everything else above it: bytes of the keyboard in, one write for what they
 * changed out. Must never be here: what is written, what a line does.
 */
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
}
/** bare: the cursor is on an empty row; prompted: on the line being typed; closed: nothing is typed any more. */
type Phase = 'bare' | 'prompted' | 'closed';

/** No chat has this number. */
const NO_SESSION = 0;
const HISTORY_LINES = 500;
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
  }

  private moved(to: (begun: Begun) => Begun): void {
    if (this.begun) this.begun = to(this.begun);
    if (this.asking?.begun) this.asking.begun = to(this.asking.begun);
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
   * A question instead of the line being typed, which comes back afterwards. Only a letter answers: whoever presses Enter once more
   * has said nothing. @param interrupt what Ctrl-C answers @param answer gets where the lines in question belong by then
   */
  question(text: string, o: Question, answer: (yes: boolean, begun: Begun) => void): void {
    const back = (yes: boolean): void => {
      const begun = this.asking?.begun ?? this.o.now();
      this.asking = undefined;
      this.phase = 'bare';
      this.write(this.painter.hide());
      answer(yes, begun);
      if (this.phase === 'bare') this.draw();
    };
    this.asking = { text: `${text} (y/n) `, ...o, answer: back };
    this.draw();
  }

  /** A line that was entered is typed on. */
  keep(line: string, begun: Begun): void {
    this.begun = begun;
    this.editor.set(line);
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
    this.write(
      asking ? this.painter.show(asking.text, [], 0) : this.painter.show(this.prompt, editor.shown, editor.cursor),
    );
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
    for (const input of this.keyboard.feed(bytes)) if (this.phase !== 'closed') this.take(input);
    if (this.phase === 'prompted' && this.editor.revision !== revision) this.draw();
  }

  private take(input: Input): void {
    if (this.asking) return this.answer(input, this.asking);
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
    const { editor, o, painter } = this;
    const { shown } = editor;
    const result = editor.press('enter');
    if (result.kind !== 'line') return this.came(result);
    this.write(painter.leave(o.stamp() + this.prompt, shown));
    const begun = this.begun ?? o.now();
    this.begun = undefined;
    this.phase = 'bare';
    if (o.line(result.line, begun) === 'kept') this.keep(result.line, begun);
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

  private answer(input: Input, asking: Asking): void {
    if (input.kind === 'paste' || input.kind === 'paste-begins') return;
    if (input.kind === 'key') {
      if (input.name === 'interrupt') asking.answer(asking.interrupt);
      else if (input.name === 'escape' || input.name === 'end-of-input') asking.answer(false);
      return;
    }
    if (YES.includes(input.text)) asking.answer(true);
    else if (NO.includes(input.text)) asking.answer(false);
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
    if (lines.some((line) => Buffer.byteLength(line) > this.o.maxBytes)) return this.complain('paste');
    const begun = this.begun ?? this.o.now();
    this.begun = undefined;
    this.editor.set('');
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
