/**
 * The one small interface through which machines are stepped (P7), and its implementations: XState's interpreter, which an
 * inspector can watch, `machine.transition`, which exploration uses, and the machine's table (tabled.ts), followed while nobody
 * watches. Must never be here: what a machine does.
 */
import { interpret, type State, type StateMachine, type StateValue } from 'xstate';
import { EFFECT, type AnyEvent, type EffectAction, type Machine } from './define';
import type { Effect } from './effects';
import { tabled } from './tabled';

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
  /** Serial number of the attempt on a server; absent on a client. */
  readonly serial?: number;
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

/** A running machine as a watcher sees it. */
export interface Watched {
  readonly machine: Machine<object, AnyEvent, string>;
  readonly name: string;
  readonly serial: number;
  readonly sessionId: string;
}
/** One step: what was sent, and what came of it. Everything is immutable, so it may be kept. */
export interface WatchedStep {
  readonly event: AnyEvent;
  readonly from: string;
  readonly to: string;
  readonly context: object;
  /** The transition of the chart that was taken; undefined if none was. */
  readonly transition: unknown;
}
/** Which alternative of its cell a step took, from 0; -1 if none. */
export function alternativeOf({ transition, event }: WatchedStep): number {
  const taken = transition as { source?: { transitions: readonly { eventType: string }[] } } | undefined;
  if (!taken?.source) return -1;
  return taken.source.transitions.filter(({ eventType }) => eventType === event.type).indexOf(taken as never);
}
/** Sees every machine that the interpreter runs; it must not throw and must not send. */
export interface Watcher {
  started(actor: Watched, state: string, context: object): void;
  stepped(actor: Watched, step: WatchedStep): void;
  stopped(actor: Watched): void;
}

/** The interpreter runs the machine; a watcher, if there is one, sees it. */
export function interpretedFor(watcher?: Watcher): Stepper {
  return {
    start(machine, { name, serial = 0, context, state = machine.initial }) {
      const service = lazily(() => {
        const { chart } = machine;
        const started = interpret(chart, { id: name, devTools: false });
        return started.start(chart.getInitialState(valueOf(state), context));
      });
      const watched = watcher && { machine: machine as never, name, serial, sessionId: service.get().sessionId };
      if (watched) watcher.started(watched, state, context as object);
      const actor = {
        state: state as string,
        get context() {
          return (service.made?.getSnapshot().context ?? context) as object;
        },
        send(event: AnyEvent) {
          const before = service.get().getSnapshot() as unknown as AnyState;
          const next = service.get().send(event) as unknown as AnyState;
          // A machine that has ended answers with its last state.
          if (next === before) return [];
          const from = actor.state;
          const to = (actor.state = leafOf(next.value));
          if (watched)
            watcher.stepped(watched, { event, from, to, context: next.context, transition: next.transitions[0] });
          return handedOver(next);
        },
        stop() {
          service.made?.stop();
          if (watched) watcher.stopped(watched);
        },
      };
      return actor as never;
    },
  };
}

/** Made when it is first needed: an interpreter is several KiB, and a machine that waits for its first event needs none. */
function lazily<T>(make: () => T): { readonly made: T | undefined; get: () => T } {
  const lazy = { made: undefined as T | undefined, get: () => (lazy.made ??= make()) };
  return lazy;
}

/** XState's interpreter, and nobody watches. */
export const interpreted: Stepper = interpretedFor();

/** How a process runs its machines: by XState's interpreter for a watcher, by their tables while nobody watches. */
export function steppedFor(watcher: Watcher | undefined): Stepper {
  return watcher ? interpretedFor(watcher) : tabled;
}

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
        return handedOver(current);
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
/** The effects of a step. The state keeps neither them nor the state before: they would only cost memory. */
function handedOver(state: AnyState): readonly Effect[] {
  const effects = effectsOf(state);
  state.actions = [];
  delete state.history;
  return effects;
}
function effectsOf(state: AnyState): readonly Effect[] {
  const effects: Effect[] = [];
  for (const action of state.actions) {
    if (action.type === EFFECT) effects.push((action as unknown as EffectAction).effect);
  }
  return effects;
}
