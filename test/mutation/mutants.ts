/**
 * Changes of single cells, one at a time, in the machines that run: another target, a guard less, an action less. A change is
 * made in the chart itself, so that whatever runs the machine runs the changed one, and is taken back.
 * Must never be here: what a machine should do, or who finds out.
 */
import type { AnyMachine } from '../spec/machines';
import { nodeOf, nodesOf } from '../spec/machines';
import { EFFECT } from '../../machines/define';
import { cellsOf, expectDeeds } from '../spec/compare';

export interface Mutant {
  /** Machine, state, event, number of the alternative, and what is different: unique. */
  readonly name: string;
  readonly machine: AnyMachine;
  /** Cells in which it can be seen. */
  readonly cells: readonly (readonly [leaf: string, event: string])[];
  /** Makes the change. @returns what takes it back */
  readonly apply: () => () => void;
}

/** A transition of XState 4, as far as it is changed here. */
interface Transition {
  target: unknown[] | undefined;
  internal: boolean;
  cond?: { readonly name?: string; readonly predicate: (...given: unknown[]) => boolean } | undefined;
  actions: readonly { readonly type: string }[];
}
/** An action as defineMachine makes it: what it asks for, as data. */
interface PureAction {
  get: (...given: unknown[]) => readonly { readonly type: string }[];
}

/** Type of XState's action that changes the context. */
const ASSIGN = 'xstate.assign';

/** Every change of every cell of a machine. */
export function mutantsOf(machine: AnyMachine): Mutant[] {
  return [...cellsOf(machine).flatMap(([leaf, event]) => ofCell(machine, leaf, event)), ...ofActions(machine)];
}

function ofCell(machine: AnyMachine, leaf: string, event: string): Mutant[] {
  const transitions = (nodeOf(machine, leaf).on[event] ?? []) as unknown as Transition[];
  return transitions.flatMap((transition, alternative) => {
    const place = `${machine.id}: ${leaf} on ${event}, alternative ${String(alternative)}`;
    const changes: [string, Partial<Transition>][] = [
      ...targets(machine, leaf, transition),
      ...guards(transition),
      ...actions(transition),
    ];
    return changes.map(([words, change]) => ({
      name: `${place}: ${words}`,
      machine,
      cells: [[leaf, event]] as const,
      apply: () => exchanged(transition, change),
    }));
  });
}

function targets(machine: AnyMachine, leaf: string, { target }: Transition): [string, Partial<Transition>][] {
  const nodes = nodesOf(machine);
  const now = (target?.[0] as { id: string } | undefined)?.id ?? `${machine.id}.${leaf}`;
  const { leaves } = machine;
  const at = leaves.findIndex((name) => `${machine.id}.${name}` === now);
  // The next in the order of the picture: deterministic, and never where it goes now.
  const other = leaves[(at + 1) % leaves.length] ?? '';
  const node = nodes.find(({ id }) => id === `${machine.id}.${other}`);
  const changes: [string, Partial<Transition>][] = [[`goes to ${other}`, { target: [node], internal: false }]];
  if (target !== undefined && now !== `${machine.id}.${leaf}`) {
    changes.push(['stays', { target: undefined, internal: true }]);
  }
  return changes;
}

function guards({ cond }: Transition): [string, Partial<Transition>][] {
  if (!cond) return [];
  const guard = cond.name ?? '';
  // XState looks a guard up by its name, and takes the function only if there is none.
  const changed = (predicate: (...given: unknown[]) => boolean): Partial<Transition> => ({
    cond: { ...cond, name: `${guard} (changed)`, predicate },
  });
  return [
    [`without the guard "${guard}"`, { cond: undefined }],
    [`the guard "${guard}" turned round`, changed((...given) => !cond.predicate(...given))],
    [`never "${guard}"`, changed(() => false)],
  ];
}

function actions({ actions: all }: Transition): [string, Partial<Transition>][] {
  const changes = all.map(({ type }, i): [string, Partial<Transition>] => [
    `without ${type}`,
    { actions: all.filter((_, at) => at !== i) },
  ]);
  const [first, second, ...rest] = all;
  if (first && second) changes.push([`${second.type} before ${first.type}`, { actions: [second, first, ...rest] }]);
  return changes;
}

/** What an action does, made less: it asks for nothing, or it remembers nothing. */
function ofActions(machine: AnyMachine): Mutant[] {
  const implemented = machine.chart.options.actions as unknown as Record<string, Partial<PureAction>>;
  return Object.entries(implemented).flatMap(([name, action]) => {
    const { get } = action;
    if (!get) return [];
    const cells = cellsOf(machine).filter(([leaf, event]) =>
      (nodeOf(machine, leaf).on[event] ?? []).some(({ actions: used }) => used.some(({ type }) => type === name)),
    );
    const without = (kept: (type: string) => boolean) => () =>
      exchanged(action, { get: (...given) => get.apply(action, given).filter(({ type }) => kept(type)) });
    const did = doneIn(machine, cells, action);
    return [
      ...(did.has(EFFECT) ? [['asks for nothing', without((type) => type === ASSIGN)] as const] : []),
      ...(did.has(ASSIGN) ? [['remembers nothing', without((type) => type !== ASSIGN)] as const] : []),
    ].map(([words, apply]) => ({ name: `${machine.id}: ${name} ${words}`, machine, cells, apply }));
  });
}

/** What an action ever does when its cells are carried out: types of XState's actions. */
function doneIn(machine: AnyMachine, cells: Mutant['cells'], action: Partial<PureAction>): Set<string> {
  const done = new Set<string>();
  const { get } = action;
  const undo = exchanged(action, {
    get: (...given) => {
      const results = get?.apply(action, given) ?? [];
      for (const { type } of results) done.add(type);
      return results;
    },
  });
  for (const [leaf, event] of cells) expectDeeds(machine, leaf, event);
  undo();
  return done;
}

/** Writes these properties. @returns what writes the old ones again */
function exchanged<T extends object>(object: T, change: Partial<T>): () => void {
  const before = Object.fromEntries(Object.keys(change).map((key) => [key, object[key as keyof T]]));
  Object.assign(object, change);
  return () => void Object.assign(object, before);
}
