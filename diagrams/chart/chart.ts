/**
 * A message sequence chart of a real run: traces are merged, what is asked for is chosen and put in rows. The chart is drawn
 * by svg.ts, text.ts and mermaid.ts.
 */
import type { MessageName } from '../../machines/messages';
import type { Trace } from '../trace/reader';
import { columnsOf, type Columns } from './columns';
import { folded } from './fold';
import { runOf, type Run } from './merge';
import { before, momentOf, type Item, type Lifeline, type MessageItem, type NoteItem, type StateItem } from './model';
import { rowsOf, type Row } from './rows';
import { notesOf, statesOf, type Phase } from './states';

export interface ChartOptions {
  /** connection: the assignment's six messages; chat: everything after them. Default: all. */
  readonly phase?: Phase;
  /** Client-IDs, in the order of their lifelines. Default: everybody who did something. */
  readonly clients?: readonly string[];
  /** Seconds since the first thing on the chart; what is earlier or later is left out. */
  readonly from?: number;
  readonly to?: number;
  /** Default: true. */
  readonly states?: boolean;
  /** true: every KEEPALIVE is an arrow; otherwise those that follow each other are one. */
  readonly keepalives?: boolean;
  readonly title?: string;
}

export interface Chart {
  readonly title: string;
  /** From the left. */
  readonly lifelines: readonly Lifeline[];
  readonly columns: Columns;
  /** The states at the top. */
  readonly initial: readonly StateItem[];
  readonly rows: readonly Row[];
  /** Milliseconds on the common clock at which the chart's time is 0. */
  readonly zero: number;
  /** Sentences: what may be wrong with the traces. */
  readonly warnings: readonly string[];
}

const TITLES: Readonly<Record<Phase, string>> = {
  connection: 'Connection phase',
  chat: 'Chat phase',
  all: 'Message sequence chart',
};
const CONNECTION: ReadonlySet<MessageName> = new Set(['CONNECT', 'CONNECTED']);

/** @throws TraceError there is no trace */
export function chartOf(traces: readonly Trace[], o: ChartOptions = {}): Chart {
  const run = runOf(traces);
  const phase = o.phase ?? 'all';
  const events = folded(eventsOf(run, phase, o.clients), o.keepalives === true);
  const zero = events.reduce((least, item) => Math.min(least, momentOf(item).at), Infinity);
  const [from, to] = [(o.from ?? -Infinity) * 1000, (o.to ?? Infinity) * 1000];
  const shown = events.filter((item) => within(momentOf(item).at - zero, from, to));
  const lifelines = lifelinesOf(shown, o.clients);
  const states = o.states === false ? [] : statesOf(run, phase).filter((state) => isShown(state, lifelines));
  const { initial, changes } = split(states, shown, zero + to);
  const columns = columnsOf(lifelines);
  const items: Item[] = [...shown, ...settled(changes, shown)];
  return {
    title: o.title ?? titleOf(phase, lifelines),
    lifelines,
    columns,
    initial,
    rows: rowsOf(items, (item) => columns.lanes(item)),
    zero: Number.isFinite(zero) ? zero : 0,
    warnings: run.warnings,
  };
}

/** The messages of a chart in its order; a falling arrow stands where it begins. */
export function messagesOf({ rows }: Chart): MessageItem[] {
  return rows.flatMap(({ parts }) =>
    parts.flatMap(({ item, part }) => (item.kind === 'message' && part !== 'end' ? item : [])),
  );
}

function eventsOf(run: Run, phase: Phase, clients: readonly string[] | undefined): (MessageItem | NoteItem)[] {
  const isOf = (of: NoteItem['phase']): boolean => phase === 'all' || of === 'both' || of === phase;
  const messages = run.messages.filter((message) => isOf(phaseOf(message)) && isAbout(clients, clientOf(message)));
  const notes = [...run.copies, ...notesOf(run)].filter((note) => isOf(note.phase) && isAbout(clients, note.client));
  return [...messages, ...notes].sort((a, b) => before(momentOf(a), momentOf(b)));
}

