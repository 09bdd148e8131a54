/**
 * The server as one part of the world: the product's switchboard, and around it what the server's driver does with its
 * orders (transport/server-driver, turn, server-links), step by step in the same order. No time, no bytes.
 * Must never be here: a decision that a state table makes.
 */
import type { ServerEffect } from '../../machines/effects';
import type { TcpMessage } from '../../machines/messages';
import { StoreError } from '../../machines/ports';
import type { Instance, Order } from '../../machines/server/switchboard';
import { HistoryPump } from '../../transport/history-pump';
import { runsOf, type Run } from '../../transport/inbound';
import { Link, PumpChannel } from './server-links';
import type { AcceptedText } from './server-ports';
import { ServerState, type Asked } from './server-state';
import { authFail, helloIn, retry, tokenFor, type Datagram, type FirstFlight } from './symbols';

export class ServerModel extends ServerState {
  // In

  start(): void {
    this.phase = 'on';
    this.perform(this.board.start());
  }
  /** Graceful shutdown (protocol 4.10): the turn ends at once. */
  stop(): void {
    this.phase = 'stopped';
    this.perform(this.board.stop());
    this.endTurn();
  }
  /** The server learns that a subscriber has gone (protocol 3.12). */
  remove(id: string): void {
    this.store.removed = Object.freeze([...this.store.removed, id].sort());
    this.perform(this.board.removed(id));
  }
  add(id: string): void {
    this.store.removed = Object.freeze(this.store.removed.filter((other) => other !== id));
  }
  /** @param room whether there is any for a new HELLO */
  datagram(datagram: Datagram, room = true): void {
    this.ports.admission.busy = !room;
    const [type, id = '', attempt = '', fourth = '', fifth = ''] = datagram.split(' ');
    const common = { id, attempt, to: { address: attempt, port: 1 } };
    // The token of a HELLO is no part of it.
    const hello = helloIn(datagram);
    this.ports.authenticator.current = hello;
    const outcome =
      type === 'HELLO'
        ? this.board.hello({
            ...common,
            hash: hello,
            source: attempt,
            bytes: Buffer.from(hello),
            token: Buffer.from(fifth),
          })
        : this.board.response({ ...common, hash: datagram, rand: fourth, res: Buffer.from(fifth) });
    if (typeof outcome !== 'string') this.perform(outcome);
  }

  /** Client preface and CONNECT on a socket that belongs to nobody yet (transport/acceptor). */
  firstFlight(conn: string, { tag, key, cookie }: FirstFlight): void {
    const instance = this.board.tables.byTag.get(tag);
    const opens = instance && this.ports.authenticator.keyOf(instance.serial) === key;
    if (!opens) return this.say({ type: 'end', conn });
    this.perform(this.board.connect(instance, cookie === `cookie:${key}`), conn);
    if (this.links[conn]) this.accepted.push(Object.freeze({ tag, key, cookie }));
  }

  /** Records that came in one read. */
  read(conn: string, records: readonly (readonly TcpMessage[])[]): void {
    const link = this.links[conn];
    for (const run of runsOf(records.flat())) {
      if (link?.phase !== 'open' || !link.at) return;
      if (run.type === 'CLOSE') this.over(link, () => this.board.closed(link.at as Instance, 'clean', run.reason));
      else if (run.type !== 'KEEPALIVE') this.message(link, link.at, run);
    }
  }
  /** FIN without CLOSE, RST, silence, or a record that does not verify. */
  broken(conn: string, cause: 'lost' | 'dead' | 'invalid'): void {
    const link = this.links[conn];
    if (link?.phase === 'open') this.over(link, () => this.board.closed(link.at as Instance, cause));
  }
  /** More waits to be written than may. */
  tooSlow(conn: string): void {
    const link = this.links[conn];
    if (link?.phase !== 'open') return;
    link.queue = [];
    this.say(...link.close('slow'));
    this.perform(this.board.closed(link.at as Instance, 'slow'));
  }
  timer(name: string): void {
    const [rand = '', timer] = name.split(' ');
    const instance = this.board.tables.byRand.get(rand);
    this.timers.delete(name);
    if (instance) this.perform(this.board.timer(instance, timer as 'RESPONSE' | 'COOKIE'));
  }
  /** A real write is tried again (P2). */
  probe(): void {
    if (this.store.works) this.store.writable = true;
  }

  /** The end of a turn, in the order of transport/turn. */
  endTurn(): void {
    const { batch, asked } = this;
    Object.assign(this, { batch: [], asked: [] });
    const stored = (a: string, b: string): number => this.store.count(a, b);
    const before = asked.map(({ conn, id }) => stored(this.links[conn]?.client ?? '', id));
    const failed = this.commit(batch);
    asked.forEach((each, i) => this.startPump(each, before[i] ?? 0, failed ? [] : batch));
    this.runPumps();
    for (const link of Object.values(this.links)) this.flush(link);
    for (const serial of this.condemned.splice(0)) this.ports.authenticator.forget(serial);
  }
  // Out

  private perform(orders: readonly Order[], offer?: string): void {
    for (const { at, effect } of orders) this.one(at, effect, offer);
  }

