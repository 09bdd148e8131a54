/**
 * What each action of protocol 5.2 asks for, as a function of the context before the cell and of the event: written from the
 * table of actions, not from the machines. Must never be here: an import from machines/client or machines/server.
 */
import { type AnyEvent } from './machines';

// A context or an event of any of the six machines; each action knows which fields it reads.
type Fields = Readonly<Record<string, unknown>>;
type Asked = (context: Fields, event: Fields) => readonly object[];

const send = (message: object) => [{ type: 'send', messages: [message] }];
const one = (effect: object) => () => [effect];
const nothing = () => [];
const answer =
  (name: string) =>
  (_: Fields, { attempt, to }: Fields) => [{ type: 'answer', name, attempt, to }];

/** What the user reads when the connection ends without him (5.5); undefined: nothing. */
function closingText({ cause, reason }: Fields): string | undefined {
  if (cause === 'lost' || cause === 'dead') return 'Connection lost';
  if (cause === 'invalid') return 'Connection damaged';
  if (cause === 'slow') return 'Server not reading';
  const byReason = ['Logged on from elsewhere', 'Server shut down', 'Protocol error', 'Disconnected: too slow'];
  return [undefined, undefined, ...byReason, 'Server error', 'No longer a subscriber'][Number(reason)];
}

/** The line that closes a history list (5.2, histDone). */
function lastLine({ asked }: Fields, { status, count }: Fields): string {
  if (status === 1) return 'Server busy, try again';
  if (status === 2) return 'History incomplete';
  if (count === 0) return `No history with ${String(asked)}`;
  return `End of history (${String(count)} message${count === 1 ? '' : 's'})`;
}

