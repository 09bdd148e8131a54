/**
 * The client as a programming interface: a driver, its machines and sockets behind methods, promises and typed events
 * (docs/client-api.md). The terminal stands on it too. Must never be here: a screen, an option, a key that anybody can read.
 */
import { EventEmitter } from 'node:events';
import type { ClientStatus } from '../../machines/client/client';
import type { ClientEvent as MachineEvent, UserEvent } from '../../machines/client/events';
import { NO_SESSION } from '../../machines/messages';
import type { Address } from '../../machines/ports';
import { ClientDriver, type Display } from '../client-driver';
import { systemClock } from '../clock';
import { silentLog } from '../log';
import { systemNetwork } from '../net/system';
import { KeyStore } from '../security/keystore';
import { systemRandom } from '../security/random';
import { Confirmation } from './confirmation';
import {
  ClientError,
  type Chat,
  type ClientEvent,
  type ClientState,
  type EventName,
  type EventOf,
  type FaultCode,
  type HistoryLine,
} from './events';
import { BlockList } from './block-list';
import { blockedFile, loadKey } from './key';
import { checked, type ChatClientOptions } from './options';
import { Reading, type Each } from './reading';
import { Reconnect } from './reconnect';
import { HINTS } from './meanings';
import { eventsOf, stateOf } from './telling';
import { errorOf, Waitings, type Decide } from './waiting';

/** Every event under its own name, and all of them under `event`; `settled` when all events of one moment are told. */
type Emitted = { [N in EventName]: [event: EventOf<N>] } & { event: [event: ClientEvent]; settled: [] };

export class ChatClient extends EventEmitter<Emitted> {
  readonly id: string;
  readonly server: Address;
  readonly #driver: ClientDriver;
  readonly #keys: KeyStore;
  readonly #guardSeconds: number;
  readonly #reconnect: Reconnect | undefined;
  readonly #blocked: BlockList;
  #before: ClientStatus;
  #displays: Display[] = [];
  #refusal: ClientError | undefined;
  #events: ClientEvent[] = [];
  #telling: 'quiet' | 'telling' = 'quiet';
  readonly #waiting = new Waitings();
  readonly #confirmation = new Confirmation();
  #asked: string | null = null;
  #lines = 0;
  #phase: 'open' | 'closed' = 'open';

