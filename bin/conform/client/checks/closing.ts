/** How a connection lives and ends (protocol 2.6 P21, 4.2, 4.9, 5.5, 7 G). */
import { attemptOf } from '../candidate';
import { alike, must, mustTake, pause, type ClientCheck } from '../judge';
import { inWords, type Link } from '../link';
import { message, plaintext, uint } from '../raw';
import { BOB, HELLO, type Scene } from '../scene';

const SESSION = 7;
const KEEPALIVES = 10;
const KEEPALIVE_MS = 15_000;
const DEAD_MS = 45_000;
/** Reasons of CLOSE that a server has (1.6), and one that nobody knows. */
const REASONS = [1, 2, 3, 5, 6, 200];

/** CLOSE with this reason, then the end of the connection, and nothing more is said. */
async function closes(link: Link, reason: number): Promise<void> {
  const close = await link.hears('CLOSE');
  must(close.reason === reason, `CLOSE(${String(reason)})`, `CLOSE(${String(close.reason)})`);
  const how = await link.ends(`FIN after CLOSE(${String(reason)})`);
  must(how === 'FIN', `FIN after CLOSE(${String(reason)})`, how);
  must(link.said.at(-1) === close, 'nothing behind CLOSE', 'more messages');
}
/** The connection ends by the server's doing, and the client's side follows without a word. */
async function follows(scene: Scene, link: Link, ending: () => void, what: string): Promise<void> {
  const before = link.said.length;
  scene.program.mark();
  ending();
  await link.ends(`the end of the client's side after ${what}`);
  must(link.said.length === before, `no answer to ${what}`, link.said.at(-1)?.type ?? '');
  await scene.program.tells(`that the connection has ended with ${what}`);
}

