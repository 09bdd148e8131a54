/**
 * What the two streams of one connection may say in what order (protocol 6.1, I-5 and I-8), and nothing about why. What the
 * client sends is known only to have been sent, not to have arrived.
 */
import type { Role, TcpMessage } from '../../machines/messages';

export class StreamRules {
  private connected = false;
  private closed = false;
  /** The session of the last CHAT_STARTED, until END_NOTIF. */
  private session: number | undefined;
  /** The greatest session-ID this connection was told. */
  private last = 0;
  /** Sessions that this client asked to end. */
  private readonly ended = new Set<number>();

  constructor(
    private readonly violate: (violation: string) => void,
    /** How many clients were told of each session-ID, on the whole server and over its restarts. */
    private readonly told: Map<number, number>,
  ) {}

  message(from: Role, message: TcpMessage): void {
    if (from === 'server') this.fromServer(message);
    else if (message.type === 'END_REQUEST') this.ended.add(message.session);
  }

  private fromServer(message: TcpMessage): void {
    const { type } = message;
    this.require(!this.closed, `${type} after CLOSE`);
    this.require(this.connected !== (type === 'CONNECTED'), this.connected ? 'CONNECTED twice' : `${type} first`);
    this.connected = true;
    if (type === 'CLOSE') this.closed = true;
    if (type === 'CHAT_STARTED') this.started(message.session);
    if (type === 'CHAT') this.require(message.session === this.session, `CHAT(${String(message.session)})`);
    if (type !== 'END_NOTIF') return;
    this.require(message.session === this.session, `END_NOTIF(${String(message.session)})`);
    this.session = undefined;
  }

  private started(session: number): void {
    const before = this.session;
    this.require(before === undefined || this.ended.has(before), 'CHAT_STARTED in a session');
    if (session <= this.last) this.violate(`I-5: session ${String(session)} after ${String(this.last)}`);
    const clients = (this.told.get(session) ?? 0) + 1;
    if (clients > 2) this.violate(`I-4: session ${String(session)} is told to a third client`);
    this.told.set(session, clients);
    this.session = this.last = session;
  }

  private require(holds: boolean, what: string): void {
    if (!holds) this.violate(`I-8: the server sends ${what}`);
  }
}
