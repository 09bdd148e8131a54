/** What a line is: a command, text, or nothing (P5). Must never be here: what happens then. */
import type { UserEvent } from '../../machines/client/events';

export type Line =
  | { readonly kind: 'event'; readonly event: Exclude<UserEvent, { type: 'U.TEXT' }> }
  /** For whom it is, only whoever read the line can say. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'block' | 'unblock'; readonly id: string }
  | { readonly kind: 'quit' | 'help' | 'status' | 'blocked' | 'nothing' };
/** A line for the client's machines. */
export type Command = Extract<Line, { kind: 'event' }>['event'];

/** Whether texts that are on their way when it is carried out may be lost: it ends the chat, or the connection. */
export function endsChat(line: Line): boolean {
  return line.kind === 'quit' || (line.kind === 'event' && ['U.END', 'U.LOGOFF'].includes(line.event.type));
}

const PLAIN: Readonly<Record<string, Line>> = {
  'log on': { kind: 'event', event: { type: 'U.LOGON' } },
  logon: { kind: 'event', event: { type: 'U.LOGON' } },
  'log off': { kind: 'event', event: { type: 'U.LOGOFF' } },
  logoff: { kind: 'event', event: { type: 'U.LOGOFF' } },
  'end chat': { kind: 'event', event: { type: 'U.END' } },
  quit: { kind: 'quit' },
};
/** In a chat these words are text. */
const OUTSIDE_A_CHAT: Readonly<Record<string, Line>> = {
  help: { kind: 'help' },
  status: { kind: 'status' },
  blocked: { kind: 'blocked' },
};

/** @param inChat whether the chat machine is in Active Chat */
export function parseLine(line: string, inChat: boolean): Line {
  if (line.startsWith('\\')) return text(line.slice(1));
  const words = line.trim().split(/\s+/);
  const collapsed = words.join(' ').toLowerCase();
  if (collapsed === '') return { kind: 'nothing' };
  const plain = own(PLAIN, collapsed) ?? (inChat ? undefined : own(OUTSIDE_A_CHAT, collapsed));
  if (plain) return plain;
  const [verb = '', id = ''] = words;
  if (words.length !== 2) return text(line);
  switch (verb.toLowerCase()) {
    case 'chat':
      return { kind: 'event', event: { type: 'U.CHAT', id } };
    case 'history':
      return { kind: 'event', event: { type: 'U.HISTORY', id } };
    case 'block':
      return { kind: 'block', id };
    case 'unblock':
      return { kind: 'unblock', id };
    default:
      return text(line);
  }
}

function text(content: string): Line {
  return { kind: 'text', text: content };
}
function own(table: Readonly<Record<string, Line>>, key: string): Line | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

export const HELP = [
  'Log on         connect to the server',
  'Chat ID        ask for a chat with ID',
  'End chat       end the chat',
  'History ID     show all past texts of the chats with ID',
  'Block ID       refuse every call of ID; Unblock ID takes it back, Blocked shows all',
  'Log off        disconnect',
  'Status         show what is going on',
  'Quit           log off and leave',
  'Any other line is text for the chat; a \\ before a line makes it text always.',
];
