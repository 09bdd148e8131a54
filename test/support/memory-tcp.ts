/**
 * Connections of the network in memory: a queue of bytes in each direction. As with the system's sockets, what the receiver
 * does not read stays with the sender beyond `capacity`, half-open is allowed, destroying with unread input is a reset, and
 * the end of a stream is told even to who has paused, once nothing read from the kernel waits (as Node does).
 */
import type { Address } from '../../machines/ports';
import type { Stream, StreamHandlers } from '../../transport/net/network';
import type { MemoryHost, MemoryNetwork } from './memory-network';

/** If so many bytes wait that the kernel has not taken at once, `write` returns false, as in Node 20. */
const HIGH_WATER_BYTES = 16_384;

type Item = Buffer | 'FIN' | 'RST';

/** One connection, with both its ends. */
export class MemoryLink {
  readonly client: MemoryStream;
  server: MemoryStream | undefined;
  /** Cut somewhere between the ends: nothing passes any more. */
  isSevered = false;

  constructor(
    readonly network: MemoryNetwork,
    private readonly from: MemoryHost,
    readonly local: Address,
    readonly remote: Address,
  ) {
    this.client = new MemoryStream(this, from, 'client', remote);
  }

  /** SYN, and what answers it. */
  open(): void {
    const { network, from, remote } = this;
    const there = network.latency(from.address, remote.address);
    const back = network.latency(remote.address, from.address);
    const now = network.time.now;
    const host = network.at(remote.address);
    if (!host?.isReachable || !from.isReachable) return;
    host.loop.arrive(now + there, () => {
      const accept = host.listener(remote.port);
      if (this.client.isGone || this.isSevered) return;
      if (!accept) return void from.loop.arrive(now + there + back, () => this.client.reset());
      this.server = new MemoryStream(this, host, 'server', this.local);
      accept(this.server);
      from.loop.arrive(now + there + back, () => this.client.opened());
    });
  }

  other(side: 'client' | 'server'): MemoryStream | undefined {
    return side === 'client' ? this.server : this.client;
  }

  /** Nothing passes any more; these ends notice at once, the others never. */
  cut(...noticing: readonly ('client' | 'server')[]): void {
    this.isSevered = true;
    for (const side of noticing) {
      const end = side === 'client' ? this.client : this.server;
      end?.host.loop.arrive(end.host.loop.now(), () => end.reset());
    }
  }
}

/** opening: SYN sent; open; gone: nothing is read or written any more. */
type Phase = 'opening' | 'open' | 'gone';

/** One end. */
export class MemoryStream implements Stream {
  private phase: Phase;
  private handlers: StreamHandlers | undefined;
  // Out
  private readonly unsent: Buffer[] = [];
  /** How much of the first of them the kernel has taken. */
  private taken = 0;
  private waiting = 0;
  private unread = 0;
  private needsDrain = false;
  private fin: 'no' | 'queued' | 'sent' = 'no';
  private lastArrival = 0;
  // In
  private readonly held: (Buffer | 'FIN')[] = [];
  private isPaused = false;
  private isStalled = false;
  private finRead = false;

  constructor(
    private readonly link: MemoryLink,
    readonly host: MemoryHost,
    private readonly side: 'client' | 'server',
    readonly remote: Address,
  ) {
    this.phase = side === 'client' ? 'opening' : 'open';
    host.streams.add(this);
  }

  get writableLength(): number {
    return this.waiting;
  }
  bytesRead = 0;
  bytesWritten = 0;
  get isGone(): boolean {
    return this.phase === 'gone';
  }
  /** Bytes that have arrived and were not read. */
  get pending(): number {
    return this.held.reduce((n, item) => n + (item === 'FIN' ? 0 : item.length), 0);
  }

  handle(handlers: StreamHandlers): void {
    this.handlers = handlers;
  }

  write(bytes: Buffer): boolean {
    if (this.fin !== 'no') throw new Error('write after end');
    if (this.isGone) return false;
    this.unsent.push(Buffer.from(bytes));
    this.waiting += bytes.length;
    this.bytesWritten += bytes.length;
    this.send();
    if (this.waiting >= HIGH_WATER_BYTES) this.needsDrain = true;
    return !this.needsDrain;
  }

  end(): void {
    if (this.fin !== 'no' || this.isGone) return;
    this.fin = 'queued';
    this.send();
  }

