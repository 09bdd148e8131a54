/**
 * Whether the write-ahead log is as long as its index says: if somebody cuts it, SQLite writes on behind the hole, and later
 * takes zeros over into the database. Must never be here: what the log holds.
 */
import { openSync, readSync, statSync } from 'node:fs';
import { StoreError } from '../machines/ports';
import { errnoOf } from './failure';

/** In the index (sqlite.org/walformat.html 2.1), in the byte order of the machine: two copies of a header. */
const HEADER_BYTES = 48;
const INITIALISED = 12;
const PAGE_SIZE = 14;
const FRAMES = 4;
/** In the log (sqlite.org/fileformat.html 4). */
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

export interface LogLength {
  /** Whether the log is shorter than it was, and not because it was emptied. @throws StoreError `unusable`: the index cannot be read */
  logIsCut(): boolean;
  /** The index never shrinks. */
  indexIsCut(): boolean;
}

/** @param path of the database, which is open */
export function logLength(path: string): LogLength {
  const sizeOf = (end: string): number | undefined => statSync(`${path}${end}`, { throwIfNoEntry: false })?.size;
  let index: number | undefined;
  let [known = 0, indexKnown = 0] = [sizeOf('-wal'), sizeOf('-shm')];
  const header = (): Buffer => {
    // Never closed: SQLite's locks on the index would end with it, those of every connection of this process.
    index ??= opened(`${path}-shm`);
    const both = Buffer.alloc(2 * HEADER_BYTES);
    readSync(index, both, 0, both.length, 0);
    return both;
  };
  /** Another connection empties the log when all of it is in the database; the index says so first. */
  const isEmptied = (): boolean | 'changing' => {
    const before = header();
    const size = sizeOf('-wal') ?? 0;
    if (!before.equals(header()) || !isWhole(before)) return 'changing';
    return size >= lengthIn(before);
  };
  return {
    logIsCut() {
      const size = sizeOf('-wal') ?? known;
      const emptied = size >= known || isEmptied();
      // If it is changing the next look will tell.
      if (emptied === true) known = size;
      return !emptied;
    },
    indexIsCut() {
      const size = sizeOf('-shm') ?? indexKnown;
      const cut = size < indexKnown;
      if (!cut) indexKnown = size;
      return cut;
    },
  };
}

function opened(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw new StoreError('unusable', `${file} cannot be read (${errnoOf(error)}); check its mode and owner`, {
      cause: error,
    });
  }
}

function isWhole(header: Buffer): boolean {
  return header[INITIALISED] === 1 && header.subarray(0, HEADER_BYTES).equals(header.subarray(HEADER_BYTES));
}

function lengthIn(header: Buffer): number {
  // A copy, so that the numbers begin where they have to.
  const { buffer } = Uint8Array.from(header);
  const [frames = 0] = new Uint32Array(buffer).subarray(FRAMES);
  const [size = 0] = new Uint16Array(buffer).subarray(PAGE_SIZE / 2);
  const page = size === 1 ? 65_536 : size;
  return frames === 0 ? 0 : LOG_HEADER_BYTES + frames * (FRAME_HEADER_BYTES + page);
}
