/**
 * Messages that follow each other on a connection, with nothing between, become one with their number: one way for the charts, the
 * inspector and the demo. Must never be here: what a message looks like.
 */

export interface Described {
  /** The same for both directions. */
  readonly connection: string;
  /** Only messages of one kind become one. */
  readonly kind: string;
  /** Whether this one may stand behind another of its kind. */
  readonly folds: boolean;
}

/** @returns the first message of each group, in order, and all of its group */
export function groupsOf<M>(messages: Iterable<M>, described: (message: M) => Described): Map<M, M[]> {
  const groups = new Map<M, M[]>();
  const latest = new Map<string, { readonly kind: string; readonly group: M[] }>();
  for (const message of messages) {
    const { connection, kind, folds } = described(message);
    const before = latest.get(connection);
    if (folds && before?.kind === kind) before.group.push(message);
    else {
      const group = [message];
      groups.set(message, group);
      latest.set(connection, { kind, group });
    }
  }
  return groups;
}

/** What names a connection by its two ends. */
export function connectionBetween(from: string, to: string): string {
  return [from, to].sort().join('\n');
}

/** The name of a message that stands for several. */
export function timesOf(name: string, count: number): string {
  return count === 1 ? name : `${name} × ${String(count)}`;
}
