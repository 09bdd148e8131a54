/**
 * Client, connection phase (CC): the official diagram edge by edge, with an answer to every event in every state.
 * Must never be here: sockets, keys, time. `SPEC` edges come first in each state; the marks stand in diagrams/spec/.
 */
import { cells, defineMachine, type Cells } from '../define';
import type { ClientEffect } from '../effects';
import { WIRE } from '../limits';
import { CLOSED_BY_SERVER, type ConnectionEvent } from './events';

export interface ConnectionContext {
  /** rands (hexadecimal) answered in this attempt, in order of arrival: each names an instance of the server (3.4). */
  readonly rands: readonly string[];
  /** TH (hexadecimal) of the newest CHALLENGEs with these rands, in order of arrival: each has keys of its own (3.8). */
  readonly candidates: readonly string[];
  /** Back-off step that T.RETRY was last armed with, from 0. */
  readonly step: number;
  /** Of the last RETRY that was answered, in hexadecimal; empty before the first. */
  readonly token: string;
  /** RETRYs answered since HELLO was repeated by the timer. */
  readonly retries: number;
}
export type ConnectionState =
  | 'Offline'
  | 'Wait for Challenge'
  | 'Wait for AUTH_SUCCESS.answering'
  | 'Wait for AUTH_SUCCESS.doubting'
  | 'Connecting.opening'
  | 'Connecting.awaiting'
  | 'Connected';

type C = ConnectionContext;
type Ev<T extends ConnectionEvent['type']> = Extract<ConnectionEvent, { type: T }>;

const show = (text: string) => () => ({ ask: { type: 'show', text } as const });
const refuse = (text: string) => () => ({ ask: { type: 'show', text, refusal: true } as const });
const close = (reason: Extract<ClientEffect, { type: 'close' }>['reason']) => () => ({
  ask: { type: 'close', reason } as const,
});

/** What a user reads when the connection ends without him (protocol 5.5). */
function closedText({ cause, reason }: Ev<'N.CLOSED'>): string {
  if (cause === 'clean') return CLOSED_BY_SERVER[reason ?? -1] ?? 'Closed by the server';
  if (cause === 'invalid') return 'Connection damaged';
  return cause === 'slow' ? 'Server not reading' : 'Connection lost';
}

const FRESH: ConnectionContext = { rands: [], candidates: [], step: 0, token: '', retries: 0 };

