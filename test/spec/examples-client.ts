/**
 * Contexts and events of the client's machines, and what makes each alternative of a cell come true.
 * Must never be here: what the machine does then.
 */
import { clientChat, type ChatContext } from '../../machines/client/chat';
import { clientConnection } from '../../machines/client/connection';
import { clientHistory } from '../../machines/client/history';
import { CLOSED, examples, session } from './examples';

const rand = (n: number): string => n.toString(16).padStart(64, '0');
// The first repetition, and the last: the fifth arms nothing more (P9).
const RETRIES = [
  { event: () => ({ type: 'T.RETRY' }) as const },
  { context: { step: 4 }, event: () => ({ type: 'T.RETRY' }) as const },
];

/** The n-th CHALLENGE of an attempt, and one with its rand and other bytes. */
const challenge = (n: number) => ({ th: rand(100 + n), rand: rand(n) });
const altered = (n: number) => ({ th: rand(200 + n), rand: rand(n) });
const having = (...held: readonly { th: string; rand: string }[]) => ({
  rands: [...new Set(held.map((each) => each.rand))],
  candidates: held.map(({ th }) => th),
});
const arrives = (candidate: { th: string; rand: string }) => () => ({ type: 'D.CHALLENGE', ...candidate }) as const;
const four = having(challenge(1), challenge(2), challenge(3), challenge(4));

const CHALLENGES = [
  [{ event: arrives(challenge(1)) }, { context: four, event: arrives(challenge(4)) }],
  [{ event: arrives(altered(1)) }, { context: four, event: arrives(altered(1)) }],
  [
    { event: arrives(challenge(2)) },
    { context: having(challenge(1), challenge(2), challenge(3)), event: arrives(challenge(4)) },
    { context: having(challenge(1), altered(1), challenge(2), altered(2)), event: arrives(challenge(3)) },
  ],
  [{ context: four, event: arrives(challenge(5)) }],
];

const token = (n: number): string => n.toString(16).padStart(32, '0');
const AGAIN = [
  [0, 2].map((retries) => ({ context: { retries }, event: () => ({ type: 'D.RETRY', token: token(2) }) as const })),
  [{ context: { retries: 3 }, event: () => ({ type: 'D.RETRY', token: token(2) }) as const }],
];

const noAttempt = { rands: [], candidates: [], step: 0, token: '', retries: 0 };
const attempt = { ...having(challenge(1)), step: 0, token: token(1), retries: 1 };

