/** Datagrams that a real server is sent by strangers (protocol 7, A). */
import { randomBytes } from 'node:crypto';
import { WIRE } from '../../machines/limits';
import type { Fault } from '../../machines/faults';
import { encodeDatagram } from '../../transport/wire/datagrams';
import type { Peer } from '../../bin/conform/server/peer';
import type { Udp } from '../../bin/conform/server/sockets';
import { FULL, GROWTH_KB, HONEST, LIARS, scene, sourceOf } from './support';

const it = scene();

const hello = (id: string = LIARS[0], attempt: Uint8Array = randomBytes(16)): Buffer =>
  encodeDatagram(attempt, { type: 'HELLO', ver: { min: 1, max: 1 }, id });
/** A HELLO with other bytes from an offset on. */
const spoilt = (at: number, ...bytes: number[]): Buffer => {
  const copy = hello();
  copy.set(bytes, at);
  return copy;
};
/** A HELLO of another size, with the length field to match. */
const ofSize = (size: number): Buffer => {
  const copy = Buffer.concat([hello()], size);
  copy.writeUInt16BE(size, 6);
  return copy;
};
const idAt = 26;
/** Where the extension block of a HELLO begins. */
const blockAt = idAt + 1 + LIARS[0].length;
const typeOf = (bytes: Buffer | undefined): number | undefined => bytes?.[5];
const [CHALLENGE, AUTH_SUCCESS, AUTH_FAIL] = [2, 4, 5];

const DROPPED: readonly (readonly [string, Fault, () => readonly Uint8Array[]])[] = [
  [
    '7-1 empty, and 1 to 23 bytes',
    'DatagramOfWrongSize',
    () => Array.from({ length: 24 }, (_, n) => hello().subarray(0, n)),
  ],
  ['7-2 65 507 random bytes', 'DatagramOfWrongSize', () => [randomBytes(65_507)]],
  ['7-3 wrong magic', 'WrongMagic', () => [spoilt(0, 0x58), randomBytes(128)]],
  ['7-3 header version 0, 2, 255', 'UnknownHeaderVersion', () => [0, 2, 255].map((n) => spoilt(4, n))],
  ['7-4 unknown types', 'UnknownDatagramType', () => [0, 7, 0x7f, 0x80, 0xff].map((n) => spoilt(5, n))],
  ['7-4 types of the server', 'DatagramOfWrongDirection', () => [2, 4, 5, 6].map((n) => spoilt(5, n))],
  [
    '7-5 length field one less, one more, 0, FFFF',
    'WrongLengthField',
    () => [127, 129, 0, 0xffff].map((n) => spoilt(6, n >> 8, n & 255)),
  ],
  ['7-6 HELLO of 127 bytes', 'DatagramOfWrongSize', () => [ofSize(127)]],
  ['7-7 Client-ID of length 0 and 33', 'MalformedClientId', () => [0, 33].map((n) => spoilt(idAt, n))],
  ['7-7 Client-ID beyond the end', 'FieldBeyondEnd', () => [spoilt(idAt, 255)]],
  [
    '7-8 Client-ID that begins with a digit, holds a blank, a bracket, a byte above 7F',
    'MalformedClientId',
    () => [0x31, 0x20, 0x3c, 0xc3].map((n) => spoilt(idAt + 1, n)),
  ],
  ['7-9 non-zero byte in the filling', 'FillingNotZero', () => [spoilt(127, 1), spoilt(blockAt + 1, 1)]],
  ['7-10 extension beyond the end', 'ExtensionBeyondEnd', () => [spoilt(blockAt, 5, 255)]],
  ['7-10 extension twice', 'ExtensionTwice', () => [spoilt(blockAt, 5, 1, 9, 5, 1, 9)]],
  ['7-10 unknown critical extension', 'UnknownCriticalExtension', () => [spoilt(blockAt, 0x85, 1, 9)]],
  ['7-12 ver_min above ver_max', 'WrongVersionRange', () => [spoilt(24, 2, 1)]],
  ['7-12 range 2 to 9', 'NoCommonVersion', () => [spoilt(24, 2, 9)]],
  ['7-22 filling beyond 128 bytes', 'FillingTooLong', () => [ofSize(129), ofSize(512)]],
  ['7-22 513 bytes', 'DatagramOfWrongSize', () => [ofSize(513)]],
];
test.each(DROPPED)('%s: dropped', async (_, fault, inputs) => {
  await it.silent(await it.stranger(), ...inputs());
  await it.counted(fault);
});

