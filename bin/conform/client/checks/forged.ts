/** Datagrams that strangers make, between a client and its server (protocol 3.8, 7 B). */
import { encodeDatagram } from '../../../../transport/wire/datagrams';
import { withBytes } from '../../bytes';
import { attemptOf, type Candidate, freshRand, random } from '../candidate';
import { alike, hex, LATE_MS, must, pause, same, type ClientCheck } from '../judge';
import { uint, withBit } from '../raw';
import { authFailFor, challengeFor, RESPONSE, type Scene } from '../scene';
import { Server, type Datagram } from '../server';
import { isResponse, logOff, STEP_MS, transmissions } from './log-on';

/** Where HELLO has the versions that it offers. */
const VERSIONS_AT = 24;

/** T_FAIL_HOLD; a small client may do without (9.1). */
const HOLD_MS = 400;

/** One bit of each byte: all of them at once would not fit the buffer of the client's socket. */
const bitsOf = (datagram: Buffer): Buffer[] =>
  Array.from(datagram, (_, at) => withBit(datagram, at * 8 + (random(1).readUInt8() & 7)));

/** The header of a server's datagram with another length, and bytes behind it. */
export const longer = (datagram: Buffer, more: Buffer): Buffer => {
  const bytes = Buffer.concat([datagram, more]);
  bytes.writeUInt16BE(bytes.length, 6);
  return bytes;
};

/** Forged datagrams after HELLO, then the genuine CHALLENGE; the genuine one is answered, and nothing else. */
async function genuineOnly(scene: Scene, forged: (hello: Datagram) => readonly Buffer[]): Promise<void> {
  const hello = await scene.hello();
  const candidate = scene.candidate(hello);
  scene.answer(hello, ...forged(hello), candidate.challenge);
  const { bytes } = await scene.datagram(RESPONSE, 'RESPONSE to the genuine CHALLENGE', candidate.rand);
  await scene.accepted(hello, candidate);
  await scene.server.caughtUp();
  const wrong = scene.server.received.find((one) => one.bytes[5] === RESPONSE && !one.bytes.includes(candidate.rand));
  must(!wrong, 'no RESPONSE to what had to be dropped', wrong ? hex(wrong.bytes) : '');
  must(bytes.includes(candidate.rand), 'the rand of the genuine CHALLENGE', hex(bytes));
}
/** Forged datagrams instead of AUTH_SUCCESS, then the genuine one. */
async function acceptsGenuine(scene: Scene, forged: (success: Buffer, candidate: Candidate) => readonly Buffer[]) {
  const hello = await scene.hello();
  const candidate = await scene.challenged(hello);
  const success = scene.success(candidate);
  const before = scene.server.accepted.length;
  scene.answer(hello, ...forged(success, candidate));
  // Time for one of them to have an effect.
  await pause(50);
  must(scene.server.accepted.length === before, 'no connection before the genuine AUTH_SUCCESS', 'one');
  return scene.accepted(hello, candidate);
}

/** CHALLENGEs, each wrong in one way (1.8). */
function damaged({ bytes: hello }: Datagram): Buffer[] {
  const one = (): Buffer => challengeFor(hello, freshRand());
  return [
    withBytes(one(), 0, 0x53, 0x42, 0x43, 0x54),
    withBytes(one(), 4, 0),
    withBytes(one(), 4, 2),
    withBytes(one(), 5, 7),
    withBytes(one(), 6, 0, 58),
    one().subarray(0, 56),
    longer(one(), Buffer.from([0])),
    longer(one(), Buffer.from([0xc0, 0])),
    longer(one(), Buffer.from([0x40, 0, 0x40, 0])),
    longer(one(), Buffer.from([0x40, 9, 1])),
    longer(one(), Buffer.concat([Buffer.from([0x40, 70]), Buffer.alloc(70, 1)])),
  ];
}