  destroy(): void {
    if (this.isGone) return;
    const opened = this.phase === 'open';
    const unreadInput = this.held.some((item) => item !== 'FIN');
    const fin = this.fin;
    this.leave();
    if (!opened) return;
    if (unreadInput) this.transmit('RST', 0);
    else if (fin !== 'sent') this.transmit('FIN', 0);
  }

  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
    this.later(() => this.read());
  }

  // What tests do

  /** The process at this end no longer gets any input of this connection; it does not know. */
  stall(): void {
    this.isStalled = true;
  }
  unstall(): void {
    this.isStalled = false;
    this.later(() => this.read());
  }

  // What the other end and the link do

  opened(): void {
    if (this.phase !== 'opening') return;
    this.phase = 'open';
    this.handlers?.open?.();
    this.send();
  }

  reset(): void {
    if (!this.isGone) this.leave();
  }

  /** Bytes that the other end has read. */
  private acknowledged(bytes: number): void {
    this.unread -= bytes;
    if (this.isGone) return;
    this.send();
    this.drained();
  }

  private arrived(item: Item): void {
    if (this.link.isSevered || !this.host.isReachable) return;
    if (item === 'RST') return this.reset();
    if (this.isGone) {
      // Nobody is here to take it.
      if (item !== 'FIN') this.transmit('RST', 0);
      return;
    }
    this.held.push(item);
    this.read();
  }

  private read(): void {
    while (!this.isGone && !this.isStalled) {
      const [item] = this.held;
      if (item === undefined || (item !== 'FIN' && this.isPaused)) return;
      this.held.shift();
      if (item === 'FIN') return this.ended();
      this.acknowledge(item.length);
      this.bytesRead += item.length;
      this.handlers?.data(item);
    }
  }

  private ended(): void {
    this.finRead = true;
    this.handlers?.end();
    this.leaveIfDone();
  }

  private acknowledge(bytes: number): void {
    const { network } = this.link;
    const other = this.link.other(this.side);
    const at = network.time.now + network.latency(this.host.address, this.remote.address);
    other?.host.loop.arrive(at, () => this.link.isSevered || other.acknowledged(bytes));
  }

  /** As much as the kernels take. */
  private send(): void {
    if (this.phase !== 'open') return;
    const { capacity } = this.link.network;
    for (let [chunk] = this.unsent; chunk !== undefined && this.unread < capacity; [chunk] = this.unsent) {
      const piece = chunk.subarray(this.taken, this.taken + capacity - this.unread);
      this.taken += piece.length;
      if (this.taken === chunk.length) {
        // Node counts a chunk until all of it is taken.
        this.waiting -= chunk.length;
        this.taken = 0;
        this.unsent.shift();
      }
      this.pass(piece);
    }
    if (this.unsent.length > 0 || this.fin !== 'queued') return;
    this.fin = 'sent';
    this.transmit('FIN', 0);
    this.leaveIfDone();
  }

  private pass(bytes: Buffer): void {
    const { network } = this.link;
    this.unread += bytes.length;
    for (const watch of network.watches) watch.streamed?.(this.link, this.side, bytes);
    for (const segment of network.segmentation(bytes)) this.transmit(segment.bytes, segment.after);
  }

  /** In order, whatever the latency does meanwhile. */
  private transmit(item: Item, after: number): void {
    const { network } = this.link;
    const other = this.link.other(this.side);
    if (!other || !this.host.isReachable) return;
    const earliest = network.time.now + network.latency(this.host.address, this.remote.address);
    this.lastArrival = Math.max(this.lastArrival, earliest) + after;
    other.host.loop.arrive(this.lastArrival, () => other.arrived(item));
  }

  private drained(): void {
    if (!this.needsDrain || this.waiting > 0 || this.isGone) return;
    this.needsDrain = false;
    this.handlers?.drain();
  }

  private leaveIfDone(): void {
    if (this.fin === 'sent' && this.finRead && !this.isGone) this.leave();
  }

  private leave(): void {
    this.phase = 'gone';
    this.unsent.length = 0;
    this.waiting = 0;
    this.held.length = 0;
    this.host.streams.delete(this);
    this.later(() => this.handlers?.close());
  }

  private later(callback: () => void): void {
    this.host.loop.arrive(this.host.loop.now(), callback);
  }
}
