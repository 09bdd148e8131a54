/** How chats and connections end (protocol 4.6, 4.7, 4.9), and who is told. */
import type { TcpMessage } from '../../../../machines/messages';
import { expectReply, must, type Wanted } from '../expect';
import { before, chat, type Pair, type Scene } from '../scene';
import { allWords } from '../words';
import { each, type Rows, type ServerCheck } from './kind';
import { quiet, said } from './moves';

const WHY = { ended: 0, loggedOff: 1, lost: 2 } as const;

const ENDS: readonly ServerCheck[] = [
  {
    name: 'end-request',
    section: '4.7',
    must: 'END_REQUEST brings END_NOTIF to the other client only; both are free then',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      await a.say({ type: 'END_REQUEST', session });
      await expectReply(b, { type: 'END_NOTIF', session });
      await quiet(a, b);
      await chat(b, a);
    },
  },
  {
    name: 'end-twice',
    section: '4.7',
    must: 'a second END_REQUEST is stale and ignored: one END_NOTIF',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      await a.say({ type: 'END_REQUEST', session }, { type: 'END_REQUEST', session });
      await expectReply(b, { type: 'END_NOTIF', session });
      await quiet(a, b);
    },
  },
  {
    name: 'end-by-both',
    section: '4.6',
    must: 'of two who end a chat at once one gets END_NOTIF, and the other END_REQUEST is stale (R6)',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      await Promise.all([a, b].map((peer) => peer.say({ type: 'END_REQUEST', session })));
      const told = [...(await before(a)), ...(await before(b))];
      must(told.length === 1 && told[0]?.type === 'END_NOTIF', 'END_NOTIF at one of the two', allWords(told));
      await chat(b, a);
    },
  },
  {
    name: 'end-stale',
    section: '4.7',
    must: 'END_REQUEST with an old or a future session-ID is ignored',
    async play(scene) {
      const { a, b, session: old } = await scene.pair();
      await a.say({ type: 'END_REQUEST', session: old });
      await expectReply(b, { type: 'END_NOTIF', session: old });
      const session = await chat(a, b);
      await a.say({ type: 'END_REQUEST', session: old }, { type: 'END_REQUEST', session: session + 1 });
      await quiet(a, b);
      await said(b, a, session, 'still');
    },
  },
];

type Leave = (pair: Pair, scene: Scene) => unknown;
const PARTINGS: Rows<readonly [Leave, why: number]> = [
  [
    'partner-logs-off',
    'CLOSE(0) in a chat: END_NOTIF with why 1 to the partner',
    [({ a }) => a.say({ type: 'CLOSE', reason: 0 }), WHY.loggedOff],
  ],
  [
    'partner-idle',
    'CLOSE(1) in a chat: END_NOTIF with why 1 to the partner',
    [({ a }) => a.say({ type: 'CLOSE', reason: 1 }), WHY.loggedOff],
  ],
  [
    'partner-fin',
    'FIN without CLOSE in a chat: END_NOTIF with why 2 to the partner',
    [({ a }) => a.tcp?.finish(), WHY.lost],
  ],
  ['partner-rst', 'RST in a chat: END_NOTIF with why 2 to the partner', [({ a }) => a.tcp?.reset(), WHY.lost]],
  [
    'partner-faulty',
    'CLOSE(4) of a client in a chat: END_NOTIF with why 2 to the partner',
    [({ a }) => a.say({ type: 'CLOSE', reason: 4 }), WHY.lost],
  ],
  ['partner-elsewhere', 'a partner that is taken over: END_NOTIF with why 2', [(_, scene) => scene.online(), WHY.lost]],
  [
    'partner-ends',
    'END_REQUEST: END_NOTIF with why 0',
    [({ a, session }) => a.say({ type: 'END_REQUEST', session }), WHY.ended],
  ],
];
const PARTED: readonly ServerCheck[] = [
  ...each('4.7', PARTINGS, async (scene, [leave, why]) => {
    const pair = await scene.pair();
    await leave(pair, scene);
    const { b, session } = pair;
    await expectReply(b, { type: 'END_NOTIF', session, why });
    await quiet(b);
    // Who was left is free.
    await chat(await scene.online(2), b);
  }),
  {
    name: 'close-answered',
    section: '4.9',
    must: 'CLOSE is not answered: the server ends its side',
    async play(scene) {
      const peer = await scene.online();
      await peer.say({ type: 'CLOSE', reason: 0 });
      must((await peer.over()) === 'FIN', 'FIN', 'RST');
      const came = peer.replies.items.filter(({ type }) => type !== 'KEEPALIVE');
      must(came.length === 0, 'nothing before FIN', allWords(came));
    },
  },
  {
    name: 'log-on-again',
    section: '3.10',
    must: 'who has logged off can log on again at once, and chat',
    async play(scene) {
      await scene.offline(0);
      await scene.offline(0);
      await scene.pair();
    },
  },
  {
    name: 'burst-answered',
    section: '4.3',
    must: 'a burst of 60 messages is answered in order, and others are served meanwhile',
    async play(scene) {
      const { a, b, session } = await scene.pair(0, 1);
      const c = await scene.online(2);
      const ids = Array.from({ length: 60 }, () => scene.unknown());
      await c.say(...ids.map((id): TcpMessage => ({ type: 'CHAT_REQUEST', id })));
      await said(a, b, session, 'meanwhile');
      const wanted = ids.map((id): Wanted => ({ type: 'UNREACHABLE', id }));
      for (const one of wanted) await expectReply(c, one);
    },
  },
];

export const ENDINGS: readonly ServerCheck[] = [...ENDS, ...PARTED];
