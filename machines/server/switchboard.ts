/**
 * The server as one object: every attempt and connection with its machines, and the tables that route to them. One
 * synchronous step takes one input from outside and returns the orders for the driver; events that one machine raises for
 * another are processed inside the step (protocol 5.0, 5.4). The tables are bounded before a machine is started (3.6).
 * Must never be here: sockets, keys, time. Secrets stay behind the authenticator, under the serial number of the attempt.
 */
import type { Actor, Stepper } from '../stepper';
import type { PeerEvent, ServerEffect } from '../effects';
import type { Limits } from '../limits';
import type { ClosedCause, EndWhy, Message } from '../messages';
import type { Observer } from '../observer';
import type { Address, SessionIds, Subscribers } from '../ports';
import { serverChat, type ChatContext, type ChatState } from './chat';
import { serverConnection, type ConnectionContext, type ConnectionState } from './connection';
import type { ChatEvent, ConnectionEvent, HistoryEvent, MessageEvent } from './events';
import { serverHistory, type HistoryContext, type HistoryState } from './history';
import { Tables } from './tables';

/** One log-on attempt, later one connection. Hashes, rand and tag are public values in their short string forms. */
export interface Instance {
  /** In order of HELLO; smaller is older. */
  readonly serial: number;
  readonly connection: Actor<ConnectionContext, ConnectionEvent, ConnectionState, ServerEffect>;
  chat?: Actor<ChatContext, ChatEvent, ChatState, ServerEffect>;
  history?: Actor<HistoryContext, HistoryEvent, HistoryState, ServerEffect>;
  id: string;
  /** attempt-ID, hexadecimal. */
  attempt: string;
  /** Hash of the HELLO datagram: same bytes, same attempt (3.4). */
  hash: string;
  /** Where the HELLO came from, for the bound per source. */
  source: string;
  rand?: string;
  tag?: string;
}

/** An effect for the driver to perform at this instance. */
export interface Order {
  readonly at: Instance;
  readonly effect: ServerEffect;
}

/** Keys and random values of the attempts; nothing secret comes back (2.10). */
export interface Authenticator {
  /** @returns the fresh rand as a table key */
  makeRand(serial: number): string;
  storeXRES(serial: number, id: string, hello: Uint8Array): void;
  /** Constant-time comparison of Res with XRES. */
  verify(serial: number, res: Uint8Array): boolean;
  /** Makes cookie and AUTH_SUCCESS. @returns the lookup tag as a table key */
  makeCookie(serial: number): string;
  useCookie(serial: number): void;
}
/** Who may begin an attempt (3.6): the buckets of the sources, and the tokens. */
export interface Admission {
  /** @param full one more would push another out, so only a HELLO with a good token may come */
  admits(hello: Hello, full: boolean): boolean;
}
export interface SwitchboardPorts {
  readonly admission: Admission;
  readonly subscribers: Subscribers;
  readonly authenticator: Authenticator;
  readonly sessions: SessionIds;
  /** Whether a text could be stored now (P2). */
  readonly writable: () => boolean;
  /** Counts a call that would succeed. @returns false: `caller` has called the same client too often of late (4.5) */
  readonly mayCall: (caller: string, callee: string) => boolean;
}

/** A HELLO or RESPONSE that decoded. `source` is what limits count by. */
interface Datagram {
  readonly id: string;
  readonly attempt: string;
  readonly to: Address;
}
export type Hello = Datagram & {
  readonly hash: string;
  readonly source: string;
  readonly bytes: Uint8Array;
  /** What came behind it: the token of a RETRY, if it is one. */
  readonly token?: Uint8Array | undefined;
};
export type Response = Datagram & { readonly hash: string; readonly rand: string; readonly res: Uint8Array };

/** What a connected client may ask for, beside texts. */
export type Request = Message<'CHAT_REQUEST' | 'END_REQUEST' | 'HISTORY_REQ'>;

/** What a step did not let through, by the name of the fault. */
export type Refused = 'TooManyClients' | 'ResponseOfOtherAttempt';
export type Outcome = readonly Order[] | Refused;

export class Switchboard {
  readonly tables: Tables;
  private serial = 0;
  /** The instance that stands in Offline or Wait for HELLO; the next HELLO takes it. */
  private resting: Instance;
  private orders: Order[] = [];

