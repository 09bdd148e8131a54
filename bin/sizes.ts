/** How large the files may become that a running program writes (docs/operations.md, "How much it grows"). */
import { InvalidArgumentError } from 'commander';
import type { Rotation, Stop } from './lines';

const MIB = 1024 ** 2;

/** Without a word of the user. */
export const BOUNDS = {
  log: { bytes: 10 * MIB, files: 5 },
  /** Dump, trace, recording, key log: each. */
  file: { bytes: 100 * MIB },
  /** The database: with ten thousand texts of a hundred bytes a day it is full after more than twenty years. */
  store: { bytes: 10 * 1024 * MIB },
  /** Texts of two clients. */
  pair: { bytes: 1024 * MIB },
  /** A dump is followed by a new one; the one before stays. */
  dumpFiles: 2,
} as const;

export interface MaxSizeOptions {
  readonly maxSize: number;
}

/** Of a dump: one line means something without the others. */
export function dumpGrowth({ maxSize }: MaxSizeOptions): Rotation | undefined {
  return maxSize === 0 ? undefined : { maxBytes: maxSize, files: BOUNDS.dumpFiles };
}

/** Of what would mean nothing without its beginning. @param last made of the reason */
export function stoppedGrowth({ maxSize }: MaxSizeOptions, last: (why: string) => string): Stop | undefined {
  return maxSize === 0 ? undefined : { maxBytes: maxSize, last: last('it has its largest size (--max-size)') };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, M: MIB, G: 1024 ** 3 };
/** `12.3M`, as `size` reads it but for the fraction. */
export function sizeText(bytes: number): string {
  const [unit = '', of = 1] = Object.entries(UNITS).findLast(([, one]) => bytes >= one) ?? [];
  return `${String(Number((bytes / of).toFixed(1)))}${unit}`;
}

const SIZE_MIN_BYTES = 1024;

/** `10M`: bytes, or k, M, G for powers of 1024; 0 for no bound. */
export function size(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([kMG]?)$/.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit] ?? NaN);
  const fits = bytes === 0 || bytes >= SIZE_MIN_BYTES;
  if (number !== '' && fits && Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError('A size is a number of bytes from 1k on, such as 512k or 10M; 0 is without a bound.');
}
