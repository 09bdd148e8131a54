/**
 * A server without machines that logs one client on and then says whatever it likes: for stories about liars. Must never be
 * here: a decision what to say.
 */
import type { TcpMessage } from '../../machines/messages';
import { ServerAuthenticator } from '../../transport/authenticator';
import { RecordReader } from '../../transport/inbound';
import type { Stream } from '../../transport/net/network';
import { KeyStore } from '../../transport/security/keystore';
import type { RecordSealer } from '../../transport/security/records';
import { ByteQueue } from '../../transport/wire/bytes';
import { decodeDatagram, encodeDatagram } from '../../transport/wire/datagrams';
import { encodeRecords } from '../../transport/wire/records';
import type { MemoryHost } from './memory-network';
import { SERVER, type World } from './world';

const CLIENT_PREFACE_BYTES = 40;
const TRIP_MS = 10;
const TCP_PORT = 5000;

export class RawServer {
  /** What the client said after CONNECT. */
  readonly heard: TcpMessage[] = [];
  tcp: 'none' | 'open' | 'ended' | 'closed' = 'none';
  stream: Stream | undefined;
  private readonly keys: KeyStore;
  private readonly host: MemoryHost;
  private readonly authenticator: ServerAuthenticator;
  private readonly input = new ByteQueue();
  private serial = 0;
  private preface: Buffer | undefined;
  private reader: RecordReader | undefined;
  private sealer: RecordSealer | undefined;

  private constructor(
    private readonly world: World,
    /** What follows the server's preface when CONNECT came. */
    private readonly first: readonly Buffer[],
  ) {
    this.host = world.network.host(SERVER.address, world.time.loop('lying server'));
    this.keys = new KeyStore({ keyLog: world.watch.keyLog });
    this.authenticator = new ServerAuthenticator(this.keys, world.random, () => TCP_PORT);
    for (const { id, key } of world.store.subscribers.all()) this.keys.setSubscriber(id, key);
  }

  /** @param first plaintexts of its first records; an honest server has CONNECTED alone in the first */
  static async start(
    world: World,
    first: readonly Buffer[] = encodeRecords([{ type: 'CONNECTED' }]),
  ): Promise<RawServer> {
    const server = new RawServer(world, first);
    const udp = await server.host.listenUdp(SERVER, {
      datagram: (bytes, from) => {
        const answer = server.answer(bytes);
        if (answer) udp.send(answer, from);
      },
      error: () => undefined,
    });
    await server.host.listenTcp({ ...SERVER, port: TCP_PORT }, (stream) => server.accept(stream));
    return server;
  }

  /** Messages, in as few records as fit, in one write. */
  say(...messages: readonly TcpMessage[]): void {
    this.records(...encodeRecords(messages));
  }
  records(...plaintexts: readonly Buffer[]): void {
    this.stream?.write(Buffer.concat(this.sealed(plaintexts)));
    this.world.advance(TRIP_MS);
  }

  private sealed(plaintexts: readonly Buffer[]): Buffer[] {
    const { sealer } = this;
    if (!sealer) throw new Error('nobody is connected');
    return plaintexts.map((plaintext) => sealer.seal(plaintext));
  }

  private answer(bytes: Buffer): Buffer | undefined {
    const decoded = decodeDatagram(bytes, 'client');
    if (!decoded.ok || 'sealed' in decoded.value) return undefined;
    const { attempt, message } = decoded.value;
    const { authenticator } = this;
    if (message.type === 'HELLO') {
      authenticator.makeRand(++this.serial);
      authenticator.storeXRES(this.serial, message.id, bytes);
      return authenticator.answer(this.serial, 'CHALLENGE')?.bytes;
    }
    if (message.type !== 'RESPONSE') return undefined;
    if (!authenticator.verify(this.serial, message.res)) return encodeDatagram(attempt, { type: 'AUTH_FAIL' });
    authenticator.makeCookie(this.serial);
    return authenticator.answer(this.serial, 'AUTH_SUCCESS')?.bytes;
  }

  private accept(stream: Stream): void {
    this.stream = stream;
    this.tcp = 'open';
    stream.handle({
      data: (chunk) => this.data(chunk),
      end: () => {
        this.tcp = 'ended';
        stream.end();
      },
      close: () => (this.tcp = 'closed'),
      drain: () => undefined,
    });
  }

  private data(chunk: Buffer): void {
    this.input.push(chunk);
    this.preface ??= this.input.take(CLIENT_PREFACE_BYTES);
    if (!this.preface) return;
    this.reader ??= new RecordReader(this.authenticator.opener(this.serial, this.preface), 'client', this.input);
    for (let record = this.reader.next(); record; record = this.reader.next()) {
      if (record.fault) throw new Error(`the client sends what is faulty: ${record.fault}`);
      for (const message of record.messages) this.message(message);
    }
  }

  private message(message: TcpMessage): void {
    if (message.type !== 'CONNECT') return void this.heard.push(message);
    this.authenticator.useCookie(this.serial);
    const { preface, sealer } = this.authenticator.sealer(this.serial, this.preface ?? Buffer.alloc(0));
    this.sealer = sealer;
    this.stream?.write(Buffer.concat([preface, ...this.sealed(this.first)]));
  }
}
