/**
 * Client, chat phase (CH): the official diagram edge by edge. One for each connection; lives while the connection machine
 * is in Connected. Must never be here: sockets, keys, time. The marks stand in diagrams/spec/.
 */
import { cells, defineMachine } from '../define';
import type { ClientEffect } from '../effects';
import { isClientId } from '../messages';
import type { ChatEvent } from './events';

export interface ChatContext {
  /** Own Client-ID. */
  readonly id: string;
  /** Client-ID asked for in Wait for CHAT_STARTED. */
  readonly want: string | null;
  /** Session-ID and correspondent in Active Chat. */
  readonly session: number | null;
  readonly peer: string | null;
}
export type ChatState = 'Connected' | 'Wait for CHAT_STARTED' | 'Active Chat' | 'Gone';

type C = ChatContext;
type Ev<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>;

const show = (text: string) => () => ({ ask: { type: 'show', text } as const });
const refuse = (text: string) => () => ({ ask: { type: 'show', text, refusal: true } as const });

const actions = {
  want: (_: C, e: Ev<'U.CHAT'>) => ({ set: { want: e.id } }),
  clearWant: () => ({ set: { want: null } }),
  setSession: (_: C, e: Ev<'M.CHAT_STARTED'>) => ({ set: { session: e.session, peer: e.id, want: null } }),
  clearSession: () => ({ set: { session: null, peer: null } }),
  sendCHAT_REQUEST: (_: C, e: Ev<'U.CHAT'>) => ({
    ask: { type: 'send', messages: [{ type: 'CHAT_REQUEST', id: e.id }] } as const,
  }),
  sendEND_REQUEST: (c: C) => ({
    ask: { type: 'send', messages: [{ type: 'END_REQUEST', session: c.session ?? 0 }] } as const,
  }),
  sendCHAT: (c: C, e: Ev<'U.TEXT'>) => ({
    ask: { type: 'send', messages: [{ type: 'CHAT', session: c.session ?? 0, text: e.text }] } as const,
  }),
  // A call of somebody who is blocked: the chat is not ours to show, so its session is in the event only.
  'sendEND_REQUEST:this': (_: C, e: Ev<'M.CHAT_STARTED'>) => ({
    ask: { type: 'send', messages: [{ type: 'END_REQUEST', session: e.session }] } as const,
  }),
  'sendCHAT_REQUEST:again': (c: C) => ({
    ask: { type: 'send', messages: [{ type: 'CHAT_REQUEST', id: c.want ?? '' }] } as const,
  }),
  'start:ACTIVITY': () => ({ ask: { type: 'arm', timer: 'ACTIVITY' } as const }),
  'raise:X.PROTOCOL': () => ({ ask: { type: 'raiseProtocol' } as const }),
  ignore: (_: C, e: ChatEvent) => ({ ask: { type: 'ignore', event: e.type } as const }),

  'show:Chat started': show('Chat started'),
  'show:Chat ended': (_: C, e: Ev<'M.END_NOTIF' | 'U.END' | 'X.GONE'>) => ({
    ask: {
      type: 'show',
      text: 'Chat ended',
      ...(e.type === 'M.END_NOTIF' && e.why !== undefined ? { why: e.why } : {}),
    } as const,
  }),
  'show:Correspondent unreachable': show('Correspondent unreachable'),
  'show:You will be logged off soon': show('You will be logged off soon'),
  'show:text': (c: C, e: Ev<'M.CHAT'>) => ({
    ask: { type: 'showTexts', from: c.peer ?? '', session: e.session, texts: e.texts } as const,
  }),
  // Before setSession: the correspondent is still in the event only (P15).
  noteIfOther: (c: C, e: Ev<'M.CHAT_STARTED'>) =>
    c.want === null || c.want === e.id
      ? {}
      : { ask: { type: 'show', text: `${e.id} called first: your request to ${c.want} was overtaken` } as const },

  'refuse:Invalid Client-ID / You cannot chat with yourself': (c: C, e: Ev<'U.CHAT'>) => ({
    ask: {
      type: 'show',
      text: e.id === c.id ? 'You cannot chat with yourself' : 'Invalid Client-ID',
      refusal: true,
    } as const,
  }),
  'refuse:No chat to end': refuse('No chat to end'),
  'refuse:Not in a chat: type Chat <Client-ID>': refuse('Not in a chat: type Chat <Client-ID>'),
  'refuse:A chat request is already pending': refuse('A chat request is already pending'),
  'refuse:Waiting for an answer': refuse('Waiting for an answer'),
  'refuse:End the current chat first': refuse('End the current chat first'),
  'refuse:Not sent: this line was begun before the chat': refuse('Not sent: this line was begun before the chat'),
  'refuse:Not sent: the chat of this line has ended': refuse('Not sent: the chat of this line has ended'),
  'refuse:Message too long / not allowed': (_: C, e: Ev<'U.TEXT'>) => ({
    ask: { type: 'show', text: `Message ${e.fault ?? 'not allowed'}`, refusal: true } as const,
  }),
};

