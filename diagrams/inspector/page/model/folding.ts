/** KEEPALIVE on the page: those of a connection that follow each other are one row. Must never be here: the DOM. */
import { connectionBetween, groupsOf, timesOf } from '../../../trace/fold';
import type { Entry, WireEntry } from './record';

export interface Folding {
  /** The entry that stands for one that has no row of its own. */
  readonly heads: ReadonlyMap<Entry, Entry>;
  /** For how many an entry stands. */
  readonly counts: ReadonlyMap<Entry, number>;
}

/** Every entry has its row. */
export const UNFOLDED: Folding = { heads: new Map(), counts: new Map() };

/** Each process has recorded its own end. */
export function foldingOf(entries: readonly Entry[]): Folding {
  const heads = new Map<Entry, Entry>();
  const counts = new Map<Entry, number>();
  const wires = entries.filter((entry): entry is WireEntry => entry.kind === 'wire');
  const groups = groupsOf(wires, ({ process, wire: { from, to, name } }) => ({
    connection: `${process.key}\n${connectionBetween(from, to)}`,
    kind: name,
    folds: name === 'KEEPALIVE',
  }));
  for (const [head, group] of groups) {
    if (group.length === 1) continue;
    counts.set(head, group.length);
    for (const one of group.slice(1)) heads.set(one, head);
  }
  return { heads, counts };
}

/** What the row of an entry is called. */
export function foldedName({ counts }: Folding, entry: Entry, name: string): string {
  return timesOf(name, counts.get(entry) ?? 1);
}
