/** A file that was given to the wrong command: what it is, by its first bytes, and who takes it. Must never be here: its reading. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { UserError } from './failure';

/** How each begins, as latin1. */
const KINDS = {
  trace: [/^\s*\{"format":"parley-trace"/, 'a trace (--trace), which parley-chart draws'],
  recording: [/^\s*\{"type":"service\./, 'a recording (--record), which parley-inspect shows'],
  capture: [
    /^(\xa1\xb2[\xc3\x3c][\xd4\x4d]|[\xd4\x4d][\xc3\x3c]\xb2\xa1|\n\r\r\n)/,
    'a capture, which parley-dump reads',
  ],
  'key log': [/^SBC1 /, 'a key log (--keylog), which parley-dump takes as --keylog, beside a capture'],
  dump: [/^\d+:\d\d\.\d{3} \S+>\S+ +(udp|tcp) /, 'a dump (--dump), which every editor shows'],
  database: [/^SQLite format 3\0/, "a server's database, which parley-history and parley-keys take as --data"],
} as const satisfies Readonly<Record<string, readonly [begins: RegExp, is: string]>>;

export type FileKind = keyof typeof KINDS;
const BEGINNING_BYTES = 256;

/** @param then what to do instead, if there is more to say @throws UserError what is to be read is of another kind */
export function refuseMistaken(file: string, wanted: FileKind, then = ''): void {
  const begins = beginningOf(file);
  const found = (Object.keys(KINDS) as FileKind[]).find((kind) => KINDS[kind][0].test(begins));
  if (found !== undefined && found !== wanted) throw new UserError(`${file} is ${KINDS[found][1]}${then}`);
}

/** Nothing of what cannot be read twice, such as a pipe, or not at all: its reader will say so. */
function beginningOf(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return '';
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const bytes = Buffer.alloc(BEGINNING_BYTES);
    return bytes.toString('latin1', 0, readSync(handle, bytes));
  } catch {
    return '';
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
