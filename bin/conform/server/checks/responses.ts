/** RESPONSEs that are not the answer to a CHALLENGE of their attempt, and log-ons that are sent again (protocol 3.4, 3.9, 3.10). */
import { encodeDatagram } from '../../../../transport/wire/datagrams';
import { chance, hex } from '../../bytes';
import { expectAuthFail, expectHeader, expectReply, expectSame, must } from '../expect';
import type { Peer } from '../peer';
import type { Scene } from '../scene';
import { datagramWords } from '../words';
import type { ServerCheck } from './kind';
import { stillGood, unreachable, waited } from './moves';

export const RESPONSES: readonly ServerCheck[] = [
  {
    name: 'response-stray',
    section: '3.4',
    must: 'a RESPONSE whose rand and attempt are unknown brings AUTH_FAIL',
    async play(scene) {
      const udp = await scene.udp();
      for (const id of [scene.id(0), scene.unknown()]) {
        const attempt = chance(16);
        const stray = encodeDatagram(attempt, { type: 'RESPONSE', id, res: chance(32), rand: chance(32) });
        expectAuthFail(await udp.ask(stray, 'AUTH_FAIL'), attempt);
      }
    },
  },
  {
    name: 'response-other-id',
    section: '3.4',
    must: 'a RESPONSE with the rand of an attempt and another Client-ID is dropped (P8)',
    play: (scene) => dropped(scene, (peer) => peer.responseBytes({ id: scene.id(1) })),
  },
  {
    name: 'response-other-attempt',
    section: '3.4',
    must: 'a RESPONSE with the rand of an attempt and another attempt-ID is dropped (P8)',
    play: (scene) => dropped(scene, (peer) => peer.responseBytes({ attempt: chance(16) })),
  },
  {
    name: 'response-other-rand',
    section: '3.4',
    must: 'a RESPONSE with an unknown rand and the attempt-ID of an attempt that is alive is dropped (P8)',
    play: (scene) => dropped(scene, (peer) => peer.responseBytes({ rand: chance(32) })),
  },
  {
    name: 'response-other-address',
    section: '3.9',
    must: 'an answer is sent to where its question came from, also if HELLO came from elsewhere',
    async play(scene) {
      const peer = await scene.challenged();
      const moved = await scene.udp();
      peer.takeSuccess(await moved.askAgain(peer.responseBytes(), 'AUTH_SUCCESS where RESPONSE came from'));
      await scene.silent(peer.udp);
    },
  },
  {
    name: 'wrong-after-right',
    section: '3.4',
    must: 'once an attempt is in Connecting, wrong RESPONSEs change nothing (P22)',
    async play(scene) {
      const peer = await scene.authenticated();
      const wrong = peer.responseBytes({ res: chance(32) });
      await scene.silent(peer.udp, wrong, wrong, wrong);
      expectSame(await peer.udp.askAgain(peer.responseBytes(), 'AUTH_SUCCESS'), peer.success, 'AUTH_SUCCESS');
      await peer.connect();
    },
  },
  {
    name: 'challenge-after-right',
    section: '3.4',
    must: 'once an attempt is in Connecting, the same HELLO still brings the same CHALLENGE, and changes nothing (P22)',
    async play(scene) {
      const peer = await scene.authenticated();
      expectSame(await peer.udp.askAgain(peer.hello, 'CHALLENGE'), peer.challenge, 'CHALLENGE');
      expectSame(await peer.udp.askAgain(peer.responseBytes(), 'AUTH_SUCCESS'), peer.success, 'AUTH_SUCCESS');
      await peer.connect();
    },
  },
  {
    name: 'replay-while-connected',
    section: '3.10',
    must: 'HELLO and RESPONSE of somebody who is connected, sent again by a stranger, are ignored',
    async play(scene) {
      const peer = await scene.authenticated();
      const replay = [peer.hello, peer.responseBytes(), peer.responseBytes({ res: chance(32) })];
      await peer.connect();
      await scene.silent(await scene.udp(), ...replay);
      await unreachable(peer, scene.unknown());
    },
  },
  {
    name: 'replay-after-log-off',
    section: '3.4',
    must: 'a recorded log-on that is sent again later gets a new rand, no AUTH_SUCCESS, and no connection',
    async play(scene) {
      const peer = await scene.authenticated();
      const [response, tcp] = [peer.responseBytes(), await peer.openTcp()];
      const flight = peer.flight();
      await tcp.write(flight);
      await expectReply(peer, { type: 'CONNECTED' });
      await peer.say({ type: 'CLOSE', reason: 0 });
      await tcp.over();
      const udp = await scene.udp();
      const challenge = await udp.askAgain(peer.hello, 'CHALLENGE');
      expectHeader(challenge, 'CHALLENGE', 2, 57, peer.attempt);
      must(hex(challenge) !== hex(peer.challenge), 'a new rand', 'that of the recorded CHALLENGE');
      await scene.silent(udp, response);
      const again = await scene.tcp(peer.tcpPort);
      await again.write(flight);
      await again.over();
      must(again.bytes.length === 0, 'the connection cut without a word', `${String(again.bytes.length)} bytes`);
    },
  },
  {
    name: 'response-expires',
    section: '3.2',
    needs: 'slow',
    must: 'an attempt without RESPONSE ends after T_RESPONSE = 20 s: AUTH_FAIL',
    async play(scene) {
      const peer = await scene.challenged();
      await waited(23_000);
      const answer = await peer.udp.ask(peer.responseBytes(), 'AUTH_FAIL');
      must(datagramWords(answer) === 'AUTH_FAIL', 'AUTH_FAIL', datagramWords(answer));
    },
  },
];

async function dropped(scene: Scene, spoil: (peer: Peer) => Buffer): Promise<void> {
  const peer = await scene.challenged();
  await scene.silent(peer.udp, spoil(peer));
  await stillGood(peer);
}
