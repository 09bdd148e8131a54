/**
 * Server, connection phase (SC): the team's drawing with its corrections E1 to E10 (protocol 5.6). One for each log-on
 * attempt, not one for each client (E8), and one more that stands in Wait for HELLO.
 * Must never be here: sockets, keys, time. The marks stand in diagrams/spec/.
 */
import { cells, defineMachine, type Cells } from '../define';
import type { ServerEffect } from '../effects';
import { WIRE } from '../limits';
import { CLOSE_REASON, END_WHY } from '../messages';
import type { ConnectionEvent } from './events';

export interface ConnectionContext {
  /** Client-ID of the HELLO that began this attempt; empty in the one that waits for it. */
  readonly id: string;
  /** Hashes of the wrong RESPONSEs so far: a network may deliver each of them several times. */
  readonly wrong: readonly string[];
}
export type ConnectionState = 'Offline' | 'Wait for HELLO' | 'Wait for RESPONSE' | 'Connecting' | 'Connected';

type C = ConnectionContext;
type Ev<T extends ConnectionEvent['type']> = Extract<ConnectionEvent, { type: T }>;
type Asking = Extract<ConnectionEvent, { attempt: string }>;

const answer = (name: 'CHALLENGE' | 'AUTH_SUCCESS' | 'AUTH_FAIL') => (_: C, e: Asking) => ({
  ask: { type: 'answer', name, attempt: e.attempt, to: e.to } as const,
});
const close = (reason: 'shutdown' | 'protocol' | 'superseded' | 'removed') => () => ({
  ask: { type: 'close', reason } as const,
});

const actions = {
  // The ID comes with the HELLO; rand, XRES and CK are made in the key store.
  makeRand: (_: C, e: Ev<'D.HELLO_NEW'>) => ({ set: { id: e.id, wrong: [] }, ask: { type: 'makeRand' } as const }),
  storeXRES: () => ({ ask: { type: 'storeXRES' } as const }),
  makeCookie: () => ({ ask: { type: 'makeCookie' } as const }),
  useCookie: () => ({ ask: { type: 'useCookie' } as const }),
  countBad: (c: C, e: Ev<'D.RESPONSE_BAD'>) => ({ set: { wrong: [...c.wrong, e.hash] } }),
  sendCHALLENGE: answer('CHALLENGE'),
  sendAUTH_SUCCESS: answer('AUTH_SUCCESS'),
  sendAUTH_FAIL: answer('AUTH_FAIL'),
  sendRETRY: (_: C, e: Ev<'D.HELLO_UNPROVED'>) => ({
    ask: { type: 'retry', hash: e.hash, attempt: e.attempt, to: e.to } as const,
  }),
  silence: () => ({ ask: { type: 'silence' } as const }),
  'start:RESPONSE': () => ({ ask: { type: 'arm', timer: 'RESPONSE' } as const }),
  'start:COOKIE': () => ({ ask: { type: 'arm', timer: 'COOKIE' } as const }),
  'stop:RESPONSE': () => ({ ask: { type: 'disarm', timers: ['RESPONSE'] } as const }),
  'stop:COOKIE': () => ({ ask: { type: 'disarm', timers: ['COOKIE'] } as const }),
  supersedeOlder: () => ({ ask: { type: 'supersedeOlder' } as const }),
  bind: () => ({ ask: { type: 'bind' } as const }),
  sendCONNECTED: () => ({ ask: { type: 'sendCONNECTED' } as const }),
  createChat: () => ({ ask: { type: 'createChat' } as const }),
  dropSocket: () => ({ ask: { type: 'dropSocket' } as const }),
  'closeTcp:shutdown': close('shutdown'),
  'closeTcp:protocol': close('protocol'),
  'closeTcp:superseded': close('superseded'),
  'closeTcp:removed': close('removed'),
  'endChatServer:shutdown': () => ({ ask: { type: 'endChatServer', why: END_WHY.shutdown } as const }),
  // Gone after CLOSE(log off) or CLOSE(activity timer) is a log-off; anything else is a loss (P12).
  'endChatServer:gone': (_: C, e: Ev<'N.CLOSED' | 'X.PROTOCOL' | 'X.SUPERSEDED' | 'S.REMOVED'>) => {
    const loggedOff =
      e.type === 'N.CLOSED' &&
      e.cause === 'clean' &&
      (e.reason === CLOSE_REASON.logoff || e.reason === CLOSE_REASON.idle);
    return { ask: { type: 'endChatServer', why: loggedOff ? END_WHY.loggedOff : END_WHY.lost } as const };
  },
  forget: () => ({ ask: { type: 'forget' } as const }),
  toChat: () => ({ ask: { type: 'toChat' } as const }),
  ignore: (_: C, e: ConnectionEvent) => ({ ask: { type: 'ignore', event: e.type } as const }),
};

const guards = {
  'a copy of a wrong answer': (c: C, e: Ev<'D.RESPONSE_BAD'>) => c.wrong.includes(e.hash),
  'fewer than 3 wrong answers, this one included': (c: C) => c.wrong.length + 1 < WIRE.WRONG_RESPONSES,
};

type State = Cells<ConnectionEvent, ConnectionState, { actions: typeof actions; guards: typeof guards }>;