const guards = {
  'ID malformed or own ID': (c: C, e: Ev<'U.CHAT'>) => !isClientId(e.id) || e.id === c.id,
  'Client-ID = the one asked for': (c: C, e: Ev<'M.UNREACHABLE'>) => e.id === c.want,
  'text fails the rules of 1.3': (_: C, e: Ev<'U.TEXT'>) => e.fault !== undefined,
  'begun outside a chat': (_: C, e: Ev<'U.TEXT'>) => e.session === null,
  'session-ID = current': (c: C, e: Ev<'M.END_NOTIF' | 'M.CHAT' | 'U.TEXT'>) => e.session === c.session,
  // Whoever asks for a chat with somebody blocked wants that chat.
  'blocked, and not the one asked for': (c: C, e: Ev<'M.CHAT_STARTED'>) => e.blocked && e.id !== c.want,
};

const ignore = { actions: 'ignore' } as const;
const gone = { target: 'Gone' } as const;

export const clientChat = defineMachine<C, ChatEvent, ChatState, ClientEffect>()(
  { actions, guards },
  {
    id: 'client chat',
    initial: 'Connected',
    final: 'Gone',
    context: { id: '', want: null, session: null, peer: null },
    states: {
      Connected: {
        'U.CHAT': [
          { cond: 'ID malformed or own ID', actions: 'refuse:Invalid Client-ID / You cannot chat with yourself' },
          { target: 'Wait for CHAT_STARTED', actions: ['want', 'sendCHAT_REQUEST', 'start:ACTIVITY'] },
        ],
        'M.CHAT_STARTED': [
          { cond: 'blocked, and not the one asked for', actions: 'sendEND_REQUEST:this' },
          { target: 'Active Chat', actions: ['setSession', 'show:Chat started'] },
        ],
        'U.END': { actions: 'refuse:No chat to end' },
        'U.TEXT': [
          { cond: 'begun outside a chat', actions: 'refuse:Not in a chat: type Chat <Client-ID>' },
          { actions: 'refuse:Not sent: the chat of this line has ended' },
        ],
        // A late answer to a request that a crossing CHAT_STARTED had answered (4.6, R4).
        'M.UNREACHABLE': { actions: 'show:Correspondent unreachable' },
        ...cells(['M.END_NOTIF', 'M.CHAT'], ignore),
        'T.ACT_WARN': { actions: 'show:You will be logged off soon' },
        'X.GONE': gone,
      },
      'Wait for CHAT_STARTED': {
        'M.UNREACHABLE': [
          {
            cond: 'Client-ID = the one asked for',
            target: 'Connected',
            actions: ['clearWant', 'show:Correspondent unreachable'],
          },
          { actions: 'show:Correspondent unreachable' },
        ],
        'M.CHAT_STARTED': [
          // The server may have dropped our request for this call (4.6, R3). The activity timer runs on and ends the wait.
          {
            cond: 'blocked, and not the one asked for',
            actions: ['sendEND_REQUEST:this', 'sendCHAT_REQUEST:again'],
          },
          // Also when somebody else's request was served first: this message is the answer (4.6).
          { target: 'Active Chat', actions: ['show:Chat started', 'noteIfOther', 'setSession'] },
        ],
        'U.CHAT': { actions: 'refuse:A chat request is already pending' },
        'U.END': { actions: 'refuse:No chat to end' },
        'U.TEXT': [
          { cond: 'begun outside a chat', actions: 'refuse:Waiting for an answer' },
          { actions: 'refuse:Not sent: the chat of this line has ended' },
        ],
        ...cells(['M.END_NOTIF', 'M.CHAT'], ignore),
        'T.ACT_WARN': { actions: 'show:You will be logged off soon' },
        'X.GONE': gone,
      },
      'Active Chat': {
        'T.ACT_WARN': { actions: 'start:ACTIVITY' },
        'M.END_NOTIF': [
          {
            cond: 'session-ID = current',
            target: 'Connected',
            actions: ['clearSession', 'show:Chat ended', 'start:ACTIVITY'],
          },
          ignore,
        ],
        'U.END': {
          target: 'Connected',
          actions: ['sendEND_REQUEST', 'clearSession', 'show:Chat ended', 'start:ACTIVITY'],
        },
        'U.TEXT': [
          { cond: 'text fails the rules of 1.3', actions: 'refuse:Message too long / not allowed' },
          { cond: 'session-ID = current', actions: 'sendCHAT' },
          { cond: 'begun outside a chat', actions: 'refuse:Not sent: this line was begun before the chat' },
          { actions: 'refuse:Not sent: the chat of this line has ended' },
        ],
        'M.CHAT': [{ cond: 'session-ID = current', actions: 'show:text' }, ignore],
        'U.CHAT': { actions: 'refuse:End the current chat first' },
        ...cells(['M.CHAT_STARTED', 'M.UNREACHABLE'], { actions: 'raise:X.PROTOCOL' } as const),
        'X.GONE': { target: 'Gone', actions: 'show:Chat ended' },
      },
    },
  },
);
