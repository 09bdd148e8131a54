/**
 * One TCP connection between client and server once its keys are known: records in and out, liveness, the bucket of
 * messages, the slow-reader rule, closing (protocol 4.2, 4.3, 4.9). KEEPALIVE and CLOSE end here; everything else goes to
 * the driver. Must never be here: machines, stores, who the peer is.
 */
import type { Fault } from '../machines/faults';
import type { Limits } from '../machines/limits';
import { CLOSE_REASON, type ClosedCause, type CloseReason, type Role, type TcpMessage } from '../machines/messages';
import type { Clock } from '../machines/ports';
import { TokenBucket } from './buckets';
import { Timers } from './clock';
import { cuts, RecordReader, runsOf, type RecordIn, type Run } from './inbound';
import type { Stream } from './net/network';
import { RecordWriter, type RecordOut } from './outbound';
import type { RecordOpener, RecordSealer } from './security/records';
import { ByteQueue } from './wire/bytes';

/** What the driver is told. After `closed` nothing more comes, and `closed` never comes after `close` was called (5.0). */
export interface ChannelHandlers {
  message(run: Run): void;
  /** Verified, and wrong all the same: the connection is closed with reason protocol error. */
  protocolError(fault: Fault): void;
  /** The record layer refused something; `closed(invalid)` follows. */
  refused(fault: Fault): void;
  closed(cause: ClosedCause, reason?: number): void;
  /** Something is queued: `flush` wants to be called at the end of this turn. */
  queued(): void;
  drain(): void;
  /** The socket is gone; the last call. */
  gone(): void;
}
/** Told of every preface and record, for a dump. */
export interface ChannelTrace {
  preface(from: Role, preface: Buffer): void;
  record(from: Role, seq: number, size: number, messages: readonly TcpMessage[] | undefined): void;
}
/** The peer's preface is still to come: its size, and what it yields. */
export interface Awaited {
  readonly bytes: number;
  open(preface: Buffer): RecordOpener | Fault;
}
export interface ChannelOptions {
  readonly stream: Stream;
  readonly role: Role;
  readonly sealer: RecordSealer;
  readonly opener: RecordOpener | Awaited;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Messages a second taken from the peer; 0 = no limit. */
  readonly messagesPerSecond: number;
  readonly handlers: ChannelHandlers;
  readonly trace?: ChannelTrace | undefined;
  /** Bytes that came before the channel was made. */
  readonly input?: ByteQueue;
}

/** open; closing: CLOSE is queued; lingering: FIN is sent, what still comes is discarded; gone. */
type Phase = 'open' | 'closing' | 'lingering' | 'gone';
type ChannelTimer = 'liveness' | 'linger' | 'tokens';

export class Channel {
  private phase: Phase = 'open';
  private readonly input: ByteQueue;
  private reader: RecordReader | undefined;
  private readonly writer: RecordWriter;
  private readonly bucket: TokenBucket;
  private readonly timers: Timers<ChannelTimer>;
  private lastWritten: number;
  private lastVerified: number;
  private readonly peer: Role;
  /** held: whoever shows what comes is slower than it comes. */
  private reading: 'on' | 'held' = 'on';
  private peerFin: 'not seen' | 'waits' = 'not seen';

  constructor(private readonly o: ChannelOptions) {
    this.peer = o.role === 'client' ? 'server' : 'client';
    this.input = o.input ?? new ByteQueue();
    this.bucket = new TokenBucket(o.clock, o.messagesPerSecond, o.limits.MESSAGE_BURST);
    this.timers = new Timers(o.clock);
    this.writer = new RecordWriter(o.sealer, this.recordOut());
    this.lastWritten = this.lastVerified = o.clock.now();
    if (!('bytes' in o.opener)) this.reader = new RecordReader(o.opener, this.peer, this.input);
    o.stream.handle({
      data: (chunk) => this.data(chunk),
      end: () => this.ended(),
      close: () => this.socketGone(),
      drain: () => o.handlers.drain(),
    });
    this.watch();
  }

  /** Neither side has begun to end it. */
  get isOpen(): boolean {
    return this.phase === 'open';
  }

  /** Bytes on their way out: handed to the socket, and queued unsealed (P13). */
  get outgoing(): number {
    return this.o.stream.writableLength + this.writer.bytes;
  }

  /** Bytes of the connection so far. */
  get traffic(): { readonly bytesIn: number; readonly bytesOut: number } {
    return { bytesIn: this.o.stream.bytesRead, bytesOut: this.o.stream.bytesWritten };
  }

