/**
 * The typed front of createMachine. Beside the steppers only this file imports xstate.
 *
 * A config holds names only: states, events, guards and actions are what a diagram can show. Every name is checked by the
 * compiler, and again when the machine is made; a name that is defined and never used is an error too. Every state must
 * answer every event: a missing cell does not compile.
 */
import { assign, createMachine, type AnyStateMachine } from 'xstate';
import { pure } from 'xstate/lib/actions';
import type { Effect } from './effects';

export interface AnyEvent {
  readonly type: string;
}
/** What an action does: new values for the context, and effects it asks for. */
export interface Step<C, F> {
  readonly set?: Partial<C>;
  readonly ask?: F | readonly F[];
}
/** An action reads context and event, and returns; it cannot do anything. */
export type Action<C, E, F> = (context: C, event: E) => Step<C, F>;
/** A guard reads context and event only (P7). */
type Guard<C, E> = (context: C, event: E) => boolean;

type OfType<E extends AnyEvent, K> = Extract<E, { type: K }>;
/** The names among `I` whose implementation takes events of type `Ev`. */
type NamesFor<I, Ev> = {
  [N in keyof I]: I[N] extends (context: never, event: infer P) => unknown ? (Ev extends P ? N : never) : never;
}[keyof I];

interface Edge<S, A, G> {
  /** Absent: stay, without leaving sub-states. */
  readonly target?: S;
  readonly cond?: G;
  readonly actions?: A | readonly A[];
}
/** One cell of a state table: alternatives are tried in order. */
type Cell<S, A, G> = Edge<S, A, G> | readonly Edge<S, A, G>[];
/** One state of a table: an answer to every event. */
export type Cells<E extends AnyEvent, S, I extends Implementations> = {
  readonly [K in E['type']]: Cell<S, NamesFor<I['actions'], OfType<E, K>>, NamesFor<I['guards'], OfType<E, K>>>;
};
interface Implementations {
  readonly actions: object;
  readonly guards: object;
}

interface Definition<C, E extends AnyEvent, S extends string, I extends Implementations> {
  readonly id: string;
  readonly initial: S;
  /** State in which the machine has ended; it is stopped there. */
  readonly final?: S;
  readonly context: C;
  /** States in the order of the picture; a sub-state is written `Parent.child`, and only leaves are listed. */
  readonly states: { readonly [K in Exclude<S, 'Gone'>]: Cells<E, S, I> };
}

/** A machine with the types of its context, events, state names and effects. */
export interface Machine<C, E extends AnyEvent, S extends string, F extends Effect = Effect> {
  readonly id: string;
  readonly context: C;
  readonly initial: S;
  /** Names of all leaf states, the final one included. */
  readonly leaves: readonly S[];
  /** The event alphabet. */
  readonly events: readonly E['type'][];
  /** The XState machine itself, for inspector, pictures and exploration. */
  readonly chart: AnyStateMachine;
  /** Never set: carries the type of the effects. */
  readonly effect?: F;
}

/**
 * Makes a machine. Curried so that context, events, states and effects are given and names are inferred.
 * @throws Error our own bug: an unknown or unused name, a missing or unknown cell
 */
export function defineMachine<C extends object, E extends AnyEvent, S extends string, F extends Effect>() {
  return <A extends Record<string, Action<C, never, F>>, G extends Record<string, Guard<C, never>>>(
    implementations: { readonly actions: A; readonly guards: G },
    definition: Definition<C, E, S, { actions: A; guards: G }>,
  ): Machine<C, E, S, F> => build(implementations, definition) as unknown as Machine<C, E, S, F>;
}

/** The same cell for several events. */
export function cells<const K extends string, const T>(events: readonly K[], cell: T): { [P in K]: T } {
  return Object.fromEntries(events.map((event) => [event, cell])) as { [P in K]: T };
}

/** A definition without its literal types. */
interface Loose {
  readonly id: string;
  readonly initial: string;
  readonly final?: string;
  readonly context: object;
  readonly states: Readonly<Record<string, Readonly<Record<string, Cell<string, string, string>>>>>;
}
interface LooseImplementations {
  readonly actions: Readonly<Record<string, Action<object, AnyEvent, Effect>>>;
  readonly guards: Readonly<Record<string, Guard<object, AnyEvent>>>;
}

function build(given: unknown, defined: unknown): Machine<object, AnyEvent, string> {
  const implementations = given as LooseImplementations;
  const definition = defined as Loose;
  const leaves = [...Object.keys(definition.states), ...(definition.final === undefined ? [] : [definition.final])];
  checkNames(definition, implementations, leaves);
  const chart = createMachine<object, AnyEvent>(
    {
      id: definition.id,
      predictableActionArguments: true,
      initial: definition.initial.split('.')[0] ?? '',
      context: definition.context,
      states: nest(definition),
    } as never,
    {
      guards: implementations.guards,
      actions: {
        ...Object.fromEntries(Object.entries(implementations.actions).map(([name, action]) => [name, asked(action)])),
        // Effects are read from the state; there is nothing to execute.
        [EFFECT]: () => undefined,
      },
    },
  );
  const events = [...new Set(Object.values(definition.states).flatMap((state) => Object.keys(state)))];
  return { id: definition.id, context: definition.context, initial: definition.initial, leaves, events, chart };
}

