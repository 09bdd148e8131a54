/**
 * The client's driver: user, socket and timer events become machine events, and the machines' effects become bytes
 * (docs/protocol.md 3, 4). It decides nothing that a state table decides. Must never be here: states, secrets, byte layouts.
 */
import { Client, type ClientStatus } from '../machines/client/client';
import type { ClientEvent, UserEvent } from '../machines/client/events';
import { engineFor } from '../machines/engine';
import type { Watcher } from '../machines/stepper';
import type { ClientEffect } from '../machines/effects';
import type { Fault } from '../machines/faults';
import { WIRE, type Limits } from '../machines/limits';
import { CLOSE_REASON, textFault } from '../machines/messages';
import type { Observer } from '../machines/observer';
import type { Address, Clock, Random } from '../machines/ports';
import { Channel } from './channel';
import { ClientLogOn, type Hint } from './client-log-on';
import { Timers } from './clock';
import type { WireTrace } from './trace';
import { FaultCounter } from './faults';
import type { Run } from './inbound';
import { causeText, reasonText, type Log } from './log';
import type { Network, Stream } from './net/network';
import type { KeyStore } from './security/keystore';

/** What the user is to see; with `hint`, what the network had said of a server that gave no answer. */
export type Display = Extract<ClientEffect, { type: 'show' | 'showTexts' | 'showHistory' }> & {
  readonly hint?: Hint['kind'];
};

export interface ClientOptions {
  readonly id: string;
  readonly server: Address;
  readonly limits: Limits;
  /** Holds K_A under `id`. */
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
  readonly show: (display: Display) => void;
  /** The network has said something of the server, and the attempt goes on for so many milliseconds at the most. */
  readonly hinted?: (hint: Hint, left: number) => void;
  /** Called after every step: the status may have changed. */
  readonly stepped?: () => void;
  readonly trace?: WireTrace | undefined;
  readonly observe?: Observer | undefined;
  /** Whether the user wants no calls of this client; absent: nobody is blocked. */
  readonly isBlocked?: ((id: string) => boolean) | undefined;
  /** Sees the machines themselves: the inspector. */
  readonly watcher?: Watcher | undefined;
}

type TimerEvent = 'RETRY' | 'GIVEUP' | 'HOLD' | 'CONNECTING' | 'ACT_WARN' | 'ACT_EXPIRED';

export class ClientDriver {
  private readonly client: Client;
  private readonly logOn: ClientLogOn;
  private readonly timers: Timers<TimerEvent>;
  readonly faults: FaultCounter;
  /** TCP connection being opened; the channel takes it over. */
  private stream: Stream | undefined;
  private channel: Channel | undefined;
  private readonly sockets = new Set<Channel>();
  /** Those who want the connection not to be read for the time being. */
  private readonly holders = new Set<symbol>();
  private turn: 'idle' | 'due' = 'idle';
  private readonly dirty = new Set<Channel>();
  private condemned: (() => void)[] = [];
  /** Whoever waits until every connection is closed. */
  private allGone: (() => void)[] = [];
  /** When the activity timer expires, on the clock; undefined if it does not run. */
  private activityEnds: number | undefined;
  /** When the step of the log-on that runs is given up, on the clock. */
  private givesUp = 0;

  constructor(private readonly o: ClientOptions) {
    this.client = new Client(engineFor(o.watcher), o.id, o.observe);
    this.timers = new Timers(o.clock);
    this.faults = new FaultCounter(o.clock, o.log);
    this.logOn = new ClientLogOn(o, {
      event: (event) => this.handle(event),
      refused: (fault) => this.refused(fault),
      hinted: (hint) => o.hinted?.(hint, Math.max(0, this.givesUp - o.clock.now())),
    });
  }

  get status(): ClientStatus {
    return this.client.status;
  }

  /** Milliseconds until the activity timer ends the connection; null if it does not run. */
  get activityLeft(): number | null {
    return this.activityEnds === undefined ? null : Math.max(0, this.activityEnds - this.o.clock.now());
  }

  /** Whether the connection takes more; if not, `stepped` is called when it does. Without a connection nothing has to wait. */
  get hasRoom(): boolean {
    return this.channel?.hasRoom ?? true;
  }

  /** The connection, this one and those that follow, is not read until what is returned is called (P11). */
  hold(): () => void {
    const holder = Symbol('holder');
    this.holders.add(holder);
    this.channel?.hold();
    return () => {
      if (this.holders.delete(holder) && this.holders.size === 0) this.channel?.readAgain();
    };
  }

