/**
 * Somebody between clients and a server who passes everything on unchanged and writes down what goes by, as packets: the
 * captures of these tests, of real processes, without a right to the network card. AUTH_SUCCESS is encrypted and names the TCP
 * port, so the tap listens on the same port of another loopback address.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Packet, Place, Tcp } from './packets';

const SERVER = '127.0.0.1';
/** All of 127/8 is this machine, on Linux without further ado. */
const TAP = '127.0.0.2';
/** Largest payload of a segment in the capture: small, so that records lie across segments. */
const SEGMENT_BYTES = 1000;

export class Wiretap {
  readonly packets: Packet[] = [];
  private readonly started = performance.now();
  private readonly wall = Date.now();
  private readonly backs = new Map<number, UdpSocket>();
  private readonly sockets = new Set<Socket>();
  private connections = 0;

  private constructor(
    private readonly udp: UdpSocket,
    private readonly tcp: Server,
    private readonly server: { readonly udp: number; readonly tcp: number },
  ) {
    udp.on('message', (bytes, { port }) => this.datagram(bytes, port));
    tcp.on('connection', (socket) => this.connection(socket));
  }

  static async open(server: { readonly udp: number; readonly tcp: number }): Promise<Wiretap> {
    const udp = createSocket('udp4');
    await new Promise<void>((bound) => udp.bind(0, TAP, bound));
    const tcp = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((listening, failed) => {
      tcp.once('error', failed);
      tcp.listen(server.tcp, TAP, listening);
    });
    return new Wiretap(udp, tcp, server);
  }

  /** For --server of a client. */
  get address(): string {
    return `${TAP}:${String(this.udp.address().port)}`;
  }

  close(): void {
    this.udp.close();
    this.tcp.close();
    for (const back of this.backs.values()) back.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private now(): number {
    return this.wall + performance.now() - this.started;
  }

  private datagram(bytes: Buffer, port: number): void {
    const [client, tap] = [
      { address: SERVER, port },
      { address: TAP, port: this.udp.address().port },
    ];
    let back = this.backs.get(port);
    if (!back) {
      back = createSocket('udp4');
      back.on('message', (answer) => {
        this.packets.push({ ms: this.now(), from: tap, to: client, payload: answer });
        this.udp.send(answer, port, SERVER);
      });
      this.backs.set(port, back);
    }
    this.packets.push({ ms: this.now(), from: client, to: tap, payload: bytes });
    back.send(bytes, this.server.udp, SERVER);
  }

  private connection(socket: Socket): void {
    const client = { address: SERVER, port: socket.remotePort ?? 0 };
    // Some begin shortly before the numbers begin again.
    const isn = 2 ** 32 - 200 - this.connections++;
    const note = (packet: Omit<Packet, 'ms'>): void => void this.packets.push({ ms: this.now(), ...packet });
    const spoken = new Conversation(client, { address: TAP, port: this.server.tcp }, isn, note);
    const onward = createConnection({ host: SERVER, port: this.server.tcp, allowHalfOpen: true, noDelay: true });
    for (const [from, to, way] of [
      [socket, onward, 'up'],
      [onward, socket, 'down'],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.on('data', (bytes: Buffer) => {
        spoken.data(way, bytes);
        to.write(bytes);
      });
      from.on('end', () => {
        spoken.fin(way);
        to.end();
      });
      from.on('close', () => to.destroy());
    }
  }
}

type Way = 'up' | 'down';

/** The segments of a connection: handshake, data and an acknowledgement for each, FIN. */
export class Conversation {
  private readonly next: Record<Way, number>;

  constructor(
    private readonly client: Place,
    private readonly server: Place,
    isn: number,
    private readonly note: (packet: Omit<Packet, 'ms'>) => void,
  ) {
    this.next = { up: isn, down: isn + 77 };
    this.segment('up', ['SYN']);
    this.next.up++;
    this.segment('down', ['SYN', 'ACK']);
    this.next.down++;
    this.segment('up', ['ACK']);
  }

  data(way: Way, bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
      const payload = bytes.subarray(at, at + SEGMENT_BYTES);
      this.segment(way, ['ACK'], payload);
      this.next[way] += payload.length;
      this.segment(way === 'up' ? 'down' : 'up', ['ACK']);
    }
  }

  fin(way: Way): void {
    this.segment(way, ['FIN', 'ACK']);
    this.next[way]++;
    this.segment(way === 'up' ? 'down' : 'up', ['ACK']);
  }

  private segment(way: Way, flags: Tcp['flags'], payload: Buffer = Buffer.alloc(0)): void {
    const [from, to] = way === 'up' ? [this.client, this.server] : [this.server, this.client];
    const ack = flags.includes('ACK') ? this.next[way === 'up' ? 'down' : 'up'] % 2 ** 32 : 0;
    this.note({ from, to, payload: Buffer.from(payload), tcp: { seq: this.next[way] % 2 ** 32, ack, flags } });
  }
}
