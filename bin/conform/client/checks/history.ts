/** Past texts as a client asks for them and shows them (protocol 4.8, 5.3.3, 7 F). */
import type { TcpMessage } from '../../../../machines/messages';
import { must, type ClientCheck } from '../judge';
import { inWords, type Link } from '../link';
import { BOB, CAROL, type Scene } from '../scene';
import { lastIs } from './saying';

const SESSION = 7;
const MANY = 500;
const [COMPLETE, BUSY, INCOMPLETE] = [0, 1, 2];

const past = (session: number, id: string, text: string, time?: number): TcpMessage => ({
  type: 'HISTORY_RESP',
  session,
  id,
  text,
  ...(time === undefined ? {} : { time }),
});
const end = (count: number, status = COMPLETE, id: string = BOB): TcpMessage => ({
  type: 'HISTORY_END',
  id,
  status,
  count,
});

async function asks(scene: Scene, link: Link, id = BOB): Promise<void> {
  scene.program.type(`History ${id}`);
  const request = await link.hears('HISTORY_REQ');
  must(request.id === id, `HISTORY_REQ(${id})`, inWords(request));
}
/** The list is over for the client: it takes the next one, which has this text. */
async function asksAgain(scene: Scene, link: Link, text: string): Promise<void> {
  await asks(scene, link);
  link.say(past(9, BOB, text), end(1));
  await scene.program.showsText(`<9> <from: ${BOB}> <${text}>`);
}
const refuses = (name: string, what: string, asked: boolean, ...messages: readonly TcpMessage[]): ClientCheck => ({
  name,
  section: '5.3',
  must: `${what} is a protocol error: CLOSE(4)`,
  async play(scene) {
    const link = await scene.logOn();
    if (asked) await asks(scene, link);
    await scene.isRefused(link, what, () => link.say(...messages));
  },
});

