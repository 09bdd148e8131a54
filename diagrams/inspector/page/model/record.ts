/**
 * What has been recorded: the processes, their machines, and everything that happened, in one order over all processes. An
 * event and the machine's answer to it are one step. The record of each process is bounded; what is dropped leaves the state
 * that it led to. Must never be here: the DOM, a socket.
 */
import {
  compare,
  type Entry,
  type Liveness,
  type Machine,
  type MachineEntry,
  type Process,
  type Standing,
} from './entries';
import type { EntryItem, EventItem, ProcessItem, RegisterItem, StateItem, WireItem } from './feed';

export * from './entries';

export const DEFAULT_LIMIT = 20_000;
export const LEAST_LIMIT = 100;

export class Recording {
  /** In the order in which they began. */
  readonly processes: Process[] = [];
  readonly machines = new Map<string, Machine>();
  /** JSON of the definition by the machine's id. */
  readonly definitions = new Map<string, string>();
  /** Everything, in order. */
  entries: Entry[] = [];
  /** Grows with every change. */
  version = 0;
  /** Messages that were not the feed's. */
  malformed = 0;
  private pending = new Map<string, EventItem>();

  constructor(private bound = DEFAULT_LIMIT) {}

  get limit(): number {
    return this.bound;
  }
  set limit(limit: number) {
    this.bound = Math.max(LEAST_LIMIT, Math.floor(limit));
    for (const process of this.processes) this.trim(process, 0);
  }

  /** The process that says this of itself: a new one, or one that is known and goes on. */
  open(item: ProcessItem, liveness: Liveness): Process {
    this.version++;
    const key = `${item.name}@${String(item.started)}`;
    const known = this.processes.find((process) => process.key === key);
    if (known) {
      if (liveness === 'live') Object.assign(known, { liveness, control: item.control, resumed: true });
      return known;
    }
    const { name, role, started, control } = item;
    const counts = {
      shift: 0,
      first: 0,
      heard: 0,
      resumed: false,
      lastSeq: 0,
      lastTime: 0,
      kept: 0,
      dropped: 0,
      missed: 0,
    };
    const order = this.processes.length;
    const process: Process = {
      key,
      name,
      role,
      started,
      order,
      control: control && liveness === 'live',
      liveness,
      ...counts,
    };
    this.processes.push(process);
    this.processes.sort((a, b) => a.started - b.started || a.order - b.order);
    return process;
  }

  /** Nothing has been recorded. */
  clear(): void {
    this.version++;
    this.processes.length = 0;
    this.machines.clear();
    this.pending.clear();
    this.entries = [];
    this.malformed = 0;
  }

  end(process: Process): void {
    this.version++;
    process.liveness = 'ended';
  }

  /** Takes the next entry of a process; what is there already is passed over. */
  add(process: Process, item: EntryItem): void {
    this.resume(process, item.seq);
    if (item.seq <= process.lastSeq && (item.kind !== 'register' || this.machineOf(process, item.session))) return;
    if (process.first === 0) {
      process.first = item.seq;
      process.dropped = Math.max(0, item.seq - 1);
    }
    if (item.kind === 'register') this.register(process, item);
    else if (item.kind === 'wire') this.insert({ kind: 'wire', process, seq: item.seq, time: item.time, wire: item });
    else this.machineItem(process, item);
    // A machine that is older than the record is described at the position of the first entry, which is still to come.
    process.lastSeq = Math.max(process.lastSeq, item.kind === 'register' ? item.seq - 1 : item.seq);
    process.lastTime = Math.max(process.lastTime, item.time);
    this.version++;
    this.trim(process, this.bound >> 4);
  }

  /** After a connection that was lost: what the process has dropped since cannot be had any more. */
  private resume(process: Process, seq: number): void {
    if (process.resumed) this.gap(process, Math.max(0, seq - process.heard - 1), seq);
    process.resumed = false;
    process.heard = Math.max(process.heard, seq);
  }

  gap(process: Process, missed: number, next: number): void {
    if (next <= process.lastSeq + 1 || missed === 0) return;
    process.missed += missed;
    this.insert({ kind: 'gap', process, seq: next - 0.5, time: process.lastTime, missed });
    process.lastSeq = next - 1;
    this.version++;
  }

  machineOf(process: Process, session: string): Machine | undefined {
    return this.machines.get(`${process.key}/${session}`);
  }

  /** Puts the clocks of processes right: ms to add to each. */
  shift(shifts: ReadonlyMap<Process, number>): void {
    for (const [process, ms] of shifts) process.shift += ms;
    this.entries.sort(compare);
    this.version++;
  }

