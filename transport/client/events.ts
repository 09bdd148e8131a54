/**
 * What a chat client tells a program, in types, and how it refuses: every happening one plain object, every failure one code
 * with a sentence on what to do next. The names of events, fields and codes are stable (docs/client-api.md). Must never be
 * here: secrets, sockets, words of a screen that no machine says.
 */

/** Why something came to nothing; a program decides by it. */
export type FaultCode =
  // Before anything is sent
  | 'invalid-id'
  | 'invalid-server'
  | 'invalid-limits'
  | 'key'
  | 'block-list'
  | 'closed'
  // A log-on that failed
  | 'no-server'
  | 'unknown-name'
  | 'no-answer'
  | 'wrong-key'
  | 'connection-failed'
  | 'cancelled'
  // A connection that ended
  | 'log-off'
  | 'no-activity'
  | 'lost'
  | 'slow'
  | 'damaged'
  | 'shut-down'
  | 'elsewhere'
  | 'server-error'
  | 'removed'
  | 'protocol'
  | 'closed-by-server'
  // A command that was refused
  | 'not-connected'
  | 'log-on-running'
  | 'already-logged-on'
  | 'own-id'
  | 'no-chat'
  | 'chat-ended'
  | 'before-chat'
  | 'chat-running'
  | 'request-pending'
  | 'text-too-long'
  | 'text-not-allowed'
  | 'history-running'
  // An answer that is none
  | 'unreachable'
  | 'overtaken'
  | 'busy'
  | 'incomplete';

/** `line` is what a screen shows, and all that a person needs if he knows the program; `advice` says what to do next. */
interface Told {
  readonly line: string;
}
interface Failed extends Told {
  readonly code: FaultCode;
  readonly advice: string;
}

/** Why a chat ended that this client did not end. */
export type ChatEnding = 'ended' | 'logged-off' | 'lost' | 'shut-down' | 'not-stored';

/** The states of the client's diagrams; the halves of a state are one here. */
export type ClientState =
  | 'Offline'
  | 'Wait for Challenge'
  | 'Wait for AUTH_SUCCESS'
  | 'Connecting'
  | 'Connected'
  | 'Wait for CHAT_STARTED'
  | 'Active Chat';

/** Everything that happens, by the name of the event. */
export interface ClientEvents {
  readonly connected: Told;
  readonly logOnFailed: Failed;
  /** The network has said something of the server; the log-on goes on for `seconds` at the most. Once for each attempt. */
  readonly trying: Told & { readonly code: FaultCode; readonly seconds: number };
  /** Whoever ended the connection; `code` says who and why. */
  readonly disconnected: Failed;
  /** Another log-on will be tried after `delay` milliseconds; `attempt` counts from 1. */
  readonly reconnecting: Told & { readonly attempt: number; readonly delay: number };
  /** `asked`: this client asked for the chat with `peer`; else `peer` has called it. */
  readonly chatStarted: Told & { readonly session: number; readonly peer: string; readonly asked: boolean };
  /** `why` and `reason` are there if the server has said why; not for an end of our own, or of the connection. */
  readonly chatEnded: Told & {
    readonly session: number;
    readonly peer: string;
    readonly why?: ChatEnding;
    readonly reason?: string;
  };
  /** `peer` is null if the request had been answered otherwise before. */
  readonly unreachable: Failed & { readonly peer: string | null };
  /** A text of the correspondent, as it was written. */
  readonly text: { readonly session: number; readonly from: string; readonly text: string };
  /** A past text; `time` of its acceptance in ms since 1970, null if the server does not say. */
  readonly history: HistoryLine;
  /** The list is over. `complete` is false if the rest is missing; `count` is the number of texts that came. */
  readonly historyEnd: Told & {
    readonly peer: string | null;
    readonly count: number;
    readonly complete: boolean;
    readonly code: 'complete' | 'busy' | 'incomplete';
  };
  /** The activity timer is about to expire; `seconds` are left. */
  readonly warning: Told & { readonly advice: string; readonly seconds: number };
  /**
   * The server has taken everything that was sent before it was asked (`confirm`), `texts` texts since it was asked last; unless
   * `complete` is false: then it cannot say so.
   */
  readonly confirmed: { readonly texts: number; readonly complete: boolean };
  /** Nothing was done. */
  readonly refused: Failed;
  /** Worth reading, nothing to be done. */
  readonly notice: Told;
  readonly state: { readonly state: ClientState; readonly session: number | null; readonly peer: string | null };
}
export type EventName = keyof ClientEvents;
export type EventOf<N extends EventName> = ClientEvents[N] & { readonly event: N };
/** Any event, told apart by `event`. */
export type ClientEvent = { [N in EventName]: EventOf<N> }[EventName];

export interface HistoryLine {
  readonly session: number;
  readonly from: string;
  readonly text: string;
  readonly time: number | null;
}
export interface Chat {
  readonly session: number;
  readonly peer: string;
}

/** How a promise of the client is broken: one line with what to do next, and the code for a program. */
export class ClientError extends Error {
  /** @param line what happened @param advice what to do next; may be empty if the line says it */
  constructor(
    readonly code: FaultCode,
    readonly line: string,
    readonly advice: string,
  ) {
    super(advice === '' ? line : `${line}: ${advice}`);
    this.name = 'ClientError';
  }
}
