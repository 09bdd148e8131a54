/** Every cell of every table, and which of them an exploration has left out. Must never be here: a reason. */
import { rowFor, type Mark } from '../../diagrams/spec';
import { machines } from '../spec/machines';

export interface CellOfTable {
  /** `machine | state | event | alternative`. */
  readonly name: string;
  readonly mark: Mark;
}

/** All alternatives of all cells, as the tables have them. */
export function allCells(): CellOfTable[] {
  return machines.flatMap(({ id, leaves, events }) =>
    leaves.flatMap((leaf) =>
      events.flatMap((event) =>
        rowFor(id, leaf, event).map(({ mark }, i) => ({ name: `${id} | ${leaf} | ${event} | ${String(i)}`, mark })),
      ),
    ),
  );
}

/** Cells not reached that have no reason, and cells reached that have one. */
export function unexplained(
  reached: ReadonlySet<string>,
  reasons: ReadonlyMap<string, string>,
): { readonly missed: readonly string[]; readonly refuted: readonly string[] } {
  const names = allCells().map(({ name }) => name);
  return {
    missed: names.filter((name) => !reached.has(name) && !reasons.has(name)),
    refuted: [...reasons.keys()].filter((name) => reached.has(name) || !names.includes(name)),
  };
}
