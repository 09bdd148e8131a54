/**
 * The two byte streams of each TCP connection in a capture, put together: what was sent again counts once, what came early
 * waits, and what the capture does not have is told as a gap. Every queue is bounded. Must never be here: what the bytes mean.
 */
import type { Endpoint, TcpSegment } from './layers';

/** Told what one side of a connection sent, in order. */
export interface StreamReader {
  data(from: Side, bytes: Buffer, ms: number): void;
  /** So many bytes were sent, and are not in the capture. */
  missing(from: Side, bytes: number, ms: number): void;
  /** Nothing more will come. */
  end(ms: number): void;
}
/** opener: who sent SYN, or without one the sender of the first bytes. */
export type Side = 'opener' | 'other';
export type NewStream = (opener: Endpoint, other: Endpoint, ms: number) => StreamReader;

/** What waits for earlier bytes in one direction. */
const WAITING_MAX_BYTES = 1024 * 1024;
const WAITING_MAX_SEGMENTS = 2048;
const CONNECTIONS_MAX = 4096;
/** So many segments of a connection may pass before bytes that were acknowledged count as missing from the capture. */
const PATIENCE_SEGMENTS = 32;
/** A step further than this is no step: the sequence number belongs to something else. */
const WINDOW_BYTES = 2 ** 30;

/** One direction. Places count from the first byte. */
class Direction {
  private base: number | undefined;
  private next = 0;
  private waiting: { readonly at: number; readonly bytes: Buffer }[] = [];
  private waitingBytes = 0;
  /** Up to here the receiver has it. */
  private acked = 0;
  private patience = PATIENCE_SEGMENTS;
  /** Where FIN stands. */
  private end: number | undefined;

  constructor(
    private readonly data: (bytes: Buffer, ms: number) => void,
    private readonly missing: (bytes: number, ms: number) => void,
  ) {}

  get closed(): boolean {
    return this.end !== undefined;
  }

  /** The place that is nearest to what comes next. */
  private place(seq: number): number {
    const from = ((this.base ?? 0) + this.next) | 0;
    return this.next + ((seq - from) | 0);
  }

  add({ seq, syn, payload, ms }: TcpSegment): void {
    const first = syn ? seq + 1 : seq;
    this.base ??= first;
    if (payload.length === 0) return;
    const at = this.place(first);
    if (Math.abs(at - this.next) > WINDOW_BYTES) return;
    this.waiting.push({ at, bytes: payload });
    this.waitingBytes += payload.length;
    this.deliver(ms);
    if (this.waitingBytes > WAITING_MAX_BYTES || this.waiting.length > WAITING_MAX_SEGMENTS) {
      this.skip(this.waiting[0]?.at ?? this.next, ms);
    }
  }

  private deliver(ms: number): void {
    this.waiting.sort((a, b) => a.at - b.at);
    for (let first = this.waiting[0]; first && first.at <= this.next; first = this.waiting[0]) {
      this.waiting.shift();
      this.waitingBytes -= first.bytes.length;
      const fresh = first.bytes.subarray(this.next - first.at);
      if (fresh.length === 0) continue;
      this.next += fresh.length;
      this.patience = PATIENCE_SEGMENTS;
      this.data(fresh, ms);
    }
  }

  /** FIN. */
  close({ seq, size }: TcpSegment): void {
    this.end ??= this.place(seq) + size;
  }

  /** The other side has everything before `seq`. */
  acknowledge(seq: number): void {
    if (this.base === undefined) return;
    const at = Math.min(this.place(seq), this.end ?? Infinity);
    if (at - this.next <= WINDOW_BYTES) this.acked = Math.max(this.acked, at);
  }

  /** A segment of the connection went by: what is acknowledged should have been seen by now. */
  settle(ms: number): void {
    if (this.acked <= this.next || --this.patience > 0) return;
    this.skip(Math.min(this.acked, this.waiting[0]?.at ?? Infinity), ms);
  }

  /** The end of the capture or of the connection: nothing will fill a gap any more. */
  finish(ms: number): void {
    while (this.waiting[0]) this.skip(this.waiting[0].at, ms);
    if (this.acked > this.next) this.skip(this.acked, ms);
  }

  /** Gives up what is missing before `to`, which lies ahead. */
  private skip(to: number, ms: number): void {
    const gap = to - this.next;
    this.next = to;
    this.patience = PATIENCE_SEGMENTS;
    this.missing(gap, ms);
    this.deliver(ms);
  }
}

interface Connection {
  readonly opener: Endpoint;
  readonly reader: StreamReader;
  readonly directions: Readonly<Record<Side, Direction>>;
  lastMs: number;
}

/** All connections of a capture. */
export class Streams {
  private readonly connections = new Map<string, Connection>();

  constructor(private readonly open: NewStream) {}

  segment(segment: TcpSegment): void {
    const { from, to, syn, ack, ms } = segment;
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const known = this.connections.get(key);
    const isOpening = syn && ack === undefined;
    // Ports are used again; the same SYN once more is not that.
    const isNew = !known || (isOpening && known.directions[sideOf(known, from)].closed);
    if (isNew && known) this.finish(key, known);
    // Nothing begins with an answer or an empty segment.
    if (isNew && !syn && segment.size === 0) return;
    const connection = isNew ? this.begin(key, segment) : known;
    connection.lastMs = ms;
    const side = sideOf(connection, from);
    const [own, peer] = [connection.directions[side], connection.directions[side === 'opener' ? 'other' : 'opener']];
    own.add(segment);
    if (segment.fin) own.close(segment);
    if (ack !== undefined) peer.acknowledge(ack);
    own.settle(ms);
    peer.settle(ms);
    if (segment.rst) this.finish(key, connection);
  }

  private begin(key: string, { from, to, syn, ack, ms }: TcpSegment): Connection {
    if (this.connections.size >= CONNECTIONS_MAX) {
      const [oldest] = this.connections;
      if (oldest) this.finish(...oldest);
    }
    const isAnswer = syn && ack !== undefined;
    const [opener, other] = isAnswer ? [to, from] : [from, to];
    const reader = this.open(opener, other, ms);
    const direction = (side: Side): Direction =>
      new Direction(
        (bytes, at) => reader.data(side, bytes, at),
        (bytes, at) => reader.missing(side, bytes, at),
      );
    const connection = {
      opener,
      reader,
      directions: { opener: direction('opener'), other: direction('other') },
      lastMs: ms,
    };
    this.connections.set(key, connection);
    return connection;
  }

  /** The end of the capture. */
  end(): void {
    for (const [key, connection] of this.connections) this.finish(key, connection);
  }

  private finish(key: string, { directions, reader, lastMs }: Connection): void {
    this.connections.delete(key);
    directions.opener.finish(lastMs);
    directions.other.finish(lastMs);
    reader.end(lastMs);
  }
}

function sideOf({ opener }: Connection, from: Endpoint): Side {
  return from === opener ? 'opener' : 'other';
}
