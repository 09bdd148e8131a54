/**
 * A peer over real sockets, made of the codec and the key store, without a machine: it can send whatever it likes, at any
 * moment. It knows a key, so it gets as far as an honest client. Must never be here: a decision what to send, an expectation.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TcpMessage } from '../../machines/messages';
import { RecordReader } from '../../transport/inbound';
import { KeyStore } from '../../transport/security/keystore';
import type { RecordSealer } from '../../transport/security/records';
import { ByteQueue } from '../../transport/wire/bytes';
import { decodeAuthSuccessBody, decodeDatagram, encodeDatagram } from '../../transport/wire/datagrams';
import { encodeClientPreface } from '../../transport/wire/prefaces';
import { encodeRecords } from '../../transport/wire/records';
import { Inbox } from './inbox';

const HOST = '127.0.0.1';
const SERVER_PREFACE_BYTES = 24;

/** A UDP socket of a stranger, which keeps every answer. */
export class Udp {
  readonly inbox = new Inbox<Buffer>();
  private closed = false;
  private constructor(
    readonly socket: UdpSocket,
    private readonly server: number,
  ) {
    socket.on('message', (bytes) => this.inbox.put(bytes));
  }
  /** @param server its UDP port @param host whom it is from */
  static async open(server: number, host = HOST): Promise<Udp> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    socket.bind(0, host);
    await once(socket, 'listening');
    return new Udp(socket, server);
  }
  get port(): number {
    return this.socket.address().port;
  }
  /** Resolves when the kernel has it. */
  send(bytes: Uint8Array, port = this.server): Promise<void> {
    return new Promise((sent) => this.socket.send(bytes, port, HOST, () => sent()));
  }
  /** Sends, and waits for the next answer. */
  async ask(bytes: Uint8Array): Promise<Buffer> {
    await this.send(bytes);
    return this.inbox.next();
  }
  close(): void {
    if (!this.closed) this.socket.close();
    this.closed = true;
  }
}

/** A TCP socket of a stranger: raw bytes, and how it ended. */
export class Tcp {
  /** Every byte that came. */
  readonly received: Buffer[] = [];
  /** `FIN` or `RST`, once the server has ended it. */
  readonly over: Promise<'FIN' | 'RST'>;
  ended: 'FIN' | 'RST' | undefined;
  private constructor(readonly socket: Socket) {
    this.over = new Promise((resolve) => {
      const end = (how: 'FIN' | 'RST'): void => resolve((this.ended ??= how));
      socket.on('end', () => end('FIN'));
      socket.on('error', () => end('RST'));
      socket.on('close', () => end('RST'));
    });
    socket.on('data', (bytes: Buffer) => this.received.push(bytes));
  }
  /** Without waiting for it to be open. */
  static begin(port: number, localAddress = HOST): Tcp {
    return new Tcp(connect({ port, host: HOST, localAddress, noDelay: true, allowHalfOpen: true }));
  }
  static async open(port: number, localAddress = HOST): Promise<Tcp> {
    const tcp = Tcp.begin(port, localAddress);
    await once(tcp.socket, 'connect');
    return tcp;
  }
  /** Resolves when the kernel has it, or the connection is over. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((written) => this.socket.write(bytes, () => written()));
  }
  /** RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
  close(): void {
    this.socket.destroy();
  }
}

/** A client that knows its key and no rules. */
export class Peer {
  readonly keys = new KeyStore({});
  attempt: Buffer = randomBytes(16);
  hello: Buffer = Buffer.alloc(0);
  challenge: Buffer = Buffer.alloc(0);
  rand: Buffer = Buffer.alloc(32);
  /** The last AUTH_SUCCESS that came. */
  success: Buffer = Buffer.alloc(0);
  handle = 0;
  tcpPort = 0;
  preface: Buffer = Buffer.alloc(0);
  sealer: RecordSealer | undefined;
  tcp: Tcp | undefined;
  /** Messages that came on TCP and were not looked at yet. */
  readonly replies = new Inbox<TcpMessage>();
  /** Bytes of every record and preface that came. */
  readonly raw: Buffer[] = [];
  private readonly input = new ByteQueue();
  private reader: RecordReader | undefined;

  constructor(
    readonly udp: Udp,
    readonly id: string,
    key: Uint8Array,
  ) {
    this.keys.setSubscriber(id, Buffer.from(key));
  }

