/** From accept to CONNECTED (protocol 1.5, 2.4, 2.7, 3.10, 4.1): what is not exactly right is cut without a word. */
import { encodeRecords, recordLengthFault } from '../../../../transport/wire/records';
import { encodeClientPreface } from '../../../../transport/wire/prefaces';
import { framed, messageBytes } from '../../plaintexts';
import { chance, flipped, hex } from '../../bytes';
import { expectAll, expectCut, expectReply, must } from '../expect';
import type { Peer } from '../peer';
import { before, type Scene } from '../scene';
import { allWords } from '../words';
import { each, type Rows, type ServerCheck } from './kind';
import { waited } from './moves';

/** Preface 40, length 2, record 80. */
const FLIGHT_BYTES = 122;
/** Preface 24, length 2, record 80. */
const ANSWER_BYTES = 106;
const CONNECTIONS = 6;

const STRANGERS: Rows<() => Uint8Array> = [
  ['preface-http', 'a request of HTTP is cut', () => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['preface-four-bytes', 'a wrong magic is cut as soon as it is seen, after four bytes', () => Buffer.from('GET ')],
  ['preface-tls', 'a ClientHello of TLS is cut', () => Buffer.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc)],
  ['preface-version', 'another version is cut', () => Buffer.from('SBCT\x02', 'latin1')],
  ['preface-reserved', 'a reserved byte that is not zero is cut', () => Buffer.from('SBCT\x01\x00\x00\x01', 'latin1')],
  ['preface-random', 'random bytes are cut', () => Buffer.concat([Buffer.of(0), chance(20_000)])],
  ['preface-unknown-tag', 'an unknown tag is cut', () => encodeClientPreface({ tag: chance(16), salt: chance(16) })],
];
async function strangerCut(scene: Scene, bytes: () => Uint8Array): Promise<void> {
  const { tcpPort } = await scene.authenticated();
  const tcp = await scene.tcp(tcpPort);
  await tcp.write(bytes());
  await expectCut(tcp);
}

const connectOf = (peer: Peer): Buffer => messageBytes({ type: 'CONNECT', cookie: peer.keys.cookie(peer.handle) });
const FLIGHTS: Rows<(peer: Peer) => Buffer> = [
  [
    'first-chat-request',
    'a first message that is CHAT_REQUEST is cut',
    (peer) => peer.flight({ type: 'CHAT_REQUEST', id: peer.id }),
  ],
  ['first-keepalive', 'a first message that is KEEPALIVE is cut', (peer) => peer.flight({ type: 'KEEPALIVE' })],
  ['first-close', 'a first message that is CLOSE is cut', (peer) => peer.flight({ type: 'CLOSE', reason: 0 })],
  [
    'first-not-alone',
    'an optional message beside CONNECT is cut',
    (peer) => peer.flightOf(framed([connectOf(peer), Buffer.of(0x80)])),
  ],
  [
    'first-two-messages',
    'a second message beside CONNECT is cut',
    (peer) => peer.flightOf(framed([connectOf(peer), Buffer.of(0x40)])),
  ],
  ['first-record-of-144', 'a record 0 with N = 144 is cut', (peer) => peer.flightOf(framed([connectOf(peer)], 1))],
  [
    'first-record-empty',
    'a record 0 that verifies and holds no message is cut',
    (peer) => peer.flightOf(Buffer.alloc(64)),
  ],
  [
    'first-record-filling',
    'a record 0 with filling that is not zero is cut',
    (peer) => peer.flightOf(flipped(framed([connectOf(peer)]), -1)),
  ],
  ['first-record-altered', 'a record 0 with one bit changed is cut', (peer) => flipped(peer.flight(), 60)],
  [
    'first-record-tag-altered',
    'a record 0 whose authentication tag has one bit changed is cut',
    (peer) => flipped(peer.flight(), -1),
  ],
  [
    'first-salt-altered',
    'a client salt with one bit changed makes other keys, and is cut',
    (peer) => flipped(peer.flight(), 39),
  ],
  [
    'cookie-wrong',
    'a CONNECT with another cookie is cut',
    (peer) => peer.flight({ type: 'CONNECT', cookie: chance(16) }),
  ],
  [
    'cookie-last-bit',
    'a CONNECT with a cookie that is wrong in one bit is cut',
    (peer) => peer.flight({ type: 'CONNECT', cookie: flipped(peer.keys.cookie(peer.handle), -1) }),
  ],
  [
    'cookie-zero',
    'a CONNECT with a cookie of zeros is cut',
    (peer) => peer.flight({ type: 'CONNECT', cookie: Buffer.alloc(16) }),
  ],
];
async function flightCut(scene: Scene, flight: (peer: Peer) => Buffer): Promise<void> {
  const peer = await scene.authenticated();
  const tcp = await scene.tcp(peer.tcpPort);
  await tcp.write(flight(peer));
  await expectCut(tcp);
}

