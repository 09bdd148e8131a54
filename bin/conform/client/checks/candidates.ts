/** Several CHALLENGEs in one attempt: copies that were altered on the way, and a forged one before the genuine one (protocol 3.2, 3.8). */
import { must, same, type ClientCheck } from '../judge';
import { HELLO, RESPONSE } from '../scene';
import { longer } from './forged';

export const candidateChecks: readonly ClientCheck[] = [
  {
    name: 'challenge-altered',
    section: '3.8',
    must: 'an altered copy of CHALLENGE (same rand, one more extension) does not take its place; the rand is answered once',
    optional: true,
    async play(scene) {
      const hello = await scene.hello();
      const genuine = scene.candidate(hello);
      scene.answer(hello, longer(genuine.challenge, Buffer.from([0x20, 0])), genuine.challenge);
      await scene.datagram(RESPONSE, 'RESPONSE', genuine.rand);
      await scene.accepted(hello, genuine);
      await scene.server.caughtUp();
      const responses = scene.server.received.filter(({ bytes }) => bytes[5] === RESPONSE).length;
      must(responses === 1, 'one RESPONSE to the rand of both', `${String(responses)} of them`);
    },
  },
  {
    name: 'challenge-altered-often',
    section: '3.8',
    must: 'fifty altered copies of CHALLENGE, all different, do not take its place',
    optional: true,
    async play(scene) {
      const hello = await scene.hello();
      const genuine = scene.candidate(hello);
      const copies = Array.from({ length: 50 }, (_, n) => longer(genuine.challenge, Buffer.from([0x20, 1, n])));
      scene.answer(hello, ...copies, genuine.challenge);
      await scene.datagram(RESPONSE, 'RESPONSE', genuine.rand);
      await scene.accepted(hello, genuine);
    },
  },
  {
    name: 'challenge-asked-again',
    section: '3.2',
    must: 'after a forged CHALLENGE HELLO is repeated too, the same bytes, until AUTH_SUCCESS comes',
    optional: true,
    async play(scene) {
      const hello = await scene.hello();
      const forged = scene.candidate(hello);
      scene.answer(hello, forged.challenge);
      await scene.datagram(RESPONSE, 'RESPONSE to a forged CHALLENGE', forged.rand);
      const again = await scene.datagram(HELLO, 'HELLO again');
      same('the same HELLO again', hello.bytes, again.bytes);
      const genuine = scene.candidate(again);
      scene.answer(again, genuine.challenge);
      await scene.datagram(RESPONSE, 'RESPONSE to the genuine CHALLENGE', genuine.rand);
      await scene.accepted(again, genuine);
    },
  },
];
