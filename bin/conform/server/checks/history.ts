/** Histories (protocol 4.8): complete, in order, of one's own chats only, and before the text is seen. */
import type { TcpMessage } from '../../../../machines/messages';
import { chance, hex } from '../../bytes';
import { expectReply, must } from '../expect';
import type { Peer } from '../peer';
import { before, chat, type Pair } from '../scene';
import { words } from '../words';
import type { ServerCheck } from './kind';

type Past = TcpMessage<'HISTORY_RESP'>;
type End = TcpMessage<'HISTORY_END'>;
/** What HISTORY_REQ has brought. */
interface List {
  readonly texts: readonly Past[];
  readonly end: End;
  /** What came between. */
  readonly others: readonly TcpMessage[];
}

/** Asks, and reads the list to its end. @throws Unexpected */
export async function historyOf(peer: Peer, id: string): Promise<List> {
  await peer.say({ type: 'HISTORY_REQ', id });
  return readList(peer, id);
}
async function readList(peer: Peer, id: string): Promise<List> {
  const texts: Past[] = [];
  const others: TcpMessage[] = [];
  for (;;) {
    const message = await peer.reply(`HISTORY_END for ${id}`);
    if (message.type === 'HISTORY_RESP') texts.push(message);
    else if (message.type !== 'HISTORY_END') others.push(message);
    else {
      must(message.id === id, `HISTORY_END for ${id}`, words(message));
      const right = message.status === 1 || message.count === texts.length;
      must(right, `a count of ${String(texts.length)}, as many HISTORY_RESP as came`, words(message));
      return { texts, end: message, others };
    }
  }
}

/** A text that was not there before. */
const fresh = (text: string): string => `${text} ${hex(chance(5))}`;

/** One line of a list: what is compared. */
const line = (session: number, id: string, text: string): string => `<${String(session)}> <from: ${id}> <${text}>`;
const lines = ({ texts }: List): string[] => texts.map(({ session, id, text }) => line(session, id, text));
/** The list is complete, and its last lines are these. @throws Unexpected */
export function endsWith(list: List, wanted: readonly string[]): void {
  must(list.end.status === 0, 'a complete list', words(list.end));
  const seen = lines(list).slice(-wanted.length);
  must(
    seen.join('\n') === wanted.join('\n'),
    `a list that ends with ${wanted.join(', ')}`,
    seen.join(', ') || 'an empty list',
  );
}

/** Texts to and fro; each is waited for. @returns their lines */
export async function talk({ a, b, session }: Pair, count = 4): Promise<string[]> {
  const said: string[] = [];
  for (let n = 0; n < count; n++) {
    const [from, to] = n % 3 === 1 ? [b, a] : [a, b];
    const text = fresh(`text ${String(n)}`);
    await from.say({ type: 'CHAT', session, text });
    await expectReply(to, { type: 'CHAT', session, text });
    said.push(line(session, from.id, text));
  }
  return said;
}

