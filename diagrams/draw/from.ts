/**
 * The machine in a file of the user's own. The file is run in a process of its own, which is ended as soon as the machine is
 * read: whatever the file starts, prints or breaks, there is one picture or one line. Must never be here: the user's code.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { DrawError } from './failure';
import type { Answer } from './from-child';
import type { Picture } from './picture';

/** What came of a file: the picture, and sentences about it for whoever asked. */
export interface Loaded {
  readonly picture: Picture;
  readonly notes: readonly string[];
}

const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * @param source FILE or FILE:EXPORT, relative to the current folder; what the file prints goes to standard error
 * @param seconds how long the file may take
 * @throws DrawError the file cannot be read or run, or there is not exactly one machine meant
 */
export async function pictureFrom(source: string, seconds: number): Promise<Loaded> {
  // Node says on standard error that loading an ES module this way is new.
  const args = [...process.execArgv, '--disable-warning=ExperimentalWarning', require.resolve('./from-child'), source];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 2, 2, 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  const ended = endOf(child);
  try {
    const text = await answerOf(child.stdio[3] as Readable);
    if (text === undefined) throw new DrawError(`${source} ${await reason(child, ended, seconds)}`);
    const answer = JSON.parse(text) as Answer;
    if ('failure' in answer) throw new DrawError(answer.failure);
    return answer;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    await ended;
  }
}

/** One line of JSON. @returns undefined if the process ends without it, or says too much */
async function answerOf(stream: Readable): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    if (part.at(-1) === LINE_END) return Buffer.concat(parts).toString();
    if (bytes > LARGEST_ANSWER_BYTES) return undefined;
  }
  return undefined;
}
const LINE_END = 0x0a;

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}
function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

async function reason(child: ChildProcess, ended: Promise<End>, seconds: number): Promise<string> {
  const { code, signal, error } = await ended;
  if (child.killed) return `was not loaded within ${String(seconds)} s, which --timeout changes; does it wait or loop?`;
  if (error) return `cannot be run: ${error.message}`;
  if (signal) return `was ended by ${signal} while it was loaded`;
  return `ends the process (exit code ${String(code)}) while it is loaded; export the machine without ending`;
}
