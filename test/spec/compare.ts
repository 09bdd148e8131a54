/**
 * One cell of a table against the machine: its transitions as XState has them, and what they do when they are carried out. The
 * tests of this folder compare every cell; the mutation run compares the cells that it has changed.
 * Must never be here: knowledge of a single machine.
 */
import { namesOf, rowFor, type Row } from '../../diagrams/spec';
import { edgesOf, nodeOf, type AnyMachine, type ChartEdge } from './machines';
import { examplesOf, expectRow, stateKey, steppers } from './steps';

/** Every leaf that the table has, with every event. */
export function cellsOf(machine: AnyMachine): (readonly [leaf: string, event: string])[] {
  return machine.leaves
    .filter((leaf) => leaf !== 'Gone')
    .flatMap((leaf) => machine.events.map((event) => [leaf, event] as const));
}

/** Expects the transitions of a cell to be the rows of the table, in order. */
export function expectEdges(machine: AnyMachine, leaf: string, event: string): void {
  const { id } = machine;
  const node = nodeOf(machine, leaf);
  const edges = edgesOf(machine, node, event);
  const rows = rowFor(id, leaf, event);
  expect(rows).not.toEqual([]);
  expect(edges.map(plain)).toEqual(rows.map((row) => translated(id, row)));
  expect(node.handles(event as never)).toBe(true);
  // Staying must not leave and enter the state again.
  for (const { target, internal } of node.on[event] ?? []) expect(internal).toBe(target === undefined);
}

/** Carries out every alternative of a cell on both steppers and expects what the rows say. */
export function expectDeeds(machine: AnyMachine, leaf: string, event: string): void {
  const examples = examplesOf(machine.id);
  const rows: readonly Row[] = rowFor(machine.id, leaf, event);
  expect(rows).not.toEqual([]);
  rows.forEach((row, alternative) => {
    const tried = examples.of(leaf, event, alternative);
    expect(tried).not.toEqual([]);
    for (const [name, stepper] of steppers) {
      for (const example of tried) {
        const actor = stepper.start(machine, { name, context: example.context, state: leaf });
        expect(actor.state).toBe(leaf);
        expectRow(machine, actor, row, example.event);
        actor.stop();
      }
    }
  });
  expect(examples.of(leaf, event, rows.length)).toEqual([]);
}

/** A row in the words of the machine. */
function translated(id: string, { to, when, actions }: Row): ChartEdge {
  const guards = Object.entries(namesOf(id).guards);
  return {
    to: to === null ? null : stateKey(id, to),
    guard: when === null ? null : (guards.find(([, written]) => written === when)?.[0] ?? `(no guard for "${when}")`),
    actions,
  };
}

/** A transition with the refusals' texts taken off, as the tables write them. */
function plain(edge: ChartEdge): ChartEdge {
  return { ...edge, actions: edge.actions.map((action) => action.replace(/^refuse:.*$/s, 'refuse')) };
}
