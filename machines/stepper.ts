/**
 * The one small interface through which machines are stepped (P7), and its two implementations: XState's interpreter, which an
 * inspector can watch, and `machine.transition`, which exploration uses. Must never be here: what a machine does.
 */
import { interpret, type State, type StateMachine, type StateValue } from 'xstate';
import { EFFECT, type AnyEvent, type EffectAction, type Machine } from './define';
import type { Effect } from './effects';

/** A machine that runs: an event goes in, what it asks for comes out, and the state has moved. */
export interface Actor<C, E, S, F> {
  readonly state: S;
  readonly context: C;
  send(event: E): readonly F[];
  /** No more events will come; releases whatever runs it. */
  stop(): void;
}
export interface StartOptions<C, S> {
  /** Name under which an inspector shows it. */
  readonly name: string;
  readonly context: C;
  /** Start here instead of in the initial state. */
  readonly state?: NoInfer<S>;
}
/** How machines are run: by XState's interpreter in production, by `machine.transition` in exploration. */
export interface Stepper {
  start<C, E extends AnyEvent, S extends string, F extends Effect>(
    machine: Machine<C, E, S, F>,
    options: StartOptions<C, S>,
  ): Actor<C, E, S, F>;
}

type AnyState = State<object, AnyEvent>;

/** The interpreter runs the machine, so an inspector sees it. */
export const interpreted: Stepper = {
  start(machine, { name, context, state = machine.initial }) {
    const chart = machine.chart;
    const service = interpret(chart, { id: name, devTools: false });
    service.start(chart.getInitialState(valueOf(state), context));
    const actor = {
      state: state as string,
      get context() {
        return service.getSnapshot().context as object;
      },
      send(event: AnyEvent) {
        const before = service.getSnapshot() as unknown as AnyState;
        const next = service.send(event) as unknown as AnyState;
        // A machine that has ended answers with its last state.
        if (next === before) return [];
        actor.state = leafOf(next.value);
        return effectsOf(next);
      },
      stop: () => void service.stop(),
    };
    return actor as never;
  },
};

/** `machine.transition` runs the machine: nothing is kept but value and context (P15). */
export const transitioned: Stepper = {
  start(machine, { context, state = machine.initial }) {
    const chart = machine.chart as unknown as StateMachine<object, object, AnyEvent>;
    let current: AnyState = chart.getInitialState(valueOf(state), context as object) as AnyState;
    const actor = {
      get state() {
        return leafOf(current.value);
      },
      get context() {
        return current.context;
      },
      send(event: AnyEvent) {
        current = chart.transition(current as never, event) as AnyState;
        const effects = effectsOf(current);
        current.actions = [];
        delete current.history;
        return effects;
      },
      stop: () => undefined,
    };
    return actor as never;
  },
};

/** `Parent.child` as XState writes it. */
function valueOf(leaf: string): StateValue {
  const [parent = '', child] = leaf.split('.');
  return child === undefined ? parent : { [parent]: child };
}
function leafOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [[parent, child] = ['', '']] = Object.entries(value);
  return `${parent}.${child as string}`;
}
function effectsOf(state: AnyState): readonly Effect[] {
  const effects: Effect[] = [];
  for (const action of state.actions) {
    if (action.type === EFFECT) effects.push((action as unknown as EffectAction).effect);
  }
  return effects;
}
