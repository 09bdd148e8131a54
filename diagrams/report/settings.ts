/**
 * What a reader may change without touching code: title, course, authors, date. Read from a small YAML file
 * (docs/report.yaml). Must never be here: anything that is measured.
 */
import { parse, YAMLParseError } from 'yaml';

export interface Settings {
  readonly title: string;
  readonly subtitle: string;
  readonly course: string;
  readonly authors: readonly string[];
  /** As it is printed. */
  readonly date: string;
}

/** The settings cannot be used; the message is the whole of what the user reads. */
export class SettingsError extends Error {}

const KEYS = ['title', 'subtitle', 'course', 'authors', 'date'] as const;
type Key = (typeof KEYS)[number];
const LONGEST = 120;

/**
 * @param text content of the file @param name of the file, for errors @param today the date where none is set
 * @throws SettingsError it is not YAML, or a value is missing, unknown or of the wrong kind
 */
export function settingsOf(text: string, name: string, today: Date): Settings {
  const fail = (why: string): never => {
    throw new SettingsError(`${name}: ${why}`);
  };
  const values = mapOf(text, fail);
  for (const key of Object.keys(values)) {
    if (!KEYS.includes(key as Key)) fail(`there is no setting "${key}"; settings: ${KEYS.join(', ')}`);
  }
  const words = (key: Key): string => {
    const value = values[key];
    if (value === undefined || value === null) return fail(`"${key}" is missing`);
    if (typeof value !== 'string' || value.trim() === '') return fail(`"${key}" must be text`);
    return value.length > LONGEST ? fail(`"${key}" is longer than ${String(LONGEST)} characters`) : value.trim();
  };
  const named = {
    title: words('title'),
    subtitle: words('subtitle'),
    course: words('course'),
  };
  const { authors } = values;
  if (
    !Array.isArray(authors) ||
    authors.length === 0 ||
    !authors.every((one) => typeof one === 'string' && one.trim() !== '')
  )
    return fail('"authors" must be a list of names, such as [Ada Lovelace, Alan Turing]');
  return {
    ...named,
    authors: (authors as string[]).map((one) => one.trim()),
    date: dateOf(values['date'], today, fail),
  };
}

type Fail = (why: string) => never;

function mapOf(text: string, fail: Fail): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const line = error.linePos?.[0].line;
    return fail(
      `not YAML${line === undefined ? '' : `, line ${String(line)}`}: ${error.message.split('\n', 1)[0] ?? ''}`,
    );
  }
  return fail(`settings are lines such as "title: Parley"; settings: ${KEYS.join(', ')}`);
}

/** `2026-11-22` is written out; any other text stands as it is; without one it is today. */
function dateOf(value: unknown, today: Date, fail: Fail): string {
  if (value === undefined || value === null || value === 'today') return written(today);
  if (typeof value !== 'string') return fail('"date" must be a date such as 2026-11-22, or any text, or "today"');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return value.trim();
  const date = new Date(`${value}T12:00:00`);
  if (Number.isNaN(date.getTime()) || iso(date) !== value) return fail(`"date" ${value} is not in the calendar`);
  return written(date);
}

function iso(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

export function written(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}
