/**
 * The readable dump of a running program: every datagram, preface and record that went over the wire, as lines of protocol
 * 1.9. The format stands in wire/dump; here are time and names. No secret reaches it: what the table calls secret is `*`.
 */
import type { DatagramName, Message, Role, TcpMessage } from '../machines/messages';
import type { Clock } from '../machines/ports';
import type { ChannelTrace } from './channel';
import type { WireTrace } from './trace';
import { dumpLines } from './wire/dump';
import { saltIn, tagIn } from './wire/prefaces';

/** Stands for a client whose Client-ID is not known. */
const UNKNOWN = '?';
const SERVER = 'S';

export class Dump implements WireTrace {
  private readonly started: number;

  constructor(
    private readonly write: (line: string) => void,
    private readonly clock: Clock,
  ) {
    this.started = clock.now();
  }

  datagram(from: Role, client: string, attempt: Uint8Array, message: Message<DatagramName>, size: number): void {
    this.lines(from, client, { datagram: { attempt, message }, size });
  }

  /** For the channel of one client. */
  channel(client: string): ChannelTrace {
    return {
      preface: (from, preface) => {
        const tag = from === 'client' ? { tag: tagIn(preface) } : {};
        this.lines(from, client, { preface: { ...tag, salt: saltIn(preface) }, size: preface.length });
      },
      record: (from, seq, size, messages: readonly TcpMessage[] | undefined) => {
        this.lines(from, client, { record: { seq, messages }, size });
      },
    };
  }

  private lines(
    from: Role,
    client: string,
    what: DistributiveOmit<Parameters<typeof dumpLines>[0], 'ms' | 'from' | 'to'>,
  ): void {
    const name = client === '' ? UNKNOWN : client;
    const names = from === 'client' ? { from: name, to: SERVER } : { from: SERVER, to: name };
    for (const line of dumpLines({ ms: this.clock.now() - this.started, ...names, ...what })) this.write(line);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
