/** Chats: beginning, races, texts (protocol 1.3, 4.5 to 4.7). */
import type { TcpMessage } from '../../../../machines/messages';
import { expectReply, expectStarted, must } from '../expect';
import { chat } from '../scene';
import { allWords, words } from '../words';
import { each, type Rows, type ServerCheck } from './kind';
import { quiet, said, unreachable } from './moves';

/** A record of the smallest size. */
const SMALLEST_BYTES = 82;

const BEGINNING: readonly ServerCheck[] = [
  {
    name: 'chat-started',
    section: '4.5',
    must: 'CHAT_REQUEST for somebody who is free brings CHAT_STARTED with one session-ID and the other Client-ID to both, once',
    async play(scene) {
      const { a, b } = await scene.pair();
      await quiet(a, b);
    },
  },
  {
    name: 'session-grows',
    section: '1.3',
    must: 'session-IDs grow, whoever chats',
    async play(scene) {
      const [a, b, c] = [await scene.online(0), await scene.online(1), await scene.online(2)];
      let last = 0;
      for (const [caller, called] of [
        [a, b],
        [c, a],
        [b, c],
        [a, b],
      ] as const) {
        const session = await chat(caller, called);
        must(session > last, `a session-ID above ${String(last)}`, String(session));
        last = session;
        await caller.say({ type: 'END_REQUEST', session });
        await expectReply(called, { type: 'END_NOTIF', session });
      }
    },
  },
  {
    name: 'unreachable-unknown',
    section: '4.5',
    must: 'CHAT_REQUEST for a client that is unknown brings UNREACHABLE with its ID',
    play: async (scene) => unreachable(await scene.online(), scene.unknown()),
  },
  {
    name: 'unreachable-off-line',
    section: '4.5',
    must: 'CHAT_REQUEST for a client that is off line brings UNREACHABLE with its ID',
    async play(scene) {
      await scene.offline(1);
      await unreachable(await scene.online(), scene.id(1));
    },
  },
  {
    name: 'unreachable-oneself',
    section: '4.5',
    must: 'CHAT_REQUEST for oneself brings UNREACHABLE',
    play: async (scene) => unreachable(await scene.online(), scene.id(0)),
  },
  {
    name: 'unreachable-engaged',
    section: '4.5',
    must: 'CHAT_REQUEST for a client in a chat brings UNREACHABLE, and the two who chat notice nothing',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const c = await scene.online(2);
      await unreachable(c, a.id);
      await unreachable(c, b.id);
      await said(a, b, session, 'undisturbed');
      await quiet(a, b, c);
    },
  },
  {
    name: 'unreachable-alike',
    section: '4.5',
    must: 'UNREACHABLE for who is unknown, off line, engaged, or oneself looks the same: one size, nothing beside it',
    async play(scene) {
      const { b } = await scene.pair(1, 2);
      const a = await scene.online();
      // With three keys nobody is left to be off line; unreachable-off-line looks at that.
      const off = scene.people.length > 3 ? [scene.id(3)] : [];
      let first: number | undefined;
      for (const id of [scene.unknown(), ...off, b.id, a.id]) {
        const [already, keepalives] = [a.raw.length, a.keepalives];
        await unreachable(a, id);
        const size = Buffer.concat(a.raw.slice(already)).length;
        first ??= size;
        // KEEPALIVE may come at any time, in a record of its own.
        const beside = (size - first) / SMALLEST_BYTES;
        const alike = Number.isInteger(beside) && beside >= 0 && beside <= a.keepalives - keepalives;
        must(alike, `${String(first)} bytes for ${id}, as for who is unknown`, `${String(size)} bytes`);
      }
      await quiet(a);
    },
  },
  {
    name: 'request-in-chat',
    section: '4.5',
    must: 'CHAT_REQUEST from somebody in a chat is dropped, and changes nothing (R3)',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      await a.say(
        { type: 'CHAT_REQUEST', id: scene.id(2) },
        { type: 'CHAT_REQUEST', id: b.id },
        { type: 'CHAT_REQUEST', id: scene.unknown() },
      );
      await quiet(a, b);
      await said(a, b, session, 'still');
    },
  },
];

