/**
 * The network as the drivers see it: datagrams and byte streams. The real one stands in system.ts; tests and simulations
 * hand in their own. Must never be here: messages, keys, decisions.
 */
import type { Address } from '../../machines/ports';

export interface DatagramHandlers {
  datagram(bytes: Buffer, from: Address): void;
  /** A hint only (ICMP port unreachable, a name that does not resolve): the socket stays usable (protocol 3.9). */
  error(error: Error): void;
}
export interface DatagramSocket {
  /** The address this socket is bound to. */
  readonly local: Address;
  send(bytes: Uint8Array, to: Address): void;
  close(): void;
}
/** A socket that sends to one address and hears only from it; sends wait until it is ready. */
export interface ConnectedDatagramSocket {
  /** The address it is connected to; undefined until the name has been resolved. */
  readonly remote: Address | undefined;
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface StreamHandlers {
  /** Established; only for connections that were asked for. */
  open?(): void;
  data(chunk: Buffer): void;
  /** The peer has sent FIN. */
  end(): void;
  /** The socket is gone, for whatever reason; the last call. */
  close(): void;
  drain(): void;
}
/** One TCP connection. Half-open is allowed: `end` sends FIN, reading goes on until the peer's (protocol 4.9). */
export interface Stream {
  readonly remote: Address;
  /** Bytes handed to `write` that the kernel has not taken yet. */
  readonly writableLength: number;
  /** Bytes of this connection so far, in and out; still there when it is closed. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** From now on these handlers get the events. */
  handle(handlers: StreamHandlers): void;
  /** @returns false if `drain` will follow */
  write(bytes: Buffer): boolean;
  end(): void;
  /** @param how `RST`: the peer is to see a reset, and nothing that still waits is sent */
  destroy(how?: 'RST'): void;
  pause(): void;
  resume(): void;
}
/** What a listener does not hand over. */
export interface Refusal {
  /** So many connections may be open; whoever comes then is turned away. */
  readonly most: number;
  /** Somebody has been; `error` is the system's name for the reason, if the system did it. */
  turnedAway(error?: string): void;
}
export interface Listener {
  readonly local: Address;
  /** Takes no more connections; those that exist stay. */
  close(): void;
}

export interface Network {
  /** @throws Error with a `code` (EADDRINUSE ...) if the address cannot be bound */
  listenUdp(local: Address, handlers: DatagramHandlers): Promise<DatagramSocket>;
  connectUdp(server: Address, handlers: DatagramHandlers): ConnectedDatagramSocket;
  /** @throws Error with a `code` if the address cannot be bound */
  listenTcp(local: Address, accept: (stream: Stream) => void, refusal?: Refusal): Promise<Listener>;
  /** @param from own address, where there are several */
  connectTcp(server: Address, handlers: StreamHandlers, from?: string): Stream;
}
