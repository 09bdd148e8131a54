/**
 * What a machine remembers after an event: the context before, the event, the context after. One example for each action that
 * changes the context, beginning with another value, so that forgetting to write it shows.
 * Must never be here: what the machine asks for (the tables say that).
 */
import { transitioned } from '../support/oracles';
import type { AnyEvent, AnyMachine } from './machines';

interface Remembered {
  /** The action of which this is an example. */
  readonly action: string;
  readonly state: string;
  readonly before: object;
  readonly event: AnyEvent & Readonly<Record<string, unknown>>;
  readonly after: object;
}

const TO = { attempt: 'aa', to: { address: '127.0.0.1', port: 1 } };

export const MEMORIES: Readonly<Record<string, readonly Remembered[]>> = {
  'client connection': [
    {
      action: 'newAttempt',
      state: 'Offline',
      before: { rands: ['r'], candidates: ['old'], step: 3, token: 'aa', retries: 2 },
      event: { type: 'U.LOGON' },
      after: { rands: [], candidates: [], step: 0, token: '', retries: 0 },
    },
    {
      action: 'addCandidate',
      state: 'Wait for AUTH_SUCCESS.answering',
      before: { rands: ['r'], candidates: ['a'], step: 2, token: 'aa', retries: 2 },
      event: { type: 'D.CHALLENGE', th: 'b', rand: 'r' },
      after: { rands: ['r'], candidates: ['a', 'b'], step: 2, token: 'aa', retries: 2 },
    },
    {
      action: 'addCandidate',
      state: 'Wait for AUTH_SUCCESS.doubting',
      before: { rands: ['r'], candidates: ['a', 'b', 'c', 'd'], step: 2, token: 'aa', retries: 2 },
      event: { type: 'D.CHALLENGE', th: 'e', rand: 'r' },
      after: { rands: ['r'], candidates: ['b', 'c', 'd', 'e'], step: 2, token: 'aa', retries: 2 },
    },
    {
      action: 'sendRESPONSE:this',
      state: 'Wait for AUTH_SUCCESS.answering',
      before: { rands: ['r'], candidates: ['a'], step: 2, token: 'aa', retries: 2 },
      event: { type: 'D.CHALLENGE', th: 'b', rand: 's' },
      after: { rands: ['r', 's'], candidates: ['a', 'b'], step: 2, token: 'aa', retries: 2 },
    },
    {
      action: 'start:RETRY',
      state: 'Wait for Challenge',
      before: { rands: [], candidates: [], step: 1, token: 'aa', retries: 2 },
      event: { type: 'T.RETRY' },
      after: { rands: [], candidates: [], step: 2, token: 'aa', retries: 0 },
    },
    {
      action: 'takeToken',
      state: 'Wait for Challenge',
      before: { rands: [], candidates: [], step: 1, token: 'aa', retries: 2 },
      event: { type: 'D.RETRY', token: 'bb' },
      after: { rands: [], candidates: [], step: 1, token: 'bb', retries: 3 },
    },
    {
      action: 'keepKey',
      state: 'Wait for AUTH_SUCCESS.answering',
      before: { rands: ['r'], candidates: ['a', 'b'], step: 2, token: 'aa', retries: 2 },
      event: { type: 'D.AUTH_SUCCESS', th: 'b', port: 1 },
      after: { rands: [], candidates: [], step: 2, token: '', retries: 0 },
    },
    {
      action: 'reset',
      state: 'Wait for AUTH_SUCCESS.doubting',
      before: { rands: ['r'], candidates: ['a'], step: 2, token: 'aa', retries: 2 },
      event: { type: 'U.LOGOFF' },
      after: { rands: [], candidates: [], step: 0, token: '', retries: 0 },
    },
  ],
  'client chat': [
    {
      action: 'want',
      state: 'Connected',
      before: { id: 'alice', want: null, session: null, peer: null },
      event: { type: 'U.CHAT', id: 'bob' },
      after: { id: 'alice', want: 'bob', session: null, peer: null },
    },
    {
      action: 'clearWant',
      state: 'Wait for CHAT_STARTED',
      before: { id: 'alice', want: 'bob', session: null, peer: null },
      event: { type: 'M.UNREACHABLE', id: 'bob' },
      after: { id: 'alice', want: null, session: null, peer: null },
    },
    {
      action: 'setSession',
      state: 'Wait for CHAT_STARTED',
      before: { id: 'alice', want: 'bob', session: null, peer: null },
      event: { type: 'M.CHAT_STARTED', id: 'bob', session: 7, blocked: false },
      after: { id: 'alice', want: null, session: 7, peer: 'bob' },
    },
    {
      action: 'clearSession',
      state: 'Active Chat',
      before: { id: 'alice', want: null, session: 7, peer: 'bob' },
      event: { type: 'U.END' },
      after: { id: 'alice', want: null, session: null, peer: null },
    },
  ],
  'client history': [
    {
      action: 'histBegin',
      state: 'Idle',
      before: { asked: null, lines: 5 },
      event: { type: 'U.HISTORY', id: 'bob' },
      after: { asked: 'bob', lines: 0 },
    },
    {
      action: 'histLine',
      state: 'Receiving',
      before: { asked: 'bob', lines: 1 },
      event: { type: 'M.HISTORY_RESP', session: 7, id: 'bob', text: 'hello' },
      after: { asked: 'bob', lines: 2 },
    },
    {
      action: 'histDone',
      state: 'Receiving',
      before: { asked: 'bob', lines: 2 },
      event: { type: 'M.HISTORY_END', id: 'bob', status: 0, count: 2 },
      after: { asked: null, lines: 0 },
    },
  ],
  'server connection': [
    {
      action: 'makeRand',
      state: 'Wait for HELLO',
      before: { id: 'old', wrong: ['a', 'b'] },
      event: { type: 'D.HELLO_NEW', id: 'alice', ...TO },
      after: { id: 'alice', wrong: [] },
    },
    {
      action: 'countBad',
      state: 'Wait for RESPONSE',
      before: { id: 'alice', wrong: ['a'] },
      event: { type: 'D.RESPONSE_BAD', hash: 'b', ...TO },
      after: { id: 'alice', wrong: ['a', 'b'] },
    },
  ],
  'server chat': [
    {
      action: 'newSession',
      state: 'Wait for CHAT_REQUEST',
      before: { id: 'alice', session: null, peer: null },
      event: { type: 'M.CHAT_REQUEST', id: 'bob', free: true, session: 7 },
      after: { id: 'alice', session: 7, peer: 'bob' },
    },
    {
      action: 'setSession',
      state: 'Wait for CHAT_REQUEST',
      before: { id: 'bob', session: null, peer: null },
      event: { type: 'R.CALLED', id: 'alice', session: 7 },
      after: { id: 'bob', session: 7, peer: 'alice' },
    },
    {
      action: 'clearSession',
      state: 'Active Chat',
      before: { id: 'alice', session: 7, peer: 'bob' },
      event: { type: 'M.END_REQUEST', session: 7 },
      after: { id: 'alice', session: null, peer: null },
    },
  ],
  'server history': [],
};

/** Expects every memory of a machine to be kept. */
export function expectMemories(machine: AnyMachine): void {
  for (const { action, state, before, event, after } of MEMORIES[machine.id] ?? []) {
    const actor = transitioned.start(machine, { name: action, context: before, state });
    actor.send(event);
    expect([action, actor.context]).toEqual([action, after]);
  }
}