const RACES: readonly ServerCheck[] = [
  {
    name: 'requests-cross',
    section: '4.6',
    must: 'two who ask for each other at once get one session, and CHAT_STARTED once each (R1)',
    async play(scene) {
      const [a, b] = [await scene.online(0), await scene.online(1)];
      await Promise.all([a.say({ type: 'CHAT_REQUEST', id: b.id }), b.say({ type: 'CHAT_REQUEST', id: a.id })]);
      const sessions = [await expectStarted(a, b.id), await expectStarted(b, a.id)];
      must(sessions[0] === sessions[1], 'one session', `sessions ${sessions.join(' and ')}`);
      await quiet(a, b);
    },
  },
  {
    name: 'requests-meet',
    section: '4.6',
    must: 'of two who ask for a third at once one gets the chat, and the other UNREACHABLE (R2)',
    async play(scene) {
      const [a, b, c] = [await scene.online(0), await scene.online(1), await scene.online(2)];
      await Promise.all([a, b].map((peer) => peer.say({ type: 'CHAT_REQUEST', id: c.id })));
      const answers = [await a.reply('an answer'), await b.reply('an answer')];
      const names = answers.map(({ type }) => type).sort();
      must(
        names.join() === 'CHAT_STARTED,UNREACHABLE',
        'CHAT_STARTED at one, UNREACHABLE at the other',
        allWords(answers),
      );
      await expectReply(c, { type: 'CHAT_STARTED' });
      await quiet(a, b, c);
    },
  },
  {
    name: 'request-overtaken',
    section: '4.6',
    must: 'a request of somebody who has been called meanwhile is dropped; after the end of that chat the next is answered (R3, R4)',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      // It was on its way when CHAT_STARTED came, as far as the server can know.
      await b.say({ type: 'CHAT_REQUEST', id: scene.unknown() });
      await quiet(b);
      await a.say({ type: 'END_REQUEST', session });
      await expectReply(b, { type: 'END_NOTIF', session });
      await unreachable(b, scene.unknown());
    },
  },
  {
    name: 'text-after-end',
    section: '4.6',
    must: 'a text that comes after the END_REQUEST of the other is stale, and goes nowhere (R8)',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      await b.say({ type: 'END_REQUEST', session });
      await expectReply(a, { type: 'END_NOTIF', session });
      await a.say({ type: 'CHAT', session, text: 'late' });
      await quiet(a, b);
    },
  },
  {
    name: 'called-after-end',
    section: '4.6',
    must: 'CHAT_STARTED is queued to both before anything else of the session, also if END_REQUEST and CHAT_REQUEST come in one record',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      await a.say({ type: 'END_REQUEST', session }, { type: 'CHAT_REQUEST', id: b.id });
      const next = await expectStarted(a, b.id);
      await expectReply(b, { type: 'END_NOTIF', session });
      await expectReply(b, { type: 'CHAT_STARTED', session: next, id: a.id });
      await said(b, a, next, 'hello again');
    },
  },
];

const TEXTS_UNCHANGED: Rows<string> = [
  ['text-relayed', 'a text is relayed unchanged', 'hello'],
  ['text-largest', 'a text of 4096 bytes, of characters of four bytes, is relayed', '\u{1f600}'.repeat(1_024)],
  [
    'text-bidirectional',
    'characters that reorder or break a line are legal and relayed unchanged',
    '\u202eabc\u2028\u200e\u061c',
  ],
  ['text-byte-order-mark', 'a text that begins with U+FEFF is relayed unchanged', '\ufeffmark first'],
  ['text-not-normalised', 'a text is not normalised', 'e\u0301 \u00e9 \u0344 \u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
  ['text-not-trimmed', 'blanks at both ends of a text stay', '  three blanks   '],
];
const TEXTS: readonly ServerCheck[] = [
  ...each('1.3', TEXTS_UNCHANGED, async (scene, text) => {
    const { a, b, session } = await scene.pair();
    await said(a, b, session, text);
    await said(b, a, session, text);
    await quiet(a, b);
  }),
  {
    name: 'texts-in-order',
    section: '4.8',
    must: 'texts come in the order in which they were sent, none is lost, none comes twice or to who has sent it',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const texts = Array.from({ length: 15 }, (_, n) => String(n));
      await Promise.all(
        [a, b].map((peer) =>
          peer.say(...texts.map((text): TcpMessage => ({ type: 'CHAT', session, text: `${peer.id} ${text}` }))),
        ),
      );
      for (const text of texts) await expectReply(b, { type: 'CHAT', session, text: `${a.id} ${text}` });
      for (const text of texts) await expectReply(a, { type: 'CHAT', session, text: `${b.id} ${text}` });
      await quiet(a, b);
    },
  },
  {
    name: 'text-of-no-chat',
    section: '1.8',
    must: 'a CHAT of somebody who is in no chat is ignored',
    async play(scene) {
      const [a, b] = [await scene.online(0), await scene.online(1)];
      await a.say({ type: 'CHAT', session: 1, text: 'to nobody' });
      await quiet(a, b);
    },
  },
  {
    name: 'text-stale',
    section: '4.7',
    must: 'a CHAT with an old or a future session-ID is ignored: not delivered, not stored',
    async play(scene) {
      const { a, b, session: old } = await scene.pair();
      await a.say({ type: 'END_REQUEST', session: old });
      await expectReply(b, { type: 'END_NOTIF', session: old });
      const session = await chat(a, b);
      const text = `stale ${String(session)}`;
      for (const wrong of [old, session + 1, 0xffff_ffff]) await a.say({ type: 'CHAT', session: wrong, text });
      await quiet(a, b);
      await b.say({ type: 'HISTORY_REQ', id: a.id });
      for (
        let message = await b.reply('HISTORY_END');
        message.type !== 'HISTORY_END';
        message = await b.reply('HISTORY_END')
      ) {
        must(
          !('text' in message) || message.text !== text,
          'a history without texts that were ignored',
          words(message),
        );
      }
    },
  },
  {
    name: 'text-foreign',
    section: '4.7',
    must: 'a CHAT or END_REQUEST with the session-ID of other people is ignored: that session lives',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const c = await scene.online(2);
      await c.say({ type: 'CHAT', session, text: 'psst' }, { type: 'END_REQUEST', session });
      await quiet(c, a, b);
      await said(a, b, session, 'undisturbed');
    },
  },
];

export const CHATS: readonly ServerCheck[] = [...BEGINNING, ...RACES, ...TEXTS];
