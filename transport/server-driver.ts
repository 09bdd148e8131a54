/**
 * The server's driver: socket events become inputs of the switchboard, and its orders become bytes (docs/protocol.md 3, 4).
 * It decides nothing that a state table decides. Must never be here: states, secrets, byte layouts.
 */
import { engineFor } from '../machines/engine';
import type { Watcher } from '../machines/stepper';
import type { ConnectionEvent } from '../machines/server/events';
import type { ServerEffect, ServerTimer } from '../machines/effects';
import type { Fault } from '../machines/faults';
import type { Limits } from '../machines/limits';
import { WIRE } from '../machines/limits';
import type { TcpMessage } from '../machines/messages';
import type { Transition } from '../machines/observer';
import {
  PairFullError,
  StoreError,
  type Address,
  type Clock,
  type Random,
  type Store,
  type StoreUsage,
} from '../machines/ports';
import { Switchboard, type Instance, type Order, type Outcome } from '../machines/server/switchboard';
import { Acceptor, type Offer } from './acceptor';
import { SourceAdmission } from './admission';
import { DECOY, randKey, ServerAuthenticator, tagKey } from './authenticator';
import { SourceBuckets, sourceOf } from './buckets';
import { Timers } from './clock';
import type { WireTrace } from './trace';
import { FaultCounter } from './faults';
import type { Run } from './inbound';
import { logTransition, sourceText, type Log } from './log';
import type { DatagramSocket, Listener, Network } from './net/network';
import { datagramHash } from './security/hashes';
import type { KeyStore } from './security/keystore';
import { ServerAnswers } from './server-answers';
import { listClients, takeCensus, type Census, type ClientRow, type Counted } from './server-census';
import { newCounters, type ServerCounters } from './server-counters';
import { ServerLinks } from './server-links';
import { ReservedSessionIds } from './session-ids';
import { ServerSubscribers } from './server-subscribers';
import { StoreHealth } from './store-health';
import { throttledLog } from './throttled-log';
import { Turn } from './turn';
import { decodeDatagram, type OpenDatagram } from './wire/datagrams';

export interface ServerOptions {
  readonly host: string;
  readonly udpPort: number;
  /** 0: chosen by the system. */
  readonly tcpPort: number;
  /** Unknown Client-IDs get a CHALLENGE too (3.7). */
  readonly decoy: boolean;
  readonly limits: Limits;
  /** So many sockets may be open; absent: as many as the system gives. */
  readonly sockets?: number;
  readonly store: Store;
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
  readonly trace?: WireTrace | undefined;
  /** Watches every transition beside the log. */
  readonly observe?: (transition: Transition) => void;
  /** Sees the machines themselves: the inspector. */
  readonly watcher?: Watcher | undefined;
}

/** Stands for the cookie in a trace. */
const EMPTY = Buffer.alloc(0);

type ServerTimerKey = `${number} ${ServerTimer}`;

export class ServerDriver {
  readonly faults: FaultCounter;
  private readonly counters: ServerCounters = newCounters();
  private readonly switchboard: Switchboard;
  private readonly authenticator: ServerAuthenticator;
  private readonly acceptor: Acceptor<Instance>;
  private readonly health: StoreHealth;
  private readonly subscribers: ServerSubscribers;
  private readonly turn: Turn;
  private readonly timers: Timers<ServerTimerKey>;
  private readonly calls: SourceBuckets;
  private readonly admission: SourceAdmission;
  private readonly answers: ServerAnswers;
  private readonly links: ServerLinks;
  private udp: DatagramSocket | undefined;
  private tcp: Listener | undefined;

