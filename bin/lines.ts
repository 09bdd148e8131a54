/**
 * Lines into a file that only its owner may read, or to standard output: a log, a dump, a key log. A file that cannot be
 * written once the program runs (a full disk) costs lines, never the program: chats must go on (protocol 7, number 105).
 */
import { closeSync, existsSync, fstatSync, renameSync, rmSync } from 'node:fs';
import { closeFile, openFile, writeAll, type Worth } from '../storage/file';
import { codeOf, UserError } from './failure';

/** Told when lines begin to be missing from a file; `error` is the system's name for the reason. */
export type Lost = (file: string, error: string) => void;

/** FILE is followed by a new one at this size; FILE.1 is the one before, up to FILE.(files - 1). */
export interface Rotation {
  readonly maxBytes: number;
  readonly files: number;
}
/** At this size FILE gets this line as its last: what follows would mean nothing without what was before. */
export interface Stop {
  readonly maxBytes: number;
  readonly last: string;
}
export type Growth = Rotation | Stop;

export interface LineFile {
  /** Written at once, so no line is lost when the process is killed. */
  readonly line: (line: string) => void;
  /** From now on what has this name is written: somebody has moved the file away. */
  readonly reopen: () => void;
}

/**
 * @param path a file, which is appended to, or `-` for standard output
 * @param growth absent: without a bound
 * @throws StoreError, UserError the file cannot be used
 */
export function openLines(path: string, lost: Lost, growth?: Growth): LineFile {
  if (path !== '-') return new Lines(path, 'private', lost, growth);
  return { line: toStandardOutput(lost), reopen: () => undefined };
}

/** So much may wait for whoever reads standard output; lines beyond that are missing. */
const WAITING_BYTES = 1024 ** 2;

function toStandardOutput(lost: Lost): (line: string) => void {
  let phase: 'writing' | 'losing' = 'writing';
  return (line) => {
    const before = phase;
    phase = process.stdout.writableLength < WAITING_BYTES ? 'writing' : 'losing';
    if (phase === 'writing') process.stdout.write(`${line}\n`);
    else if (before === 'writing') lost('standard output', 'its reader is too slow');
  };
}

/** Like `openLines`, for what is secret: a regular file of ours only, and never one that others could have opened. */
export function openSecretLines(path: string, lost: Lost, growth?: Growth): LineFile {
  if (path === '-') throw new UserError('keys are written to a file only: give its name instead of -');
  return new Lines(path, 'secret', lost, growth);
}

/** losing: the line before is missing, or cut in the middle. */
type Phase = 'writing' | 'losing' | 'stopped';

class Lines implements LineFile {
  private file: number;
  private size: number;
  private phase: Phase = 'writing';

  constructor(
    private readonly path: string,
    private readonly worth: Worth,
    private readonly lost: Lost,
    private readonly growth: Growth | undefined,
  ) {
    this.file = openFile(path, 'append', worth);
    this.size = sizeOf(this.file);
    process.on('exit', () => closeFile(path, this.file));
    if (growth && 'last' in growth && this.size >= roomOf(growth)) {
      throw new UserError(`${path} has its largest size already: move it away, or give more with --max-size`);
    }
  }

  readonly line = (line: string): void => {
    if (this.phase === 'stopped') return;
    try {
      const text = this.phase === 'losing' ? `\n${line}\n` : `${line}\n`;
      const bytes = Buffer.byteLength(text);
      if (this.growth && this.size > 0 && this.size + bytes > roomOf(this.growth)) {
        if ('last' in this.growth) return this.stop(this.growth);
        this.rotate(this.growth);
      }
      writeAll(this.file, text);
      // Lines that are lost push no older file out.
      this.size += bytes;
      this.phase = 'writing';
    } catch (error) {
      this.missing(error);
    }
  };

  readonly reopen = (): void => {
    try {
      if (this.phase !== 'stopped') this.next();
    } catch (error) {
      this.missing(error);
    }
  };

  private missing(error: unknown): void {
    if (this.phase === 'writing') this.lost(this.path, reasonOf(error));
    this.phase = 'losing';
  }

  private stop({ last }: Stop): void {
    writeAll(this.file, `${last}\n`);
    this.phase = 'stopped';
    this.lost(this.path, 'it has its largest size, --max-size');
  }

  private rotate({ files }: Rotation): void {
    rename(this.path, files);
    this.next();
  }

  private next(): void {
    const next = openFile(this.path, 'append', this.worth);
    if (next !== this.file) closeSync(this.file);
    this.file = next;
    this.size = sizeOf(next);
    this.phase = 'writing';
  }
}

/** With the last line the file is not too large either. */
function roomOf(growth: Growth): number {
  return 'last' in growth ? growth.maxBytes - Buffer.byteLength(growth.last) - 1 : growth.maxBytes;
}

/** A StoreError is a sentence of its own, around the system's name. */
function reasonOf(error: unknown): string {
  return codeOf((error as Error).cause ?? error);
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
