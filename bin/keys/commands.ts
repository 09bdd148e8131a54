/**
 * What parley-keys does. A key goes from the generator, or from the file the user named, into the database and the key
 * file, and nowhere else.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Store, Subscriber } from '../../machines/ports';
import { refuseId } from '../../storage/agreement';
import { readKeyFile, stageKeyFile } from '../../storage/keyfile';
import { openKeeping } from '../../storage/keeping';
import { aloneWithKeys } from '../../storage/process-lock';
import { openStore } from '../../storage/sqlite';
import { systemRandom } from '../../transport/security/random';
import {
  formatKey,
  keyWeakness,
  newKey,
  parseKey,
  stretchKey,
  type KeyResult,
} from '../../transport/security/subscriber-key';
import { sizeText } from '../sizes';
import { isSameFile, readLine } from './input';
import { UserError } from '../failure';

export interface Options {
  /** The server's database. */
  readonly data: string;
  readonly out?: string;
  readonly force?: true;
  readonly stretch?: true;
}

/** Makes the database if it is missing. @throws StoreError, UserError */
export function addSubscribers(ids: readonly string[], options: Options): void {
  const fileOf = keyFiles(ids, options.out);
  withStore(options.data, true, (store) => {
    refusePresent(store, ids, options);
    for (const id of ids) {
      issue(store, { id, key: newKey(systemRandom), stretched: false }, fileOf(id), options);
    }
  });
}

/**
 * Takes a key that exists from `source`, a file or `-` for standard input. A source that is a key file in its place stays
 * as it is.
 * @throws StoreError, UserError
 */
export async function importSubscriber(id: string, source: string, options: Options): Promise<void> {
  const stretched = options.stretch === true;
  const line = await readLine(source, stretched ? 'Passphrase: ' : 'Key: ');
  const { key } = accepted(stretched ? stretchKey(line, id) : parseKey(line));
  const weakness = keyWeakness(key);
  if (weakness !== undefined) throw new UserError(weakness);
  const file = keyFiles([id], options.out)(id);
  withStore(options.data, true, (store) => {
    refusePresent(store, [id], options);
    if (isSameFile(source, file) && !options.force) {
      readKeyFile(file);
      put(store, { id, key, stretched }, options);
      print(`${id} is in ${options.data}; the key stays in ${file}`);
    } else issue(store, { id, key, stretched }, file, options);
  });
  if (stretched)
    print(`The key of ${id} is stretched from a passphrase: weaker than a random one ("parley-keys add").`);
}

/** @throws StoreError */
export function listSubscribers({ data }: Options): void {
  withStore(data, false, ({ subscribers }) => {
    const rows = subscribers.list().map(({ id, stretched }) => [id, stretched ? 'stretched' : 'random'] as const);
    if (rows.length === 0) return print(`No subscribers in ${data}`);
    const width = Math.max(...rows.map(([id]) => id.length), HEADINGS[0].length);
    for (const [id, kind] of [HEADINGS, ...rows]) print(`${id.padEnd(width)}  ${kind}`);
  });
}
const HEADINGS = ['Client-ID', 'Key'] as const;

/** @throws StoreError: a file that is there already, no room */
export function backup(file: string, { data }: Options): void {
  const keeping = openKeeping(data);
  try {
    keeping.backup(file);
  } finally {
    keeping.close();
  }
  print(`${data} is copied to ${file}, with every key: keep it as safe as the server's data`);
}

/** Reads everything. @throws StoreError, UserError: something is damaged */
export function check({ data }: Options): void {
  const keeping = openKeeping(data);
  try {
    const findings = keeping.check();
    const faulty = findings.filter(({ fault }) => fault !== undefined);
    for (const { a, b, fault } of faulty) print(`${a} and ${b}: ${fault ?? ''}`);
    if (faulty.length > 0)
      throw new UserError(`${String(faulty.length)} of ${String(findings.length)} pairs are damaged`);
    const texts = findings.reduce((sum, pair) => sum + pair.texts, 0);
    print(`${data} is whole: ${String(texts)} texts of ${String(findings.length)} pairs`);
    const { used, fullest } = keeping.usage();
    print(`In use: ${sizeText(used)} (parley-server: --store-max)`);
    if (fullest)
      print(`Most of it: the texts of ${fullest.a} and ${fullest.b}, ${sizeText(fullest.bytes)} (--pair-max)`);
  } finally {
    keeping.close();
  }
}

/** All of them or none. @throws StoreError, UserError */
export function removeSubscribers(ids: readonly string[], { data }: Options): void {
  withStore(data, false, ({ subscribers }) => {
    const present = subscribers.list().map(({ id }) => id);
    const unknown = ids.filter((id) => !present.includes(id));
    if (unknown.length > 0) throw new UserError(`no such subscriber: ${unknown.join(', ')}; nothing was removed`);
    for (const id of ids) {
      subscribers.remove(id);
      print(`${id} is removed from ${data}; its key file is of no more use`);
    }
  });
}

/**
 * Neither half may be lost: the key file is written and synced first, then the database is, then the file counts. If the
 * database refuses, the file is taken back; an old file stays until the database has the new key.
 */
function issue(store: Store, subscriber: Subscriber, file: string, options: Options): void {
  const staged = stageKeyFile(file, formatKey(subscriber.key), { force: options.force === true });
  try {
    put(store, subscriber, options);
  } catch (error) {
    staged.discard();
    throw error;
  }
  staged.publish();
  print(`${subscriber.id} is in ${options.data}; its key is in ${file}, for the user alone`);
}

function put({ subscribers }: Store, subscriber: Subscriber, { force }: Options): void {
  const before = force ? subscribers.replace(subscriber) : subscribers.add(subscriber);
  if (before === 0) return;
  const texts = before === 1 ? '1 text' : `${String(before)} texts`;
  print(
    `There was a ${subscriber.id} before: the new one does not see the ${texts} of that one; the correspondents do`,
  );
}

/** Before anything is written, so that of several IDs all are refused. @throws StoreError `exists` */
function refusePresent(store: Store, ids: readonly string[], { force }: Options): void {
  const present = new Map(store.subscribers.list().map(({ id }) => [id.toLowerCase(), id]));
  for (const id of ids) {
    const other = present.get(id.toLowerCase());
    if (other !== undefined && !(force && other === id)) refuseId(id, other);
    present.set(id.toLowerCase(), id);
  }
}

/** @returns where the key file of each ID goes; a directory that is missing is made */
function keyFiles(ids: readonly string[], out: string | undefined): (id: string) => string {
  if (out === undefined) return (id) => `./${id}.key`;
  const stats = statSync(out, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return (id) => join(out, `${id}.key`);
  if (ids.length === 1) return () => out;
  if (stats !== undefined) throw new UserError(`${out} is a file; for several IDs --out names a directory`);
  mkdirSync(out, { recursive: true, mode: 0o700 });
  return (id) => join(out, `${id}.key`);
}

function accepted(result: KeyResult): { readonly key: Buffer } {
  if (!result.ok) throw new UserError(result.why);
  return result;
}

function withStore(data: string, create: boolean, work: (store: Store) => void): void {
  const store = openStore(data, { create, durability: 'full' });
  try {
    // A key file and the database agree only if nobody else changes both at the same time.
    if (create) aloneWithKeys(data, () => work(store));
    else work(store);
  } finally {
    store.close();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
