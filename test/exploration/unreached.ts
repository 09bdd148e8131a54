/**
 * The cells of the tables that no scenario of the small budgets reaches, each with its reason. A test fails if one of them is
 * reached, and if another is not. All of them are carried out one by one in test/spec. Must never be here: an excuse for a
 * SPEC or TEAM cell.
 */
const WAITS = ['Wait for Challenge', 'Wait for AUTH_SUCCESS.answering', 'Wait for AUTH_SUCCESS.doubting'] as const;
const STOPPED = 'this timer is disarmed in this state, and an old expiry is never delivered';

/** Cells of one machine in some states on some events, all for one reason. */
interface Unreached {
  readonly machine: string;
  readonly states: readonly string[];
  readonly events: readonly string[];
  readonly reason: string;
}

const LOG_ON_TIMERS = ['T.RETRY', 'T.GIVEUP', 'T.HOLD'] as const;
const ACTIVITY = ['T.ACT_WARN', 'T.ACT_EXPIRED'] as const;
const TO_CHAT = [
  'M.CHAT_STARTED',
  'M.UNREACHABLE',
  'M.END_NOTIF',
  'M.CHAT',
  'M.HISTORY_RESP',
  'M.HISTORY_END',
] as const;
const MESSAGES = ['M.CONNECTED', ...TO_CHAT] as const;
const ANSWERS = ['D.CHALLENGE', 'D.AUTH_SUCCESS', 'D.AUTH_FAIL'] as const;
const TCP = ['N.OPEN', 'N.CLOSED', 'X.PROTOCOL'] as const;
const BOUND = ['N.CLOSED', 'X.PROTOCOL', 'M.CHAT_REQUEST', 'M.CHAT', 'M.END_REQUEST', 'M.HISTORY_REQ'] as const;
const CONNECTS = ['K.CONNECT_OK', 'K.CONNECT_BAD'] as const;
const UNROUTED = ['D.HELLO_NEW', 'D.HELLO_UNKNOWN', 'D.HELLO_UNPROVED', 'D.RESPONSE_STRAY'] as const;
const ROUTED = ['D.HELLO_DUP', 'D.RESPONSE_OK', 'D.RESPONSE_BAD'] as const;

const connection: readonly Omit<Unreached, 'machine'>[] = [
  {
    states: ['Offline', ...WAITS, 'Connecting.opening'],
    events: MESSAGES,
    reason: 'no message is read before CONNECT was sent',
  },
  { states: ['Offline'], events: ANSWERS, reason: 'the UDP socket is closed' },
  {
    states: ['Offline', ...WAITS],
    events: TCP,
    reason: 'no TCP connection belongs to the client; the driver hands on events of the current one only',
  },
  { states: ['Offline'], events: [...LOG_ON_TIMERS, 'T.CONNECTING', ...ACTIVITY], reason: STOPPED },
  { states: ['Wait for Challenge'], events: ['D.AUTH_SUCCESS'], reason: 'without a candidate nothing verifies' },
  { states: ['Wait for Challenge'], events: ['T.HOLD', 'T.CONNECTING', ...ACTIVITY], reason: STOPPED },
  {
    states: ['Wait for AUTH_SUCCESS.answering'],
    events: ['T.HOLD', 'T.CONNECTING', ...ACTIVITY],
    reason: STOPPED,
  },
  { states: ['Wait for AUTH_SUCCESS.doubting'], events: ['T.CONNECTING', ...ACTIVITY], reason: STOPPED },
  { states: ['Connecting.opening'], events: ['D.AUTH_SUCCESS'], reason: 'the candidates are wiped: nothing verifies' },
  { states: ['Connecting.opening'], events: ['X.PROTOCOL'], reason: 'nothing is read before CONNECT was sent' },
  {
    states: ['Connecting.awaiting', 'Connected'],
    events: ANSWERS,
    reason: 'the driver closes the UDP socket when it sends CONNECT',
  },
  {
    states: ['Connecting.awaiting'],
    events: TO_CHAT,
    reason: 'the record layer refuses a first record that is not CONNECTED, as X.PROTOCOL',
  },
  { states: ['Connecting.opening', 'Connecting.awaiting'], events: [...LOG_ON_TIMERS, ...ACTIVITY], reason: STOPPED },
  { states: ['Connected'], events: [...LOG_ON_TIMERS, 'T.CONNECTING'], reason: STOPPED },
  { states: ['Connecting.awaiting', 'Connected'], events: ['N.OPEN'], reason: 'TCP opens once' },
];

