/** Whether the file of a server that was killed is whole. Must never be here: what must be in it. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { built } from './parts.mjs';

const { openDatabase } = built('storage/open');
const { openStore } = built('storage/sqlite');

/**
 * Opens a copy of the database and of its write-ahead log, made in the folder `copy`, with the storage library, and has SQLite
 * check all of it. @returns what is wrong; undefined if nothing is
 */
export function faultOfFile(data, copy) {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const file of [data, `${data}-wal`]) if (existsSync(file)) copyFileSync(file, join(copy, basename(file)));
  const file = join(copy, basename(data));
  try {
    openStore(file, { create: false, durability: 'normal' }).close();
    const connection = openDatabase(file, false);
    const [verdict] = connection.prepare('PRAGMA integrity_check').get([]);
    connection.close();
    return verdict === 'ok' ? undefined : `integrity check: ${verdict}`;
  } catch (error) {
    return `the file cannot be opened: ${error.message}`;
  }
}
