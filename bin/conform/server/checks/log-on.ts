/** The log-on over UDP (protocol 1.4, 2.2 to 2.5, 3.4, 3.9, 3.10): every byte of it, and every answer that is not the right one. */
import { chance, flipped, hex } from '../../bytes';
import { expectAuthFail, expectHeader, expectSame, must } from '../expect';
import type { Peer } from '../peer';
import { encodeDatagram } from '../../../../transport/wire/datagrams';
import { each, type Rows, type ServerCheck } from './kind';
import { stillGood } from './moves';

/** Attempts that are compared with each other: so many equal values are no accident. */
const ATTEMPTS = 8;
const REPETITIONS = 10;

/** AUTH_FAIL for a RESPONSE that is wrong. */
async function refused(peer: Peer, res: Uint8Array): Promise<void> {
  expectAuthFail(await peer.udp.ask(peer.responseBytes({ res }), 'AUTH_FAIL'), peer.attempt);
}
/** These have no value in common with each other. */
function allDiffer(what: string, values: readonly Uint8Array[]): void {
  const distinct = new Set(values.map(hex)).size;
  must(distinct === values.length, `${String(values.length)} different ${what}`, `${String(distinct)} different`);
}

const WRONG: Rows<(right: Buffer) => Buffer> = [
  ['res-first-byte', 'a Res that is wrong in its first byte only brings AUTH_FAIL', (right) => flipped(right, 0, 0xff)],
  ['res-last-byte', 'a Res that is wrong in its last byte only brings AUTH_FAIL', (right) => flipped(right, -1, 0xff)],
  ['res-last-bit', 'a Res that is wrong in one bit only brings AUTH_FAIL', (right) => flipped(right, -1, 1)],
  [
    'res-middle',
    'a Res that is wrong in a byte in its middle only brings AUTH_FAIL',
    (right) => flipped(right, 16, 0x10),
  ],
  ['res-zero', 'a Res of zeros brings AUTH_FAIL', () => Buffer.alloc(32)],
  ['res-random', 'a Res by chance brings AUTH_FAIL', () => chance(32)],
];

const COMPARED: readonly ServerCheck[] = [
  ...each('3.4', WRONG, async (scene, spoil) => {
    const peer = await scene.challenged();
    await refused(peer, spoil(peer.keys.res(peer.handle)));
    await stillGood(peer);
  }),
  {
    name: 'res-of-another-key',
    section: '2.2',
    must: "the Res of another subscriber's key brings AUTH_FAIL",
    async play(scene) {
      const peer = await scene.challenged();
      peer.keys.setSubscriber('other', scene.person(1).key);
      const handle = peer.keys.derive('other', peer.rand);
      await refused(peer, peer.keys.res(handle));
    },
  },
  {
    name: 'res-of-another-rand',
    section: '3.4',
    must: 'the right Res for another rand brings AUTH_FAIL',
    async play(scene) {
      const [peer, other] = [await scene.challenged(), await scene.challenged()];
      await refused(peer, other.keys.res(other.handle));
    },
  },
  {
    name: 'res-wrong-twice',
    section: '3.4',
    must: 'after two wrong RESPONSEs the right one still counts',
    async play(scene) {
      const peer = await scene.challenged();
      for (let n = 0; n < 2; n++) await refused(peer, chance(32));
      await stillGood(peer);
    },
  },
  {
    name: 'res-wrong-copies',
    section: '3.4',
    must: 'copies of a wrong RESPONSE count as one: after ten of them the right one still counts',
    async play(scene) {
      const peer = await scene.challenged();
      const wrong = chance(32);
      for (let n = 0; n < 10; n++) await refused(peer, wrong);
      await stillGood(peer);
    },
  },
  {
    name: 'res-wrong-three-times',
    section: '3.4',
    must: 'three wrong RESPONSEs bring AUTH_FAIL each and close the attempt: the right one brings AUTH_FAIL, too',
    async play(scene) {
      const peer = await scene.challenged();
      for (let n = 0; n < 3; n++) await refused(peer, chance(32));
      await refused(peer, peer.keys.res(peer.handle));
    },
  },
];

