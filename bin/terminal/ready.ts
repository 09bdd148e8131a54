/** When the next line of a program, or of what was pasted, can be carried out (P5). Must never be here: what it does. */
import type { ChatClient } from '../../transport/client';

/** Off line for good, Connected or Active Chat, and at the end of a list. */
export function takesLines({ status, willReconnect }: Pick<ChatClient, 'status' | 'willReconnect'>): boolean {
  const { connection, chat, history } = status;
  if (connection === 'Offline') return !willReconnect;
  return connection === 'Connected' && chat !== 'Wait for CHAT_STARTED' && history !== 'Receiving';
}