const server: readonly Omit<Unreached, 'machine'>[] = [
  {
    states: ['Offline', 'Wait for HELLO', 'Wait for RESPONSE', 'Connecting'],
    events: BOUND,
    reason: 'no socket is bound to the instance',
  },
  {
    states: ['Offline'],
    events: [...UNROUTED, ...ROUTED, ...CONNECTS],
    reason: 'the sockets of a server that is off are closed',
  },
  { states: ['Offline'], events: ['S.STOP'], reason: 'the operator stops a server that is on' },
  {
    states: ['Wait for HELLO', 'Wait for RESPONSE', 'Connecting', 'Connected'],
    events: ['S.START'],
    reason: 'the server is started once',
  },
  {
    states: ['Wait for HELLO'],
    events: [...ROUTED, ...CONNECTS],
    reason: 'the instance that waits is in no table that datagrams or tags are looked up in',
  },
  {
    states: ['Offline', 'Wait for HELLO'],
    events: ['T.RESPONSE', 'T.COOKIE', 'X.SUPERSEDED', 'X.EVICTED', 'S.REMOVED'],
    reason: 'the instance that waits has no timer and belongs to no client',
  },
  {
    states: ['Wait for RESPONSE', 'Connecting', 'Connected'],
    events: UNROUTED,
    reason: 'these go to the instance that waits, never to an attempt',
  },
  { states: ['Wait for RESPONSE'], events: CONNECTS, reason: 'the lookup tag is published with the cookie' },
  { states: ['Wait for RESPONSE'], events: ['T.COOKIE'], reason: STOPPED },
  { states: ['Connecting'], events: ['T.RESPONSE'], reason: STOPPED },
  { states: ['Connected'], events: ['T.RESPONSE', 'T.COOKIE'], reason: STOPPED },
  {
    states: ['Connecting', 'Connected'],
    events: ['X.EVICTED'],
    reason: 'only attempts in Wait for RESPONSE are evicted',
  },
  { states: ['Connected'], events: CONNECTS, reason: 'the lookup tag is gone' },
  { states: ['Connected'], events: ['D.RESPONSE_BAD'], reason: 'XRES is gone: nothing is compared (5.0)' },
];

const others: readonly Unreached[] = [
  {
    machine: 'server chat',
    states: ['Wait for CHAT_REQUEST'],
    events: ['R.RELAY', 'R.ENDED'],
    reason: 'sessions are symmetric (I-4)',
  },
  {
    machine: 'server chat',
    states: ['Wait for CHAT_REQUEST'],
    events: ['X.UNSTORED'],
    reason: 'the switchboard gives it to the machines in that session only',
  },
  {
    machine: 'server chat',
    states: ['Active Chat'],
    events: ['R.CALLED'],
    reason: 'the guard of CHAT_REQUEST asks whether the correspondent is free',
  },
  { machine: 'server history', states: ['Wait for HISTORY_REQ'], events: ['H.DONE'], reason: 'no pump runs' },
];

const groups: readonly Unreached[] = [
  ...connection.map((group) => ({ machine: 'client connection', ...group })),
  ...server.map((group) => ({ machine: 'server connection', ...group })),
  ...others,
];

/** `machine | state | event | alternative` -> reason. Each of these cells has one alternative. */
export const unreached: ReadonlyMap<string, string> = new Map(
  groups.flatMap(({ machine, states, events, reason }) =>
    states.flatMap((state) => events.map((event) => [`${machine} | ${state} | ${event} | 0`, reason] as const)),
  ),
);