const BYTES: readonly ServerCheck[] = [
  {
    name: 'connected-bytes',
    section: '1.5',
    must: 'CONNECT is answered by preface (24 bytes) and a record 0 with N = 80 that holds CONNECTED alone',
    async play(scene) {
      const peer = await scene.online();
      await before(peer);
      const bytes = peer.tcp?.bytes ?? Buffer.alloc(0);
      const head = hex(bytes.subarray(0, 8));
      must(head === '5342435401000000', 'a preface that begins 5342435401000000', head);
      const [first, second] = [bytes.readUInt16BE(24), bytes.readUInt16BE(ANSWER_BYTES)];
      must(first === 80, 'N = 80 at 24', `N = ${String(first)}`);
      // The first of what answers the question of `before`, or of what the server says by itself.
      must(recordLengthFault(second) === undefined, 'a record at 106', `N = ${String(second)}`);
    },
  },
  {
    name: 'server-salt-new',
    section: '1.5',
    must: 'every TCP connection has a server salt of its own',
    async play(scene) {
      const salts: string[] = [];
      for (let n = 0; n < CONNECTIONS; n++)
        salts.push(hex((await scene.online(n % 2)).tcp?.bytes.subarray(8, 24) ?? Buffer.alloc(0)));
      must(
        new Set(salts).size === CONNECTIONS,
        `${String(CONNECTIONS)} different salts`,
        `${String(new Set(salts).size)} different`,
      );
    },
  },
  {
    name: 'silent-before-connect',
    section: '0.1',
    must: 'the server sends nothing on TCP before it has checked CONNECT (C7)',
    async play(scene) {
      const peer = await scene.authenticated();
      const tcp = await peer.openTcp();
      const flight = peer.flight();
      await tcp.write(flight.subarray(0, FLIGHT_BYTES - 1));
      // What the server had to say left before the first answer, and is read before the second.
      for (let n = 0; n < 2; n++) await scene.silent(peer.udp);
      must(tcp.bytes.length === 0, 'nothing before CONNECT is complete', `${String(tcp.bytes.length)} bytes`);
      await tcp.write(flight.subarray(FLIGHT_BYTES - 1));
      await expectReply(peer, { type: 'CONNECTED' });
    },
  },
  {
    name: 'flight-byte-by-byte',
    section: '1.5',
    must: 'TCP may cut the stream anywhere: 122 bytes in 122 pieces connect',
    async play(scene) {
      const peer = await scene.authenticated();
      const tcp = await peer.openTcp();
      for (const byte of peer.flight()) await tcp.write(Buffer.of(byte));
      await expectReply(peer, { type: 'CONNECTED' });
    },
  },
  {
    name: 'record-1-with-connect',
    section: '1.8',
    must: 'a record 1 in the same write as CONNECT is processed after it (P20)',
    async play(scene) {
      const peer = await scene.authenticated();
      const tcp = await peer.openTcp();
      const [flight, id] = [peer.flight(), scene.unknown()];
      const next = encodeRecords([{ type: 'CHAT_REQUEST', id }]).map((plaintext) => peer.seal(plaintext));
      await tcp.write(Buffer.concat([flight, ...next]));
      await expectReply(peer, { type: 'CONNECTED' });
      await expectReply(peer, { type: 'UNREACHABLE', id });
    },
  },
  {
    name: 'flight-and-rubbish',
    section: '1.8',
    must: 'a record of rubbish behind CONNECT is cut; CONNECTED may have been said',
    async play(scene) {
      const peer = await scene.authenticated();
      const tcp = await peer.openTcp();
      await tcp.write(Buffer.concat([peer.flight(), Buffer.of(0, 80), chance(80)]));
      await peer.over();
      const others = peer.replies.items.filter(({ type }) => type !== 'CONNECTED' && type !== 'KEEPALIVE');
      must(others.length === 0, 'CONNECTED at most', allWords(others));
    },
  },
];

