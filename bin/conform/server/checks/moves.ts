/** What clients do in many checks. Must never be here: a check. */
import { expectAll, expectReply } from '../expect';
import type { Peer } from '../peer';
import { before } from '../scene';

/** It is said, and comes unchanged. @throws Unexpected */
export async function said(from: Peer, to: Peer, session: number, text: string): Promise<void> {
  await from.say({ type: 'CHAT', session, text });
  await expectReply(to, { type: 'CHAT', session, text });
}
/** CHAT_REQUEST that is refused. @throws Unexpected */
export async function unreachable(peer: Peer, id: string): Promise<void> {
  await peer.say({ type: 'CHAT_REQUEST', id });
  await expectReply(peer, { type: 'UNREACHABLE', id });
}
/** None of them has been sent anything that was not taken yet. @throws Unexpected */
export async function quiet(...peers: readonly Peer[]): Promise<void> {
  for (const peer of peers) expectAll(peer.id, await before(peer));
}

/** The right RESPONSE is still good. @throws Unexpected */
export async function stillGood(peer: Peer): Promise<void> {
  peer.takeSuccess(await peer.udp.askAgain(peer.responseBytes(), 'AUTH_SUCCESS for the right RESPONSE'));
}
/** Until a timer of the server must have expired. */
export function waited(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
