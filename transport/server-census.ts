/**
 * What a running server can tell of itself when somebody asks: read off its tables at that moment. Figures without names for
 * a monitor; one row a client, with its ID, for the operator alone. Must never be here: texts, keys, a change of anything.
 */
import type { Fault } from '../machines/faults';
import type { StoreUsage } from '../machines/ports';
import type { Switchboard } from '../machines/server/switchboard';
import type { FaultCounter } from './faults';
import { sourceText } from './log';
import type { ServerCounters } from './server-counters';
import type { ServerLinks } from './server-links';

/** How many are in each state, in the diagrams' words. */
export type ByState = Readonly<Record<string, number>>;

/** Names nobody. */
export interface Census {
  /** Log-on attempts and connections, by state of their connection machine; the one that waits for HELLO is left out. */
  readonly connectionStates: ByState;
  /** Connected clients by state of their chat machine. */
  readonly chatStates: ByState;
  /** Sockets that have not passed CONNECT. */
  readonly unboundSockets: number;
  /** Sockets that have, those that linger too. */
  readonly boundSockets: number;
  /** Bytes waiting for readers: of all connections, and of the slowest. */
  readonly queuedBytes: number;
  readonly queuedBytesMost: number;
  /** History lists being sent. */
  readonly lists: number;
  readonly timers: number;
  /** false: nothing can be stored, and no chat begins (P2). */
  readonly storeWritable: boolean;
  /** null: the store cannot be read. Without the names of the fullest pair. */
  readonly usage: {
    readonly used: number;
    readonly max: number;
    readonly pair: number;
    readonly pairMax: number;
  } | null;
  readonly counters: Readonly<ServerCounters>;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** Events that machines ignored on purpose, by type. */
  readonly ignored: Readonly<Record<string, number>>;
}

/** A connected client. */
export interface ClientRow {
  readonly id: string;
  /** Address and port of its connection. */
  readonly source: string;
  /** ms since 1970. */
  readonly since: number;
  /** State of its chat machine. */
  readonly state: string;
  readonly session: number | null;
  readonly peer: string | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly queuedBytes: number;
}

export interface Counted {
  readonly switchboard: Switchboard;
  readonly links: ServerLinks;
  readonly faults: FaultCounter;
  readonly counters: ServerCounters;
  readonly unboundSockets: number;
  readonly timers: number;
  readonly storeWritable: boolean;
  readonly usage: StoreUsage | null;
}

const CONNECTION_STATES = ['Wait for RESPONSE', 'Connecting', 'Connected'] as const;
const CHAT_STATES = ['Wait for CHAT_REQUEST', 'Active Chat'] as const;

export function takeCensus({ switchboard, links, faults, counters, usage, ...read }: Counted): Census {
  const { tables } = switchboard;
  const connectionStates = zeros(CONNECTION_STATES);
  const chatStates = zeros(CHAT_STATES);
  for (const { connection, chat } of tables.all) {
    bump(connectionStates, connection.state);
    if (chat) bump(chatStates, chat.state);
  }
  const { queuedBytes, queuedBytesMost, bytesIn, bytesOut } = links.traffic();
  return {
    ...read,
    usage: usage && { used: usage.used, max: usage.max, pair: usage.fullest?.bytes ?? 0, pairMax: usage.pairMax },
    connectionStates,
    chatStates,
    boundSockets: links.size,
    queuedBytes,
    queuedBytesMost,
    lists: links.lists,
    counters: {
      ...counters,
      streamBytesIn: counters.streamBytesIn + bytesIn,
      streamBytesOut: counters.streamBytesOut + bytesOut,
    },
    faults: faults.all(),
    ignored: faults.allIgnored(),
  };
}

/** In order of their connecting. */
export function listClients({ switchboard, links }: Counted): ClientRow[] {
  const rows: ClientRow[] = [];
  for (const at of switchboard.tables.connected.values()) {
    const link = links.of(at);
    if (!link) continue;
    const { channel, since, remote } = link;
    const context = at.chat?.context;
    rows.push({
      id: at.id,
      source: sourceText(remote),
      since,
      state: at.chat?.state ?? '',
      session: context?.session ?? null,
      peer: context?.peer ?? null,
      bytesIn: channel.traffic.bytesIn,
      bytesOut: channel.traffic.bytesOut,
      queuedBytes: channel.outgoing,
    });
  }
  return rows;
}

function zeros(states: readonly string[]): Record<string, number> {
  return Object.fromEntries(states.map((state) => [state, 0]));
}

function bump(counts: Record<string, number>, state: string): void {
  counts[state] = (counts[state] ?? 0) + 1;
}
