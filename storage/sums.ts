/**
 * Checksums of what is stored, CRC-32 over the bytes and over where they belong: a bad disk, a program that writes into the
 * file, or a row put in the place of another is noticed. Who can write the file can make the sum, too (SECURITY.md).
 */
import { crc32 } from 'node:zlib';

/** Of a turn; its number is checked by the order of the numbers. */
export function sumOfTurn(runs: string | Uint8Array): number {
  return crc32(runs);
}

/** Of what is known of a pair besides its texts. */
export function sumOfPair(pair: {
  readonly low: string;
  readonly high: string;
  readonly lowFrom: number;
  readonly highFrom: number;
  readonly bytes: number;
  readonly count: number;
}): number {
  const { low, high, lowFrom, highFrom, bytes, count } = pair;
  return crc32(`${low} ${high} ${lowFrom} ${highFrom} ${bytes} ${count}`);
}

/** Of a counter, so that none stands for another. */
export function sumOfCounter(name: string, value: number): number {
  return crc32(`${name} ${value}`);
}

/** Of a page: the pair's texts from number `first` on. */
export function sumOfPage(low: string, high: string, first: number, count: number, runs: string | Uint8Array): number {
  return crc32(runs, crc32(`${low} ${high} ${first} ${count} `));
}
