/**
 * A client at a real pseudo-terminal, on a screen that can be read cell by cell. Waiting is for what the screen shows. Must never
 * be here: an expectation.
 */
import { join } from 'node:path';
import { spawn, type IPty } from '@lydell/node-pty';
import type { Stage } from '../../bin/demo/stage';
import { Emulator, type Cell, type Size } from '../../diagrams/report/screen/emulator';

const PATIENCE_MS = 20_000;
/** So much of the screen stands in an error: the last lines, and the beginning of each. */
const STORY_LINES = 30;
const STORY_WIDTH = 200;
const CLIENT = join(__dirname, '../../dist/bin/parley-client.js');

export const SMALL: Size = { columns: 80, rows: 24 };
export const LARGE: Size = { columns: 200, rows: 50 };

export class Desk {
  readonly exit: Promise<number>;
  private readonly emulator: Emulator;
  private readonly pty: IPty;
  private readonly looks = new Set<() => void>();
  /** Everything the client wrote. */
  raw = '';

  constructor(
    stage: Stage,
    id: string,
    size: Size,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    [program, ...programArgs] = commandOf(stage, id, args),
  ) {
    this.emulator = new Emulator(size);
    this.pty = spawn(program, programArgs, {
      cols: size.columns,
      rows: size.rows,
      cwd: stage.folder,
      env: { ...withoutCi(), HOME: stage.folder, XDG_CONFIG_HOME: '', NO_COLOR: '', ...env },
      name: env['TERM'] ?? 'xterm-256color',
    });
    let written: Promise<void> = Promise.resolve();
    let pending = '';
    // The emulator takes its time for each write, so it gets all there is.
    const draw = async (): Promise<void> => {
      if (pending === '') return;
      const all = pending;
      pending = '';
      await this.emulator.write(all);
      for (const look of this.looks) look();
    };
    this.pty.onData((data) => {
      this.raw += data;
      pending += data;
      written = written.then(draw);
    });
    this.exit = new Promise((resolve) => this.pty.onExit(({ exitCode }) => void written.then(() => resolve(exitCode))));
  }

  /** Keys as the terminal sends them. */
  press(keys: string): void {
    this.pty.write(keys);
  }

  /** As a terminal that marks what is pasted. */
  paste(text: string): void {
    this.press(`\u001b[200~${text}\u001b[201~`);
  }

  /** Resolves when the client has noticed and drawn its line again. */
  async resize({ columns, rows }: Size): Promise<void> {
    const before = this.raw.length;
    this.emulator.resize({ columns, rows });
    this.pty.resize(columns, rows);
    await this.until(({ raw }) => raw.length > before, 'the line drawn again');
  }

  /** What was written and left behind, line by line, the line being typed last; broken lines are whole again. */
  get lines(): string[] {
    return [...this.emulator.finished(), this.emulator.current()];
  }
  get current(): string {
    return this.emulator.current();
  }
  get cells(): readonly (readonly Cell[])[] {
    return this.emulator.snapshot().cells;
  }
  get cursor(): { readonly x: number; readonly y: number } {
    return this.emulator.snapshot().cursor;
  }
  /** The rows of the screen as they are, down to the cursor. */
  get rows(): string[] {
    const { cells, cursor } = this.emulator.snapshot();
    return cells.slice(0, cursor.y + 1).map((row) =>
      row
        .map(({ text, width }) => (width === 0 ? '' : text === '' ? ' ' : text))
        .join('')
        .trimEnd(),
    );
  }

  /** @throws Error with the screen if it does not come about */
  until(holds: (desk: this) => boolean, what = holds.toString()): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.looks.delete(look);
      };
      const look = (): void => {
        if (!holds(this)) return;
        settle();
        resolve();
      };
      const timer = setTimeout(() => {
        settle();
        reject(
          new Error(
            `in vain: ${what}\n${this.lines
              .slice(-STORY_LINES)
              .map((line) => `  |${line.slice(0, STORY_WIDTH)}`)
              .join('\n')}`,
          ),
        );
      }, PATIENCE_MS);
      this.looks.add(look);
      look();
    });
  }

  /** Until such a line stands above the line being typed. */
  shows(line: string): Promise<void> {
    return this.until(({ lines }) => lines.slice(0, -1).includes(line), line);
  }

  /** Until the line being typed, with its prompt, is this. */
  stands(line: string): Promise<void> {
    return this.until(({ current }) => current === line, `at the bottom: ${line}`);
  }

  kill(): void {
    // The number of a process that has ended may be another's.
    try {
      this.pty.kill('SIGKILL');
    } catch {
      return;
    }
  }
}

/** The client itself. */
export function commandOf(stage: Stage, id: string, args: readonly string[]): [program: string, ...args: string[]] {
  return [process.execPath, CLIENT, id, '--server', `127.0.0.1:${String(stage.server.udp)}`, ...args];
}

/** Node.js takes a process that runs in CI for one whose terminal has no colours. */
function withoutCi(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env['CI'];
  return env;
}
