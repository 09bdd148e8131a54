/**
 * The third way of running a machine, and the one that is used while nobody watches: the XState machine's own transitions,
 * guards and actions, read once from the machine object and then followed without making a State for every step. It knows
 * no rule; that it does what `machine.transition` does is checked in every cell and in every step of the exploration
 * (docs/decisions/0009). Must never be here: what a machine does.
 */
import type { AnyStateMachine, StateNode } from 'xstate';
import type { Action, AnyEvent, Asked, Machine } from './define';
import type { Effect } from './effects';
import type { Actor, Stepper } from './stepper';

/** One alternative of a cell. */
interface Way {
  readonly cond: ((context: object, event: AnyEvent) => boolean) | undefined;
  /** The state it leads to; undefined: it stays. */
  readonly to: Leaf | undefined;
  readonly actions: readonly Action<object, AnyEvent, Effect>[];
}
/** A leaf state, and its cells by event. The final state has none. */
interface Leaf {
  readonly name: string;
  readonly cells: Map<string, readonly Way[]>;
}

const tables = new WeakMap<AnyStateMachine, ReadonlyMap<string, Leaf>>();

/** The states of a machine as its chart has them. */
function tableOf({ chart, leaves }: Machine<object, AnyEvent, string>): ReadonlyMap<string, Leaf> {
  const made = tables.get(chart);
  if (made) return made;
  const table = new Map<string, Leaf>(leaves.map((name) => [name, { name, cells: new Map() }]));
  tables.set(chart, table);
  for (const [name, { cells }] of table) {
    const node = chart.getStateNodeById(`${chart.id}.${name}`) as StateNode;
    for (const [event, ways] of Object.entries(node.on)) {
      cells.set(
        event,
        ways.map(({ cond, target, actions }) => ({
          cond: cond && (chart.options.guards?.[String(cond.name)] as Way['cond']),
          to: target?.[0] && table.get(target[0].path.join('.')),
          actions: actions.map(({ type }) => (chart.options.actions?.[type] as unknown as Asked).action),
        })),
      );
    }
  }
  return table;
}

class TableActor implements Actor<object, AnyEvent, string, Effect> {
  constructor(
    private leaf: Leaf,
    public context: object,
  ) {}

  get state(): string {
    return this.leaf.name;
  }

  send(event: AnyEvent): readonly Effect[] {
    const ways = this.leaf.cells.get(event.type);
    const way = ways?.find(({ cond }) => cond === undefined || cond(this.context, event));
    if (!way) return NOTHING;
    if (way.to) this.leaf = way.to;
    let effects: readonly Effect[] = NOTHING;
    for (const action of way.actions) {
      const { set, ask } = action(this.context, event);
      if (set) this.context = { ...this.context, ...set };
      if (ask !== undefined) effects = joined(effects, ask);
    }
    return effects;
  }

  stop(): void {
    // Nothing runs that would have to be released.
  }
}

const NOTHING: readonly Effect[] = [];

function joined(effects: readonly Effect[], ask: Effect | readonly Effect[]): readonly Effect[] {
  const asked = (Array.isArray(ask) ? ask : [ask]) as readonly Effect[];
  return effects.length === 0 ? asked : [...effects, ...asked];
}

/** Follows the machine's table. */
export const tabled: Stepper = {
  start(machine, { context, state = machine.initial }) {
    const leaf = tableOf(machine as never).get(state);
    if (!leaf) throw new Error(`machine "${machine.id}" has no state "${state}"`);
    return new TableActor(leaf, context as object) as never;
  },
};
