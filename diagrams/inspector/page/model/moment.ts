/**
 * What was, at a moment: the moment is an entry of the record, and everything up to and with it has happened. Must never be
 * here: the DOM.
 */
import type { CurrentChat } from './payloads';
import {
  compare,
  timeOf,
  type Entry,
  type Machine,
  type MachineEntry,
  type Process,
  type Recording,
  type Standing,
  type StepEntry,
} from './record';

/** Number of entries up to and with this one: where it is, or would be. */
export function positionOf(entries: readonly Entry[], moment: Entry): number {
  return countWhere(entries, (entry) => compare(entry, moment) <= 0);
}

/** Number of leading entries for which this holds. */
export function countWhere<E>(entries: readonly E[], holds: (entry: E) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(entries[middle] as E)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The entry so many steps from a moment; undefined: beyond the end, where the process lives. */
export function stepped(entries: readonly Entry[], from: Entry | undefined, by: number): Entry | undefined {
  const position = from === undefined ? entries.length : positionOf(entries, from);
  const to = position - 1 + by;
  if (to >= entries.length) return undefined;
  return entries[Math.max(0, to)];
}

export interface Seen extends Standing {
  readonly machine: Machine;
  /** The last entry up to the moment. */
  readonly last: MachineEntry | undefined;
}

/** How a machine stood; undefined: it did not exist yet. @param moment undefined: now */
export function standing(machine: Machine, moment: Entry | undefined): Seen | undefined {
  const { entries } = machine;
  const count = moment === undefined ? entries.length : positionOf(entries, moment);
  const last = entries[count - 1];
  const found = last ?? machine.base;
  if (!found) return undefined;
  const { state, context, client, stopped } = found;
  return { machine, state, context, client, stopped, last };
}

/** The last steps of a machine up to a moment, newest first, at most `limit`. */
export function lastSteps(machine: Machine, moment: Entry | undefined, limit: number): StepEntry[] {
  const { entries } = machine;
  const steps: StepEntry[] = [];
  let i = (moment === undefined ? entries.length : positionOf(entries, moment)) - 1;
  for (let entry = entries[i]; entry && steps.length < limit; entry = entries[--i]) {
    if (entry.kind === 'step') steps.push(entry);
    if (entry.kind === 'born') break;
  }
  return steps;
}

/** A connection machine with the chat and history machines that were begun inside it, oldest first. */
export interface Group {
  readonly key: string;
  readonly process: Process;
  readonly connection: Machine;
  readonly inner: readonly Machine[];
}

/** All machines, by process and connection. A machine whose connection is not in the record stands for itself. */
export function groupsOf(record: Recording): Group[] {
  const inner = new Map<string, Machine[]>();
  const outer: Machine[] = [];
  for (const machine of record.machines.values()) {
    const parent = machine.parent === undefined ? undefined : record.machineOf(machine.process, machine.parent);
    if (!parent) outer.push(machine);
    else inner.set(parent.key, [...(inner.get(parent.key) ?? []), machine]);
  }
  return outer
    .map((connection) => ({
      key: connection.key,
      process: connection.process,
      connection,
      inner: inner.get(connection.key) ?? [],
    }))
    .sort((a, b) => record.processes.indexOf(a.process) - record.processes.indexOf(b.process));
}

export type Part = 'connection' | 'chat' | 'history';

export function partOf(machine: Machine): Part {
  const [, part] = machine.machine.split(' ');
  return part === 'chat' || part === 'history' ? part : 'connection';
}

/** The machine of the group that plays a part at a moment: the last one begun by then. */
export function playing(group: Group, part: Part, moment: Entry | undefined): Seen | undefined {
  if (part === partOf(group.connection)) return standing(group.connection, moment);
  for (let i = group.inner.length - 1; i >= 0; i--) {
    const machine = group.inner[i] as Machine;
    if (partOf(machine) !== part) continue;
    const seen = standing(machine, moment);
    if (seen) return seen;
  }
  return undefined;
}

/** The chat that a client's machine is in now. */
export function chatOf(group: Group): CurrentChat {
  const { session, peer } = Object(playing(group, 'chat', undefined)?.context) as Partial<NonNullable<CurrentChat>>;
  return typeof session === 'number' && typeof peer === 'string' ? { session, peer } : null;
}

/** What the user calls a group: the Client-ID, and on a server the number of the attempt. */
export function groupName(group: Group, client: string): string {
  const { role } = group.process;
  const { serial, name } = group.connection;
  if (role === 'server') return client === '' ? `#${String(serial)}` : `#${String(serial)} ${client}`;
  return client === '' ? name : client;
}

/** Time since the first entry of all, as seconds with ms. */
export function clockOf(record: Recording, entry: Entry): string {
  const [first] = record.processes;
  const ms = Math.max(
    0,
    timeOf(entry) - (first ? Math.min(...record.processes.map(({ started, shift }) => started + shift)) : 0),
  );
  const minutes = Math.floor(ms / 60_000);
  const seconds = ((ms % 60_000) / 1000).toFixed(3).padStart(6, '0');
  return `${String(minutes).padStart(2, '0')}:${seconds}`;
}

/** Whether an entry is about the clients of a group: one of its machines, or a message from or to its client. */
export function concerns(entry: Entry, group: Group): boolean {
  // Sessions of machines are counted in each process anew.
  if (entry.process !== group.process) return false;
  if (entry.kind === 'gap') return true;
  if (entry.kind !== 'wire')
    return entry.machine === group.connection || entry.machine.parent === group.connection.session;
  const client = standing(group.connection, undefined)?.client ?? '';
  return group.process.role === 'client' || entry.wire.from === client || entry.wire.to === client;
}
