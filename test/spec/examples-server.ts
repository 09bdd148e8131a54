/**
 * Contexts and events of the server's machines, and what makes each alternative of a cell come true.
 * Must never be here: what the machine does then.
 */
import { type EndWhy } from '../../machines/messages';
import { serverChat } from '../../machines/server/chat';
import { serverConnection } from '../../machines/server/connection';
import { serverHistory } from '../../machines/server/history';
import { CLOSED, examples, session } from './examples';

const asked = { attempt: '0123456789abcdef0123456789abcdef', to: { address: '192.0.2.1', port: 50000 } };
/** Wrong in another way than those before it, and a copy of the first of them. */
const isBad = ({ wrong }: { wrong: readonly string[] }) =>
  ({ type: 'D.RESPONSE_BAD', hash: `wrong ${String(wrong.length)}`, ...asked }) as const;
const isCopy = ({ wrong }: { wrong: readonly string[] }) =>
  ({ type: 'D.RESPONSE_BAD', hash: wrong[0] ?? '', ...asked }) as const;
const ofAlice = { id: 'alice', wrong: [] };

export const connection = examples(serverConnection, {
  contexts: {
    Offline: { id: '', wrong: [] },
    'Wait for HELLO': { id: '', wrong: [] },
    'Wait for RESPONSE': ofAlice,
    Connecting: ofAlice,
    Connected: ofAlice,
  },
  events: {
    'S.START': { type: 'S.START' },
    'S.STOP': { type: 'S.STOP' },
    'S.REMOVED': { type: 'S.REMOVED' },
    'D.HELLO_NEW': { type: 'D.HELLO_NEW', id: 'alice', ...asked },
    'D.HELLO_DUP': { type: 'D.HELLO_DUP', ...asked },
    'D.HELLO_UNKNOWN': { type: 'D.HELLO_UNKNOWN', id: 'mallory', ...asked },
    'D.HELLO_UNPROVED': { type: 'D.HELLO_UNPROVED', hash: 'of its bytes', ...asked },
    'D.RESPONSE_OK': { type: 'D.RESPONSE_OK', ...asked },
    'D.RESPONSE_BAD': { type: 'D.RESPONSE_BAD', hash: 'c', ...asked },
    'D.RESPONSE_STRAY': { type: 'D.RESPONSE_STRAY', ...asked },
    'K.CONNECT_OK': { type: 'K.CONNECT_OK' },
    'K.CONNECT_BAD': { type: 'K.CONNECT_BAD' },
    'T.RESPONSE': { type: 'T.RESPONSE' },
    'T.COOKIE': { type: 'T.COOKIE' },
    'N.CLOSED': { type: 'N.CLOSED', cause: 'lost' },
    'X.PROTOCOL': { type: 'X.PROTOCOL' },
    'X.SUPERSEDED': { type: 'X.SUPERSEDED' },
    'X.EVICTED': { type: 'X.EVICTED' },
    'M.CHAT_REQUEST': { type: 'M.CHAT_REQUEST', id: 'bob', free: true, session: 7 },
    'M.CHAT': { type: 'M.CHAT', session: 7, texts: ['hello'] },
    'M.END_REQUEST': { type: 'M.END_REQUEST', session: 7 },
    'M.HISTORY_REQ': { type: 'M.HISTORY_REQ', id: 'bob' },
  },
  choices: {
    'Wait for RESPONSE': {
      'D.RESPONSE_BAD': [
        [['a'], ['a', 'b']].map((wrong) => ({ context: { wrong }, event: isCopy })),
        [[], ['a']].map((wrong) => ({ context: { wrong }, event: isBad })),
        [{ context: { wrong: ['a', 'b'] }, event: isBad }],
      ],
    },
    Connected: { 'N.CLOSED': [CLOSED] },
  },
});

const waiting = { id: 'alice', session: null, peer: null };
const ENDS = ([0, 1, 2, 3, 4] as readonly EndWhy[]).map((why) => ({
  event: (c: { session: number | null }) => ({ type: 'R.ENDED', session: session(c.session), why }) as const,
}));
const GOINGS = ([1, 2, 3] as readonly EndWhy[]).map((why) => ({ event: () => ({ type: 'X.GONE', why }) as const }));

export const chat = examples(serverChat, {
  contexts: { 'Wait for CHAT_REQUEST': waiting, 'Active Chat': { id: 'alice', session: 7, peer: 'bob' } },
  events: {
    'M.CHAT_REQUEST': { type: 'M.CHAT_REQUEST', id: 'bob', free: true, session: 7 },
    'R.CALLED': { type: 'R.CALLED', session: 7, id: 'bob' },
    'M.CHAT': { type: 'M.CHAT', session: 7, texts: ['hello'] },
    'R.RELAY': { type: 'R.RELAY', session: 7, texts: ['hello', 'alice'] },
    'M.END_REQUEST': { type: 'M.END_REQUEST', session: 7 },
    'R.ENDED': { type: 'R.ENDED', session: 7, why: 0 },
    'X.UNSTORED': { type: 'X.UNSTORED' },
    'X.GONE': { type: 'X.GONE', why: 2 },
  },
  choices: {
    'Wait for CHAT_REQUEST': {
      'M.CHAT_REQUEST': [
        [{ event: () => ({ type: 'M.CHAT_REQUEST', id: 'bob', free: true, session: 7 }) }],
        [{ event: () => ({ type: 'M.CHAT_REQUEST', id: 'bob', free: false, session: 7 }) }],
      ],
    },
    'Active Chat': {
      'M.CHAT': [
        [{ event: (c) => ({ type: 'M.CHAT', session: session(c.session), texts: ['hello', 'bob'] }) }],
        [6, 8].map((other) => ({ event: () => ({ type: 'M.CHAT', session: other, texts: ['hello'] }) as const })),
      ],
      'M.END_REQUEST': [
        [{ event: (c) => ({ type: 'M.END_REQUEST', session: session(c.session) }) }],
        [6, 8].map((other) => ({ event: () => ({ type: 'M.END_REQUEST', session: other }) as const })),
      ],
      'R.ENDED': [ENDS],
      'X.GONE': [GOINGS],
    },
  },
});

export const history = examples(serverHistory, {
  contexts: { 'Wait for HISTORY_REQ': { id: 'alice' }, 'Sending History': { id: 'alice' } },
  events: {
    'M.HISTORY_REQ': { type: 'M.HISTORY_REQ', id: 'bob' },
    'H.DONE': { type: 'H.DONE' },
    'X.GONE': { type: 'X.GONE', why: 2 },
  },
  choices: {},
});