  helloBytes(id = this.id, attempt: Uint8Array = this.attempt): Buffer {
    return encodeDatagram(attempt, { type: 'HELLO', ver: { min: 1, max: 1 }, id });
  }
  /** HELLO, and the CHALLENGE that answers it. */
  async askChallenge(hello = this.helloBytes()): Promise<void> {
    this.hello = hello;
    this.takeChallenge(await this.udp.ask(hello));
  }
  takeChallenge(bytes: Buffer): void {
    const decoded = decodeDatagram(bytes, 'server');
    if (!decoded.ok || 'sealed' in decoded.value || decoded.value.message.type !== 'CHALLENGE') {
      throw new Error('no CHALLENGE came');
    }
    this.challenge = bytes;
    this.rand = Buffer.from(decoded.value.message.rand);
    this.handle = this.keys.derive(this.id, this.rand);
    this.keys.bindTranscript(this.handle, this.hello, bytes);
  }
  /** The right RESPONSE, or one with something else in it. */
  responseBytes(other: { id?: string; res?: Uint8Array; rand?: Uint8Array; attempt?: Uint8Array } = {}): Buffer {
    const { id = this.id, res = this.keys.res(this.handle), rand = this.rand, attempt = this.attempt } = other;
    return encodeDatagram(attempt, { type: 'RESPONSE', id, res, rand });
  }
  takeSuccess(bytes: Buffer): void {
    const decoded = decodeDatagram(bytes, 'server');
    if (!decoded.ok || !('sealed' in decoded.value)) throw new Error('no AUTH_SUCCESS came');
    const { header, nonce, box } = decoded.value.sealed;
    const plain = this.keys.openAuthSuccess(this.handle, header, nonce, box);
    const body = decodeAuthSuccessBody(plain ?? Buffer.alloc(0));
    if (!body.ok) throw new Error('AUTH_SUCCESS does not verify');
    this.success = bytes;
    this.tcpPort = body.value.port;
    this.keys.keepCookie(this.handle, body.value.cookie);
  }
  /** As an honest client up to AUTH_SUCCESS. */
  async authenticate(): Promise<this> {
    await this.askChallenge();
    this.takeSuccess(await this.udp.ask(this.responseBytes()));
    return this;
  }

  /** Preface and CONNECT, or another first message. */
  flight(first: TcpMessage = { type: 'CONNECT', cookie: this.keys.cookie(this.handle) }): Buffer {
    return this.flightOf(...encodeRecords([first]));
  }
  /** Preface and records with these plaintexts. */
  flightOf(...plaintexts: readonly Buffer[]): Buffer {
    this.preface = encodeClientPreface({ tag: this.keys.tag(this.handle), salt: randomBytes(16) });
    this.sealer = this.keys.clientSealer(this.handle, this.preface);
    return Buffer.concat([this.preface, ...plaintexts.map((plaintext) => this.seal(plaintext))]);
  }
  seal(plaintext: Buffer): Buffer {
    if (!this.sealer) throw new Error('nothing can be sealed before the first flight');
    return this.sealer.seal(plaintext);
  }
  async openTcp(): Promise<Tcp> {
    const tcp = (this.tcp = await Tcp.open(this.tcpPort));
    tcp.socket.on('data', (bytes: Buffer) => this.data(bytes));
    return tcp;
  }
  /** As an honest client up to CONNECTED. */
  async logOn(): Promise<this> {
    await this.authenticate();
    return this.connect();
  }
  /** From AUTH_SUCCESS to CONNECTED. */
  async connect(): Promise<this> {
    const tcp = await this.openTcp();
    await tcp.write(this.flight());
    const connected = await this.reply();
    if (connected.type !== 'CONNECTED') throw new Error(`${connected.type} instead of CONNECTED`);
    return this;
  }
  /** The next message that is no KEEPALIVE. */
  async reply(): Promise<TcpMessage> {
    for (;;) {
      const message = await this.replies.next();
      if (message.type !== 'KEEPALIVE') return message;
    }
  }
  say(...messages: readonly TcpMessage[]): Promise<void> {
    return this.records(...encodeRecords(messages));
  }
  /** Records with these plaintexts, in one write. */
  records(...plaintexts: readonly Buffer[]): Promise<void> {
    return this.write(Buffer.concat(plaintexts.map((plaintext) => this.seal(plaintext))));
  }
  /** Any bytes on the connection. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.tcp?.write(bytes);
  }
  /** How the server ended the connection. */
  async over(): Promise<'FIN' | 'RST' | 'none'> {
    return (await this.tcp?.over) ?? 'none';
  }

  private data(chunk: Buffer): void {
    this.raw.push(chunk);
    this.input.push(chunk);
    const preface = this.reader ? undefined : this.input.take(SERVER_PREFACE_BYTES);
    if (preface) {
      this.reader = new RecordReader(this.keys.clientOpener(this.handle, this.preface, preface), 'server', this.input);
    }
    for (let record = this.reader?.next(); record; record = this.reader?.next()) {
      if (record.fault) throw new Error(`the server sends what is faulty: ${record.fault}`);
      for (const message of record.messages) this.replies.put(message);
    }
  }
}
