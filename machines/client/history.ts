/**
 * Client, history (HH): asks for a list of past texts and shows it line by line. One for each connection, beside the chat
 * machine, so that History works in all three chat states (0.2, A16). Must never be here: sockets, keys, time.
 */
import { defineMachine } from '../define';
import type { ClientEffect } from '../effects';
import { HISTORY_STATUS, isClientId } from '../messages';
import type { HistoryEvent } from './events';

export interface HistoryContext {
  /** Client-ID whose history was asked for. */
  readonly asked: string | null;
  /** Texts received for this request. */
  readonly lines: number;
}
export type HistoryState = 'Idle' | 'Receiving' | 'Gone';

type C = HistoryContext;
type Ev<T extends HistoryEvent['type']> = Extract<HistoryEvent, { type: T }>;

const show = (text: string) => () => ({ ask: { type: 'show', text } as const });
const refuse = (text: string) => () => ({ ask: { type: 'show', text, refusal: true } as const });

/** The line that closes a list (protocol 5.2, histDone). */
function closingLine({ asked }: C, { status, count }: Ev<'M.HISTORY_END'>): string {
  if (status === HISTORY_STATUS.busy) return 'Server busy, try again';
  if (status !== HISTORY_STATUS.complete) return 'History incomplete';
  if (count === 0) return `No history with ${asked ?? ''}`;
  return `End of history (${String(count)} ${count === 1 ? 'message' : 'messages'})`;
}

const actions = {
  histBegin: (_: C, e: Ev<'U.HISTORY'>) => ({ set: { asked: e.id, lines: 0 } }),
  sendHISTORY_REQ: (_: C, e: Ev<'U.HISTORY'>) => ({
    ask: { type: 'send', messages: [{ type: 'HISTORY_REQ', id: e.id }] } as const,
  }),
  'start:ACTIVITY': () => ({ ask: { type: 'arm', timer: 'ACTIVITY' } as const }),
  histLine: (c: C, e: Ev<'M.HISTORY_RESP'>) => ({
    set: { lines: c.lines + 1 },
    ask: { type: 'showHistory', session: e.session, from: e.id, text: e.text, time: e.time ?? null } as const,
  }),
  histDone: (c: C, e: Ev<'M.HISTORY_END'>) => ({
    set: { asked: null, lines: 0 },
    ask: { type: 'show', text: closingLine(c, e) } as const,
  }),
  'raise:X.PROTOCOL': () => ({ ask: { type: 'raiseProtocol' } as const }),
  'show:History incomplete': show('History incomplete'),
  'refuse:Invalid Client-ID': refuse('Invalid Client-ID'),
  'refuse:A history request is already running': refuse('A history request is already running'),
};

const guards = {
  'ID malformed': (_: C, e: Ev<'U.HISTORY'>) => !isClientId(e.id),
  // TCP loses nothing, so a wrong count is the server's fault.
  'Client-ID = asked for, and (count = lines received, or status = busy)': (c: C, e: Ev<'M.HISTORY_END'>) =>
    e.id === c.asked && (e.count === c.lines || e.status === HISTORY_STATUS.busy),
};

export const clientHistory = defineMachine<C, HistoryEvent, HistoryState, ClientEffect>()(
  { actions, guards },
  {
    id: 'client history',
    initial: 'Idle',
    final: 'Gone',
    context: { asked: null, lines: 0 },
    states: {
      Idle: {
        'U.HISTORY': [
          { cond: 'ID malformed', actions: 'refuse:Invalid Client-ID' },
          { target: 'Receiving', actions: ['histBegin', 'sendHISTORY_REQ', 'start:ACTIVITY'] },
        ],
        'M.HISTORY_RESP': { actions: 'raise:X.PROTOCOL' },
        'M.HISTORY_END': { actions: 'raise:X.PROTOCOL' },
        'X.GONE': { target: 'Gone' },
      },
      Receiving: {
        'M.HISTORY_RESP': { actions: 'histLine' },
        'M.HISTORY_END': [
          {
            cond: 'Client-ID = asked for, and (count = lines received, or status = busy)',
            target: 'Idle',
            actions: 'histDone',
          },
          { actions: 'raise:X.PROTOCOL' },
        ],
        'U.HISTORY': { actions: 'refuse:A history request is already running' },
        // The user must not take a torn list for a whole one.
        'X.GONE': { target: 'Gone', actions: 'show:History incomplete' },
      },
    },
  },
);
