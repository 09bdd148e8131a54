/**
 * A client as one part of the world: the product's client object, and around it what the client's driver does with its
 * effects (transport/client-driver, client-log-on, channel), step by step in the same order. No time, no bytes.
 * Must never be here: a decision that a state table makes.
 */
import { Client } from '../../machines/client/client';
import type { ClientEvent, UserEvent } from '../../machines/client/events';
import type { ClientEffect, ClientTimer } from '../../machines/effects';
import { CLOSE_REASON, type CloseReason, type TcpMessage } from '../../machines/messages';
import type { Stepper } from '../../machines/stepper';
import { runsOf, type Run } from '../../transport/inbound';
import {
  attemptName,
  hello,
  keyName,
  response,
  textName,
  type Datagram,
  type FirstFlight,
  type Out,
  type Piece,
  withToken,
} from './symbols';
import { Reader } from './reader';

export type TimerName = Exclude<ClientTimer, 'ACTIVITY'> | 'ACT_WARN' | 'ACT_EXPIRED';

interface Channel {
  readonly conn: string;
  phase: 'open' | 'closing' | 'lingering';
  head: FirstFlight | null;
  queue: TcpMessage[];
  begun: boolean;
}

export class ClientModel {
  readonly client: Client;
  /** Log-ons so far; the last one is the current attempt. */
  attempts = 0;
  udp: 'open' | 'closed' = 'closed';
  /** CHALLENGEs: with one HELLO, a CHALLENGE is its TH. */
  private readonly candidates = new Set<Datagram>();
  private kept = '';
  readonly timers = new Set<TimerName>();
  /** TCP connection being opened. */
  stream: string | null = null;
  channel: Channel | null = null;
  closing: Channel[] = [];
  /** What the user reads and types. */
  readonly reader: Reader;
  /** The line being typed: the session in which it was begun, null outside a chat, undefined while there is none. */
  begun: number | null | undefined;
  out: Out[] = [];

  /** @param blocked whose calls the user refuses @param key whether the client has the key that the server has under its Client-ID */
  constructor(
    stepper: Stepper,
    readonly id: string,
    readonly key: 'right' | 'wrong' = 'right',
    private readonly blocked: readonly string[] = [],
  ) {
    this.client = new Client(stepper, id);
    this.reader = new Reader(id);
  }

  get attempt(): string {
    return attemptName(this.id, this.attempts);
  }
  get hello(): Datagram {
    return hello(this.id, this.attempt);
  }
  /** Something waits for the end of the turn. */
  get hasPending(): boolean {
    const { channel, closing } = this;
    return closing.length > 0 || (channel !== null && (channel.head !== null || channel.queue.length > 0));
  }

  // In

  user(event: UserEvent): void {
    if (event.type === 'U.TEXT') this.type(event.text, this.client.status.session);
    else this.handle(event);
  }

  beginLine(): void {
    this.begun = this.client.status.session;
  }
  /** What is refused stays in the editor, so that it may be tried again, in another chat too. */
  finishLine(): void {
    if (this.begun !== undefined && this.type('line', this.begun)) this.begun = undefined;
  }

  /** A text is named after its place, so that it cannot be mistaken for another. @returns whether it was sent */
  private type(kind: string, session: number | null): boolean {
    const text = session === null ? 'text' : textName(this.id, session, this.reader.typed + 1);
    const before = this.channel?.queue.length ?? 0;
    const fault = kind === 'fault' ? { text: '', fault: 'not allowed' } : { text };
    this.handle({ type: 'U.TEXT', session, ...fault });
    const sent = (this.channel?.queue.length ?? 0) > before;
    if (sent) this.reader.typed++;
    return sent;
  }

  datagram(datagram: Datagram): void {
    const [type, attempt = '', third = ''] = datagram.split(' ');
    if (this.udp === 'closed' || attempt !== this.attempt) return;
    if (type === 'AUTH_FAIL') return this.handle({ type: 'D.AUTH_FAIL' });
    if (type === 'RETRY') return this.handle({ type: 'D.RETRY', token: third });
    if (type === 'CHALLENGE') return this.handle({ type: 'D.CHALLENGE', th: datagram, rand: third });
    const th = [...this.candidates].find((each) => this.keyOf(each) === third);
    if (th !== undefined) this.handle({ type: 'D.AUTH_SUCCESS', th, port: 1 });
  }

  timer(name: TimerName): void {
    this.timers.delete(name);
    this.handle(name === 'ACT_EXPIRED' ? { type: 'T.ACT_EXPIRED', inChat: false } : { type: `T.${name}` });
  }

  opened(conn: string): void {
    if (this.stream === conn) this.handle({ type: 'N.OPEN' });
  }

  /** Records that came in one read; the server's first one holds CONNECTED alone (P3). */
  read(conn: string, records: readonly (readonly TcpMessage[])[]): void {
    const { channel } = this;
    if (channel?.conn !== conn) return;
    const wrong = !channel.begun && !(records[0]?.length === 1 && records[0][0]?.type === 'CONNECTED');
    channel.begun = true;
    if (wrong) return this.handle({ type: 'X.PROTOCOL' });
    for (const run of runsOf(records.flat())) {
      if (channel.phase !== 'open' || this.channel !== channel) return;
      if (run.type === 'CLOSE') this.over(channel, { type: 'N.CLOSED', cause: 'clean', reason: run.reason });
      else if (run.type !== 'KEEPALIVE') this.message(run);
    }
  }
  broken(conn: string, cause: 'lost' | 'dead' | 'invalid'): void {
    if (this.stream === conn) return this.handle({ type: 'N.CLOSED', cause: 'lost' });
    if (this.channel?.conn === conn && this.channel.phase === 'open') {
      this.over(this.channel, { type: 'N.CLOSED', cause });
    }
  }
  /** Verified, and wrong all the same. */
  protocolError(conn: string): void {
    if (this.channel?.conn === conn && this.channel.phase === 'open') this.handle({ type: 'X.PROTOCOL' });
  }