const actions = {
  newAttempt: () => ({ set: FRESH, ask: { type: 'newAttempt' } as const }),
  sendHELLO: (c: C) => ({ ask: { type: 'sendHELLO', token: c.token } as const }),
  takeToken: (c: C, e: Ev<'D.RETRY'>) => ({ set: { token: e.token, retries: c.retries + 1 } }),
  // The newest stay: a repeated HELLO brings the genuine one again, however many copies came before it (3.8).
  addCandidate: (c: C, { th, rand }: Ev<'D.CHALLENGE'>) => {
    const room = WIRE.CANDIDATES - 1;
    return {
      set: { candidates: [...c.candidates.slice(-room), th] },
      ask: { type: 'addCandidate', th, rand, displaced: c.candidates.slice(0, -room) } as const,
    };
  },
  'sendRESPONSE:this': (c: C, { rand }: Ev<'D.CHALLENGE'>) => ({
    set: { rands: [...c.rands, rand] },
    ask: { type: 'sendRESPONSE', rands: [rand] } as const,
  }),
  'sendRESPONSE:all': (c: C) => ({ ask: { type: 'sendRESPONSE', rands: c.rands } as const }),
  keepKey: (_: C, e: Ev<'D.AUTH_SUCCESS'>) => ({
    set: { rands: [], candidates: [], token: '', retries: 0 },
    ask: { type: 'keepKey', th: e.th } as const,
  }),
  openTcp: (_: C, e: Ev<'D.AUTH_SUCCESS'>) => ({ ask: { type: 'openTcp', port: e.port } as const }),
  sendCONNECT: () => ({ ask: { type: 'sendCONNECT' } as const }),
  createChat: () => ({ ask: { type: 'createChat' } as const }),
  // The next step of this state; after the last one nothing is armed and T.GIVEUP ends the wait (P9).
  'start:RETRY': (c: C, e: Ev<'U.LOGON' | 'D.CHALLENGE' | 'T.RETRY'>) => {
    const step = e.type === 'T.RETRY' ? c.step + 1 : 0;
    return step < WIRE.RETRY_STEPS
      ? { set: { step, retries: 0 }, ask: { type: 'arm', timer: 'RETRY', step } as const }
      : { set: { step, retries: 0 } };
  },
  'start:GIVEUP': (_: C, e: Ev<'U.LOGON' | 'D.CHALLENGE'>) => ({
    ask: { type: 'arm', timer: 'GIVEUP', for: e.type === 'U.LOGON' ? 'CHALLENGE' : 'AUTH' } as const,
  }),
  'start:HOLD': () => ({ ask: { type: 'arm', timer: 'HOLD' } as const }),
  'start:CONNECTING': () => ({ ask: { type: 'arm', timer: 'CONNECTING' } as const }),
  'start:ACTIVITY': () => ({ ask: { type: 'arm', timer: 'ACTIVITY' } as const }),
  'stop:RETRY,GIVEUP,HOLD': () => ({ ask: { type: 'disarm', timers: ['RETRY', 'GIVEUP', 'HOLD'] } as const }),
  'stop:CONNECTING': () => ({ ask: { type: 'disarm', timers: ['CONNECTING'] } as const }),
  reset: () => ({ set: FRESH, ask: { type: 'reset' } as const }),
  endChatLocal: () => ({ ask: { type: 'endChatLocal' } as const }),
  toChat: () => ({ ask: { type: 'toChat' } as const }),
  ignore: (_: C, e: ConnectionEvent) => ({ ask: { type: 'ignore', event: e.type } as const }),

  'closeTcp:silent': close('silent'),
  'closeTcp:logoff': close('logoff'),
  'closeTcp:idle': close('idle'),
  'closeTcp:protocol': close('protocol'),

  'show:Connected': show('Connected'),
  'show:Disconnected': show('Disconnected'),
  'show:Log on cancelled': show('Log on cancelled'),
  'show:No answer from the server': show('No answer from the server'),
  'show:Authentication failed': show('Authentication failed'),
  'show:Connection failed': show('Connection failed'),
  'show:Connection not accepted': show('Connection not accepted'),
  'show:Connection failed (timeout)': show('Connection failed (timeout)'),
  'show:Logged off: no activity': show('Logged off: no activity'),
  'show:Protocol error': show('Protocol error'),
  'show:Connection lost / closed by server (cause)': (_: C, e: Ev<'N.CLOSED'>) => {
    const text = closedText(e);
    return text === '' ? {} : { ask: { type: 'show', text } as const };
  },

  'refuse:Not connected': refuse('Not connected'),
  'refuse:Not connected: log on first': refuse('Not connected: log on first'),
  'refuse:Log on already in progress': refuse('Log on already in progress'),
  // The history scenario logs B on a second time and expects this word (0.2, A5).
  'refuse:Connected': () => ({
    ask: [
      { type: 'show', text: 'Connected', refusal: true },
      { type: 'show', text: 'you were already logged on', refusal: true },
    ] as const,
  }),
};

const guards = {
  'already a candidate': (c: C, e: Ev<'D.CHALLENGE'>) => c.candidates.includes(e.th),
  'rand already answered': (c: C, e: Ev<'D.CHALLENGE'>) => c.rands.includes(e.rand),
  'fewer than 4 rands answered': (c: C) => c.rands.length < WIRE.CANDIDATES,
  'fewer than 3 RETRYs in this step': (c: C) => c.retries < WIRE.RETRIES,
  'chat machine is in ActiveChat': (_: C, e: Ev<'T.ACT_EXPIRED'>) => e.inChat,
};

type State = Cells<ConnectionEvent, ConnectionState, { actions: typeof actions; guards: typeof guards }>;

