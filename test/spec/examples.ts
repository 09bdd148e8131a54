/**
 * How the examples of a machine are written down: a fitting context in each state, a fitting event of each type, and for each
 * cell with conditions the events that make each alternative come true.
 * Must never be here: what the machine does then.
 */
import { type Machine } from '../../machines/define';
import { type Effect } from '../../machines/effects';
import { type AnyEvent } from './machines';

/** An event for a cell; it may depend on the context, which may differ from the usual one of the state. */
interface Variant<C, E> {
  readonly context?: Partial<C>;
  readonly event: (context: C) => E;
}
interface Given<C, E extends AnyEvent, S extends string> {
  readonly contexts: { readonly [K in Exclude<S, 'Gone'>]: C };
  readonly events: { readonly [K in E['type']]: Extract<E, { type: K }> };
  /** Per cell one list of variants for each row, in the order of the rows. */
  readonly choices: Partial<
    Record<
      Exclude<S, 'Gone'>,
      { readonly [K in E['type']]?: readonly (readonly Variant<C, Extract<E, { type: K }>>[])[] }
    >
  >;
}

/** One thing to try: this event in this context must take this row. */
export interface Example {
  readonly context: object;
  readonly event: AnyEvent;
}
export interface Examples {
  /** A fitting context of the state. */
  contextIn(state: string): object;
  /** What makes the row `alternative` of a cell come true; at least one, or there is no such row. */
  of(state: string, event: string, alternative: number): readonly Example[];
  /** An event that takes this row in a context that the machine has reached. */
  eventIn(state: string, event: string, alternative: number, context: object): AnyEvent;
}

/** Examples from what is written down for one machine. */
export function examples<C extends object, E extends AnyEvent, S extends string>(
  _machine: Machine<C, E, S, Effect>,
  given: Given<C, E, S>,
): Examples {
  const contexts = given.contexts as Record<string, C>;
  const events = given.events as Record<string, E>;
  const choices = given.choices as unknown as Record<string, Record<string, Variant<C, E>[][]>>;
  const contextIn = (state: string): C => {
    const context = contexts[state];
    if (context === undefined) throw new Error(`no context for "${state}"`);
    return context;
  };
  const variants = (state: string, type: string, alternative: number): readonly Variant<C, E>[] => {
    const event = events[type];
    const listed = choices[state]?.[type];
    if (listed !== undefined) return listed[alternative] ?? [];
    return event === undefined || alternative > 0 ? [] : [{ event: () => event }];
  };
  return {
    contextIn,
    of: (state, type, alternative) =>
      variants(state, type, alternative).map(({ context, event }) => {
        const whole = { ...contextIn(state), ...context };
        return { context: whole, event: event(whole) };
      }),
    eventIn: (state, type, alternative, context) => {
      const [variant] = variants(state, type, alternative);
      if (variant === undefined) throw new Error(`no example for "${state}" on ${type}, alternative ${alternative}`);
      return variant.event(context as C);
    },
  };
}

/** N.CLOSED in every way there is (5.0); the causes are the same on both sides. */
export const CLOSED = [
  ...[0, 1, 2, 3, 4, 5, 6].map((reason) => ({ type: 'N.CLOSED', cause: 'clean', reason }) as const),
  ...(['lost', 'dead', 'invalid', 'slow'] as const).map((cause) => ({ type: 'N.CLOSED', cause }) as const),
].map((event) => ({ event: () => event }));

/** The current session-ID of a context in which there is one. */
export const session = (current: number | null): number => current ?? 0;