  constructor(
    private readonly stepper: Stepper,
    private readonly ports: SwitchboardPorts,
    private readonly limits: Limits,
    private readonly observe?: Observer,
  ) {
    this.tables = new Tables();
    this.resting = this.newInstance('Offline');
  }

  /** State of the instance that waits: Offline or Wait for HELLO. */
  get state(): ConnectionState {
    return this.resting.connection.state;
  }

  start(): readonly Order[] {
    return this.step(() => this.send(this.resting, { type: 'S.START' }));
  }

  /** Every instance gets S.STOP; one END_NOTIF a session, to the one still connected (4.10). */
  stop(): readonly Order[] {
    return this.step(() => {
      for (const instance of [...this.tables.all]) this.send(instance, { type: 'S.STOP' });
      this.send(this.resting, { type: 'S.STOP' });
    });
  }

  /** The client is no longer a subscriber, or has another key: its attempts are forgotten, its connection ends. */
  removed(id: string): readonly Order[] {
    return this.step(() => {
      for (const instance of this.tables.of(id)) this.send(instance, { type: 'S.REMOVED' });
    });
  }

  hello(h: Hello): Outcome {
    const { id, attempt, to } = h;
    const same = this.tables.byHash.get(h.hash);
    if (same && !this.tables.isOver(same)) {
      return this.step(() => this.send(same, { type: 'D.HELLO_DUP', attempt, to }));
    }
    if (!this.ports.subscribers.has(id)) {
      return this.step(() => this.send(this.resting, { type: 'D.HELLO_UNKNOWN', id, attempt, to }));
    }
    if (!this.hasPlaceFor(id)) return 'TooManyClients';
    const oldest = this.oldestFor(h.source);
    if (!this.ports.admission.admits(h, oldest !== undefined)) {
      return this.step(() => this.send(this.resting, { type: 'D.HELLO_UNPROVED', hash: h.hash, attempt, to }));
    }
    return this.step(() => {
      if (same) this.send(same, { type: 'X.SUPERSEDED' });
      if (oldest && oldest !== same) this.send(oldest, { type: 'X.EVICTED' });
      const instance = this.resting;
      Object.assign(instance, { id, attempt, hash: h.hash, source: h.source });
      this.resting = this.newInstance('Wait for HELLO');
      this.tables.all.add(instance);
      this.send(instance, { type: 'D.HELLO_NEW', id, attempt, to }, h.bytes);
    });
  }

  response(r: Response): Outcome {
    const { id, attempt, to } = r;
    const instance = this.tables.byRand.get(r.rand);
    if (!instance) {
      // The client merely answered a forged CHALLENGE as well (3.4, P8).
      if (this.tables.isAlive(id, attempt)) return 'ResponseOfOtherAttempt';
      return this.step(() => this.send(this.resting, { type: 'D.RESPONSE_STRAY', attempt, to }));
    }
    if (instance.id !== id || instance.attempt !== attempt) return 'ResponseOfOtherAttempt';
    if (this.tables.isOver(instance)) {
      return this.step(() => {
        this.send(instance, { type: 'X.SUPERSEDED' });
        this.send(this.resting, { type: 'D.RESPONSE_STRAY', attempt, to });
      });
    }
    // In Connected XRES is gone: not compared (5.0).
    const right = instance.connection.state === 'Connected' || this.ports.authenticator.verify(instance.serial, r.res);
    if (right) return this.step(() => this.send(instance, { type: 'D.RESPONSE_OK', attempt, to }));
    return this.step(() => this.send(instance, { type: 'D.RESPONSE_BAD', hash: r.hash, attempt, to }));
  }

  /** Whether the client may be connected, too: one that is already takes no place. A client may have got its CHALLENGE before. */
  hasPlaceFor(id: string): boolean {
    const { connected } = this.tables;
    const { CONNECTED_CLIENTS } = this.limits;
    return CONNECTED_CLIENTS === 0 || connected.size < CONNECTED_CLIENTS || connected.has(id);
  }

  /** The driver's verdict on a CONNECT that opened under this instance's keys. */
  connect(instance: Instance, right: boolean): readonly Order[] {
    return this.step(() => this.send(instance, { type: right ? 'K.CONNECT_OK' : 'K.CONNECT_BAD' }));
  }