  /** Preface and record 0 in one write (1.5). */
  first(preface: Buffer, message: TcpMessage): void {
    this.o.trace?.preface(this.o.role, preface);
    this.writer.first(preface, message);
    this.o.handlers.queued();
  }

  send(messages: readonly TcpMessage[]): void {
    if (this.phase !== 'open') return;
    this.writer.add(messages);
    this.o.handlers.queued();
  }

  dropTexts(sessions: ReadonlySet<number>): void {
    this.writer.dropTexts(sessions);
  }

  /** CLOSE(reason) after what is queued, FIN, linger; `silent` is FIN without CLOSE. No `closed` will follow. */
  close(reason: CloseReason | 'silent'): void {
    if (this.phase !== 'open') return;
    // More than a reader may leave waiting goes to nobody, whatever it is that ends the connection (4.3).
    if (this.overfull) this.writer.clear();
    if (reason !== 'silent') this.writer.add([{ type: 'CLOSE', reason: CLOSE_REASON[reason] }]);
    this.phase = 'closing';
    this.o.handlers.queued();
  }

  /** What bytes waited for from before can be read now. */
  start(): void {
    this.process();
  }

  /** The end of a turn: seals and writes everything queued in one write. */
  flush(): void {
    if (this.phase === 'open' && this.overfull) this.tooSlow();
    // The last numbers are kept for CLOSE (2.6).
    if (this.phase === 'open' && this.writer.exhausted) {
      this.close('internal');
      this.o.handlers.closed('invalid');
    }
    if (this.phase !== 'open' && this.phase !== 'closing') return;
    const bytes = this.writer.take();
    if (bytes) {
      this.o.stream.write(bytes);
      this.lastWritten = this.o.clock.now();
    }
    if (this.phase === 'closing') this.linger();
  }

  /** From now on the socket is not read, and TCP slows the sender; at most one read of it waits here (P11). */
  hold(): void {
    this.reading = 'held';
    if (this.phase === 'open') this.o.stream.pause();
  }
  /** Reads on, after what is being delivered now. */
  readAgain(): void {
    this.reading = 'on';
    if (this.phase === 'open') this.timers.arm('tokens', 0, () => this.readOn());
  }

  /** At once, without a word. No `closed` will follow. */
  destroy(): void {
    if (this.phase === 'gone') return;
    this.release();
    this.phase = 'gone';
    this.o.stream.destroy();
  }

  /** Whether the pump may write more (P11). */
  get hasRoom(): boolean {
    return this.phase === 'open' && this.outgoing < this.o.limits.PUMP_QUEUE_BYTES;
  }
  /** Whether `drain` will follow, since the socket has not taken everything. */
  get draining(): boolean {
    return this.o.stream.writableLength > 0;
  }

  // In

  private data(chunk: Buffer): void {
    if (this.phase !== 'open') return;
    this.input.push(chunk);
    this.process();
  }

  private process(): void {
    const messages: TcpMessage[] = [];
    let record: RecordIn | undefined;
    let last: RecordIn | undefined;
    let preface: Fault | undefined;
    while (!last?.fault && !ends(last) && this.mayRead()) {
      preface = this.awaitPreface();
      record = preface ? undefined : this.reader?.next();
      if (!record) break;
      last = record;
      this.accept(record);
      messages.push(...record.messages);
    }
    this.deliver(messages);
    const fault = preface ?? last?.fault;
    if (fault) this.wrong(fault);
  }

  private accept(record: RecordIn): void {
    const { seq, size, messages, skipped, fault } = record;
    this.o.trace?.record(this.peer, seq, size, fault && cuts(fault) ? undefined : messages);
    if (fault && cuts(fault)) return;
    this.lastVerified = this.o.clock.now();
    const counted = messages.reduce((n, { type }) => n + (type === 'KEEPALIVE' || type === 'CLOSE' ? 0 : 1), skipped);
    this.bucket.spend(Math.max(1, counted));
  }

  private deliver(messages: readonly TcpMessage[]): void {
    for (const run of runsOf(messages)) {
      if (this.phase !== 'open') return;
      if (run.type === 'KEEPALIVE') continue;
      if (run.type === 'CLOSE') this.peerClosed(run.reason);
      else this.o.handlers.message(run);
    }
  }

  /**
   * False while the bucket is empty: then this socket is not read, and TCP slows the sender (4.3, P4). What waits here then
   * is one read of the socket, 64 KiB, and the beginning of a record (4.11).
   */
  private mayRead(): boolean {
    if (this.phase !== 'open' || this.reading === 'held') return false;
    const wait = this.bucket.wait();
    if (wait === 0) return true;
    this.o.stream.pause();
    this.timers.arm('tokens', wait, () => this.readOn());
    return false;
  }