export const historyChecks: readonly ClientCheck[] = [
  {
    name: 'history-request',
    section: '4.8',
    must: '`History X` sends HISTORY_REQ(X), also for somebody unknown and for oneself',
    async play(scene) {
      const link = await scene.logOn();
      // The user's own question has to be heard, too.
      link.confirms = undefined;
      for (const id of [BOB, 'Nobody.At-all_9', scene.id]) {
        await asks(scene, link, id);
        lastIs(link, { type: 'HISTORY_REQ', id });
        link.say(end(0, COMPLETE, id));
      }
    },
  },
  {
    name: 'history-lines',
    section: '0.1',
    must: 'each past text is shown as `<session> <from: sender> <text>`, in the order in which they come',
    async play(scene) {
      const link = await scene.logOn();
      const texts = Array.from({ length: MANY }, (_, n) => `text number ${String(n)}`);
      await asks(scene, link);
      const mark = scene.program.mark();
      // Many records, and several writes.
      for (let at = 0; at < MANY; at += 50) {
        link.say(
          ...texts
            .slice(at, at + 50)
            .map((text, n) => past(3, (at + n) % 2 ? BOB : scene.id, text, n % 3 ? 1e12 : undefined)),
        );
      }
      link.say(end(MANY));
      await asksAgain(scene, link, 'the last of all');
      const shown = scene.program.since(mark).filter((line) => line.startsWith('<3>'));
      texts.forEach((text, n) => {
        const line = `<3> <from: ${n % 2 ? BOB : scene.id}> <${text}>`;
        must(shown[n] === line, line, shown[n] === undefined ? 'no such line' : `"${shown[n]}"`);
      });
      must(shown.length === MANY, `${String(MANY)} lines`, String(shown.length));
    },
  },
  {
    name: 'history-session',
    section: '1.3',
    must: 'session-IDs up to 2^32 - 1 are shown in decimal, texts with escapes for what would reorder the line',
    async play(scene) {
      const link = await scene.logOn();
      await asks(scene, link);
      link.say(past(4_294_967_295, BOB, 'Grüße <b> \u202e'), end(1));
      await scene.program.showsText('<4294967295> <from: bob> <Grüße <b> \\u{202e}>');
    },
  },
  {
    name: 'history-empty',
    section: '4.8',
    must: 'a list without texts is told to the user, and the next one can be asked for',
    async play(scene) {
      const link = await scene.logOn();
      await asks(scene, link, CAROL);
      scene.program.mark();
      link.say(end(0, COMPLETE, CAROL));
      await scene.program.tells('that there are no texts');
      await asksAgain(scene, link, 'there are some here');
    },
  },
  {
    name: 'history-busy',
    section: '4.8',
    must: 'HISTORY_END with status busy is told to the user, and the next list can be asked for',
    async play(scene) {
      const link = await scene.logOn();
      await asks(scene, link);
      scene.program.mark();
      link.say(end(0, BUSY));
      await scene.program.tells('that the server is busy');
      await asksAgain(scene, link, 'not busy any more');
    },
  },
  {
    name: 'history-incomplete',
    section: '4.8',
    must: 'HISTORY_END with status incomplete is told to the user after the lines that came, in other words than the end of a list',
    async play(scene) {
      const link = await scene.logOn();
      await asks(scene, link);
      const mark = scene.program.mark();
      link.say(past(3, BOB, 'one of many'), end(1));
      await asks(scene, link);
      const but = scene.program.since(mark);
      link.say(past(3, BOB, 'one of many'), end(1, INCOMPLETE));
      await scene.program.tells('that the list is not complete', { but });
      await asksAgain(scene, link, 'after it');
    },
  },
  {
    name: 'history-cut',
    section: '2.6',
    must: 'a list that is cut off with its connection is told to the user as incomplete, beside the loss of the connection',
    async play(scene) {
      const before = await scene.logOn();
      const mark = scene.program.mark();
      before.end();
      await scene.program.tells('that the connection was lost');
      await before.ends();
      const link = await scene.logOn();
      const but = scene.program.lines.slice(mark).map(({ text }) => text);
      await asks(scene, link);
      link.say(past(3, BOB, 'one of many'));
      await scene.program.showsText('<3> <from: bob> <one of many>');
      link.end();
      await scene.program.tells('that the list is not complete', { but });
      await link.ends();
      await scene.logOn();
    },
  },
  {
    name: 'history-in-chat',
    section: '4.8',
    must: '`History` works in a chat, and live texts stand between its lines, none lost, none twice',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      const mark = scene.program.mark();
      await asks(scene, link);
      link.say(
        past(3, BOB, 'past one'),
        { type: 'CHAT', session: SESSION, text: 'live one' },
        past(3, BOB, 'past two'),
      );
      link.say({ type: 'CHAT', session: SESSION, text: 'live two' }, end(2));
      await asksAgain(scene, link, 'and again');
      const lines = scene.program.since(mark);
      for (const text of ['past one', 'live one', 'past two', 'live two']) {
        const times = lines.filter((line) => line.includes(text)).length;
        must(times === 1, `"${text}" once`, `it ${String(times)} times`);
      }
      await scene.comesThrough(link, SESSION);
    },
  },
  {
    name: 'history-and-chat-started',
    section: '4.8',
    must: 'CHAT_STARTED and END_NOTIF between the lines of a list are dealt with as ever',
    async play(scene) {
      const link = await scene.logOn();
      await asks(scene, link);
      link.say(past(3, BOB, 'before'), { type: 'CHAT_STARTED', session: SESSION, id: CAROL }, past(3, BOB, 'in it'));
      await scene.program.shows('Chat started');
      await scene.program.showsText('<in it>');
      link.say({ type: 'END_NOTIF', session: SESSION, why: 0 }, past(3, BOB, 'after'), end(3));
      await scene.program.shows('Chat ended');
      await asksAgain(scene, link, 'at the end');
    },
  },
  {
    name: 'history-refused',
    section: '5.3',
    must: '`History` with a malformed Client-ID is refused by the client',
    async play(scene) {
      const link = await scene.logOn();
      for (const id of ['1st', 'bo/b', 'b'.repeat(33)]) scene.program.type(`History ${id}`);
      await asksAgain(scene, link, 'this one is allowed');
    },
  },
  refuses('history-count', 'HISTORY_END with a wrong count', true, past(3, BOB, 'one'), end(2)),
  refuses('history-other-end', 'HISTORY_END for another Client-ID', true, end(0, COMPLETE, CAROL)),
  refuses('history-unasked', 'HISTORY_RESP that nobody asked for', false, past(3, BOB, 'one')),
  refuses('history-end-unasked', 'HISTORY_END that nobody asked for', false, end(0)),
];
