/**
 * States along the lifelines, and what is written beside them: timers that expired, what users did, what became of connections.
 * On a server the states are those of the attempt or the chat of each client.
 */
import { eventWords } from '../draw/words';
import { rowFor } from '../spec';
import type { TraceEntry, TransitionEntry } from '../trace/format';
import type { Process, Run } from './merge';
import type { Lifeline, Moment, NoteItem, StateItem } from './model';

/** Which machines are looked at: of both, the chat machine counts while it runs. */
export type Phase = 'connection' | 'chat' | 'all';

/** The machines of one client, as they stand. */
interface Standing {
  connection: string;
  chat?: string | undefined;
}

/** What a slot shows first on a server. */
const WAITING = 'Wait for HELLO';
/** States of a server's machine in which it serves nobody. */
const IDLE: ReadonlySet<string> = new Set([WAITING, 'Offline']);
const GONE = 'Gone';
const CONNECTED = 'Connected';

export function statesOf({ processes, lifelines }: Run, phase: Phase): StateItem[] {
  return processes.flatMap((process) =>
    process.line.role === 'client' ? clientStates(process, phase) : serverStates(process, phase, clientsOf(lifelines)),
  );
}

function clientsOf(lifelines: readonly Lifeline[]): string[] {
  return [...new Set(lifelines.flatMap(({ role, client }) => (role === 'client' ? client : [])))];
}

/** The states of one slot, one item whenever the words change. */
class Slot {
  readonly items: StateItem[] = [];

  constructor(
    private readonly line: Lifeline,
    private readonly client: string,
  ) {}

  shows(label: string, { at, order }: Moment): void {
    if (this.items.at(-1)?.label === label) return;
    this.items.push({ kind: 'state', line: this.line, client: this.client, label, moment: { at, order } });
  }
}

function clientStates({ line, entries }: Process, phase: Phase): StateItem[] {
  const standing: Standing = { connection: '' };
  const slot = new Slot(line, line.client);
  for (const placed of entries) {
    moved(standing, placed.entry);
    slot.shows(shownState(standing, phase), placed);
  }
  return slot.items;
}

function serverStates({ line, entries }: Process, phase: Phase, clients: readonly string[]): StateItem[] {
  const slots = new Map(clients.map((client) => [client, new Slot(line, client)]));
  const serving = new Map(clients.map((client) => [client, new Map<number, Standing>()]));
  const [first] = entries;
  if (first) for (const slot of slots.values()) slot.shows(phase === 'chat' ? '' : WAITING, first);
  for (const placed of entries) {
    const { entry } = placed;
    if (!('serial' in entry)) continue;
    const instances = serving.get(entry.client);
    if (!instances) continue;
    const standing = instances.get(entry.serial) ?? { connection: WAITING };
    instances.set(entry.serial, standing);
    moved(standing, entry);
    if (IDLE.has(standing.connection)) instances.delete(entry.serial);
    slots.get(entry.client)?.shows(shownState(current(instances) ?? standing, phase), placed);
  }
  return [...slots.values()].flatMap(({ items }) => items);
}

/** Of several attempts of a client: the one that is connected, otherwise the newest. */
function current(instances: ReadonlyMap<number, Standing>): Standing | undefined {
  const all = [...instances.values()];
  return all.findLast(({ connection }) => connection === CONNECTED) ?? all.at(-1);
}

function moved(standing: Standing, entry: TraceEntry): void {
  if (!('machine' in entry)) return;
  const state = entry.kind === 'start' ? entry.state : entry.kind === 'transition' ? entry.to : undefined;
  if (entry.machine.endsWith('connection')) standing.connection = state ?? standing.connection;
  else if (entry.machine.endsWith('chat')) standing.chat = state === GONE ? undefined : state;
}

/** A sub-state is shown as the state around it, which is the diagram's. */
function shownState({ connection, chat }: Standing, phase: Phase): string {
  const [outer = ''] = connection.split('.');
  if (phase === 'connection') return outer;
  if (connection === CONNECTED && chat !== undefined) return chat;
  return phase === 'chat' ? '' : outer;
}

/** What happens without a message: expiries of timers, and of the rest what leads to another state. */
export function notesOf({ processes }: Run): NoteItem[] {
  return processes.flatMap((process) => {
    const armed = new Map<string, Moment>();
    return process.entries.flatMap(({ entry, at, order }) => {
      if (entry.kind !== 'transition') return [];
      const since = armed.get(`${String(entry.serial)} ${timerOf(entry.event)}`);
      for (const timer of entry.armed ?? []) armed.set(`${String(entry.serial)} ${timer}`, { at, order });
      const about = subjectOf(entry);
      if (about === undefined) return [];
      const words = wordsOf(entry, since && at - since.at);
      const { line } = process;
      const client = line.role === 'client' ? line.client : entry.client;
      const moment = { at, order };
      const note = { kind: 'note', about, line, client, words, moment, phase: phaseOf(entry) } as const;
      return [since && about === 'timer' ? { ...note, since } : note];
    });
  });
}

/** Answers that do nothing of their own: passed on, refused, ignored. */
const SILENT_MARKS: ReadonlySet<string> = new Set(['IGN', 'REF', 'N/A', '→CH', '→SH']);
const ABOUT: Readonly<Record<string, NoteItem['about']>> = {
  T: 'timer',
  U: 'user',
  N: 'network',
  X: 'network',
  S: 'network',
};

/** @returns undefined if nothing is written */
function subjectOf(entry: TransitionEntry): NoteItem['about'] | undefined {
  const { machine, event, from, to, alternative, client } = entry;
  if (machine.endsWith('history') || event === 'X.GONE' || event === 'S.START') return undefined;
  const mark = rowFor(machine, from, event)[alternative]?.mark;
  if (mark === undefined || SILENT_MARKS.has(mark)) return undefined;
  const about = ABOUT[event.split('.', 1)[0] ?? ''];
  // The instance of a server that waits for the next client stops without anybody noticing.
  if (client === '' || about === undefined) return undefined;
  return about === 'timer' || from !== to ? about : undefined;
}

function phaseOf({ machine, from, to }: TransitionEntry): NoteItem['phase'] {
  if (machine.endsWith('chat')) return 'chat';
  return from === CONNECTED || to === CONNECTED ? 'both' : 'connection';
}

/** Two events come from the activity timer. */
function timerOf(event: string): string {
  const name = event.replace(/^T\./, '');
  return name.startsWith('ACT_') ? 'ACTIVITY' : name;
}

function wordsOf({ event }: TransitionEntry, afterMs: number | undefined): string {
  const words = eventWords(event).replace(/^User types/, 'User:');
  return afterMs === undefined || !event.startsWith('T.') ? words : `${words} (${durationOf(afterMs)})`;
}

function durationOf(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
