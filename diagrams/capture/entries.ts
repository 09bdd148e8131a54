/** What a capture is read into: what went over the wire, as a dump shows it, and remarks on what could not be read. */
import type { DatagramName, Message, Role, TcpMessage } from '../../machines/messages';

interface Placed {
  /** Wall clock, ms since 1970. */
  readonly ms: number;
  readonly from: Role;
  /** Client-ID of the client's end; empty if it is not known. */
  readonly client: string;
}
export interface DatagramEntry extends Placed {
  readonly kind: 'datagram';
  readonly attempt: Buffer;
  /** Undefined: an AUTH_SUCCESS that no key opens. */
  readonly message: Message<DatagramName> | undefined;
  readonly size: number;
}
export interface PrefaceEntry extends Placed {
  readonly kind: 'preface';
  readonly connection: number;
  readonly preface: Buffer;
}
export interface RecordEntry extends Placed {
  readonly kind: 'record';
  readonly connection: number;
  readonly seq: number;
  readonly size: number;
  /** Undefined: no key opens it. */
  readonly messages: readonly TcpMessage[] | undefined;
}
/** A remark: what is wrong with the traffic, or missing from the capture. */
export interface NoteEntry {
  readonly kind: 'note';
  readonly ms: number;
  /** Who sent what it is about, if anybody. */
  readonly from?: Role;
  readonly client?: string;
  readonly words: string;
}
export type Entry = DatagramEntry | PrefaceEntry | RecordEntry | NoteEntry;
