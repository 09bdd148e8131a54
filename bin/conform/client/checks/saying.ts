/** What checks of chats share: the user says something, and the server hears it. */
import type { TcpMessage } from '../../../../machines/messages';
import { encodeRecords } from '../../../../transport/wire/records';
import { must, same } from '../judge';
import { inWords, type Link } from '../link';
import type { Scene } from '../scene';

/** Of the chat in which things are said. */
export const SESSION = 7;
/** Of somebody else's. */
export const OTHER = 4_000_000_000;

/** A record that holds this message and nothing else, filling included. */
export function lastIs(link: Link, expected: TcpMessage): void {
  const [right = Buffer.alloc(0)] = encodeRecords([expected]);
  same(inWords(expected), right, link.records.at(-1)?.plaintext ?? Buffer.alloc(0));
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
