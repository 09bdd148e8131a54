/**
 * The files that stand beside the database: where they are, and that nothing else stands there. Must never be here: what they
 * hold.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../machines/ports';

/** What SQLite keeps beside the file. */
export const BESIDE = ['-wal', '-shm', '-journal'];

/** SQLite would wait for ever for the writer of a FIFO, and follows no link here. @throws StoreError `unusable` */
export function refuseOthers(path: string, ends: readonly string[]): void {
  for (const end of ends) {
    const file = `${path}${end}`;
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined || stats.isFile()) continue;
    const what = stats.isDirectory() ? 'a directory' : 'not a regular file';
    throw new StoreError('unusable', `${file} is ${what}, but Parley keeps a file of its own there; remove it`);
  }
}

/** Two names of one file have one log and one lock, beside the file that the names lead to. */
export function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(withoutDirectoryLinks(dirname(path)), basename(path));
  }
}
function withoutDirectoryLinks(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}