  private register(process: Process, item: RegisterItem): void {
    const known = this.machineOf(process, item.session);
    if (known) return this.again(known, item);
    const { session, name, machine: id, serial, parent } = item;
    const key = `${process.key}/${session}`;
    const machine: Machine = { key, process, session, name, machine: id, serial, parent, entries: [], base: undefined };
    this.machines.set(key, machine);
    if (!this.definitions.has(id)) this.definitions.set(id, item.definition());
    const { seq, time, state, context, client } = item;
    const older = seq > 1 && seq === process.first && process.lastSeq < seq;
    if (older) machine.base = { state, context, client, stopped: false };
    else this.insert({ kind: 'born', process, machine, seq, time, state, context, client, stopped: false });
  }

  /** A machine that is known is described again, after a gap. What does not say more than is known changes nothing. */
  private again(machine: Machine, item: RegisterItem): void {
    const now = latest(machine);
    if (now?.state === item.state) return;
    const { process } = machine;
    const { seq, time, state, context } = item;
    const client = item.client === '' ? (now?.client ?? '') : item.client;
    const at = { seq, time: Math.max(time, process.lastTime) };
    this.insert({ kind: 'born', process, machine, ...at, state, context, client, stopped: false });
  }

  private machineItem(process: Process, item: Exclude<EntryItem, RegisterItem | WireItem>): void {
    const machine = this.machineOf(process, item.session);
    if (!machine) {
      this.malformed++;
      return;
    }
    if (item.kind === 'event') {
      this.unanswered(machine);
      this.pending.set(machine.key, item);
    } else if (item.kind === 'state') this.step(machine, item);
    else {
      this.unanswered(machine);
      const standing = latest(machine) ?? UNKNOWN;
      const { seq, time } = item;
      this.insert({ kind: 'stop', process, machine, seq, time, ...standingOf(standing), stopped: true });
    }
  }

  private step(machine: Machine, item: StateItem): void {
    const event = this.pending.get(machine.key);
    this.pending.delete(machine.key);
    const { seq, time, from, to: state, alternative, client, context } = item;
    const { process } = machine;
    const asked = {
      event: item.event,
      data: event?.data ?? {},
      eventSeq: event?.seq ?? seq,
      eventTime: event?.time ?? time,
    };
    this.insert({
      kind: 'step',
      process,
      machine,
      seq,
      time,
      ...asked,
      from,
      state,
      alternative,
      client,
      context,
      stopped: false,
    });
  }

  /** An event without an answer: the machine did not take it. */
  private unanswered(machine: Machine): void {
    const event = this.pending.get(machine.key);
    if (!event) return;
    this.pending.delete(machine.key);
    const { seq, time, name, data } = event;
    const standing = standingOf(latest(machine) ?? UNKNOWN);
    const place = { process: machine.process, machine, seq, time, eventSeq: seq, eventTime: time };
    this.insert({ kind: 'step', ...place, event: name, data, from: standing.state, alternative: -1, ...standing });
  }

  private insert(entry: Entry): void {
    entry.process.kept++;
    insertSorted(this.entries, entry);
    if ('machine' in entry) insertSorted<MachineEntry>(entry.machine.entries, entry);
  }

  /** Drops the oldest of a process, a batch at a time. */
  private trim(process: Process, slack: number): void {
    if (process.kept <= this.bound + slack) return;
    let surplus = process.kept - this.bound;
    process.dropped += surplus;
    process.kept = this.bound;
    const touched = new Set<Machine>();
    this.entries = this.entries.filter((entry) => {
      if (surplus === 0 || entry.process !== process) return true;
      surplus--;
      if ('machine' in entry) {
        entry.machine.base = standingOf(entry);
        entry.machine.entries.shift();
        touched.add(entry.machine);
      }
      return false;
    });
    for (const machine of touched) {
      if (machine.entries.length === 0 && machine.base?.stopped === true) this.machines.delete(machine.key);
    }
    this.version++;
  }
}

const UNKNOWN: Standing = { state: '', context: {}, client: '', stopped: false };

function standingOf({ state, context, client, stopped }: Standing): Standing {
  return { state, context, client, stopped };
}
function latest(machine: Machine): Standing | undefined {
  return machine.entries.at(-1) ?? machine.base;
}
function insertSorted<E extends Entry>(entries: E[], entry: E): void {
  let i = entries.length;
  for (let before = entries[i - 1]; before && compare(before, entry) > 0; before = entries[i - 1]) i--;
  entries.splice(i, 0, entry);
}
