/**
 * The format of a trace (docs/trace.md): one JSON object a line, the first of each process its header. It holds what went over
 * the wire and what the machines did, so that it can be handed in. Must never be here: a text that users wrote, a secret.
 */
import type { MessageName, Role } from '../../machines/messages';

export const TRACE_FORMAT = 'parley-trace';
export const TRACE_VERSION = 1;

export interface TraceHeader {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  /** `server`, or the Client-ID. */
  readonly name: string;
  readonly role: Role;
  /** Wall clock, ms since 1970; `t` of every entry counts from here. */
  readonly started: number;
}

interface Timed {
  /** Milliseconds since `started`, by a clock that is never set. */
  readonly t: number;
}
/** A message at one of its two ends. */
export interface MessageEntry extends Timed {
  readonly kind: 'message';
  readonly way: 'sent' | 'received';
  readonly from: Role;
  readonly to: Role;
  /** Client-ID of the client's end; empty if it is not known. */
  readonly client: string;
  readonly over: 'udp' | 'tcp';
  readonly name: MessageName;
  readonly sealed: boolean;
  /** Bytes on the wire of the datagram, or of the record that the message is in. */
  readonly size: number;
  /**
   * The same at both ends and for every repetition of a datagram; what stands before the first dot is the same for a whole
   * attempt, or for a whole connection.
   */
  readonly id: string;
  /** Names and numbers as they are; of a text its size in bytes. */
  readonly fields: Readonly<Record<string, string | number>>;
}
/** A record that could not be opened, or was refused whole. */
export interface RefusedEntry extends Timed {
  readonly kind: 'refused';
  readonly from: Role;
  readonly to: Role;
  readonly client: string;
  readonly over: 'tcp';
  readonly size: number;
  readonly id: string;
}
interface OfMachine extends Timed {
  readonly machine: MachineId;
  /** Client-ID that the machine serves; empty if it serves none yet. */
  readonly client: string;
  /** Number of the attempt on a server, 0 on a client. */
  readonly serial: number;
}
export interface StartEntry extends OfMachine {
  readonly kind: 'start';
  readonly state: string;
}
export interface StopEntry extends OfMachine {
  readonly kind: 'stop';
}
/** One step of a machine; the expiry of a timer is a step on a `T.` event. */
export interface TransitionEntry extends OfMachine {
  readonly kind: 'transition';
  readonly event: string;
  readonly from: string;
  readonly to: string;
  /** Which alternative of the cell of the state table, from 0; -1 if none. */
  readonly alternative: number;
  /** Timers that it armed, by their names without `T.`. */
  readonly armed?: readonly string[];
}
/** The last line of a trace that had become too large: nothing is missing before it. Not an entry: nothing happened. */
export interface EndEntry {
  readonly kind: 'end';
  readonly why: string;
}
export type TraceEntry = MessageEntry | RefusedEntry | StartEntry | StopEntry | TransitionEntry;

export const MACHINES = [
  'client connection',
  'client chat',
  'client history',
  'server connection',
  'server chat',
  'server history',
] as const;
export type MachineId = (typeof MACHINES)[number];
