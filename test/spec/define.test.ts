/**
 * What defineMachine refuses when a machine is made: the mistakes of define.types.test.ts once more, as they arrive through a cast,
 * and those that no type can find. Also what the two steppers promise, on a machine small enough to see through.
 */
import { cells, defineMachine } from '../../machines/define';
import { steppers } from './steps';
import { type AnyMachine } from './machines';

type Make = (implementations: object, definition: object) => AnyMachine;
/** The front without its types. */
const make = defineMachine() as unknown as Make;

const implementations = {
  actions: {
    count: ({ n }: { n: number }) => ({ set: { n: n + 1 } }),
    show: ({ n }: { n: number }) => ({ ask: { type: 'show', text: String(n) } }),
    ignore: (_: object, { type }: { type: string }) => ({ ask: { type: 'ignore', event: type } }),
  },
  guards: { few: ({ n }: { n: number }) => n < 2 },
};
const idle = {
  'U.GO': [{ cond: 'few', target: 'Busy.first', actions: ['show', 'count', 'show'] }, { actions: 'ignore' }],
  'U.END': { target: 'Gone', actions: 'show' },
};
const busy = { 'U.GO': { target: 'Busy.second' }, 'U.END': { target: 'Idle', actions: 'count' } };
const rest = { 'U.GO': { actions: 'ignore' }, 'U.END': { target: 'Idle' } };
const states = { Idle: idle, 'Busy.first': busy, 'Busy.second': rest };
const definition = { id: 'small', initial: 'Idle', final: 'Gone', context: { n: 0 }, states };

/** The small machine with other things in one of its states. */
const withIdle = (cellsOfIdle: object): object => ({
  ...definition,
  states: { ...states, Idle: { ...idle, ...cellsOfIdle } },
});
/** The small machine with one more cell in every state. */
const everywhere = (more: object): object => ({
  ...definition,
  states: Object.fromEntries(Object.entries(states).map(([name, row]) => [name, { ...row, ...more }])),
});

test('a machine without a mistake is made', () => {
  const machine = make(implementations, definition);
  expect(machine.id).toBe('small');
  expect(machine.initial).toBe('Idle');
  expect(machine.leaves).toEqual(['Idle', 'Busy.first', 'Busy.second', 'Gone']);
  expect(machine.events).toEqual(['U.GO', 'U.END']);
  expect(machine.chart.stateIds).toEqual([
    'small',
    'small.Idle',
    'small.Busy',
    'small.Busy.first',
    'small.Busy.second',
    'small.Gone',
  ]);
});

test.each([
  [
    'an unknown target',
    withIdle({ 'U.END': { target: 'Nowhere', actions: 'show' } }),
    'unknown target "Nowhere" in "Idle" on "U.END"',
  ],
  ['a parent as target', withIdle({ 'U.END': { target: 'Busy', actions: 'show' } }), 'unknown target "Busy"'],
  ['a name of every object as target', withIdle({ 'U.END': { target: 'toString' } }), 'unknown target "toString"'],
  ['an unknown action', withIdle({ 'U.END': { actions: 'unknown' } }), 'unknown action "unknown" in "Idle" on "U.END"'],
  [
    'an unknown action among others',
    withIdle({ 'U.END': { actions: ['show', 'unknown'] } }),
    'unknown action "unknown"',
  ],
  ['a name of every object as action', withIdle({ 'U.END': { actions: 'toString' } }), 'unknown action "toString"'],
  [
    'an unknown guard',
    withIdle({ 'U.END': { cond: 'unknown', actions: 'show' } }),
    'unknown guard "unknown" in "Idle" on "U.END"',
  ],
  [
    'a missing cell',
    { ...definition, states: { ...states, 'Busy.first': { 'U.GO': busy['U.GO'] } } },
    '"Busy.first" does not answer "U.END"',
  ],
  [
    'an event of one state only',
    { ...definition, states: { ...states, 'Busy.second': { ...rest, 'U.MORE': {} } } },
    'unknown event in "Busy.second" on "U.MORE"',
  ],
  ['an unknown initial state', { ...definition, initial: 'Nowhere' }, 'unknown initial state "Nowhere"'],
  ['a parent as initial state', { ...definition, initial: 'Busy' }, 'unknown initial state "Busy"'],
  ['no state at all', { ...definition, states: {} }, 'unknown initial state "Idle"'],
])('refused: %s', (_, mistaken, message) => {
  expect(() => make(implementations, mistaken)).toThrow(`machine "small": ${message}`);
});

test('refused: an action or a guard that nothing uses', () => {
  const { actions, guards } = implementations;
  const none = (): object => ({});
  expect(() => make({ actions: { ...actions, spare: none }, guards }, definition)).toThrow('unused action "spare"');
  expect(() => make({ actions, guards: { ...guards, spare: none } }, definition)).toThrow('unused guard "spare"');
});

test('refused: an action that is a function and not a name', () => {
  expect(() => make(implementations, withIdle({ 'U.END': { actions: () => ({}) } }))).toThrow();
});

