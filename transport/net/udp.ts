/** UDP endpoints: the only importer of node:dgram. Must never be here: what the bytes mean. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { isIPv6 } from 'node:net';
import type { Address } from '../../machines/ports';
import type { ConnectedDatagramSocket, DatagramHandlers, DatagramSocket } from './network';

/** A burst of log-ons must not be lost before it is read. */
const RECEIVE_BUFFER_BYTES = 1_048_576;

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

function receive(socket: Socket, handlers: DatagramHandlers): void {
  socket.on('error', (error) => handlers.error(error));
  socket.on('message', (bytes: Buffer, { address, port }: RemoteInfo) => {
    // Port 0 can be forged and cannot be answered: sending there throws.
    if (port > 0) handlers.datagram(bytes, { address, port });
  });
}

class Connected implements ConnectedDatagramSocket {
  remote: Address | undefined;
  private socket: Socket | undefined;
  private phase: 'resolving' | 'ready' | 'closed' = 'resolving';
  private waiting: Uint8Array[] = [];

  constructor(
    { address, port }: Address,
    private readonly handlers: DatagramHandlers,
  ) {
    lookup(address, (error, found, family) => {
      if (this.phase === 'closed') return;
      if (error) handlers.error(error);
      else this.connect({ address: found, port }, family === 6 ? 'udp6' : 'udp4');
    });
  }

  send(bytes: Uint8Array): void {
    if (this.phase === 'ready') this.socket?.send(bytes, (error) => error && this.hint(error));
    else if (this.phase === 'resolving') this.waiting.push(bytes);
  }

  close(): void {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    this.waiting = [];
    this.socket?.close();
  }

  private connect(remote: Address, type: 'udp4' | 'udp6'): void {
    const socket = (this.socket = createSocket(type));
    receive(socket, {
      datagram: (bytes, from) => this.phase === 'ready' && this.handlers.datagram(bytes, from),
      error: (error) => this.hint(error),
    });
    // Node calls back with the error, too; its types do not say so.
    const connected = (error?: Error): void => {
      if (this.phase === 'closed') return;
      if (error) return this.hint(error);
      this.phase = 'ready';
      this.remote = remote;
      for (const bytes of this.waiting.splice(0)) this.send(bytes);
    };
    socket.connect(remote.port, remote.address, connected);
  }

  private hint(error: Error): void {
    if (this.phase !== 'closed') this.handlers.error(error);
  }
}
