/** RETRY: a server without room asks for a proof of the address (protocol 3.6, 3.8). */
import { random } from '../candidate';
import { must, same, type ClientCheck } from '../judge';
import { HELLO, retryFor } from '../scene';

export const retryChecks: readonly ClientCheck[] = [
  {
    name: 'retry-answered',
    section: '3.6',
    must: 'RETRY is answered by the same HELLO with the token behind it, and TH is made without the token',
    async play(scene) {
      const hello = await scene.hello();
      const token = random(16);
      scene.answer(hello, retryFor(hello.bytes, token));
      const again = await scene.datagram(HELLO, 'HELLO with the token of RETRY', token);
      same('HELLO with the token of RETRY', Buffer.concat([hello.bytes, token]), again.bytes);
      await scene.accepted(hello, await scene.challenged(hello));
    },
  },
  {
    name: 'retry-hundred',
    section: '3.8',
    must: 'a hundred RETRYs make no loop (twenty HELLOs at most), and the log-on goes on',
    async play(scene) {
      const hello = await scene.hello();
      scene.answer(hello, ...Array.from({ length: 100 }, () => retryFor(hello.bytes, random(16))));
      const candidate = await scene.challenged(hello);
      await scene.accepted(hello, candidate);
      await scene.server.caughtUp();
      const hellos = scene.server.received.filter(({ bytes }) => bytes[5] === HELLO).length;
      must(hellos <= 20, 'twenty HELLOs at most', `${String(hellos)} of them`);
    },
  },
];
