/**
 * A network in memory, over virtual time: hosts with addresses, datagrams whose fate a test decides, and byte streams that it
 * can segment, slow down, stall and cut. Behaves as the real one does where transport/net says so; both pass the same tests
 * (test/transport/network.test.ts). Must never be here: messages, keys.
 */
import type { Address } from '../../machines/ports';
import type {
  ConnectedDatagramSocket,
  DatagramHandlers,
  DatagramSocket,
  Listener,
  Network,
  Stream,
  StreamHandlers,
} from '../../transport/net/network';
import { FATES, whole, type Datagram, type Fate, type NetworkWatch, type Segmentation } from './memory-fates';
import { MemoryLink, type MemoryStream } from './memory-tcp';
import { MemoryConnectedUdp, MemoryUdp } from './memory-udp';
import type { EventLoop, VirtualTime } from './virtual-clock';

/** Ports that the system chooses begin here. */
const FIRST_EPHEMERAL = 40_000;

export class MemoryNetwork {
  /** What happens to each datagram. */
  fate: Fate = FATES.deliver;
  /** Milliseconds one way, by the addresses of the hosts. */
  latency: (from: string, to: string) => number = () => 1;
  /** In what pieces written bytes arrive. */
  segmentation: Segmentation = whole;
  /** Bytes on the way that nobody has read yet; more stay with the sender, in one direction of one connection. */
  capacity = 65_536;
  /** Everybody who looks on. */
  readonly watches: NetworkWatch[] = [];
  /** Connections, in order of their making; closed ones too. */
  readonly links: MemoryLink[] = [];
  private readonly hosts = new Map<string, MemoryHost>();

  constructor(readonly time: VirtualTime) {}

  /** The network as a process sees it that runs on a machine with this address. The last process of an address counts. */
  host(address: string, loop: EventLoop): MemoryHost {
    const host = new MemoryHost(this, address, loop);
    this.hosts.set(address, host);
    return host;
  }

  at(address: string): MemoryHost | undefined {
    return this.hosts.get(address);
  }

  /** A socket sends: fate decides. */
  send(datagram: Datagram): void {
    for (const watch of this.watches) watch.sent?.(datagram);
    for (const { after = 0, bytes = datagram.bytes } of this.fate(datagram)) {
      this.inject(datagram.from, datagram.to, bytes, after);
    }
  }

  /** A datagram that claims to come from `from`, whoever sent it, arrives `after` milliseconds later than usual. */
  inject(from: Address, to: Address, bytes: Buffer, after = 0): void {
    const at = this.time.now + this.latency(from.address, to.address) + after;
    this.hosts.get(to.address)?.arriveUdp(at, { from, to, bytes: Buffer.from(bytes) });
  }
}

/** One machine with one process: its sockets, and the interface that the process is handed. */
export class MemoryHost implements Network {
  readonly streams = new Set<MemoryStream>();
  private readonly udp = new Map<number, MemoryUdp | MemoryConnectedUdp>();
  private readonly listeners = new Map<number, (stream: Stream) => void>();
  private lastPort = FIRST_EPHEMERAL;
  private phase: 'plugged' | 'unplugged' | 'dead' = 'plugged';

  constructor(
    readonly network: MemoryNetwork,
    readonly address: string,
    readonly loop: EventLoop,
  ) {}

  /** Sockets that are open, listeners too. */
  get sockets(): number {
    return this.streams.size + this.udp.size + this.listeners.size;
  }
  /** Ports of its UDP sockets. */
  get udpPorts(): number[] {
    return [...this.udp.keys()];
  }
  get isReachable(): boolean {
    return this.phase === 'plugged';
  }

  // What the process uses

  listenUdp(local: Address, handlers: DatagramHandlers): Promise<DatagramSocket> {
    return attempted(() => {
      const socket = new MemoryUdp(this, this.bound(local, this.udp, 'bind'), handlers);
      this.udp.set(socket.local.port, socket);
      return socket;
    });
  }

  connectUdp(server: Address, handlers: DatagramHandlers): ConnectedDatagramSocket {
    const local = { address: this.address, port: this.freePort(this.udp) };
    const socket = new MemoryConnectedUdp(this, local, server, handlers);
    this.udp.set(local.port, socket);
    return socket;
  }

  listenTcp(local: Address, accept: (stream: Stream) => void): Promise<Listener> {
    return attempted(() => {
      const bound = this.bound(local, this.listeners, 'listen');
      this.listeners.set(bound.port, accept);
      return { local: bound, close: () => void this.listeners.delete(bound.port) };
    });
  }

  connectTcp(server: Address, handlers: StreamHandlers): Stream {
    const link = new MemoryLink(this.network, this, { address: this.address, port: ++this.lastPort }, server);
    this.network.links.push(link);
    link.client.handle(handlers);
    link.open();
    return link.client;
  }

  // What the network does

  arriveUdp(at: number, datagram: Datagram): void {
    this.loop.arrive(at, () => {
      if (!this.isReachable) return;
      for (const watch of this.network.watches) watch.delivered?.(datagram);
      const socket = this.udp.get(datagram.to.port);
      if (socket) socket.datagram(datagram.bytes, datagram.from);
      else this.network.at(datagram.from.address)?.unreachable(at + 1, datagram.from.port, datagram.to);
    });
  }

  /** ICMP port unreachable. */
  private unreachable(at: number, port: number, by: Address): void {
    this.loop.arrive(at, () => this.udp.get(port)?.refused(by));
  }

  listener(port: number): ((stream: Stream) => void) | undefined {
    return this.listeners.get(port);
  }
  closeUdp(port: number): void {
    this.udp.delete(port);
  }

  // What tests do

  /** From now on nothing reaches this machine or leaves it, and nobody is told. */
  unplug(): void {
    this.phase = 'unplugged';
  }
  /** Ends the process; its system closes the sockets. */
  kill(): void {
    this.loop.kill();
    this.udp.clear();
    this.listeners.clear();
    for (const stream of [...this.streams]) stream.destroy();
    this.streams.clear();
    this.phase = 'dead';
  }

  private bound(local: Address, taken: ReadonlyMap<number, unknown>, syscall: string): Address {
    const port = local.port === 0 ? this.freePort(taken) : local.port;
    if (!taken.has(port)) return { address: local.address, port };
    const error: NodeJS.ErrnoException = new Error(`${syscall} EADDRINUSE`);
    throw Object.assign(error, { code: 'EADDRINUSE', syscall });
  }

  private freePort(taken: ReadonlyMap<number, unknown>): number {
    do this.lastPort++;
    while (taken.has(this.lastPort));
    return this.lastPort;
  }
}

/** What is thrown comes as a rejection, as from the system. */
function attempted<T>(attempt: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(attempt());
  });
}