const ignore = { actions: 'ignore' } as const;
const forget = { target: 'Wait for HELLO', actions: 'forget' } as const;
const TIMERS = ['T.RESPONSE', 'T.COOKIE'] as const;
const CONNECTS = ['K.CONNECT_OK', 'K.CONNECT_BAD'] as const;
const MESSAGES = ['M.CHAT_REQUEST', 'M.CHAT', 'M.END_REQUEST', 'M.HISTORY_REQ'] as const;
/** What only a bound socket brings. */
const BOUND = ['N.CLOSED', 'X.PROTOCOL', ...MESSAGES] as const;
/** What goes to the instance that waits for HELLO, never to an attempt. */
const UNROUTED = ['D.HELLO_NEW', 'D.HELLO_UNKNOWN', 'D.HELLO_UNPROVED', 'D.RESPONSE_STRAY'] as const;

const offline: State = {
  'S.START': { target: 'Wait for HELLO' },
  'S.STOP': ignore,
  'S.REMOVED': ignore,
  ...cells([...UNROUTED, 'D.HELLO_DUP', 'D.RESPONSE_OK', 'D.RESPONSE_BAD', ...CONNECTS], ignore),
  ...cells(TIMERS, ignore),
  ...cells(BOUND, ignore),
  ...cells(['X.SUPERSEDED', 'X.EVICTED'], ignore),
};

const waitForHello: State = {
  'D.HELLO_NEW': {
    target: 'Wait for RESPONSE',
    actions: ['makeRand', 'storeXRES', 'sendCHALLENGE', 'start:RESPONSE'],
  },
  'D.HELLO_UNKNOWN': { actions: 'silence' },
  'D.HELLO_UNPROVED': { actions: 'sendRETRY' },
  'D.RESPONSE_STRAY': { actions: 'sendAUTH_FAIL' },
  'S.START': ignore,
  'S.STOP': { target: 'Offline' },
  'S.REMOVED': ignore,
  ...cells(['D.HELLO_DUP', 'D.RESPONSE_OK', 'D.RESPONSE_BAD', ...CONNECTS], ignore),
  ...cells(TIMERS, ignore),
  ...cells(BOUND, ignore),
  ...cells(['X.SUPERSEDED', 'X.EVICTED'], ignore),
};

const waitForResponse: State = {
  'D.RESPONSE_OK': {
    target: 'Connecting',
    actions: ['stop:RESPONSE', 'makeCookie', 'sendAUTH_SUCCESS', 'start:COOKIE'],
  },
  'D.RESPONSE_BAD': [
    { cond: 'a copy of a wrong answer', actions: 'sendAUTH_FAIL' },
    // One forged RESPONSE must not kill an honest attempt.
    { cond: 'fewer than 3 wrong answers, this one included', actions: ['countBad', 'sendAUTH_FAIL'] },
    { target: 'Wait for HELLO', actions: ['sendAUTH_FAIL', 'forget'] },
  ],
  'T.RESPONSE': forget,
  // Same bytes, same answer: no new rand.
  'D.HELLO_DUP': { actions: 'sendCHALLENGE' },
  'S.START': ignore,
  'S.STOP': { target: 'Offline', actions: 'forget' },
  'S.REMOVED': forget,
  ...cells(UNROUTED, ignore),
  ...cells(CONNECTS, ignore),
  'T.COOKIE': ignore,
  ...cells(BOUND, ignore),
  ...cells(['X.SUPERSEDED', 'X.EVICTED'], forget),
};

const connecting: State = {
  'K.CONNECT_OK': {
    target: 'Connected',
    actions: ['stop:COOKIE', 'useCookie', 'supersedeOlder', 'bind', 'sendCONNECTED', 'createChat'],
  },
  'K.CONNECT_BAD': { actions: 'dropSocket' },
  'T.COOKIE': forget,
  'D.RESPONSE_OK': { actions: 'sendAUTH_SUCCESS' },
  // The RESPONSE may have answered an altered copy: without the genuine CHALLENGE the client cannot open AUTH_SUCCESS (3.4).
  'D.HELLO_DUP': { actions: 'sendCHALLENGE' },
  'S.START': ignore,
  'S.STOP': { target: 'Offline', actions: 'forget' },
  'S.REMOVED': forget,
  ...cells([...UNROUTED, 'D.RESPONSE_BAD'], ignore),
  'T.RESPONSE': ignore,
  ...cells(BOUND, ignore),
  'X.SUPERSEDED': forget,
  // Authenticated attempts are never evicted by unauthenticated traffic.
  'X.EVICTED': ignore,
};

const connected: State = {
  'S.STOP': { target: 'Offline', actions: ['endChatServer:shutdown', 'closeTcp:shutdown', 'forget'] },
  'S.REMOVED': { target: 'Wait for HELLO', actions: ['endChatServer:gone', 'closeTcp:removed', 'forget'] },
  'N.CLOSED': { target: 'Wait for HELLO', actions: ['endChatServer:gone', 'forget'] },
  'X.PROTOCOL': { target: 'Wait for HELLO', actions: ['endChatServer:gone', 'closeTcp:protocol', 'forget'] },
  'X.SUPERSEDED': { target: 'Wait for HELLO', actions: ['endChatServer:gone', 'closeTcp:superseded', 'forget'] },
  ...cells(MESSAGES, { actions: 'toChat' } as const),
  'S.START': ignore,
  ...cells([...UNROUTED, 'D.HELLO_DUP', 'D.RESPONSE_OK', 'D.RESPONSE_BAD', ...CONNECTS], ignore),
  ...cells(TIMERS, ignore),
  'X.EVICTED': ignore,
};

export const serverConnection = defineMachine<C, ConnectionEvent, ConnectionState, ServerEffect>()(
  { actions, guards },
  {
    id: 'server connection',
    initial: 'Offline',
    context: { id: '', wrong: [] },
    states: {
      Offline: offline,
      'Wait for HELLO': waitForHello,
      'Wait for RESPONSE': waitForResponse,
      Connecting: connecting,
      Connected: connected,
    },
  },
);
