/** HELLO and RESPONSE of a client: their bytes, and what it does when nothing comes (protocol 1.4, 2.2, 3.2, 3.3). */
import { decodeDatagram } from '../../../../transport/wire/datagrams';
import { Unexpected } from '../../check';
import { attemptOf, freshRand, type Candidate } from '../candidate';
import { alike, EARLY_MS, hex, must, mustTake, pause, same, type ClientCheck } from '../judge';
import { HELLO, RESPONSE, type Scene } from '../scene';
import type { Datagram } from '../server';

/** T.RETRY, T_CHALLENGE, T_AUTH of 3.2, ms. */
const STEPS = [500, 1000, 1000, 1500, 1500];
const GIVE_UP_MS = 8_000;
/** The largest random factor of a step, and the longest first one, ms. */
const FACTOR = 1.25;
export const STEP_MS = 500 * FACTOR;
const VERSIONS_AT = 24;

/** The next repetition of a datagram: the same bytes. */
async function repetition(scene: Scene, of: Datagram, name: string, step: number): Promise<Datagram> {
  const again = await scene.datagram(of.bytes[5] ?? 0, `${name} again`, undefined, step * FACTOR);
  same(`the same ${name} again`, of.bytes, again.bytes);
  mustTake(`${name} again`, step, again.at - of.at);
  return again;
}
/** So many transmissions of a datagram are due by now, if the first was with this one: more on a busy machine (3.2). */
export function transmissions({ at }: Datagram): number {
  const passed = performance.now() - at;
  return (
    STEPS.filter((_, n) => STEPS.slice(0, n + 1).reduce((sum, step) => sum + step, 0) <= passed + EARLY_MS).length + 1
  );
}
/** RESPONSE as it must be; behind its fields there may be extensions (1.7). @throws Unexpected */
export function isResponse({ id, attempt, res, rand }: Candidate, bytes: Buffer): void {
  const decoded = decodeDatagram(bytes, 'client');
  if (!decoded.ok) throw new Unexpected('RESPONSE as in 1.4', `${hex(bytes)} (${decoded.fault})`);
  const fields = [Buffer.from([id.length]), Buffer.from(id), res, rand];
  same('attempt-ID', attempt, attemptOf(bytes));
  same('Client-ID, Res and rand', Buffer.concat(fields), bytes.subarray(24, 89 + id.length));
}
/** All repetitions, and then the end of it. */
async function givesUp(scene: Scene, first: Datagram, name: string): Promise<void> {
  const mark = scene.program.mark();
  let last = first;
  for (const step of STEPS) last = await repetition(scene, last, name, step);
  await scene.program.tells('that the log-on failed', { ms: GIVE_UP_MS + scene.patience });
  mustTake('the end of the attempt', GIVE_UP_MS, performance.now() - first.at, 1);
  must(!scene.program.since(mark).includes('Connected'), 'no "Connected"', '"Connected"');
  const next = await scene.hello();
  must(!alike(attemptOf(next.bytes), attemptOf(first.bytes)), 'a new attempt-ID', 'a seventh transmission');
}

