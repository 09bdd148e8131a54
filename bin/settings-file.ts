/**
 * Reads a settings file: YAML, one mapping of scalars, lists of scalars and mappings of these, each value with the line it
 * stands on. What a key means is the reader's business. Must never be here: options, the environment.
 */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml';
import { codeOf, UserError } from './failure';

export type Plain = string | number | boolean;

/** A value and where it stands: `FILE:LINE`. */
export interface Placed {
  readonly where: string;
  /** undefined: a key without a value. */
  readonly value: Plain | readonly Plain[] | ReadonlyMap<string, Placed> | undefined;
}
export interface SettingsFile {
  readonly values: ReadonlyMap<string, Placed>;
  /** A sentence for each thing that is wrong, with file and line. */
  readonly faults: readonly string[];
}

/** Far more than every setting with a page of comment. */
const FILE_MAX_BYTES = 262_144;

/** @throws UserError the file cannot be read */
export function readSettingsFile(path: string): SettingsFile {
  const lines = new LineCounter();
  const document = parseDocument(contentOf(path), { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const at = (offset: number): string => `${path}:${String(lines.linePos(offset).line)}`;
  // After the first fault of the form every other is a guess.
  const [broken] = document.errors;
  if (broken) return { values: new Map(), faults: [`${at(broken.pos[0])}: not YAML: ${inOneLine(broken.message)}`] };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { values: new Map(), faults: [] };
  const faults: string[] = [];
  if (!isMap(contents)) {
    return {
      values: new Map(),
      faults: [`${at(startOf(contents))}: a settings file has lines of the form "key: value"`],
    };
  }
  const values = mapping(contents.items, 'settings', at, faults);
  return { values, faults };
}

function mapping(
  pairs: readonly Pair<Node, Node | null>[],
  of: 'settings' | 'a setting',
  at: (offset: number) => string,
  faults: string[],
): Map<string, Placed> {
  const values = new Map<string, Placed>();
  for (const { key, value } of pairs) {
    const where = at(startOf(key));
    const name = isScalar(key) ? String(key.value) : undefined;
    const before = values.get(name ?? '');
    if (name === undefined) faults.push(`${where}: a key is one word`);
    else if (before) faults.push(`${where}: ${name} stands here a second time (first: ${before.where})`);
    else if (value === null || (isScalar(value) && value.value === null)) values.set(name, { where, value: undefined });
    else if (isScalar(value) && isPlain(value.value)) values.set(name, { where, value: value.value });
    else if (isSeq(value) && value.items.every((item) => isScalar(item) && isPlain(item.value))) {
      values.set(name, { where, value: value.items.map((item) => (item as { value: Plain }).value) });
    } else if (isMap(value) && of === 'settings') {
      values.set(name, { where, value: mapping(value.items as Pair<Node, Node | null>[], 'a setting', at, faults) });
    } else faults.push(`${where}: ${name} takes a plain value or a list of plain values`);
  }
  return values;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function contentOf(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new UserError(`${path} is not a regular file; name a settings file`);
    if (stats.size > FILE_MAX_BYTES) throw new UserError(`${path} is too large for a settings file`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read (${codeOf(error)}); check --config`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
