/** Sockets of a stranger to a server: they send any bytes and keep whatever comes. Must never be here: a message, a key. */
import type { Address } from '../../../machines/ports';
import type { DatagramSocket, Network, Stream } from '../../../transport/net/network';
import { decodeDatagram, withToken } from '../../../transport/wire/datagrams';
import { Unexpected } from '../check';
import { Inbox, within } from './inbox';

/** A server may slow a sender down (4.3), but it reads on. */
const DRAIN_MS = 60_000;

/** Where the server is, and how patient we are with it. */
export interface Site {
  readonly network: Network;
  /** UDP. */
  readonly server: Address;
  /** Our own address for all sockets; absent: the system chooses. */
  readonly from?: string | undefined;
  /** So long is waited for anything. */
  readonly patienceMs: number;
  /** What is asked honestly is asked again after so long each, as a client does (protocol 3.2); empty: never. */
  readonly againMs: readonly number[];
  /** A right CONNECT has failed in a check of its own: what needs a connection is not checked. */
  unconnected?: boolean;
  /** Resolves when another datagram may leave: a server may bound them for each source (3.6). */
  pace(): Promise<void>;
}

/** A UDP socket that keeps every answer. */
export class Udp {
  readonly inbox: Inbox<Buffer>;
  /** Hears everything instead of the inbox, whoever sent it. */
  heard: ((bytes: Buffer, from: Address) => void) | undefined;
  private socket: DatagramSocket | undefined;
  /** Answers that may come once more, in hexadecimal, because their question was repeated. */
  private readonly repeated = new Map<string, number>();

  private constructor(private readonly site: Site) {
    this.inbox = new Inbox(site.patienceMs);
  }

  /** @param from whom it is from */
  static async open(site: Site, from = site.from): Promise<Udp> {
    const udp = new Udp(site);
    const address = from ?? (site.server.address.includes(':') ? '::' : '0.0.0.0');
    const handlers = {
      datagram: (bytes: Buffer, sender: Address) => udp.datagram(bytes, sender),
      error: () => undefined,
    };
    udp.socket = await site.network.listenUdp({ address, port: 0 }, handlers);
    return udp;
  }

  get port(): number {
    return this.socket?.local.port ?? 0;
  }

  async send(bytes: Uint8Array, port = this.site.server.port): Promise<void> {
    await this.site.pace();
    this.socket?.send(bytes, { address: this.site.server.address, port });
    await turn();
  }

  /** Sends once, and waits for the next answer. @throws Unexpected if none comes */
  async ask(bytes: Uint8Array, wanted?: string): Promise<Buffer> {
    await this.send(bytes);
    return this.inbox.next(wanted);
  }

  /** As an honest client asks: again if no answer comes. @throws Unexpected if none comes */
  async askAgain(bytes: Uint8Array, wanted?: string): Promise<Buffer> {
    let repetitions = 0;
    for (const ms of this.site.againMs) {
      await this.send(bytes);
      const answer = await this.inbox.next(wanted, ms).catch((error: unknown) => {
        if (error instanceof Unexpected) return undefined;
        throw error;
      });
      const token = answer && tokenIn(answer);
      // A server without room asks for it to be shown once (3.6).
      if (token) return this.ask(withToken(bytes, token), wanted);
      if (answer) return this.expectAgain(answer, repetitions);
      repetitions++;
    }
    return this.expectAgain(await this.ask(bytes, wanted), repetitions);
  }

  close(): void {
    this.socket?.close();
    this.socket = undefined;
  }

  private expectAgain(answer: Buffer, times: number): Buffer {
    if (times > 0) this.repeated.set(answer.toString('hex'), times);
    return answer;
  }

  private datagram(bytes: Buffer, from: Address): void {
    if (this.heard) return this.heard(bytes, from);
    // What comes from elsewhere would not reach a client, whose socket is connected (3.9).
    if (from.address !== this.site.server.address || from.port !== this.site.server.port) return;
    const text = bytes.toString('hex');
    const left = this.repeated.get(text) ?? 0;
    if (left === 0) return this.inbox.put(bytes);
    this.repeated.set(text, left - 1);
  }
}

/** How a connection ended: with or without the rest of the stream. */
export type Ending = 'FIN' | 'RST';

/** A TCP socket: raw bytes, and how it ended. */
export class Tcp {
  /** Every byte that came. */
  readonly received: Buffer[] = [];
  /** Whether it was opened at all. */
  readonly opened: Promise<boolean>;
  /** Once the server has ended it. */
  readonly ending: Promise<Ending>;
  ended: Ending | undefined;
  /** Is told of bytes as they come. */
  heard: ((bytes: Buffer) => void) | undefined;
  private readonly stream: Stream;
  private drained: () => void = () => undefined;
  private phase: 'living' | 'gone' = 'living';

  private constructor(
    private readonly site: Site,
    port: number,
    from: string | undefined,
  ) {
    let open: (opened: boolean) => void = () => undefined;
    let end: (how: Ending) => void = () => undefined;
    this.opened = new Promise((resolve) => (open = resolve));
    this.ending = new Promise((resolve) => (end = (how) => resolve((this.ended ??= how))));
    const handlers = {
      open: () => open(true),
      data: (bytes: Buffer) => {
        this.received.push(bytes);
        this.heard?.(bytes);
      },
      end: () => end('FIN'),
      close: () => {
        this.phase = 'gone';
        open(false);
        end('RST');
        this.drained();
      },
      drain: () => this.drained(),
    };
    this.stream = site.network.connectTcp({ address: site.server.address, port }, handlers, from);
  }

  /** Without waiting for it to be open. */
  static begin(site: Site, port: number, from = site.from): Tcp {
    return new Tcp(site, port, from);
  }
  /** @throws Unexpected if nobody takes the connection */
  static async open(site: Site, port: number, from = site.from): Promise<Tcp> {
    const tcp = Tcp.begin(site, port, from);
    const wanted = `a connection to TCP port ${String(port)}`;
    if (await within(site.patienceMs, wanted, tcp.opened)) return tcp;
    throw new Unexpected(wanted, 'it was refused');
  }

  get bytes(): Buffer {
    return Buffer.concat(this.received);
  }
  /** How the server ended it. @throws Unexpected if it does not */
  over(patienceMs = this.site.patienceMs): Promise<Ending> {
    return within(patienceMs, 'the end of the connection', this.ending);
  }
  /** Resolves when there is room for more, or the connection is over. */
  async write(bytes: Uint8Array): Promise<void> {
    const room = this.stream.write(Buffer.from(bytes));
    if (!room && this.phase === 'living') {
      const taken = new Promise<void>((resolve) => (this.drained = resolve));
      await within(DRAIN_MS, 'what was sent taken by the server', taken);
    }
    await turn();
  }
  pause(): void {
    this.stream.pause();
  }
  /** FIN. */
  finish(): void {
    this.stream.end();
  }
  /** RST. */
  reset(): void {
    this.stream.destroy('RST');
  }
  close(): void {
    this.stream.destroy();
  }
}

/** Until what was written has left for the kernel. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The token of a RETRY. */
function tokenIn(answer: Buffer): Uint8Array | undefined {
  const decoded = decodeDatagram(answer, 'server');
  if (!decoded.ok || 'sealed' in decoded.value) return undefined;
  const { message } = decoded.value;
  return message.type === 'RETRY' ? message.token : undefined;
}
