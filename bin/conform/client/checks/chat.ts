/** The chat as a client plays it: what its user types and sees, what it says (protocol 4.5 to 4.7, 5.0 P5, 5.3.2, 7 E). */
import type { TcpName } from '../../../../machines/messages';
import { must, pause, type ClientCheck } from '../judge';
import { inWords, type Link } from '../link';
import { idField, message, plaintext, uint } from '../raw';
import { BOB, CAROL, type Scene } from '../scene';
import { lastIs, OTHER, sends, SESSION } from './saying';

/** None of these lines has sent anything: what is heard next is what follows them. */
async function sendNothing(scene: Scene, link: Link, lines: readonly string[]): Promise<void> {
  for (const line of lines) scene.program.type(line);
  const before = link.said.length;
  await scene.isConnected(link);
  const [first] = link.said.slice(before);
  must(first?.type === 'CHAT_REQUEST' && first.id === CAROL, 'nothing sent', first ? inWords(first) : 'nothing');
}
const shownTimes = (scene: Scene, line: string): number =>
  scene.program.lines.filter(({ text, on }) => on === 'out' && text === line).length;

const forbiddenInChat = (name: string, type: TcpName, ...fields: readonly Buffer[]): ClientCheck => ({
  name,
  section: '5.3',
  must: `${type} in a chat is a protocol error: CLOSE(4), and \`Chat ended\``,
  async play(scene) {
    const link = await scene.chatting(SESSION);
    const mark = scene.program.mark();
    await scene.isRefused(link, type, () => link.plain(plaintext([message(type, ...fields)])));
    must(scene.program.since(mark).includes('Chat ended'), '"Chat ended"', 'none');
    must(shownTimes(scene, 'Chat started') === 1, '"Chat started" once', 'it twice');
  },
});

