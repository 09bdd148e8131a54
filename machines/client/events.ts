/**
 * The events of the client's machines (protocol 5.0). U: the user. D: a datagram that passed the filters. M: a message of a
 * verified record. N: the TCP connection. T: a timer. X: another part of this program. Made in one place each: the driver.
 */
import type { ClosedCause, Message } from '../messages';

export type UserEvent =
  | { readonly type: 'U.LOGON' }
  | { readonly type: 'U.LOGOFF' }
  | { readonly type: 'U.CHAT'; readonly id: string }
  | { readonly type: 'U.END' }
  /**
   * `session`: the chat in which the line was begun; null: outside a chat. `fault`: why the text may not be sent (protocol 1.3),
   * found by the driver; absent if it may.
   */
  | { readonly type: 'U.TEXT'; readonly text: string; readonly session: number | null; readonly fault?: string }
  | { readonly type: 'U.HISTORY'; readonly id: string };

/** `th` (hexadecimal) names the candidate, `rand` the server's attempt that its RESPONSE is for; secrets stay in the key store. */
export type DatagramEvent =
  | { readonly type: 'D.CHALLENGE'; readonly th: string; readonly rand: string }
  | { readonly type: 'D.AUTH_SUCCESS'; readonly th: string; readonly port: number }
  | { readonly type: 'D.AUTH_FAIL' }
  /** `token` in hexadecimal. */
  | { readonly type: 'D.RETRY'; readonly token: string };

export type TimerEvent =
  | { readonly type: 'T.RETRY' }
  | { readonly type: 'T.GIVEUP' }
  | { readonly type: 'T.HOLD' }
  | { readonly type: 'T.CONNECTING' }
  | { readonly type: 'T.ACT_WARN' }
  /** `inChat`: the chat machine is in Active Chat; put there by client.ts. */
  | { readonly type: 'T.ACT_EXPIRED'; readonly inChat: boolean };

export type NetworkEvent =
  { readonly type: 'N.OPEN' } | { readonly type: 'N.CLOSED'; readonly cause: ClosedCause; readonly reason?: number };

type Received<N extends 'CONNECTED' | 'UNREACHABLE' | 'END_NOTIF' | 'HISTORY_RESP' | 'HISTORY_END'> = N extends N
  ? { readonly type: `M.${N}` } & Omit<Message<N>, 'type'>
  : never;

export type MessageEvent =
  | Received<'CONNECTED' | 'UNREACHABLE' | 'END_NOTIF' | 'HISTORY_RESP' | 'HISTORY_END'>
  /** `blocked`: the user wants no calls of this client; put there by the driver (P7). */
  | { readonly type: 'M.CHAT_STARTED'; readonly session: number; readonly id: string; readonly blocked: boolean }
  /** A run: consecutive CHAT messages of one session from one read (P1). */
  | { readonly type: 'M.CHAT'; readonly session: number; readonly texts: readonly string[] };

export type ClientEvent =
  UserEvent | DatagramEvent | TimerEvent | NetworkEvent | MessageEvent | { readonly type: 'X.PROTOCOL' };

type Of<T extends string, E extends { type: string }> = Extract<E, { type: T }>;

export type ConnectionEvent = ClientEvent;
export type ChatEvent =
  | Of<
      'U.CHAT' | 'U.END' | 'U.TEXT' | 'M.CHAT_STARTED' | 'M.UNREACHABLE' | 'M.END_NOTIF' | 'M.CHAT' | 'T.ACT_WARN',
      ClientEvent
    >
  | { readonly type: 'X.GONE' };
export type HistoryEvent =
  Of<'U.HISTORY' | 'M.HISTORY_RESP' | 'M.HISTORY_END', ClientEvent> | { readonly type: 'X.GONE' };

/** Closing reasons as the user reads them when the server closed cleanly (protocol 5.5). */
export const CLOSED_BY_SERVER: Readonly<Partial<Record<number, string>>> = {
  0: '',
  1: '',
  2: 'Logged on from elsewhere',
  3: 'Server shut down',
  4: 'Protocol error',
  5: 'Disconnected: too slow',
  6: 'Server error',
  7: 'No longer a subscriber',
};