  /** There is a token again. What was read before goes first, and may use it up. */
  private readOn(): void {
    this.lastVerified = this.o.clock.now();
    this.process();
    if (this.phase !== 'open' || this.waits) return;
    if (this.peerFin === 'waits') this.ended();
    else this.o.stream.resume();
  }

  /** What has come is not looked at for the time being. */
  private get waits(): boolean {
    return this.reading === 'held' || this.timers.has('tokens');
  }

  private awaitPreface(): Fault | undefined {
    const { opener } = this.o;
    if (this.reader || !('bytes' in opener)) return undefined;
    const preface = this.input.take(opener.bytes);
    if (!preface) return undefined;
    const opened = opener.open(preface);
    if (typeof opened === 'string') return opened;
    this.o.trace?.preface(this.peer, preface);
    this.reader = new RecordReader(opened, this.peer, this.input);
    return undefined;
  }

  private wrong(fault: Fault): void {
    if (this.phase !== 'open') return;
    this.o.handlers.refused(fault);
    if (cuts(fault)) {
      this.destroy();
      this.o.handlers.closed('invalid');
    } else this.o.handlers.protocolError(fault);
  }

  // Closing

  /** CLOSE of the peer: no answer; what is queued is of no use any more (P21). */
  private peerClosed(reason: number): void {
    this.writer.clear();
    this.linger();
    this.o.handlers.closed('clean', reason);
  }

  /** FIN. It is told even while the socket is paused: what was read before it and waits for tokens is not lost (P4). */
  private ended(): void {
    if (this.phase !== 'open') return;
    if (this.waits) {
      this.peerFin = 'waits';
      return;
    }
    this.linger();
    this.o.handlers.closed('lost');
  }

  private socketGone(): void {
    const before = this.phase;
    this.release();
    this.phase = 'gone';
    if (before === 'open') this.o.handlers.closed('lost');
    this.o.handlers.gone();
  }

  private get overfull(): boolean {
    return this.outgoing > this.o.limits.OUTPUT_QUEUE_BYTES;
  }

  private tooSlow(): void {
    this.close('slow');
    this.o.handlers.closed('slow');
  }

  private linger(): void {
    this.phase = 'lingering';
    this.release();
    this.o.stream.end();
    this.o.stream.resume();
    this.timers.arm('linger', this.o.limits.T_LINGER_MS, () => this.o.stream.destroy());
  }

  /** Nothing is sealed or opened any more; the keys are wiped where they live, in the key store (P1). */
  private release(): void {
    this.timers.clear();
    this.writer.clear();
  }

  // Liveness (4.2, P13)

  private watch(): void {
    const { T_KEEPALIVE_MS, T_DEAD_MS } = this.o.limits;
    const now = this.o.clock.now();
    const keepalive = T_KEEPALIVE_MS === 0 ? Infinity : this.lastWritten + T_KEEPALIVE_MS - now;
    const dead = T_DEAD_MS === 0 ? Infinity : this.lastVerified + T_DEAD_MS - now;
    const next = Math.max(0, Math.min(keepalive, dead));
    if (next < Infinity) this.timers.arm('liveness', next, () => this.look());
  }

  private look(): void {
    if (this.phase !== 'open') return;
    const { T_KEEPALIVE_MS, T_DEAD_MS } = this.o.limits;
    const now = this.o.clock.now();
    // Silence while we do not listen proves nothing (P4).
    if (this.waits) this.lastVerified = now;
    if (T_DEAD_MS > 0 && now - this.lastVerified >= T_DEAD_MS) {
      this.destroy();
      this.o.handlers.closed('dead');
      return;
    }
    if (T_KEEPALIVE_MS > 0 && now - this.lastWritten >= T_KEEPALIVE_MS) {
      // A client sends nothing between CONNECT and CONNECTED (P20).
      if (this.reader?.hasBegun) this.send([{ type: 'KEEPALIVE' }]);
      this.lastWritten = now;
    }
    this.watch();
  }

  private recordOut(): RecordOut | undefined {
    const { trace, role } = this.o;
    return trace && ((seq, size, messages) => trace.record(role, seq, size, messages));
  }
}

/** Whether a record ends the stream: what follows CLOSE is not parsed (P21). */
function ends(record: RecordIn | undefined): boolean {
  return record?.messages.at(-1)?.type === 'CLOSE';
}