const BYTES: readonly ServerCheck[] = [
  {
    name: 'challenge-bytes',
    section: '1.4',
    must: 'CHALLENGE has 57 bytes: header, version 1, 32 bytes rand',
    async play(scene) {
      const peer = await scene.challenged();
      expectHeader(peer.challenge, 'CHALLENGE', 2, 57, peer.attempt);
      must(peer.challenge[24] === 1, 'version 1', String(peer.challenge[24]));
    },
  },
  {
    name: 'challenge-rand-new',
    section: '0.1',
    must: 'every log-on attempt has a rand of its own (C2)',
    async play(scene) {
      const rands: Buffer[] = [];
      for (let n = 0; n < ATTEMPTS; n++) rands.push((await scene.challenged(n % 2)).rand);
      allDiffer('rands', rands);
      // Halves would be guessed twice.
      allDiffer(
        'halves of rands',
        rands.flatMap((rand) => [rand.subarray(0, 16), rand.subarray(16)]),
      );
    },
  },
  {
    name: 'challenge-repeated',
    section: '3.4',
    must: 'the same HELLO brings the same CHALLENGE again',
    async play(scene) {
      const peer = await scene.challenged();
      for (let n = 0; n < REPETITIONS; n++) {
        expectSame(await peer.udp.askAgain(peer.hello, 'CHALLENGE'), peer.challenge, 'CHALLENGE');
      }
    },
  },
  {
    name: 'hello-other-bytes',
    section: '3.4',
    must: 'a HELLO with the same attempt-ID and other bytes is another attempt, and does not spoil the first',
    async play(scene) {
      const peer = await scene.challenged();
      const ver = { min: 1, max: 7 };
      const altered = encodeDatagram(peer.attempt, { type: 'HELLO', ver, id: peer.id });
      const answer = await peer.udp.askAgain(altered, 'CHALLENGE');
      expectHeader(answer, 'CHALLENGE', 2, 57, peer.attempt);
      must(hex(answer.subarray(25)) !== hex(peer.rand), 'another rand', 'the same rand');
      await stillGood(peer);
    },
  },
  {
    name: 'auth-success-bytes',
    section: '1.4',
    must: 'AUTH_SUCCESS has 84 bytes, and verifies under K_succ with its header as associated data (2.5)',
    async play(scene) {
      const peer = await scene.authenticated();
      expectHeader(peer.success, 'AUTH_SUCCESS', 4, 84, peer.attempt);
    },
  },
  {
    name: 'auth-success-repeated',
    section: '2.5',
    must: 'a repeated RESPONSE is answered by the same bytes',
    async play(scene) {
      const peer = await scene.authenticated();
      for (let n = 0; n < REPETITIONS; n++) {
        expectSame(await peer.udp.askAgain(peer.responseBytes(), 'AUTH_SUCCESS'), peer.success, 'AUTH_SUCCESS');
      }
    },
  },
  {
    name: 'auth-success-nonce-new',
    section: '2.5',
    must: 'every AUTH_SUCCESS has a nonce of its own',
    async play(scene) {
      const nonces: Buffer[] = [];
      for (let n = 0; n < ATTEMPTS; n++) nonces.push((await scene.authenticated(n % 2)).success.subarray(24, 36));
      allDiffer('nonces', nonces);
    },
  },
  {
    name: 'cookie-new',
    section: '1.3',
    must: 'every AUTH_SUCCESS has a cookie of its own',
    async play(scene) {
      const cookies: Buffer[] = [];
      for (let n = 0; n < ATTEMPTS; n++) {
        const { keys, handle } = await scene.authenticated(n % 2);
        cookies.push(keys.cookie(handle));
      }
      allDiffer('cookies', cookies);
    },
  },
  {
    name: 'port-same',
    section: '2.7',
    must: 'port_number is the port of the one TCP listener, the same for everybody',
    async play(scene) {
      const ports = [(await scene.authenticated(0)).tcpPort, (await scene.authenticated(1)).tcpPort];
      must(new Set(ports).size === 1, 'one port', ports.join(' and '));
    },
  },
  {
    name: 'auth-fail-bytes',
    section: '1.4',
    must: 'AUTH_FAIL has 24 bytes, the header alone',
    async play(scene) {
      await refused(await scene.challenged(), chance(32));
    },
  },
];

export const LOG_ON: readonly ServerCheck[] = [...BYTES, ...COMPARED];