/** The assignment's chart ends with CONNECTED. */
function phaseOf({ name, over }: MessageItem): 'connection' | 'chat' {
  return over === 'udp' || CONNECTION.has(name) ? 'connection' : 'chat';
}

/** The client's end of a message. */
export function clientOf({ from, to }: MessageItem): string {
  return from.role === 'client' ? from.client : to.client;
}
function isAbout(clients: readonly string[] | undefined, client: string): boolean {
  return clients === undefined || clients.includes(client);
}
function within(ms: number, from: number, to: number): boolean {
  return ms >= from && ms <= to;
}

/**
 * The first client, the server, the other clients, as in the assignment's chart; clients in the order in which they are asked
 * for, or in which they first do something.
 */
function lifelinesOf(shown: readonly (MessageItem | NoteItem)[], clients: readonly string[] | undefined): Lifeline[] {
  const used = new Set(shown.flatMap((item) => (item.kind === 'message' ? [item.from, item.to] : item.line)));
  const place = ({ client }: Lifeline): number => clients?.indexOf(client) ?? 0;
  const of = (role: Lifeline['role']): Lifeline[] => [...used].filter((line) => line.role === role);
  const [first, ...others] = of('client').sort((a, b) => place(a) - place(b));
  return [...(first ? [first] : []), ...of('server'), ...others];
}

function isShown({ line, client }: StateItem, lifelines: readonly Lifeline[]): boolean {
  return lifelines.includes(line) && lifelines.some((one) => one.role === 'client' && one.client === client);
}

/**
 * At the top stand the states in force when the first thing happens, and of who joins later the first state; what comes after
 * the end is left out.
 */
function split(
  states: readonly StateItem[],
  shown: readonly Item[],
  end: number,
): { initial: StateItem[]; changes: StateItem[] } {
  const [first] = shown;
  if (!first) return { initial: [], changes: [] };
  const initial = new Map<string, StateItem>();
  const changes: StateItem[] = [];
  for (const state of states) {
    const slot = slotOf(state);
    if (before(state.moment, momentOf(first)) < 0 || !initial.has(slot)) initial.set(slot, state);
    else if (state.moment.at <= end) changes.push(state);
  }
  return { initial: [...initial.values()].filter(({ label }) => label !== ''), changes };
}

/** Names the place of a state: the lifeline, and on a server the client. */
export function slotOf({ line, client }: Pick<StateItem, 'line' | 'client'>): string {
  return JSON.stringify([line.name, client]);
}

/** Without the states that nothing was seen to happen in, such as a server's Connected before its chat machine begins. */
function settled(changes: readonly StateItem[], shown: readonly (MessageItem | NoteItem)[]): StateItem[] {
  const happened = new Map<string, number[]>();
  const note = (line: Lifeline, client: string, order: number | undefined): void => {
    if (order === undefined) return;
    const slot = slotOf({ line, client });
    const orders = happened.get(slot) ?? [];
    happened.set(slot, orders);
    orders.push(order);
  };
  for (const item of shown) {
    if (item.kind === 'note') note(item.line, item.client, item.moment.order);
    else {
      note(item.from, clientOf(item), item.sent?.order);
      note(item.to, clientOf(item), item.received?.order);
    }
  }
  const next = new Map<string, StateItem>();
  return changes
    .toReversed()
    .filter((state) => {
      const slot = slotOf(state);
      const following = next.get(slot);
      next.set(slot, state);
      if (!following) return true;
      const [from, to] = [state.moment.order, following.moment.order];
      return happened.get(slot)?.some((order) => order > from && order <= to) ?? false;
    })
    .toReversed();
}

function titleOf(phase: Phase, lifelines: readonly Lifeline[]): string {
  const names = lifelines.map(({ name }) => name);
  return names.length === 0 ? TITLES[phase] : `${TITLES[phase]}: ${names.join(', ')}`;
}