  /** What the user typed. */
  user(event: UserEvent): void {
    if (event.type !== 'U.TEXT') return this.handle(event);
    const fault = sendingFault(event.text);
    this.handle(fault === undefined ? event : { ...event, fault });
  }

  /** An event for a live machine, as the inspector's page sends it. */
  inject(event: ClientEvent): void {
    this.handle(event);
  }

  /** Resolves when every connection of the past is closed too. Log off first. */
  async closed(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.sockets.size === 0) resolve();
      else this.allGone.push(resolve);
    });
  }

  private handle(event: ClientEvent): void {
    for (const effect of this.client.handle(event)) this.perform(effect);
    this.o.stepped?.();
  }

  private perform(effect: ClientEffect): void {
    const { logOn } = this;
    switch (effect.type) {
      case 'newAttempt':
        return logOn.begin();
      case 'sendHELLO':
        return logOn.sendHello(effect.token);
      case 'addCandidate':
        return logOn.addCandidate(effect.th, effect.rand, effect.displaced);
      case 'sendRESPONSE':
        return effect.rands.forEach((rand) => logOn.sendResponse(rand));
      case 'keepKey':
        return logOn.keep(effect.th);
      case 'openTcp':
        return this.openTcp(effect.port);
      case 'sendCONNECT':
        return this.connect();
      case 'arm':
        return this.arm(effect);
      case 'disarm':
        return effect.timers.forEach((timer) => this.disarm(timer));
      case 'send':
        return this.channel?.send(effect.messages as Parameters<Channel['send']>[0]);
      case 'close':
        return this.close(effect.reason);
      case 'reset':
        return this.reset();
      case 'show':
      case 'showTexts':
      case 'showHistory':
        return this.o.show(this.withHint(effect));
      case 'ignore':
        return this.faults.ignore(effect.event);
      default:
        throw new Error(`the client driver cannot perform ${effect.type}`);
    }
  }

  // Timers

  private arm(effect: Extract<ClientEffect, { type: 'arm' }>): void {
    const { limits: l, random } = this.o;
    switch (effect.timer) {
      case 'RETRY': {
        const step = l.T_RETRY_MS[effect.step];
        if (step === undefined) return;
        return this.armed('RETRY', step * (1 + random.fraction() * (l.RETRY_JITTER - 1)), { type: 'T.RETRY' });
      }
      case 'GIVEUP': {
        const ms = effect.for === 'AUTH' ? l.T_AUTH_MS : l.T_CHALLENGE_MS;
        this.givesUp = this.o.clock.now() + ms;
        return this.armed('GIVEUP', ms, { type: 'T.GIVEUP' });
      }
      case 'HOLD':
        return this.armed('HOLD', l.T_FAIL_HOLD_MS, { type: 'T.HOLD' });
      case 'CONNECTING':
        return this.armed('CONNECTING', l.T_CONNECTING_MS, { type: 'T.CONNECTING' });
      case 'ACTIVITY':
        this.activityEnds = this.o.clock.now() + l.T_ACTIVITY_MS;
        this.armed('ACT_WARN', l.T_ACTIVITY_MS - l.T_GUARD_MS, { type: 'T.ACT_WARN' });
        // inChat is put in by the client object, in the same step (P7).
        return this.armed('ACT_EXPIRED', l.T_ACTIVITY_MS, { type: 'T.ACT_EXPIRED', inChat: false });
    }
  }

  private armed(timer: TimerEvent, ms: number, event: ClientEvent): void {
    this.timers.arm(timer, ms, () => this.handle(event));
  }

  private disarm(timer: TimerEvent | 'ACTIVITY'): void {
    for (const name of timer === 'ACTIVITY' ? (['ACT_WARN', 'ACT_EXPIRED'] as const) : [timer])
      this.timers.disarm(name);
  }

  // TCP

  private openTcp(port: number): void {
    const { remote } = this.logOn;
    // To the address that UDP used, never to one found in a datagram (3.9).
    if (!remote) throw new Error('AUTH_SUCCESS came over a socket that has no address');
    const stream = this.o.network.connectTcp(
      { address: remote.address, port },
      {
        open: () => this.stream === stream && this.handle({ type: 'N.OPEN' }),
        data: () => undefined,
        end: () => undefined,
        close: () => {
          if (this.stream === stream) this.handle({ type: 'N.CLOSED', cause: 'lost' });
        },
        drain: () => undefined,
      },
    );
    this.stream = stream;
  }

  private connect(): void {
    const { stream } = this;
    if (!stream) return;
    const { preface, sealer, cookie, awaited } = this.logOn.connection();
    const channel: Channel = new Channel({
      stream,
      role: 'client',
      sealer,
      opener: awaited,
      clock: this.o.clock,
      limits: this.o.limits,
      // The user of a client is never a flood to itself.
      messagesPerSecond: 0,
      trace: this.o.trace?.channel(this.o.id),
      handlers: {
        message: (run) => this.channel === channel && this.message(run),
        protocolError: () => this.channel === channel && this.handle({ type: 'X.PROTOCOL' }),
        refused: (fault) => this.refused(fault),
        closed: (cause, reason) => {
          if (this.channel !== channel) return;
          this.o.log.info('disconnected', {
            client: this.o.id,
            cause: causeText(cause),
            ...(reason === undefined ? {} : { reason: reasonText(CLOSE_REASON, reason) }),
          });
          this.handle({ type: 'N.CLOSED', cause, ...(reason === undefined ? {} : { reason }) });
        },
        queued: () => this.touch(channel),
        drain: () => this.channel === channel && this.o.stepped?.(),
        gone: () => this.gone(channel),
      },
    });
    this.stream = undefined;
    this.channel = channel;
    this.sockets.add(channel);
    if (this.holders.size > 0) channel.hold();
    channel.first(preface, { type: 'CONNECT', cookie });
    cookie.fill(0);
  }

  private message(run: Run): void {
    switch (run.type) {
      case 'CHATS':
        return this.handle({ type: 'M.CHAT', session: run.session, texts: run.texts });
      case 'CHAT_STARTED':
        return this.handle({ ...run, type: 'M.CHAT_STARTED', blocked: this.o.isBlocked?.(run.id) ?? false });
      case 'CONNECTED':
      case 'UNREACHABLE':
      case 'END_NOTIF':
      case 'HISTORY_RESP':
      case 'HISTORY_END':
        return this.handle({ ...run, type: `M.${run.type}` } as ClientEvent);
      default:
        throw new Error(`a client's channel does not let ${run.type} through`);
    }
  }

  private close(reason: Parameters<Channel['close']>[0]): void {
    this.channel?.close(reason);
    this.stream?.destroy();
  }

  private reset(): void {
    this.timers.clear();
    this.activityEnds = undefined;
    this.channel?.close('silent');
    this.stream?.destroy();
    this.stream = this.channel = undefined;
    const wipe = this.logOn.end();
    this.condemned.push(wipe);
    this.schedule();
  }

  private gone(channel: Channel): void {
    this.sockets.delete(channel);
    if (this.sockets.size === 0) for (const tell of this.allGone.splice(0)) tell();
  }

  // The end of a turn (P1): one write, then the condemned keys

  private touch(channel: Channel): void {
    this.dirty.add(channel);
    this.schedule();
  }

  private schedule(): void {
    if (this.turn === 'due') return;
    this.turn = 'due';
    this.o.clock.setImmediate(() => {
      this.turn = 'idle';
      const channels = [...this.dirty];
      this.dirty.clear();
      const waited = !this.hasRoom;
      for (const channel of channels) channel.flush();
      for (const wipe of this.condemned.splice(0)) wipe();
      // A socket that takes all of it at once will not say that it has drained.
      if (waited && this.hasRoom) this.o.stepped?.();
    });
  }

  private refused(fault: Fault): void {
    this.faults.count(fault, { client: this.o.id });
  }

  /** An ICMP message is a hint only; it is worth telling once the attempt has timed out (3.9). */
  private withHint(display: Display): Display {
    const { hint } = this.logOn;
    if (display.type !== 'show' || hint === undefined || display.text !== 'No answer from the server') return display;
    return { ...display, text: `${display.text} (${hint.text})`, hint: hint.kind };
  }
}

/** Why a text may not be sent (1.3). */
function sendingFault(text: string): string | undefined {
  const fault = textFault(text);
  if (fault) return `not allowed: ${fault}`;
  const bytes = Buffer.byteLength(text);
  return bytes > WIRE.TEXT_MAX_BYTES
    ? `too long: ${String(bytes)} bytes, at most ${String(WIRE.TEXT_MAX_BYTES)}`
    : undefined;
}
