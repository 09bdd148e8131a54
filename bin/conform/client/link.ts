/**
 * One TCP connection of the client under test, seen from the server that is played: every byte that came, opened and
 * decoded, and a mouth that can say anything. Must never be here: a decision what to say.
 */
import type { TcpMessage } from '../../../machines/messages';
import type { Stream } from '../../../transport/net/network';
import type { RecordOpener, RecordSealer } from '../../../transport/security/records';
import { ByteQueue } from '../../../transport/wire/bytes';
import { encodeServerPreface } from '../../../transport/wire/prefaces';
import { decodeRecord, encodeRecords, recordLengthFault } from '../../../transport/wire/records';
import { Unexpected } from '../check';
import { freshSalt, type Candidate } from './candidate';
import { Inbox, pause } from './inbox';
import { printable } from './printable';

const PREFACE_BYTES = 40;
const LENGTH_BYTES = 2;
const PIECE_MS = 3;
/** Preface and record 0 (protocol 1.5). */
export const FLIGHT_BYTES = 122;

/** A record of the client. */
export interface Heard {
  readonly record: Buffer;
  readonly plaintext: Buffer;
  readonly messages: readonly TcpMessage[];
}

export class Link {
  /** Size of the first read. */
  first = 0;
  preface: Buffer = Buffer.alloc(0);
  /** The records that came, in order. */
  readonly records: Heard[] = [];
  /** The messages in them, but for KEEPALIVE and what `confirms` answers. */
  readonly said: TcpMessage[] = [];
  /** So many KEEPALIVEs came: they may come at any time, in a record of their own or not. */
  keepalives = 0;
  /**
   * HISTORY_REQ of this Client-ID is answered at once, and is not heard: a client may ask it as a confirmation whenever it
   * likes, before CLOSE above all (4.8).
   */
  confirms: string | undefined;
  /** How the client ended the connection. RST: it has destroyed its socket; that alone may look like FIN, too. */
  readonly over: Promise<'FIN' | 'RST'>;
  ended = false;
  /** The client has destroyed its socket although we had not ended. */
  reset = false;
  private readonly input = new ByteQueue();
  private readonly flight: Inbox<Buffer>;
  private readonly inbox: Inbox<TcpMessage>;
  private opener: RecordOpener | undefined;
  private sealer: RecordSealer | undefined;
  private ourFin: 'with the client' | 'held' | 'sent' = 'with the client';

  constructor(
    private readonly stream: Stream,
    private readonly patience: number,
    private readonly story: (line: string) => void,
  ) {
    this.flight = new Inbox(patience);
    this.inbox = new Inbox(patience);
    this.over = new Promise((resolve) => {
      const end = (how: 'FIN' | 'RST'): void => {
        if (!this.ended) story(`tcp    ${how}`);
        this.ended = true;
        resolve(how);
        this.flight.end('the end of the connection');
        this.inbox.end(this.lastWords());
      };
      stream.handle({
        data: (chunk) => this.data(chunk),
        end: () => {
          end('FIN');
          if (this.ourFin === 'with the client') this.end();
        },
        close: () => {
          if (this.ourFin !== 'sent') this.reset = true;
          end('RST');
        },
        drain: () => undefined,
      });
    });
  }

  /** Waits for the first flight and opens it. @throws Unexpected if it does not come or does not open */
  async open(candidate: Candidate): Promise<this> {
    const flight = await this.flight.next('preface and CONNECT in 122 bytes');
    this.preface = flight.subarray(0, PREFACE_BYTES);
    this.opener = candidate.opener(this.preface);
    this.confirms = candidate.id;
    this.input.take(PREFACE_BYTES);
    this.read();
    return this;
  }
  /** The server's preface, and the keys that come of it. @returns the preface */
  serverPreface(candidate: Candidate): Buffer {
    const preface = encodeServerPreface({ salt: freshSalt() });
    this.sealer = candidate.sealer(this.preface, preface);
    return preface;
  }
  /** Preface and CONNECTED, with what else is to follow in the same write. */
  connected(candidate: Candidate, ...more: readonly TcpMessage[]): void {
    const preface = this.serverPreface(candidate);
    this.bytes(Buffer.concat([preface, this.sealed(encodeRecords([{ type: 'CONNECTED' }])), this.messages(more)]));
  }

