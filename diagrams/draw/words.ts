/** Events, guards and actions of the machines in plain words, as a diagram shows them. Names that are not known are split. */

const EVENTS: Readonly<Record<string, string>> = {
  'U.LOGON': 'User types Log on',
  'U.LOGOFF': 'User types Log off',
  'U.CHAT': 'User types Chat',
  'U.END': 'User types End chat',
  'U.TEXT': 'User types a text',
  'U.HISTORY': 'User types History',
  'T.RETRY': 'Retry timer expired',
  'T.GIVEUP': 'Timeout',
  'T.HOLD': 'Hold timer expired',
  'T.CONNECTING': 'Connecting timer expired',
  'T.ACT_WARN': 'Activity timer about to expire',
  'T.ACT_EXPIRED': 'Activity timer expired',
  'T.RESPONSE': 'Response timer expired',
  'T.COOKIE': 'Cookie timer expired',
  'N.OPEN': 'TCP established',
  'N.CLOSED': 'TCP closed',
  'D.RETRY': 'Receive RETRY',
  'X.PROTOCOL': 'Protocol error',
  'X.GONE': 'Connection gone',
  'X.SUPERSEDED': 'Newer log-on connected',
  'X.EVICTED': 'Table of attempts full',
  'X.UNSTORED': 'Text not stored',
  'S.START': 'Server is turned on',
  'S.STOP': 'Server shuts down',
  'S.REMOVED': 'Subscriber is removed',
  'D.HELLO_NEW': 'Receive HELLO',
  'D.HELLO_DUP': 'Receive the same HELLO',
  'D.HELLO_UNKNOWN': 'Receive HELLO, unknown ID',
  'D.HELLO_UNPROVED': 'Receive HELLO, no room without a token',
  'D.RESPONSE_OK': 'Receive RESPONSE, Res right',
  'D.RESPONSE_BAD': 'Receive RESPONSE, Res wrong',
  'D.RESPONSE_STRAY': 'Receive RESPONSE, unknown rand',
  'K.CONNECT_OK': 'Receive CONNECT(rand_cookie)',
  'K.CONNECT_BAD': 'Receive CONNECT, wrong cookie',
  'R.CALLED': 'Called by another client',
  'R.RELAY': 'Partner sends text',
  'R.ENDED': 'Partner ends',
  'H.DONE': 'History is written',
};

/** Actions without a word of their own: bookkeeping that a diagram leaves out. */
const SILENT = new Set([
  'clearSession',
  'clearWant',
  'want',
  'setSession',
  'histBegin',
  'createChat',
  'toChat',
  'forget',
]);

const ACTIONS: Readonly<Record<string, string>> = {
  newAttempt: 'New attempt-ID',
  addCandidate: 'Compute RES and CK',
  'sendRESPONSE:this': 'Send RESPONSE',
  'sendRESPONSE:all': 'Send RESPONSE again',
  keepKey: 'Keep CK',
  openTcp: 'Establish TCP',
  reset: 'Release everything',
  endChatLocal: 'End chat',
  'sendEND_REQUEST:this': 'Send END_REQUEST',
  'sendCHAT_REQUEST:again': 'Send CHAT_REQUEST again',
  noteIfOther: 'Say if another called',
  'raise:X.PROTOCOL': 'Protocol error',
  histLine: 'Display line',
  histDone: 'Display end of history',
  makeRand: 'Generate rand',
  storeXRES: 'Store XRES and CK',
  countBad: 'Count it',
  silence: 'Send nothing',
  makeCookie: 'Generate rand_cookie',
  useCookie: 'Use up the cookie',
  supersedeOlder: 'End older connections',
  bind: 'Bind the socket',
  dropSocket: 'Drop the socket',
  'endChatServer:shutdown': 'End chat',
  'endChatServer:gone': 'End chat',
  newSession: 'New session-ID',
  'R.CALLED→peer': 'Tell the other client',
  'R.RELAY→peer': 'Relay to the partner',
  'R.ENDED→peer': 'Tell the partner',
  store: 'Store text',
  startPump: 'Send HISTORY_RESP ..., HISTORY_END',
  stopPump: 'Stop sending',
  'sendHISTORY_END:busy': 'Send HISTORY_END (busy)',
  'show:text': 'Display text',
  'show:Connection lost / closed by server (cause)': 'Display the cause',
};

const GUARDS: Readonly<Record<string, string>> = {
  'already a candidate': 'a copy',
  'rand already answered': 'rand answered',
  'fewer than 4 rands answered': 'fewer than 4 rands',
  'chat machine is in ActiveChat': 'in Active Chat',
  'Client-ID = the one asked for': 'from the one asked for',
  'session-ID = current': 'this session',
  'correspondent is free': 'correspondent free',
  'a copy of a wrong answer': 'a copy',
  'fewer than 3 wrong answers, this one included': 'fewer than 3',
  'Client-ID = asked for, and (count = lines received, or status = busy)': 'count right',
};

export function eventWords(event: string): string {
  const known = own(EVENTS, event);
  if (known !== undefined) return known;
  const message = /^[DM]\.([A-Z_]+)$/.exec(event)?.[1];
  return message === undefined ? event : `Receive ${message}`;
}

export function guardWords(guard: string): string {
  return own(GUARDS, guard) ?? guard;
}

/** @returns undefined for bookkeeping */
export function actionWords(action: string): string | undefined {
  if (SILENT.has(action)) return undefined;
  const known = own(ACTIONS, action);
  if (known !== undefined) return known;
  const [, verb, what] = /^(send|start|stop|show|closeTcp|refuse)[:]?(.+)$/.exec(action) ?? [];
  switch (verb) {
    case 'send':
      return `Send ${what ?? ''}`;
    case 'start':
      return `Start ${timerWords(what ?? '')}`;
    case 'stop':
      return `Stop ${timerWords(what ?? '')}`;
    case 'show':
    case 'refuse':
      return `Display "${what ?? ''}"`;
    case 'closeTcp':
      return what === 'silent' ? 'Tear down TCP' : `Send CLOSE (${what ?? ''}), tear down TCP`;
    default:
      return action;
  }
}

function timerWords(timers: string): string {
  const names = timers.split(',').map((name) => (name === 'GIVEUP' ? 'timeout' : name.toLowerCase()));
  return `${names.join(', ')} ${names.length > 1 ? 'timers' : names[0] === 'timeout' ? '' : 'timer'}`.trim();
}
function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
