/** A channel with everything around it in sight: its stream, its time, what its driver is told. */
import { LIMITS, type Limits } from '../../machines/limits';
import type { Role, TcpMessage } from '../../machines/messages';
import { Channel, type ChannelHandlers } from '../../transport/channel';
import { RecordReader } from '../../transport/inbound';
import { RecordOpener, RecordSealer } from '../../transport/security/records';
import { ByteQueue } from '../../transport/wire/bytes';
import { encodeRecords } from '../../transport/wire/records';
import { FakeStream } from '../support/fake-stream';
import { VirtualTime } from '../support/virtual-clock';

const IN = (): Buffer => Buffer.alloc(32, 1);
const OUT = (): Buffer => Buffer.alloc(32, 2);
export const chat = (text: string, session = 1): TcpMessage => ({ type: 'CHAT', session, text });

export interface Options {
  readonly role?: Role;
  readonly limits?: Partial<Limits>;
  readonly messagesPerSecond?: number;
  /** Records that were written before. */
  readonly written?: number;
}

/** A channel of a server that has got past CONNECT, with everything around it in sight. */
export class Bench {
  readonly time = new VirtualTime();
  readonly loop = this.time.loop('test');
  readonly stream = new FakeStream();
  /** What the driver was told. */
  readonly told: string[] = [];
  readonly texts: string[] = [];
  readonly channel: Channel;
  /** The peer's. A server's channel begins after CONNECT, which is record 0. */
  private readonly sealer: RecordSealer;
  private readonly opener: RecordOpener;
  private readonly output = new ByteQueue();

  constructor({ role = 'server', limits = {}, messagesPerSecond = 0, written = 1 }: Options = {}) {
    this.opener = new RecordOpener(OUT(), undefined, written);
    this.sealer = new RecordSealer(IN(), undefined, role === 'server' ? 1 : 0);
    const handlers: ChannelHandlers = {
      message: (run) => {
        this.told.push(run.type);
        if (run.type === 'CHATS') this.texts.push(...run.texts);
      },
      protocolError: (fault) => this.told.push(`protocol error: ${fault}`),
      refused: (fault) => this.told.push(`refused: ${fault}`),
      closed: (cause, reason) => this.told.push(`closed: ${cause}${reason === undefined ? '' : ` ${String(reason)}`}`),
      queued: () => this.told.push('queued'),
      drain: () => this.told.push('drain'),
      gone: () => this.told.push('gone'),
    };
    this.channel = new Channel({
      stream: this.stream,
      role,
      sealer: new RecordSealer(OUT(), undefined, written),
      opener:
        role === 'server' ? new RecordOpener(IN(), undefined, 1) : { bytes: 24, open: () => new RecordOpener(IN()) },
      clock: this.loop,
      limits: { ...LIMITS, ...limits },
      messagesPerSecond,
      handlers,
    });
  }

  /** Messages of the peer, sealed as it would. */
  sealed(...messages: readonly TcpMessage[]): Buffer {
    return this.sealedPlaintexts(...encodeRecords(messages));
  }
  sealedPlaintexts(...plaintexts: readonly Buffer[]): Buffer {
    return Buffer.concat(plaintexts.map((plaintext) => this.sealer.seal(plaintext)));
  }
  comes(...messages: readonly TcpMessage[]): void {
    this.stream.data(this.sealed(...messages));
  }

  /** What was written since the last look, opened. */
  said(): string[] {
    for (const bytes of this.stream.writes.splice(0)) this.output.push(bytes);
    const reader = new RecordReader(this.opener, 'client', this.output);
    const all: string[] = [];
    for (let record = reader.next(); record; record = reader.next()) {
      if (record.fault) throw new Error(`the channel writes what is faulty: ${record.fault}`);
      all.push(
        ...record.messages.map((message) =>
          message.type === 'CLOSE' ? `CLOSE ${String(message.reason)}` : message.type,
        ),
      );
    }
    return all;
  }
  /** Calls of the driver since the last look, without `queued`. */
  heard(): string[] {
    return this.told.splice(0).filter((call) => call !== 'queued');
  }
}
