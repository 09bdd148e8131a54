/** From AUTH_SUCCESS to CONNECTED: the first bytes on TCP (protocol 1.5, 2.7, 1.8 record 0). */
import { withBytes } from '../../bytes';
import { entriesOf } from '../../plaintexts';
import { freshRand, type Candidate } from '../candidate';
import { alike, must, mustTake, pause, same, type ClientCheck } from '../judge';
import { FLIGHT_BYTES, type Link } from '../link';
import { extra, idField, message, plaintext, uint } from '../raw';
import { BOB, RESPONSE, type Scene } from '../scene';
import { logOff } from './log-on';

const CONNECTED = message('CONNECTED');
/** The server's first records with these plaintexts, instead of CONNECTED. */
const begins =
  (...plaintexts: readonly Buffer[]) =>
  (link: Link, candidate: Candidate): void => {
    const preface = link.serverPreface(candidate);
    link.bytes(Buffer.concat([preface, ...plaintexts.map((one) => link.seal(one))]));
  };
/** The server's preface with other bytes from this place on, and CONNECTED. */
const prefaceWith =
  (at: number, bytes: readonly number[]) =>
  (link: Link, candidate: Candidate): void => {
    const preface = link.serverPreface(candidate);
    link.bytes(Buffer.concat([withBytes(preface, at, ...bytes), link.messages([{ type: 'CONNECTED' }])]));
  };
/** N of a record 0 that is none; enough behind it for anybody who waits for so much. */
const lengthOf =
  (n: number) =>
  (link: Link, candidate: Candidate): void => {
    link.bytes(Buffer.concat([link.serverPreface(candidate), uint(2, n), Buffer.alloc(Math.min(n, 200))]));
  };

type First = readonly [what: string, send: (link: Link, candidate: Candidate) => void];
const REFUSED: readonly First[] = [
  ['CHAT_STARTED as first message', begins(plaintext([message('CHAT_STARTED', uint(4, 7), idField(BOB))]))],
  ['KEEPALIVE as first message', begins(plaintext([message('KEEPALIVE')]))],
  ['CONNECTED with a critical extension', begins(plaintext([Buffer.concat([CONNECTED, extra(0xc0)])]))],
  ['an empty record 0', begins(plaintext([]))],
];
/** What is handled before a bad message remains valid (P3): `Connected` may have been shown. */
const REFUSED_AFTER: readonly First[] = [
  ['CONNECTED and KEEPALIVE in record 0', begins(plaintext([CONNECTED, message('KEEPALIVE')]))],
  ['CONNECTED and an optional message in record 0', begins(plaintext([CONNECTED, message(0xf0)]))],
  ['CONNECTED twice in record 0', begins(plaintext([CONNECTED, CONNECTED]))],
];
const CUT: readonly First[] = [
  ['a preface with other magic', prefaceWith(0, [0x48])],
  ['a preface of version 2', prefaceWith(4, [2])],
  ['a preface whose reserved bytes are not zero', prefaceWith(7, [1])],
  ['a record 0 of 128 bytes', begins(plaintext([CONNECTED], 64))],
  ['N = 0 in record 0', lengthOf(0)],
  ['N = 144 in record 0', lengthOf(144)],
  [
    'a record 0 that does not verify',
    (link, candidate) =>
      link.bytes(
        Buffer.concat([link.serverPreface(candidate), withBytes(link.seal(plaintext([CONNECTED])), 2, 0, 0, 0)]),
      ),
  ],
];

async function connecting(scene: Scene): Promise<{ candidate: Candidate; link: Link }> {
  const both = await scene.connecting(await scene.hello());
  await both.link.hears('CONNECT');
  return both;
}
/** The log-on fails, and the user is told. */
async function fails(scene: Scene, lines: number, ms?: number): Promise<void> {
  await scene.program.tells('that the log-on failed', ms === undefined ? {} : { ms });
  must(!scene.program.since(lines).includes('Connected'), 'no "Connected"', '"Connected"');
}

