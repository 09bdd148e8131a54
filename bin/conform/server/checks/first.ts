/** The first check of all: whoever fails it has a wrong key, and no other check would say which (protocol 2.4, 9.4). */
import { Unexpected } from '../../check';
import type { Peer } from '../peer';
import type { ServerCheck } from './kind';

/** By this name others know that they need not be played. */
export const CONNECTED = 'connected';

/** What to compare, by how far the server got; the bytes of each step are in 9.4. */
const HINTS = {
  silent:
    'the server has not opened record 0: compare the lookup tag, S_c2s[0], key, iv and nonce with steps 6 and 7 of 9.4',
  unreadable:
    'its record 0 does not open: compare S_s2c[0], which needs both prefaces, key, iv and nonce with step 8 of 9.4',
} as const;

/** @throws Unexpected with a hint what to compare */
async function connects(peer: Peer): Promise<void> {
  try {
    await peer.connect();
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    const hint = peer.raw.length === 0 ? HINTS.silent : HINTS.unreadable;
    throw new Unexpected(error.expected, `${error.seen}; ${hint}`);
  }
}

export const FIRST: readonly ServerCheck[] = [
  {
    name: CONNECTED,
    section: '9.4',
    must: 'a right CONNECT brings CONNECTED',
    async play(scene) {
      await connects(await scene.authenticated());
    },
  },
];
