/**
 * A result file as tables, whatever shape it has: plain values together, a list of records as a table, a long map by its values.
 * What is long is counted rather than shown, and the table says so. Must never be here: knowledge of one tool.
 */
import { paragraph, plain, type Block } from '../blocks';
import { widthsFor } from '../data/markdown';

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: unknown): boolean => !isRecord(value) && !Array.isArray(value);

/** Rows of a long list that are shown. */
const MOST_ROWS = 40;
/** A map with more entries than this is counted by its values. */
const LONG_MAP = 20;
const MOST_CHARACTERS = 220;

export function valueTables(name: string, title: string, value: unknown): Block[] {
  const id = `result-${name}`;
  if (Array.isArray(value))
    return value.length === 0 ? [paragraph('An empty list.')] : [listTable(`${id}-list`, title, value)];
  if (!isRecord(value)) return [{ kind: 'paragraph', line: plain(written(value)) }];
  const parts = flat(value);
  const rows = parts
    .filter(([, one]) => isPlain(one) || isEmpty(one))
    .map(([key, one]) => [plain(key), plain(written(one))]);
  const tables = parts.flatMap(([key, one], i) => {
    if (isPlain(one) || isEmpty(one)) return [];
    const caption = `${title}: ${key}`;
    if (Array.isArray(one)) return [listTable(`${id}-${String(i)}`, caption, one)];
    return [countedTable(`${id}-${String(i)}`, caption, one as Json)];
  });
  const values: Block = {
    kind: 'table',
    id: `${id}-values`,
    caption: `${title}: the values.`,
    head: ['What', 'Value'],
    rows,
    widths: [45, 55],
  };
  return rows.length > 0 ? [values, ...tables] : tables;
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

/** Values of records within records, by their path in words; long maps of plain values stay whole. */
function flat(value: Json, before = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
    const path = before === '' ? inWords(key) : `${before}, ${inWords(key)}`;
    return isRecord(one) && !isEmpty(one) && !isLongMap(one) ? flat(one, path) : [[path, one]];
  });
}
function isLongMap(value: Json): boolean {
  const all = Object.values(value);
  return all.length > LONG_MAP && all.every(isPlain);
}

function countedTable(id: string, caption: string, value: Json): Block {
  const counts = new Map<string, number>();
  for (const one of Object.values(value)) counts.set(written(one), (counts.get(written(one)) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const number = Object.keys(value).length;
  return {
    kind: 'table',
    id,
    caption: `${caption}: ${number.toLocaleString('en-US')} entries, by what is said of them${cutWords(sorted.length)}.`,
    head: ['Value', 'Entries'],
    rows: sorted.slice(0, MOST_ROWS).map(([words, n]) => [plain(words), plain(n.toLocaleString('en-US'))]),
    widths: [86, 14],
    right: [1],
  };
}

function cutWords(length: number): string {
  return length > MOST_ROWS ? ` (the first ${String(MOST_ROWS)} of ${length.toLocaleString('en-US')})` : '';
}

function listTable(id: string, caption: string, all: readonly unknown[]): Block {
  const some = all.slice(0, MOST_ROWS);
  const title = `${caption}${cutWords(all.length)}.`;
  if (!some.every(isRecord)) {
    return {
      kind: 'table',
      id,
      caption: title,
      head: ['Value'],
      rows: some.map((one) => [plain(written(one))]),
      widths: [1],
    };
  }
  const rows = some.map((one) => new Map(flat(one)));
  const keys = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  // Records without a field have nothing to be shown.
  const head = keys.length === 0 ? ['value'] : keys;
  const texts = rows.map((row) => head.map((key) => written(row.get(key))));
  const right = head.flatMap((key, i) =>
    rows.every((row) => typeof row.get(key) === 'number' || Array.isArray(row.get(key))) ? [i] : [],
  );
  return {
    kind: 'table',
    id,
    caption: title,
    head,
    rows: texts.map((row) => row.map(plain)),
    widths: widthsFor([head, ...texts]),
    right,
  };
}

function inWords(key: string): string {
  return key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
}

/** Of a list or map within a table: how many entries it has. */
function written(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
  if (typeof value === 'string') return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value;
  const length = Array.isArray(value) ? value.length : Object.keys(value).length;
  return length === 0 ? 'none' : length.toLocaleString('en-US');
}