  /** Messages, in as few records as fit, in one write. */
  say(...messages: readonly TcpMessage[]): void {
    for (const { type } of messages) this.story(`tcp    server says ${type}`);
    this.bytes(this.messages(messages));
  }
  /** Records with these plaintexts, in one write. */
  plain(...plaintexts: readonly Buffer[]): void {
    this.story(`tcp    server sends ${String(plaintexts.length)} records of its own making`);
    this.bytes(this.sealed(plaintexts));
  }
  /** A record, sealed and not sent. */
  seal(plaintext: Buffer): Buffer {
    const { sealer } = this;
    if (!sealer) throw new Error('nobody is connected');
    return sealer.seal(plaintext);
  }
  bytes(bytes: Buffer): void {
    this.stream.write(bytes);
  }
  /** Bytes in pieces of these sizes, over and over, with time between them: TCP joins what leaves in haste. */
  async inPieces(bytes: Buffer, sizes: readonly number[]): Promise<void> {
    for (let at = 0, n = 0; at < bytes.length; n++) {
      const size = sizes[n % sizes.length] ?? 1;
      this.bytes(bytes.subarray(at, at + size));
      at += size;
      await pause(PIECE_MS);
    }
  }
  messages(messages: readonly TcpMessage[]): Buffer {
    return this.sealed(encodeRecords(messages));
  }
  /** FIN; the client's own is still awaited. */
  end(): void {
    this.ourFin = 'sent';
    this.stream.end();
  }
  /** From now on the client's FIN is not answered. */
  hold(): void {
    this.ourFin = 'held';
  }
  destroy(): void {
    this.stream.destroy();
  }

  /** The next message. @throws Unexpected if another one comes, or none */
  async hears<N extends TcpMessage['type']>(name: N): Promise<Extract<TcpMessage, { readonly type: N }>> {
    const message = await this.inbox.next(name);
    if (message.type !== name) throw new Unexpected(name, inWords(message));
    return message as Extract<TcpMessage, { readonly type: N }>;
  }
  /** What has come and was not asked for. */
  rest(): TcpMessage[] {
    return this.inbox.take();
  }
  /** The end of the client's side. @throws Unexpected if it does not come */
  async ends(expected = 'the end of the connection', ms = this.patience): Promise<'FIN' | 'RST'> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const open = `the connection still open after ${String(ms / 1000)} s`;
      timer = setTimeout(() => reject(new Unexpected(expected, open)), ms);
    });
    try {
      return await Promise.race([this.over, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private sealed(plaintexts: readonly Buffer[]): Buffer {
    return Buffer.concat(plaintexts.map((plaintext) => this.seal(plaintext)));
  }
  private data(chunk: Buffer): void {
    if (this.first === 0) this.first = chunk.length;
    this.input.push(chunk);
    const flight = this.opener ? undefined : this.input.peek(FLIGHT_BYTES);
    if (flight) this.flight.put(flight);
    this.read();
  }
  private read(): void {
    const { opener } = this;
    for (;;) {
      const length = opener && this.input.peek(LENGTH_BYTES);
      if (!length) return;
      const n = length.readUInt16BE();
      if (recordLengthFault(n)) return this.wrong(`a record of length ${String(n)}`);
      const record = this.input.take(LENGTH_BYTES + n);
      if (!record) return;
      const plaintext = opener.open(record.subarray(0, LENGTH_BYTES), record.subarray(LENGTH_BYTES));
      if (!plaintext) return this.wrong(`record ${String(opener.seq)}, which does not verify`);
      const { messages, fault } = decodeRecord(plaintext, 'client');
      this.records.push({ record, plaintext, messages });
      for (const message of messages) this.heard(message);
      if (fault) return this.wrong(`record ${String(opener.seq - 1)} with a fault in it: ${fault}`);
    }
  }
  private heard(message: TcpMessage): void {
    this.story(`tcp    client says ${inWords(message)}`);
    if (message.type === 'KEEPALIVE') return void this.keepalives++;
    if (message.type === 'HISTORY_REQ' && message.id === this.confirms && this.sealer) return this.confirm(message.id);
    this.said.push(message);
    this.inbox.put(message);
  }
  private confirm(id: string): void {
    if (this.ourFin !== 'sent') this.say({ type: 'HISTORY_END', id, status: 0, count: 0 });
  }
  private wrong(seen: string): void {
    this.story(`tcp    client sends ${seen}`);
    this.opener = undefined;
    this.inbox.end(seen);
  }
  private lastWords(): string {
    const last = this.said.at(-1);
    return last ? `the end of the connection after ${inWords(last)}` : 'the end of the connection';
  }
}

/** A message in one line; a cookie is not shown. */
export function inWords({ type, ...fields }: TcpMessage): string {
  const shown = Object.entries(fields).map(([name, value]) =>
    name === 'cookie' ? 'cookie' : `${name} ${printable(JSON.stringify(value).slice(0, 60))}`,
  );
  return `${type}(${shown.join(', ')})`;
}