export const connectChecks: readonly ClientCheck[] = [
  {
    name: 'first-flight',
    section: '1.5',
    must: 'preface and CONNECT leave in one write of 122 bytes, and nothing follows before CONNECTED',
    async play(scene) {
      const { candidate, link } = await scene.connecting(await scene.hello());
      must(link.first === FLIGHT_BYTES, '122 bytes in one write', `${String(link.first)} bytes`);
      await pause(50);
      must(link.records.length === 1, 'one record', `${String(link.records.length)} of them`);
      await scene.connected(candidate, link);
    },
  },
  {
    name: 'preface-bytes',
    section: '1.5',
    must: 'the preface begins with "SBCT", version 1 and three zeros',
    async play(scene) {
      const { link } = await scene.connecting(await scene.hello());
      same('the preface', Buffer.from('5342435401000000', 'hex'), link.preface.subarray(0, 8));
    },
  },
  {
    name: 'lookup-tag',
    section: '2.7',
    must: 'the preface holds the lookup tag that KDF makes of CK_A and TH',
    async play(scene) {
      const { candidate, link } = await scene.connecting(await scene.hello());
      same('the lookup tag', candidate.tag, link.preface.subarray(8, 24));
    },
  },
  {
    name: 'connect-bytes',
    section: '1.6',
    must: 'record 0 verifies and holds CONNECT with the cookie of AUTH_SUCCESS, and nothing else',
    async play(scene) {
      const { candidate, link } = await connecting(scene);
      const entries = entriesOf(link.records[0]?.plaintext ?? Buffer.alloc(0));
      must(entries.length === 1, 'one message', `${String(entries.length)} of them`);
      // A cookie is not shown. Behind it there may be extensions (1.7).
      must(alike(entries[0]?.subarray(1, 17) ?? uint(1, 0), candidate.cookie), 'the cookie of AUTH_SUCCESS', 'another');
    },
  },
  {
    name: 'salt-fresh',
    section: '1.5',
    must: 'every TCP connection has a salt of its own, also if the rand comes again',
    async play(scene) {
      const rand = freshRand();
      const seen = new Set<string>();
      for (let n = 0; n < 3; n++) {
        const hello = await scene.hello();
        const candidate = scene.candidate(hello, rand);
        scene.answer(hello, candidate.challenge);
        await scene.datagram(RESPONSE, 'RESPONSE');
        const link = await scene.accepted(hello, candidate);
        const salt = link.preface.subarray(24).toString('hex');
        must(!seen.has(salt), 'another salt', `${salt} again`);
        seen.add(salt);
        await logOff(scene, link);
      }
    },
  },
  {
    name: 'connected-not-early',
    section: '0.1',
    must: '`Connected` is shown when CONNECTED has come, not before',
    async play(scene) {
      const mark = scene.program.mark();
      const { candidate, link } = await connecting(scene);
      await pause(300);
      must(!scene.program.since(mark).includes('Connected'), 'no "Connected" before CONNECTED', '"Connected"');
      link.connected(candidate);
      await scene.program.shows('Connected');
    },
  },
  {
    name: 'connected-in-pieces',
    section: '1.5',
    must: 'TCP may cut anywhere: preface and CONNECTED that come in pieces, single bytes among them, are understood',
    async play(scene) {
      const { candidate, link } = await connecting(scene);
      const preface = link.serverPreface(candidate);
      const all = Buffer.concat([preface, link.messages([{ type: 'CONNECTED' }])]);
      await link.inPieces(all, [1, 2, 4]);
      await scene.program.shows('Connected');
    },
  },
  {
    name: 'connected-and-more',
    section: '1.5',
    must: 'what follows CONNECTED in the same write is dealt with, record by record',
    async play(scene) {
      const { candidate, link } = await connecting(scene);
      const text = 'behind CONNECTED';
      link.connected(candidate, { type: 'CHAT_STARTED', session: 7, id: BOB }, { type: 'CHAT', session: 7, text });
      await scene.program.shows('Connected');
      await scene.program.shows('Chat started');
      await scene.program.showsText(text);
    },
  },
  {
    name: 'first-record-refused',
    section: '1.8',
    must: 'anything beside one CONNECTED in record 0 is a protocol error: CLOSE(4), and without CONNECTED no `Connected`',
    async play(scene) {
      for (const [what, send] of REFUSED) {
        const { candidate, link } = await connecting(scene);
        const mark = scene.program.mark();
        await scene.isRefused(link, what, () => send(link, candidate));
        must(!scene.program.since(mark).includes('Connected'), `no "Connected" after ${what}`, '"Connected"');
      }
      for (const [what, send] of REFUSED_AFTER) {
        const { candidate, link } = await connecting(scene);
        await scene.isRefused(link, what, () => send(link, candidate));
      }
      await scene.logOn();
    },
  },
  {
    name: 'first-record-cut',
    section: '1.8',
    must: 'a wrong preface, or a record 0 with N other than 80 or that does not verify: the socket is destroyed',
    async play(scene) {
      for (const [what, send] of CUT) {
        const { candidate, link } = await connecting(scene);
        const mark = scene.program.mark();
        await scene.isCut(link, what, () => send(link, candidate));
        must(!scene.program.since(mark).includes('Connected'), `no "Connected" after ${what}`, '"Connected"');
      }
      await scene.logOn();
    },
  },
  {
    name: 'connecting-lost',
    section: '5.3',
    must: 'a connection that ends before CONNECTED ends the log-on, and the user is told',
    async play(scene) {
      const { link } = await connecting(scene);
      const mark = scene.program.mark();
      link.end();
      await fails(scene, mark);
      await scene.logOn();
    },
  },
  {
    name: 'connecting-refused',
    section: '5.3',
    must: 'a TCP port where nobody listens ends the log-on, and the user is told',
    async play(scene) {
      const mark = scene.program.mark();
      const hello = await scene.hello();
      const candidate = await scene.challenged(hello);
      scene.answer(hello, candidate.success(await scene.unusedPort()));
      await fails(scene, mark);
      await scene.logOn();
    },
  },
  {
    name: 'connecting-times-out',
    section: '3.2',
    must: 'without CONNECTED the log-on fails after 10 s, and the connection ends',
    needs: 'slow',
    async play(scene) {
      const hello = await scene.hello();
      const candidate = await scene.challenged(hello);
      const [mark, start] = [scene.program.mark(), performance.now()];
      scene.answer(hello, scene.success(candidate));
      const link = await scene.link(candidate);
      await fails(scene, mark, 15_000);
      mustTake('the end of the log-on', 10_000, performance.now() - start, 1);
      await link.ends();
      await scene.logOn();
    },
  },
];
