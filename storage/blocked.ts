/**
 * Whose calls a user refuses: one Client-ID a line in `ID.blocked`, beside the key file, for its owner alone (protocol 4.5). Must
 * never be here: what is done about a call.
 */
import { closeSync, constants, fsyncSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { isClientId } from '../machines/messages';
import { StoreError } from '../machines/ports';
import { openFile, writeAll } from './file';

/** So many a user can look through; the file stays below 33 kB. */
export const BLOCKED_MAX = 1_000;
const READ_BYTES = BLOCKED_MAX * 34 + 1;

/** @returns the IDs in the file, none if there is no file @throws StoreError `unusable`: the sentence says what to do */
export function readBlocked(path: string): string[] {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const content = Buffer.alloc(READ_BYTES);
    const lines = content.toString('latin1', 0, readSync(file, content)).split('\n');
    const ids = lines.map((line) => line.replace(/\r$/, '')).filter((line) => line !== '');
    const wrong = ids.findIndex((id) => !isClientId(id));
    if (wrong >= 0) throw unusable(`${path}, ID ${String(wrong + 1)}: not a Client-ID; correct the file or remove it`);
    if (ids.length > BLOCKED_MAX) throw unusable(`${path} has over ${String(BLOCKED_MAX)} IDs; shorten it`);
    return ids;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw unusable(`${path} cannot be read (${code}); correct that or remove it`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The old file or the new one, whenever the process dies. @throws StoreError `failed` */
export function writeBlocked(path: string, ids: readonly string[]): void {
  const staged = `${path}.new`;
  try {
    rmSync(staged, { force: true });
    const file = openFile(staged, 'new', 'private');
    try {
      writeAll(file, ids.map((id) => `${id}\n`).join(''));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(staged, path);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new StoreError('failed', `${path} cannot be written (${code})`, { cause: error });
  }
}

function unusable(sentence: string): StoreError {
  return new StoreError('unusable', sentence);
}
