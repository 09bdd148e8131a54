/** The first check of all: whoever fails it has a wrong key, and no other check would say which (protocol 2.4, 9.4). */
import { Unexpected } from '../../check';
import type { ClientCheck } from '../judge';
import { RESPONSE } from '../scene';

/** By this name others know that they need not be played. */
export const CONNECTED = 'connected';

/** @throws Unexpected with a hint what to compare */
async function hinted<T>(hint: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw error instanceof Unexpected ? new Unexpected(error.expected, `${error.seen}; ${hint}`) : error;
  }
}

export const firstChecks: readonly ClientCheck[] = [
  {
    name: CONNECTED,
    section: '9.4',
    must: 'a log-on that the server answers rightly brings `Connected`',
    async play(scene) {
      const hello = await scene.hello();
      const candidate = scene.candidate(hello);
      scene.answer(hello, candidate.challenge);
      await hinted(
        'the client has not taken CHALLENGE: compare with steps 1 and 2 of 9.4',
        scene.datagram(RESPONSE, 'RESPONSE'),
      );
      scene.answer(hello, scene.success(candidate));
      const link = await hinted(
        'the client has not taken AUTH_SUCCESS: TH or K_succ is another; compare with steps 3 and 5 of 9.4',
        scene.link(candidate),
      );
      await hinted(
        'what the client sent does not open: compare the lookup tag, S_c2s[0], key, iv and nonce with steps 6 and 7 of 9.4',
        link.hears('CONNECT'),
      );
      link.connected(candidate);
      await hinted(
        'the client has not taken CONNECTED: compare S_s2c[0], which needs both prefaces, key, iv and nonce with step 8 of 9.4',
        scene.program.shows('Connected'),
      );
    },
  },
];
