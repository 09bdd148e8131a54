/**
 * XState's own two ways of running a machine, against which the engine (machines/engine.ts) is checked: its interpreter, and
 * `machine.transition`. Must never be here: what a machine does.
 */
import { interpret, type State, type StateMachine, type StateValue } from 'xstate';
import { EFFECT, type AnyEvent, type EffectAction } from '../../machines/define';
import type { Effect } from '../../machines/effects';
import type { Stepper } from '../../machines/stepper';

type AnyState = State<object, AnyEvent>;

/** XState's interpreter runs the machine. */
export const interpreted: Stepper = {
  start(machine, { name, context, state = machine.initial }) {
    const { chart } = machine;
    const service = interpret(chart, { id: name, devTools: false });
    service.start(chart.getInitialState(valueOf(state), context));
    const now = (): AnyState => (service as unknown as { getSnapshot(): AnyState }).getSnapshot();
    const actor = {
      get state() {
        return leafOf(now().value);
      },
      get context() {
        return now().context;
      },
      send(event: AnyEvent) {
        const before = now();
        const next = service.send(event) as unknown as AnyState;
        // A machine that has ended answers with its last state.
        return next === before ? [] : effectsOf(next);
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
        // The state before would be kept, and the one before that.
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
