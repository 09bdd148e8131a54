/**
 * The ladder: a message sequence chart of everything that went over the wire. A message that both sides have recorded is one
 * arrow. Must never be here: the DOM.
 */
import { connectionBetween, groupsOf } from '../../../trace/fold';
import { timeOf, type Entry, type Recording, type StepEntry, type WireEntry } from './record';
import { partOf } from './moment';

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly over: 'udp' | 'tcp';
  readonly sealed: boolean;
  readonly line: string;
  readonly sent: WireEntry | undefined;
  readonly received: WireEntry | undefined;
  /** Messages that this arrow stands for, if there are several. */
  readonly count?: number;
  /** Some of them go the other way. */
  readonly bothWays?: boolean;
}

/** Pairs what was sent with what was received. In the order of the first entry of each. */
export function arrowsOf(entries: readonly Entry[]): Arrow[] {
  const arrows: (Arrow & { sent: WireEntry | undefined; received: WireEntry | undefined })[] = [];
  const open = new Map<string, number[]>();
  for (const entry of entries) {
    if (entry.kind !== 'wire') continue;
    const { from, to, name, over, sealed, sent, line } = entry.wire;
    // Each side waits for the other: clocks may put the receipt first.
    const key = JSON.stringify([from, to, name, sent ? 'sent' : 'received']);
    const waiting = open.get(JSON.stringify([from, to, name, sent ? 'received' : 'sent'])) ?? [];
    const match = takeMatch(waiting, (i) => fits(arrows[i] as Arrow, entry), over);
    const pair = match === undefined ? undefined : arrows[match];
    if (pair) {
      if (sent) pair.sent = entry;
      else pair.received = entry;
      continue;
    }
    const own = open.get(key) ?? [];
    open.set(key, own);
    own.push(arrows.length);
    const one = { from, to, name, over, sealed, line };
    arrows.push({ ...one, sent: sent ? entry : undefined, received: sent ? undefined : entry });
  }
  return arrows;
}

/** KEEPALIVE of a connection with nothing between is one arrow. */
export function foldedArrows(arrows: readonly Arrow[]): Arrow[] {
  const groups = groupsOf(arrows, ({ from, to, name }) => ({
    connection: connectionBetween(from, to),
    kind: name,
    folds: name === 'KEEPALIVE',
  }));
  return [...groups].map(([head, group]) =>
    group.length === 1
      ? head
      : { ...head, count: group.length, bothWays: group.some(({ from }) => from !== head.from) },
  );
}

/** Another process saw the other side, and its line says the same. */
function fits(arrow: Arrow, entry: WireEntry): boolean {
  const other = arrow.sent ?? arrow.received;
  return other !== undefined && other.process !== entry.process && arrow.line === entry.wire.line;
}

/** TCP keeps the order: the oldest. A datagram may be lost and sent again: the newest. */
function takeMatch(waiting: number[], fit: (arrow: number) => boolean, over: 'udp' | 'tcp'): number | undefined {
  const at = over === 'tcp' ? waiting.findIndex(fit) : waiting.findLastIndex(fit);
  return at < 0 ? undefined : waiting.splice(at, 1)[0];
}

/**
 * Whether a datagram was sent and never received: its receiver is on the page, was recording by then, and has recorded
 * something of a later time.
 */
export function isLost(record: Recording, { over, to, sent, received }: Arrow): boolean {
  if (over !== 'udp' || !sent || received) return false;
  const at = timeOf(sent);
  return record.processes.some((process) => {
    const name = process.role === 'server' ? SERVER : process.name;
    const { started, shift, lastTime } = process;
    return name === to && started + shift <= at && at < started + shift + lastTime;
  });
}

/** A row of the chart: an arrow, one of its ends, or a state that was entered. */
export interface Row {
  readonly entry: Entry;
  /** The arrow that begins here. */
  readonly arrow?: Arrow;
  /** Rows down to its end. */
  readonly length?: number;
  readonly box?: { readonly on: string; readonly step: StepEntry };
}

export interface Ladder {
  /** Names of the lifelines, from the left. */
  readonly lines: readonly string[];
  readonly rows: readonly Row[];
  /** Clients that there was no room for. */
  readonly hidden: number;
}

export const SERVER = 'S';

/**
 * The lifelines to show: the clients asked for, and the server after the first of them, as in the assignment's chart.
 * @param wanted names that must be there; others join while there is room
 */
export function lifelines(
  record: Recording,
  arrows: readonly Arrow[],
  wanted: readonly string[],
  room: number,
): Pick<Ladder, 'lines' | 'hidden'> {
  const processes = record.processes.map(({ name, role }) => (role === 'server' ? SERVER : name));
  const clients = new Set([...processes, ...wanted, ...arrows.flatMap(({ from, to }) => [from, to])]);
  clients.delete(SERVER);
  clients.delete('');
  const all = [...clients];
  const first = new Set([...wanted, ...processes]);
  const shown =
    all.length <= room
      ? all
      : [...all.filter((name) => first.has(name)), ...all.filter((name) => !first.has(name))].slice(0, room);
  // By name, so that a lecture looks alike every time, whoever was started first.
  const [one, ...rest] = shown.sort();
  return { lines: one === undefined ? [SERVER] : [one, SERVER, ...rest], hidden: all.length - shown.length };
}

/** Lays the chart out in rows: an arrow ends in a later row only if something shown happened before it arrived. */
export function ladderOf(record: Recording, arrows: readonly Arrow[], lines: readonly string[]): Row[] {
  const starts = new Map<Entry, Arrow>();
  const ends = new Map<Entry, Arrow>();
  for (const arrow of arrows) {
    if (!lines.includes(arrow.from) || !lines.includes(arrow.to)) continue;
    const { sent, received } = arrow;
    const [begin, end] =
      sent && received && timeOf(received) < timeOf(sent) ? [received, sent] : [sent ?? received, received];
    if (begin) starts.set(begin, arrow);
    if (end && end !== begin) ends.set(end, arrow);
  }
  const rows: { entry: Entry; arrow?: Arrow; length?: number; box?: NonNullable<Row['box']> }[] = [];
  const begun = new Map<Arrow, number>();
  for (const entry of record.entries) {
    const arrow = starts.get(entry);
    const ended = ends.get(entry);
    if (arrow) {
      begun.set(arrow, rows.length);
      rows.push({ entry, arrow, length: 0 });
    } else if (ended) {
      const at = begun.get(ended) ?? rows.length - 1;
      if (at === rows.length - 1) continue;
      rows[at] = { ...(rows[at] as Row), length: rows.length - at };
      rows.push({ entry });
    } else {
      const box = boxOf(entry, lines);
      if (box) rows.push({ entry, box });
    }
  }
  return rows;
}

function boxOf(entry: Entry, lines: readonly string[]): Row['box'] | undefined {
  if (entry.kind !== 'step' || entry.from === entry.state || partOf(entry.machine) === 'history') return undefined;
  const on = entry.process.role === 'server' ? SERVER : entry.process.name;
  // A server has a machine for each client: those of the clients shown.
  if (on === SERVER && entry.client !== '' && !lines.includes(entry.client)) return undefined;
  return lines.includes(on) ? { on, step: entry } : undefined;
}