export const HISTORY: readonly ServerCheck[] = [
  {
    name: 'history-none',
    section: '4.8',
    must: 'for a client that is unknown and for oneself: HISTORY_END(X, 0, 0) and no HISTORY_RESP',
    async play(scene) {
      const peer = await scene.online();
      for (const id of [scene.unknown(), peer.id]) {
        await peer.say({ type: 'HISTORY_REQ', id });
        await expectReply(peer, { type: 'HISTORY_END', id, status: 0, count: 0 });
      }
    },
  },
  {
    name: 'history-complete',
    section: '4.8',
    must: 'every text of both, with its session-ID and sender, oldest first, the same at both',
    async play(scene) {
      const pair = await scene.pair();
      const said = await talk(pair, 7);
      endsWith(await historyOf(pair.a, pair.b.id), said);
      endsWith(await historyOf(pair.b, pair.a.id), said);
    },
  },
  {
    name: 'history-two-sessions',
    section: '4.8',
    must: 'all past messages, not only those of the last session, oldest first (Y2)',
    async play(scene) {
      const pair = await scene.pair();
      const first = await talk(pair, 3);
      await pair.a.say({ type: 'END_REQUEST', session: pair.session });
      await expectReply(pair.b, { type: 'END_NOTIF', session: pair.session });
      const session = await chat(pair.b, pair.a);
      const second = await talk({ ...pair, session }, 3);
      endsWith(await historyOf(pair.b, pair.a.id), [...first, ...second]);
    },
  },
  {
    name: 'history-stored-first',
    section: '4.8',
    must: 'a text is stored before it is relayed: who has it finds it in the history at once',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      for (let n = 0; n < 5; n++) {
        const text = fresh('stored');
        await a.say({ type: 'CHAT', session, text });
        await expectReply(b, { type: 'CHAT', session, text });
        endsWith(await historyOf(b, a.id), [line(session, a.id, text)]);
      }
    },
  },
  {
    name: 'history-after-request',
    section: '4.8',
    must: 'texts of a client that were sent before its HISTORY_REQ, even in one record with it, are in its list',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const texts = [fresh('one'), fresh('two'), fresh('three')];
      await a.say(...texts.map((text): TcpMessage => ({ type: 'CHAT', session, text })), {
        type: 'HISTORY_REQ',
        id: b.id,
      });
      endsWith(
        await readList(a, b.id),
        texts.map((text) => line(session, a.id, text)),
      );
    },
  },
  {
    name: 'history-after-log-off',
    section: '4.8',
    must: 'the history is there after both have logged off, and one has logged on again',
    async play(scene) {
      const pair = await scene.pair();
      const said = await talk(pair);
      for (const peer of [pair.a, pair.b]) {
        await peer.say({ type: 'CLOSE', reason: 0 });
        await peer.over();
      }
      endsWith(await historyOf(await scene.online(1), scene.id(0)), said);
    },
  },
  {
    name: 'history-private',
    section: '4.8',
    must: 'a client reads what it took part in: nothing of the chats of others, whomever it asks for',
    async play(scene) {
      const pair = await scene.pair();
      const said = await talk(pair);
      const c = await scene.online(2);
      const seen = [
        ...lines(await historyOf(c, pair.a.id)),
        ...lines(await historyOf(c, pair.b.id)),
        ...lines(await historyOf(pair.a, c.id)),
      ];
      const foreign = seen.filter((one) => said.includes(one));
      must(foreign.length === 0, 'no text of the other two', foreign.join(', '));
    },
  },
  {
    name: 'history-senders',
    section: '4.8',
    must: 'in a list of A and B every sender is A or B',
    async play(scene) {
      const pair = await scene.pair();
      await talk(pair);
      const { texts } = await historyOf(pair.a, pair.b.id);
      const others = texts.filter(({ id }) => id !== pair.a.id && id !== pair.b.id);
      must(others.length === 0, `senders ${pair.a.id} and ${pair.b.id} only`, others.map(words).join(', '));
    },
  },
  {
    name: 'history-time',
    section: '1.7',
    must: 'a server sends time in HISTORY_RESP',
    async play(scene) {
      const pair = await scene.pair();
      await talk(pair, 2);
      const { texts } = await historyOf(pair.a, pair.b.id);
      const without = texts.filter(({ time }) => time === undefined);
      must(without.length === 0, 'time in every HISTORY_RESP', `${String(without.length)} without it`);
    },
  },
  {
    name: 'history-in-chat',
    section: '4.8',
    must: 'HISTORY_REQ works in a chat; texts that arrive meanwhile come between, none is lost, and none twice',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const texts = Array.from({ length: 10 }, () => fresh('live'));
      const [first, ...live] = texts;
      if (first === undefined) return;
      await a.say({ type: 'CHAT', session, text: first });
      await expectReply(b, { type: 'CHAT', session, text: first });
      const asked = b.say({ type: 'HISTORY_REQ', id: a.id });
      for (const text of live) await a.say({ type: 'CHAT', session, text });
      await asked;
      const list = await readList(b, a.id);
      const seen = list.others.flatMap((message) => (message.type === 'CHAT' ? [message.text] : []));
      while (seen.length < live.length) {
        const message = await b.reply('CHAT');
        must(message.type === 'CHAT', 'CHAT', words(message));
        if (message.type === 'CHAT') seen.push(message.text);
      }
      must(seen.join() === live.join(), `${String(live.length)} texts in order`, seen.join(', '));
      const twice = list.texts.filter(({ text }) => text === first).length;
      must(twice === 1, 'each text once in the list', `one of them ${String(twice)} times`);
    },
  },
  {
    name: 'history-second-request',
    section: '4.8',
    must: 'a second request while a list runs is answered HISTORY_END(busy) and the list goes on; each list is complete',
    async play(scene) {
      const pair = await scene.pair();
      const said = await talk(pair, 6);
      const nobody = scene.unknown();
      const { a, b } = pair;
      await a.say({ type: 'HISTORY_REQ', id: b.id }, { type: 'HISTORY_REQ', id: nobody });
      await twoLists(a, b.id, nobody, said);
    },
  },
  {
    name: 'history-large',
    section: '4.8',
    must: 'a list of many large texts is complete, and others are served meanwhile',
    async play(scene) {
      const pair = await scene.pair();
      const { a, b, session } = pair;
      const texts = Array.from({ length: 40 }, (_, n) => `${fresh(String(n))} `.padEnd(4_000, '.'));
      for (const text of texts) await a.say({ type: 'CHAT', session, text });
      for (const text of texts) await expectReply(b, { type: 'CHAT', session, text });
      const c = await scene.online(2);
      await b.say({ type: 'HISTORY_REQ', id: a.id });
      await before(c);
      const { texts: list, end } = await readList(b, a.id);
      must(end.status === 0, 'a complete list', words(end));
      const seen = list.slice(-texts.length).map(({ text }) => text);
      must(
        seen.join() === texts.join(),
        `${String(texts.length)} texts in order`,
        `${String(seen.filter((text, n) => text === texts[n]).length)} of them in their places`,
      );
    },
  },
];

/** The list of one, and HISTORY_END for somebody unknown, before, between or after its texts. */
async function twoLists(peer: Peer, id: string, nobody: string, said: readonly string[]): Promise<void> {
  const texts: Past[] = [];
  const ends: End[] = [];
  while (ends.length < 2) {
    const message = await peer.reply(`HISTORY_END for ${id} and for ${nobody}`);
    if (message.type === 'HISTORY_RESP') texts.push(message);
    else if (message.type === 'HISTORY_END') ends.push(message);
    else must(false, 'HISTORY_RESP or HISTORY_END', words(message));
  }
  const [own, other] = [ends.find((end) => end.id === id), ends.find((end) => end.id === nobody)];
  must(
    own?.status === 0 && own.count === texts.length,
    `HISTORY_END(${id}, complete, ${String(texts.length)})`,
    ends.map(words).join(', '),
  );
  // Who has sent the first list already is not busy.
  must(
    other?.count === 0 && other.status <= 1,
    `HISTORY_END(${nobody}, busy or complete, 0)`,
    ends.map(words).join(', '),
  );
  if (own) endsWith({ texts, end: own, others: [] }, said);
}