export const chatChecks: readonly ClientCheck[] = [
  {
    name: 'chat-request',
    section: '4.5',
    must: '`Chat X` sends CHAT_REQUEST(X); case and blanks of the command do not matter',
    async play(scene) {
      const link = await scene.logOn();
      scene.program.type(`  cHaT   ${BOB} `);
      const { id } = await link.hears('CHAT_REQUEST');
      must(id === BOB, `CHAT_REQUEST(${BOB})`, `CHAT_REQUEST(${id})`);
      lastIs(link, { type: 'CHAT_REQUEST', id });
    },
  },
  {
    name: 'chat-started',
    section: '0.1',
    must: 'CHAT_STARTED shows `Chat started`',
    async play(scene) {
      await scene.chatting(SESSION);
    },
  },
  {
    name: 'called',
    section: '5.3',
    must: 'CHAT_STARTED that was not asked for shows `Chat started`, and texts go to its session',
    async play(scene) {
      const link = await scene.logOn();
      link.say({ type: 'CHAT_STARTED', session: SESSION, id: CAROL });
      await scene.program.shows('Chat started');
      await sends(scene, link, 'whoever you are');
      await scene.comesThrough(link, SESSION);
    },
  },
  {
    name: 'unreachable',
    section: '0.1',
    must: 'UNREACHABLE shows `Correspondent unreachable`, and another chat can be asked for',
    async play(scene) {
      const link = await scene.logOn();
      await scene.isConnected(link, BOB);
      await scene.chat(link, SESSION);
    },
  },
  {
    name: 'unreachable-late',
    section: '4.6',
    must: 'UNREACHABLE of another Client-ID is shown and does not end the wait (R5); in Connected it changes nothing (R4)',
    async play(scene) {
      const link = await scene.logOn();
      link.say({ type: 'UNREACHABLE', id: CAROL });
      await scene.program.shows('Correspondent unreachable');
      scene.program.type(`Chat ${BOB}`);
      await link.hears('CHAT_REQUEST');
      // Typed in the wait: at a pipe it is taken when the answer has come.
      scene.program.type('in the chat');
      await pause(50);
      link.say({ type: 'UNREACHABLE', id: CAROL });
      await scene.program.shows('Correspondent unreachable');
      await pause(50);
      link.say({ type: 'CHAT_STARTED', session: SESSION, id: BOB });
      await scene.program.shows('Chat started');
      await link.hears('CHAT');
    },
  },
  {
    name: 'overtaken',
    section: '4.6',
    must: 'CHAT_STARTED with another Client-ID than the one asked for ends the wait all the same (R3)',
    async play(scene) {
      const link = await scene.logOn();
      scene.program.type(`Chat ${BOB}`);
      await link.hears('CHAT_REQUEST');
      link.say({ type: 'CHAT_STARTED', session: SESSION, id: CAROL });
      await scene.program.shows('Chat started');
      // A client may want to hear that the texts are for her: they were begun for somebody else.
      scene.program.type(`Chat ${CAROL}`);
      await sends(scene, link, 'hello');
    },
  },
  {
    name: 'no-text-outside',
    section: '5.3',
    must: 'texts and `End chat` outside a chat are refused and send nothing',
    async play(scene) {
      const link = await scene.logOn();
      await sendNothing(scene, link, ['hello', 'End chat', '\\Chat bob']);
      await scene.chat(link, SESSION);
      link.say({ type: 'END_NOTIF', session: SESSION });
      await scene.program.shows('Chat ended');
      // A program that goes on writing to who has left may end here; `End chat` means nothing to anybody.
      await sendNothing(scene, link, ['End chat']);
    },
  },
  {
    name: 'chat-refused',
    section: '4.5',
    must: '`Chat` with the own or a malformed Client-ID is refused by the client, and in a chat any `Chat`',
    async play(scene) {
      const link = await scene.logOn();
      await sendNothing(scene, link, [`Chat ${scene.id}`, 'Chat 1st', 'Chat bo/b', `Chat ${'b'.repeat(33)}`]);
      await scene.chat(link, SESSION);
      scene.program.type(`Chat ${CAROL}`);
      await sends(scene, link, 'still with you');
    },
  },
  {
    name: 'end-chat',
    section: '4.7',
    must: '`End chat` sends END_REQUEST with the current session-ID and shows `Chat ended` at once',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      scene.program.type('END  chat');
      await link.hears('END_REQUEST');
      lastIs(link, { type: 'END_REQUEST', session: SESSION });
      await scene.program.shows('Chat ended');
      await scene.isConnected(link);
    },
  },
  {
    name: 'end-notif',
    section: '4.7',
    must: 'END_NOTIF shows `Chat ended`, with any `why` and without, and nothing is answered',
    async play(scene) {
      const link = await scene.logOn();
      for (const [n, why] of [undefined, 0, 1, 2, 3, 4].entries()) {
        await scene.chat(link, n + 1);
        link.say({ type: 'END_NOTIF', session: n + 1, ...(why === undefined ? {} : { why }) });
        await scene.program.shows('Chat ended');
      }
      await sendNothing(scene, link, []);
    },
  },
  {
    name: 'ends-cross',
    section: '4.6',
    must: 'END_NOTIF and texts that cross an END_REQUEST are ignored: `Chat ended` once, and no late text (R6, R9)',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      scene.program.type('End chat');
      await link.hears('END_REQUEST');
      await scene.program.shows('Chat ended');
      link.say({ type: 'CHAT', session: SESSION, text: 'too late' }, { type: 'END_NOTIF', session: SESSION });
      // R10: they may come in the wait for the next chat, too.
      scene.program.type(`Chat ${CAROL}`);
      await link.hears('CHAT_REQUEST');
      link.say({ type: 'CHAT', session: SESSION, text: 'too late' }, { type: 'END_NOTIF', session: SESSION });
      link.say({ type: 'CHAT_STARTED', session: SESSION + 1, id: CAROL });
      await scene.program.shows('Chat started');
      await scene.comesThrough(link, SESSION + 1);
      const late = scene.program.lines.some(({ text }) => text.includes('too late'));
      must(!late, 'no text of a chat that the user has ended', 'it shown');
      const ended = shownTimes(scene, 'Chat ended');
      must(ended === 1, '"Chat ended" once', `it ${String(ended)} times`);
    },
  },
  {
    name: 'foreign-end',
    section: '1.8',
    must: 'END_NOTIF with another session-ID than the current one does not end the chat',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      for (const session of [SESSION - 1, SESSION + 1, OTHER]) link.say({ type: 'END_NOTIF', session, why: 0 });
      await scene.comesThrough(link, SESSION);
      await sends(scene, link, 'still here');
      must(shownTimes(scene, 'Chat ended') === 0, 'no "Chat ended"', 'it');
    },
  },
  forbiddenInChat('chat-started-in-chat', 'CHAT_STARTED', uint(4, SESSION + 1), idField(BOB)),
  forbiddenInChat('unreachable-in-chat', 'UNREACHABLE', idField(BOB)),
];