const ONCE: readonly ServerCheck[] = [
  {
    name: 'cookie-still-good',
    section: '2.7',
    must: 'a CONNECT that fails does not end the attempt: the right one connects',
    async play(scene) {
      const peer = await scene.authenticated();
      for (const wrong of [
        Buffer.alloc(122, 1),
        Buffer.concat([
          encodeClientPreface({ tag: peer.keys.tag(peer.handle), salt: chance(16) }),
          Buffer.of(0, 80),
          chance(80),
        ]),
      ]) {
        const tcp = await scene.tcp(peer.tcpPort);
        await tcp.write(wrong);
        await expectCut(tcp);
      }
      await peer.connect();
    },
  },
  {
    name: 'cookie-once',
    section: '2.7',
    must: 'a used tag and cookie are gone: a copy of the flight is cut, and the connection it was copied from lives',
    async play(scene) {
      const peer = await scene.authenticated();
      const tcp = await peer.openTcp();
      const flight = peer.flight();
      await tcp.write(flight);
      await expectReply(peer, { type: 'CONNECTED' });
      for (let n = 0; n < 2; n++) {
        const copy = await scene.tcp(peer.tcpPort);
        await copy.write(flight);
        await expectCut(copy);
      }
      expectAll(peer.id, await before(peer));
    },
  },
  {
    name: 'cookie-race',
    section: '2.7',
    must: 'of one flight on two sockets the first that is complete connects, and the other is cut',
    async play(scene) {
      const peer = await scene.authenticated();
      const flight = peer.flight();
      const [slow, fast] = [await scene.tcp(peer.tcpPort), await peer.openTcp()];
      await slow.write(flight.subarray(0, FLIGHT_BYTES - 1));
      await scene.silent(peer.udp);
      await fast.write(flight);
      // Its tag is used up: a third socket with it is cut when the second has been dealt with.
      const third = await scene.tcp(peer.tcpPort);
      await third.write(flight);
      await expectCut(third);
      must(
        fast.bytes.length >= ANSWER_BYTES,
        `${String(ANSWER_BYTES)} bytes, preface and CONNECTED, or more`,
        `${String(fast.bytes.length)} bytes`,
      );
      await slow.write(flight.subarray(FLIGHT_BYTES - 1));
      await expectCut(slow);
    },
  },
  {
    name: 'fin-before-connect',
    section: '4.1',
    must: 'FIN at any moment before CONNECT: closed, nothing said',
    async play(scene) {
      const peer = await scene.authenticated();
      const flight = peer.flight();
      for (const size of [0, 1, 39, 40, 41, 42, 121]) {
        const tcp = await scene.tcp(peer.tcpPort);
        if (size > 0) await tcp.write(flight.subarray(0, size));
        tcp.finish();
        await expectCut(tcp);
      }
    },
  },
  {
    name: 'preface-too-late',
    section: '4.1',
    needs: 'slow',
    must: 'a socket that has not sent its 122 bytes within T_PREFACE = 5 s is cut',
    async play(scene) {
      const peer = await scene.authenticated();
      const [idle, late] = [await scene.tcp(peer.tcpPort), await scene.tcp(peer.tcpPort)];
      await late.write(peer.flight().subarray(0, FLIGHT_BYTES - 1));
      await Promise.all([expectCut(idle, 8_000), expectCut(late, 8_000)]);
    },
  },
  {
    name: 'cookie-expires',
    section: '3.2',
    needs: 'slow',
    must: 'an unused cookie ends after T_COOKIE = 20 s: its CONNECT is cut',
    async play(scene) {
      const peer = await scene.authenticated();
      await waited(23_000);
      const tcp = await scene.tcp(peer.tcpPort);
      await tcp.write(peer.flight());
      await expectCut(tcp);
    },
  },
];

export const CONNECT: readonly ServerCheck[] = [
  ...BYTES,
  ...each('4.1', STRANGERS, strangerCut),
  ...each('4.1', FLIGHTS, flightCut),
  ...ONCE,
];
