/**
 * Lines into a file that only its owner may read, or to standard output: a log, a dump, a key log. A file that cannot be
 * written once the program runs (a full disk) costs lines, never the program: chats must go on (protocol 7, number 105).
 */
import {
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { codeOf, UserError } from './failure';

/** Told when lines begin to be missing from a file; `error` is the system's name for the reason. */
export type Lost = (file: string, error: string) => void;

/** FILE is followed by a new one at this size; FILE.1 is the one before, up to FILE.(files - 1). */
export interface Rotation {
  readonly maxBytes: number;
  readonly files: number;
}

/**
 * Each line is written at once, so none is lost when the process is killed.
 * @param path a file, which is appended to, or `-` for standard output
 * @throws UserError if the file cannot be opened
 */
export function openLines(path: string, lost: Lost, rotation?: Rotation): (line: string) => void {
  if (path === '-') return (line) => void process.stdout.write(`${line}\n`);
  return linesInto(path, lost, rotation);
}

/**
 * Like `openLines`, for what is secret: a file only, and never one that others could have opened already, for whoever holds it
 * open reads on after its mode was changed.
 * @throws UserError if the file cannot be opened, is no file, or group or others have a right to it
 */
export function openSecretLines(path: string, lost: Lost): (line: string) => void {
  if (path === '-') throw new UserError('keys are written to a file only: give its name instead of -');
  const mode = modeOf(path);
  if (mode !== undefined && (mode & 0o077) !== 0) {
    throw new UserError(
      `${path} is open to others (mode ${octal(mode)}): remove it, or chmod 600 it if nobody has it open`,
    );
  }
  return linesInto(path, lost);
}

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0');

/** @returns undefined if nothing is there, or no file: then opening says what is wrong */
function modeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.mode : undefined;
}

function linesInto(path: string, lost: Lost, rotation?: Rotation): (line: string) => void {
  let file = open(path);
  let size = sizeOf(file);
  process.on('exit', () => closeSync(file));
  let phase: 'writing' | 'losing' = 'writing';
  const rotate = ({ files }: Rotation): void => {
    rename(path, files);
    const next = open(path);
    closeSync(file);
    file = next;
    size = sizeOf(file);
  };
  return (line) => {
    try {
      // The line before may have been cut in the middle.
      const text = phase === 'losing' ? `\n${line}\n` : `${line}\n`;
      const bytes = Buffer.byteLength(text);
      if (rotation && size > 0 && size + bytes > rotation.maxBytes) rotate(rotation);
      writeSync(file, text);
      // Lines that are lost push no older file out.
      size += bytes;
      phase = 'writing';
    } catch (error) {
      if (phase === 'writing') lost(path, codeOf(error));
      phase = 'losing';
    }
  };
}

/** A pipe or a terminal never becomes full. */
function sizeOf(file: number): number {
  const stats = fstatSync(file);
  return stats.isFile() ? stats.size : -Infinity;
}

/** The oldest goes, every other becomes one older. @throws Error of the file system */
function rename(path: string, files: number): void {
  // Moved already by an attempt that failed after it, or by somebody else.
  if (!existsSync(path)) return;
  if (files === 1) return rmSync(path);
  for (let n = files - 1; n >= 1; n--) {
    const younger = n === 1 ? path : `${path}.${String(n - 1)}`;
    if (existsSync(younger)) renameSync(younger, `${path}.${String(n)}`);
  }
}

function open(path: string): number {
  try {
    const file = openSync(path, 'a', 0o600);
    // It may have been there before, with another mode.
    if (fstatSync(file).isFile()) fchmodSync(file, 0o600);
    return file;
  } catch (error) {
    throw new UserError(`${path} cannot be written (${codeOf(error)})`);
  }
}
