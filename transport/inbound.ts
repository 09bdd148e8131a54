/**
 * The whole way in: bytes -> record -> opened -> messages -> runs. What is wrong comes back as a fault; nothing is decided
 * here and nothing is thrown. (The way in of a datagram is one call: wire/datagrams.)
 */
import { FAULTS, type Fault } from '../machines/faults';
import type { Role, TcpMessage } from '../machines/messages';
import type { RecordOpener } from './security/records';
import { type ByteQueue } from './wire/bytes';
import { decodeRecord, recordLengthFault } from './wire/records';

const LENGTH_BYTES = 2;
/** N of the smallest record; record 0 has exactly this size (P3). */
const FIRST_RECORD_N = 80;

/** A record as it came: what could be read, and what was wrong with the rest. */
export interface RecordIn {
  readonly seq: number;
  /** Bytes on the wire. */
  readonly size: number;
  readonly messages: readonly TcpMessage[];
  /** Messages of unknown optional types that were skipped. */
  readonly skipped: number;
  readonly fault?: Fault;
}

/** The records of one direction of a connection, in order. */
export class RecordReader {
  constructor(
    private readonly opener: RecordOpener,
    private readonly from: Role,
    private readonly input: ByteQueue,
  ) {}

  /** Whether a record has been read. */
  get hasBegun(): boolean {
    return this.opener.seq > 0;
  }

  /** @returns the next record; undefined until it is complete. After a fault nothing may be read any more. */
  next(): RecordIn | undefined {
    const length = this.input.peek(LENGTH_BYTES);
    if (!length) return undefined;
    const { seq } = this.opener;
    const n = length.readUInt16BE();
    // Checked before a byte of the record is kept: a random length is refused in 63 of 64 cases (1.5).
    const wrong = seq === 0 && n !== FIRST_RECORD_N ? 'RecordOfWrongLength' : recordLengthFault(n);
    if (wrong) return failed(seq, LENGTH_BYTES, wrong);
    const record = this.input.take(LENGTH_BYTES + n);
    if (!record) return undefined;
    const plaintext = this.opener.open(record.subarray(0, LENGTH_BYTES), record.subarray(LENGTH_BYTES));
    if (!plaintext) return failed(seq, record.length, 'RecordNotVerified');
    const decoded = { seq, size: record.length, ...decodeRecord(plaintext, this.from) };
    // CONNECTED is alone in the server's record 0 (P3); for CONNECT the acceptor looks.
    if (seq > 0 || this.from === 'client' || decoded.fault || isOnly(decoded, 'CONNECTED')) return decoded;
    return failed(seq, record.length, 'FirstRecordNotConnected');
  }
}

/** Whether this message is alone in the record. */
export function isOnly({ messages, skipped }: RecordIn, type: TcpMessage['type']): boolean {
  return messages.length === 1 && skipped === 0 && messages[0]?.type === type;
}

function failed(seq: number, size: number, fault: Fault): RecordIn {
  return { seq, size, messages: [], skipped: 0, fault };
}

/** Whether a fault leaves nothing to say to the peer (1.8): the socket is destroyed. */
export function cuts(fault: Fault): boolean {
  return FAULTS[fault] === 'cut';
}

/** A message, or consecutive CHATs of one session as one (P1). */
export type Run = Exclude<TcpMessage, { type: 'CHAT' }> | TextRun;
export interface TextRun {
  readonly type: 'CHATS';
  readonly session: number;
  readonly texts: readonly string[];
}

export function runsOf(messages: readonly TcpMessage[]): Run[] {
  const runs: Run[] = [];
  let last: { type: 'CHATS'; session: number; texts: string[] } | undefined;
  for (const message of messages) {
    if (message.type !== 'CHAT') {
      last = undefined;
      runs.push(message);
    } else if (last?.session === message.session) {
      last.texts.push(message.text);
    } else {
      last = { type: 'CHATS', session: message.session, texts: [message.text] };
      runs.push(last);
    }
  }
  return runs;
}
