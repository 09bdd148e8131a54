/** Two peers in a chat at the scene's server: one will lie, the other must be told that the chat is over. */
import type { Peer } from '../../bin/conform/server/peer';
import { LIARS, type Scene } from './support';

export interface LyingInChat {
  readonly liar: Peer;
  readonly partner: Peer;
  readonly session: number;
}

export async function lyingInChat(it: Scene): Promise<LyingInChat> {
  const partner = await (await it.peer(LIARS[1])).logOn();
  const liar = await (await it.peer(LIARS[0])).logOn();
  const session = await chat(liar, partner);
  return { liar, partner, session };
}

/** CHAT_REQUEST, and CHAT_STARTED to both. @returns the session-ID */
export async function chat(caller: Peer, called: Peer): Promise<number> {
  await caller.say({ type: 'CHAT_REQUEST', id: called.id });
  const [started, other] = [await caller.reply(), await called.reply()];
  if (started.type !== 'CHAT_STARTED' || other.type !== 'CHAT_STARTED' || started.session !== other.session) {
    throw new Error(`${started.type} and ${other.type} instead of CHAT_STARTED twice`);
  }
  return started.session;
}
