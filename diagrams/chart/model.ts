/**
 * What a message sequence chart shows, before anything is placed: lifelines, messages, states and marks on one clock. Made from
 * traces (merge.ts, states.ts), chosen and put in rows (chart.ts, rows.ts), then drawn.
 */
import type { MessageName, Role } from '../../machines/messages';

export interface Lifeline {
  readonly role: Role;
  /** `Server`, or the Client-ID; a second process of the same client at the same time is `alice (2)`. */
  readonly name: string;
  /** Client-ID; empty for a server. */
  readonly client: string;
  /** From when on a trace of it was given; Infinity: none was, so what it did not receive is not known. */
  readonly seenFrom: number;
}

/** Milliseconds on the common clock, and the place among what happened at that time. */
export interface Moment {
  readonly at: number;
  readonly order: number;
}

/**
 * arrived: both ends are known. lost: it was sent, and the receiver's trace does not have it. stray: it was received, and the
 * sender's trace does not have it. unknown: the other end wrote no trace.
 */
export type Fate = 'arrived' | 'lost' | 'stray' | 'unknown';

export interface MessageItem {
  readonly kind: 'message';
  readonly name: MessageName;
  /** With its public arguments, as in `CHAT_STARTED(1, bob)`. */
  readonly label: string;
  readonly over: 'udp' | 'tcp';
  readonly sealed: boolean;
  readonly from: Lifeline;
  readonly to: Lifeline;
  readonly sent?: Moment;
  readonly received?: Moment;
  readonly fate: Fate;
  /** How often the same datagram had been sent before. */
  readonly repetition: number;
  /** Messages that this arrow stands for; more than 1: folded. */
  readonly count: number;
  /** Folded, and some of them went the other way. */
  readonly bothWays?: true;
}
/** A lifeline enters a state. A server has one for each client. */
export interface StateItem {
  readonly kind: 'state';
  readonly line: Lifeline;
  /** The client's lifeline; the same as `line` for a client. */
  readonly client: string;
  /** Empty: in no state of the phase that is shown. */
  readonly label: string;
  readonly moment: Moment;
}
/** Words at a lifeline: a timer, what the user did, what happened to the connection. */
export interface NoteItem {
  readonly kind: 'note';
  readonly about: 'timer' | 'user' | 'network';
  readonly line: Lifeline;
  readonly client: string;
  readonly words: string;
  readonly moment: Moment;
  /** When the timer was armed. */
  readonly since?: Moment;
  readonly phase: 'connection' | 'chat' | 'both';
}
export type Item = MessageItem | StateItem | NoteItem;

/** When an item stands on the chart for the first time. */
export function momentOf(item: Item): Moment {
  if (item.kind !== 'message') return item.moment;
  const moment = item.sent ?? item.received;
  if (!moment) throw new Error('a message has at least one end');
  return moment;
}

export function before(a: Moment, b: Moment): number {
  return a.at - b.at || a.order - b.order;
}
