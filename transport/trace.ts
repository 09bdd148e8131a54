/** Who watches the wire: a dump, a recorder. Messages only; secrets are left out before they get here. */
import type { DatagramName, Message, Role } from '../machines/messages';
import type { ChannelTrace } from './channel';

export interface WireTrace {
  /** @param client the client's end of it; empty if not known @param size of the datagram, bytes */
  datagram(from: Role, client: string, attempt: Uint8Array, message: Message<DatagramName>, size: number): void;
  /** For the channel of one client. */
  channel(client: string): ChannelTrace;
}

/** All of them as one; undefined if there is none, so that nothing is described for nobody. */
export function allOf(...given: readonly (WireTrace | undefined)[]): WireTrace | undefined {
  const traces = given.filter((trace) => trace !== undefined);
  if (traces.length < 2) return traces[0];
  return {
    datagram: (...what) => traces.forEach((trace) => trace.datagram(...what)),
    channel(client) {
      const channels = traces.map((trace) => trace.channel(client));
      return {
        preface: (...what) => channels.forEach((channel) => channel.preface(...what)),
        record: (...what) => channels.forEach((channel) => channel.record(...what)),
      };
    },
  };
}
