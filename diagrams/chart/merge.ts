/**
 * The traces of several processes as one run: a common clock, a lifeline for each process, every message once. Must never be
 * here: what is worth showing.
 */
import { TraceError, type Trace } from '../trace/reader';
import type { MessageEntry, TraceEntry } from '../trace/format';
import { clockShifts, type Journey } from './clock';
import { labelOf } from './label';
import { Lines } from './lines';
import { before, type Fate, type Lifeline, type MessageItem, type Moment, type NoteItem } from './model';
import { pairsOf, type Pair } from './pair';

/** A trace on the common clock. */
export interface Process {
  readonly trace: Trace;
  readonly line: Lifeline;
  readonly entries: readonly Placed<TraceEntry>[];
}
export interface Placed<E> extends Moment {
  readonly entry: E;
}
export interface Run {
  readonly lifelines: readonly Lifeline[];
  readonly processes: readonly Process[];
  readonly messages: readonly MessageItem[];
  /** Copies that the network made. */
  readonly copies: readonly NoteItem[];
  /** Sentences: what may be wrong with these traces. */
  readonly warnings: readonly string[];
}

/** @throws TraceError there is no trace */
export function runOf(given: readonly Trace[]): Run {
  if (given.length === 0) throw new TraceError('there is no trace');
  const { traces, warnings } = unique([...given].sort(byStart));
  const times = timesOf(traces);
  const lines = new Lines();
  const starts = traces.map((trace, i) => ({ trace, from: times[i]?.start ?? 0, to: times[i]?.at.at(-1) ?? 0 }));
  starts.sort((a, b) => a.from - b.from);
  const lineOf = new Map(starts.map(({ trace, from, to }) => [trace, lines.ofProcess(trace.header, from, to)]));
  const ordered = inOrder(traces, times);
  const processes = traces.map((trace, i) => ({
    trace,
    line: lineOf.get(trace) as Lifeline,
    entries: ordered[i] as Placed<TraceEntry>[],
  }));
  const ends = processes.flatMap(messageEnds);
  for (const { line, entry } of ends) lines.meets(line, entry);
  const pairs = groupsOf(ends).flatMap((group) => pairsOfGroup(group).map((pair, i) => ({ pair, repetition: i })));
  const messages = pairs.map(({ pair, repetition }) => messageOf(pair, repetition, lines));
  return {
    messages: messages.sort((a, b) => before(firstOf(a), firstOf(b))),
    copies: pairs.flatMap(({ pair }) => copiesOf(pair, lines)),
    lifelines: lines.all,
    processes,
    warnings: [...warnings, ...strangers(processes)],
  };
}

/** In the order in which they began, so that it does not matter in which they are given. */
function byStart({ header: a, file: x }: Trace, { header: b, file: y }: Trace): number {
  const [first, second] = [`${a.role} ${a.name} ${x}`, `${b.role} ${b.name} ${y}`];
  return a.started - b.started || (first < second ? -1 : first > second ? 1 : 0);
}

/** The same trace given twice would double every message. */
function unique(given: readonly Trace[]): { traces: Trace[]; warnings: string[] } {
  const seen = new Map<string, Trace>();
  const warnings: string[] = [];
  for (const trace of given) {
    const key = JSON.stringify([trace.header, trace.entries]);
    const same = seen.get(key);
    if (same) warnings.push(`${trace.file} is the same trace as ${same.file} and is left out`);
    else seen.set(key, trace);
  }
  return { traces: [...seen.values()], warnings };
}

interface Times {
  readonly start: number;
  /** Of each entry; never decreasing. */
  readonly at: readonly number[];
}

/** Milliseconds since the first process began, by clocks that are put right. */
function timesOf(traces: readonly Trace[]): Times[] {
  const base = Math.min(...traces.map(({ header }) => header.started));
  const own = traces.map(({ header, entries }): Times => {
    let last = header.started - base;
    const start = last;
    return { start, at: entries.map(({ t }) => (last = Math.max(last, start + t))) };
  });
  const shifts = clockShifts(traces.length, journeysOf(traces, own));
  return own.map(({ start, at }, i) => {
    const shift = shifts[i] ?? 0;
    return { start: start + shift, at: at.map((ms) => ms + shift) };
  });
}

/** Of messages that were sent once and received once: which end belongs to which is certain. */
function journeysOf(traces: readonly Trace[], times: readonly Times[]): Journey[] {
  const ends = new Map<string, { way: string; process: number; at: number }[]>();
  traces.forEach(({ entries }, process) => {
    entries.forEach((entry, k) => {
      if (entry.kind !== 'message') return;
      const group = ends.get(entry.id) ?? [];
      ends.set(entry.id, group);
      group.push({ way: entry.way, process, at: times[process]?.at[k] ?? 0 });
    });
  });
  return [...ends.values()].flatMap((group) => {
    const [sent, received] = ['sent', 'received'].map((way) => group.filter((end) => end.way === way));
    const [from, to] = [sent?.[0], received?.[0]];
    if (group.length !== 2 || !from || !to) return [];
    return { from: from.process, to: to.process, ms: to.at - from.at };
  });
}

