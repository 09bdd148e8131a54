/**
 * The readable dump (protocol 1.9, P14): one line of printable ASCII for each message, in the words of the message table.
 * What the table calls secret is shown as `*`, other byte values by their first 4 bytes. Must never be here: a clock, a
 * file, a choice of what is worth showing.
 */
import { type DatagramName, type Message, rowOf, type TcpMessage } from '../../machines/messages';

/** What went over the wire, when, and between whom. */
export type DumpEntry = {
  /** Milliseconds since the start of the dump. */
  readonly ms: number;
  /** Short printable names, such as A and S. */
  readonly from: string;
  readonly to: string;
  /** Bytes on the wire: the whole datagram, preface or record with its length field. */
  readonly size: number;
} & (
  | { readonly datagram: OpenOrOpened }
  | { readonly preface: { readonly tag?: Uint8Array; readonly salt: Uint8Array } }
  /** `messages` is undefined if the record could not be opened. */
  | { readonly record: { readonly seq: number; readonly messages: readonly TcpMessage[] | undefined } }
);

/** A decoded datagram; `message` is undefined for an AUTH_SUCCESS that could not be opened. */
interface OpenOrOpened {
  readonly attempt: Uint8Array;
  readonly message: Message<DatagramName> | undefined;
}

/** Names of up to seven letters change no column. */
const PAIR_WIDTH = 9;
const NAME_WIDTH = 12;
const LINE_WIDTH = 101;
const SHOWN_BYTES = 4;
/** Stands for what is cut, or cannot be shown because it was not opened. */
const CUT = '..';
const SECRET = '*';

/** The lines of an entry: one, or one for each message of a record. */
export function dumpLines(entry: DumpEntry): string[] {
  const size = `${entry.size} B`;
  const line = (over: 'udp' | 'tcp', name: string, values: string, last: string): string => {
    const pair = `${entry.from}>${entry.to}`.padEnd(PAIR_WIDTH);
    const start = `${dumpTime(entry.ms)} ${pair} ${over} ${name.padEnd(NAME_WIDTH)} ${values} `;
    return start + last.padStart(LINE_WIDTH - start.length);
  };
  if ('datagram' in entry) {
    const { name, values } = datagram(entry.datagram);
    return [line('udp', name, values, size)];
  }
  if ('preface' in entry) return [line('tcp', 'preface', preface(entry.preface), size)];
  const { seq, messages } = entry.record;
  const contents = messages?.map((message) => [message.type, ...pairs(message)].join(' ')) ?? [CUT];
  // A record without a message that is known has its line too.
  if (contents.length === 0) contents.push('');
  return contents.map((content, i) => line('tcp', `#${seq}`, `{${content}}`, i === 0 ? size : '+'));
}

/** Minutes, seconds and milliseconds. */
export function dumpTime(ms: number): string {
  const digits = (value: number, width: number): string => String(value).padStart(width, '0');
  const whole = Math.floor(ms);
  const seconds = Math.floor(whole / 1000);
  return `${digits(Math.floor(seconds / 60), 2)}:${digits(seconds % 60, 2)}.${digits(whole % 1000, 3)}`;
}

function datagram({ attempt, message }: OpenOrOpened): { readonly name: string; readonly values: string } {
  const attemptId = `att=${start(attempt)}`;
  if (message === undefined) return { name: 'AUTH_SUCCESS', values: `${attemptId} {${CUT}}` };
  const values = pairs(message).join(' ');
  const shown = rowOf(message.type).sealed ? `{${values}}` : values;
  return { name: message.type, values: `${attemptId} ${shown}`.trimEnd() };
}

function preface({ tag, salt }: { readonly tag?: Uint8Array; readonly salt: Uint8Array }): string {
  return tag === undefined ? `salt=${value(salt)}` : `tag=${value(tag)} salt=${value(salt)}`;
}

/** `name=value` for each field and for each extension that is there, in the order of the table. */
function pairs(message: Message): string[] {
  const row = rowOf(message.type);
  const values = message as unknown as Readonly<Record<string, unknown>>;
  return [...Object.keys(row.fields), ...Object.keys(row.extensions ?? {})]
    .filter((name) => values[name] !== undefined)
    .map((name) => `${name}=${row.secret?.includes(name) ? SECRET : value(values[name], row.fields[name] === 'text')}`);
}

function value(of: unknown, quoted = false): string {
  if (of instanceof Uint8Array) return start(of) + (of.length > SHOWN_BYTES ? CUT : '');
  if (typeof of === 'string') return quoted ? quote(of) : of;
  if (typeof of === 'number') return String(of);
  const { min, max } = of as { readonly min: number; readonly max: number };
  return `${min}..${max}`;
}

/** The first bytes in hexadecimal. An attempt-ID is always shown so, without a mark: a name for the attempt. */
function start(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('hex');
}

/** A JSON string in printable ASCII. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
