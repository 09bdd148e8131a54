/**
 * A client without machines, made of the codec and the key store, that can send whatever it likes: for stories about liars.
 * It knows its key, so it gets as far as an honest client. Must never be here: a decision what to send.
 */
import type { TcpMessage } from '../../machines/messages';
import type { Address } from '../../machines/ports';
import { RecordReader } from '../../transport/inbound';
import type { ConnectedDatagramSocket, Stream } from '../../transport/net/network';
import { KeyStore } from '../../transport/security/keystore';
import type { RecordOpener, RecordSealer } from '../../transport/security/records';
import { ByteQueue } from '../../transport/wire/bytes';
import { decodeAuthSuccessBody, decodeDatagram, encodeDatagram, withToken } from '../../transport/wire/datagrams';
import { encodeClientPreface } from '../../transport/wire/prefaces';
import { encodeRecords } from '../../transport/wire/records';
import type { MemoryHost } from './memory-network';
import { SERVER, type World } from './world';

const SERVER_PREFACE_BYTES = 24;
/** More than a round trip. */
const TRIP_MS = 10;

export class RawClient {
  /** Datagrams that came, oldest first. */
  readonly datagrams: Buffer[] = [];
  /** Messages that came on TCP, oldest first. */
  readonly replies: TcpMessage[] = [];
  /** What became of TCP. */
  tcp: 'none' | 'opening' | 'open' | 'ended' | 'closed' = 'none';
  readonly host: MemoryHost;
  readonly keys: KeyStore;
  attempt: Buffer;
  hello: Buffer = Buffer.alloc(0);
  rand: Buffer = Buffer.alloc(32);
  handle = 0;
  port = 0;
  preface: Buffer = Buffer.alloc(0);
  sealer: RecordSealer | undefined;
  private readonly udp: ConnectedDatagramSocket;
  private stream: Stream | undefined;
  private readonly input = new ByteQueue();
  private reader: RecordReader | undefined;

  constructor(
    private readonly world: World,
    readonly id: string,
    key = world.keyOf(id),
  ) {
    this.host = world.newHost(`raw client of ${id}`);
    this.keys = new KeyStore({ keyLog: world.watch.keyLog });
    this.keys.setSubscriber(id, key);
    this.attempt = world.random.bytes(16);
    this.udp = this.host.connectUdp(SERVER, {
      datagram: (bytes) => void this.datagrams.push(bytes),
      error: () => undefined,
    });
  }

  /** HELLO; takes the CHALLENGE that answers it. */
  challenge(): void {
    this.hello = encodeDatagram(this.attempt, { type: 'HELLO', ver: { min: 1, max: 1 }, id: this.id });
    let challenge = this.ask(this.hello);
    const token = this.tokenIn(challenge);
    if (token) challenge = this.ask(withToken(this.hello, token));
    const decoded = challenge && decodeDatagram(challenge, 'server');
    if (!decoded?.ok || 'sealed' in decoded.value || decoded.value.message.type !== 'CHALLENGE') {
      throw new Error('no CHALLENGE came');
    }
    this.handle = this.keys.derive(this.id, decoded.value.message.rand);
    this.keys.bindTranscript(this.handle, this.hello, challenge as Buffer);
    this.rand = Buffer.from(decoded.value.message.rand);
  }

  /** What a RETRY holds. */
  tokenIn(answer: Buffer | undefined): Uint8Array | undefined {
    const decoded = answer && decodeDatagram(answer, 'server');
    if (!decoded?.ok || 'sealed' in decoded.value) return undefined;
    const { message } = decoded.value;
    return message.type === 'RETRY' ? message.token : undefined;
  }

  /** The RESPONSE to the CHALLENGE, or one with another Res or rand. */
  responseBytes(res: Uint8Array = this.keys.res(this.handle), rand: Uint8Array = this.rand): Buffer {
    return encodeDatagram(this.attempt, { type: 'RESPONSE', id: this.id, res, rand });
  }