test('7-11 grease is skipped, and covered by TH', async () => {
  const peer = await it.peer();
  const ver = { min: 1, max: 1 };
  const grease = { grease: randomBytes(8) };
  await peer.askChallenge(encodeDatagram(peer.attempt, { type: 'HELLO', ver, id: peer.id }, grease));
  peer.takeSuccess(await peer.udp.ask(peer.responseBytes()));
  const other = await it.peer();
  await other.askChallenge(encodeDatagram(other.attempt, { type: 'HELLO', ver, id: other.id }, grease));
  // What was sent is not what was hashed: the keys differ.
  other.hello = other.helloBytes();
  other.takeChallenge(other.challenge);
  const answer = await other.udp.ask(other.responseBytes());
  expect(() => other.takeSuccess(answer)).toThrow('AUTH_SUCCESS does not verify');
});

test('7-13 a range of versions that holds ours: CHALLENGE with version 1', async () => {
  const udp = await it.stranger();
  for (const max of [2, 9, 255]) {
    const answer = await udp.ask(spoilt(24, 1, max));
    expect([typeOf(answer), answer[24]]).toEqual([CHALLENGE, WIRE.VERSION]);
  }
});

test('7-14 an unknown Client-ID: silence', async () => {
  await it.silent(await it.stranger(), hello('nobody'), hello('Alice'), hello('ALICE'));
});

test('7-15 the same HELLO a thousand times: the same CHALLENGE', async () => {
  const udp = await it.stranger();
  const same = hello();
  const answers = new Set<string>();
  for (let n = 0; n < 1_000; n++) answers.add((await udp.ask(same)).toString('hex'));
  expect(answers.size).toBe(1);
});

test('7-16 the same attempt-ID with other bytes is another attempt, and does not spoil the first', async () => {
  const peer = await it.peer();
  await peer.askChallenge();
  const first: Buffer = peer.challenge;
  const altered = spoilt(24, 1, 7);
  peer.attempt.copy(altered, 8);
  const second = await peer.udp.ask(altered);
  expect([typeOf(second), second.equals(first)]).toEqual([CHALLENGE, false]);
  peer.takeSuccess(await peer.udp.ask(peer.responseBytes()));
});

/** HELLOs from many sockets, and whoever logs on among them. */
async function flood(ids: () => string, count: number, during: () => Promise<unknown>): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: 20 }, (_, n) => it.stranger(sourceOf(n))));
  const pour = async (udp: Udp): Promise<void> => {
    for (let n = 0; n < count / sockets.length; n++) await udp.send(hello(ids()));
  };
  await Promise.all([...sockets.map(pour), during()]);
  // Whatever the kernel has kept of it is read before an answer to this comes.
  await it.silent(await it.stranger());
}
const FLOOD = FULL ? 1_000_000 : 10_000;

test(`7-17 a flood of HELLOs for a victim who logs on meanwhile (${String(FLOOD)})`, async () => {
  const victim = it.stage.client(LIARS[1]);
  const before = it.residentKb;
  await flood(
    () => LIARS[1],
    FLOOD,
    () => {
      victim.type('Log on');
      return victim.shows('Connected');
    },
  );
  victim.type('Quit');
  expect(await victim.exit).toBe(0);
  expect(it.residentKb - before).toBeLessThan(GROWTH_KB);
});

test('7-19 RESPONSE without HELLO: AUTH_FAIL of 24 bytes', async () => {
  const udp = await it.stranger();
  const rand = randomBytes(32);
  for (const id of [LIARS[0], 'nobody', HONEST[0]]) {
    const attempt = randomBytes(16);
    const answer = await udp.ask(encodeDatagram(attempt, { type: 'RESPONSE', id, res: randomBytes(32), rand }));
    expect([typeOf(answer), answer.length, answer.subarray(8)]).toEqual([AUTH_FAIL, 24, attempt]);
  }
});

test('7-20 RESPONSE with a known rand, but another Client-ID or attempt-ID: dropped (P8)', async () => {
  const peer = await it.peer();
  await peer.askChallenge();
  const foreign = [peer.responseBytes({ id: LIARS[1] }), peer.responseBytes({ attempt: randomBytes(16) })];
  await it.silent(peer.udp, ...foreign, peer.responseBytes({ rand: randomBytes(32) }));
  await it.counted('ResponseOfOtherAttempt');
  peer.takeSuccess(await peer.udp.ask(peer.responseBytes()));
});

