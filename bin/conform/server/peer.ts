/**
 * A client over real sockets, made of the codec and the key store, without a machine: it can send whatever it likes, at any
 * moment. It knows a key, so it gets as far as an honest client. Must never be here: a decision what to send, a check.
 */
import type { TcpMessage } from '../../../machines/messages';
import { RecordReader } from '../../../transport/inbound';
import { KeyStore } from '../../../transport/security/keystore';
import type { RecordSealer } from '../../../transport/security/records';
import { ByteQueue } from '../../../transport/wire/bytes';
import { decodeAuthSuccessBody, decodeDatagram, encodeDatagram } from '../../../transport/wire/datagrams';
import { encodeClientPreface, prefaceStartFault } from '../../../transport/wire/prefaces';
import { encodeRecords } from '../../../transport/wire/records';
import { NotChecked, Unexpected } from '../check';
import { chance } from '../bytes';
import { Inbox } from './inbox';
import { type Ending, type Site, Tcp, type Udp } from './sockets';
import { datagramWords, words } from './words';

const SERVER_PREFACE_BYTES = 24;

export class Peer {
  readonly keys = new KeyStore({});
  attempt: Buffer = chance(16);
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
  readonly replies: Inbox<TcpMessage>;
  /** Bytes of every record and preface that came. */
  readonly raw: Buffer[] = [];
  /** So many KEEPALIVEs came: they may come at any time, alone in a record or with other messages. */
  keepalives = 0;
  private readonly input = new ByteQueue();
  private reader: RecordReader | undefined;

  constructor(
    private readonly site: Site,
    readonly udp: Udp,
    readonly id: string,
    key: Uint8Array,
  ) {
    this.replies = new Inbox(site.patienceMs);
    this.keys.setSubscriber(id, key);
  }

  // UDP

  helloBytes(id = this.id, attempt: Uint8Array = this.attempt): Buffer {
    return encodeDatagram(attempt, { type: 'HELLO', ver: { min: 1, max: 1 }, id });
  }
  /** HELLO, and the CHALLENGE that answers it. */
  async askChallenge(hello = this.helloBytes()): Promise<void> {
    this.hello = hello;
    this.takeChallenge(await this.udp.askAgain(hello, 'CHALLENGE'));
  }
  /** @throws Unexpected: not a CHALLENGE as it must be */
  takeChallenge(bytes: Buffer): void {
    const decoded = decodeDatagram(bytes, 'server');
    if (!decoded.ok || 'sealed' in decoded.value || decoded.value.message.type !== 'CHALLENGE') {
      throw new Unexpected('CHALLENGE', datagramWords(bytes));
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
  /** @throws Unexpected: not an AUTH_SUCCESS that verifies */
  takeSuccess(bytes: Buffer): void {
    const decoded = decodeDatagram(bytes, 'server');
    if (!decoded.ok || !('sealed' in decoded.value)) throw new Unexpected('AUTH_SUCCESS', datagramWords(bytes));
    const { header, nonce, box } = decoded.value.sealed;
    const plain = this.keys.openAuthSuccess(this.handle, header, nonce, box);
    if (!plain) throw new Unexpected('AUTH_SUCCESS that verifies', 'AUTH_SUCCESS does not verify');
    const body = decodeAuthSuccessBody(plain);
    if (!body.ok) throw new Unexpected('AUTH_SUCCESS', `a plaintext of it with the fault ${body.fault}`);
    this.success = bytes;
    this.tcpPort = body.value.port;
    this.keys.keepCookie(this.handle, body.value.cookie);
  }
  /** As an honest client up to AUTH_SUCCESS. */
  async authenticate(): Promise<this> {
    await this.askChallenge();
    this.takeSuccess(await this.udp.askAgain(this.responseBytes(), 'AUTH_SUCCESS'));
    return this;
  }

  // TCP

  /** Preface and CONNECT, or another first message. */
  flight(first: TcpMessage = { type: 'CONNECT', cookie: this.keys.cookie(this.handle) }): Buffer {
    return this.flightOf(...encodeRecords([first]));
  }
  /** Preface and records with these plaintexts. */
  flightOf(...plaintexts: readonly Buffer[]): Buffer {
    this.preface = encodeClientPreface({ tag: this.keys.tag(this.handle), salt: chance(16) });
    this.sealer = this.keys.clientSealer(this.handle, this.preface);
    return Buffer.concat([this.preface, ...plaintexts.map((plaintext) => this.seal(plaintext))]);
  }
  seal(plaintext: Buffer): Buffer {
    if (!this.sealer) throw new Error('nothing can be sealed before the first flight');
    return this.sealer.seal(plaintext);
  }
  /** @throws NotChecked if nobody gets to CONNECTED anyway */
  async openTcp(): Promise<Tcp> {
    if (this.site.unconnected) throw new NotChecked('a right CONNECT does not bring CONNECTED');
    const tcp = (this.tcp = await Tcp.open(this.site, this.tcpPort));
    tcp.heard = (bytes) => this.data(bytes);
    void tcp.ending.then((how) => this.replies.close(`the end of the connection (${how})`));
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
    const connected = await this.reply('CONNECTED');
    if (connected.type !== 'CONNECTED') throw new Unexpected('CONNECTED', words(connected));
    return this;
  }
  /** The next message that is no KEEPALIVE. @throws Unexpected if none comes */
  async reply(wanted?: string): Promise<TcpMessage> {
    for (;;) {
      const message = await this.replies.next(wanted && `${wanted} at ${this.id}`);
      if (message.type !== 'KEEPALIVE') return message;
    }
  }
  /** Whether the server has said CONNECTED, or anything else. */
  get isConnected(): boolean {
    return this.reader?.hasBegun ?? false;
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
  /** How the server ended the connection. @throws Unexpected if it does not */
  async over(): Promise<Ending | 'none'> {
    return (await this.tcp?.over()) ?? 'none';
  }
  /** Ends everything and forgets the keys. */
  close(): void {
    if (this.tcp) this.tcp.heard = undefined;
    this.tcp?.close();
    this.udp.close();
    this.keys.removeSubscriber(this.id);
    if (this.handle > 0) this.keys.forget(this.handle);
    this.handle = 0;
  }

  private data(chunk: Buffer): void {
    this.raw.push(chunk);
    this.input.push(chunk);
    const preface = this.reader ? undefined : this.input.take(SERVER_PREFACE_BYTES);
    if (preface) {
      const fault = prefaceStartFault(preface);
      if (fault) return this.replies.close(`a preface with the fault ${fault}`);
      this.reader = new RecordReader(this.keys.clientOpener(this.handle, this.preface, preface), 'server', this.input);
    }
    for (let record = this.reader?.next(); record; record = this.reader?.next()) {
      this.keepalives += record.messages.filter(({ type }) => type === 'KEEPALIVE').length;
      for (const message of record.messages) this.replies.put(message);
      if (!record.fault) continue;
      this.replies.close(`record ${String(record.seq)} with the fault ${record.fault}`);
      // Nothing can be read behind it.
      if (this.tcp) this.tcp.heard = (bytes) => void this.raw.push(bytes);
      return;
    }
  }
}