  /** Nothing is sent yet. @throws ClientError `invalid-id`, `invalid-server`, `invalid-limits`, `key`, `block-list` */
  constructor(o: ChatClientOptions) {
    super();
    const { id, limits, server } = checked(o);
    this.id = id;
    this.server = server;
    const { keys = new KeyStore(), ...parts } = o.parts ?? {};
    this.#keys = keys;
    const key = loadKey(id, o.key);
    keys.setSubscriber(id, key);
    key.fill(0);
    this.#blocked = new BlockList(o.blocked ?? blockedFile(id, o.key));
    this.#guardSeconds = Math.ceil(limits.T_GUARD_MS / 1000);
    this.#driver = new ClientDriver({
      clock: systemClock,
      random: systemRandom,
      network: systemNetwork,
      log: silentLog,
      ...parts,
      id,
      server,
      limits,
      keys,
      isBlocked: (peer) => this.#blocked.has(peer),
      hinted: ({ kind, meanwhile }, left) => this.#trying(HINTS[kind], meanwhile, Math.ceil(left / 1000)),
      show: (display) => void this.#displays.push(display),
      stepped: () => this.#stepped(),
    });
    this.#before = this.#driver.status;
    if (!o.reconnect) return;
    const { clock = systemClock, random = systemRandom } = parts;
    const logOn = (): void => this.#driver.user({ type: 'U.LOGON' });
    this.#reconnect = new Reconnect({ clock, random, limits, logOn });
  }

  /** What the machines are doing, as the diagrams call it. */
  get status(): ClientStatus {
    return this.#driver.status;
  }
  /** One word for it. */
  get state(): ClientState {
    return stateOf(this.status);
  }
  /** Off line, and another log-on is going to be tried. */
  get willReconnect(): boolean {
    return this.#reconnect?.due === true;
  }
  /** Milliseconds until the activity timer logs off; null if it does not run. In a chat it never ends. */
  get activityLeft(): number | null {
    return this.#driver.activityLeft;
  }

  /** Resolves when connected, also if that was so before. @throws ClientError: a log-on that failed, and why */
  async logOn(): Promise<void> {
    if (this.status.connection === 'Connected') return;
    await this.#ask<undefined>({ type: 'U.LOGON' }, (event) => {
      if (event.event === 'connected') return { value: undefined };
      return event.event === 'logOnFailed' ? errorOf(event) : undefined;
    });
  }

  /**
   * Asks for a chat; resolves when it has started.
   * @throws ClientError `unreachable`; `overtaken`: another called first, and that chat has started; a refusal; the end of the connection
   */
  chat(peer: string): Promise<Chat> {
    return this.#ask<Chat>({ type: 'U.CHAT', id: peer }, (event) => {
      if (event.event === 'unreachable' && event.peer === peer) return errorOf(event);
      if (event.event !== 'chatStarted') return undefined;
      if (event.peer === peer) return { value: { session: event.session, peer } };
      return new ClientError('overtaken', `${event.peer} called first`, 'that chat has started instead');
    });
  }

  /**
   * Sends a text in this chat and in no other. There is no acknowledgement.
   * @param chat what `chat` has resolved with, or an event `chatStarted` or `text`
   * @throws ClientError `chat-ended`, `text-too-long`, `text-not-allowed`, ...
   */
  say(chat: Chat | Pick<EventOf<'text'>, 'session' | 'from'>, text: string): void {
    // A server that has got an older database back gives numbers again (protocol 4.10): the person must be the same, too.
    const to = 'peer' in chat ? chat.peer : chat.from;
    this.#must({ type: 'U.TEXT', text, session: to === this.status.peer ? chat.session : NO_SESSION });
  }

  /** The connection does not take more at present: what is said now waits in memory, and too much of it ends the connection. */
  get congested(): boolean {
    return !this.#driver.hasRoom;
  }
  /** Resolves when the connection takes more: at once unless `congested`. It may have ended meanwhile. */
  async drained(): Promise<void> {
    while (this.congested) await new Promise<void>((resolve) => this.once('settled', resolve));
  }

  /**
   * Resolves when the server has taken everything that was sent before: texts that it accepted stand in the history then. It is
   * asked for the list of this client with itself, which is always empty, and answers in order (protocol 4.8).
   * @throws ClientError `not-connected`, `history-running`, `incomplete`, the end of the connection
   */
  async confirm(): Promise<void> {
    const { connection, history } = this.status;
    if (connection !== 'Connected') throw new ClientError('not-connected', 'Not connected', 'log on first');
    if (history === 'Receiving')
      throw new ClientError('history-running', 'A history request is already running', 'wait for its end');
    this.#confirmation.ask();
    await this.#ask<undefined>({ type: 'U.HISTORY', id: this.id }, (event) => {
      if (event.event !== 'confirmed') return undefined;
      if (event.complete) return { value: undefined };
      return new ClientError('incomplete', 'The server cannot confirm', 'it cannot read its data; ask again');
    });
  }

  /** Whether an answer to `confirm` is awaited; meanwhile `status.history` is Receiving, though nobody asked for a list. */
  get confirming(): boolean {
    return this.#confirmation.awaited;
  }

  /** Ends the chat on both sides. @throws ClientError `no-chat`, `not-connected` */
  endChat(): void {
    this.#must({ type: 'U.END' });
  }

  /** Those whose calls are refused. */
  get blocked(): readonly string[] {
    return this.#blocked.all;
  }
  /** Refuses every call of `peer` from now on, and ends the chat with it. @throws ClientError `invalid-id`, `own-id`, `block-list` */
  block(peer: string): void {
    if (peer.toLowerCase() === this.id.toLowerCase())
      throw new ClientError('own-id', 'You cannot block yourself', 'name another Client-ID');
    const line = this.#blocked.add(peer);
    if (this.status.peer?.toLowerCase() === peer.toLowerCase()) this.endChat();
    this.#notice(line);
  }
  /** Takes calls of `peer` again. @throws ClientError `block-list` */
  unblock(peer: string): void {
    this.#notice(this.#blocked.remove(peer));
  }

  /**
   * Reads the past texts with `peer`, oldest first, without keeping them.
   * @param each is given one after the other; while a promise of its is pending the connection is not read @returns their number
   * @throws ClientError `busy`, `incomplete`, a refusal, the end of the connection; what `each` throws
   */
  async readHistory(peer: string, each: Each): Promise<number> {
    const reading = new Reading(each, () => this.hold());
    const count = await this.#ask<number>({ type: 'U.HISTORY', id: peer }, (event) => {
      if (event.event === 'history') reading.take(event);
      if (event.event !== 'historyEnd') return undefined;
      if (event.code === 'complete') return { value: event.count };
      return new ClientError(event.code, event.line, 'ask again');
    });
    await reading.done();
    return count;
  }

  /**
   * From now on the connection is not read, so that what comes does not pile up: for whoever is slower than it comes. The server
   * waits with a list; texts said meanwhile wait there, and too much of that ends the connection.
   * @returns reads on
   */
  hold(): () => void {
    return this.#driver.hold();
  }

  /** The past texts with `peer`, oldest first, all in memory. @throws ClientError as `readHistory` */
  async history(peer: string): Promise<HistoryLine[]> {
    const lines: HistoryLine[] = [];
    await this.readHistory(peer, ({ session, from, text, time }) => void lines.push({ session, from, text, time }));
    return lines;
  }

  /** Ends the chat, if there is one, and the connection, or cancels a log-on; resolves when the connection is closed. */
  async logOff(): Promise<void> {
    if (this.status.connection !== 'Offline' || this.willReconnect) this.#user({ type: 'U.LOGOFF' });
    await this.#driver.closed();
  }

  /** Logs off and forgets the key. Nothing can be asked of this client any more. */
  async close(): Promise<void> {
    await this.logOff();
    this.#phase = 'closed';
    this.#keys.removeSubscriber(this.id);
    this.#waiting.fail(closedError());
  }

  /** The next event of that name for which `matches` holds. @throws ClientError the client was closed, or the connection has ended */
  next<N extends EventName>(name: N, matches: (event: EventOf<N>) => boolean = () => true): Promise<EventOf<N>> {
    return this.#waiting.wait<EventOf<N>>(
      (event) => (isOf(name, event) && matches(event) ? { value: event } : undefined),
      () => !this.willReconnect,
    ).promise;
  }

  /**
   * What a person typed, as an event of the machines: like the methods above, but nothing is waited for; what comes of it the
   * events tell. @returns why nothing was done, if so @throws ClientError `closed`
   */
  perform(event: UserEvent): ClientError | undefined {
    return this.#user(event);
  }

  /** An event for a live machine, as the inspector's page sends it. */
  inject(event: MachineEvent): void {
    this.#driver.inject(event);
  }

  // Asking

  /** @returns why nothing was done */
  #user(event: UserEvent): ClientError | undefined {
    if (this.#phase === 'closed') throw closedError();
    if (event.type === 'U.HISTORY' && this.status.history === 'Idle') {
      this.#asked = event.id;
      this.#lines = 0;
    }
    this.#refusal = undefined;
    const stopped = (event.type === 'U.LOGON' || event.type === 'U.LOGOFF') && this.#reconnect?.cancel();
    if (stopped && event.type === 'U.LOGOFF') {
      this.#notice('Not logging on again');
      return undefined;
    }
    this.#driver.user(event);
    if (event.type === 'U.TEXT' && !this.#refusal) this.#confirmation.said();
    return this.#refusal;
  }

  #must(event: UserEvent): void {
    const refusal = this.#user(event);
    if (refusal) throw refusal;
  }

  async #ask<T>(event: UserEvent, decide: Decide<T>): Promise<T> {
    const waiting = this.#waiting.wait(decide);
    try {
      this.#must(event);
    } catch (error) {
      waiting.stop();
      throw error;
    }
    return waiting.promise;
  }

  // Telling

  #stepped(): void {
    const { status } = this.#driver;
    const displays = this.#displays;
    this.#displays = [];
    const confirming = this.#confirmation.awaited;
    const step = { before: this.#before, after: status, displays, asked: this.#asked, lines: this.#lines, confirming };
    this.#before = status;
    for (const event of this.#confirmation.told(eventsOf({ ...step, guardSeconds: this.#guardSeconds }))) {
      if (event.event === 'history') this.#lines += 1;
      if (event.event === 'refused') this.#refusal ??= errorOf(event);
      this.#events.push(event);
      const again = this.#reconnect?.after(event);
      if (again) this.#events.push(again);
    }
    this.#tell();
  }

  #trying(code: FaultCode, known: string, seconds: number): void {
    const line = `${known}; still trying for ${String(seconds)} s`;
    this.#events.push({ event: 'trying', code, line, seconds });
    this.#tell();
  }

  #notice(line: string): void {
    this.#events.push({ event: 'notice', line });
    this.#tell();
  }

  /** In order, also if a listener asks for something that makes events at once. */
  #tell(): void {
    if (this.#telling === 'telling') return;
    this.#telling = 'telling';
    // The type of the one name cannot follow the type of the one event.
    const emit = this.emit.bind(this) as (name: string, event: ClientEvent) => boolean;
    try {
      do {
        for (let event = this.#events.shift(); event; event = this.#events.shift()) {
          this.#waiting.look(event);
          emit(event.event, event);
          emit('event', event);
        }
        this.emit('settled');
      } while (this.#events.length > 0);
    } finally {
      this.#telling = 'quiet';
    }
  }
}

function isOf<N extends EventName>(name: N, event: ClientEvent): event is Extract<ClientEvent, EventOf<N>> {
  return event.event === name;
}

function closedError(): ClientError {
  return new ClientError('closed', 'This client was closed', 'make a new one');
}