const ignore = { actions: 'ignore' } as const;
const DATAGRAMS = ['D.CHALLENGE', 'D.AUTH_SUCCESS', 'D.AUTH_FAIL', 'D.RETRY'] as const;
const COMMANDS = ['U.CHAT', 'U.END', 'U.TEXT', 'U.HISTORY'] as const;
const LOG_ON_TIMERS = ['T.RETRY', 'T.GIVEUP', 'T.HOLD'] as const;
const ACTIVITY_TIMERS = ['T.ACT_WARN', 'T.ACT_EXPIRED'] as const;
const MESSAGES_TO_CHAT = [
  'M.CHAT_STARTED',
  'M.UNREACHABLE',
  'M.END_NOTIF',
  'M.CHAT',
  'M.HISTORY_RESP',
  'M.HISTORY_END',
] as const;
const MESSAGES = ['M.CONNECTED', ...MESSAGES_TO_CHAT] as const;
const CONNECTION = ['N.OPEN', 'N.CLOSED', 'X.PROTOCOL'] as const;

const cancel = { target: 'Offline', actions: ['reset', 'show:Log on cancelled'] } as const;
const success = {
  target: 'Connecting.opening',
  actions: ['stop:RETRY,GIVEUP,HOLD', 'keepKey', 'openTcp', 'start:CONNECTING'],
} as const;

/** The server has no room before it knows where HELLO comes from: the token proves it (3.6). Who forges RETRYs makes no loop. */
const retry = [
  { cond: 'fewer than 3 RETRYs in this step', actions: ['takeToken', 'sendHELLO'] },
  { actions: 'ignore' },
] as const;

/** What both halves of Wait for AUTH_SUCCESS answer alike. */
const waitForAuthSuccess = {
  'U.LOGON': { actions: 'refuse:Log on already in progress' },
  'U.LOGOFF': cancel,
  ...cells(COMMANDS, { actions: 'refuse:Not connected' } as const),
  // An earlier CHALLENGE may have been forged by somebody on the path, or be an altered copy of this one: keep both (3.8).
  'D.CHALLENGE': [
    { cond: 'already a candidate', actions: 'ignore' },
    { cond: 'rand already answered', actions: 'addCandidate' },
    { cond: 'fewer than 4 rands answered', actions: ['addCandidate', 'sendRESPONSE:this'] },
    ignore,
  ],
  'D.AUTH_SUCCESS': success,
  'D.RETRY': retry,
  // What was answered may all be forged or altered: only the repeated HELLO brings the genuine CHALLENGE again (3.2).
  'T.RETRY': { actions: ['sendHELLO', 'sendRESPONSE:all', 'start:RETRY'] },
  ...cells(['T.CONNECTING', ...ACTIVITY_TIMERS], ignore),
  ...cells(CONNECTION, ignore),
  ...cells(MESSAGES, ignore),
} as const;

/** What both halves of Connecting answer alike. */
const connecting = {
  'U.LOGON': { actions: 'refuse:Log on already in progress' },
  ...cells(COMMANDS, { actions: 'refuse:Not connected' } as const),
  ...cells(DATAGRAMS, ignore),
  ...cells([...LOG_ON_TIMERS, ...ACTIVITY_TIMERS], ignore),
  'T.CONNECTING': { target: 'Offline', actions: ['closeTcp:silent', 'reset', 'show:Connection failed (timeout)'] },
  'X.PROTOCOL': { target: 'Offline', actions: ['closeTcp:protocol', 'show:Protocol error', 'reset'] },
} as const;

const offline: State = {
  'U.LOGON': { target: 'Wait for Challenge', actions: ['newAttempt', 'sendHELLO', 'start:RETRY', 'start:GIVEUP'] },
  'U.LOGOFF': { actions: 'refuse:Not connected' },
  ...cells(COMMANDS, { actions: 'refuse:Not connected: log on first' } as const),
  ...cells(DATAGRAMS, ignore),
  ...cells([...LOG_ON_TIMERS, 'T.CONNECTING', ...ACTIVITY_TIMERS], ignore),
  ...cells(CONNECTION, ignore),
  ...cells(MESSAGES, ignore),
};

const waitForChallenge: State = {
  'D.CHALLENGE': {
    target: 'Wait for AUTH_SUCCESS.answering',
    actions: ['addCandidate', 'sendRESPONSE:this', 'start:RETRY', 'start:GIVEUP'],
  },
  'D.RETRY': retry,
  'T.GIVEUP': { target: 'Offline', actions: ['reset', 'show:No answer from the server'] },
  'T.RETRY': { actions: ['sendHELLO', 'start:RETRY'] },
  'U.LOGON': { actions: 'refuse:Log on already in progress' },
  'U.LOGOFF': cancel,
  ...cells(COMMANDS, { actions: 'refuse:Not connected' } as const),
  ...cells(['D.AUTH_SUCCESS', 'D.AUTH_FAIL'], ignore),
  ...cells(['T.HOLD', 'T.CONNECTING', ...ACTIVITY_TIMERS], ignore),
  ...cells(CONNECTION, ignore),
  ...cells(MESSAGES, ignore),
};

