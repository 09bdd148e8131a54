/** The validation scenarios of the assignment (protocol 0.3), as a server takes part in them. */
import { expectAll, expectReply, must } from '../expect';
import { before, chat, type Pair, type Scene } from '../scene';
import type { Peer } from '../peer';
import { endsWith, historyOf, talk } from './history';
import type { ServerCheck } from './kind';

const PAIRS = 5;

async function logOff(peer: Peer): Promise<void> {
  await peer.say({ type: 'CLOSE', reason: 0 });
  await peer.over();
}

/** V1 and V2: a chat of two, which one of them ends. @returns what was said */
async function chatEndedBy(scene: Scene, who: 'a' | 'b'): Promise<{ readonly pair: Pair; readonly said: string[] }> {
  const pair = await scene.pair();
  const said = await talk(pair, 5);
  const [ends, told] = who === 'a' ? [pair.a, pair.b] : [pair.b, pair.a];
  await ends.say({ type: 'END_REQUEST', session: pair.session });
  await expectReply(told, { type: 'END_NOTIF', session: pair.session });
  for (const peer of [ends, told]) expectAll(peer.id, await before(peer));
  return { pair, said };
}

export const SCENARIOS: readonly ServerCheck[] = [
  {
    name: 'V1',
    section: '0.3',
    must: 'A and B log on; A asks for B; texts; A ends the chat; A logs off',
    async play(scene) {
      const { pair } = await chatEndedBy(scene, 'a');
      await logOff(pair.a);
    },
  },
  {
    name: 'V2',
    section: '0.3',
    must: 'as V1, but B ends the chat',
    async play(scene) {
      const { pair } = await chatEndedBy(scene, 'b');
      await logOff(pair.b);
    },
  },
  {
    name: 'V3',
    section: '0.3',
    must: 'A asks for B before B is connected: UNREACHABLE; B logs on, A asks again: a chat',
    async play(scene) {
      await scene.offline(1);
      const a = await scene.online(0);
      await a.say({ type: 'CHAT_REQUEST', id: scene.id(1) });
      await expectReply(a, { type: 'UNREACHABLE', id: scene.id(1) });
      const b = await scene.online(1);
      await talk({ a, b, session: await chat(a, b) });
    },
  },
  {
    name: 'V4',
    section: '0.3',
    must: 'A and B chat; C asks for B: UNREACHABLE at C; A and B notice nothing',
    async play(scene) {
      const pair = await scene.pair();
      const c = await scene.online(2);
      await talk(pair, 2);
      await c.say({ type: 'CHAT_REQUEST', id: pair.b.id });
      await expectReply(c, { type: 'UNREACHABLE', id: pair.b.id });
      for (const peer of [pair.a, pair.b, c]) expectAll(peer.id, await before(peer));
      await talk(pair, 2);
    },
  },
  {
    name: 'V5',
    section: '0.3',
    must: 'after V1 A logs on and asks for the history with B: every message in one HISTORY_RESP, oldest first',
    async play(scene) {
      const { pair, said } = await chatEndedBy(scene, 'a');
      await logOff(pair.a);
      // B is still connected, and its second `Log on` is nothing that a server hears of (A5).
      endsWith(await historyOf(await scene.online(0), scene.id(1)), said);
    },
  },
  {
    name: 'V6',
    section: '0.3',
    must: 'five pairs at once, or as many as there are keys for: a session for each, no message in a wrong one',
    async play(scene) {
      const count = Math.min(PAIRS, Math.floor(scene.people.length / 2));
      const pairs: Pair[] = [];
      for (let n = 0; n < count; n++) pairs.push(await scene.pair(2 * n, 2 * n + 1));
      const sessions = new Set(pairs.map(({ session }) => session)).size;
      must(sessions === count, `${String(count)} sessions`, String(sessions));
      await Promise.all(pairs.map((pair) => talk(pair, 6)));
      for (const { a, b } of pairs) for (const peer of [a, b]) expectAll(peer.id, await before(peer));
      for (const { a, b, session } of pairs) {
        await b.say({ type: 'END_REQUEST', session });
        await expectReply(a, { type: 'END_NOTIF', session });
      }
    },
  },
];
