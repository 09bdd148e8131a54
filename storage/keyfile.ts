/**
 * The client's key file: one line, K_A as 64 lower-case hexadecimal digits, readable by its owner alone (protocol 2.3). What
 * the digits are worth is judged elsewhere. A digit must never stand in an error.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { StoreError } from '../machines/ports';
import { errnoOf } from './failure';
import { isShared, openFile, writeAll } from './file';

/** Some editors put a byte order mark before it, which is three characters here. */
const KEY_LINE = /^(?:\u00ef\u00bb\u00bf)?([0-9a-f]{64})(?:\r?\n)?$/;
/** More than the longest line that matches; what is longer is no key file, whatever follows. */
const READ_BYTES = 100;

/**
 * @returns the 64 digits @throws StoreError `unusable`: missing, readable by others, or not a key; the sentence says what to do
 */
export function readKeyFile(path: string): string {
  let file: number | undefined;
  try {
    // A pipe without a writer would hold us for ever.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    refuseShared(path, fstatSync(file));
    const content = Buffer.alloc(READ_BYTES);
    const text = content.toString('latin1', 0, readSync(file, content));
    const [, digits] = KEY_LINE.exec(text) ?? [];
    if (digits !== undefined) return digits;
    throw unusable(`${path} is not a key file: it must be one line of 64 lower-case hexadecimal digits`);
  } catch (error) {
    throw error instanceof StoreError ? error : unusable(`${path} cannot be read (${errnoOf(error)})`, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** @throws StoreError `unusable`: not a regular file, or one that others can read (protocol 2.3) */
export function refuseShared(path: string, stats: Stats): void {
  if (!stats.isFile()) throw unusable(`${path} is not a regular file; name the key file`);
  if (isShared(stats)) {
    throw unusable(`${path} can be read by others; run "chmod 600 ${path}"`);
  }
}

/** A key file that is written and synced, but does not count yet. */
export interface StagedKeyFile {
  /** Makes it count. @throws StoreError `failed`: the sentence says where the key is */
  publish(): void;
  /** Leaves everything as it was before. */
  discard(): void;
}

/**
 * Writes a key file that still can be taken back, so that what must go together with it can be tried in between. A new
 * file stands under its own name at once, so that two writers cannot both believe it theirs; with `force` an old file
 * stays until `publish` replaces it.
 * @param hex 64 lower-case hexadecimal digits
 * @throws StoreError `exists` without `force`; `failed` if it cannot be written
 */
export function stageKeyFile(path: string, hex: string, options: { readonly force: boolean }): StagedKeyFile {
  if (!options.force) {
    writeNew(path, hex);
    return { publish: () => undefined, discard: () => rmSync(path, { force: true }) };
  }
  const staged = `${path}.new`;
  // Left by a process that died before it published.
  rmSync(staged, { force: true });
  writeNew(staged, hex);
  return {
    publish() {
      try {
        renameSync(staged, path);
      } catch (error) {
        throw new StoreError('failed', `the new key is in ${staged} (${errnoOf(error)}); move it to ${path}`, {
          cause: error,
        });
      }
    },
    discard: () => rmSync(staged, { force: true }),
  };
}

/** Writes a key file, mode 0600; an old one only with `force`, and then in one step. @throws StoreError as `stageKeyFile` */
export function writeKeyFile(path: string, hex: string, options: { readonly force: boolean }): void {
  stageKeyFile(path, hex, options).publish();
}

function writeNew(path: string, hex: string): void {
  let file: number;
  try {
    file = openFile(path, 'new', 'secret');
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'exists') throw error;
    throw new StoreError('exists', `${path} exists already; move it away, or replace it with --force`);
  }
  try {
    writeAll(file, `${hex}\n`);
    fsyncSync(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw new StoreError('failed', `${path} cannot be written (${errnoOf(error)})`, { cause: error });
  } finally {
    closeSync(file);
  }
}

/** Where a user's own files are: `~/.config/parley`, or below XDG_CONFIG_HOME. @param home instead of the user's own */
export function userFolder(home?: string): string {
  const given = home === undefined ? (process.env['XDG_CONFIG_HOME'] ?? '') : '';
  // What is not absolute is to be ignored (XDG Base Directory Specification).
  return isAbsolute(given) ? join(given, 'parley') : join(home ?? homedir(), '.config', 'parley');
}

/**
 * Where a client's key file is: the one named, or `./ID.key`, or `ID.key` in the user's folder.
 * @param explicit the file the user named; if it is missing no other is taken in its place
 * @throws StoreError `unusable`: there is none; the sentence names the places looked at
 */
export function findKeyFile(id: string, explicit?: string, home?: string): string {
  const name = `${id}.key`;
  const places = explicit === undefined ? [`./${name}`, join(userFolder(home), name)] : [explicit];
  const found = places.find((place) => statSync(place, { throwIfNoEntry: false }) !== undefined);
  if (found !== undefined) return found;
  throw unusable(
    `no key file for ${id}: looked for ${places.join(' and ')}; where the server's data is, "parley-keys add ${id}" makes one`,
  );
}

function unusable(sentence: string, cause?: unknown): StoreError {
  return new StoreError('unusable', sentence, cause === undefined ? {} : { cause });
}
