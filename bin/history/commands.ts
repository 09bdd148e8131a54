/** What parley-history does with the texts of a server, which may run meanwhile. Must never be here: how a text is written. */
import { createInterface } from 'node:readline/promises';
import type { Store, StoredText } from '../../machines/ports';
import { closeFile, openFile, writeAll } from '../../storage/file';
import { openKeeping, type Keeping, type Pair } from '../../storage/keeping';
import { codeOf, UserError } from '../failure';
import { FORMATS } from './formats';

/** Texts read at a time: some MiB if all are of the largest size. */
const PAGE_TEXTS = 512;

export interface ExportOptions {
  readonly data: string;
  readonly format: string;
  /** `-` is standard output. */
  readonly out: string;
}
export interface PruneOptions {
  readonly data: string;
  /** ms since 1970. */
  readonly before: number;
  readonly yes?: true;
}

/** @throws StoreError */
export function listPairs({ data }: { readonly data: string }): void {
  withKeeping(data, (keeping) => {
    const pairs = keeping.pairs();
    if (pairs.length === 0) return print(`No texts in ${data}`);
    const widths = [widest(pairs, 'a', 'Client-ID'), widest(pairs, 'b', 'Client-ID')] as const;
    for (const [a, b, texts] of [
      ['Client-ID', 'Client-ID', 'Texts'],
      ...pairs.map((p) => [p.a, p.b, String(p.texts)]),
    ]) {
      print(`${(a ?? '').padEnd(widths[0])}  ${(b ?? '').padEnd(widths[1])}  ${texts ?? ''}`);
    }
  });
}

function widest(pairs: readonly Pair[], key: 'a' | 'b', heading: string): number {
  return Math.max(heading.length, ...pairs.map((pair) => pair[key].length));
}

/** @throws StoreError, UserError: no such history, a file that is there already */
export async function exportPair(a: string, b: string, { data, format, out }: ExportOptions): Promise<void> {
  const form = FORMATS[format];
  if (!form) throw new Error(`no format ${format}`);
  await withKeeping(data, async (keeping) => {
    // Texts that come meanwhile are for the next time.
    const count = keeping.count(a, b);
    if (count === 0) throw new UserError(`${a} and ${b} have no history in ${data}; parley-history list shows who has`);
    const output = openOutput(out);
    try {
      await output.write(form.head(a, b));
      for (const page of pagesOf(keeping, a, b, count)) {
        await output.write(page.map((text) => form.line(text, text.sender === a ? b : a)).join(''));
      }
      await output.write(form.tail(count));
    } finally {
      output.close();
    }
  });
}

function* pagesOf(store: Store, a: string, b: string, count: number): Generator<readonly StoredText[]> {
  for (let done = 0; done < count;) {
    const page = store.page(a, b, done, Math.min(PAGE_TEXTS, count - done));
    if (page.length === 0) return;
    done += page.length;
    yield page;
  }
}

/** @throws StoreError, UserError: nobody agreed */
export async function pruneBefore({ data, before, yes }: PruneOptions): Promise<void> {
  await withKeeping(data, async (keeping) => {
    const old = olderThan(keeping, before);
    const moment = new Date(before).toISOString();
    if (old === 0) return print(`No texts from before ${moment} in ${data}`);
    if (!yes) await confirm(`Remove ${String(old)} texts from before ${moment} for ever?`);
    print(`${String(await keeping.prune(before))} texts from before ${moment} are removed from ${data}`);
  });
}

function olderThan(keeping: Keeping, before: number): number {
  let old = 0;
  for (const { a, b, texts } of keeping.pairs()) {
    for (const page of pagesOf(keeping, a, b, texts)) old += page.filter(({ time }) => time < before).length;
  }
  return old;
}

async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UserError(`${question} Nothing was removed; --yes says so`);
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asked.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new UserError('nothing was removed');
  } finally {
    asked.close();
  }
}

interface Output {
  write(text: string): Promise<void>;
  close(): void;
}

/** A new file for its owner alone. @throws StoreError */
function openOutput(path: string): Output {
  if (path === '-') return { write: toStandardOutput, close: () => undefined };
  const file = openFile(path, 'new', 'private');
  const write = (text: string): Promise<void> => {
    try {
      writeAll(file, text);
      return Promise.resolve();
    } catch (error) {
      throw new UserError(`${path} cannot be written (${codeOf(error)}); it is not complete`);
    }
  };
  return { write, close: () => closeFile(path, file) };
}

/** When it cannot be written the command ends. */
function toStandardOutput(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}

function withKeeping<T>(data: string, work: (keeping: Keeping) => T): T {
  const keeping = openKeeping(data);
  let result: T;
  try {
    result = work(keeping);
  } catch (error) {
    keeping.close();
    throw error;
  }
  if (!(result instanceof Promise)) {
    keeping.close();
    return result;
  }
  return result.finally(() => keeping.close()) as T;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
