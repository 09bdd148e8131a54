/**
 * What the client's machines show, and what it means to a program: one row for each line, with what to do next. The lines are
 * those of the state tables; a test compares both. Must never be here: what is done about it.
 */
import type { ChatEnding, FaultCode } from './events';

export type Kind =
  | 'connected'
  | 'logOnFailed'
  | 'disconnected'
  /** The one or the other, by the state before. */
  | 'ended'
  | 'chatStarted'
  | 'chatEnded'
  | 'unreachable'
  | 'historyEnd'
  | 'warning'
  | 'refused'
  | 'notice';

export interface Meaning {
  readonly kind: Kind;
  readonly code: FaultCode;
  readonly advice: string;
}

const AGAIN = 'log on again';
const row = (kind: Kind, code: FaultCode, advice = ''): Meaning => ({ kind, code, advice });
/** For rows whose event has no code. */
const NONE: FaultCode = 'closed';

/** What is shown because something happened. A key that ends with a blank or a colon is the beginning of a line. */
export const HAPPENINGS: Readonly<Record<string, Meaning>> = {
  Connected: row('connected', NONE),
  Disconnected: row('disconnected', 'log-off'),
  'Log on cancelled': row('logOnFailed', 'cancelled'),
  'No answer from the server': row(
    'logOnFailed',
    'no-answer',
    'it may not know this Client-ID (then it stays silent), or the network drops UDP: check the ID and the address of the server',
  ),
  'Authentication failed': row(
    'logOnFailed',
    'wrong-key',
    'the key file is not the one the server has for this Client-ID: put the right file there, or have a new one made with "parley-keys add ID --force"',
  ),
  'Connection failed': row(
    'logOnFailed',
    'connection-failed',
    `its TCP port was not reached: check firewalls, ${AGAIN}`,
  ),
  'Connection not accepted': row(
    'logOnFailed',
    'connection-failed',
    `the server ended it before it was let in: a newer log-on of this Client-ID came, it is full, or something on the way interferes; ${AGAIN}`,
  ),
  'Connection failed (timeout)': row(
    'logOnFailed',
    'connection-failed',
    `its TCP port did not answer: check firewalls, ${AGAIN}`,
  ),
  'Protocol error': row(
    'ended',
    'protocol',
    'client and server do not understand each other: check that both have the same version',
  ),
  'Logged off: no activity': row('disconnected', 'no-activity', AGAIN),
  'Logged on from elsewhere': row(
    'disconnected',
    'elsewhere',
    'the newer connection counts; log on again to take it back, and if that was not you have the key replaced',
  ),
  'Server shut down': row('disconnected', 'shut-down', 'log on again when it is back'),
  'Disconnected: too slow': row('disconnected', 'slow', `the server waited for this client too long; ${AGAIN}`),
  'Server error': row('disconnected', 'server-error', `the operator finds the reason in the server's log; ${AGAIN}`),
  'No longer a subscriber': row(
    'disconnected',
    'removed',
    'the operator has removed this Client-ID or given it a new key: ask for a key file',
  ),
  'Closed by the server': row('disconnected', 'closed-by-server', AGAIN),
  'Connection damaged': row('disconnected', 'damaged', `something between here and the server changed bytes; ${AGAIN}`),
  'Server not reading': row('disconnected', 'slow', `too much was waiting to be sent; ${AGAIN}`),
  'Connection lost': row(
    'disconnected',
    'lost',
    `the server or the network went away without a word; check both and ${AGAIN}`,
  ),
  'Chat started': row('chatStarted', NONE),
  'Chat ended': row('chatEnded', NONE),
  'Correspondent unreachable': row(
    'unreachable',
    'unreachable',
    'not connected, in another chat, no such Client-ID, called too often, or the server can store no texts now; try again in a minute',
  ),
  'You will be logged off soon': row('warning', 'no-activity', 'Chat ID or History ID keeps you logged on'),
  'Server busy, try again': row('historyEnd', 'busy', 'ask again'),
  'History incomplete': row('historyEnd', 'incomplete', 'ask again'),
  'No history with ': row('historyEnd', NONE),
  'End of history ': row('historyEnd', NONE),
};

/** What is shown because nothing was done. */
export const REFUSALS: Readonly<Record<string, Meaning>> = {
  'Not connected': row('refused', 'not-connected', 'Log on first'),
  'Not connected: log on first': row('refused', 'not-connected'),
  'Log on already in progress': row('refused', 'log-on-running', 'wait for it, or Log off to cancel it'),
  // The word that the scenarios expect of a second log-on.
  Connected: row('refused', 'already-logged-on'),
  'you were already logged on': row('notice', NONE),
  'Invalid Client-ID': row(
    'refused',
    'invalid-id',
    'it is a letter and up to 31 letters, digits, dots, underscores or hyphens',
  ),
  'You cannot chat with yourself': row('refused', 'own-id', 'name another Client-ID'),
  'No chat to end': row('refused', 'no-chat', 'Chat ID begins one'),
  'Not in a chat: type Chat <Client-ID>': row('refused', 'no-chat'),
  'A chat request is already pending': row('refused', 'request-pending', 'wait for the answer'),
  'Waiting for an answer': row('refused', 'request-pending', 'write when the chat has started'),
  'End the current chat first': row('refused', 'chat-running'),
  'Not sent: the chat of this line has ended': row('refused', 'chat-ended', 'say it in the chat that it is meant for'),
  'Not sent: this line was begun before the chat': row(
    'refused',
    'before-chat',
    'say it again if it is meant for this chat',
  ),
  'Message too long:': row('refused', 'text-too-long', 'send it in parts'),
  'Message not allowed:': row('refused', 'text-not-allowed', 'leave that out'),
  'A history request is already running': row('refused', 'history-running', 'wait for its end'),
};

/** Why a chat ended, by the number in END_NOTIF (protocol P12): the word for a program, and the sentence for a user. */
const ENDINGS: Readonly<Record<number, readonly [why: ChatEnding, sentence: string]>> = {
  0: ['ended', 'PEER ended the chat'],
  1: ['logged-off', 'PEER logged off'],
  2: ['lost', 'the connection of PEER was lost'],
  3: ['shut-down', 'the server is shutting down'],
  4: [
    'not-stored',
    'the server could not store a text, so the last ones may be missing: look at History PEER, and tell the operator',
  ],
};

/** @param why as END_NOTIF says it; a server need not (P23) @returns nothing for a reason that we do not know */
export function endingOf(why: number | undefined, peer: string): { why: ChatEnding; reason: string } | undefined {
  const [word, sentence] = ENDINGS[why ?? NaN] ?? [];
  if (word === undefined || sentence === undefined) return undefined;
  return { why: word, reason: sentence.replaceAll('PEER', () => peer) };
}

/** What the driver adds to a line in brackets. */
const HINT = / \(.*\)$/;

/** What the network said of the server, if that is all that is known. */
export const HINTS = {
  refused: 'no-server',
  name: 'unknown-name',
  other: 'no-answer',
} as const satisfies Record<string, FaultCode>;

/** @param refusal whether nothing was done @returns the row; a line without one is a notice */
export function meaningOf(line: string, refusal: boolean): Meaning {
  const table = refusal ? REFUSALS : HAPPENINGS;
  for (const known of [line, line.replace(HINT, '')]) if (Object.hasOwn(table, known)) return table[known] as Meaning;
  const key = Object.keys(table).find((one) => /[ :]$/.test(one) && line.startsWith(one));
  return (key === undefined ? undefined : table[key]) ?? row(refusal ? 'refused' : 'notice', NONE);
}
