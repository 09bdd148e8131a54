/** The rows of the list of machines: processes, their connections, and the machines inside, filtered. Must never be here: the DOM. */
import { groupName, playing, type Group, type Part, type Seen } from './moment';
import type { Entry, Process } from './record';

export type Running = 'all' | 'running' | 'stopped';
export interface Filter {
  readonly text: string;
  readonly running: Running;
}

export interface MachineLine {
  readonly part: Part;
  readonly seen: Seen;
}
export type ListRow =
  | { readonly kind: 'process'; readonly process: Process; readonly shown: number; readonly total: number }
  | { readonly kind: 'group'; readonly group: Group; readonly name: string; readonly stopped: boolean }
  | { readonly kind: 'machine'; readonly group: Group; readonly line: MachineLine; readonly last: boolean };

const PARTS: readonly Part[] = ['connection', 'chat', 'history'];

/** How the machines of a group stood at a moment; none before it began. */
export function linesOf(group: Group, moment: Entry | undefined): MachineLine[] {
  return PARTS.flatMap((part) => {
    const seen = playing(group, part, moment);
    return seen ? [{ part, seen }] : [];
  });
}

/** @param moment undefined: now */
export function listRows(
  processes: readonly Process[],
  groups: readonly Group[],
  filter: Filter,
  moment: Entry | undefined,
): ListRow[] {
  const rows: ListRow[] = [];
  for (const process of processes) {
    const own = groups.filter((group) => group.process === process);
    const found = own.flatMap((group) => groupRows(group, filter, moment));
    const shown = found.filter(({ kind }) => kind === 'group').length;
    rows.push({ kind: 'process', process, shown, total: own.length }, ...found);
  }
  return rows;
}

function groupRows(group: Group, filter: Filter, moment: Entry | undefined): ListRow[] {
  const lines = linesOf(group, moment);
  const outer = lines.find(({ seen }) => seen.machine === group.connection)?.seen ?? lines[0]?.seen;
  if (!outer) return [];
  const name = groupName(group, outer.client);
  const stopped = outer.stopped || group.process.liveness === 'ended';
  if (filter.running !== 'all' && (filter.running === 'stopped') !== stopped) return [];
  if (!matches(`${name} ${group.process.name} ${lines.map(({ seen }) => seen.state).join(' ')}`, filter.text))
    return [];
  return [
    { kind: 'group', group, name, stopped },
    ...lines.map((line, i) => ({ kind: 'machine' as const, group, line, last: i === lines.length - 1 })),
  ];
}

/** Every word of the search occurs. */
export function matches(text: string, search: string): boolean {
  const lower = text.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

/** The group to show when nobody has chosen: of the first client, or on a server the first that has come to chat. */
export function firstGroup(groups: readonly Group[]): Group | undefined {
  const client = groups.find(({ process }) => process.role === 'client');
  return client ?? groups.find(({ inner }) => inner.length > 0) ?? groups[0];
}
