/** A second log-on of a client that is connected (protocol 3.10). */
import { expectAll, expectClosed, expectCut, expectReply } from '../expect';
import { before } from '../scene';
import type { ServerCheck } from './kind';

export const TAKE_OVER: readonly ServerCheck[] = [
  {
    name: 'take-over',
    section: '3.10',
    must: 'a valid CONNECT of a newer attempt takes over: CLOSE(2) and FIN to the older connection, CONNECTED to the newer',
    async play(scene) {
      const older = await scene.online();
      const newer = await scene.online();
      await expectClosed(older, 2);
      expectAll(newer.id, await before(newer));
    },
  },
  {
    name: 'take-over-at-connect',
    section: '3.10',
    must: 'HELLO and RESPONSE alone do nothing to a connection of the same client',
    async play(scene) {
      const older = await scene.online();
      await scene.authenticated();
      expectAll(older.id, await before(older));
    },
  },
  {
    name: 'take-over-in-chat',
    section: '3.10',
    must: 'a client that is taken over in a chat: END_NOTIF to its partner, CLOSE(2) to the older, and the newer is in no chat (R12)',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const newer = await scene.online();
      await expectClosed(a, 2);
      await expectReply(b, { type: 'END_NOTIF', session });
      expectAll(newer.id, await before(newer));
      await newer.say({ type: 'CHAT_REQUEST', id: b.id });
      await expectReply(newer, { type: 'CHAT_STARTED', id: b.id });
    },
  },
  {
    name: 'take-over-by-older',
    section: '3.10',
    must: 'an abandoned attempt whose CONNECT comes late cannot push out a newer connection',
    async play(scene) {
      const abandoned = await scene.authenticated();
      const newer = await scene.online();
      const late = await abandoned.openTcp();
      await late.write(abandoned.flight());
      await expectCut(late);
      expectAll(newer.id, await before(newer));
    },
  },
];
