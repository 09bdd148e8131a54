/**
 * Reads traces (docs/trace.md). A file may hold several processes after each other, since a trace is appended to. What is not
 * a trace is refused with file, line and reason, whatever bytes it is made of.
 */
import { readFileSync } from 'node:fs';
import { MESSAGES } from '../../machines/messages';
import { MACHINES, TRACE_FORMAT, TRACE_VERSION, type TraceEntry, type TraceHeader } from './format';

/** What one process wrote. */
export interface Trace {
  readonly file: string;
  readonly header: TraceHeader;
  readonly entries: readonly TraceEntry[];
  /** Why it ends before its process did. */
  readonly cut?: string;
}

/** A file that cannot be read as a trace; the message is one sentence for the user. */
export class TraceError extends Error {}

/** @throws TraceError with the name of the file, and the line if it is damaged */
export function readTraces(files: readonly string[]): Trace[] {
  return files.flatMap((file) => parseTraces(file, contentOf(file)));
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new TraceError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}

/** @param file its name, for errors @throws TraceError see `readTraces` */
export function parseTraces(file: string, content: string): Trace[] {
  const lines = content.split('\n');
  const traces: { file: string; header: TraceHeader; entries: TraceEntry[]; cut?: string }[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const value = parsed(line);
    // The process may have been killed in the middle of its last line.
    if (value === undefined && i === lines.length - 1 && traces.length > 0) return;
    const fault = value === undefined ? 'this is not JSON' : faultOf(value, traces.length > 0);
    if (fault !== undefined) throw new TraceError(`${file}, line ${String(i + 1)}: ${fault}`);
    if (isHeader(value)) traces.push({ file, header: value as unknown as TraceHeader, entries: [] });
    else if (value?.['kind'] === 'end') Object.assign(traces.at(-1) ?? {}, { cut: value['why'] });
    else traces.at(-1)?.entries.push(value as unknown as TraceEntry);
  });
  if (traces.length === 0) throw new TraceError(`${file} is empty: it is no trace`);
  return traces;
}

type Json = Readonly<Record<string, unknown>>;

/** @returns undefined if it is no JSON object */
function parsed(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function isHeader(value: Json | undefined): boolean {
  return value !== undefined && 'format' in value;
}

/** Says what a value must be; undefined: it is. */
type Check = (value: unknown) => string | undefined;

const text: Check = (value) => (typeof value === 'string' ? undefined : 'a string');
const number: Check = (value) => (Number.isFinite(value) ? undefined : 'a number');
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value) ? undefined : `one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`;
const texts: Check = (value) =>
  value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'string'))
    ? undefined
    : 'a list of strings';
const fields: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((one) => typeof one === 'string' || Number.isFinite(one))
    ? undefined
    : 'names with strings and numbers';

const role = oneOf('client', 'server');
const wire = { t: number, from: role, to: role, client: text, size: number, id: text };
const machine = { t: number, machine: oneOf(...MACHINES), client: text, serial: number };

const HEADER = {
  format: oneOf(TRACE_FORMAT),
  version: oneOf(TRACE_VERSION),
  name: text,
  role,
  started: number,
} satisfies Record<keyof TraceHeader, Check>;
const ENTRIES: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  message: {
    ...wire,
    way: oneOf('sent', 'received'),
    over: oneOf('udp', 'tcp'),
    name: oneOf(...Object.keys(MESSAGES)),
    sealed: flag,
    fields,
  },
  refused: { ...wire, over: oneOf('tcp') },
  start: { ...machine, state: text },
  stop: machine,
  end: { why: text },
  transition: { ...machine, event: text, from: text, to: text, alternative: number, armed: texts },
};

/** What is wrong with a line. @param begun whether a header has been read */
function faultOf(value: Json, begun: boolean): string | undefined {
  if (isHeader(value)) return faultIn(value, HEADER);
  if (!begun) return 'this is no trace: the first line must be its header';
  const { kind } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(ENTRIES, kind)) return `unknown kind of entry ${shown(kind)}`;
  return faultIn(value, ENTRIES[kind] ?? {});
}

function faultIn(value: Json, checks: Readonly<Record<string, Check>>): string | undefined {
  for (const [name, check] of Object.entries(checks)) {
    const wanted = check(value[name]);
    if (wanted !== undefined) return `"${name}" must be ${wanted}, not ${shown(value[name])}`;
  }
  return undefined;
}

const SHOWN_CHARACTERS = 40;
function shown(value: unknown): string {
  const json = value === undefined ? 'missing' : JSON.stringify(value);
  return json.length > SHOWN_CHARACTERS ? `${json.slice(0, SHOWN_CHARACTERS)}...` : json;
}
