/**
 * A stage for real processes on loopback: one server and its clients, with a temporary data file. The demo plays on it, and
 * so do the tests. Waiting is for text, never for time; a process that says nothing more is an error with everything it said.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const COMMANDS = join(__dirname, '..');
const PATIENCE_MS = 30_000;

/** What happened on the stage, in order: a user typed, a process wrote a line. */
export interface Happening {
  readonly who: string;
  readonly kind: 'typed' | 'shown' | 'error';
  readonly line: string;
}
type Watch = (happening: Happening) => void;

interface Waiter {
  readonly wanted: (line: string) => boolean;
  readonly found: (line: string) => void;
}

/** A running command; its output is read line by line, and each line is waited for at most once. */
export class Actor {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  private readonly child: ChildProcess;
  private seen = 0;
  private waiter: Waiter | undefined;

  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    cwd: string,
    private readonly watch: Watch,
    nodeArgs: readonly string[] = [],
  ) {
    this.child = spawn(process.execPath, [...nodeArgs, join(COMMANDS, command), ...args], { cwd, stdio: 'pipe' });
    const { stdout, stderr, stdin } = this.child;
    if (!stdout || !stderr || !stdin) throw new Error('a process without pipes');
    // Whoever types to a process that has gone notices by what it does not show.
    stdin.on('error', () => undefined);
    createInterface({ input: stdout }).on('line', (line) => this.line(line));
    createInterface({ input: stderr }).on('line', (line) => {
      this.errors.push(line);
      watch({ who: name, kind: 'error', line });
    });
    this.exit = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  type(line: string): void {
    this.watch({ who: this.name, kind: 'typed', line });
    this.child.stdin?.write(`${line}\n`);
  }

  /** No more input. */
  end(): void {
    this.child.stdin?.end();
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  /** The next line, from the last one waited for on, that is or matches this. */
  async shows(wanted: string | RegExp): Promise<string> {
    const matches = (line: string): boolean => (typeof wanted === 'string' ? line === wanted : wanted.test(line));
    while (this.seen < this.lines.length) {
      const line = this.lines[this.seen++] ?? '';
      if (matches(line)) return line;
    }
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        this.waiter = undefined;
        clearTimeout(timer);
        reject(new Error(`${this.name} ${why} before it showed ${String(wanted)}; it showed:\n${this.transcript()}`));
      };
      const timer = setTimeout(() => fail(`said nothing for ${String(PATIENCE_MS / 1000)} s`), PATIENCE_MS);
      this.waiter = {
        wanted: matches,
        found: (line) => {
          this.waiter = undefined;
          clearTimeout(timer);
          resolve(line);
        },
      };
      void this.exit.then((code) => this.waiter && fail(`ended (${String(code)})`));
    });
  }

  private transcript(): string {
    return [...this.lines, ...this.errors.map((line) => `(stderr) ${line}`)].map((line) => `  ${line}`).join('\n');
  }

  private line(line: string): void {
    this.lines.push(line);
    this.watch({ who: this.name, kind: 'shown', line });
    const { waiter } = this;
    if (!waiter) return;
    this.seen = this.lines.length;
    if (waiter.wanted(line)) waiter.found(line);
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
  ) {}

  static async open(watch: Watch = () => undefined): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'parley-')), watch);
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
    return this.start(id, 'parley-client.js', [id, ...server, ...args]);
  }

  /** Any of the project's commands by the name of its file. */
  start(name: string, file: string, args: readonly string[], nodeArgs: readonly string[] = []): Actor {
    const actor = new Actor(name, file, args, this.folder, this.watch, nodeArgs);
    this.actors.push(actor);
    return actor;
  }

  /** Everybody's input ends, so everybody logs off and leaves; then the server is told to stop. @throws Error if one fails */
  async finish(): Promise<void> {
    const clients = this.actors.filter((actor) => actor !== this.running?.process);
    for (const client of clients) client.end();
    await Promise.all(clients.map((client) => expectExit(client)));
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

async function expectExit(actor: Actor): Promise<void> {
  const code = await actor.exit;
  if (code !== 0) throw new Error(`${actor.name} ended with ${String(code)}: ${actor.errors.join(' ')}`);
}
