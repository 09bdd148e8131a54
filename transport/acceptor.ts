/**
 * From accept to CONNECT: a socket that belongs to no client yet (protocol 4.1). One deadline for its 122 bytes, a bound on
 * how many wait, and the destruction of everything that is not exactly right, without a word.
 */
import type { Fault } from '../machines/faults';
import { WIRE, type Limits } from '../machines/limits';
import type { Address, Clock } from '../machines/ports';
import { sourceOf } from './buckets';
import { Timers } from './clock';
import { isOnly, RecordReader } from './inbound';
import type { Stream } from './net/network';
import type { RecordOpener } from './security/records';
import { ByteQueue } from './wire/bytes';
import { decodeClientPreface, prefaceStartFault, tagIn } from './wire/prefaces';

/** A socket that has offered a valid CONNECT. */
export interface Offer {
  readonly stream: Stream;
  readonly preface: Buffer;
  readonly opener: RecordOpener;
  /** Bytes that came after record 0. */
  readonly input: ByteQueue;
  readonly cookie: Uint8Array;
  /** Bytes of record 0 on the wire. */
  readonly size: number;
}
/** How the acceptor finds keys, and whom it hands over to. `K` names an attempt. */
export interface AcceptorPorts<K> {
  find(tag: Buffer): K | undefined;
  opener(attempt: K, preface: Buffer): RecordOpener;
  /** Record 0 opened under the keys of this attempt and is a CONNECT: the cookie is for the caller to judge. */
  offered(attempt: K, offer: Offer): void;
  refused(fault: Fault, from: Address): void;
}

/** A socket before CONNECT: awaiting the preface until `offer` is there, then record 0. */
interface Unbound<K> {
  readonly stream: Stream;
  readonly source: string;
  readonly input: ByteQueue;
  connect?: { readonly attempt: K; readonly preface: Buffer; readonly opener: RecordOpener };
}

export class Acceptor<K> {
  private readonly waiting = new Set<Unbound<K>>();
  private readonly perSource = new Map<string, number>();
  private readonly timers: Timers<Unbound<K>>;

  constructor(
    private readonly ports: AcceptorPorts<K>,
    private readonly limits: Limits,
    clock: Clock,
  ) {
    this.timers = new Timers(clock);
  }

  get size(): number {
    return this.waiting.size;
  }

  accept(stream: Stream): void {
    const unbound: Unbound<K> = { stream, source: sourceOf(stream.remote.address), input: new ByteQueue() };
    stream.handle({
      data: (chunk) => this.data(unbound, chunk),
      end: () => this.cut(unbound),
      close: () => this.leave(unbound),
      drain: () => undefined,
    });
    this.makeRoom(unbound.source);
    this.waiting.add(unbound);
    this.perSource.set(unbound.source, (this.perSource.get(unbound.source) ?? 0) + 1);
    this.timers.arm(unbound, this.limits.T_PREFACE_MS, () => this.cut(unbound, 'PrefaceTooLate'));
  }

  /** Destroys every socket that waits. */
  close(): void {
    for (const unbound of [...this.waiting]) this.cut(unbound);
  }

  /** An honest socket needs milliseconds, so the oldest one leaves. */
  private makeRoom(source: string): void {
    const { UNBOUND_SOCKETS, UNBOUND_PER_SOURCE } = this.limits;
    const full = UNBOUND_SOCKETS > 0 && this.waiting.size >= UNBOUND_SOCKETS;
    const crowded = UNBOUND_PER_SOURCE > 0 && (this.perSource.get(source) ?? 0) >= UNBOUND_PER_SOURCE;
    if (!full && !crowded) return;
    for (const unbound of this.waiting) {
      if (crowded && unbound.source !== source) continue;
      this.cut(unbound, 'TooManyUnboundSockets');
      return;
    }
  }

  private data(unbound: Unbound<K>, chunk: Buffer): void {
    unbound.input.push(chunk);
    const fault = this.preface(unbound) ?? this.connect(unbound);
    if (fault) this.cut(unbound, fault);
  }

  private preface(unbound: Unbound<K>): Fault | undefined {
    if (unbound.connect) return undefined;
    const { input } = unbound;
    const early = prefaceStartFault(input.peek(Math.min(input.length, WIRE.CLIENT_PREFACE_BYTES)) ?? Buffer.alloc(0));
    if (early) return early;
    const preface = input.take(WIRE.CLIENT_PREFACE_BYTES);
    if (!preface) return undefined;
    const decoded = decodeClientPreface(preface);
    if (!decoded.ok) return decoded.fault;
    const attempt = this.ports.find(decoded.value.tag);
    if (attempt === undefined) return 'UnknownTag';
    unbound.connect = { attempt, preface, opener: this.ports.opener(attempt, preface) };
    return undefined;
  }

  private connect(unbound: Unbound<K>): Fault | undefined {
    const { connect, input, stream } = unbound;
    if (!connect) return undefined;
    const { attempt, preface, opener } = connect;
    // The attempt may have ended, or another socket used the tag, since the preface was read.
    if (this.ports.find(tagIn(preface)) !== attempt) return 'TagUsedMeanwhile';
    const record = new RecordReader(opener, 'client', input).next();
    if (!record) return undefined;
    // Before CONNECT was accepted every fault is a cut (P20).
    if (record.fault) return record.fault;
    const [message] = record.messages;
    if (!isOnly(record, 'CONNECT') || message?.type !== 'CONNECT') return 'FirstRecordNotConnect';
    this.leave(unbound, 'keeps its keys');
    const { cookie } = message;
    this.ports.offered(attempt, { stream, preface, opener, input, cookie, size: record.size });
    return undefined;
  }

  private cut(unbound: Unbound<K>, fault?: Fault): void {
    if (!this.waiting.has(unbound)) return;
    if (fault) this.ports.refused(fault, unbound.stream.remote);
    this.leave(unbound);
    unbound.stream.destroy();
  }

  private leave(unbound: Unbound<K>, keys: 'keeps its keys' | 'wipes its keys' = 'wipes its keys'): void {
    if (!this.waiting.delete(unbound)) return;
    this.timers.disarm(unbound);
    const count = (this.perSource.get(unbound.source) ?? 1) - 1;
    if (count === 0) this.perSource.delete(unbound.source);
    else this.perSource.set(unbound.source, count);
    if (keys === 'wipes its keys') unbound.connect?.opener.wipe();
  }
}
