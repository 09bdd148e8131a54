/**
 * A stage for real processes on loopback: one server and its clients, with a temporary data file. The demo plays on it, and
 * so do the tests. Waiting is for text, never for time; a process that says nothing more is an error with everything it said.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The built commands, also for a test, which runs this file from its source. */
const COMMANDS = __filename.endsWith('.ts') ? join(__dirname, '../../dist/bin') : join(__dirname, '..');
const PATIENCE_MS = 30_000;
/** So much of what a process wrote stands in an error: the last lines, and the beginning of each. */
const STORY_LINES = 100;
const STORY_WIDTH = 200;

/** What happened on the stage, in order: a user typed, or has nothing more to type; a process wrote a line. */
export interface Happening {
  readonly who: string;
  readonly kind: 'typed' | 'ended' | 'shown' | 'error';
  readonly line: string;
}
type Watch = (happening: Happening) => void;
/** Holds a line back that is about to be typed, as long as it takes. */
export type Gate = (actor: Actor, line: string) => Promise<void>;

type Wanted = string | RegExp;

/** One output of a process, read line by line; each line is waited for at most once. */
class Output {
  readonly lines: string[] = [];
  private seen = 0;
  /** Looks at what is new; does nothing while nobody waits. */
  private look: () => void = () => undefined;

  constructor(
    stream: Readable,
    private readonly patience: number,
    added: (line: string) => void,
  ) {
    createInterface({ input: stream }).on('line', (line) => {
      this.lines.push(line);
      added(line);
      this.look();
    });
  }

  /** The next line, from the last one waited for on, that is or matches this. @throws Error with `story` if none comes */
  next(wanted: Wanted, exit: Promise<number | string>, story: (why: string) => string): Promise<string> {
    const matches = (line: string): boolean => (typeof wanted === 'string' ? line === wanted : wanted.test(line));
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.look = () => undefined;
        clearTimeout(timer);
      };
      const fail = (why: string): void => {
        if (this.look !== look) return;
        settle();
        reject(new Error(story(why)));
      };
      const look = (): void => {
        while (this.seen < this.lines.length) {
          const line = this.lines[this.seen++] ?? '';
          if (!matches(line)) continue;
          settle();
          return resolve(line);
        }
      };
      const timer = setTimeout(() => fail(`said nothing more for ${String(this.patience / 1000)} s`), this.patience);
      this.look = look;
      look();
      void exit.then((code) => fail(`ended (${String(code)})`));
    });
  }
}

/** A running command. */
export class Actor {
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  /** Every byte of both outputs, in the order in which they came. */
  readonly bytes: Buffer[] = [];
  private readonly child: ChildProcess;
  private readonly screen: Output;
  private readonly complaints: Output;

  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    cwd: string,
    private readonly watch: Watch,
    nodeArgs: readonly string[] = [],
    private readonly gate?: Gate,
    patience = PATIENCE_MS,
  ) {
    this.child = spawn(process.execPath, [...nodeArgs, resolve(COMMANDS, command), ...args], {
      cwd,
      stdio: 'pipe',
      // Nobody's own key files may be found (protocol 2.3).
      env: { ...process.env, HOME: cwd, XDG_CONFIG_HOME: '' },
    });
    const { stdout, stderr, stdin } = this.child;
    if (!stdout || !stderr || !stdin) throw new Error('a process without pipes');
    // Whoever types to a process that has gone notices by what it does not show.
    stdin.on('error', () => undefined);
    for (const stream of [stdout, stderr]) stream.on('data', (bytes: Buffer) => this.bytes.push(bytes));
    this.screen = new Output(stdout, patience, (line) => watch({ who: name, kind: 'shown', line }));
    this.complaints = new Output(stderr, patience, (line) => watch({ who: name, kind: 'error', line }));
    this.exit = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }
  /** Standard output so far. */
  get lines(): readonly string[] {
    return this.screen.lines;
  }
  /** Standard error so far. */
  get errors(): readonly string[] {
    return this.complaints.lines;
  }

  type(line: string): void {
    this.watch({ who: this.name, kind: 'typed', line });
    this.write(`${line}\n`);
  }

  /** Input as it is. */
  write(input: string | Uint8Array): void {
    this.child.stdin?.write(input);
  }

  /** Types when the stage lets it. */
  async enter(line: string): Promise<void> {
    await this.gate?.(this, line);
    this.type(line);
  }

  /** No more input. */
  end(): void {
    if (this.child.exitCode === null) this.watch({ who: this.name, kind: 'ended', line: '' });
    this.child.stdin?.end();
  }

  /** Its outputs are not read any more, as when a pager is left. */
  ignore(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  /** The next line on standard output that is or matches this; one call at a time. */
  shows(wanted: Wanted): Promise<string> {
    return this.screen.next(wanted, this.exit, (why) => this.story(why, wanted));
  }

  /** The same on standard error. */
  complains(wanted: Wanted): Promise<string> {
    return this.complaints.next(wanted, this.exit, (why) => this.story(why, wanted));
  }

  private story(why: string, wanted: Wanted): string {
    const transcript = [...this.lines, ...this.errors.map((line) => `(stderr) ${line}`)]
      .slice(-STORY_LINES)
      .map((line) => `  ${line.slice(0, STORY_WIDTH)}`);
    return [`${this.name} ${why} before it showed ${String(wanted)}; it showed:`, ...transcript].join('\n');
  }
}

