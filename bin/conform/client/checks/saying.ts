/** What checks of chats share: the user says something, and the server hears it. */
import type { TcpMessage } from '../../../../machines/messages';
import { entriesOf, messageBytes } from '../../plaintexts';
import { must, same } from '../judge';
import { inWords, type Link } from '../link';
import type { Scene } from '../scene';

/** Of the chat in which things are said. */
export const SESSION = 7;
/** Of somebody else's. */
export const OTHER = 4_000_000_000;

/** The last message of its type has these bytes; behind its fields there may be extensions, beside it other messages (1.5, 1.7). */
export function lastIs(link: Link, expected: TcpMessage): void {
  const right = messageBytes(expected);
  const entries = link.records.flatMap(({ plaintext }) => entriesOf(plaintext));
  const seen = entries.findLast(([type]) => type === right[0]) ?? Buffer.alloc(0);
  same(inWords(expected), right, seen.subarray(0, right.length));
}
/** The user sends this text, in a chat. @param typed the line */
export async function sends(scene: Scene, link: Link, text: string, typed = text): Promise<void> {
  scene.program.type(typed);
  const chat = await link.hears('CHAT');
  const shown = JSON.stringify(chat.text.slice(0, 60));
  must(
    chat.text === text && chat.session === SESSION,
    `CHAT(${String(SESSION)}, ${JSON.stringify(text.slice(0, 60))})`,
    shown,
  );
}
