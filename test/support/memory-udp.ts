/** Sockets for datagrams of the network in memory. */
import type { Address } from '../../machines/ports';
import type { ConnectedDatagramSocket, DatagramHandlers, DatagramSocket } from '../../transport/net/network';
import type { MemoryHost } from './memory-network';

/** A bound socket: hears everybody. */
export class MemoryUdp implements DatagramSocket {
  constructor(
    private readonly host: MemoryHost,
    readonly local: Address,
    private readonly handlers: DatagramHandlers,
  ) {}

  send(bytes: Uint8Array, to: Address): void {
    if (this.host.isReachable) this.host.network.send({ from: this.local, to, bytes: Buffer.from(bytes) });
  }
  close(): void {
    this.host.closeUdp(this.local.port);
  }
  datagram(bytes: Buffer, from: Address): void {
    this.handlers.datagram(bytes, from);
  }
  /** A socket that is not connected is not told. */
  refused(): void {
    return;
  }
}

/** A connected socket: hears only its server; its name is resolved one input later, and sends wait for that. */
export class MemoryConnectedUdp implements ConnectedDatagramSocket {
  remote: Address | undefined;
  private phase: 'resolving' | 'ready' | 'closed' = 'resolving';
  private waiting: Buffer[] = [];

  constructor(
    private readonly host: MemoryHost,
    private readonly local: Address,
    private readonly server: Address,
    private readonly handlers: DatagramHandlers,
  ) {
    host.loop.arrive(host.loop.now(), () => this.ready());
  }

  send(bytes: Uint8Array): void {
    const copy = Buffer.from(bytes);
    if (this.phase === 'resolving') this.waiting.push(copy);
    else if (this.phase === 'ready' && this.host.isReachable) {
      this.host.network.send({ from: this.local, to: this.server, bytes: copy });
    }
  }

  close(): void {
    if (this.phase === 'closed') throw new Error('a UDP socket was closed twice');
    this.phase = 'closed';
    this.host.closeUdp(this.local.port);
  }

  datagram(bytes: Buffer, from: Address): void {
    const isServer = from.address === this.server.address && from.port === this.server.port;
    if (this.phase === 'ready' && isServer) this.handlers.datagram(bytes, from);
  }

  refused(by: Address): void {
    if (by.address !== this.server.address || by.port !== this.server.port) return;
    this.handlers.error(Object.assign(new Error('recv ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'recv' }));
  }

  private ready(): void {
    if (this.phase === 'closed') return;
    this.phase = 'ready';
    this.remote = this.server;
    for (const bytes of this.waiting.splice(0)) this.send(bytes);
  }
}
