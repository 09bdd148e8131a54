/**
 * The events of the server's machines (protocol 5.0). S: the operator. D: a datagram that passed the filters. K: the acceptor.
 * T: a timer. N: the TCP connection. M: a message of a verified record. R: the chat machine of another client. H: the history
 * pump. X: another part of this program. Made in one place each: switchboard and driver.
 */
import type { PeerEvent } from '../effects';
import type { ClosedCause, EndWhy } from '../messages';
import type { Address } from '../ports';

/** `attempt` is the attempt-ID (hexadecimal) of the datagram being answered, `to` where it came from. */
interface Asked {
  readonly attempt: string;
  readonly to: Address;
}

export type OperatorEvent =
  | { readonly type: 'S.START' }
  | { readonly type: 'S.STOP' }
  /** The client of this attempt or connection is no longer a subscriber, or has another key. */
  | { readonly type: 'S.REMOVED' };
export type DatagramEvent =
  | ({ readonly type: 'D.HELLO_NEW'; readonly id: string } & Asked)
  | ({ readonly type: 'D.HELLO_DUP' } & Asked)
  | ({ readonly type: 'D.HELLO_UNKNOWN'; readonly id: string } & Asked)
  /** There is no room for a new HELLO before it proves where it comes from; `hash` names its bytes. */
  | ({ readonly type: 'D.HELLO_UNPROVED'; readonly hash: string } & Asked)
  | ({ readonly type: 'D.RESPONSE_OK' } & Asked)
  /** `hash` of the whole datagram: a copy of it counts no more. */
  | ({ readonly type: 'D.RESPONSE_BAD'; readonly hash: string } & Asked)
  | ({ readonly type: 'D.RESPONSE_STRAY' } & Asked);
export type MessageEvent =
  /** `free`: the correspondent can be called and the store is writable; `session`: the number to use then (P7). */
  | { readonly type: 'M.CHAT_REQUEST'; readonly id: string; readonly free: boolean; readonly session: number }
  /** A run: consecutive CHAT messages of one session from one read (P1). */
  | { readonly type: 'M.CHAT'; readonly session: number; readonly texts: readonly string[] }
  | { readonly type: 'M.END_REQUEST'; readonly session: number }
  | { readonly type: 'M.HISTORY_REQ'; readonly id: string };

export type ConnectionEvent =
  | OperatorEvent
  | DatagramEvent
  | { readonly type: 'K.CONNECT_OK' }
  | { readonly type: 'K.CONNECT_BAD' }
  | { readonly type: 'T.RESPONSE' }
  | { readonly type: 'T.COOKIE' }
  | { readonly type: 'N.CLOSED'; readonly cause: ClosedCause; readonly reason?: number }
  | { readonly type: 'X.PROTOCOL' }
  | { readonly type: 'X.SUPERSEDED' }
  | { readonly type: 'X.EVICTED' }
  | MessageEvent;

type Of<T extends string, E extends { type: string }> = Extract<E, { type: T }>;
interface Gone {
  readonly type: 'X.GONE';
  readonly why: EndWhy;
}
export type ChatEvent =
  | Of<'M.CHAT_REQUEST' | 'M.CHAT' | 'M.END_REQUEST', MessageEvent>
  | PeerEvent
  /** A text of this session could not be stored (P2). */
  | { readonly type: 'X.UNSTORED' }
  | Gone;
export type HistoryEvent = Of<'M.HISTORY_REQ', MessageEvent> | { readonly type: 'H.DONE' } | Gone;