/** Type of the actions by which a state carries its effects. */
export const EFFECT = 'effect';
export interface EffectAction {
  readonly type: typeof EFFECT;
  readonly effect: Effect;
}

/** An action as XState runs it, and as it was written. */
export interface Asked {
  readonly action: Action<object, AnyEvent, Effect>;
}

/** An action as XState runs it: assigns first, then the effects as data. The context is the one before the action. */
function asked(action: Action<object, AnyEvent, Effect>): Asked {
  const run = pure<object, AnyEvent>((context, event) => {
    const { set, ask } = action(context, event);
    const effects: readonly Effect[] =
      ask === undefined ? [] : Array.isArray(ask) ? (ask as Effect[]) : [ask as Effect];
    const actions: object[] = effects.map((effect): EffectAction => ({ type: EFFECT, effect }));
    if (set) actions.unshift(assign<object, AnyEvent>(() => set));
    return actions as never;
  });
  return Object.assign(run, { action });
}

/** Leaves `Parent.child` become nested states; the first child listed is the parent's initial one. */
function nest({ id, states, final }: Loose): object {
  const nested: Record<string, { initial?: string; states?: Record<string, object> } | object> = {};
  for (const [name, cellsOfState] of Object.entries(states)) {
    const on = Object.fromEntries(
      Object.entries(cellsOfState).map(([event, cell]) => [event, edges(cell).map(toXState)]),
    );
    const [parent = '', child] = name.split('.');
    if (child === undefined) nested[parent] = { on };
    else {
      const compound = (nested[parent] ??= { initial: child, states: {} }) as { states: Record<string, object> };
      compound.states[child] = { on };
    }
  }
  if (final !== undefined) nested[final] = { type: 'final' };
  return nested;

  function toXState({ target, cond, actions }: Edge<string, string, string>): object {
    return {
      ...(target === undefined ? {} : { target: `#${id}.${target}` }),
      ...(cond === undefined ? {} : { cond }),
      actions: actionNames(actions),
    };
  }
}

function edges(cell: Cell<string, string, string>): readonly Edge<string, string, string>[] {
  return Array.isArray(cell) ? (cell as Edge<string, string, string>[]) : [cell as Edge<string, string, string>];
}
function actionNames(actions: string | readonly string[] | undefined): readonly string[] {
  return actions === undefined ? [] : typeof actions === 'string' ? [actions] : actions;
}

/** Words that mean something else to XState, or everything; timers and services have no place in a machine (protocol 5.1). */
const NO_EVENTS = new Set(['', '*', 'after', 'always', 'invoke', 'entry', 'exit', 'on']);

/** The compiler checks most of this; a cast or a file in plain JavaScript gets past it. */
function checkNames(definition: Loose, { actions, guards }: LooseImplementations, leaves: readonly string[]): void {
  const wrong = (what: string): never => {
    throw new Error(`machine "${definition.id}": ${what}`);
  };
  if (!leaves.includes(definition.initial)) wrong(`unknown initial state "${definition.initial}"`);
  if (definition.final !== undefined && definition.final in definition.states) wrong('the final state has cells');
  const usedActions = new Set<string>();
  const usedGuards = new Set<string>();
  const alphabet = Object.keys(Object.values(definition.states)[0] ?? {});
  for (const [state, row] of Object.entries(definition.states)) {
    for (const event of alphabet) if (!(event in row)) wrong(`"${state}" does not answer "${event}"`);
    for (const [event, cell] of Object.entries(row)) {
      const where = `in "${state}" on "${event}"`;
      if (!alphabet.includes(event) || NO_EVENTS.has(event)) wrong(`unknown event ${where}`);
      for (const { target, cond, actions: names } of edges(cell)) {
        if (target !== undefined && !leaves.includes(target)) wrong(`unknown target "${target}" ${where}`);
        if (cond !== undefined && !Object.hasOwn(guards, cond)) wrong(`unknown guard "${cond}" ${where}`);
        if (cond !== undefined) usedGuards.add(cond);
        for (const name of actionNames(names)) {
          if (!Object.hasOwn(actions, name)) wrong(`unknown action "${name}" ${where}`);
          usedActions.add(name);
        }
      }
      const last = edges(cell).at(-1);
      if (!last || last.cond !== undefined) wrong(`no answer is left ${where}`);
    }
  }
  for (const name of Object.keys(actions)) if (!usedActions.has(name)) wrong(`unused action "${name}"`);
  for (const name of Object.keys(guards)) if (!usedGuards.has(name)) wrong(`unused guard "${name}"`);
}