  private constructor(private readonly o: ServerOptions) {
    const { clock, limits, log, keys, store } = o;
    const outsiders = throttledLog(log, clock);
    this.faults = new FaultCounter(clock, outsiders);
    this.authenticator = new ServerAuthenticator(keys, o.random, () => this.ports.tcp);
    this.timers = new Timers(clock);
    this.calls = new SourceBuckets(clock, limits.CALLS_PER_MINUTE / 60, limits.CALL_BURST, limits.CALL_PAIRS);
    this.admission = new SourceAdmission(clock, o.random, limits);
    const { tokens } = this.admission;
    this.answers = new ServerAnswers(
      { ...o, log: outsiders, counters: this.counters, tokens },
      this.authenticator,
      this.faults,
      (bytes, to) => this.udp?.send(bytes, to),
    );
    this.health = new StoreHealth(store, clock, limits.T_STORE_RETRY_MS, () => log.warn('the store works again'));
    this.subscribers = new ServerSubscribers({
      ...o,
      subscribers: store.subscribers,
      everyMs: limits.T_SUBSCRIBERS_MS,
      removed: (id) => this.perform(this.switchboard.removed(id)),
    });
    this.turn = new Turn(
      {
        unstored: (sessions, error, texts) => this.unstored(sessions, error, texts, outsiders),
        pumpDone: (pump) => {
          const at = this.links.pumpDone(pump);
          if (at) this.perform(this.switchboard.historyDone(at));
        },
      },
      store,
      clock,
    );
    this.links = new ServerLinks({ ...o, counters: this.counters }, this.authenticator, this.faults, this.turn, {
      message: (at, run) => this.message(at, run),
      protocolError: (at) => this.perform(this.switchboard.protocolError(at)),
      closed: (at, cause, reason) => this.perform(this.switchboard.closed(at, cause, reason)),
    });
    const sessions = new ReservedSessionIds(store, limits.SESSION_BLOCK, (error) => this.storeFailed(error));
    this.switchboard = new Switchboard(
      engineFor(o.watcher),
      {
        subscribers: { has: (id) => keys.has(id) || o.decoy },
        admission: this.admission,
        authenticator: this.authenticator,
        sessions,
        writable: () => this.health.writable,
        mayCall: (caller, callee) => this.calls.take(`${caller} ${callee}`),
      },
      limits,
      observerOf(o),
    );
    this.acceptor = new Acceptor(
      {
        find: (tag) => this.switchboard.tables.byTag.get(tagKey(tag)),
        opener: (instance, preface) => this.authenticator.opener(instance.serial, preface),
        offered: (instance, offer) => this.offered(instance, offer),
        refused: (fault, from) => this.faults.count(fault, { source: sourceText(from) }),
      },
      limits,
      clock,
    );
  }

  /** Binds both ports and turns the server on. @throws Error with a `code` if a port cannot be bound */
  static async start(options: ServerOptions): Promise<ServerDriver> {
    const driver = new ServerDriver(options);
    driver.subscribers.load();
    if (options.decoy) options.keys.setSubscriber(DECOY, options.random.bytes(32));
    await driver.bind();
    driver.perform(driver.switchboard.start());
    driver.subscribers.watch();
    return driver;
  }

  get ports(): { readonly udp: number; readonly tcp: number } {
    return { udp: this.udp?.local.port ?? 0, tcp: this.tcp?.local.port ?? 0 };
  }

  /** Graceful shutdown (4.10): resolves when every connection is closed, or after T_FLUSH. The store is the caller's to close. */
  async stop(): Promise<void> {
    this.udp?.close();
    this.tcp?.close();
    this.acceptor.close();
    this.subscribers.close();
    this.perform(this.switchboard.stop());
    this.turn.end();
    await this.links.drained();
    this.health.close();
    this.timers.clear();
    this.admission.tokens.wipe();
  }

  /** Figures of this moment, which name nobody. */
  census(): Census {
    return takeCensus(this.counted);
  }

  /** Who is connected. */
  clients(): ClientRow[] {
    return listClients(this.counted);
  }

