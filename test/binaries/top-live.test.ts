/** parley-top on a real terminal: renewed, moved, resized, and left as it was found. */
import { join } from 'node:path';
import { spawn, type IPty } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { logOn, stages } from './support';

const open = stages();
const TOP = join(__dirname, '../../dist/bin/parley-top.js');
const running: IPty[] = [];
afterEach(() => running.splice(0).forEach((one) => one.kill('SIGKILL')));

/** A terminal with what stands on it. */
class Screen {
  readonly exit: Promise<number>;
  private readonly terminal: Terminal;
  private readonly process: IPty;
  private look: () => void = () => undefined;

  constructor(cwd: string, args: readonly string[], cols: number, rows: number) {
    this.terminal = new Terminal({ cols, rows, allowProposedApi: true });
    this.process = spawn(process.execPath, [TOP, ...args], { cols, rows, cwd, env: process.env });
    running.push(this.process);
    this.process.onData((data) => this.terminal.write(data, () => this.look()));
    this.exit = new Promise((ended) => this.process.onExit(({ exitCode }) => ended(exitCode)));
  }
  get lines(): string[] {
    const { rows, cols, buffer } = this.terminal;
    // A line keeps what a narrower screen does not show.
    return Array.from({ length: rows }, (_, i) => buffer.active.getLine(i)?.translateToString(true, 0, cols) ?? '');
  }
  get isAlternate(): boolean {
    return this.terminal.buffer.active.type === 'alternate';
  }
  type(keys: string): void {
    this.process.write(keys);
  }
  resize(cols: number, rows: number): void {
    this.terminal.resize(cols, rows);
    this.process.resize(cols, rows);
  }
  shows(wanted: (lines: string[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.look = () => {
        if (wanted(this.lines)) resolve();
      };
      this.look();
    });
  }
}

test('at 80x24 it shows who comes, keeps its size, says when the server has gone, and gives the screen back', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  const { process: server } = await stage.startServer('--status', 's.sock');
  const screen = new Screen(stage.folder, ['--status', 's.sock', '--interval', '0.2'], 80, 24);
  await screen.shows(([, second]) => /^0 connected/.test(second ?? ''));
  expect(screen.isAlternate).toBe(true);
  const alice = stage.client('alice');
  await logOn(alice);
  await screen.shows((lines) => /^alice +\S+ +Wait for CHAT_REQUEST/.test(lines[5] ?? ''));
  expect(screen.lines[4]).toMatch(/^CLIENT +SINCE +STATE +SESSION +WITH +IN +OUT$/);
  screen.resize(120, 40);
  await screen.shows((lines) => /OUT +WAITS +FROM$/.test(lines[4] ?? ''));
  screen.resize(40, 10);
  await screen.shows((lines) => (lines[5] ?? '').endsWith('…'));
  server.kill('SIGTERM');
  await screen.shows((lines) => lines.some((line) => line.startsWith('no figures from s.sock')));
  screen.type('q');
  expect(await screen.exit).toBe(0);
  await screen.shows(() => !screen.isAlternate);
});

test('Ctrl-C leaves, too; a server that is not there costs one line and no screen', async () => {
  const stage = await open();
  await stage.startServer('--status', 's.sock', '--log-level', 'error');
  const screen = new Screen(stage.folder, ['--status', 's.sock'], 80, 24);
  await screen.shows(([, second]) => /^0 connected/.test(second ?? ''));
  screen.type('\x03');
  expect(await screen.exit).toBe(0);
  const none = new Screen(stage.folder, ['--status', 'none'], 80, 24);
  expect(await none.exit).toBe(1);
  await none.shows(([first]) => (first ?? '').startsWith('parley-top: no figures from none (ENOENT)'));
  expect(none.isAlternate).toBe(false);
});