export const forgedChecks: readonly ClientCheck[] = [
  {
    name: 'challenge-other-attempt',
    section: '1.8',
    must: 'a CHALLENGE with another attempt-ID is dropped',
    play: (scene) => genuineOnly(scene, () => [challengeFor(random(128), freshRand())]),
  },
  {
    name: 'challenge-version',
    section: '1.8',
    must: 'a CHALLENGE with a version that was not offered is dropped',
    play: (scene) =>
      genuineOnly(scene, ({ bytes }) => {
        const [min = 1, max = 1] = bytes.subarray(VERSIONS_AT);
        const others = [0, max + 1, 255].filter((version) => version < 256 && (version < min || version > max));
        return others.map((version) => challengeFor(bytes, freshRand(), version));
      }),
  },
  {
    name: 'challenge-damaged',
    section: '1.8',
    must: 'a CHALLENGE with a wrong header, size, filling or extension block is dropped',
    play: (scene) => genuineOnly(scene, damaged),
  },
  {
    name: 'challenge-extension',
    section: '1.7',
    must: 'an extension of CHALLENGE that is unknown and not critical is skipped, and covered by TH',
    async play(scene) {
      const hello = await scene.hello();
      const challenge = longer(challengeFor(hello.bytes, freshRand()), Buffer.from([0x40, 2, 7, 7]));
      const candidate = scene.candidate(hello, undefined, challenge);
      scene.answer(hello, challenge);
      await scene.datagram(RESPONSE, 'RESPONSE');
      await scene.accepted(hello, candidate);
    },
  },
  {
    name: 'challenge-second',
    section: '3.8',
    must: 'a second CHALLENGE with another rand is answered too, and its AUTH_SUCCESS is accepted',
    optional: true,
    async play(scene) {
      const hello = await scene.hello();
      const genuine = scene.candidate(hello);
      scene.answer(hello, challengeFor(hello.bytes, freshRand()), genuine.challenge);
      const { bytes } = await scene.datagram(RESPONSE, 'RESPONSE to the second CHALLENGE', genuine.rand);
      isResponse(genuine, bytes);
      await scene.accepted(hello, genuine);
    },
  },
  {
    name: 'challenges-repeated',
    section: '3.8',
    must: 'a retry step sends the RESPONSEs to all CHALLENGEs again, the same bytes',
    optional: true,
    async play(scene) {
      const hello = await scene.hello();
      const candidates = [scene.candidate(hello), scene.candidate(hello), scene.candidate(hello)];
      scene.answer(hello, ...candidates.map(({ challenge }) => challenge));
      const sent = new Map<Buffer, Buffer>();
      for (let round = 0; round < 2; round++) {
        for (const candidate of candidates) {
          const { rand } = candidate;
          const { bytes } = await scene.datagram(RESPONSE, 'RESPONSE to each of three CHALLENGEs', rand, STEP_MS);
          const before = sent.get(rand);
          if (before) same('RESPONSE', before, bytes);
          else isResponse(candidate, bytes);
          sent.set(rand, bytes);
        }
      }
      await scene.accepted(hello, candidates[0] ?? scene.candidate(hello));
    },
  },
  {
    name: 'challenge-fifth',
    section: '3.8',
    must: 'no more than four CHALLENGEs of an attempt with different rands are answered',
    async play(scene) {
      const hello = await scene.hello();
      const rands = Array.from({ length: 6 }, () => freshRand());
      scene.answer(hello, ...rands.map((rand) => challengeFor(hello.bytes, rand)));
      // The first repetition follows them all.
      const first = await scene.datagram(RESPONSE, 'RESPONSE');
      const again = scene.patience + STEP_MS;
      await scene.server.datagrams.next('RESPONSE again', ({ bytes }) => alike(bytes, first.bytes), again);
      const answered = rands.filter((rand) => scene.server.received.some(({ bytes }) => bytes.includes(rand)));
      must(answered.length <= 4, 'four CHALLENGEs answered at most', `${String(answered.length)} answered`);
    },
  },
  {
    name: 'auth-fail-early',
    section: '3.8',
    must: 'AUTH_FAIL before CHALLENGE is ignored',
    play: (scene) => genuineOnly(scene, ({ bytes }) => [authFailFor(bytes)]),
  },
  {
    name: 'auth-fail-forged',
    section: '3.8',
    must: 'AUTH_FAIL does not end a log-on whose AUTH_SUCCESS comes within 0.4 s',
    optional: true,
    async play(scene) {
      await acceptsGenuine(scene, (_, { hello }) => [authFailFor(hello)]);
    },
  },
  {
    name: 'auth-fail-hundred',
    section: '3.8',
    must: 'a hundred AUTH_FAILs do no more than one',
    optional: true,
    async play(scene) {
      await acceptsGenuine(scene, (_, { hello }) => Array.from({ length: 100 }, () => authFailFor(hello)));
    },
  },
  {
    name: 'auth-fail-genuine',
    section: '3.8',
    must: 'AUTH_FAIL ends the log-on after 0.4 s at most with a line for the user, and exactly four datagrams have been sent',
    async play(scene) {
      const mark = scene.program.mark();
      const hello = await scene.hello();
      await scene.challenged(hello);
      const start = performance.now();
      scene.answer(hello, authFailFor(hello.bytes));
      await scene.program.tells('that the key is wrong');
      const took = performance.now() - start;
      must(
        took < HOLD_MS + LATE_MS,
        `the end of the log-on within ${String(HOLD_MS)} ms`,
        `it after ${took.toFixed(0)} ms`,
      );
      must(!scene.program.since(mark).includes('Connected'), 'no "Connected"', '"Connected"');
      await scene.server.caughtUp();
      const sent = scene.server.received.length;
      const due = 2 * transmissions(hello);
      must(sent >= 2 && sent <= due, `${String(due)} datagrams of the client`, String(sent));
      await scene.admitted(await scene.hello());
    },
  },
  {
    name: 'auth-fail-other-attempt',
    section: '1.8',
    must: 'AUTH_FAIL with another attempt-ID is dropped',
    async play(scene) {
      const hello = await scene.hello();
      const candidate = await scene.challenged(hello);
      scene.answer(hello, authFailFor(random(128)));
      // Longer than the hold: a client that took it for its own has given up by then.
      await scene.datagram(RESPONSE, 'RESPONSE again', candidate.rand, STEP_MS);
      await scene.accepted(hello, candidate);
    },
  },
  {
    name: 'auth-success-damaged',
    section: '2.5',
    must: 'AUTH_SUCCESS with a changed bit is dropped, and the genuine one is accepted afterwards',
    async play(scene) {
      await acceptsGenuine(scene, bitsOf);
      must(scene.server.accepted.length === 1, 'one connection', `${String(scene.server.accepted.length)} of them`);
    },
  },
  {
    name: 'auth-success-cut',
    section: '1.4',
    must: 'AUTH_SUCCESS of another size than 84 bytes is dropped, and the genuine one is accepted afterwards',
    async play(scene) {
      const size = (success: Buffer, bytes: number): Buffer => {
        const other = Buffer.alloc(bytes);
        success.copy(other);
        other.writeUInt16BE(bytes, 6);
        return other;
      };
      await acceptsGenuine(scene, (success) => [
        ...[24, 72, 76, 80, 83].map((bytes) => success.subarray(0, bytes)),
        ...[36, 72, 80, 85, 116].map((bytes) => size(success, bytes)),
      ]);
    },
  },
  {
    name: 'auth-success-other-attempt',
    section: '2.8',
    must: 'AUTH_SUCCESS of an earlier attempt is dropped, also under the attempt-ID of this one',
    async play(scene) {
      const before = await scene.hello();
      const { candidate, link } = await scene.connecting(before);
      await logOff(scene, await scene.connected(candidate, link));
      const old = scene.success(candidate);
      await acceptsGenuine(scene, (_, { hello }) => [old, withBytes(old, 8, ...attemptOf(hello))]);
      must(scene.server.accepted.length === 2, 'one connection', `${String(scene.server.accepted.length - 1)} of them`);
    },
  },
  {
    name: 'auth-success-replayed',
    section: '2.4',
    must: 'CHALLENGE and AUTH_SUCCESS of an earlier attempt are worthless in a later one, for TH holds the attempt-ID',
    async play(scene) {
      const rand = freshRand();
      const before = await scene.hello();
      const first = scene.candidate(before, rand);
      scene.answer(before, first.challenge);
      await scene.datagram(RESPONSE, 'RESPONSE');
      await logOff(scene, await scene.accepted(before, first));
      const hello = await scene.hello();
      const second = scene.candidate(hello, rand);
      scene.answer(hello, second.challenge);
      await scene.datagram(RESPONSE, 'RESPONSE');
      const sealedForFirst = withBytes(scene.success(first), 8, ...attemptOf(hello.bytes));
      scene.answer(hello, sealedForFirst);
      await pause(50);
      must(scene.server.accepted.length === 1, 'no connection before the genuine AUTH_SUCCESS', 'one');
      await scene.accepted(hello, second);
    },
  },
  {
    name: 'auth-success-port-zero',
    section: '1.4',
    must: 'AUTH_SUCCESS that verifies and makes no sense (port 0, a critical extension) is dropped',
    async play(scene) {
      await acceptsGenuine(scene, (_, candidate) => {
        const body = (port: number, rest: readonly number[] = []): Buffer =>
          withBytes(Buffer.concat([random(16), uint(2, port), Buffer.alloc(14)]), 18, ...rest);
        return [body(0), body(scene.server.tcpPort, [0xc0, 0]), body(scene.server.tcpPort, [0, 1])].map((plain) =>
          candidate.sealSuccess(plain),
        );
      });
      must(scene.server.accepted.length === 1, 'one connection', `${String(scene.server.accepted.length)} of them`);
    },
  },
  {
    name: 'datagrams-late',
    section: '6.1',
    must: 'in Connected and in Offline no datagram has an effect',
    async play(scene) {
      const hello = await scene.hello();
      const { candidate, link } = await scene.connecting(hello);
      await scene.connected(candidate, link);
      await scene.server.caughtUp();
      const before = scene.server.received.length;
      const late = [candidate.challenge, scene.success(candidate), authFailFor(hello.bytes)];
      scene.answer(hello, ...late, challengeFor(hello.bytes, freshRand()));
      await scene.isConnected(link);
      await logOff(scene, link);
      scene.answer(hello, ...late);
      const next = await scene.hello();
      const sent = scene.server.received.indexOf(next) - before;
      must(sent === 0, 'no datagram before the HELLO of the next log-on', String(sent));
      await scene.admitted(next);
    },
  },
  {
    name: 'stranger',
    section: '3.8',
    must: 'what comes from another address or port than the server has no effect',
    async play(scene) {
      const stranger = await Server.open({ ...scene.server.address, port: 0 }, scene.patience, () => undefined);
      try {
        const hello = await scene.hello();
        const candidate = scene.candidate(hello);
        stranger.send(hello.from, challengeFor(hello.bytes, freshRand()), authFailFor(hello.bytes));
        scene.answer(hello, candidate.challenge);
        const { bytes } = await scene.datagram(RESPONSE, 'RESPONSE');
        must(bytes.includes(candidate.rand), 'RESPONSE to the CHALLENGE of the server', 'one to the stranger');
        stranger.send(hello.from, authFailFor(hello.bytes), scene.success(candidate));
        // Longer than the hold, and nothing is opened.
        await scene.datagram(RESPONSE, 'RESPONSE again', candidate.rand, STEP_MS);
        must(scene.server.accepted.length === 0, 'no connection', 'one for the AUTH_SUCCESS of a stranger');
        await scene.accepted(hello, candidate);
        await stranger.caughtUp();
        must(stranger.received.length === 0, 'nothing sent to the stranger', 'an answer');
      } finally {
        stranger.close();
      }
    },
  },
  {
    name: 'rubbish',
    section: '1.8',
    must: 'datagrams of any size and content are dropped',
    play: (scene) =>
      genuineOnly(scene, ({ bytes }) => [
        ...[0, 1, 23, 24, 57, 84, 129, 9_000].map((size) => random(size)),
        encodeDatagram(attemptOf(bytes), { type: 'HELLO', ver: { min: 1, max: 1 }, id: scene.id }),
        bytes,
      ]),
  },
];