const named: Readonly<Record<string, Asked>> = {
  // Client, connection
  newAttempt: one({ type: 'newAttempt' }),
  // The newest token, and none when an attempt begins (3.6).
  sendHELLO: ({ token }, { type, token: newest }) => [
    { type: 'sendHELLO', token: type === 'D.RETRY' ? newest : type === 'U.LOGON' ? '' : token },
  ],
  takeToken: nothing,
  // Four are kept, the newest (3.8).
  addCandidate: ({ candidates }, { th, rand }) => {
    const before = candidates as readonly string[];
    return [{ type: 'addCandidate', th, rand, displaced: before.length < 4 ? [] : [before[0]] }];
  },
  'sendRESPONSE:this': (_, { rand }) => [{ type: 'sendRESPONSE', rands: [rand] }],
  'sendRESPONSE:all': ({ rands }) => [{ type: 'sendRESPONSE', rands }],
  keepKey: (_, { th }) => [{ type: 'keepKey', th }],
  openTcp: (_, { port }) => [{ type: 'openTcp', port }],
  sendCONNECT: one({ type: 'sendCONNECT' }),
  // Six transmissions in all: the fifth repetition arms nothing (P9).
  'start:RETRY': ({ step }, { type }) => {
    const next = type === 'T.RETRY' ? Number(step) + 1 : 0;
    return next < 5 ? [{ type: 'arm', timer: 'RETRY', step: next }] : [];
  },
  'start:GIVEUP': (_, { type }) => [{ type: 'arm', timer: 'GIVEUP', for: type === 'U.LOGON' ? 'CHALLENGE' : 'AUTH' }],
  reset: one({ type: 'reset' }),
  endChatLocal: one({ type: 'endChatLocal' }),
  'show:Connection lost / closed by server (cause)': (_, event) => {
    const text = closingText(event);
    return text === undefined ? [] : [{ type: 'show', text }];
  },
  // Client, chat
  'show:Chat ended': (_, { why }) => [{ type: 'show', text: 'Chat ended', ...(why === undefined ? {} : { why }) }],
  want: nothing,
  clearWant: nothing,
  setSession: nothing,
  clearSession: nothing,
  sendCHAT_REQUEST: (_, { id }) => send({ type: 'CHAT_REQUEST', id }),
  sendEND_REQUEST: ({ session }) => send({ type: 'END_REQUEST', session }),
  'sendEND_REQUEST:this': (_, { session }) => send({ type: 'END_REQUEST', session }),
  'sendCHAT_REQUEST:again': ({ want }) => send({ type: 'CHAT_REQUEST', id: want }),
  'show:text': ({ peer, session }, { texts }) => [{ type: 'showTexts', from: peer, session, texts }],
  noteIfOther: ({ want }, { id }) =>
    want === id ? [] : [{ type: 'show', text: expect.stringMatching(`${String(id)}.*${String(want)}`) as unknown }],
  'raise:X.PROTOCOL': one({ type: 'raiseProtocol' }),
  // Client, history
  histBegin: nothing,
  sendHISTORY_REQ: (_, { id }) => send({ type: 'HISTORY_REQ', id }),
  histLine: (_, { session, id, text, time }) => [{ type: 'showHistory', session, from: id, text, time: time ?? null }],
  histDone: (context, event) => [{ type: 'show', text: lastLine(context, event) }],
  // Server, connection
  makeRand: one({ type: 'makeRand' }),
  storeXRES: one({ type: 'storeXRES' }),
  sendCHALLENGE: answer('CHALLENGE'),
  silence: one({ type: 'silence' }),
  sendRETRY: (_, { hash, attempt, to }) => [{ type: 'retry', hash, attempt, to }],
  sendAUTH_FAIL: answer('AUTH_FAIL'),
  countBad: nothing,
  makeCookie: one({ type: 'makeCookie' }),
  sendAUTH_SUCCESS: answer('AUTH_SUCCESS'),
  useCookie: one({ type: 'useCookie' }),
  supersedeOlder: one({ type: 'supersedeOlder' }),
  bind: one({ type: 'bind' }),
  sendCONNECTED: one({ type: 'sendCONNECTED' }),
  dropSocket: one({ type: 'dropSocket' }),
  'endChatServer:shutdown': one({ type: 'endChatServer', why: 3 }),
  // Gone after CLOSE(0 or 1) is 1, any other is 2 (P12).
  'endChatServer:gone': (_, { cause, reason }) => [
    { type: 'endChatServer', why: cause === 'clean' && Number(reason) <= 1 ? 1 : 2 },
  ],
  forget: one({ type: 'forget' }),
  // Server, chat
  newSession: (_, { session, id }) => [{ type: 'newSession', session, peer: id }],
  sendCHAT_STARTED: (_, { session, id }) => send({ type: 'CHAT_STARTED', session, id }),
  'R.CALLED→peer': ({ id: own }, { id, session }) => [
    { type: 'toPeer', peer: id, event: { type: 'R.CALLED', session, id: own } },
  ],
  sendUNREACHABLE: (_, { id }) => send({ type: 'UNREACHABLE', id }),
  store: ({ id, peer, session }, { texts }) => [{ type: 'store', session, sender: id, recipient: peer, texts }],
  'R.RELAY→peer': ({ peer, session }, { texts }) => [
    { type: 'toPeer', peer, event: { type: 'R.RELAY', session, texts } },
  ],
  'R.ENDED→peer': ({ peer, session }, { type, why }) => [
    { type: 'toPeer', peer, event: { type: 'R.ENDED', session, why: type === 'X.GONE' ? why : 0 } },
  ],
  sendEND_NOTIF: ({ session }, { type, why }) =>
    send({ type: 'END_NOTIF', session, why: type === 'X.UNSTORED' ? 4 : why }),
  // Client: what the user typed; server: what the correspondent's machine relays, a run at a time (P1).
  sendCHAT: ({ session }, { text, texts }) => [
    {
      type: 'send',
      messages: ((texts ?? [text]) as readonly string[]).map((line) => ({ type: 'CHAT', session, text: line })),
    },
  ],
  // Server, history
  startPump: (_, { id }) => [{ type: 'startPump', id }],
  stopPump: one({ type: 'stopPump' }),
  'sendHISTORY_END:busy': (_, { id }) => send({ type: 'HISTORY_END', id, status: 1, count: 0 }),
  // All
  createChat: one({ type: 'createChat' }),
  toChat: one({ type: 'toChat' }),
  ignore: (_, { type }) => [{ type: 'ignore', event: type }],
  refuse: one({ type: 'show', text: expect.any(String) as unknown, refusal: true }),
};

/** Actions that carry what they ask for in their name. */
const families: Readonly<Record<string, (what: string) => object>> = {
  show: (text) => ({ type: 'show', text }),
  start: (timer) => ({ type: 'arm', timer }),
  stop: (timers) => ({ type: 'disarm', timers: timers.split(',') }),
  closeTcp: (reason) => ({ type: 'close', reason }),
};

/**
 * The effects that these actions ask for, in order.
 * @throws Error an action that protocol 5.2 does not have
 */
export function askedFor(actions: readonly string[], context: object, event: AnyEvent): readonly object[] {
  return actions.flatMap((action) => {
    const [family = '', ...rest] = action.split(':');
    const asked = named[action];
    if (asked !== undefined) return asked(context as Fields, { ...event });
    const made = families[family];
    if (made === undefined) throw new Error(`no action "${action}" in protocol 5.2`);
    return [made(rest.join(':'))];
  });
}
