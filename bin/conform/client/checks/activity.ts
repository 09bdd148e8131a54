/** The activity timer (protocol 4.4), of a client whose T_ACTIVITY is known and short. */
import { must, mustTake, pause, type ClientCheck } from '../judge';
import type { Link } from '../link';
import { BOB, CAROL, type Scene } from '../scene';

const SESSION = 7;
/** What the client may take longer than its timer. */
const MORE_MS = 5_000;

/** An honest server is not silent for so long that it seems dead, however long T_ACTIVITY is. */
const KEEPALIVE_MS = 15_000;
async function alive<T>(link: Link, waiting: Promise<T>): Promise<T> {
  const timer = setInterval(() => !link.ended && link.say({ type: 'KEEPALIVE' }), KEEPALIVE_MS);
  try {
    return await waiting;
  } finally {
    clearInterval(timer);
  }
}
/** It logs off by itself, a whole T_ACTIVITY after this moment. */
async function logsOff(scene: Scene, link: Link, since: number): Promise<void> {
  const how = await alive(link, link.ends('CLOSE(1)', scene.activity + MORE_MS));
  const { reason } = await link.hears('CLOSE');
  must(reason === 1, 'CLOSE(1)', `CLOSE(${String(reason)})`);
  must(how === 'FIN', 'FIN after CLOSE(1)', how);
  mustTake('the end of the connection', scene.activity, performance.now() - since, 1);
}
/** Part of T_ACTIVITY, in which nothing ends. */
async function passes(scene: Scene, link: Link, part: number): Promise<void> {
  await alive(link, pause(scene.activity * part));
  must(!link.ended, 'the connection to go on', link.said.at(-1)?.type ?? 'its end');
}
const check = (name: string, must: string, play: (scene: Scene, link: Link) => Promise<void>): ClientCheck => ({
  name,
  section: '4.4',
  must,
  needs: 'activity',
  play: async (scene) => play(scene, await scene.logOn()),
});

export const activityChecks: readonly ClientCheck[] = [
  check(
    'activity-idle',
    'T_ACTIVITY after the log-on the client sends CLOSE(1), and is Offline',
    async (scene, link) => {
      await logsOff(scene, link, performance.now());
      await scene.logOn();
    },
  ),
  check('activity-waiting', 'a request without an answer does not keep the connection', async (scene, link) => {
    scene.program.type(`Chat ${BOB}`);
    await link.hears('CHAT_REQUEST');
    await logsOff(scene, link, performance.now());
  }),
  check('activity-chat', 'in a chat the timer never ends; after it, it starts anew', async (scene, link) => {
    await scene.chat(link, SESSION);
    await passes(scene, link, 2.5);
    await scene.comesThrough(link, SESSION);
    link.say({ type: 'END_NOTIF', session: SESSION });
    await scene.program.shows('Chat ended');
    await logsOff(scene, link, performance.now());
  }),
  check('activity-chat-asked', '`Chat` restarts the timer, UNREACHABLE does not', async (scene, link) => {
    await passes(scene, link, 0.6);
    scene.program.type(`Chat ${BOB}`);
    await link.hears('CHAT_REQUEST');
    const start = performance.now();
    await passes(scene, link, 0.6);
    link.say({ type: 'UNREACHABLE', id: BOB });
    await logsOff(scene, link, start);
  }),
  check('activity-history-asked', '`History` restarts the timer', async (scene, link) => {
    await passes(scene, link, 0.6);
    scene.program.type(`History ${BOB}`);
    await link.hears('HISTORY_REQ');
    const start = performance.now();
    link.say({ type: 'HISTORY_END', id: BOB, status: 0, count: 0 });
    await passes(scene, link, 0.6);
    await logsOff(scene, link, start);
  }),
  check(
    'activity-network',
    'what comes from the network, and refused commands, do not restart it',
    async (scene, link) => {
      const start = performance.now();
      await passes(scene, link, 0.6);
      link.say({ type: 'KEEPALIVE' }, { type: 'UNREACHABLE', id: CAROL }, { type: 'END_NOTIF', session: SESSION });
      for (const line of ['a text', 'End chat', 'Log on']) scene.program.type(line);
      await logsOff(scene, link, start);
    },
  ),
];