const answering: State = {
  ...waitForAuthSuccess,
  // AUTH_FAIL is clear text: the diagram's edge to Offline is taken when the hold ends (3.8).
  'D.AUTH_FAIL': { target: 'Wait for AUTH_SUCCESS.doubting', actions: 'start:HOLD' },
  'T.GIVEUP': { target: 'Offline', actions: ['reset', 'show:No answer from the server'] },
  'T.HOLD': ignore,
};

const doubting: State = {
  ...waitForAuthSuccess,
  'D.AUTH_FAIL': ignore,
  ...cells(['T.GIVEUP', 'T.HOLD'], { target: 'Offline', actions: ['reset', 'show:Authentication failed'] } as const),
};

const opening: State = {
  ...connecting,
  'N.OPEN': { target: 'Connecting.awaiting', actions: 'sendCONNECT' },
  'N.CLOSED': { target: 'Offline', actions: ['reset', 'show:Connection failed'] },
  'U.LOGOFF': { target: 'Offline', actions: ['closeTcp:silent', 'reset', 'show:Log on cancelled'] },
  ...cells(MESSAGES, ignore),
};

const awaiting: State = {
  ...connecting,
  'M.CONNECTED': {
    target: 'Connected',
    actions: ['stop:CONNECTING', 'show:Connected', 'start:ACTIVITY', 'createChat'],
  },
  'N.OPEN': ignore,
  // The port was reached: a firewall is not the reason.
  'N.CLOSED': { target: 'Offline', actions: ['reset', 'show:Connection not accepted'] },
  'U.LOGOFF': { target: 'Offline', actions: ['closeTcp:logoff', 'reset', 'show:Log on cancelled'] },
  ...cells(MESSAGES_TO_CHAT, {
    target: 'Offline',
    actions: ['closeTcp:protocol', 'show:Protocol error', 'reset'],
  } as const),
};

const connected: State = {
  'U.LOGOFF': { target: 'Offline', actions: ['endChatLocal', 'closeTcp:logoff', 'reset', 'show:Disconnected'] },
  'T.ACT_EXPIRED': [
    // CHAT_STARTED came after the warning had fired: the chat diagram never lets this timer end a chat (4.4).
    { cond: 'chat machine is in ActiveChat', actions: 'start:ACTIVITY' },
    { target: 'Offline', actions: ['endChatLocal', 'closeTcp:idle', 'reset', 'show:Logged off: no activity'] },
  ],
  ...cells([...COMMANDS, 'T.ACT_WARN', ...MESSAGES_TO_CHAT], { actions: 'toChat' } as const),
  'N.CLOSED': {
    target: 'Offline',
    actions: ['endChatLocal', 'reset', 'show:Connection lost / closed by server (cause)'],
  },
  ...cells(['X.PROTOCOL', 'M.CONNECTED'], {
    target: 'Offline',
    actions: ['endChatLocal', 'closeTcp:protocol', 'reset', 'show:Protocol error'],
  } as const),
  'U.LOGON': { actions: 'refuse:Connected' },
  ...cells(DATAGRAMS, ignore),
  ...cells([...LOG_ON_TIMERS, 'T.CONNECTING'], ignore),
  'N.OPEN': ignore,
};

export const clientConnection = defineMachine<C, ConnectionEvent, ConnectionState, ClientEffect>()(
  { actions, guards },
  {
    id: 'client connection',
    initial: 'Offline',
    context: FRESH,
    states: {
      Offline: offline,
      'Wait for Challenge': waitForChallenge,
      'Wait for AUTH_SUCCESS.answering': answering,
      'Wait for AUTH_SUCCESS.doubting': doubting,
      'Connecting.opening': opening,
      'Connecting.awaiting': awaiting,
      Connected: connected,
    },
  },
);
