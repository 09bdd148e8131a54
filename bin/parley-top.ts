#!/usr/bin/env node
/** parley-top: a live view of a running server, from its --status socket. No logic beyond asking, drawing, and keys. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { run, withUsage } from './options';
import { askStatus } from './top/source';
import { draw, SORTS, type Sort } from './top/view';
import { UserError } from './failure';
import type { Status } from './watching/status';

interface Options {
  readonly status: string;
  readonly once?: true;
  readonly json?: true;
  readonly interval: number;
  readonly sort: Sort;
}

const INTERVAL_MIN_S = 0.2;
const INTERVAL_MAX_S = 3600;

function interval(text: string): number {
  const seconds = Number(text);
  if (text !== '' && seconds >= INTERVAL_MIN_S && seconds <= INTERVAL_MAX_S) return seconds;
  throw new InvalidArgumentError(`Seconds from ${String(INTERVAL_MIN_S)} to ${String(INTERVAL_MAX_S)}.`);
}

export const command = withUsage(
  new Command('parley-top')
    .description('Shows who is connected to a running server, and what it does. The server needs --status SOCKET.')
    .addOption(
      new Option('--status <socket>', "the server's socket, or PARLEY_STATUS")
        .env('PARLEY_STATUS')
        .default('./parley.sock'),
    )
    .option('--once', 'print once and end, as without a terminal')
    .option('--json', 'print the figures once as one line of JSON')
    .option('--interval <seconds>', 'how often the view is renewed', interval, 2)
    .addOption(new Option('--sort <by>', 'order of the clients').choices(SORTS).default('id')),
);

async function main(): Promise<void> {
  const o = command.opts<Options>();
  if (o.json) process.stdout.write(`${JSON.stringify(await askStatus(o.status))}\n`);
  else if (o.once || !process.stdout.isTTY || !process.stdin.isTTY) {
    const view = { columns: process.stdout.isTTY ? process.stdout.columns : Infinity, rows: Infinity };
    const lines = draw(await askStatus(o.status), undefined, { ...view, sort: o.sort, offset: 0, live: false });
    process.stdout.write(`${lines.join('\n')}\n`);
  } else await live(o);
}

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/** What a key adds to the offset; the others leave. */
const MOVES: Readonly<Record<string, number>> = {
  '\x1b[A': -1,
  k: -1,
  '\x1b[B': 1,
  j: 1,
  '\x1b[5~': -10,
  '\x1b[6~': 10,
};
const LEAVING: readonly string[] = ['q', 'Q', '\x03', '\x04', '\x1b'];

async function live({ status: socket, interval: seconds, sort }: Options): Promise<void> {
  const { stdin, stdout } = process;
  const first = await askStatus(socket);
  let [now, before, offset, trouble] = [first, undefined as Status | undefined, 0, ''];
  const show = (): void => {
    const view = { columns: stdout.columns, rows: stdout.rows - 1, sort, offset, live: true };
    const lines = draw(now, before, view);
    if (trouble !== '') lines.splice(3, 1, trouble.slice(0, stdout.columns));
    stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
  };
  const renew = async (): Promise<void> => {
    try {
      const next = await askStatus(socket);
      [before, now, trouble] = [now, next, ''];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      trouble = error.message;
    }
    show();
  };
  stdout.write(ENTER);
  stdin.setRawMode(true);
  const timer = setInterval(() => void renew(), seconds * 1000);
  const renewAll = (): void => {
    stdout.write('\x1b[2J');
    show();
  };
  stdout.on('resize', renewAll);
  show();
  await new Promise<void>((left) => {
    stdin.on('data', (keys: Buffer) => {
      const key = keys.toString('latin1');
      if (LEAVING.includes(key)) return left();
      offset = Math.max(0, Math.min(now.clients.length, offset + (MOVES[key] ?? 0)));
      show();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, left);
  });
  clearInterval(timer);
  stdout.off('resize', renewAll);
  stdin.setRawMode(false);
  stdin.pause();
  stdout.write(LEAVE);
}

if (require.main === module) void run(command, main);