/** What XState would take as waiting, doing or catching by itself (5.1). */
const forbidden: readonly (readonly [string, object])[] = [
  ['after', { after: { 10: { target: 'Gone' } } }],
  ['always', { always: { target: 'Gone' } }],
  ['invoke', { invoke: { src: 'ignore' } }],
  ['entry', { entry: 'ignore' }],
  ['exit', { exit: 'ignore' }],
  ['on', { on: { 'U.GO': { target: 'Gone' } } }],
  ['*', { '*': { target: 'Gone' } }],
  ['the empty event', { '': { target: 'Gone' } }],
];

test.each(forbidden)('refused: %s in one state', (_, more) => {
  for (const name of Object.keys(states)) {
    const one = { ...states, [name]: { ...states[name as keyof typeof states], ...more } };
    expect(() => make(implementations, { ...definition, states: one })).toThrow('machine "small"');
  }
});

test.each(forbidden)('refused: %s in every state', (_, more) => {
  expect(() => make(implementations, everywhere(more))).toThrow('machine "small"');
});

test.each([
  ['an empty cell', { ...definition, states: { ...states, 'Busy.second': { ...rest, 'U.GO': [] } } }],
  ['a cell that answers under a condition only', withIdle({ 'U.GO': { cond: 'few', actions: ['count', 'ignore'] } })],
  ['a final state that has cells, too', { ...definition, states: { ...states, Gone: rest } }],
])('refused: %s', (_, mistaken) => {
  expect(() => make(implementations, mistaken)).toThrow('machine "small"');
});

test.each(['after', 'always', 'invoke', 'entry', 'exit', 'on', 'type', 'activities', 'onDone', 'delay'])(
  'without effect: %s beside the states or in a transition',
  (key) => {
    const extra = { [key]: { 10: { target: 'Gone' } } };
    const machine = make(implementations, {
      ...definition,
      ...extra,
      states: { ...states, Idle: { ...idle, 'U.END': { ...idle['U.END'], ...extra } } },
    });
    expect(JSON.stringify(machine.chart.definition)).toBe(
      JSON.stringify(make(implementations, definition).chart.definition),
    );
  },
);

describe.each(steppers)('%s', (name, stepper) => {
  const machine = make(implementations, definition);
  const start = (n: number, state?: string) =>
    stepper.start(machine, { name, context: { n }, ...(state === undefined ? {} : { state }) });
  const show = (n: number): object => ({ type: 'show', text: String(n) });

  test('begins in the initial state, or where it is told to', () => {
    expect(start(0).state).toBe('Idle');
    const actor = start(7, 'Busy.second');
    expect([actor.state, actor.context]).toEqual(['Busy.second', { n: 7 }]);
  });

  test('gives the effects in order, each of the context before it', () => {
    const actor = start(0);
    expect(actor.send({ type: 'U.GO' })).toEqual([show(0), show(1)]);
    expect([actor.state, actor.context]).toEqual(['Busy.first', { n: 1 }]);
    expect(actor.send({ type: 'U.GO' })).toEqual([]);
    expect(actor.state).toBe('Busy.second');
  });

  test('tries the alternatives in order, and staying keeps the sub-state', () => {
    expect(start(2).send({ type: 'U.GO' })).toEqual([{ type: 'ignore', event: 'U.GO' }]);
    const actor = start(0, 'Busy.second');
    expect(actor.send({ type: 'U.GO' })).toEqual([{ type: 'ignore', event: 'U.GO' }]);
    expect(actor.state).toBe('Busy.second');
  });

  test('does not mix two that run', () => {
    const [one, other] = [start(0), start(0)];
    one.send({ type: 'U.GO' });
    expect([one.context, other.context, machine.context]).toEqual([{ n: 1 }, { n: 0 }, { n: 0 }]);
    expect(other.state).toBe('Idle');
  });

  test('ends in the final state', () => {
    const actor = start(5);
    expect(actor.send({ type: 'U.END' })).toEqual([show(5)]);
    expect([actor.state, actor.context]).toEqual(['Gone', { n: 5 }]);
    actor.stop();
  });
});

const asksAfterTheEnd = (name: string): readonly object[] => {
  const warned = jest.spyOn(console, 'warn').mockReturnValue();
  const [, stepper] = steppers.find(([other]) => other === name) ?? [];
  const actor = stepper?.start(make(implementations, definition), { name, context: { n: 5 } });
  actor?.send({ type: 'U.END' });
  const asked = actor?.send({ type: 'U.END' }) ?? [{ type: 'no stepper' }];
  warned.mockRestore();
  return asked;
};
test('transitioned: after the end nothing is asked for', () => {
  expect(asksAfterTheEnd('transitioned')).toEqual([]);
});
test('interpreted: after the end nothing is asked for', () => {
  expect(asksAfterTheEnd('interpreted')).toEqual([]);
});
test('engine: after the end nothing is asked for', () => {
  expect(asksAfterTheEnd('engine')).toEqual([]);
});

test('cells: the same cell for several events', () => {
  expect(cells(['a', 'b'], { actions: 'x' })).toEqual({ a: { actions: 'x' }, b: { actions: 'x' } });
});