  private get counted(): Counted {
    const { switchboard, links, faults, counters, acceptor, timers, health } = this;
    const read = {
      unboundSockets: acceptor.size,
      timers: timers.size,
      storeWritable: health.writable,
      usage: this.usage,
    };
    return { switchboard, links, faults, counters, ...read };
  }

  /** A store that cannot be read makes no figures. */
  private get usage(): StoreUsage | null {
    try {
      return this.o.store.usage();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return null;
    }
  }

  /** An event for a live machine, as the inspector's page sends it. */
  inject(serial: number, event: ConnectionEvent): void {
    this.perform(this.switchboard.inject(serial, event));
  }

  private async bind(): Promise<void> {
    const { network, host, udpPort, tcpPort } = this.o;
    const rarely = throttledLog(this.o.log, this.o.clock, 1);
    this.tcp = await network.listenTcp({ address: host, port: tcpPort }, (stream) => this.acceptor.accept(stream), {
      most: this.o.sockets ?? Infinity,
      turnedAway: (error) => rarely.warn('a connection was turned away: too many are open', error ? { error } : {}),
    });
    try {
      this.udp = await network.listenUdp(
        { address: host, port: udpPort },
        {
          datagram: (bytes, from) => this.datagram(bytes, from),
          error: (error) => this.o.log.debug('UDP', { error: error.message }),
        },
      );
    } catch (error) {
      this.tcp.close();
      throw error;
    }
  }

  // In: datagrams

  private datagram(bytes: Buffer, from: Address): void {
    this.counters.datagramsIn++;
    this.counters.datagramBytesIn += bytes.length;
    const refuse = (fault: Fault): void => this.faults.count(fault, { source: sourceText(from) });
    const decoded = decodeDatagram(bytes, 'client');
    if (!decoded.ok) return refuse(decoded.fault);
    if ('sealed' in decoded.value) return;
    const outcome = this.answered(decoded.value, bytes, from);
    if (typeof outcome === 'string') refuse(outcome);
    else this.perform(outcome);
  }

  private answered({ attempt, message, token }: OpenDatagram, bytes: Buffer, to: Address) {
    if (message.type !== 'HELLO' && message.type !== 'RESPONSE') return 'DatagramOfWrongDirection' as const;
    this.o.trace?.datagram('client', message.id, attempt, message, bytes.length);
    const common = { id: message.id, attempt: attempt.toString('hex'), to };
    if (message.type === 'RESPONSE') {
      return this.switchboard.response({
        ...common,
        hash: datagramHash(bytes),
        rand: randKey(message.rand),
        res: message.res,
      });
    }
    if (message.ver.min > WIRE.VERSION || message.ver.max < WIRE.VERSION) return 'NoCommonVersion' as const;
    const hello = token ? bytes.subarray(0, -token.length) : bytes;
    const source = sourceOf(to.address);
    return this.switchboard.hello({
      ...common,
      hash: datagramHash(hello),
      source,
      bytes: hello,
      token,
    }) satisfies Outcome;
  }

  // In: connections

  private offered(instance: Instance, offer: Offer): void {
    const trace = this.o.trace?.channel(instance.id);
    trace?.preface('client', offer.preface);
    trace?.record('client', 0, offer.size, [{ type: 'CONNECT', cookie: EMPTY }]);
    const fault = this.connectFault(instance, offer.cookie);
    offer.cookie.fill(0);
    if (fault) this.faults.count(fault, { client: instance.id, source: sourceText(offer.stream.remote) });
    this.perform(this.switchboard.connect(instance, fault === undefined), offer);
    this.links.channel(instance)?.start();
  }

  private connectFault({ serial, id }: Instance, cookie: Uint8Array): Fault | undefined {
    if (!this.authenticator.checkCookie(serial, cookie)) return 'WrongCookie';
    return this.switchboard.hasPlaceFor(id) ? undefined : 'TooManyClients';
  }

