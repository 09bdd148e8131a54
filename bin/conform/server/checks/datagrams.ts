/** Datagrams that are not exactly right, and versions (protocol 1.3, 1.4, 1.7, 1.8, 3.5): a server is silent, or skips what it may. */
import { encodeDatagram, withToken } from '../../../../transport/wire/datagrams';
import { chance, hex, withBytes } from '../../bytes';
import { expectHeader, expectSame, must } from '../expect';
import type { Scene } from '../scene';
import { datagramWords } from '../words';
import { each, type Rows, type ServerCheck } from './kind';

const [TYPE_AT, LENGTH_AT, VERSIONS_AT, ID_AT] = [5, 6, 24, 26];

/** Makes datagrams of a good HELLO for a Client-ID. */
type Spoil = (hello: () => Buffer, id: string) => readonly Uint8Array[];

/** Where the extension block of a HELLO of this client begins. */
const blockAt = (id: string): number => ID_AT + 1 + id.length;
/** The same HELLO filled, or cut, to another size, with the length field to match. */
function ofSize(hello: Buffer, size: number): Buffer {
  const copy = Buffer.concat([hello], size);
  copy.writeUInt16BE(size, LENGTH_AT);
  return copy;
}

const SPOILT: Rows<Spoil> = [
  [
    'datagram-too-short',
    'a datagram of less than 24 bytes is dropped',
    (hello) => [0, 1, 5, 23].map((n) => hello().subarray(0, n)),
  ],
  [
    'hello-127-bytes',
    'a HELLO of 127 bytes is dropped: no answer may be longer than its question',
    (hello) => [ofSize(hello(), 127), hello().subarray(0, 127), hello().subarray(0, 60)],
  ],
  [
    'datagram-too-long',
    'a datagram of more than 512 bytes is dropped',
    (hello) => [ofSize(hello(), 513), chance(2_000)],
  ],
  ['datagram-65507-bytes', 'a datagram of the largest size there is is dropped', () => [chance(65_507)]],
  [
    'datagram-magic',
    'a datagram with another magic is dropped',
    (hello) => [withBytes(hello(), 0, 0x58), withBytes(hello(), 3, 0x54), chance(128)],
  ],
  [
    'datagram-header-version',
    'header versions 0, 2 and 255 are dropped',
    (hello) => [0, 2, 255].map((n) => withBytes(hello(), 4, n)),
  ],
  [
    'datagram-type-unknown',
    'unknown types are dropped',
    (hello) => [0, 7, 0x7f, 0x80, 0xff].map((n) => withBytes(hello(), TYPE_AT, n)),
  ],
  [
    'datagram-type-of-server',
    'the types that only a server sends are dropped',
    (hello) => [2, 4, 5, 6].map((n) => withBytes(hello(), TYPE_AT, n)),
  ],
  [
    'datagram-length-field',
    'a length field that is not the size is dropped',
    (hello) => [127, 129, 0, 0xffff].map((n) => withBytes(hello(), LENGTH_AT, n >> 8, n & 255)),
  ],
  [
    'token-of-other-size',
    'bytes behind a HELLO that are not as many as a token has are dropped',
    (hello) => [1, 15, 17, 32].map((n) => Buffer.concat([hello(), chance(n)])),
  ],
  ['id-length', 'a Client-ID of 0 or 33 bytes is dropped', (hello) => [0, 33].map((n) => withBytes(hello(), ID_AT, n))],
  [
    'id-beyond-end',
    'a Client-ID that reaches beyond the datagram is dropped',
    (hello) => [withBytes(hello(), ID_AT, 255), withBytes(hello(), ID_AT, 102)],
  ],
  [
    'id-characters',
    'a Client-ID that begins with a digit, or holds a blank, a bracket or a byte above 7F is dropped',
    (hello) => [0x31, 0x20, 0x3c, 0xc3].map((n) => withBytes(hello(), ID_AT + 1, n)),
  ],
  [
    'filling-not-zero',
    'filling that is not zero is dropped',
    (hello, id) => [withBytes(hello(), 127, 1), withBytes(hello(), blockAt(id) + 1, 1)],
  ],
  [
    'filling-too-long',
    'filling beyond 128 bytes is dropped',
    (hello) => [129, 160, 512].map((size) => ofSize(hello(), size)),
  ],
  [
    'extension-beyond-end',
    'an extension that reaches beyond its block is dropped',
    (hello, id) => [withBytes(hello(), blockAt(id), 5, 255)],
  ],
  [
    'extension-twice',
    'an extension type that stands twice is dropped',
    (hello, id) => [withBytes(hello(), blockAt(id), 5, 1, 9, 5, 1, 9)],
  ],
  [
    'extension-critical',
    'an unknown critical extension is dropped',
    (hello, id) => [withBytes(hello(), blockAt(id), 0x85, 1, 9), withBytes(hello(), blockAt(id), 0xff, 0)],
  ],
  [
    'version-range-inverted',
    'a range of versions whose lower end is above its upper is dropped',
    (hello) => [withBytes(hello(), VERSIONS_AT, 2, 1)],
  ],
  [
    'version-none-common',
    'without a common version the server stays silent',
    (hello) => [withBytes(hello(), VERSIONS_AT, 2, 9), withBytes(hello(), VERSIONS_AT, 255, 255)],
  ],
];

