/**
 * What the compiler refuses in the definition of a machine (machines/define.ts). `tsc -p tsconfig.json` checks this file: each
 * `@ts-expect-error` is itself an error if the line below it compiles. Nothing here is run but the last test.
 */
import { cells, defineMachine, type Cells } from '../../machines/define';
import { transitioned } from '../support/oracles';
import { type ClientEffect } from '../../machines/effects';

type Event = { readonly type: 'ask'; readonly id: string } | { readonly type: 'end' };
type State = 'Idle' | 'Busy.first' | 'Busy.second' | 'Gone';
interface Context {
  readonly id: string;
}
const define = defineMachine<Context, Event, State, ClientEffect>();

const actions = {
  remember: (_: Context, event: { readonly type: 'ask'; readonly id: string }) => ({ set: { id: event.id } }),
  ignore: () => ({ ask: { type: 'ignore', event: 'end' } as const }),
};
const guards = {
  isNew: (context: Context, event: { readonly type: 'ask'; readonly id: string }) => event.id !== context.id,
};
const idle = {
  ask: [{ cond: 'isNew', target: 'Busy.first', actions: ['remember', 'ignore'] }, { actions: 'ignore' }],
  end: { target: 'Gone' },
} as const;
const busy = { ...cells(['ask', 'end'], { actions: 'ignore' } as const) };
const given = { actions, guards };
const head = { id: 'm', initial: 'Idle', final: 'Gone', context: { id: '' } } as const;
const rest = { 'Busy.first': busy, 'Busy.second': busy };

/** Each would be refused by the compiler without its comment. */
export const refused = [
  () => {
    // @ts-expect-error: an event that does not exist
    define(given, { ...head, states: { Idle: { ...idle, unknown: {} }, ...rest } });
  },
  () => {
    // @ts-expect-error: the wildcard is an event that does not exist
    define(given, { ...head, states: { Idle: { ...idle, '*': {} }, ...rest } });
  },
  () => {
    // @ts-expect-error: delays are forbidden (5.1)
    define(given, { ...head, states: { Idle: { ...idle, after: { 10: { target: 'Gone' } } }, ...rest } });
  },
  () => {
    // @ts-expect-error: transitions without an event are forbidden (5.1)
    define(given, { ...head, states: { Idle: { ...idle, always: { target: 'Gone' } }, ...rest } });
  },
  () => {
    // @ts-expect-error: invoke is forbidden (5.1)
    define(given, { ...head, states: { Idle: { ...idle, invoke: { src: 'x' } }, ...rest } });
  },
  () => {
    // @ts-expect-error: entry actions are forbidden: the tables have none
    define(given, { ...head, states: { Idle: { ...idle, entry: 'ignore' }, ...rest } });
  },
  () => {
    // @ts-expect-error: a target that does not exist
    define(given, { ...head, states: { Idle: { ...idle, end: { target: 'Nowhere' } }, ...rest } });
  },
  () => {
    // @ts-expect-error: a state with sub-states is not a target, its sub-states are
    define(given, { ...head, states: { Idle: { ...idle, end: { target: 'Busy' } }, ...rest } });
  },
  () => {
    // @ts-expect-error: an action that does not exist
    define(given, { ...head, states: { Idle: { ...idle, end: { actions: 'unknown' } }, ...rest } });
  },
  () => {
    // @ts-expect-error: an action on an event that it does not take
    define(given, { ...head, states: { Idle: { ...idle, end: { actions: 'remember' } }, ...rest } });
  },
  () => {
    // @ts-expect-error: the same among several actions
    define(given, { ...head, states: { Idle: { ...idle, end: { actions: ['ignore', 'remember'] } }, ...rest } });
  },
  () => {
    // @ts-expect-error: an action that is a function, not a name
    define(given, { ...head, states: { Idle: { ...idle, end: { actions: () => ({}) } }, ...rest } });
  },
  () => {
    // @ts-expect-error: a guard that does not exist
    define(given, { ...head, states: { Idle: { ...idle, end: { cond: 'unknown' } }, ...rest } });
  },
  () => {
    // @ts-expect-error: a guard on an event that it does not take
    define(given, { ...head, states: { Idle: { ...idle, end: { cond: 'isNew', actions: 'ignore' } }, ...rest } });
  },
  () => {
    // @ts-expect-error: a missing cell
    define(given, { ...head, states: { Idle: { ask: idle.ask }, ...rest } });
  },
  () => {
    // @ts-expect-error: a missing state
    define(given, { ...head, states: { Idle: idle, 'Busy.first': busy } });
  },
  () => {
    // @ts-expect-error: a state that does not exist
    define(given, { ...head, states: { Idle: idle, ...rest, Nowhere: busy } });
  },
  () => {
    // @ts-expect-error: an unknown initial state
    define(given, { ...head, initial: 'Nowhere', states: { Idle: idle, ...rest } });
  },
  () => {
    // @ts-expect-error: a context that is not one
    define(given, { ...head, context: {}, states: { Idle: idle, ...rest } });
  },
  () => {
    const wrong = { ...actions, ignore: () => ({ set: { id: 7 } }) };
    // @ts-expect-error: an action that sets a field to what it cannot be
    define({ actions: wrong, guards }, { ...head, states: { Idle: idle, ...rest } });
  },
  () => {
    const wrong = { ...actions, ignore: () => ({ ask: { type: 'makeCookie' } as const }) };
    // @ts-expect-error: an action that asks for what only the other role can do
    define({ actions: wrong, guards }, { ...head, states: { Idle: idle, ...rest } });
  },
  () => {
    // @ts-expect-error: a guard that is not a yes or no
    define({ actions, guards: { isNew: () => 'yes' } }, { ...head, states: { Idle: idle, ...rest } });
  },
  () => {
    // @ts-expect-error: one state written down alone is checked in the same way
    const alone: Cells<Event, State, typeof given> = { ask: { actions: 'ignore' }, end: { actions: 'remember' } };
    return alone;
  },
  () => {
    const actor = transitioned.start(define(given, { ...head, states: { Idle: idle, ...rest } }), {
      name: 'm',
      context: { id: '' },
    });
    // @ts-expect-error: an event that does not exist
    actor.send({ type: 'unknown' });
    // @ts-expect-error: an event without what belongs to it
    actor.send({ type: 'ask' });
    // @ts-expect-error: a state that does not exist
    return actor.state === 'Nowhere';
  },
  () => {
    const machine = define(given, { ...head, states: { Idle: idle, ...rest } });
    // @ts-expect-error: a start with a context that is not one
    transitioned.start(machine, { name: 'm', context: {} });
    // @ts-expect-error: a start in a state that does not exist
    transitioned.start(machine, { name: 'm', context: { id: '' }, state: 'Nowhere' });
  },
];

test('without a mistake it compiles and runs', () => {
  const machine = define(given, { ...head, states: { Idle: idle, ...rest } });
  const actor = transitioned.start(machine, { name: 'm', context: { id: '' } });
  expect(actor.send({ type: 'ask', id: 'bob' })).toEqual([{ type: 'ignore', event: 'end' }]);
  expect([actor.state, actor.context]).toEqual(['Busy.first', { id: 'bob' }]);
});
