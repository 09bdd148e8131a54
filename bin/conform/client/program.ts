/**
 * The client under test: a process that a user types to and that displays lines. Must never be here: what a line means, a
 * socket.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { UserError } from '../../failure';
import { Unexpected } from '../check';
import { Inbox } from './inbox';
import { printable } from './printable';

/** What the assignment wants shown exactly so (protocol 0.1); every other line is the client's own affair. */
export type Display = 'Connected' | 'Chat started' | 'Chat ended' | 'Correspondent unreachable';
const SUCCESSES: ReadonlySet<string> = new Set(['Connected', 'Chat started']);

/** A line that the program wrote: on standard output, or on standard error. */
export interface Line {
  readonly text: string;
  readonly on: 'out' | 'err';
}

/** So many lines and characters of a program are kept. */
const MOST_LINES = 20_000;
const MOST_WIDTH = 20_000;
/** In a verdict: the last lines, and the beginning of each. */
const TOLD_LINES = 4;
const TOLD_WIDTH = 100;

export class Program {
  /** All that it wrote, in the order in which it came. */
  readonly lines: Line[] = [];
  /** Once it has ended: `exit code 0`, or the signal. */
  readonly exit: Promise<string>;
  /** Resolves when it runs. @throws UserError if it cannot be started */
  readonly started: Promise<void>;
  private readonly child: ChildProcess;
  private readonly unread: Inbox<Line>;
  private phase: 'running' | 'ended' = 'running';

  constructor(
    command: readonly [string, ...string[]],
    patience: number,
    private readonly story: (line: string) => void,
  ) {
    this.unread = new Inbox(patience);
    const [file, ...args] = command;
    // A group of its own: what the command starts in turn is ended with it.
    this.child = spawn(file, args, { stdio: 'pipe', detached: process.platform !== 'win32' });
    this.started = new Promise((resolve, reject) => {
      this.child.on('spawn', resolve);
      this.child.on('error', (error) => reject(new UserError(notStarted(file, error))));
    });
    this.exit = new Promise((resolve) => {
      const ended = (how: string): void => {
        this.phase = 'ended';
        resolve(how);
        this.unread.end(this.epitaph(how));
      };
      this.child.on('error', () => this.child.pid === undefined && ended('not started'));
      this.child.on('close', (code, signal) => ended(code === null ? `signal ${String(signal)}` : `exit code ${code}`));
    });
    this.read();
  }

  /** What to tell of a program that has ended. */
  epitaph(how: string): string {
    return `the client ended (${how}); ${this.lastWords}`;
  }

  /** What it wrote last; of a stack the line that matters. */
  get lastWords(): string {
    const said = this.lines.filter(({ text }) => text.trim() !== '');
    const errors = said.filter(({ text }) => /error/i.test(text));
    const told = (errors.length > 0 ? errors : said).slice(-TOLD_LINES).map(quoted);
    return `it had written ${told.length > 0 ? told.join(', ') : 'nothing'}`;
  }

  type(line: string): void {
    this.story(`typed  ${printable(line)}`);
    this.child.stdin?.write(`${line}\n`);
  }
  /** Input as it is, without a line end. */
  typeBytes(bytes: Uint8Array): void {
    this.child.stdin?.write(bytes);
  }
  /** No more input. */
  endInput(): void {
    this.child.stdin?.end();
  }

  /** A place in `lines`: what is written from now on stands behind it. Lines written before are not waited for any more. */
  mark(): number {
    this.unread.take();
    return this.lines.length;
  }
  /** Lines on standard output that stand behind a mark. */
  since(mark: number): string[] {
    return this.lines.slice(mark).flatMap(({ text, on }) => (on === 'out' ? [text] : []));
  }

  /** One of the lines that are shown exactly so. */
  async shows(display: Display, ms?: number): Promise<void> {
    await this.line(`the line "${display}"`, ({ text, on }) => on === 'out' && text === display, ms);
  }
  /** A line that holds this. */
  async showsText(part: string, expected = `a line with "${part.slice(0, TOLD_WIDTH)}"`): Promise<string> {
    return (await this.line(expected, ({ text, on }) => on === 'out' && text.includes(part))).text;
  }
  /** Any line, wherever, that does not tell of a success. @param what that is to be told @param o.but lines that tell something else */
  async tells(what: string, o: { readonly ms?: number; readonly but?: readonly string[] } = {}): Promise<string> {
    const told = ({ text }: Line): boolean => text.trim() !== '' && !SUCCESSES.has(text) && !o.but?.includes(text);
    return (await this.line(`a line that tells ${what}`, told, o.ms)).text;
  }
  private async line(expected: string, matches: (line: Line) => boolean, ms?: number): Promise<Line> {
    const before = this.lines.length;
    try {
      return await this.unread.next(expected, matches, ms);
    } catch (error) {
      if (!(error instanceof Unexpected) || this.phase === 'ended') throw error;
      const said = this.lines.slice(Math.max(0, before - 1)).slice(-TOLD_LINES);
      throw new Unexpected(expected, said.length > 0 ? said.map(quoted).join(', ') : 'no line at all');
    }
  }

  /** It ends by itself. @throws Unexpected if it does not */
  async leaves(ms: number): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Unexpected('the end of the program', 'that it still runs')), ms);
    });
    try {
      return await Promise.race([this.exit, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  kill(): void {
    const { pid } = this.child;
    if (pid === undefined || this.phase === 'ended') return;
    try {
      if (process.platform === 'win32') this.child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
  /** Ends it, if it has not ended. */
  async close(): Promise<void> {
    this.kill();
    // What it started may hold its pipes.
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
    await this.exit;
  }

  private read(): void {
    const { stdin, stdout, stderr } = this.child;
    // Whoever types to a process that has gone notices by what it does not show.
    stdin?.on('error', () => undefined);
    for (const [stream, on] of [[stdout, 'out'] as const, [stderr, 'err'] as const]) {
      if (stream) lineByLine(stream, (text) => this.wrote(text, on));
    }
  }
  private wrote(text: string, on: Line['on']): void {
    this.story(`${on === 'out' ? 'shown ' : 'stderr'} ${printable(text)}`);
    if (this.lines.length >= MOST_LINES) return;
    this.lines.push({ text, on });
    this.unread.put({ text, on });
  }
}

/** Lines end with LF and with nothing else: what else a line holds is to be seen. A long one counts as far as it is kept. */
function lineByLine(stream: Readable, line: (text: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const [first = '', ...more] = chunk.split('\n');
    rest = `${rest}${first}`.slice(0, MOST_WIDTH);
    for (const next of more) {
      line(rest.replace(/\r$/, ''));
      rest = next.slice(0, MOST_WIDTH);
    }
  });
}
function quoted({ text, on }: Line): string {
  return `${on === 'err' ? '(stderr) ' : ''}"${printable(text.slice(0, TOLD_WIDTH))}"`;
}
function notStarted(file: string, error: Error): string {
  const { code = error.message } = error as NodeJS.ErrnoException;
  return `${file} cannot be started (${code}); behind -- stands the command line of the client, such as: -- node my-client.js {id} {server} {key}`;
}
