/** Temporary directories, and databases in them. */
import type { Store } from '../../machines/ports';
import { openDatabase } from '../../storage/open';
import { openStore, storeOn, type Durability } from '../../storage/sqlite';
import { said, subscriber } from './support';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** A directory of its own for every test of the file that calls this. */
export function scratch(): (name?: string) => string {
  let directory = '';
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return (name = '') => join(directory, name);
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'parley-'));
}

/** The nine bits of who may do what, as chmod takes them. */
export function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

/** Every file in a directory with a sum of its content, which is easier to read than the content when two differ. */
export function contentsOf(directory: string): Readonly<Record<string, string>> {
  const entries = readdirSync(directory, { withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => [entry.name, entry.isFile() ? sumOf(join(directory, entry.name)) : 'no file']),
  );
}

function sumOf(file: string): string {
  const content = readFileSync(file);
  return `${content.length} bytes, ${crc32(content).toString(16)}`;
}

interface OpenOptions {
  readonly create?: boolean;
  readonly durability?: Durability;
}
interface Databases {
  /** The path of a name in the directory of the test. */
  readonly path: (name?: string) => string;
  readonly open: (name: string, options?: OpenOptions) => Store;
  /** Makes a database with a subscriber and some pages of texts, and closes it. @returns its path */
  readonly filled: (name: string, texts?: number) => string;
  readonly closeLater: (store: Store) => Store;
}

/** Databases in a directory of its own for every test; stores are closed after the test. */
export function databases(): Databases {
  const stores: Store[] = [];
  afterEach(() => stores.splice(0).forEach((store) => store.close()));
  const path = scratch();
  const closeLater = (store: Store): Store => {
    stores.push(store);
    return store;
  };
  const open = (name: string, { create = true, durability = 'normal' }: OpenOptions = {}): Store =>
    closeLater(openStore(path(name), { create, durability }));
  const filled = (name: string, texts = 500): string => {
    // Filed at once, so that there are pages of a hundred texts.
    const store = storeOn(openDatabase(path(name), true), 'normal', 0);
    store.subscribers.add(subscriber('alice', 1));
    const all = Array.from({ length: texts }, (_, i) => said(`text number ${i + 1} ${'.'.repeat(100)}`));
    for (let i = 0; i < texts; i += 100) store.append(all.slice(i, i + 100));
    store.reserve(1000);
    store.close();
    return path(name);
  };
  return { path, open, filled, closeLater };
}
