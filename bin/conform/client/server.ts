/**
 * The sockets of the server that is played: datagrams and connections as they come. It answers nothing by itself. Must never
 * be here: what they mean.
 */
import type { Address } from '../../../machines/ports';
import type { DatagramSocket, Listener } from '../../../transport/net/network';
import { systemNetwork } from '../../../transport/net/system';
import { UserError, codeOf } from '../../failure';
import { Inbox } from './inbox';
import { Link } from './link';
import { random } from './candidate';

export interface Datagram {
  readonly bytes: Buffer;
  readonly from: Address;
  /** Milliseconds of a clock that never goes back. */
  readonly at: number;
}

const NAMES: Readonly<Record<number, string>> = { 1: 'HELLO', 3: 'RESPONSE' };
const MOST_DATAGRAMS = 100_000;

export class Server {
  /** All that came. */
  readonly received: Datagram[] = [];
  readonly datagrams: Inbox<Datagram>;
  readonly links: Inbox<Link>;
  /** All connections, the oldest first. */
  readonly accepted: Link[] = [];
  /** Told of every datagram as it comes. */
  readonly listeners = new Set<(datagram: Datagram) => void>();
  private udp: DatagramSocket | undefined;
  private listener: Listener | undefined;
  private readonly marks = new Map<string, () => void>();

  private constructor(
    patience: number,
    private readonly story: (line: string) => void,
  ) {
    this.datagrams = new Inbox(patience);
    this.links = new Inbox(patience);
  }

  /** @param at of UDP; port 0: the system picks one @throws UserError if it cannot be bound */
  static async open(at: Address, patience: number, story: (line: string) => void): Promise<Server> {
    const server = new Server(patience, story);
    try {
      await server.listen(at);
      server.listener = await systemNetwork.listenTcp({ ...at, port: 0 }, (stream) => {
        const link = new Link(stream, patience, story);
        story('tcp    a connection');
        server.accepted.push(link);
        server.links.put(link);
      });
    } catch (error) {
      server.close();
      throw new UserError(
        `cannot listen on ${at.address}:${String(at.port)} (${codeOf(error)}); name another --listen`,
      );
    }
    return server;
  }

  /** Where UDP is. */
  get address(): Address {
    if (!this.udp) throw new Error('the server does not listen');
    return this.udp.local;
  }
  get tcpPort(): number {
    return this.listener?.local.port ?? 0;
  }

  /** UDP begins, or begins again. */
  async listen(at: Address): Promise<void> {
    this.udp = await systemNetwork.listenUdp(at, {
      datagram: (bytes, from) => this.datagram(bytes, from),
      error: () => undefined,
    });
  }
  /** UDP ends: who sends hears that the port is unreachable. */
  deaf(): void {
    this.udp?.close();
    this.udp = undefined;
  }

  send(to: Address, ...datagrams: readonly Buffer[]): void {
    for (const bytes of datagrams) this.udp?.send(bytes, to);
  }
  /** Resolves when all has been received that was sent to it before. */
  async caughtUp(): Promise<void> {
    const mark = random(16);
    const arrived = new Promise<void>((resolve) => this.marks.set(mark.toString('hex'), resolve));
    this.send(this.address, mark);
    await arrived;
  }

  close(): void {
    this.udp?.close();
    this.listener?.close();
    for (const link of this.accepted) link.destroy();
  }

  private datagram(bytes: Buffer, from: Address): void {
    const mark = this.marks.get(bytes.toString('hex'));
    if (mark) return mark();
    if (this.received.length >= MOST_DATAGRAMS) return;
    this.story(`udp    client sends ${NAMES[bytes[5] ?? 0] ?? 'a datagram'}, ${String(bytes.length)} B`);
    const datagram = { bytes, from, at: performance.now() };
    this.received.push(datagram);
    this.datagrams.put(datagram);
    for (const listener of this.listeners) listener(datagram);
  }
}
