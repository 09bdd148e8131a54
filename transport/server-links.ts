/**
 * The TCP connections of a server that have passed CONNECT, one channel for each connected instance, and the lists being
 * sent over them. Must never be here: machines, what a message means.
 */
import type { Limits } from '../machines/limits';
import { CLOSE_REASON, END_WHY, type ClosedCause, type CloseReason, type TcpMessage } from '../machines/messages';
import type { Address, Clock, Store, StoreError } from '../machines/ports';
import type { Instance } from '../machines/server/switchboard';
import type { Offer } from './acceptor';
import type { ServerAuthenticator } from './authenticator';
import { Channel } from './channel';
import type { WireTrace } from './trace';
import type { FaultCounter } from './faults';
import { HistoryPump } from './history-pump';
import type { Run } from './inbound';
import { causeText, reasonText, sourceText, type Log } from './log';
import type { ServerCounters } from './server-counters';
import type { Turn } from './turn';

export interface LinksOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: Log;
  readonly store: Store;
  readonly trace?: WireTrace | undefined;
  readonly counters: ServerCounters;
}
/** Inputs for the switchboard. */
export interface LinkHandlers {
  message(at: Instance, run: Run): void;
  protocolError(at: Instance): void;
  closed(at: Instance, cause: ClosedCause, reason?: number): void;
}
interface Link {
  readonly channel: Channel;
  readonly remote: Address;
  /** ms since 1970. */
  readonly since: number;
  readonly preface: Buffer;
  pump?: HistoryPump;
}

/** A store that cannot be read is told once in this time. */
const TELL_AGAIN_MS = 60_000;

export class ServerLinks {
  private readonly links = new Map<Instance, Link>();
  /** Every channel whose socket is not gone yet, those that linger too. */
  private readonly sockets = new Set<Channel>();
  private readonly pumps = new Map<HistoryPump, Instance>();
  private allGone: (() => void) | undefined;
  private toldUntil = -Infinity;

  constructor(
    private readonly o: LinksOptions,
    private readonly authenticator: ServerAuthenticator,
    private readonly faults: FaultCounter,
    private readonly turn: Turn,
    private readonly handlers: LinkHandlers,
  ) {}

  channel(at: Instance): Channel | undefined {
    return this.links.get(at)?.channel;
  }

  /** Attaches the socket that offered CONNECT. */
  bind(at: Instance, offer: Offer): void {
    const { clock, limits, log, trace: wire } = this.o;
    const { stream, preface: clientPreface, opener, input } = offer;
    const { preface, sealer } = this.authenticator.sealer(at.serial, clientPreface);
    const source = sourceText(stream.remote);
    const trace = wire?.channel(at.id);
    const channel: Channel = new Channel({
      stream,
      role: 'server',
      sealer,
      opener,
      input,
      clock,
      limits,
      messagesPerSecond: limits.MESSAGES_PER_SECOND,
      trace,
      handlers: {
        message: (run) => this.handlers.message(at, run),
        protocolError: () => this.handlers.protocolError(at),
        refused: (fault) => this.faults.count(fault, { client: at.id, source }),
        closed: (cause, reason) => {
          log.info('disconnected', {
            client: at.id,
            source,
            cause: causeText(cause),
            ...(reason === undefined ? {} : { reason: reasonText(CLOSE_REASON, reason) }),
          });
          this.handlers.closed(at, cause, reason);
        },
        queued: () => this.turn.touch(channel),
        drain: () => this.turn.resume(),
        gone: () => this.gone(channel),
      },
    });
    this.sockets.add(channel);
    this.links.set(at, { channel, preface, remote: stream.remote, since: clock.wall() });
    this.o.counters.connections++;
    log.info('connected', { client: at.id, source, serial: at.serial });
  }

  sendConnected(at: Instance): void {
    const link = this.links.get(at);
    link?.channel.first(link.preface, { type: 'CONNECTED' });
  }

