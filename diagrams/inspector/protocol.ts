/**
 * What goes over the inspector's socket, as the process writes it and the page reads it: the four messages of @xstate/inspect
 * 0.8.0 with one field of our own, `parley`, which other viewers pass over, and five messages that @xstate/inspect does not
 * have. All their types begin with `service.`, so that its `createWebSocketReceiver` hands them on.
 * A recording is a file of the same messages, a line each. Must never be here: a secret.
 */

/** Position in the record of a process, from 1, and ms since the process began to record. */
export interface Stamp {
  readonly seq: number;
  readonly time: number;
}
export interface RegisterMessage {
  readonly type: 'service.register';
  /** JSON of the machine's definition. */
  readonly machine: string;
  /** JSON of a lean state: value, context, _event, event and empty lists. */
  readonly state: string;
  /** Name of the actor, such as `alice chat`, `#12 connection`. */
  readonly id: string;
  readonly sessionId: string;
  /** sessionId of the connection machine that a chat or history machine belongs to. */
  readonly parent?: string;
  readonly parley: Stamp & {
    /** Id of the machine: `client connection`, `server chat`, ... */
    readonly machine: string;
    /** Client-ID; empty while none is known. */
    readonly client: string;
    /** Serial number of the attempt on a server; 0 on a client. */
    readonly serial: number;
    /** Leaf state, `Parent.child`. */
    readonly state: string;
  };
}
export interface EventMessage {
  readonly type: 'service.event';
  /** JSON of an SCXML event: name, data, $$type, type. */
  readonly event: string;
  readonly sessionId: string;
  readonly parley: Stamp;
}
/** The answer to the event before it. */
export interface StateMessage {
  readonly type: 'service.state';
  readonly state: string;
  readonly sessionId: string;
  readonly parley: Stamp & {
    readonly event: string;
    readonly from: string;
    readonly to: string;
    /** Which alternative of the cell was taken, from 0; -1 if none was. */
    readonly alternative: number;
    /** Client-ID as it is known by now. */
    readonly client: string;
  };
}
export interface StopMessage {
  readonly type: 'service.stop';
  readonly sessionId: string;
  readonly parley: Stamp;
}
/** First message to every viewer. */
export interface ProcessMessage {
  readonly type: 'service.process';
  readonly parley: {
    /** `server`, or the Client-ID. */
    readonly name: string;
    readonly role: 'server' | 'client';
    /** Wall clock when the record began, ms since 1970: by this the times of several processes are put together. */
    readonly started: number;
    /** Whether events may be sent into its machines. */
    readonly control: boolean;
    /** Entries the record holds at most. */
    readonly limit: number;
  };
}
/** A protocol message that was sent or received: an arrow of the ladder. */
export interface WireMessage {
  readonly type: 'service.message';
  readonly parley: Stamp & {
    /** Client-ID or `S`. */
    readonly from: string;
    readonly to: string;
    readonly over: 'udp' | 'tcp';
    /** HELLO, CHALLENGE, ..., `preface`. */
    readonly name: string;
    /** Encrypted on the wire: underlined in the chart. */
    readonly sealed: boolean;
    /** Whether this process sent it. */
    readonly sent: boolean;
    /** The dump line of protocol 1.9, without time, names and udp or tcp. */
    readonly line: string;
  };
}
/** The viewer was too slow, or the record is longer than what it holds: entries before `next` are missing. */
export interface GapMessage {
  readonly type: 'service.gap';
  readonly parley: { readonly missed: number; readonly next: number };
}
/** Answer to a control event: why it was not carried out. */
export interface RefusedMessage {
  readonly type: 'service.refused';
  readonly parley: { readonly why: string };
}

/** Last line of a recording that had become too large: nothing is missing before it. */
export interface EndMessage {
  readonly type: 'service.end';
  readonly parley: { readonly why: string };
}
/** To a page that shows processes that come and go: the links of those there are now. */
export interface LinksMessage {
  readonly type: 'service.links';
  /** Another `act` than before: what was shown before is over. */
  readonly parley: { readonly act: number; readonly links: readonly string[] };
}

export type Entry = RegisterMessage | EventMessage | StateMessage | StopMessage | WireMessage;
export type FeedMessage = Entry | ProcessMessage | GapMessage | RefusedMessage | LinksMessage;

/** What a viewer may send; anything else is passed over. */
export type ViewerMessage =
  | { readonly type: 'xstate.inspecting' }
  /** `event`: JSON of an SCXML event; `service`: sessionId. */
  | { readonly type: 'xstate.event'; readonly event: string; readonly service: string };

export const FRAME_MAX_BYTES = 65_536;
