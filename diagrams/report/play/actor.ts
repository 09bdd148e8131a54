/**
 * A command in a pseudo-terminal of its own, typed to as a person types: a key is pressed when the screen shows the one before.
 * Waiting is for what the screen shows, never for time. Must never be here: what is typed.
 */
import type { IPty } from '@lydell/node-pty';
import { Emulator, type Screen, type Size } from '../screen/emulator';

export type Wanted = string | RegExp;

/** What somebody at a screen does and sees, in the order in which it happened. */
export type Act =
  | { readonly kind: 'types'; readonly who: string; readonly line: string }
  | { readonly kind: 'expects'; readonly who: string; readonly wanted: Wanted; readonly seen: string | undefined };

/** Told of everything that happens at a terminal. */
export interface Witness {
  act(act: Act): void;
  /** The screen has changed. `key`: because a key was echoed; `line`: it was the first of a line. */
  screen(who: string, why: 'key' | 'line' | 'output'): void;
}

/** No process of ours is silent for so long when there is something to say. */
const PATIENCE_MS = 30_000;
const STORY_LINES = 30;

export interface ActorOptions {
  readonly name: string;
  /** Whether it prompts with its name: a client does, the server does not. */
  readonly prompts: boolean;
  readonly size: Size;
  readonly witness: Witness;
  readonly start: (size: Size) => IPty;
}

export class TerminalActor {
  readonly name: string;
  readonly exit: Promise<number>;
  private readonly emulator: Emulator;
  private readonly pty: IPty;
  /** A prompt says who and in what state: `alice · Connected > `. */
  private readonly prompt: RegExp;
  private readonly looks = new Set<() => void>();
  private seen = 0;
  private why: 'key' | 'line' | 'output' = 'output';
  private typing: Promise<void> = Promise.resolve();
  private phase: 'running' | 'ended' = 'running';

  constructor(private readonly o: ActorOptions) {
    this.name = o.name;
    this.prompt = new RegExp(`^${o.name} · [^>]* >( |$)`);
    this.emulator = new Emulator(o.size);
    this.pty = o.start(o.size);
    let written: Promise<void> = Promise.resolve();
    this.pty.onData((data) => {
      written = written.then(() => this.emulator.write(data)).then(() => this.changed());
    });
    this.exit = new Promise((resolve) => {
      this.pty.onExit(({ exitCode }) => {
        this.phase = 'ended';
        void written.then(() => resolve(exitCode));
      });
    });
  }

  get screen(): Screen {
    return this.emulator.snapshot();
  }

  /** What it has shown so far, line by line, without what was typed and what greets the user before that. */
  get lines(): readonly string[] {
    const lines = this.emulator.finished();
    if (!this.o.prompts) return lines;
    const isTyped = (line: string): boolean => this.prompt.test(line);
    const first = lines.findIndex(isTyped);
    return first < 0 ? [] : lines.slice(first).filter((line) => !isTyped(line));
  }

  /** Types a line and Enter. */
  enter(line: string): Promise<void> {
    // Two callers at once would mix their keys.
    this.typing = this.typing.then(() => this.type(line));
    return this.typing;
  }

  private async type(line: string): Promise<void> {
    this.o.witness.act({ kind: 'types', who: this.name, line });
    await this.until('its prompt', () => this.typed() === '');
    let typed = '';
    this.why = 'line';
    for (const key of line) {
      typed += key;
      this.pty.write(key);
      const now = typed.trimEnd();
      await this.until(`the key ${key}`, () => this.typed() === now);
      this.why = 'key';
    }
    this.why = 'output';
    this.pty.write('\r');
    await this.until('the line', () => this.typed() !== typed.trimEnd());
  }

  /** What stands on the line being typed; undefined if there is none. */
  private typed(): string | undefined {
    const line = this.emulator.current();
    return this.prompt.test(line) ? line.replace(this.prompt, '') : undefined;
  }

  /** The next line, from the last one waited for on, that is or matches this; one call at a time. @throws Error if none comes */
  async shows(wanted: Wanted): Promise<string> {
    let found: string | undefined;
    const look = (): boolean => {
      const lines = this.lines;
      while (this.seen < lines.length && found === undefined) {
        const line = lines[this.seen++] ?? '';
        if (typeof wanted === 'string' ? line === wanted : wanted.test(line)) found = line;
      }
      return found !== undefined;
    };
    try {
      await this.until(String(wanted), look);
    } finally {
      this.o.witness.act({ kind: 'expects', who: this.name, wanted, seen: found });
    }
    return found ?? '';
  }

  /** Until it prompts again: its screen shows all it has to show. */
  async rest(): Promise<void> {
    if (this.o.prompts) await this.until('its prompt', () => this.typed() === '');
  }

  /** Ctrl-D: no more input. */
  end(): void {
    this.pty.write('\u0004');
  }

  kill(signal: NodeJS.Signals): void {
    // The number of a process that has ended may be another's.
    if (this.phase === 'running') this.pty.kill(signal);
  }

  private changed(): void {
    this.o.witness.screen(this.name, this.why);
    for (const look of this.looks) look();
  }

  private until(what: string, holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.looks.delete(look);
      };
      const fail = (why: string): void => {
        if (!this.looks.has(look)) return;
        settle();
        reject(new Error(this.story(why, what)));
      };
      const look = (): void => {
        if (!holds()) return;
        settle();
        resolve();
      };
      const timer = setTimeout(() => fail(`said nothing more for ${String(PATIENCE_MS / 1000)} s`), PATIENCE_MS);
      this.looks.add(look);
      look();
      void this.exit.then((code) => fail(`ended (${String(code)})`));
    });
  }

  private story(why: string, what: string): string {
    const lines = [...this.emulator.finished(), this.emulator.current()].slice(-STORY_LINES);
    return [
      `${this.name} ${why} before its screen showed ${what}; it showed:`,
      ...lines.map((line) => `  ${line}`),
    ].join('\n');
  }
}
