/**
 * What a record is made of: processes, machines, and entries: an event and the machine's answer to it are one step. Must never
 * be here: the DOM, a socket.
 */
import type { Json, WireItem } from './feed';

export type Liveness = 'live' | 'ended' | 'file';

export interface Process {
  /** Name and beginning: a process that was started again is another one. */
  readonly key: string;
  readonly name: string;
  readonly role: 'server' | 'client';
  readonly started: number;
  /** In which it came; decides between entries of the same time. */
  readonly order: number;
  control: boolean;
  liveness: Liveness;
  /** Correction of its clock against the first process, ms. */
  shift: number;
  /** Position at which what was received begins; 0: nothing was. */
  first: number;
  /** Highest position that was received. */
  heard: number;
  /** Connected again, and nothing received since. */
  resumed: boolean;
  /** What is known without a hole ends here. */
  lastSeq: number;
  lastTime: number;
  /** Entries kept; dropped here for the bound; missed already on the way. */
  kept: number;
  dropped: number;
  missed: number;
}

/** What a machine is in at a moment. */
export interface Standing {
  readonly state: string;
  readonly context: Json;
  readonly client: string;
  readonly stopped: boolean;
}
export interface Machine {
  readonly key: string;
  readonly process: Process;
  readonly session: string;
  readonly name: string;
  readonly machine: string;
  readonly serial: number;
  readonly parent: string | undefined;
  /** In order. */
  readonly entries: MachineEntry[];
  /** What dropped entries led to; undefined: its beginning is in the record. */
  base: Standing | undefined;
}

interface Placed {
  readonly process: Process;
  readonly seq: number;
  readonly time: number;
}
export interface BornEntry extends Placed, Standing {
  readonly kind: 'born';
  readonly machine: Machine;
}
export interface StepEntry extends Placed, Standing {
  readonly kind: 'step';
  readonly machine: Machine;
  readonly event: string;
  readonly data: Json;
  /** Of the event; `seq` and `time` are those of the answer. */
  readonly eventSeq: number;
  readonly eventTime: number;
  readonly from: string;
  /** -1: no alternative was taken. */
  readonly alternative: number;
}
export interface StopEntry extends Placed, Standing {
  readonly kind: 'stop';
  readonly machine: Machine;
}
export interface WireEntry extends Placed {
  readonly kind: 'wire';
  readonly wire: WireItem;
}
/** Entries that are missing. */
export interface GapEntry extends Placed {
  readonly kind: 'gap';
  readonly missed: number;
}
export type MachineEntry = BornEntry | StepEntry | StopEntry;
export type Entry = MachineEntry | WireEntry | GapEntry;

/** ms since 1970, by the clock of the first process. */
export function timeOf({ process, time }: Placed): number {
  return process.started + process.shift + time;
}
/** Order of entries over all processes. */
export function compare(a: Entry, b: Entry): number {
  return timeOf(a) - timeOf(b) || a.process.order - b.process.order || a.seq - b.seq;
}
