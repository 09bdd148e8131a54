/**
 * Machines as other people might write them: small ones of any form, which fast-check makes and shrinks, and large ones of a few
 * shapes that layouts find hard. All are configs for XState 4; a test with the same seed has the same.
 */
import fc from 'fast-check';
import { createMachine } from 'xstate';
import { foreignPicture } from '../../diagrams/draw/foreign';
import type { Picture } from '../../diagrams/draw/picture';
import type { AnyStateNode } from '../../diagrams/draw/xstate-types';
import { randomOf } from '../binaries/support';
import { anyName } from './support';

export type Config = Readonly<Record<string, unknown>>;

export function machineOf(config: Config, options: object = {}): ReturnType<typeof createMachine> {
  return createMachine({ predictableActionArguments: true, ...config } as never, options as never);
}
export function pictureOf(config: Config): Picture {
  return foreignPicture(machineOf(config) as unknown as AnyStateNode);
}

/** The form of a state, before states know each other. */
interface Form {
  readonly key: string;
  readonly kind: 'compound' | 'parallel' | 'final' | 'history';
  readonly inside: readonly Form[];
  /** Numbers from which everything else about it follows. */
  readonly chances: readonly number[];
}

/** No history states yet: XState enters one without a target of its own in another way than the SCXML says. */
const kinds = fc.constantFrom<Form['kind']>('compound', 'compound', 'compound', 'compound', 'parallel', 'final');
const chances = fc.nat().map((seed) => {
  const random = randomOf(seed);
  return Array.from({ length: 24 }, () => Math.floor(random() * 1_000_000));
});
/** Of states beside each other the names differ. */
function beside(one: fc.Arbitrary<Form>, minLength: number): fc.Arbitrary<readonly Form[]> {
  return fc.uniqueArray(one, { minLength, maxLength: 4, selector: ({ key }) => key });
}
const { form } = fc.letrec<{ form: Form }>((tie) => ({
  form: fc.record({
    key: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('off', 'on', 'idle', 'busy', 'end') },
      anyName.filter(usable),
    ),
    kind: kinds,
    inside: fc.oneof({ maxDepth: 3, depthSize: 'small' }, fc.constant([]), beside(tie('form'), 1)),
    chances,
  }),
}));
/** XState cannot run with these as names of states. */
function usable(key: string): boolean {
  return (
    key !== '' &&
    !/[#.]/.test(key) &&
    key !== '__proto__' &&
    !/^(constructor|toString|valueOf|hasOwnProperty)$/.test(key)
  );
}

export const EVENTS = ['GO', 'STOP', 'a b', 'a_b', 'A', 'A.b', 'ä:é', '--', 'x\ny', '*x', 'done.invoke.job', 'SELF'];
export const GUARDS = ['yes', 'no', 'never & <not>'];
const ACTIONS = ['beep', 'say "it"', 'blink'];

interface Placed extends Form {
  readonly id: string;
  /** Position of the outermost state around it. */
  readonly outermost: number;
  readonly states: readonly Placed[];
}

/** Any machine that runs without end in no step: what happens of itself leads onwards. */
export const anyMachine: fc.Arbitrary<Config> = beside(form, 2).map((forms) => {
  let ids = 0;
  const place = (one: Form, outermost: number): Placed => ({
    ...one,
    id: `n${String(ids++)}`,
    outermost,
    states: !mayHold(one) ? [] : one.inside.map((child) => place(child, outermost)),
  });
  const outer = forms.map(place);
  const all = (some: readonly Placed[]): Placed[] => some.flatMap((one) => [one, ...all(one.states)]);
  const every = all(outer);
  const states = Object.fromEntries(outer.map((one) => [one.key, stateOf(one, every, outer)]));
  return { id: 'm', initial: firstOf(outer), states };
});

/** A history state alone in a state leads nowhere. */
function mayHold({ kind, inside }: Form): boolean {
  return kind !== 'final' && kind !== 'history' && inside.some((child) => child.kind !== 'history');
}

function firstOf(states: readonly Placed[]): string | undefined {
  return (states.find(({ kind }) => kind !== 'history') ?? states[0])?.key;
}

function stateOf(state: Placed, every: readonly Placed[], outer: readonly Placed[]): Config {
  const { id, kind, states, chances: n } = state;
  const pick = (i: number, below: number): number => (n[i] ?? 0) % below;
  if (kind === 'final') return { id, type: 'final' };
  if (kind === 'history') return { id, type: 'history', history: pick(0, 2) === 0 ? 'shallow' : 'deep' };
  const real = states.filter((one) => one.kind !== 'history');
  const onward = outer.filter((one, i) => i > state.outermost && one.kind !== 'history')[0];
  return {
    id,
    ...(kind === 'parallel' && real.length > 0 ? { type: 'parallel' } : {}),
    ...(kind !== 'parallel' && real.length > 0 ? { initial: firstOf(states) } : {}),
    ...(states.length > 0 && real.length > 0
      ? { states: Object.fromEntries(states.map((one) => [one.key, stateOf(one, every, outer)])) }
      : {}),
    ...(pick(2, 3) === 0 ? { entry: ['entered'] } : {}),
    ...(pick(3, 3) === 0 ? { exit: ['left', 'beep'] } : {}),
    ...(pick(4, 6) === 0 ? { invoke: { id: 'job', src: 'work' } } : {}),
    ...(pick(5, 4) === 0 && onward ? { onDone: `#${onward.id}` } : {}),
    ...(pick(6, 6) === 0 && onward ? { always: { target: `#${onward.id}`, cond: GUARDS[pick(7, 3)] } } : {}),
    ...(pick(8, 4) === 0
      ? { after: { [[100, 250, 1000][pick(9, 3)] ?? 0]: transition(state, every, n.slice(10)) } }
      : {}),
    on: Object.fromEntries(
      [10, 13, 16, 19]
        .slice(0, pick(23, 5))
        .map((i) => [EVENTS[pick(i, EVENTS.length)], transition(state, every, n.slice(i), i)]),
    ),
  };
}

function transition(from: Placed, every: readonly Placed[], n: readonly number[], from_ = 0): Config {
  const pick = (i: number, below: number): number => (n[i] ?? 0) % below;
  const isInside = (one: Placed): boolean => one.states.some((child) => child === target || isInside(child));
  const target = every[pick(1, every.length)];
  const two = pick(2, 3) === 0 ? pairIn(every, pick(1, 97)) : undefined;
  const sends = { type: 'xstate.send', event: { type: 'SELF' }, id: 'SELF' };
  return {
    ...(pick(2, 5) > 0 && target ? { target: two?.map(({ id }) => `#${id}`) ?? `#${target.id}` } : {}),
    ...(target && isInside(from) && pick(0, 2) === 0 && !two ? { internal: true } : {}),
    ...(pick(2, 4) === 1 ? { cond: GUARDS[pick(1, 3)] } : {}),
    actions: [
      ACTIONS[pick(0, 3)],
      ...(from_ === 10 && pick(0, EVENTS.length) !== EVENTS.length - 1 && pick(1, 7) === 0 ? [sends] : []),
    ],
  };
}

/** Two states in two regions of one parallel state. */
function pairIn(every: readonly Placed[], chance: number): readonly Placed[] | undefined {
  const parallel = every.filter(({ kind, states }) => kind === 'parallel' && states.filter(real).length > 1);
  const one = parallel[chance % Math.max(1, parallel.length)];
  const leaf = (state: Placed): Placed => state.states.find(real) ?? state;
  return one?.states.filter(real).slice(0, 2).map(leaf);
}
function real({ kind }: Placed): boolean {
  return kind !== 'history';
}

/** n states, each of which leads to the next, to two sinks and to itself. */
export function sink(n: number): Config {
  const state = (i: number): Config => ({
    on: { NEXT: name((i + 1) % n), FAIL: 'err', CANCEL: 'off', RETRY: name(i) },
    after: { 1000: 'err' },
  });
  return { id: `sink of ${String(n)}`, initial: name(0), states: { ...states(n, state), err: {}, off: {} } };
}
/** n states, each with k edges to anywhere. */
export function tangle(n: number, k: number, random: () => number): Config {
  const on = (): Config =>
    Object.fromEntries(Array.from({ length: k }, (_, j) => [`E${String(j)}`, name(Math.floor(random() * n))]));
  return { id: `tangle of ${String(n)}`, initial: name(0), states: states(n, () => ({ on: on() })) };
}
/** n states around each other, each with another beside it. */
export function deep(n: number): Config {
  let config: Config = {};
  for (let i = n; i >= 0; i--) {
    const [within, other] = [`in${String(i)}`, `by${String(i)}`];
    config = {
      initial: within,
      on: { UP: `.${other}` },
      states: { [within]: config, [other]: { on: { BACK: within } } },
    };
  }
  return { id: `depth of ${String(n)}`, ...config };
}
/** n outer states with k inside each, and edges through all borders. */
export function nested(n: number, k: number, random: () => number): Config {
  const any = (below: number): number => Math.floor(random() * below);
  const inner = (i: number): Config => ({
    id: `o${String(i)}`,
    initial: name(0),
    on: { ON: `#o${String(any(n))}` },
    states: states(k, () => ({ on: { OUT: `#o${String(any(n))}`, NEAR: name(any(k)) } })),
  });
  return { id: `nest of ${String(n)}`, initial: name(0), states: states(n, inner) };
}
/** n regions of k states, with edges from region to region. */
export function regions(n: number, k: number): Config {
  const region = (i: number): Config => ({
    initial: name(0),
    states: states(k, (j) => ({
      id: `r${String(i)}_${String(j)}`,
      on: { NEXT: name((j + 1) % k), LEAP: `#r${String((i + 1) % n)}_${String(j)}` },
    })),
  });
  return { id: `regions of ${String(n)}`, type: 'parallel', states: states(n, region) };
}
const name = (i: number): string => `s${String(i)}`;
function states(n: number, of: (i: number) => Config): Record<string, Config> {
  return Object.fromEntries(Array.from({ length: n }, (_, i) => [name(i), of(i)]));
}

/** Machines over which a program for diagrams failed, each by its id. */
export const HARD: readonly Config[] = [
  {
    id: 'from region to region',
    type: 'parallel',
    states: {
      a: { initial: 'off', states: { off: { id: 'a off', on: { X: 'on' } }, on: { on: { X: 'off' } } } },
      b: { initial: 'off', states: { off: { on: { X: 'on' } }, on: { on: { X: 'off', Y: '#a off' } } } },
    },
  },
  {
    id: 'to a sibling region',
    initial: 'p',
    states: {
      p: {
        type: 'parallel',
        states: {
          a: { initial: 'x', states: { x: { on: { G: '#b' } } } },
          b: { id: 'b', initial: 'y', states: { y: {} } },
        },
      },
    },
  },
  {
    id: 'a loop at a region',
    initial: 'p',
    states: { p: { type: 'parallel', states: { a: { on: { L: 'a' } }, b: {} } } },
  },
  {
    id: 'regions that are left, inside a state',
    initial: 'o',
    states: {
      o: {
        initial: 'p',
        states: {
          p: {
            type: 'parallel',
            entry: ['in'],
            exit: ['leave'],
            states: { a: { initial: 'x', states: { x: {} } }, b: {} },
          },
        },
      },
    },
  },
  {
    id: 'between states with others inside, under three others',
    ...around(3, {
      initial: 'd',
      states: {
        d: { initial: 'x', states: { x: {} }, on: { G: 'e' } },
        e: { initial: 'y', states: { y: {} }, on: { B: 'd' } },
      },
    }),
  },
  {
    id: 'from region to region, under two others',
    ...around(2, {
      initial: 'p',
      states: {
        p: {
          type: 'parallel',
          exit: ['leave'],
          on: { Z: 'r' },
          states: {
            a: { initial: 'x', states: { x: { on: { V: '#deep b' } } } },
            b: { id: 'deep b', entry: 'hi', exit: 'ho', initial: 'w', states: { w: {} } },
          },
        },
        r: { initial: 's', states: { s: {} }, on: { W: 'p' } },
      },
    }),
  },
];

/** A state inside n others. */
function around(n: number, inner: Config): Config {
  return n === 0 ? inner : { initial: `o${String(n)}`, states: { [`o${String(n)}`]: around(n - 1, inner) } };
}