  private one(at: Instance, effect: ServerEffect, offer?: string): void {
    const link = Object.values(this.links).find((each) => each.at === at);
    switch (effect.type) {
      case 'answer':
        return this.answer(at, effect.name, effect.attempt);
      case 'arm':
        return void this.timers.add(`${at.rand ?? ''} ${effect.timer}`);
      case 'disarm':
        return effect.timers.forEach((timer) => this.timers.delete(`${at.rand ?? ''} ${timer}`));
      case 'retry':
        return this.say({ type: 'datagram', datagram: retry(effect.attempt, tokenFor(effect.attempt)) });
      case 'bind':
        return offer === undefined ? undefined : this.bind(offer, at, link);
      case 'sendCONNECTED':
        return this.say(...(link?.first({ type: 'CONNECTED' }) ?? []));
      case 'dropSocket':
        return offer === undefined ? undefined : this.say({ type: 'end', conn: offer });
      case 'send':
        return this.say(...(link?.send(effect.messages as TcpMessage[]) ?? []));
      case 'close':
        return this.say(...(link?.close(effect.reason) ?? []));
      case 'store':
        return this.accept(effect);
      case 'startPump':
        if (link) this.asked.push({ conn: link.conn, id: effect.id, position: this.batch.length });
        return;
      case 'stopPump':
        return link && this.stopPump(link);
      case 'newSession':
        return this.newSession(at, effect.session, effect.peer);
      case 'forget':
        return this.forget(at, link);
      case 'silence':
      case 'ignore':
        return;
      default:
        throw new Error(`the server cannot perform ${effect.type}`);
    }
  }

  private bind(offer: string, at: Instance, old: Link | undefined): void {
    if (old) old.at = null;
    this.links[offer] = new Link(offer, at.id, at);
  }

  private answer(at: Instance, name: string, attempt: string): void {
    const { authenticator } = this.ports;
    if (name === 'AUTH_FAIL') return this.say({ type: 'datagram', datagram: authFail(attempt) });
    const stored = name === 'CHALLENGE' ? authenticator.challengeOf(at.serial) : authenticator.successOf(at.serial);
    if (stored !== null) this.say({ type: 'datagram', datagram: stored });
  }

  private message(link: Link, at: Instance, run: Run): void {
    switch (run.type) {
      case 'CHATS':
        return this.perform(this.board.texts(at, run.session, run.texts));
      case 'END_REQUEST': {
        const chat = at.chat?.context;
        if (chat?.session === run.session) link.endedByRequest(run.session);
        return this.perform(this.board.request(at, run));
      }
      case 'CHAT_REQUEST':
      case 'HISTORY_REQ':
        return this.perform(this.board.request(at, run));
      default:
        return this.perform(this.board.protocolError(at));
    }
  }

  private over(link: Link, closed: () => readonly Order[]): void {
    this.say(...link.linger());
    this.perform(closed());
  }

  private newSession(at: Instance, session: number, peer: string): void {
    const { store } = this;
    if (session <= store.lastSession) {
      const what = `session ${String(session)} is handed out after ${String(store.lastSession)}`;
      this.say({ type: 'violation', invariant: 'I-5', what });
    }
    store.lastSession = Math.max(store.lastSession, session);
    this.members[`s${String(session)}`] = Object.freeze([at.id, peer]);
  }

  private accept({ session, sender, recipient, texts }: Extract<ServerEffect, { type: 'store' }>): void {
    this.batch.push(...texts.map((text) => Object.freeze({ session, sender, recipient, time: 0, text })));
  }

  private forget(at: Instance, link: Link | undefined): void {
    this.timers.delete(`${at.rand ?? ''} RESPONSE`);
    this.timers.delete(`${at.rand ?? ''} COOKIE`);
    if (link) {
      this.stopPump(link);
      link.at = null;
    }
    this.condemned.push(at.serial);
  }

  // The end of a turn

  private commit(batch: readonly AcceptedText[]): boolean {
    if (batch.length === 0) return false;
    try {
      this.store.append(batch);
      return false;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const sessions = new Set(batch.map(({ session }) => session));
      this.store.writable = false;
      for (const link of Object.values(this.links)) link.dropTexts(sessions);
      this.perform(this.board.unstored(sessions));
      return true;
    }
  }

  private startPump({ conn, id, position }: Asked, stored: number, batch: readonly AcceptedText[]): void {
    const link = this.links[conn];
    if (!link?.at) return;
    const me = link.client;
    const ofPair = ({ sender, recipient }: AcceptedText): boolean =>
      (sender === me && recipient === id) || (sender === id && recipient === me);
    link.expected = stored + batch.slice(0, position).filter(ofPair).length;
    const length = this.store.count(me, id) - batch.slice(position).filter(ofPair).length;
    const channel = new PumpChannel(link, this.setup.pumpRoom);
    link.pump = new HistoryPump(this.store, channel.asChannel(), this.setup.limits, me, id, length);
    this.channels[conn] = channel;
  }

  private stopPump(link: Link): void {
    link.pump = null;
    delete this.channels[link.conn];
  }

  private runPumps(): void {
    for (const [conn, channel] of Object.entries(this.channels)) {
      const link = this.links[conn];
      if (!link?.pump) continue;
      channel.refill();
      link.pump.run();
      this.say(...channel.out);
      channel.out = [];
      if (!link.pump.done) continue;
      this.stopPump(link);
      if (link.at) this.perform(this.board.historyDone(link.at));
    }
  }

  private flush(link: Link): void {
    this.say(...link.flush());
    if (link.phase === 'lingering' && !link.at) delete this.links[link.conn];
  }
}
