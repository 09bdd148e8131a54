#!/usr/bin/env node
/** parley-dump: a capture file as readable lines, JSON or a sequence chart; a key log opens what is encrypted. No logic beyond that. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { Command } from 'commander';
import type { Entry } from '../diagrams/capture/entries';
import { CaptureError } from '../diagrams/capture/file';
import { Keys } from '../diagrams/capture/keys';
import { readCapture, type Tally } from '../diagrams/capture/reading';
import { jsonOf, SeenTrace, textOf } from '../diagrams/capture/show';
import { chartOf } from '../diagrams/chart/chart';
import { chartSvg } from '../diagrams/chart/svg';
import { writeFile } from '../storage/file';
import { codeOf, inOneLine, UserError } from './failure';
import { refuseMistaken } from './mistaken';
import { run, withUsage } from './options';

interface Options {
  readonly keylog?: string;
  readonly chart?: string;
  readonly json?: true;
}

export const command = withUsage(
  new Command('parley-dump')
    .description('Shows what Parley said in a capture (pcap or pcapng, of tcpdump, dumpcap or Wireshark).')
    .argument('<capture>', 'the capture file')
    .option('--keylog <file>', 'open what is encrypted with the keys that --keylog of server or client wrote')
    .option('--chart <file.svg>', 'also draw the messages as a sequence chart')
    .option('--json', 'one JSON object a line instead of the readable dump'),
);

const complain = (sentence: string): void => void process.stderr.write(`parley-dump: ${inOneLine(sentence)}\n`);

/** A key log of a day of many users; larger ones are mistakes. */
const KEY_LOG_MAX_BYTES = 64 * 1024 * 1024;
/** Lines are handed over in pieces of this size. */
const OUTPUT_BYTES = 64 * 1024;

async function main(): Promise<void> {
  const o = command.opts<Options>();
  const [capture = ''] = command.args;
  checkChart(o.chart, [capture, o.keylog]);
  refuseMistaken(capture, 'capture');
  if (o.keylog !== undefined) refuseMistaken(o.keylog, 'key log');
  const keys = o.keylog === undefined ? undefined : readKeys(o.keylog);
  const seen = o.chart === undefined ? undefined : new SeenTrace();
  const lines = o.json ? jsonOf : textOf;
  const output = new Output();
  let start: number | undefined;
  const tally = reading(capture, keys, (entry) => {
    start ??= entry.ms;
    output.add(lines(entry, start));
    seen?.add(entry);
  });
  output.flush();
  report(capture, tally, keys);
  if (o.chart !== undefined && seen) await draw(o.chart, capture, seen, tally);
}

class Output {
  private lines: string[] = [];
  private size = 0;

  add(lines: readonly string[]): void {
    for (const line of lines) this.size += line.length;
    this.lines.push(...lines);
    if (this.size > OUTPUT_BYTES) this.flush();
  }

  flush(): void {
    if (this.lines.length > 0) process.stdout.write(`${this.lines.join('\n')}\n`);
    this.lines = [];
    this.size = 0;
  }
}

function reading(file: string, keys: Keys | undefined, tell: (entry: Entry) => void): Tally {
  const handle = opened(file);
  try {
    return readCapture((into) => readSync(handle, into), { keys, tell });
  } catch (error) {
    if (error instanceof CaptureError) throw new UserError(`${file} ${error.message}`);
    if ((error as NodeJS.ErrnoException).syscall === 'read') throw unreadable(file, error);
    throw error;
  } finally {
    closeSync(handle);
  }
}

function opened(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw unreadable(file, error);
  }
}
function unreadable(file: string, error: unknown): UserError {
  return new UserError(`${file} cannot be read (${codeOf(error)})`);
}

function readKeys(file: string): Keys {
  const handle = opened(file);
  try {
    if (fstatSync(handle).size > KEY_LOG_MAX_BYTES) throw new UserError(`${file} is too large for a key log`);
    return new Keys(readFileSync(handle, 'latin1'));
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(file, error);
  } finally {
    closeSync(handle);
  }
}

/** What a reader should know about the whole. */
function report(file: string, { packets, shown, closed }: Tally, keys: Keys | undefined): void {
  if (shown === 0) complain(`nothing of Parley was found in ${file} (${String(packets)} packets)`);
  if (keys?.size === 0)
    complain('there is no key in the key log: write one with --keylog of parley-server or parley-client');
  if (closed === 0) return;
  const why = keys
    ? 'the key log has no key for them, or the capture lacks what says which'
    : 'give the key log of server or client with --keylog';
  complain(`what is encrypted stays closed ({..}, ${String(closed)} times): ${why}`);
}

function checkChart(chart: string | undefined, inputs: readonly (string | undefined)[]): void {
  if (chart === undefined) return;
  if (extname(chart) !== '.svg')
    throw new UserError(`--chart ${chart}: the chart is an SVG file, so its name ends in .svg`);
  if (inputs.some((input) => input !== undefined && resolve(input) === resolve(chart))) {
    throw new UserError(`--chart ${chart} is what is to be read`);
  }
}

async function draw(path: string, capture: string, seen: SeenTrace, { closed }: Tally): Promise<void> {
  const trace = seen.trace(capture);
  if (!trace) throw new UserError('there is nothing to draw');
  if (closed > 0) complain('records that stay closed are not on the chart');
  if (seen.leftOut > 0) complain(`the chart ends early: ${String(seen.leftOut)} lines more would not be legible`);
  // Nobody sees states from outside.
  const svg = chartSvg(chartOf([trace], { states: false }));
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw new UserError(`${path} cannot be written (${codeOf(error)})`);
  }
  writeFile(path, 'replace', 'plain', svg);
}

if (require.main === module) void run(command, main);
