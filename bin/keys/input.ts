/**
 * The one line that a key or a passphrase is read from. It must never stand in an error.
 */
import { createReadStream, statSync } from 'node:fs';
import { refuseShared } from '../../storage/keyfile';
import { UserError } from '../failure';

const STANDARD_INPUT = '-';
/** Far more than any key or passphrase. */
const INPUT_MAX_BYTES = 4_096;

/**
 * @param source a file that its owner alone can read, or `-` for standard input
 * @param prompt shown to whoever types the line
 * @returns the line without its end @throws StoreError, UserError: not readable, not one line, too long, not UTF-8
 */
export async function readLine(source: string, prompt: string): Promise<string> {
  const content = source === STANDARD_INPUT ? await typed(prompt) : await contentOf(source);
  const line = content.replace(/\r?\n$/, '');
  if (line === '') throw new UserError(`${nameOf(source)} is empty; it must have one line`);
  if (line.includes('\n')) throw new UserError(`${nameOf(source)} must have one line and nothing after it`);
  return line;
}

/** Whether `source` is the file at `path`, by whatever name. */
export function isSameFile(source: string, path: string): boolean {
  if (source === STANDARD_INPUT) return false;
  const [a, b] = [source, path].map((name) => statSync(name, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

async function typed(prompt: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(prompt);
  return read(process.stdin, STANDARD_INPUT);
}

async function contentOf(path: string): Promise<string> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UserError(`${path} does not exist`);
  refuseShared(path, stats);
  return read(createReadStream(path), path);
}

/** Until the first end of a line: somebody who types need not end the input too. */
async function read(input: AsyncIterable<unknown>, source: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > INPUT_MAX_BYTES) throw new UserError(`${nameOf(source)} is too long for a key or a passphrase`);
    if (chunk.includes('\n')) break;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new UserError(`${nameOf(source)} is not UTF-8 text`);
  }
}

function nameOf(source: string): string {
  return source === STANDARD_INPUT ? 'standard input' : source;
}