export const connection = examples(clientConnection, {
  contexts: {
    Offline: noAttempt,
    'Wait for Challenge': { ...attempt, ...having() },
    'Wait for AUTH_SUCCESS.answering': attempt,
    'Wait for AUTH_SUCCESS.doubting': attempt,
    'Connecting.opening': noAttempt,
    'Connecting.awaiting': noAttempt,
    Connected: noAttempt,
  },
  events: {
    'U.LOGON': { type: 'U.LOGON' },
    'U.LOGOFF': { type: 'U.LOGOFF' },
    'U.CHAT': { type: 'U.CHAT', id: 'bob' },
    'U.END': { type: 'U.END' },
    'U.TEXT': { type: 'U.TEXT', text: 'hello', session: 7 },
    'U.HISTORY': { type: 'U.HISTORY', id: 'bob' },
    'D.CHALLENGE': { type: 'D.CHALLENGE', ...challenge(1) },
    'D.AUTH_SUCCESS': { type: 'D.AUTH_SUCCESS', th: challenge(1).th, port: 40000 },
    'D.AUTH_FAIL': { type: 'D.AUTH_FAIL' },
    'D.RETRY': { type: 'D.RETRY', token: token(2) },
    'T.RETRY': { type: 'T.RETRY' },
    'T.GIVEUP': { type: 'T.GIVEUP' },
    'T.HOLD': { type: 'T.HOLD' },
    'T.CONNECTING': { type: 'T.CONNECTING' },
    'T.ACT_WARN': { type: 'T.ACT_WARN' },
    'T.ACT_EXPIRED': { type: 'T.ACT_EXPIRED', inChat: false },
    'N.OPEN': { type: 'N.OPEN' },
    'N.CLOSED': { type: 'N.CLOSED', cause: 'lost' },
    'X.PROTOCOL': { type: 'X.PROTOCOL' },
    'M.CONNECTED': { type: 'M.CONNECTED' },
    'M.CHAT_STARTED': { type: 'M.CHAT_STARTED', session: 7, id: 'bob', blocked: false },
    'M.UNREACHABLE': { type: 'M.UNREACHABLE', id: 'bob' },
    'M.END_NOTIF': { type: 'M.END_NOTIF', session: 7 },
    'M.CHAT': { type: 'M.CHAT', session: 7, texts: ['hello'] },
    'M.HISTORY_RESP': { type: 'M.HISTORY_RESP', session: 7, id: 'bob', text: 'hello' },
    'M.HISTORY_END': { type: 'M.HISTORY_END', id: 'bob', status: 0, count: 0 },
  },
  choices: {
    'Wait for Challenge': { 'D.RETRY': AGAIN, 'T.RETRY': [RETRIES] },
    'Wait for AUTH_SUCCESS.answering': { 'D.CHALLENGE': CHALLENGES, 'D.RETRY': AGAIN, 'T.RETRY': [RETRIES] },
    'Wait for AUTH_SUCCESS.doubting': { 'D.CHALLENGE': CHALLENGES, 'D.RETRY': AGAIN, 'T.RETRY': [RETRIES] },
    'Connecting.opening': { 'N.CLOSED': [CLOSED] },
    'Connecting.awaiting': { 'N.CLOSED': [CLOSED] },
    Connected: {
      'N.CLOSED': [CLOSED],
      'T.ACT_EXPIRED': [
        [{ event: () => ({ type: 'T.ACT_EXPIRED', inChat: true }) }],
        [{ event: () => ({ type: 'T.ACT_EXPIRED', inChat: false }) }],
      ],
    },
  },
});

const text = (begun: number | null) => ({ type: 'U.TEXT', text: 'hello', session: begun }) as const;
const started = (id: string, blocked: boolean) => ({ type: 'M.CHAT_STARTED', session: 7, id, blocked }) as const;
const idle: ChatContext = { id: 'alice', want: null, session: null, peer: null };

export const chat = examples(clientChat, {
  contexts: {
    Connected: idle,
    'Wait for CHAT_STARTED': { ...idle, want: 'bob' },
    'Active Chat': { ...idle, session: 7, peer: 'bob' },
  },
  events: {
    'U.CHAT': { type: 'U.CHAT', id: 'bob' },
    'U.END': { type: 'U.END' },
    'U.TEXT': { type: 'U.TEXT', text: 'hello', session: 7 },
    'M.CHAT_STARTED': { type: 'M.CHAT_STARTED', session: 7, id: 'bob', blocked: false },
    'M.UNREACHABLE': { type: 'M.UNREACHABLE', id: 'bob' },
    'M.END_NOTIF': { type: 'M.END_NOTIF', session: 7 },
    'M.CHAT': { type: 'M.CHAT', session: 7, texts: ['hello'] },
    'T.ACT_WARN': { type: 'T.ACT_WARN' },
    'X.GONE': { type: 'X.GONE' },
  },
  choices: {
    Connected: {
      'U.CHAT': [
        [
          ...['', '7seven', 'no blanks', 'x'.repeat(33)].map((id) => ({
            event: () => ({ type: 'U.CHAT', id }) as const,
          })),
          { event: ({ id }) => ({ type: 'U.CHAT', id }) },
        ],
        [{ event: () => ({ type: 'U.CHAT', id: 'bob' }) }, { event: () => ({ type: 'U.CHAT', id: 'x'.repeat(32) }) }],
      ],
      'U.TEXT': [[{ event: () => text(null) }], [{ event: () => text(7) }]],
      'M.CHAT_STARTED': [[{ event: () => started('bob', true) }], [{ event: () => started('bob', false) }]],
    },
    'Wait for CHAT_STARTED': {
      'U.TEXT': [[{ event: () => text(null) }], [{ event: () => text(7) }]],
      'M.CHAT_STARTED': [
        [{ event: () => started('carol', true) }],
        [
          { event: ({ want }) => started(want ?? '', false) },
          { event: ({ want }) => started(want ?? '', true) },
          { event: () => started('carol', false) },
        ],
      ],
      'M.UNREACHABLE': [
        [{ event: ({ want }) => ({ type: 'M.UNREACHABLE', id: want ?? '' }) }],
        [{ event: () => ({ type: 'M.UNREACHABLE', id: 'carol' }) }],
      ],
    },
    'Active Chat': {
      'U.TEXT': [
        [{ event: (c) => ({ ...text(c.session), text: 'x'.repeat(4097), fault: 'too long' }) }],
        [{ event: (c) => text(c.session) }],
        [{ event: () => text(null) }],
        [{ event: (c) => text(session(c.session) - 1) }, { event: (c) => text(session(c.session) + 1) }],
      ],
      'M.END_NOTIF': [
        [{ event: (c) => ({ type: 'M.END_NOTIF', session: session(c.session), why: 4 }) }],
        [{ event: (c) => ({ type: 'M.END_NOTIF', session: session(c.session) - 1 }) }],
      ],
      'M.CHAT': [
        [{ event: (c) => ({ type: 'M.CHAT', session: session(c.session), texts: ['hello', 'bob'] }) }],
        [{ event: (c) => ({ type: 'M.CHAT', session: session(c.session) - 1, texts: ['hello'] }) }],
      ],
    },
  },
});