  /** RESPONSE; takes the AUTH_SUCCESS that answers it. */
  respond(): void {
    const answer = this.ask(this.responseBytes());
    const decoded = answer && decodeDatagram(answer, 'server');
    if (!decoded?.ok || !('sealed' in decoded.value)) throw new Error('no AUTH_SUCCESS came');
    const { header, nonce, box } = decoded.value.sealed;
    const body = decodeAuthSuccessBody(this.keys.openAuthSuccess(this.handle, header, nonce, box) ?? Buffer.alloc(0));
    if (!body.ok) throw new Error('AUTH_SUCCESS does not verify');
    this.port = body.value.port;
    this.keys.keepCookie(this.handle, body.value.cookie);
  }

  /** Sends a datagram. @returns what came back for it */
  ask(bytes: Buffer): Buffer | undefined {
    const before = this.datagrams.length;
    this.udp.send(bytes);
    this.world.advance(TRIP_MS);
    return this.datagrams[before];
  }

  /** Opens TCP, to nobody in particular. */
  openTcp(port = this.port): void {
    const to: Address = { address: SERVER.address, port };
    this.tcp = 'opening';
    this.stream = this.host.connectTcp(to, {
      open: () => (this.tcp = 'open'),
      data: (chunk) => this.data(chunk),
      end: () => (this.tcp = 'ended'),
      close: () => (this.tcp = 'closed'),
      drain: () => undefined,
    });
    this.world.advance(TRIP_MS);
  }

  /** Preface and CONNECT, or another first record. */
  firstFlight(first: TcpMessage = { type: 'CONNECT', cookie: this.keys.cookie(this.handle) }): Buffer {
    this.preface = encodeClientPreface({ tag: this.keys.tag(this.handle), salt: this.world.random.bytes(16) });
    this.sealer = this.keys.clientSealer(this.handle, this.preface);
    return Buffer.concat([this.preface, ...this.sealed(encodeRecords([first]))]);
  }

  /** As an honest client up to CONNECTED. */
  logOn(): this {
    this.challenge();
    this.respond();
    this.openTcp();
    this.write(this.firstFlight());
    this.world.advance(TRIP_MS);
    return this;
  }

  /** Messages, in as few records as fit, in one write. */
  say(...messages: readonly TcpMessage[]): void {
    this.records(...encodeRecords(messages));
  }
  /** Records with these plaintexts, in one write. */
  records(...plaintexts: readonly Buffer[]): void {
    this.write(Buffer.concat(this.sealed(plaintexts)));
    this.world.advance(TRIP_MS);
  }
  /** Any bytes. */
  write(bytes: Buffer): void {
    this.stream?.write(bytes);
  }
  end(): void {
    this.stream?.end();
    this.world.advance(TRIP_MS);
  }
  /** Whether the server has ended or reset the connection. */
  get isOver(): boolean {
    return this.tcp === 'ended' || this.tcp === 'closed';
  }
  /** Gives everything up. */
  leave(): void {
    this.host.kill();
  }

  /** Replies since the last look, by name, with the reason of CLOSE. */
  look(): string[] {
    return this.replies
      .splice(0)
      .map((reply) => (reply.type === 'CLOSE' ? `CLOSE(${String(reply.reason)})` : reply.type));
  }

  private sealed(plaintexts: readonly Buffer[]): Buffer[] {
    const { sealer } = this;
    if (!sealer) throw new Error('nothing can be sealed before the first flight');
    return plaintexts.map((plaintext) => sealer.seal(plaintext));
  }

  private data(chunk: Buffer): void {
    this.input.push(chunk);
    const preface = this.reader ? undefined : this.input.take(SERVER_PREFACE_BYTES);
    if (preface) this.reader = new RecordReader(this.opener(preface), 'server', this.input);
    for (let record = this.reader?.next(); record; record = this.reader?.next()) {
      if (record.fault) throw new Error(`the server sends what is faulty: ${record.fault}`);
      this.replies.push(...record.messages);
    }
  }

  private opener(serverPreface: Buffer): RecordOpener {
    return this.keys.clientOpener(this.handle, this.preface, serverPreface);
  }
}
