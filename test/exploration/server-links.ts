/**
 * The server's connections in exploration: what transport/channel and transport/server-links do to a queue of messages, and
 * what invariant I-8 says about the stream of one connection. Must never be here: machines, the store.
 */
import { CLOSE_REASON, type CloseReason, type TcpMessage } from '../../machines/messages';
import type { Instance } from '../../machines/server/switchboard';
import type { Channel } from '../../transport/channel';
import type { HistoryPump } from '../../transport/history-pump';
import type { Out, Piece } from './symbols';

/** What has been sent so far, as far as I-8 needs to know it. */
interface Watch {
  connected: boolean;
  /** Of the last CHAT_STARTED. */
  session: number | null;
  ended: 'no' | 'END_NOTIF' | 'END_REQUEST';
  closed: boolean;
}

/** One direction of a connection on its way out. */
export class Link {
  phase: 'open' | 'closing' | 'lingering' = 'open';
  head: TcpMessage[] = [];
  queue: TcpMessage[] = [];
  pump: HistoryPump | null = null;
  /** Texts that the list being sent must have (I-10). */
  expected = 0;
  readonly watch: Watch = { connected: false, session: null, ended: 'no', closed: false };

  constructor(
    readonly conn: string,
    readonly client: string,
    /** null once the instance is forgotten. */
    public at: Instance | null,
  ) {}

  get hasPending(): boolean {
    return this.phase === 'closing' || this.head.length + this.queue.length > 0;
  }

  first(message: TcpMessage): readonly Out[] {
    this.head.push(message);
    return this.seen(message);
  }

  send(messages: readonly TcpMessage[]): readonly Out[] {
    if (this.phase !== 'open') return [];
    this.queue.push(...messages);
    return messages.flatMap((message) => this.seen(message));
  }

  close(reason: CloseReason | 'silent'): readonly Out[] {
    if (this.phase !== 'open') return [];
    const message = { type: 'CLOSE', reason: CLOSE_REASON[reason as CloseReason] } as const;
    if (reason !== 'silent') this.queue.push(message);
    this.phase = 'closing';
    return this.seen(message);
  }

  /** FIN, and nothing is read any more. */
  linger(): readonly Out[] {
    this.queue = [];
    this.phase = 'lingering';
    return [{ type: 'end', conn: this.conn }];
  }

  dropTexts(sessions: ReadonlySet<number>): void {
    this.queue = this.queue.filter((message) => message.type !== 'CHAT' || !sessions.has(message.session));
  }

  /** The end of a turn: everything in one write. */
  flush(): readonly Out[] {
    if (this.phase === 'lingering') return [];
    const records = [this.head, this.queue].filter((messages) => messages.length > 0);
    const pieces: Piece[] = records.map((record) => ({ record }));
    this.head = [];
    this.queue = [];
    const written: Out[] = pieces.length === 0 ? [] : [{ type: 'write', conn: this.conn, pieces }];
    return this.phase === 'closing' ? [...written, ...this.linger()] : written;
  }

  /** The server took this client's END_REQUEST as the end of the session. */
  endedByRequest(session: number): void {
    if (this.watch.session === session) this.watch.ended = 'END_REQUEST';
  }

  private seen(message: TcpMessage): readonly Out[] {
    const wrong = this.wrong(message);
    this.note(message);
    return wrong === undefined ? [] : [{ type: 'violation', invariant: 'I-8', what: `${this.conn}: ${wrong}` }];
  }
  private note(message: TcpMessage): void {
    const { watch } = this;
    if (message.type === 'CONNECTED') watch.connected = true;
    if (message.type === 'CHAT_STARTED') Object.assign(watch, { session: message.session, ended: 'no' });
    if (message.type === 'END_NOTIF') watch.ended = 'END_NOTIF';
    if (message.type === 'CLOSE') watch.closed = true;
  }
  private wrong(message: TcpMessage): string | undefined {
    const { connected, session, ended, closed } = this.watch;
    const { type } = message;
    if (closed) return `${type} after CLOSE`;
    if (type === 'CONNECTED') return connected ? 'CONNECTED twice' : undefined;
    if (!connected) return `${type} before CONNECTED`;
    if (type === 'CHAT_STARTED' && session !== null && ended === 'no') return 'CHAT_STARTED inside a session';
    if (type === 'CHAT' && message.session !== session) return 'CHAT of a session that has not started';
    if (type === 'CHAT' && ended === 'END_NOTIF') return 'CHAT after END_NOTIF';
    if (type === 'END_NOTIF' && message.session !== session) return 'END_NOTIF of a session that has not started';
    if (type === 'END_NOTIF' && ended !== 'no') return `END_NOTIF after ${ended}`;
    return undefined;
  }
}

/** What the history pump sees of a channel: it takes `room` messages a turn. */
export class PumpChannel {
  private left = 0;
  readonly draining = false;
  out: Out[] = [];

  constructor(
    private readonly link: Link,
    private readonly room: number,
  ) {}

  get hasRoom(): boolean {
    return this.link.phase === 'open' && this.left > 0;
  }
  send(messages: readonly TcpMessage[]): void {
    this.left -= messages.length;
    this.out.push(...this.link.send(messages));
    for (const message of messages) this.checkEnd(message);
  }
  refill(): void {
    this.left = this.room;
    this.out = [];
  }
  /** The pump knows no more of a channel than this. */
  asChannel(): Channel {
    return this as unknown as Channel;
  }

  private checkEnd(message: TcpMessage): void {
    const { expected, conn } = this.link;
    if (message.type !== 'HISTORY_END' || message.count === expected) return;
    const what = `${conn}: HISTORY_END says ${String(message.count)}, ${String(expected)} were accepted`;
    this.out.push({ type: 'violation', invariant: 'I-10', what });
  }
}