test('7-21 a wrong RES once and twice: AUTH_FAIL, and the right one still counts', async () => {
  const peer = await it.peer();
  await peer.askChallenge();
  for (let n = 0; n < 2; n++) {
    expect(typeOf(await peer.udp.ask(peer.responseBytes({ res: randomBytes(32) })))).toBe(AUTH_FAIL);
  }
  peer.takeSuccess(await peer.udp.ask(peer.responseBytes()));
});

test('7-21 a wrong RES three times: AUTH_FAIL each, and the attempt is closed', async () => {
  const peer = await it.peer();
  await peer.askChallenge();
  for (let n = 0; n < 3; n++) {
    expect(typeOf(await peer.udp.ask(peer.responseBytes({ res: randomBytes(32) })))).toBe(AUTH_FAIL);
  }
  expect(typeOf(await peer.udp.ask(peer.responseBytes()))).toBe(AUTH_FAIL);
});

test('7-23 the right RESPONSE ten times: AUTH_SUCCESS byte by byte the same', async () => {
  const peer = await (await it.peer()).authenticate();
  for (let n = 0; n < 9; n++) expect(await peer.udp.ask(peer.responseBytes())).toEqual(peer.success);
});

test('7-24 the right RESPONSE from another address than HELLO: AUTH_SUCCESS goes to where it came from', async () => {
  const peer = await it.peer();
  await peer.askChallenge();
  const moved = await it.stranger();
  peer.takeSuccess(await moved.ask(peer.responseBytes()));
  expect(peer.udp.inbox.items).toEqual([]);
});

test('7-26 HELLO and RESPONSE of a connected client, replayed by a stranger', async () => {
  const peer = await (await it.peer()).authenticate();
  const [right, wrong] = [peer.responseBytes(), peer.responseBytes({ res: randomBytes(32) })];
  await peer.connect();
  await it.silent(await it.stranger(), peer.hello, right, wrong);
  await peer.say({ type: 'CHAT_REQUEST', id: 'nobody' });
  expect(await peer.reply()).toEqual({ type: 'UNREACHABLE', id: 'nobody' });
});

test('7-27 RES that agrees in all but its last byte, in all but its last bit: AUTH_FAIL', async () => {
  const peer = await it.peer();
  await peer.askChallenge();
  for (const change of [0xff, 1]) {
    const res = Buffer.from(peer.keys.res(peer.handle));
    res[31] = (res[31] ?? 0) ^ change;
    expect(typeOf(await peer.udp.ask(peer.responseBytes({ res })))).toBe(AUTH_FAIL);
  }
});

test('7-28 a recorded log-on, replayed to a server that has forgotten it: a new rand, AUTH_FAIL, and the tag is gone', async () => {
  const peer = await (await it.peer()).authenticate();
  const tcp = await peer.openTcp();
  const [hello, response, flight] = [peer.hello, peer.responseBytes(), peer.flight()];
  await tcp.write(flight);
  await peer.reply();
  await peer.say({ type: 'CLOSE', reason: 0 });
  await tcp.over();
  tcp.close();
  await it.until('the end of the connection', () => it.server.errors.some((line) => ended(line, peer)));
  const stranger = await it.stranger();
  const challenge = await stranger.ask(hello);
  expect([typeOf(challenge), challenge.equals(peer.challenge)]).toEqual([CHALLENGE, false]);
  // The rand of the old CHALLENGE, under an attempt-ID that lives again: ignored (P8); once that is gone: AUTH_FAIL.
  await it.silent(stranger, response);
  const again = await it.caller();
  await again.write(flight);
  await again.over();
  expect(again.received).toEqual([]);
});
const ended = (line: string, { id }: Peer): boolean => line.includes('disconnected') && line.includes(`client=${id}`);

test('7-125 every answer is shorter than its question, and there is one at most (I-16)', async () => {
  const peer = await it.peer();
  await peer.askChallenge();
  await peer.udp.ask(peer.responseBytes({ res: randomBytes(32) }));
  peer.takeSuccess(await peer.udp.ask(peer.responseBytes()));
  await it.silent(peer.udp);
  expect([peer.challenge.length, peer.success.length]).toEqual([57, 84]);
  expect(AUTH_SUCCESS).toBe(typeOf(peer.success));
});