export const history = examples(clientHistory, {
  contexts: { Idle: { asked: null, lines: 0 }, Receiving: { asked: 'bob', lines: 2 } },
  events: {
    'U.HISTORY': { type: 'U.HISTORY', id: 'bob' },
    'M.HISTORY_RESP': { type: 'M.HISTORY_RESP', session: 7, id: 'bob', text: 'hello' },
    'M.HISTORY_END': { type: 'M.HISTORY_END', id: 'bob', status: 0, count: 2 },
    'X.GONE': { type: 'X.GONE' },
  },
  choices: {
    Idle: {
      'U.HISTORY': [
        [{ event: () => ({ type: 'U.HISTORY', id: '7seven' }) }],
        // Oneself is allowed: the answer is an empty list.
        ...[['bob', 'alice'].map((id) => ({ event: () => ({ type: 'U.HISTORY', id }) as const }))],
      ],
    },
    Receiving: {
      'M.HISTORY_RESP': [
        [
          { event: () => ({ type: 'M.HISTORY_RESP', session: 7, id: 'bob', text: 'hello' }) },
          {
            event: () => ({ type: 'M.HISTORY_RESP', session: 7, id: 'alice', text: 'hello', time: 1_700_000_000_000 }),
          },
        ],
      ],
      'M.HISTORY_END': [
        [
          { event: () => ({ type: 'M.HISTORY_END', id: 'bob', status: 0, count: 2 }) },
          { event: () => ({ type: 'M.HISTORY_END', id: 'bob', status: 2, count: 2 }) },
          { event: () => ({ type: 'M.HISTORY_END', id: 'bob', status: 1, count: 0 }) },
          { context: { lines: 0 }, event: () => ({ type: 'M.HISTORY_END', id: 'bob', status: 0, count: 0 }) },
          { context: { lines: 1 }, event: () => ({ type: 'M.HISTORY_END', id: 'bob', status: 0, count: 1 }) },
        ],
        [
          { event: () => ({ type: 'M.HISTORY_END', id: 'bob', status: 0, count: 1 }) },
          { event: () => ({ type: 'M.HISTORY_END', id: 'bob', status: 2, count: 3 }) },
          { event: () => ({ type: 'M.HISTORY_END', id: 'carol', status: 0, count: 2 }) },
          { event: () => ({ type: 'M.HISTORY_END', id: 'carol', status: 1, count: 0 }) },
        ],
      ],
    },
  },
});
