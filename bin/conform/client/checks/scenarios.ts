/** The validation scenarios V1 to V6 as one client has its part in them (protocol 0.3); the kit plays the server and the others. */
import type { TcpMessage } from '../../../../machines/messages';
import { must, type ClientCheck } from '../judge';
import type { Link } from '../link';
import { BOB, CAROL, type Scene } from '../scene';

const SESSION = 1;
/** What a user would notice of a chat, beside its texts. */
const EVENTS = /^(Connected|Chat started|Chat ended|Correspondent unreachable)$/;

/** A text each way. */
async function talk(scene: Scene, link: Link, session = SESSION, word = ''): Promise<void> {
  const [out, back] = [`hello ${word}`, `and hello to you, ${word}`];
  scene.program.type(out);
  const { text, session: to } = await link.hears('CHAT');
  must(text === out && to === session, `CHAT(${String(session)}, "${out}")`, `CHAT(${String(to)}, "${text}")`);
  link.say({ type: 'CHAT', session, text: back });
  await scene.program.showsText(back);
}
async function endsIt(scene: Scene, link: Link, session = SESSION): Promise<void> {
  scene.program.type('End chat');
  const request = await link.hears('END_REQUEST');
  must(request.session === session, `END_REQUEST(${String(session)})`, `END_REQUEST(${String(request.session)})`);
  await scene.program.shows('Chat ended');
}
async function isLeft(scene: Scene, link: Link, session = SESSION): Promise<void> {
  link.say({ type: 'END_NOTIF', session, why: 0 });
  await scene.program.shows('Chat ended');
}
async function isCalled(scene: Scene, link: Link, session = SESSION): Promise<void> {
  link.say({ type: 'CHAT_STARTED', session, id: CAROL });
  await scene.program.shows('Chat started');
}
async function leaves(scene: Scene, link: Link): Promise<void> {
  scene.program.type('Log off');
  const { reason } = await link.hears('CLOSE');
  must(reason === 0, 'CLOSE(0)', `CLOSE(${String(reason)})`);
  await link.ends();
}
const said = (link: Link): string => link.said.map(({ type }) => type).join(' ');
function mustHaveSaid(link: Link, ...types: readonly TcpMessage['type'][]): void {
  must(said(link) === types.join(' '), types.join(' '), said(link));
}

export const scenarioChecks: readonly ClientCheck[] = [
  {
    name: 'v1-caller',
    section: '0.3',
    must: 'V1 as A: log on, `Chat B`, texts, `End chat`, `Log off`',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      await talk(scene, link);
      await talk(scene, link);
      await endsIt(scene, link);
      await leaves(scene, link);
      mustHaveSaid(link, 'CONNECT', 'CHAT_REQUEST', 'CHAT', 'CHAT', 'END_REQUEST', 'CLOSE');
    },
  },
  {
    name: 'v1-called',
    section: '0.3',
    must: 'V1 as B: called, texts, END_NOTIF',
    async play(scene) {
      const link = await scene.logOn();
      await isCalled(scene, link);
      await talk(scene, link);
      await isLeft(scene, link);
      await leaves(scene, link);
      mustHaveSaid(link, 'CONNECT', 'CHAT', 'CLOSE');
    },
  },
  {
    name: 'v2-caller',
    section: '0.3',
    must: 'V2 as A: B ends the chat',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      await talk(scene, link);
      await isLeft(scene, link);
      await leaves(scene, link);
      mustHaveSaid(link, 'CONNECT', 'CHAT_REQUEST', 'CHAT', 'CLOSE');
    },
  },
  {
    name: 'v2-called',
    section: '0.3',
    must: 'V2 as B: called, and ends the chat itself',
    async play(scene) {
      const link = await scene.logOn();
      await isCalled(scene, link);
      await talk(scene, link);
      await endsIt(scene, link);
      await leaves(scene, link);
      mustHaveSaid(link, 'CONNECT', 'CHAT', 'END_REQUEST', 'CLOSE');
    },
  },
  {
    name: 'v3',
    section: '0.3',
    must: 'V3: `Chat B` before B is connected, and again afterwards',
    async play(scene) {
      const link = await scene.logOn();
      await scene.isConnected(link, BOB);
      await scene.chat(link, SESSION);
      await talk(scene, link);
      await isLeft(scene, link);
      await leaves(scene, link);
      mustHaveSaid(link, 'CONNECT', 'CHAT_REQUEST', 'CHAT_REQUEST', 'CHAT', 'CLOSE');
    },
  },
  {
    name: 'v4',
    section: '0.3',
    must: 'V4: A chats while C asks for its correspondent, and notices nothing; C is told `Correspondent unreachable`',
    async play(scene) {
      const third = await scene.another(CAROL);
      const [link, other] = [await scene.chatting(SESSION), await third.logOn()];
      const mark = scene.program.mark();
      await third.isConnected(other, BOB);
      await talk(scene, link);
      // The client may show its user's own texts, too.
      const noticed = scene.program.since(mark).find((line) => EVENTS.test(line) || line.includes(CAROL));
      must(noticed === undefined, 'nothing at A of what C does', `"${noticed ?? ''}"`);
    },
  },
  {
    name: 'v5',
    section: '0.3',
    must: 'V5: after V1 `Log on` shows `Connected` at B; A logs on again and `History B` shows every text',
    async play(scene) {
      const second = await scene.another(CAROL);
      const [link, other] = [await scene.chatting(SESSION), await second.logOn()];
      await isCalled(second, other);
      await talk(scene, link);
      await endsIt(scene, link);
      await isLeft(second, other);
      await leaves(scene, link);
      second.program.type('Log on');
      await second.program.shows('Connected');
      const again = await scene.logOn();
      scene.program.type(`History ${BOB}`);
      await again.hears('HISTORY_REQ');
      const texts = ['hello', 'and hello to you'];
      const mark = scene.program.mark();
      again.say(
        ...texts.map((text, n) => ({ type: 'HISTORY_RESP', session: SESSION, id: n ? BOB : scene.id, text }) as const),
        { type: 'HISTORY_END', id: BOB, status: 0, count: texts.length },
      );
      const wanted = texts.map((text, n) => `<1> <from: ${n ? BOB : scene.id}> <${text}>`);
      for (const line of wanted) await scene.program.showsText(line);
      const shown = scene.program.since(mark).filter((line) => /^<\d+> <from: /.test(line));
      must(shown.join() === wanted.join(), wanted.join(', '), shown.join(', '));
    },
  },
  {
    name: 'v6',
    section: '0.3',
    must: 'V6: five pairs at once, and no text in a wrong session',
    async play(scene) {
      const callers = [scene];
      for (let n = 2; n <= 5; n++) callers.push(await scene.another(`alice${String(n)}`));
      const links = await Promise.all(callers.map((one, n) => one.chatting(n + 1)));
      await Promise.all(
        callers.map(async (one, n) => {
          const link = links[n];
          if (!link) return;
          for (let round = 0; round < 5; round++) await talk(one, link, n + 1, `${one.id} ${String(round)}`);
          await endsIt(one, link, n + 1);
          await leaves(one, link);
        }),
      );
      for (const one of callers) {
        const others = callers.filter((other) => other !== one).map(({ id }) => ` ${id} `);
        const wrong = one.program.lines.find(({ text }) => others.some((id) => text.includes(`you,${id}`)));
        must(!wrong, `no text of another pair at ${one.id}`, `"${wrong?.text ?? ''}"`);
      }
    },
  },
];