  timer(instance: Instance, timer: 'RESPONSE' | 'COOKIE'): readonly Order[] {
    return this.step(() => this.send(instance, { type: `T.${timer}` }));
  }

  closed(instance: Instance, cause: ClosedCause, reason?: number): readonly Order[] {
    return this.step(() =>
      this.send(instance, { type: 'N.CLOSED', cause, ...(reason === undefined ? {} : { reason }) }),
    );
  }

  protocolError(instance: Instance): readonly Order[] {
    return this.step(() => this.send(instance, { type: 'X.PROTOCOL' }));
  }

  /** A run of texts: consecutive CHAT messages of one session from one read (P1). */
  texts(instance: Instance, session: number, texts: readonly string[]): readonly Order[] {
    return this.step(() => this.send(instance, { type: 'M.CHAT', session, texts }));
  }

  /** A request of a verified record. */
  request(instance: Instance, request: Request): readonly Order[] {
    return this.step(() => this.send(instance, this.requestEvent(instance, request)));
  }

  /** The pump has written its last message. */
  historyDone(instance: Instance): readonly Order[] {
    return this.step(() => {
      if (instance.history) this.toHistory(instance, { type: 'H.DONE' });
    });
  }

  /** Texts of these sessions could not be stored: both chat machines of each get X.UNSTORED (P2). */
  unstored(sessions: ReadonlySet<number>): readonly Order[] {
    return this.step(() => {
      for (const instance of [...this.tables.connected.values()]) {
        if (sessions.has(instance.chat?.context.session ?? 0)) this.toChat(instance, { type: 'X.UNSTORED' });
      }
    });
  }

  /** An event for a live instance from outside the protocol: the inspector's page. Facts are put in as ever (P7). */
  inject(serial: number, event: MessageEvent | Exclude<ConnectionEvent, MessageEvent>): readonly Order[] {
    const instance = this.resting.serial === serial ? this.resting : this.tables.bySerial(serial);
    if (!instance) return [];
    switch (event.type) {
      case 'M.CHAT':
        return this.texts(instance, event.session, event.texts);
      case 'M.CHAT_REQUEST':
        return this.request(instance, { type: 'CHAT_REQUEST', id: event.id });
      default:
        return this.step(() => this.send(instance, event));
    }
  }

  // Inside a step

  private step(run: () => void): readonly Order[] {
    const orders: Order[] = (this.orders = []);
    run();
    return orders;
  }

  /** The facts that a guard needs are put into the event here (P7). */
  private requestEvent(instance: Instance, request: Request): MessageEvent {
    switch (request.type) {
      case 'CHAT_REQUEST': {
        const free = this.ports.writable() && this.isFree(instance, request.id);
        const callable = free && this.ports.mayCall(instance.id, request.id);
        const session = callable ? this.ports.sessions.peek() : undefined;
        return { type: 'M.CHAT_REQUEST', id: request.id, free: session !== undefined, session: session ?? 0 };
      }
      case 'END_REQUEST':
        return { type: 'M.END_REQUEST', session: request.session };
      case 'HISTORY_REQ':
        return { type: 'M.HISTORY_REQ', id: request.id };
    }
  }

  /** In a chat nobody calls: such a request has crossed CHAT_STARTED and is dropped (4.6). */
  private isFree(caller: Instance, id: string): boolean {
    const idle = (one?: Instance): boolean => one?.chat?.state === 'Wait for CHAT_REQUEST';
    return id !== caller.id && idle(caller) && idle(this.tables.connected.get(id));
  }

  /** Who has to leave before a machine is started for one more of this source: its own oldest, or the oldest of all (3.6). */
  private oldestFor(source: string): Instance | undefined {
    const { PENDING_ATTEMPTS, PENDING_PER_SOURCE } = this.limits;
    return this.tables.oldestPendingOf(source, PENDING_PER_SOURCE) ?? this.tables.oldestPending(PENDING_ATTEMPTS);
  }

  private newInstance(state: 'Offline' | 'Wait for HELLO'): Instance {
    const serial = ++this.serial;
    const connection = this.stepper.start(serverConnection, {
      name: `#${String(serial)} connection`,
      serial,
      context: serverConnection.context,
      state,
    });
    return { serial, connection, id: '', attempt: '', hash: '', source: '' };
  }