export const logOnChecks: readonly ClientCheck[] = [
  {
    name: 'hello-bytes',
    section: '1.4',
    must: '`Log on` sends a HELLO with header, versions and Client-ID in their places, filled with zeros to 128 bytes',
    async play(scene) {
      const { bytes } = await scene.hello();
      const decoded = decodeDatagram(bytes, 'client');
      if (!decoded.ok) throw new Unexpected('HELLO as in 1.4', `${hex(bytes)} (${decoded.fault})`);
      const n = String.fromCharCode(scene.id.length);
      same('the Client-ID', Buffer.from(`${n}${scene.id}`), bytes.subarray(26, 27 + scene.id.length));
    },
  },
  {
    name: 'hello-versions',
    section: '1.7',
    must: 'HELLO offers a range of versions with version 1 in it',
    async play(scene) {
      const { bytes } = await scene.hello();
      const [min = 0, max = 0] = bytes.subarray(VERSIONS_AT);
      must(min === 1 && max >= 1, 'versions from 1 on', `${String(min)} to ${String(max)}`);
    },
  },
  {
    name: 'attempt-id-fresh',
    section: '1.3',
    must: 'every log-on has an attempt-ID of its own',
    async play(scene) {
      const seen = new Set<string>();
      for (let n = 0; n < 3; n++) {
        const hello = await scene.hello();
        const id = attemptOf(hello.bytes).toString('hex');
        must(!seen.has(id), 'another attempt-ID', `${id} again`);
        seen.add(id);
        const link = await scene.admitted(hello);
        await logOff(scene, link);
      }
    },
  },
  {
    name: 'hello-repeated',
    section: '3.2',
    must: 'HELLO is repeated after 0.5 s, the same bytes, until a CHALLENGE comes',
    async play(scene) {
      const hello = await scene.hello();
      await scene.admitted(await repetition(scene, hello, 'HELLO', 500));
    },
  },
  {
    name: 'response-bytes',
    section: '1.4',
    must: 'RESPONSE has header, Client-ID, Res and the rand it answers in their places, filled with zeros to 128 bytes',
    async play(scene) {
      const hello = await scene.hello();
      const candidate = scene.candidate(hello);
      scene.answer(hello, candidate.challenge);
      const { bytes } = await scene.datagram(RESPONSE, 'RESPONSE');
      // Res has a check of its own.
      const [from, to] = [25 + scene.id.length, 57 + scene.id.length];
      const seen = Buffer.from(bytes);
      if (seen.length >= to) seen.set(candidate.res, from);
      isResponse(candidate, seen);
    },
  },
  {
    name: 'res-proves-key',
    section: '2.2',
    must: 'Res is SHA-256(rand ‖ K_A)',
    async play(scene) {
      const hello = await scene.hello();
      const candidate = scene.candidate(hello);
      scene.answer(hello, candidate.challenge);
      const { bytes } = await scene.datagram(RESPONSE, 'RESPONSE');
      same('Res', candidate.res, bytes.subarray(25 + scene.id.length, 57 + scene.id.length));
    },
  },
  {
    name: 'response-repeated',
    section: '3.2',
    must: 'RESPONSE is repeated after 0.5 s, the same bytes, until AUTH_SUCCESS comes',
    async play(scene) {
      const hello = await scene.hello();
      const candidate = scene.candidate(hello);
      scene.answer(hello, candidate.challenge);
      const response = await scene.datagram(RESPONSE, 'RESPONSE');
      await repetition(scene, response, 'RESPONSE', 500);
      await scene.accepted(hello, candidate);
    },
  },
  {
    name: 'everything-three-times',
    section: '3.3',
    must: 'a log-on whose datagrams all come three times is as any other: repetitions are ignored',
    async play(scene) {
      const hello = await scene.hello();
      const candidate = scene.candidate(hello);
      const { challenge } = candidate;
      scene.answer(hello, challenge, challenge, challenge);
      await scene.datagram(RESPONSE, 'RESPONSE');
      const success = scene.success(candidate);
      scene.answer(hello, challenge, success, success, success);
      const link = await scene.connected(candidate, await scene.link(candidate));
      await scene.isConnected(link);
      await scene.server.caughtUp();
      const responses = scene.server.received.filter(({ bytes }) => bytes[5] === RESPONSE);
      const due = transmissions(responses[0] ?? hello);
      const seen = `${String(responses.length)} of them`;
      must(responses.length <= due, `${String(due)} RESPONSE to four copies of a CHALLENGE`, seen);
      must(scene.server.accepted.length === 1, 'one TCP connection', `${String(scene.server.accepted.length)} of them`);
    },
  },
  {
    name: 'server-late',
    section: '3.9',
    must: 'a log-on that begins before the server listens succeeds: ICMP is only a hint',
    async play(scene) {
      await logOff(scene, await scene.logOn());
      const { address } = scene.server;
      scene.server.deaf();
      scene.server.datagrams.take();
      scene.program.type('Log on');
      // Time for the first HELLO to go into the void.
      await pause(250);
      await scene.server.listen(address);
      await scene.admitted(await scene.datagram(HELLO, 'HELLO'));
    },
  },
  {
    name: 'not-connected-no-traffic',
    section: '5.3',
    must: 'commands before `Log on` and after `Log off` send nothing',
    async play(scene) {
      // Now it has started, and takes what is typed at once.
      await logOff(scene, await scene.logOn());
      await scene.server.caughtUp();
      const before = scene.server.received.length;
      // A text behind a Chat that cannot start may well end a program.
      for (const line of ['hello', 'End chat', 'History bob', 'Chat bob', 'Log off']) scene.program.type(line);
      await pause(150);
      const first = scene.server.received[before];
      must(!first, 'no datagram', first ? hex(first.bytes) : '');
      const hello = await scene.hello();
      await scene.admitted(hello);
    },
  },
  {
    name: 'rand-anew',
    section: '3.3',
    must: 'each log-on answers its own CHALLENGE, also if a rand comes again',
    async play(scene) {
      const rand = freshRand();
      for (let n = 0; n < 2; n++) {
        const hello = await scene.hello();
        const candidate = scene.candidate(hello, rand);
        scene.answer(hello, candidate.challenge);
        await scene.datagram(RESPONSE, 'RESPONSE');
        await logOff(scene, await scene.accepted(hello, candidate));
      }
    },
  },
  {
    name: 'gives-up-hello',
    section: '3.2',
    must: 'without a CHALLENGE, HELLO is sent six times and the log-on fails after 8 s',
    needs: 'slow',
    async play(scene) {
      await givesUp(scene, await scene.hello(), 'HELLO');
    },
  },
  {
    name: 'gives-up-response',
    section: '3.2',
    must: 'without AUTH_SUCCESS, RESPONSE is sent six times and the log-on fails after 8 s',
    needs: 'slow',
    async play(scene) {
      const hello = await scene.hello();
      scene.answer(hello, scene.candidate(hello).challenge);
      await givesUp(scene, await scene.datagram(RESPONSE, 'RESPONSE'), 'RESPONSE');
    },
  },
];

/** `Log off`, as far as it has to go before the next log-on. */
export async function logOff(scene: Scene, link: Awaited<ReturnType<Scene['logOn']>>): Promise<void> {
  scene.program.type('Log off');
  await link.ends();
}