  send(at: Instance, messages: readonly TcpMessage[]): void {
    const [first] = messages;
    if (first?.type === 'END_NOTIF') {
      const reason = reasonText(END_WHY, first.why ?? END_WHY.ended);
      this.o.log.info('session ended', { session: first.session, client: at.id, reason });
    }
    this.links.get(at)?.channel.send(messages);
  }

  /** Ends the connection from our side; what waits for it is written first (4.9). */
  close(at: Instance, reason: CloseReason | 'silent'): void {
    const link = this.links.get(at);
    if (!link?.channel.isOpen) return;
    this.o.log.info('disconnected', {
      client: at.id,
      source: sourceText(link.remote),
      cause: 'closed',
      ...(reason === 'silent' ? {} : { reason: reasonText(CLOSE_REASON, CLOSE_REASON[reason]) }),
    });
    link.channel.close(reason);
  }

  startPump(at: Instance, id: string): void {
    const link = this.links.get(at);
    if (!link) return;
    this.turn.ask(at.id, id, (length) => {
      // The connection may have ended in the turn in which the list was asked for.
      if (this.links.get(at) !== link) return undefined;
      const pump = new HistoryPump(this.o.store, link.channel, this.o.limits, at.id, id, length, (error) =>
        this.unreadable(at.id, id, error),
      );
      link.pump = pump;
      this.pumps.set(pump, at);
      return pump;
    });
  }

  /** Who asks again and again must not fill the log. */
  private unreadable(client: string, peer: string, { message }: StoreError): void {
    const now = this.o.clock.now();
    if (now < this.toldUntil) return;
    this.toldUntil = now + TELL_AGAIN_MS;
    this.o.log.error('texts could not be read; a list ends as incomplete', { client, peer, error: message });
  }

  stopPump(at: Instance): void {
    const pump = this.links.get(at)?.pump;
    if (!pump) return;
    this.turn.stop(pump);
    this.pumps.delete(pump);
  }

  /** @returns whose list has been written */
  pumpDone(pump: HistoryPump): Instance | undefined {
    const at = this.pumps.get(pump);
    this.pumps.delete(pump);
    return at;
  }

  /** Texts of these sessions could not be stored: they leave every queue (P2), that of a connection being closed too. */
  dropTexts(sessions: ReadonlySet<number>): void {
    for (const channel of this.sockets) channel.dropTexts(sessions);
  }

  forget(at: Instance): void {
    this.stopPump(at);
    this.links.delete(at);
  }

  /** Resolves when every socket is gone, or after T_FLUSH; then the rest is destroyed (4.10). */
  async drained(): Promise<void> {
    const { clock, limits } = this.o;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, limits.T_FLUSH_MS);
      this.allGone = () => {
        clock.clearTimeout(timer);
        resolve();
      };
      if (this.sockets.size === 0) this.allGone();
    });
    for (const channel of [...this.sockets]) channel.destroy();
  }

  // What a census reads

  of(at: Instance): Readonly<Link> | undefined {
    return this.links.get(at);
  }
  /** Sockets that are not gone yet. */
  get size(): number {
    return this.sockets.size;
  }
  /** Lists being sent. */
  get lists(): number {
    return this.pumps.size;
  }
  /** Of all sockets together: bytes so far, and bytes that wait for the reader, also the most of one. */
  traffic(): { bytesIn: number; bytesOut: number; queuedBytes: number; queuedBytesMost: number } {
    const sum = { bytesIn: 0, bytesOut: 0, queuedBytes: 0, queuedBytesMost: 0 };
    for (const { traffic, outgoing } of this.sockets) {
      sum.bytesIn += traffic.bytesIn;
      sum.bytesOut += traffic.bytesOut;
      sum.queuedBytes += outgoing;
      sum.queuedBytesMost = Math.max(sum.queuedBytesMost, outgoing);
    }
    return sum;
  }

  private gone(channel: Channel): void {
    const { bytesIn, bytesOut } = channel.traffic;
    this.o.counters.streamBytesIn += bytesIn;
    this.o.counters.streamBytesOut += bytesOut;
    this.sockets.delete(channel);
    if (this.sockets.size === 0) this.allGone?.();
  }
}