  private send(instance: Instance, event: ConnectionEvent, hello?: Uint8Array): void {
    const from = instance.connection.state;
    const effects = instance.connection.send(event);
    const to = instance.connection.state;
    this.observe?.({
      machine: 'server connection',
      client: instance.id,
      serial: instance.serial,
      event: event.type,
      from,
      to,
    });
    if (from !== to) this.tables.moved(instance, from, to);
    for (const effect of effects) this.perform(instance, effect, event, hello);
    if (to === 'Connecting' && from !== to) this.limitConnecting(instance);
  }

  /** Effects that concern the server's own tables and machines happen here, in the step; the others are orders. */
  private perform(instance: Instance, effect: ServerEffect, event: ConnectionEvent, hello?: Uint8Array): void {
    const { authenticator } = this.ports;
    switch (effect.type) {
      case 'makeRand':
        instance.rand = authenticator.makeRand(instance.serial);
        return;
      case 'storeXRES':
        authenticator.storeXRES(instance.serial, instance.id, hello ?? new Uint8Array());
        this.tables.publish(instance);
        return;
      case 'makeCookie':
        this.tables.publishTag(instance, authenticator.makeCookie(instance.serial));
        return;
      case 'useCookie':
        authenticator.useCookie(instance.serial);
        this.tables.unpublishTag(instance);
        return;
      case 'supersedeOlder':
        for (const older of this.tables.overtake(instance)) this.send(older, { type: 'X.SUPERSEDED' });
        return;
      case 'createChat':
        this.createChat(instance);
        return;
      case 'toChat':
        if (event.type === 'M.HISTORY_REQ') this.toHistory(instance, event);
        else this.toChat(instance, event as ChatEvent);
        return;
      case 'endChatServer':
        this.endChat(instance, effect.why);
        return;
      case 'forget':
        this.tables.unpublish(instance);
        this.orders.push({ at: instance, effect });
        instance.connection.stop();
        return;
      default:
        this.orders.push({ at: instance, effect });
    }
  }

  /** Of more log-ons than a client may have before it uses a cookie the oldest leaves (3.6). */
  private limitConnecting(instance: Instance): void {
    const oldest = this.tables.oldestConnectingOf(instance.id, this.limits.CONNECTING_PER_CLIENT);
    if (oldest) this.send(oldest, { type: 'X.SUPERSEDED' });
  }

  private createChat(instance: Instance): void {
    const { id, serial } = instance;
    instance.chat = this.stepper.start(serverChat, {
      name: `#${String(serial)} chat`,
      serial,
      context: { ...serverChat.context, id },
    });
    instance.history = this.stepper.start(serverHistory, {
      name: `#${String(serial)} history`,
      serial,
      context: { id },
    });
  }

  private endChat(instance: Instance, why: EndWhy): void {
    this.toChat(instance, { type: 'X.GONE', why });
    this.toHistory(instance, { type: 'X.GONE', why });
    instance.chat?.stop();
    instance.history?.stop();
    delete instance.chat;
    delete instance.history;
  }

  private toChat(instance: Instance, event: ChatEvent): void {
    const chat = instance.chat;
    if (!chat) return;
    for (const effect of this.moved('server chat', instance, chat, event)) {
      if (effect.type === 'toPeer') this.toPeer(effect.peer, effect.event);
      else this.orders.push({ at: instance, effect });
      if (effect.type === 'newSession') this.ports.sessions.take();
    }
  }

  private toPeer(peer: string, event: PeerEvent): void {
    const instance = this.tables.connected.get(peer);
    if (instance) this.toChat(instance, event);
  }

  private toHistory(instance: Instance, event: HistoryEvent): void {
    const history = instance.history;
    if (!history) return;
    for (const effect of this.moved('server history', instance, history, event)) {
      this.orders.push({ at: instance, effect });
    }
  }

  private moved<E extends { type: string }>(
    machine: string,
    { id, serial }: Instance,
    actor: Actor<object, E, string, ServerEffect>,
    event: E,
  ): readonly ServerEffect[] {
    const from = actor.state;
    const effects = actor.send(event);
    this.observe?.({ machine, client: id, serial, event: event.type, from, to: actor.state });
    return effects;
  }
}