async function dropped(scene: Scene, spoil: Spoil): Promise<void> {
  await scene.silent(await scene.udp(), ...spoil(() => scene.hello(), scene.id(0)));
}

/** The same of a RESPONSE that is right but for one thing. */
type SpoilResponse = (response: Buffer, id: string) => Buffer;
const RESPONSES: Rows<SpoilResponse> = [
  ['response-127-bytes', 'a RESPONSE of 127 bytes is dropped', (response) => ofSize(response, 127)],
  [
    'response-filling-not-zero',
    'a RESPONSE with filling that is not zero is dropped',
    (response) => withBytes(response, 127, 1),
  ],
  [
    'response-extension-critical',
    'a RESPONSE with an unknown critical extension is dropped',
    (response, id) => withBytes(response, 89 + id.length, 0x85, 0),
  ],
];
async function droppedResponse(scene: Scene, spoil: SpoilResponse): Promise<void> {
  const peer = await scene.challenged();
  await scene.silent(peer.udp, spoil(peer.responseBytes(), peer.id));
  // It was no wrong answer either.
  peer.takeSuccess(await peer.udp.askAgain(peer.responseBytes(), 'AUTH_SUCCESS for the RESPONSE without the fault'));
}

export const DATAGRAMS: readonly ServerCheck[] = [
  ...each('1.8', SPOILT, dropped),
  ...each('1.8', RESPONSES, droppedResponse),
  {
    name: 'version-range-wide',
    section: '1.7',
    must: 'a range of versions that holds 1 brings a CHALLENGE with a version of the range',
    async play(scene) {
      const udp = await scene.udp();
      for (const max of [2, 9, 255]) {
        const attempt = chance(16);
        const answer = await udp.askAgain(withBytes(scene.hello(attempt), VERSIONS_AT, 1, max), 'CHALLENGE');
        expectHeader(answer, 'CHALLENGE', 2, 57, attempt);
        const version = answer[24] ?? 0;
        must(version >= 1 && version <= max, `a version from 1 to ${String(max)}`, String(version));
      }
    },
  },
  {
    name: 'token-of-nobody',
    section: '3.6',
    must: 'a token that the server has not made counts as none: the HELLO before it is answered',
    async play(scene) {
      const peer = await scene.peer();
      await peer.askChallenge();
      const again = await peer.udp.askAgain(withToken(peer.hello, chance(16)), 'CHALLENGE');
      expectSame(again, peer.challenge, 'the CHALLENGE of the HELLO without a token');
    },
  },
  {
    name: 'token-outside-transcript',
    section: '1.4',
    must: 'a token is no part of the HELLO before it: TH is made without it',
    async play(scene) {
      const peer = await scene.peer();
      peer.hello = peer.helloBytes();
      peer.takeChallenge(await peer.udp.askAgain(withToken(peer.hello, chance(16)), 'CHALLENGE'));
      peer.takeSuccess(await peer.udp.askAgain(peer.responseBytes(), 'AUTH_SUCCESS'));
      await peer.connect();
    },
  },
  {
    name: 'version-in-transcript',
    section: '2.4',
    must: 'the range of versions that was offered enters TH, and so every key',
    async play(scene) {
      const peer = await scene.peer();
      await peer.askChallenge(withBytes(peer.helloBytes(), VERSIONS_AT, 1, 7));
      // A server that knows a higher one has chosen that, and we do not know it.
      if (peer.challenge[24] !== 1) return;
      peer.takeSuccess(await peer.udp.askAgain(peer.responseBytes(), 'AUTH_SUCCESS'));
      await peer.connect();
    },
  },
  {
    name: 'hello-grease',
    section: '1.7',
    must: 'an unknown extension that is not critical is skipped, and TH covers it',
    async play(scene) {
      for (const grease of [chance(0), chance(8)]) {
        const peer = await scene.peer();
        const ver = { min: 1, max: 1 };
        await peer.askChallenge(encodeDatagram(peer.attempt, { type: 'HELLO', ver, id: peer.id }, { grease }));
        peer.takeSuccess(await peer.udp.askAgain(peer.responseBytes(), 'AUTH_SUCCESS'));
      }
    },
  },
  {
    name: 'hello-extensions',
    section: '1.7',
    must: 'unknown extensions that are not critical are skipped, whatever their order and length; behind 128 bytes there is no filling',
    async play(scene) {
      const udp = await scene.udp();
      const entry = (type: number, size: number): Buffer =>
        Buffer.concat([Buffer.of(type, size), Buffer.alloc(size, 7)]);
      const blocks = [[entry(0x7e, 3), entry(5, 0)], [entry(0x20, 255), entry(0x21, 60)], [entry(0x3f, 40)]];
      for (const block of blocks) {
        const attempt = chance(16);
        const content = Buffer.concat([scene.hello(attempt).subarray(0, blockAt(scene.id(0))), ...block]);
        const answer = await udp.askAgain(ofSize(content, Math.max(128, content.length)), 'CHALLENGE');
        expectHeader(answer, 'CHALLENGE', 2, 57, attempt);
      }
    },
  },
  {
    name: 'one-short-answer',
    section: '3.5',
    must: 'every datagram has one answer at most, which is not longer than the question',
    async play(scene) {
      const peer = await scene.challenged();
      const wrong = await peer.udp.ask(peer.responseBytes({ res: chance(32) }), 'AUTH_FAIL');
      peer.takeSuccess(await peer.udp.askAgain(peer.responseBytes(), 'AUTH_SUCCESS'));
      await scene.silent(peer.udp);
      const longest = Math.max(peer.challenge.length, wrong.length, peer.success.length);
      must(longest <= 128, 'answers of at most 128 bytes', `one of ${String(longest)}`);
    },
  },
  {
    name: 'unknown-id',
    section: '3.7',
    must: 'a Client-ID that nobody has gets silence, or a decoy that no RESPONSE gets past',
    async play(scene) {
      const udp = await scene.udp();
      const [attempt, id] = [chance(16), scene.unknown()];
      await udp.send(scene.hello(attempt, id));
      const after = chance(16);
      const answer = await udp.askAgain(scene.hello(after), 'CHALLENGE for a HELLO sent afterwards');
      if (hex(answer.subarray(8, 24)) === hex(after)) return;
      expectHeader(answer, 'silence, or CHALLENGE', 2, 57, attempt);
      await udp.inbox.next('CHALLENGE for a HELLO sent afterwards');
      const rand = answer.subarray(25, 57);
      const fail = await udp.ask(encodeDatagram(attempt, { type: 'RESPONSE', id, res: chance(32), rand }), 'AUTH_FAIL');
      must(datagramWords(fail) === 'AUTH_FAIL', 'AUTH_FAIL', datagramWords(fail));
    },
  },
  {
    name: 'id-case',
    section: '1.3',
    must: 'Client-IDs are compared byte by byte: with other capitals it is nobody',
    async play(scene) {
      const id = scene.id(0);
      const other = [...id].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
      const peer = await scene.peer();
      const attempt = chance(16);
      await peer.udp.send(scene.hello(attempt, other));
      const after = chance(16);
      const answer = await peer.udp.askAgain(scene.hello(after), 'CHALLENGE for a HELLO sent afterwards');
      if (hex(answer.subarray(8, 24)) === hex(after)) return;
      // A decoy cannot know what the right answer is.
      await peer.udp.inbox.next('CHALLENGE for a HELLO sent afterwards');
      peer.hello = scene.hello(attempt, other);
      peer.takeChallenge(answer);
      const fail = await peer.udp.ask(peer.responseBytes({ id: other, attempt }), 'AUTH_FAIL');
      must(datagramWords(fail) === 'AUTH_FAIL', `AUTH_FAIL for ${other}`, datagramWords(fail));
    },
  },
];
