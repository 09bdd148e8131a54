/** UDP endpoints: the only importer of node:dgram. Must never be here: what the bytes mean. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup, type LookupAddress } from 'node:dns';
import { isIPv6 } from 'node:net';
import type { Address } from '../../machines/ports';
import type { ConnectedDatagramSocket, DatagramHandlers, DatagramSocket } from './network';

/** A burst of log-ons, or a flood, must not be lost before it is read; a system may allow less (operations.md). */
const RECEIVE_BUFFER_BYTES = 4_194_304;

export function listenUdp(local: Address, handlers: DatagramHandlers): Promise<DatagramSocket> {
  const socket = createSocket({
    type: isIPv6(local.address) ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // Answers go to addresses that datagrams came from: there is no name to look up.
    lookup: (address, _options, found) => found(null, address, isIPv6(address) ? 6 : 4),
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(local.port, local.address, () => {
      socket.off('error', reject);
      receive(socket, handlers);
      const { address, port } = socket.address();
      resolve({
        local: { address, port },
        // The callback keeps a failed send from becoming an event: a lost datagram is repeated by the client.
        send: (bytes, to) => socket.send(bytes, to.port, to.address, (error) => error && handlers.error(error)),
        close: () => socket.close(),
      });
    });
  });
}

export function connectUdp(server: Address, handlers: DatagramHandlers): ConnectedDatagramSocket {
  return new Connected(server, handlers);
}

/** The addresses of a name, as `lookup` of node:dns gives them. */
export type Resolve = (name: string, found: (error: Error | null, addresses: readonly LookupAddress[]) => void) => void;
const resolve: Resolve = (name, found) => lookup(name, { all: true }, (error, addresses) => found(error, addresses));

function receive(socket: Socket, handlers: DatagramHandlers): void {
  socket.on('error', (error) => handlers.error(error));
  socket.on('message', (bytes: Buffer, { address, port }: RemoteInfo) => {
    // Port 0 can be forged and cannot be answered: sending there throws.
    if (port > 0) handlers.datagram(bytes, { address, port });
  });
}

/** A name may have several addresses and the server listen on one of them only: an address that refuses is followed by the next. */
export class Connected implements ConnectedDatagramSocket {
  remote: Address | undefined;
  private socket: Socket | undefined;
  /** settled: the address has answered, and is the right one. */
  private phase: 'resolving' | 'ready' | 'settled' | 'closed' = 'resolving';
  private waiting: Uint8Array[] = [];
  /** Not tried yet. */
  private others: LookupAddress[] = [];

  constructor(
    private readonly server: Address,
    private readonly handlers: DatagramHandlers,
    find: Resolve = resolve,
  ) {
    find(server.address, (error, addresses) => {
      if (this.phase === 'closed') return;
      // With an error there are none, whatever the types say.
      if (error) return handlers.error(error);
      this.others = [...addresses];
      this.next();
    });
  }

  send(bytes: Uint8Array): void {
    if (this.phase === 'closed') return;
    // Until an address has answered, what was sent last is kept for the next one.
    if (this.phase !== 'settled') this.waiting = this.phase === 'ready' ? [bytes] : [...this.waiting, bytes];
    const { socket } = this;
    if (this.phase !== 'resolving') socket?.send(bytes, (error) => error && this.failed(socket, error));
  }

  close(): void {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    this.waiting = [];
    this.socket?.close();
  }

  private next(): boolean {
    const [one, ...others] = this.others;
    if (!one) return false;
    this.others = others;
    this.socket?.close();
    this.phase = 'resolving';
    this.connect({ address: one.address, port: this.server.port }, one.family === 6 ? 'udp6' : 'udp4');
    return true;
  }

  private connect(remote: Address, type: 'udp4' | 'udp6'): void {
    const socket = (this.socket = createSocket(type));
    receive(socket, {
      datagram: (bytes, from) => this.socket === socket && this.received(bytes, from),
      error: (error) => this.failed(socket, error),
    });
    // Node calls back with the error, too; its types do not say so.
    const connected = (error?: Error): void => {
      if (this.phase === 'closed' || this.socket !== socket) return;
      if (error) return this.failed(socket, error);
      this.phase = 'ready';
      this.remote = remote;
      for (const bytes of this.waiting.splice(0)) this.send(bytes);
    };
    socket.connect(remote.port, remote.address, connected);
  }

  private received(bytes: Buffer, from: Address): void {
    if (this.phase !== 'ready' && this.phase !== 'settled') return;
    this.phase = 'settled';
    this.waiting = [];
    this.handlers.datagram(bytes, from);
  }

  private failed(socket: Socket, error: Error): void {
    if (this.phase === 'closed' || this.socket !== socket) return;
    if (this.phase === 'settled' || !this.next()) this.handlers.error(error);
  }
}
