/**
 * What a capture was read into, as lines of the readable dump (protocol 1.9), as JSON lines, and as a trace for a chart. What
 * the message table calls secret is `*` in each of them. Must never be here: a file, a key.
 */
import { type Message, type Role, rowOf } from '../../machines/messages';
import type { Clock } from '../../machines/ports';
import { dumpLines, dumpTime } from '../../transport/wire/dump';
import { saltIn, tagIn } from '../../transport/wire/prefaces';
import { parseTraces, type Trace } from '../trace/reader';
import { TraceWriter } from '../trace/writer';
import type { Entry, NoteEntry } from './entries';

/** Names as in every dump: the server is S, a client whose Client-ID is not known is `?`. */
const SERVER = 'S';
const UNKNOWN = '?';
const SHOWN_BYTES = 4;

function namesOf(from: Role, client: string): { from: string; to: string } {
  const name = client === '' ? UNKNOWN : client;
  return from === 'client' ? { from: name, to: SERVER } : { from: SERVER, to: name };
}

/** @param start wall clock of the first line @returns lines; a remark begins with `#` */
export function textOf(entry: Entry, start: number): string[] {
  const ms = Math.max(0, entry.ms - start);
  if (entry.kind === 'note') return [`# ${dumpTime(ms)} ${whose(entry)}${entry.words}`];
  const placed = { ms, ...namesOf(entry.from, entry.client) };
  switch (entry.kind) {
    case 'datagram':
      return dumpLines({ ...placed, size: entry.size, datagram: entry });
    case 'preface':
      return dumpLines({ ...placed, size: entry.preface.length, preface: prefaceOf(entry.from, entry.preface) });
    case 'record':
      return dumpLines({ ...placed, size: entry.size, record: entry });
  }
}

function prefaceOf(from: Role, preface: Buffer): { tag?: Buffer; salt: Buffer } {
  return { ...(from === 'client' ? { tag: tagIn(preface) } : {}), salt: saltIn(preface) };
}
function whose({ from, client = '' }: NoteEntry): string {
  if (!from) return '';
  const names = namesOf(from, client);
  return `${names.from}>${names.to} `;
}
/** @param start as `textOf` @returns one JSON object for each message, preface, closed record or remark */
export function jsonOf(entry: Entry, start: number): string[] {
  const t = Math.round((entry.ms - start) * 1000) / 1000;
  if (entry.kind === 'note') {
    const names = entry.from ? namesOf(entry.from, entry.client ?? '') : {};
    return [JSON.stringify({ t, ...names, note: entry.words })];
  }
  const { kind, from, client } = entry;
  const placed = { t, ...namesOf(from, client), over: kind === 'datagram' ? 'udp' : 'tcp' };
  if (kind === 'datagram') {
    const name = entry.message?.type ?? 'AUTH_SUCCESS';
    const attempt = entry.attempt.toString('hex', 0, SHOWN_BYTES);
    return [JSON.stringify({ ...placed, name, attempt, size: entry.size, ...contentOf(entry.message) })];
  }
  const of = { ...placed, connection: entry.connection };
  if (kind === 'preface') {
    const { tag, salt } = prefaceOf(from, entry.preface);
    const fields = { ...(tag ? { tag: shown(tag) } : {}), salt: shown(salt) };
    return [JSON.stringify({ ...of, name: 'preface', size: entry.preface.length, fields })];
  }
  const record = { ...of, record: entry.seq, size: entry.size };
  if (!entry.messages || entry.messages.length === 0) return [JSON.stringify({ ...record, opened: !!entry.messages })];
  return entry.messages.map((message) => JSON.stringify({ ...record, name: message.type, ...contentOf(message) }));
}

function contentOf(message: Message | undefined): object {
  if (!message) return { opened: false };
  const { secret } = rowOf(message.type);
  const pairs = Object.entries(message as Readonly<Record<string, unknown>>)
    .filter(([name]) => name !== 'type')
    .map(([name, value]) => [name, secret?.includes(name) ? '*' : shown(value)]);
  return { opened: true, fields: Object.fromEntries(pairs) as object };
}
/** Bytes by their first four, as in the dump. */
function shown(value: unknown): unknown {
  return value instanceof Uint8Array ? `${Buffer.from(value.subarray(0, SHOWN_BYTES)).toString('hex')}..` : value;
}

/** A chart with more messages would help nobody, and costs memory. */
export const CHART_MAX_MESSAGES = 20_000;

/** Makes a trace of what was seen, as if the server had written it. */
export class SeenTrace {
  private readonly lines: string[] = [];
  private readonly channels = new Map<number, ReturnType<TraceWriter['channel']>>();
  private writer: TraceWriter | undefined;
  private now = 0;
  /** Messages that were left out because there are too many. */
  leftOut = 0;

  add(entry: Entry): void {
    if (entry.kind === 'note') return;
    if (this.lines.length > CHART_MAX_MESSAGES) {
      this.leftOut++;
      return;
    }
    this.now = entry.ms;
    this.writer ??= this.begin(entry.ms);
    const { from, client } = entry;
    if (entry.kind === 'datagram') {
      // One that is closed has no fields that could be shown.
      const message = entry.message ?? ({ type: 'AUTH_SUCCESS' } as Message<'AUTH_SUCCESS'>);
      this.writer.datagram(from, client, entry.attempt, message, entry.size);
      return;
    }
    const channel = this.channels.get(entry.connection) ?? this.writer.channel(client);
    this.channels.set(entry.connection, channel);
    if (entry.kind === 'preface') channel.preface(from, entry.preface);
    else channel.record(from, entry.seq, entry.size, entry.messages);
  }

  private begin(start: number): TraceWriter {
    // Only the time is asked for.
    const clock = { now: () => this.now, wall: () => Math.round(start) } as Clock;
    return new TraceWriter({ name: 'server', role: 'server', clock, write: (line) => this.lines.push(line) });
  }

  /** @returns undefined if nothing was seen */
  trace(file: string): Trace | undefined {
    return this.lines.length === 0 ? undefined : parseTraces(file, this.lines.join('\n'))[0];
  }
}
