/** What a line of a script is beyond what a user types: a comment, or a directive (docs/client.md). Must never be here: what it does. */
import { createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { codeOf, UserError } from '../failure';
import { LineCutter, type PipeLine } from './pipe';

export type ScriptLine =
  | { readonly kind: 'typed' | 'nothing' }
  | ({ readonly kind: 'wait' } & Awaited)
  | { readonly kind: 'within'; readonly ms: number }
  | { readonly kind: 'fault'; readonly why: string };

export interface Awaited {
  readonly text: string;
  readonly matches: (line: string) => boolean;
  /** Whether this Client-ID stands there: what a line says is the other's to choose, what the script says is not. */
  readonly names: (peer: string) => boolean;
}

/** Longest patience. */
const WITHIN_MAX_S = 86_400;
const READ_BYTES = 65_536;
/** What stands beside the name where a chat starts. */
const OF_NOTICES = /has called you|In a chat with|as you asked/g;

export function parseScriptLine(line: string): ScriptLine {
  const text = line.trim();
  if (text.startsWith('#')) return { kind: 'nothing' };
  if (!text.startsWith('@')) return { kind: 'typed' };
  const [, name = '', given = ''] = /^@(\S*)\s*(.*)$/.exec(text) ?? [];
  if (name === 'wait') return waiting(given);
  if (name === 'within') return within(given);
  return {
    kind: 'fault',
    why: `there is no @${name}: there are @wait LINE, @wait /PATTERN/ and @within SECONDS; for a text write \\${text}`,
  };
}

function waiting(text: string): ScriptLine {
  if (text === '') return { kind: 'fault', why: '@wait takes a line, or a /pattern/' };
  const [, source, flags] = /^\/(.+)\/(i?u?)$/.exec(text) ?? [];
  if (source === undefined) return { kind: 'wait', text, matches: (line) => line === text, names: namedIn(text) };
  try {
    const pattern = new RegExp(source, flags);
    const words = source.replaceAll(/\\[A-Za-z]/g, ' ').replaceAll('\\', '');
    return { kind: 'wait', text, matches: (line) => pattern.test(line), names: namedIn(words) };
  } catch (error) {
    return { kind: 'fault', why: (error as Error).message };
  }
}

/** As a whole word; those of the notice itself are nobody's name. */
function namedIn(words: string): (peer: string) => boolean {
  const named = words.replaceAll(OF_NOTICES, ' ');
  return (peer) => new RegExp(`(?<![\\w-])${peer.replaceAll('.', '\\.')}(?![\\w-])`).test(named);
}

function within(text: string): ScriptLine {
  const seconds = Number(text);
  if (text !== '' && seconds > 0 && seconds <= WITHIN_MAX_S) return { kind: 'within', ms: seconds * 1000 };
  return { kind: 'fault', why: `@within takes a number of seconds above 0, at most ${String(WITHIN_MAX_S)}` };
}

/**
 * @param path of the script
 * @returns its bytes as they are read
 * @throws UserError it cannot be read, or a directive in it is wrong: before anything is done
 */
export function openScript(path: string): NodeJS.ReadStream {
  try {
    const file = openSync(path, 'r');
    if (fstatSync(file).isDirectory()) throw new UserError(`${path} is a directory; name a script`);
    if (fstatSync(file).isFile()) check(path, file);
    return createReadStream('', { fd: file }) as unknown as NodeJS.ReadStream;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read (${codeOf(error)}); check --script`);
  }
}

function check(path: string, file: number): void {
  for (const { n, line = '' } of linesOf(file)) {
    const parsed = parseScriptLine(line);
    if (parsed.kind === 'fault') throw new UserError(`${path}:${String(n)}: ${parsed.why}`);
  }
}

/** A piece at a time, leaving the file's own position where it is: a script may be long. */
function* linesOf(file: number): Generator<PipeLine> {
  const cutter = new LineCutter();
  const decoder = new StringDecoder('utf8');
  const bytes = Buffer.alloc(READ_BYTES);
  for (let at = 0; ;) {
    const size = readSync(file, bytes, 0, bytes.length, at);
    if (size === 0) break;
    yield* cutter.cut(decoder.write(bytes.subarray(0, size)));
    at += size;
  }
  yield* cutter.end();
}