  private message(at: Instance, run: Run): void {
    switch (run.type) {
      case 'CHATS':
        return this.perform(this.switchboard.texts(at, run.session, run.texts));
      case 'CHAT_REQUEST':
      case 'END_REQUEST':
      case 'HISTORY_REQ':
        return this.perform(this.switchboard.request(at, run));
      default:
        // A second CONNECT: the codec lets nothing else through.
        this.faults.count('MessageOutOfPlace', { client: at.id });
        return this.perform(this.switchboard.protocolError(at));
    }
  }

  // Out

  private perform(orders: readonly Order[], offer?: Offer): void {
    for (const { at, effect } of orders) this.one(at, effect, offer);
  }

  private one(at: Instance, effect: ServerEffect, offer?: Offer): void {
    const { links } = this;
    switch (effect.type) {
      case 'answer':
        return this.answers.answer(at, effect);
      case 'retry':
        return this.answers.retry(effect);
      case 'arm':
        return this.arm(at, effect.timer);
      case 'disarm':
        return effect.timers.forEach((timer) => this.timers.disarm(`${at.serial} ${timer}`));
      case 'bind':
        return offer && links.bind(at, offer);
      case 'sendCONNECTED':
        return links.sendConnected(at);
      case 'dropSocket':
        offer?.opener.wipe();
        return offer?.stream.destroy();
      case 'send':
        return links.send(at, effect.messages as TcpMessage[]);
      case 'close':
        return links.close(at, effect.reason);
      case 'store':
        return this.store(effect);
      case 'startPump':
        return links.startPump(at, effect.id);
      case 'stopPump':
        return links.stopPump(at);
      case 'newSession':
        this.counters.sessions++;
        return this.o.log.info('session started', { session: effect.session, client: at.id, peer: effect.peer });
      case 'forget':
        return this.forget(at);
      case 'silence':
        return this.faults.ignore('D.HELLO_UNKNOWN');
      case 'ignore':
        return this.faults.ignore(effect.event);
      default:
        throw new Error(`the server driver cannot perform ${effect.type}`);
    }
  }

  private arm(at: Instance, timer: ServerTimer): void {
    const { T_RESPONSE_MS, T_COOKIE_MS } = this.o.limits;
    this.timers.arm(`${at.serial} ${timer}`, timer === 'RESPONSE' ? T_RESPONSE_MS : T_COOKIE_MS, () =>
      this.perform(this.switchboard.timer(at, timer)),
    );
  }

  private store({ session, sender, recipient, texts }: Extract<ServerEffect, { type: 'store' }>): void {
    this.counters.texts += texts.length;
    this.turn.add({ session, sender, recipient, time: Math.max(0, this.o.clock.wall()), texts });
  }

  private forget(at: Instance): void {
    this.timers.disarm(`${at.serial} RESPONSE`);
    this.timers.disarm(`${at.serial} COOKIE`);
    this.links.forget(at);
    this.turn.afterwards(() => this.authenticator.forget(at.serial));
  }

  private unstored(sessions: ReadonlySet<number>, error: StoreError, texts: number, outsiders: Log): void {
    const { message } = error;
    const pairFull = error instanceof PairFullError;
    this.counters[pairFull ? 'unstoredPairFull' : error.kind === 'full' ? 'unstoredFull' : 'unstoredFailed'] += texts;
    if (pairFull) outsiders.warn('a pair is full; its session ends', { error: message });
    else {
      this.o.log.error('texts could not be stored; their sessions end', { error: message });
      this.health.failed();
    }
    this.links.dropTexts(sessions);
    this.perform(this.switchboard.unstored(sessions));
  }

  private storeFailed(error: StoreError): void {
    this.o.log.error('no session number could be reserved', { error: error.message });
    this.health.failed();
  }
}

function observerOf({ log, observe }: ServerOptions): ((transition: Transition) => void) | undefined {
  if (!log.debugging) return observe;
  const logged = logTransition(log);
  return observe
    ? (transition) => {
        logged(transition);
        observe(transition);
      }
    : logged;
}
