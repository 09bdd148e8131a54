/**
 * A stage of real terminals: one server and its clients on loopback, each a process in a pseudo-terminal, with a temporary data
 * file. It offers scenarios what the demo's stage offers, so that they are the same scenarios. Must never be here: scenarios.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawn } from '@lydell/node-pty';
import type { Size } from '../screen/emulator';
import { TerminalActor, type Witness } from './actor';
import { ASSIGNMENT_ONLY } from './assignment';

/** The built commands, also for a test, which runs this file from its source. */
const COMMANDS = __filename.endsWith('.ts') ? join(__dirname, '../../../dist/bin') : join(__dirname, '../../../bin');

/** Sizes of the screens. */
export interface Sizes {
  readonly client: Size;
  readonly server: Size;
}
/** A line of the server's dump has up to 108 characters. */
export const SIZES: Sizes = { client: { columns: 80, rows: 24 }, server: { columns: 108, rows: 40 } };

export class TerminalStage {
  private readonly actors: TerminalActor[] = [];
  private running: TerminalActor | undefined;
  private udp = 0;

  private constructor(
    /** Working directory of every process. */
    readonly folder: string,
    private readonly witness: Witness,
    private readonly sizes: Sizes,
  ) {}

  static async open(witness: Witness, sizes: Sizes = SIZES): Promise<TerminalStage> {
    return new TerminalStage(await mkdtemp(join(tmpdir(), 'parley-report-')), witness, sizes);
  }

  get all(): readonly TerminalActor[] {
    return this.actors;
  }

  /** Makes subscribers and their key files. @throws Error the command failed */
  async subscribe(...ids: readonly string[]): Promise<void> {
    await promisify(execFile)(process.execPath, [join(COMMANDS, 'parley-keys.js'), 'add', ...ids], this.surroundings());
  }

  async startServer(): Promise<void> {
    const args = ['--udp-port', '0', '--dump', '-', '--log-level', 'warn', '--trace', this.traceOf('server')];
    this.running = this.start('server', 'parley-server.js', args, false);
    const ready = await this.running.shows(/^parley-server ready/);
    this.udp = Number(/UDP .*:(\d+),/.exec(ready)?.[1]);
  }

  client(id: string): TerminalActor {
    const args = [id, '--server', `127.0.0.1:${String(this.udp)}`, '--trace', this.traceOf(id), ...ASSIGNMENT_ONLY];
    return this.start(id, 'parley-client.js', args, true);
  }

  private start(name: string, file: string, args: readonly string[], prompts: boolean): TerminalActor {
    const { cwd, env } = this.surroundings();
    const actor = new TerminalActor({
      name,
      prompts,
      size: prompts ? this.sizes.client : this.sizes.server,
      witness: this.witness,
      start: ({ columns: cols, rows }) =>
        spawn(process.execPath, [join(COMMANDS, file), ...args], { cols, rows, cwd, env, name: 'xterm-256color' }),
    });
    this.actors.push(actor);
    return actor;
  }

  /** Nobody's own key files may be found (protocol 2.3). */
  private surroundings(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
    return { cwd: this.folder, env: { ...process.env, HOME: this.folder, XDG_CONFIG_HOME: '' } };
  }

  private traceOf(name: string): string {
    return join(this.folder, `${name}.trace`);
  }

  /** The files that the processes have traced into, the server's first. */
  get traces(): string[] {
    return [...new Set(this.actors.map(({ name }) => this.traceOf(name)))];
  }

  /** Every key of this stage as it stands in its file: what must be in no output. */
  async keys(): Promise<string[]> {
    const files = (await readdir(this.folder)).filter((file) => file.endsWith('.key'));
    return Promise.all(files.map(async (file) => (await readFile(join(this.folder, file), 'utf8')).trim()));
  }

  /** Everybody leaves, one after the other, so that each hears of it; then the server is told to stop. @throws Error one ends with a failure */
  async finish(): Promise<void> {
    const clients = this.actors.filter((actor) => actor !== this.running);
    for (const client of clients) {
      client.end();
      await expectExit(client);
    }
    this.running?.kill('SIGTERM');
    if (this.running) await expectExit(this.running);
  }

  /** Ends everything that still runs and removes the folder. */
  async close(): Promise<void> {
    for (const actor of this.actors) actor.kill('SIGKILL');
    await Promise.all(this.actors.map((actor) => actor.exit));
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function expectExit(actor: TerminalActor): Promise<void> {
  const code = await actor.exit;
  if (code !== 0) throw new Error(`${actor.name} ended with ${String(code)}: ${actor.lines.slice(-3).join(' / ')}`);
}
