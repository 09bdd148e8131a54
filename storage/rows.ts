/**
 * What stands in a row of texts, checked as it is read: its sum, UTF-8, JSON, numbers that a text can have. A file is an input
 * like any other.
 */
import { LAST_SESSION } from './agreement';
import type { Connection } from './connection';
import { damaged } from './failure';
import { sumOfPage, sumOfTurn } from './sums';

/** Texts of one sender, as a page has them. */
export type FiledRun = readonly [fromLow: 0 | 1, session: number, time: number, texts: readonly string[]];
/** As a turn has them. */
export type WrittenRun = readonly [
  sender: string,
  recipient: string,
  session: number,
  time: number,
  texts: readonly string[],
];
/** Numbers of the page's texts, their runs, and the sum that was stored with them. */
export type Page = readonly [first: number, count: number, runs: Buffer, sum: number];
export interface PairNames {
  readonly low: string;
  readonly high: string;
}

/** What texts count for where a bound is on them: their bytes, and something for each. */
export function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text) + TEXT_OVERHEAD_BYTES, 0);
}
const TEXT_OVERHEAD_BYTES = 8;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws StoreError of a damaged file */
function parsed(connection: Connection, bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    // Without the cause: an error of the parser quotes what it read.
    throw damaged(connection.path, 'a stored text is not UTF-8');
  }
}

/** @throws StoreError of a damaged file */
export function runsOfPage(connection: Connection, { low, high }: PairNames, page: Page): readonly FiledRun[] {
  const [first, count, bytes, sum] = page;
  const runs = parsed(connection, bytes);
  if (!isListOf<FiledRun>(runs, isFiledRun)) throw senseless(connection);
  if (sumOfPage(low, high, first, count, bytes) !== sum) throw changed(connection);
  if (runs.reduce((total, [, , , texts]) => total + texts.length, 0) !== count)
    throw damaged(connection.path, 'texts are missing');
  return runs;
}

/** @throws StoreError of a damaged file */
export function runsOfTurn(connection: Connection, bytes: Buffer, sum: number): readonly WrittenRun[] {
  const runs = parsed(connection, bytes);
  if (!isListOf<WrittenRun>(runs, isWrittenRun)) throw senseless(connection);
  if (sumOfTurn(bytes) !== sum) throw changed(connection);
  return runs;
}

function isListOf<T>(value: unknown, isOne: (one: readonly unknown[]) => boolean): value is readonly T[] {
  return Array.isArray(value) && value.every((one: unknown) => Array.isArray(one) && isOne(one));
}
function isFiledRun([fromLow, ...rest]: readonly unknown[]): boolean {
  return (fromLow === 0 || fromLow === 1) && isSaid(rest);
}
function isWrittenRun([sender, recipient, ...rest]: readonly unknown[]): boolean {
  return typeof sender === 'string' && typeof recipient === 'string' && isSaid(rest);
}
/** A time may be of a clock before 1970. */
function isSaid([session, time, texts, ...more]: readonly unknown[]): boolean {
  const isText = (text: unknown): boolean => typeof text === 'string';
  return (
    isSessionNumber(session) &&
    Number.isSafeInteger(time) &&
    Array.isArray(texts) &&
    texts.every(isText) &&
    more.length === 0
  );
}
function isSessionNumber(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= LAST_SESSION;
}

function senseless({ path }: Connection): Error {
  return damaged(path, 'a stored text makes no sense');
}
function changed({ path }: Connection): Error {
  return damaged(path, 'a stored text was changed; parley-keys check says of whom');
}
