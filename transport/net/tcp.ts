/** TCP endpoints: the only importer of node:net for sockets. Must never be here: what the bytes mean. */
import { connect, createServer, type Socket } from 'node:net';
import { WIRE } from '../../machines/limits';
import type { Address } from '../../machines/ports';
import type { Listener, Refusal, Stream, StreamHandlers } from './network';

export function listenTcp(local: Address, accept: (stream: Stream) => void, refusal?: Refusal): Promise<Listener> {
  const options = { allowHalfOpen: true, noDelay: true, highWaterMark: WIRE.SOCKET_QUEUE_BYTES };
  const server = createServer(options, (socket) => accept(new TcpStream(socket)));
  // Without a descriptor left the system closes what it accepts, and nobody is told.
  if (refusal && refusal.most < Infinity) server.maxConnections = refusal.most;
  server.on('drop', () => refusal?.turnedAway());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(local.port, local.address, () => {
      server.off('error', reject);
      // A failed accept (no descriptor left) costs one connection, never the process.
      server.on('error', ({ code }: NodeJS.ErrnoException) => refusal?.turnedAway(code ?? 'unknown'));
      const bound = server.address();
      if (bound === null || typeof bound === 'string') throw new Error('a TCP server is bound to an address and port');
      resolve({ local: { address: bound.address, port: bound.port }, close: () => void server.close() });
    });
  });
}

export function connectTcp(server: Address, handlers: StreamHandlers, from?: string): Stream {
  const { address: host, port } = server;
  const own = from === undefined ? {} : { localAddress: from };
  const options = { ...own, allowHalfOpen: true, noDelay: true, highWaterMark: WIRE.SOCKET_QUEUE_BYTES };
  const socket = connect({ host, port, ...options });
  const stream = new TcpStream(socket, server);
  stream.handle(handlers);
  return stream;
}

class TcpStream implements Stream {
  readonly remote: Address;
  private handlers: StreamHandlers | undefined;

  constructor(
    private readonly socket: Socket,
    remote?: Address,
  ) {
    this.remote = remote ?? { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    socket.on('connect', () => this.handlers?.open?.());
    socket.on('data', (chunk: Buffer) => this.handlers?.data(chunk));
    socket.on('end', () => this.handlers?.end());
    socket.on('drain', () => this.handlers?.drain());
    socket.on('close', () => this.handlers?.close());
    // What follows an error is `close`; the cause makes no difference to anybody (5.0, N.CLOSED).
    socket.on('error', () => undefined);
  }

  get writableLength(): number {
    return this.socket.writableLength;
  }
  get bytesRead(): number {
    return this.socket.bytesRead;
  }
  get bytesWritten(): number {
    return this.socket.bytesWritten;
  }
  handle(handlers: StreamHandlers): void {
    this.handlers = handlers;
  }
  write(bytes: Buffer): boolean {
    return this.socket.write(bytes);
  }
  end(): void {
    this.socket.end();
  }
  destroy(how?: 'RST'): void {
    if (how === 'RST') this.socket.resetAndDestroy();
    else this.socket.destroy();
  }
  pause(): void {
    this.socket.pause();
  }
  resume(): void {
    this.socket.resume();
  }
}