export interface ServerActor {
  readonly process: Actor;
  readonly udp: number;
  readonly tcp: number;
}

export class Stage {
  private readonly actors: Actor[] = [];
  private running: ServerActor | undefined;

  private constructor(
    /** Working directory of every process; holds parley.db and the key files. */
    readonly folder: string,
    private readonly watch: Watch,
    private readonly clientArgs: readonly string[],
    private readonly gate?: Gate,
    private readonly patience?: number,
  ) {}

  /**
   * @param clientArgs for every client, before its own @param gate for what scenarios type
   * @param patience ms that a process may be silent while something is waited for
   */
  static async open(
    watch: Watch = () => undefined,
    clientArgs: readonly string[] = [],
    gate?: Gate,
    patience?: number,
  ): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'parley-')), watch, clientArgs, gate, patience);
  }

  /** Every process started so far. */
  get all(): readonly Actor[] {
    return this.actors;
  }

  get server(): ServerActor {
    if (!this.running) throw new Error('no server has been started');
    return this.running;
  }

  /** Makes subscribers and their key files. */
  async subscribe(...ids: readonly string[]): Promise<void> {
    const keys = this.start('parley-keys', 'parley-keys.js', ['add', ...ids]);
    const code = await keys.exit;
    if (code !== 0) throw new Error(`parley-keys: ${keys.errors.join(' ')}`);
  }

  async startServer(...args: readonly string[]): Promise<ServerActor> {
    const process = this.start('server', 'parley-server.js', ['--udp-port', '0', ...args]);
    const ready = await process.shows(/^parley-server ready/);
    const [, udp, tcp] = /UDP .*:(\d+), TCP .*:(\d+)$/.exec(ready) ?? [];
    this.running = { process, udp: Number(udp), tcp: Number(tcp) };
    return this.running;
  }

  client(id: string, ...args: readonly string[]): Actor {
    const server = args.includes('--server') ? [] : ['--server', `127.0.0.1:${String(this.server.udp)}`];
    return this.start(id, 'parley-client.js', [id, ...server, ...this.clientArgs, ...args]);
  }

  /** Any of the project's commands by the name of its file. */
  start(name: string, file: string, args: readonly string[], nodeArgs: readonly string[] = []): Actor {
    const actor = new Actor(name, file, args, this.folder, this.watch, nodeArgs, this.gate, this.patience);
    this.actors.push(actor);
    return actor;
  }

  /**
   * Everybody's input ends, so everybody logs off and leaves; then the server is told to stop.
   * @param codes exit codes other than 0, by name @throws Error if one fails
   */
  async finish(codes: Readonly<Record<string, number>> = {}): Promise<void> {
    const clients = this.actors.filter((actor) => actor !== this.running?.process);
    for (const client of clients) client.end();
    await Promise.all(clients.map((client) => expectExit(client, codes[client.name])));
    this.running?.process.kill('SIGTERM');
    if (this.running) await expectExit(this.running.process);
  }

  /** Ends everything that still runs and removes the folder. */
  async close(): Promise<void> {
    for (const actor of this.actors) actor.kill();
    await Promise.all(this.actors.map((actor) => actor.exit));
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function expectExit(actor: Actor, expected = 0): Promise<void> {
  const code = await actor.exit;
  if (code !== expected) throw new Error(`${actor.name} ended with ${String(code)}: ${actor.errors.join(' ')}`);
}