  endTurn(): void {
    for (const channel of this.closing.splice(0)) this.flush(channel);
    if (this.channel) this.flush(this.channel);
  }

  private message(run: Run): void {
    if (run.type === 'CHATS') this.handle({ type: 'M.CHAT', session: run.session, texts: run.texts });
    else if (run.type === 'CHAT_STARTED')
      this.handle({ ...run, type: 'M.CHAT_STARTED', blocked: this.blocked.includes(run.id) });
    else this.handle({ ...run, type: `M.${run.type}` } as ClientEvent);
  }

  private over(channel: Channel, event: ClientEvent): void {
    this.linger(channel);
    this.handle(event);
  }

  // Out

  private handle(event: ClientEvent): void {
    for (const effect of this.client.handle(event)) this.perform(effect);
  }

  private perform(effect: ClientEffect): void {
    switch (effect.type) {
      case 'newAttempt':
        this.attempts++;
        this.udp = 'open';
        return;
      case 'sendHELLO':
        return this.say({ type: 'datagram', datagram: withToken(this.hello, effect.token) });
      case 'addCandidate':
        effect.displaced.forEach((th) => this.candidates.delete(th));
        return void this.candidates.add(effect.th);
      case 'sendRESPONSE':
        return effect.rands.forEach((rand) => this.respond(rand));
      case 'keepKey':
        this.kept = this.keyOf(effect.th);
        return this.candidates.clear();
      case 'openTcp':
        this.stream = this.attempt;
        return this.say({ type: 'open', conn: this.attempt });
      case 'sendCONNECT':
        return this.connect();
      case 'arm':
        return this.arm(effect.timer);
      case 'disarm':
        return effect.timers.forEach((timer) => this.disarm(timer));
      case 'send':
        return this.send(effect.messages as TcpMessage[]);
      case 'close':
        return this.close(effect.reason);
      case 'reset':
        return this.reset();
      case 'show':
        return this.say(...this.reader.show(effect.text, effect.refusal === true));
      case 'showTexts':
        return effect.texts.forEach((text) => this.say(...this.reader.text(effect.from, effect.session, text)));
      case 'showHistory':
        return this.say(...this.reader.line(effect));
      case 'ignore':
        return;
      default:
        throw new Error(`the client cannot perform ${effect.type}`);
    }
  }

  private keyOf(th: Datagram): string {
    const key = this.key === 'right' ? this.id : `wrong-${this.id}`;
    return keyName(key, th.split(' ')[2] ?? '', this.hello, th);
  }
  private respond(rand: string): void {
    const res = this.key === 'right' ? `right:${this.id}` : 'wrong';
    this.say({ type: 'datagram', datagram: response(this.id, this.attempt, rand, res) });
  }

  private connect(): void {
    this.udp = 'closed';
    const head = { tag: `tag:${this.kept}`, key: this.kept, cookie: `cookie:${this.kept}` };
    this.channel = { conn: this.attempt, phase: 'open', head, queue: [], begun: false };
    this.stream = null;
  }

  private arm(timer: ClientTimer): void {
    const names: readonly TimerName[] = timer === 'ACTIVITY' ? ['ACT_WARN', 'ACT_EXPIRED'] : [timer];
    names.forEach((name) => this.timers.add(name));
  }
  private disarm(timer: ClientTimer): void {
    const names: readonly TimerName[] = timer === 'ACTIVITY' ? ['ACT_WARN', 'ACT_EXPIRED'] : [timer];
    names.forEach((name) => this.timers.delete(name));
  }

  private send(messages: readonly TcpMessage[]): void {
    if (this.channel?.phase !== 'open') return;
    this.channel.queue.push(...messages);
    for (const message of messages) if (message.type === 'HISTORY_REQ') this.reader.asks(message.id);
  }

  private close(reason: CloseReason | 'silent'): void {
    if (this.channel) this.closeChannel(this.channel, reason);
    if (this.stream !== null) this.say({ type: 'end', conn: this.stream });
  }
  private closeChannel(channel: Channel, reason: CloseReason | 'silent'): void {
    if (channel.phase !== 'open') return;
    if (reason !== 'silent') channel.queue.push({ type: 'CLOSE', reason: CLOSE_REASON[reason] });
    channel.phase = 'closing';
  }

  private reset(): void {
    this.timers.clear();
    if (this.channel) {
      this.closeChannel(this.channel, 'silent');
      this.closing.push(this.channel);
    }
    if (this.stream !== null) this.say({ type: 'end', conn: this.stream });
    Object.assign(this, { stream: null, channel: null, udp: 'closed', kept: '' });
    this.reader.reset();
    this.candidates.clear();
  }

  private linger(channel: Channel): void {
    channel.phase = 'lingering';
    channel.queue = [];
    this.say({ type: 'end', conn: channel.conn });
  }

  private flush(channel: Channel): void {
    const { head, queue, conn } = channel;
    if (channel.phase === 'lingering') return;
    const pieces: Piece[] = [...(head ? [{ first: head }] : []), ...(queue.length > 0 ? [{ record: queue }] : [])];
    channel.head = null;
    channel.queue = [];
    if (pieces.length > 0) this.say({ type: 'write', conn, pieces });
    if (channel.phase === 'closing') this.linger(channel);
  }

  private say(...out: readonly Out[]): void {
    this.out.push(...out);
  }
}