/** Numbers every entry in the order of the common clock; those of one process keep theirs. */
function inOrder(traces: readonly Trace[], times: readonly Times[]): Placed<TraceEntry>[][] {
  const all = traces.flatMap(({ entries }, process) =>
    entries.map((entry, k) => ({ entry, process, k, at: times[process]?.at[k] ?? 0 })),
  );
  all.sort((a, b) => a.at - b.at || a.process - b.process || a.k - b.k);
  const placed = traces.map((): Placed<TraceEntry>[] => []);
  all.forEach(({ entry, process, at }, order) => placed[process]?.push({ entry, at, order }));
  return placed;
}

/** An end of a message: whose, and what its trace says of it. */
interface End extends Placed<MessageEntry> {
  readonly line: Lifeline;
}

function messageEnds({ line, entries }: Process): End[] {
  return entries.flatMap(({ entry, at, order }) => (entry.kind === 'message' ? { entry, at, order, line } : []));
}

function groupsOf(ends: readonly End[]): End[][] {
  const groups = new Map<string, End[]>();
  for (const end of [...ends].sort(before)) {
    // Both ends of a connection call the records of one direction alike.
    const key = JSON.stringify([end.entry.from, end.entry.id]);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(end);
  }
  return [...groups.values()];
}

function pairsOfGroup(group: readonly End[]): Pair<End>[] {
  const way = (wanted: string): End[] => group.filter(({ entry }) => entry.way === wanted);
  return pairsOf(way('sent'), way('received'));
}

function messageOf({ sent, received }: Pair<End>, repetition: number, lines: Lines): MessageItem {
  const known = (sent ?? received) as End;
  const { entry } = known;
  const [from, to] = [sent?.line ?? lines.other(known, entry.from), received?.line ?? lines.other(known, entry.to)];
  return {
    kind: 'message',
    name: entry.name,
    label: labelOf(entry),
    over: entry.over,
    sealed: entry.sealed,
    from,
    to,
    ...(sent ? { sent: momentIn(sent) } : {}),
    ...(received ? { received: momentIn(received) } : {}),
    fate: fateOf(sent, received, from, to),
    repetition,
    count: 1,
  };
}

function fateOf(sent: End | undefined, received: End | undefined, from: Lifeline, to: Lifeline): Fate {
  if (sent && received) return 'arrived';
  if (sent) return to.seenFrom <= sent.at ? 'lost' : 'unknown';
  return received && from.seenFrom <= received.at ? 'stray' : 'unknown';
}

function copiesOf({ again }: Pair<End>, lines: Lines): NoteItem[] {
  return again.map((end) => ({
    kind: 'note',
    about: 'network',
    line: end.line,
    client: end.line.role === 'client' ? end.line.client : lines.other(end, 'client').client,
    words: `${end.entry.name} arrives twice`,
    moment: momentIn(end),
    phase: end.entry.over === 'udp' ? 'connection' : 'chat',
  }));
}

function momentIn({ at, order }: Moment): Moment {
  return { at, order };
}
function firstOf({ sent, received }: MessageItem): Moment {
  return (sent ?? received) as Moment;
}

/** Processes that share no message with the others: probably traces of different runs. */
function strangers(processes: readonly Process[]): string[] {
  const seen = processes.map(({ entries }) =>
    entries.flatMap(({ entry }) => (entry.kind === 'message' ? entry.id : [])),
  );
  const talkers = processes.map((_, i) => i).filter((i) => (seen[i]?.length ?? 0) > 0);
  const group = new Map(talkers.map((i) => [i, i]));
  const firstSeenBy = new Map<string, number>();
  for (const i of talkers) {
    for (const id of seen[i] ?? []) {
      const other = firstSeenBy.get(id) ?? i;
      firstSeenBy.set(id, other);
      const [mine, theirs] = [group.get(i), group.get(other)];
      if (mine === theirs) continue;
      for (const [member, of] of group) if (of === mine) group.set(member, theirs as number);
    }
  }
  const sizes = [...new Set(group.values())].map((of) => talkers.filter((i) => group.get(i) === of));
  const [, ...apart] = sizes.sort((a, b) => b.length - a.length);
  return apart.map((members) => {
    const names = members.map((i) => `${processes[i]?.line.name ?? ''} (${processes[i]?.trace.file ?? ''})`);
    return `${names.join(' and ')} ${members.length > 1 ? 'have' : 'has'} no message in common with the other traces: probably another run`;
  });
}
