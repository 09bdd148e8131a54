/**
 * The engine: an XState machine's own transitions, guards and actions, read once from the machine object and then followed without
 * making a State for every step. It knows no rule; that it does what XState's interpreter and `machine.transition` do is checked in
 * every cell and in every step of the exploration (docs/decisions/0016). Must never be here: what a machine does.
 */
import type { AnyStateMachine, StateNode } from 'xstate';
import type { Action, AnyEvent, Asked, Machine } from './define';
import type { Effect } from './effects';
import type { Actor, Stepper, Watched, Watcher } from './stepper';

/** One alternative of a cell. */
interface Way {
  readonly cond: ((context: object, event: AnyEvent) => boolean) | undefined;
  /** The state it leads to; undefined: it stays. */
  readonly to: Leaf | undefined;
  readonly actions: readonly Action<object, AnyEvent, Effect>[];
  readonly names: readonly string[];
  /** Its place in the cell. */
  readonly alternative: number;
}
/** A leaf state, and its cells by event. The final state has none. */
interface Leaf {
  readonly name: string;
  readonly cells: Map<string, readonly Way[]>;
}

/** Made of a chart when its first machine starts; whoever changes a chart afterwards deletes its table. */
export const tables = new WeakMap<AnyStateMachine, ReadonlyMap<string, Leaf>>();

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
        ways.map(({ cond, target, actions }, alternative) => ({
          // As XState looks a guard up.
          cond: cond && ((chart.options.guards?.[String(cond.name)] ?? cond.predicate) as Way['cond']),
          to: target?.[0] && table.get(target[0].path.join('.')),
          actions: actions.map(({ type }) => (chart.options.actions?.[type] as unknown as Asked).action),
          names: actions.map(({ type }) => type),
          alternative,
        })),
      );
    }
  }
  return table;
}

class Running implements Actor<object, AnyEvent, string, Effect> {
  constructor(
    private leaf: Leaf,
    public context: object,
  ) {}

  get state(): string {
    return this.leaf.name;
  }
  /** Nothing happens in it any more. */
  protected get isOver(): boolean {
    return this.leaf.cells.size === 0;
  }

  send(event: AnyEvent): readonly Effect[] {
    const way = this.wayOf(event);
    return way ? this.take(way, event) : NOTHING;
  }

  stop(): void {
    // Nothing runs that would have to be released.
  }

  protected wayOf(event: AnyEvent): Way | undefined {
    return this.leaf.cells.get(event.type)?.find(({ cond }) => cond === undefined || cond(this.context, event));
  }

  protected take(way: Way, event: AnyEvent): readonly Effect[] {
    if (way.to) this.leaf = way.to;
    let effects: readonly Effect[] = NOTHING;
    for (const action of way.actions) {
      const { set, ask } = action(this.context, event);
      if (set) this.context = { ...this.context, ...set };
      if (ask !== undefined) effects = joined(effects, ask);
    }
    return effects;
  }
}

/** The same, and a watcher is told of it. */
class RunningWatched extends Running {
  constructor(
    leaf: Leaf,
    context: object,
    private readonly watcher: Watcher,
    private readonly watched: Watched,
  ) {
    super(leaf, context);
    watcher.started(watched, leaf.name, context);
  }

  override send(event: AnyEvent): readonly Effect[] {
    if (this.isOver) return NOTHING;
    const from = this.state;
    const way = this.wayOf(event);
    const effects = way ? this.take(way, event) : NOTHING;
    const { alternative = -1, names: actions = [] } = way ?? {};
    const { state: to, context } = this;
    this.watcher.stepped(this.watched, { event, from, to, context, alternative, actions });
    return effects;
  }

  override stop(): void {
    this.watcher.stopped(this.watched);
  }
}

const NOTHING: readonly Effect[] = [];

function joined(effects: readonly Effect[], ask: Effect | readonly Effect[]): readonly Effect[] {
  const asked = (Array.isArray(ask) ? ask : [ask]) as readonly Effect[];
  return effects.length === 0 ? asked : [...effects, ...asked];
}

/** Numbers of machines that were watched, of this process: XState's form of a session-ID. */
let sessions = 0;

/** Runs machines; a watcher, if there is one, sees them. */
export function engineFor(watcher?: Watcher): Stepper {
  return {
    start(machine, { name, serial = 0, context, state = machine.initial }) {
      const leaf = tableOf(machine as never).get(state);
      if (!leaf) throw new Error(`machine "${machine.id}" has no state "${state}"`);
      if (!watcher) return new Running(leaf, context as object) as never;
      const watched = { machine: machine as never, name, serial, sessionId: `x:${String(sessions++)}` };
      return new RunningWatched(leaf, context as object, watcher, watched) as never;
    },
  };
}

/** Runs machines that nobody watches. */
export const engine: Stepper = engineFor();
