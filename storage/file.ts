/**
 * The one place that opens a file for writing (SECURITY.md, "Files"): without following a link, and judged on the open
 * descriptor, so that nobody can put another file there in between. Must never be here: what is written.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { StoreError } from '../machines/ports';
import { errnoOf } from './failure';

/**
 * secret: keys. private: what users wrote, and who talked to whom. plain: pictures and reports. An existing file is always
 * demanded to be ours; a secret one must be a regular file that nobody else could ever open.
 */
export type Worth = 'secret' | 'private' | 'plain';
/** new: nothing may be there; append: written on; replace: emptied. Both of these make the file if it is missing. */
export type Opening = 'new' | 'append' | 'replace';

const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND } = constants;
// Not on every system. A FIFO without a reader would hold us for ever; a terminal must not become ours.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants as Partial<typeof constants>;
const OPENING: Readonly<Record<Opening, number>> = { new: O_EXCL, append: O_APPEND, replace: 0 };
const MODE: Readonly<Record<Worth, number>> = { secret: 0o600, private: 0o600, plain: 0o666 };
/** Descriptors that whoever started us has opened: nothing of the file system is looked up. */
const OWN_DESCRIPTOR = /^\/dev\/(?:fd\/(\d{1,4})|(stdout)|(stderr))$/;

/**
 * @returns a descriptor for writing
 * @throws StoreError `exists`: `new`, and something is there; `failed`: it cannot be opened; `unusable`: it is not what it
 * has to be. The sentence says what to do.
 */
export function openFile(path: string, opening: Opening, worth: Worth): number {
  const own = worth === 'secret' ? undefined : ownDescriptor(path);
  if (own !== undefined) return own;
  let file: number | undefined;
  try {
    const flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | OPENING[opening];
    file = openSync(path, flags, MODE[worth]);
    const stats = fstatSync(file);
    const fault = faultOf(path, stats, opening, worth);
    if (fault !== undefined) throw new StoreError('unusable', fault);
    if (stats.isFile()) prepare(file, stats, opening, worth);
    return file;
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw error instanceof StoreError ? error : refused(path, error);
  }
}

/** What was opened is of no more use. A descriptor that is not ours stays open. */
export function closeFile(path: string, file: number): void {
  if (ownDescriptor(path) === undefined) closeSync(file);
}

/** Writes all of it. @throws Error of the file system; EAGAIN: the reader of a FIFO is too slow */
export function writeAll(file: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

/** A whole file at once. A new one that cannot be finished is taken away. @throws StoreError as `openFile`; `failed` */
export function writeFile(path: string, opening: 'new' | 'replace', worth: Worth, content: string | Uint8Array): void {
  const file = openFile(path, opening, worth);
  try {
    writeAll(file, content);
  } catch (error) {
    if (opening === 'new') rmSync(path, { force: true });
    throw new StoreError('failed', `${path} cannot be written (${errnoOf(error)}); it is not complete`, {
      cause: error,
    });
  } finally {
    closeFile(path, file);
  }
}

function ownDescriptor(path: string): number | undefined {
  const [found, number, out] = OWN_DESCRIPTOR.exec(path) ?? [];
  if (found === undefined) return undefined;
  return number === undefined ? (out === undefined ? 2 : 1) : Number(number);
}

/** Windows has no such bits, reports them as set, and may refuse to change them. */
function hasModes(): boolean {
  return process.platform !== 'win32';
}

/** Whether others may read or write it, where a system has modes that say so. */
export function isShared({ mode }: Pick<Stats, 'mode'>): boolean {
  return hasModes() && (mode & 0o077) !== 0;
}

/** @returns the sentence for what was opened and is not what it has to be */
function faultOf(path: string, stats: Stats, opening: Opening, worth: Worth): string | undefined {
  if (stats.isCharacterDevice() && worth !== 'secret') return undefined;
  if (!stats.isFile() && worth === 'secret') return `${path} is not a regular file: keys are written to nothing else`;
  if (!stats.isFile() && !(stats.isFIFO() && opening === 'append'))
    return `${path} is not a regular file; name another, or write to standard output and pipe it`;
  const { getuid } = process;
  if (getuid && stats.uid !== getuid())
    return `${path} belongs to another user (uid ${String(stats.uid)}); name another file, or remove it`;
  return stats.isFile() ? faultOfOld(path, stats, worth) : openToOthers(path, stats, worth);
}

function faultOfOld(path: string, stats: Stats, worth: Worth): string | undefined {
  if (worth !== 'secret') return undefined;
  if (stats.nlink > 1) return `${path} has a second name (hard link): remove it, or name another file`;
  return openToOthers(path, stats, worth);
}

/** Whoever holds it open already reads on, whatever its mode becomes. */
function openToOthers(path: string, stats: Stats, worth: Worth): string | undefined {
  if (worth === 'plain' || !isShared(stats)) return undefined;
  const octal = (stats.mode & 0o777).toString(8).padStart(4, '0');
  return `${path} is open to others (mode ${octal}): remove it, or chmod 600 it if nobody has it open`;
}

/** What is right is made ready. */
function prepare(file: number, stats: Stats, opening: Opening, worth: Worth): void {
  if (worth !== 'plain' && hasModes() && (stats.mode & 0o777) !== MODE[worth]) fchmodSync(file, MODE[worth]);
  if (opening === 'replace' && stats.size > 0) ftruncateSync(file);
}

/** What to do, by the system's word for why it was not opened; FILE stands for the file. */
const REMEDIES: Readonly<Record<string, string>> = {
  EEXIST: 'FILE exists already; name another file',
  ELOOP: 'FILE is a link; name the file that it leads to, or remove it',
  EMLINK: 'FILE is a link; name the file that it leads to, or remove it',
  ENXIO: 'FILE has no reader; start what reads it first, or name a regular file',
  EISDIR: 'FILE is a directory; name a file in it',
  ENOENT: 'FILE cannot be written (ENOENT); make its directory first',
};

function refused(path: string, error: unknown): StoreError {
  const code = errnoOf(error);
  const sentence = REMEDIES[code] ?? `FILE cannot be written (${code}); check its directory, or name another file`;
  return new StoreError(
    code === 'EEXIST' ? 'exists' : 'failed',
    sentence.replace('FILE', () => path),
    { cause: error },
  );
}