export const closingChecks: readonly ClientCheck[] = [
  {
    name: 'log-off',
    section: '4.9',
    must: '`Log off` sends CLOSE(0) and FIN; the next `Log on` begins anew',
    async play(scene) {
      for (const line of ['Log off', 'LOGOFF', 'log  OFF']) {
        const link = await scene.logOn();
        scene.program.type(line);
        await closes(link, 0);
      }
      await scene.logOn();
    },
  },
  {
    name: 'log-off-in-chat',
    section: '5.3',
    must: '`Log off` in a chat shows `Chat ended` and sends CLOSE(0)',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      scene.program.type('Log off');
      await closes(link, 0);
      await scene.program.shows('Chat ended');
    },
  },
  {
    name: 'log-off-after-texts',
    section: '4.9',
    must: 'what was said before `Log off` leaves before CLOSE',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      const lines = Array.from({ length: 100 }, (_, n) => `line ${String(n)}`);
      for (const line of [...lines, 'End chat', 'Log off']) scene.program.type(line);
      for (const line of lines) {
        const { text } = await link.hears('CHAT');
        must(text === line, `CHAT "${line}"`, `"${text}"`);
      }
      await link.hears('END_REQUEST');
      await closes(link, 0);
    },
  },
  {
    name: 'close-lingers',
    section: '4.9',
    must: "after CLOSE the client reads on until the server's FIN, so that no RST wipes out its CLOSE",
    async play(scene) {
      const link = await scene.logOn();
      link.hold();
      scene.program.type('Log off');
      await closes(link, 0);
      for (let n = 0; n < 5; n++) {
        link.say({ type: 'UNREACHABLE', id: BOB });
        await pause(20);
      }
      must(!link.reset, 'that the client still reads', 'RST');
      link.end();
    },
  },
  {
    name: 'input-ends',
    section: '5.0',
    must: 'at the end of its input the client logs off with CLOSE(0) and exits with 0',
    async play(scene) {
      const link = await scene.logOn();
      scene.program.endInput();
      await closes(link, 0);
      const how = await scene.program.leaves(scene.patience);
      must(how === 'exit code 0', 'exit code 0', how);
    },
  },
  {
    name: 'quit',
    section: '5.0',
    must: '`Quit` logs off with CLOSE(0) and ends the program',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      scene.program.type('quit');
      await closes(link, 0);
      await scene.program.leaves(scene.patience);
    },
  },
  {
    name: 'close-reasons',
    section: '5.5',
    must: "the server's CLOSE is not answered, whatever its reason; the user is told, and can log on anew",
    async play(scene) {
      for (const reason of REASONS) {
        const link = await scene.logOn();
        const what = `CLOSE(${String(reason)})`;
        const end = (): void => {
          link.say({ type: 'CLOSE', reason });
          link.end();
        };
        if (reason !== 1) {
          await follows(scene, link, end, what);
          continue;
        }
        // Clean 0 and 1 have no text of their own.
        end();
        await link.ends();
        await pause(50);
      }
      await scene.logOn();
    },
  },
  {
    name: 'close-in-chat',
    section: '2.6',
    must: 'CLOSE in a chat shows `Chat ended` before anything else',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      // What else is shown of the beginning of a chat has been shown.
      await scene.comesThrough(link, SESSION);
      const mark = scene.program.mark();
      link.say({ type: 'CLOSE', reason: 3 });
      link.end();
      await scene.program.shows('Chat ended');
      const [first = ''] = scene.program.since(mark);
      must(first === 'Chat ended', '"Chat ended" as the first line', `"${first}"`);
      await scene.program.tells('that the server has shut down');
    },
  },
  {
    name: 'behind-close',
    section: '2.6',
    must: 'nothing behind CLOSE is looked at, be it in its record or in later ones',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      const chat = { type: 'CHAT', session: SESSION, text: 'behind it' } as const;
      link.say({ type: 'CLOSE', reason: 3 }, chat);
      link.say(chat);
      link.plain(plaintext([message(0x7e)]));
      await scene.program.shows('Chat ended');
      await link.ends();
      must(link.said.length === 2, 'no answer', link.said.at(-1)?.type ?? '');
      await scene.logOn();
      const shown = scene.program.lines.some(({ text }) => text.includes('behind it'));
      must(!shown, 'nothing shown of what stood behind CLOSE', 'it');
    },
  },
  {
    name: 'no-reconnect-elsewhere',
    section: '3.10',
    must: 'a client whose user has logged on from elsewhere does not log on by itself',
    async play(scene) {
      const link = await scene.logOn();
      await follows(
        scene,
        link,
        () => {
          link.say({ type: 'CLOSE', reason: 2 });
          link.end();
        },
        'CLOSE(2)',
      );
      const before = scene.server.received.length;
      // A first try would come within a second (4.10).
      await pause(1_200);
      await scene.server.caughtUp();
      must(scene.server.received.length === before, 'no datagram', 'a HELLO that nobody asked for');
      await scene.logOn();
    },
  },
  {
    name: 'lost',
    section: '2.6',
    must: 'FIN without CLOSE is told to the user, in a chat after `Chat ended`, and the next `Log on` begins anew',
    async play(scene) {
      await follows(scene, await scene.logOn(), () => scene.server.accepted.at(-1)?.end(), 'FIN');
      const link = await scene.chatting(SESSION);
      scene.program.mark();
      link.end();
      await scene.program.shows('Chat ended');
      await scene.program.tells('that the connection was lost');
      await link.ends();
      await scene.logOn();
    },
  },
  {
    name: 'cut-in-chat',
    section: '6.1',
    must: 'when a record that does not verify cuts the connection, `Chat ended` follows `Chat started`',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      const mark = scene.program.mark();
      await scene.isCut(link, 'rubbish', () => link.bytes(Buffer.concat([uint(2, 80), Buffer.alloc(80, 9)])));
      await scene.logOn();
      const ended = scene.program.since(mark).filter((line) => line === 'Chat ended').length;
      must(ended === 1, '"Chat ended" once', `it ${String(ended)} times`);
    },
  },
  {
    name: 'log-on-twice',
    section: '0.2',
    must: '`Log on` while connected shows `Connected` and sends nothing',
    async play(scene) {
      const link = await scene.logOn();
      const before = scene.server.received.length;
      scene.program.type('Log on');
      await scene.program.shows('Connected');
      await scene.isConnected(link);
      await scene.server.caughtUp();
      must(scene.server.received.length === before, 'no datagram', 'another HELLO');
    },
  },
  {
    name: 'keepalive-unanswered',
    section: '4.2',
    must: 'KEEPALIVE is not answered and not shown',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      const [mark, said, keepalives] = [scene.program.mark(), link.said.length, link.keepalives];
      for (let n = 0; n < KEEPALIVES; n++) {
        link.say({ type: 'KEEPALIVE' });
        await scene.comesThrough(link, SESSION, `after ${String(n)}`);
      }
      // Other lines may be shown, and a KEEPALIVE may be due: not as many as have come.
      const lines = scene.program.since(mark).filter((line) => !/after \d/.test(line));
      must(lines.length < KEEPALIVES, 'no line for a KEEPALIVE', `"${lines[0] ?? ''}"`);
      scene.program.type('a text');
      await link.hears('CHAT');
      must(link.said.length === said + 1, 'the text alone', link.said.slice(said).map(inWords).join(', '));
      const answers = link.keepalives - keepalives;
      must(answers < KEEPALIVES, `fewer KEEPALIVEs than the ${String(KEEPALIVES)} that came`, String(answers));
    },
  },
  {
    name: 'keepalive-sent',
    section: '4.2',
    must: 'KEEPALIVE is sent when nothing has been written for 15 s, or earlier',
    needs: 'slow',
    async play(scene) {
      // In a chat no activity timer ends the connection, however short it is.
      const link = await scene.chatting(SESSION);
      const [start, before] = [performance.now(), link.records.length];
      while (link.records.length === before && performance.now() - start < KEEPALIVE_MS + 2_000) await pause(50);
      must(link.records.length > before, 'a record within 17 s', 'none');
    },
  },
  {
    name: 'dead',
    section: '4.2',
    must: 'a server from which nothing has come for 45 s is given up as lost',
    needs: 'slow',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      scene.program.mark();
      const start = performance.now();
      await scene.program.shows('Chat ended', DEAD_MS + 5_000);
      await scene.program.tells('that the connection was lost');
      mustTake('the end of the connection', DEAD_MS, performance.now() - start, 1);
      await link.ends();
      await scene.logOn();
    },
  },
  {
    name: 'attempt-after-loss',
    section: '3.3',
    must: 'the log-on after a lost connection has a new attempt-ID',
    async play(scene) {
      const first = await scene.hello();
      const link = await scene.admitted(first);
      await follows(scene, link, () => link.end(), 'FIN');
      const { bytes } = await scene.hello();
      must(bytes[5] === HELLO && !alike(attemptOf(bytes), attemptOf(first.bytes)), 'a new attempt-ID', 'the old one');
    },
  },
];
