/**
 * Server, chat phase (SH): one for each connected client; two of them share a session (I-4). The team's drawing with its
 * corrections E11 to E21 (protocol 5.6). Must never be here: sockets, keys, time. The marks stand in diagrams/spec/.
 */
import { cells, defineMachine } from '../define';
import type { ServerEffect } from '../effects';
import { END_WHY, type EndWhy } from '../messages';
import type { ChatEvent } from './events';

export interface ChatContext {
  /** Client-ID of the connection this machine belongs to. */
  readonly id: string;
  /** Session-ID and correspondent in Active Chat. */
  readonly session: number | null;
  readonly peer: string | null;
}
export type ChatState = 'Wait for CHAT_REQUEST' | 'Active Chat' | 'Gone';

type C = ChatContext;
type Ev<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>;

const started = (session: number, id: string) =>
  ({ type: 'send', messages: [{ type: 'CHAT_STARTED', session, id }] }) as const;

const actions = {
  newSession: (_: C, e: Ev<'M.CHAT_REQUEST'>) => ({
    set: { session: e.session, peer: e.id },
    ask: { type: 'newSession', session: e.session, peer: e.id } as const,
  }),
  setSession: (_: C, e: Ev<'R.CALLED'>) => ({ set: { session: e.session, peer: e.id } }),
  clearSession: () => ({ set: { session: null, peer: null } }),
  sendCHAT_STARTED: (_: C, e: Ev<'M.CHAT_REQUEST' | 'R.CALLED'>) => ({ ask: started(e.session, e.id) }),
  sendUNREACHABLE: (_: C, e: Ev<'M.CHAT_REQUEST'>) => ({
    ask: { type: 'send', messages: [{ type: 'UNREACHABLE', id: e.id }] } as const,
  }),
  sendCHAT: (_: C, e: Ev<'R.RELAY'>) => ({
    ask: {
      type: 'send',
      messages: e.texts.map((text) => ({ type: 'CHAT', session: e.session, text }) as const),
    } as const,
  }),
  sendEND_NOTIF: (c: C, e: Ev<'R.ENDED' | 'X.UNSTORED'>) => {
    const why: EndWhy = e.type === 'R.ENDED' ? e.why : END_WHY.unstored;
    return { ask: { type: 'send', messages: [{ type: 'END_NOTIF', session: c.session ?? 0, why }] } as const };
  },
  store: (c: C, e: Ev<'M.CHAT'>) => ({
    ask: { type: 'store', session: e.session, sender: c.id, recipient: c.peer ?? '', texts: e.texts } as const,
  }),
  'R.CALLED→peer': (c: C, e: Ev<'M.CHAT_REQUEST'>) => ({
    ask: { type: 'toPeer', peer: e.id, event: { type: 'R.CALLED', session: e.session, id: c.id } } as const,
  }),
  'R.RELAY→peer': (c: C, e: Ev<'M.CHAT'>) => ({
    ask: {
      type: 'toPeer',
      peer: c.peer ?? '',
      event: { type: 'R.RELAY', session: e.session, texts: e.texts },
    } as const,
  }),
  'R.ENDED→peer': (c: C, e: Ev<'M.END_REQUEST' | 'X.GONE'>) => ({
    ask: {
      type: 'toPeer',
      peer: c.peer ?? '',
      event: { type: 'R.ENDED', session: c.session ?? 0, why: e.type === 'X.GONE' ? e.why : END_WHY.ended },
    } as const,
  }),
  ignore: (_: C, e: ChatEvent) => ({ ask: { type: 'ignore', event: e.type } as const }),
};

const guards = {
  'correspondent is free': (_: C, e: Ev<'M.CHAT_REQUEST'>) => e.free,
  'session-ID = current': (c: C, e: Ev<'M.CHAT' | 'M.END_REQUEST'>) => e.session === c.session,
};

const ignore = { actions: 'ignore' } as const;

export const serverChat = defineMachine<C, ChatEvent, ChatState, ServerEffect>()(
  { actions, guards },
  {
    id: 'server chat',
    initial: 'Wait for CHAT_REQUEST',
    final: 'Gone',
    context: { id: '', session: null, peer: null },
    states: {
      'Wait for CHAT_REQUEST': {
        'M.CHAT_REQUEST': [
          {
            cond: 'correspondent is free',
            target: 'Active Chat',
            actions: ['newSession', 'sendCHAT_STARTED', 'R.CALLED→peer'],
          },
          // Unknown, off line, engaged or oneself: one answer for all (4.5).
          { actions: 'sendUNREACHABLE' },
        ],
        'R.CALLED': { target: 'Active Chat', actions: ['setSession', 'sendCHAT_STARTED'] },
        ...cells(['M.CHAT', 'R.RELAY', 'M.END_REQUEST', 'R.ENDED', 'X.UNSTORED'], ignore),
        'X.GONE': { target: 'Gone' },
      },
      'Active Chat': {
        'M.CHAT': [{ cond: 'session-ID = current', actions: ['store', 'R.RELAY→peer'] }, ignore],
        'R.RELAY': { actions: 'sendCHAT' },
        'M.END_REQUEST': [
          {
            cond: 'session-ID = current',
            target: 'Wait for CHAT_REQUEST',
            actions: ['R.ENDED→peer', 'clearSession'],
          },
          ignore,
        ],
        'R.ENDED': { target: 'Wait for CHAT_REQUEST', actions: ['sendEND_NOTIF', 'clearSession'] },
        'X.UNSTORED': { target: 'Wait for CHAT_REQUEST', actions: ['sendEND_NOTIF', 'clearSession'] },
        // The request crossed our CHAT_STARTED, which is its answer (4.6).
        'M.CHAT_REQUEST': ignore,
        'R.CALLED': ignore,
        'X.GONE': { target: 'Gone', actions: 'R.ENDED→peer' },
      },
    },
  },
);
