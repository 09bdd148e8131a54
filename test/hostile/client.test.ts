/** Datagrams that strangers send to a real client while it logs on at a real server (protocol 7, B). */
import { randomBytes } from 'node:crypto';
import type { Actor } from '../../bin/demo/stage';
import { KeyStore } from '../../transport/security/keystore';
import { systemRandom } from '../../transport/security/random';
import { authSuccessHeader, encodeDatagram, joinAuthSuccess } from '../../transport/wire/datagrams';
import { scene, UNLIMITED, LIARS } from './support';
import { Between } from './between';

const it = scene(UNLIMITED);
/** One client for all tests, which logs on and off through somebody who sees and sends what he likes. */
let between: Between;
let client: Actor;
beforeAll(async () => {
  between = await Between.open(it.udp);
  client = it.stage.client(LIARS[0], '--server', `127.0.0.1:${String(between.port)}`);
});
afterAll(() => between.close());
afterEach(() => {
  between.meddle = (bytes, way) => between.pass(bytes, way);
});
const attemptOf = (bytes: Buffer): Buffer => bytes.subarray(8, 24);
const [HELLO, CHALLENGE, RESPONSE, AUTH_SUCCESS] = [1, 2, 3, 4];
const authFail = (bytes: Buffer): Buffer => encodeDatagram(attemptOf(bytes), { type: 'AUTH_FAIL' });
const challenge = (bytes: Buffer, ver = 1): Buffer =>
  encodeDatagram(attemptOf(bytes), { type: 'CHALLENGE', ver, rand: randomBytes(32) });

/** Each forges something when a datagram of this type comes by, before it is passed on. */
const FORGED: readonly (readonly [string, number, (between: Between, bytes: Buffer) => unknown])[] = [
  ['7-29 a CHALLENGE of another attempt', HELLO, (n) => n.down(challenge(Buffer.alloc(24)))],
  ['7-30 from another port', HELLO, (n, b) => [n.strange(authFail(b)), n.strange(challenge(b))]],
  ['7-31 AUTH_FAIL before CHALLENGE', HELLO, (n, b) => n.down(authFail(b))],
  ['7-32 AUTH_FAIL before AUTH_SUCCESS', AUTH_SUCCESS, (n, b) => n.down(authFail(b))],
  ['7-33 a hundred AUTH_FAILs', AUTH_SUCCESS, (n, b) => Array.from({ length: 100 }, () => n.down(authFail(b)))],
  ['7-35 a forged CHALLENGE first', CHALLENGE, (n, b) => n.down(challenge(b))],
  ['7-37 a version that was not offered', CHALLENGE, (n, b) => [0, 2, 255].map((v) => n.down(challenge(b, v)))],
  // All at once would not fit the socket's buffer of the client: a twelfth for each log-on.
  ...Array.from(
    { length: 12 },
    (_, part) =>
      [
        `7-38 AUTH_SUCCESS with one of 56 bits changed, part ${String(part + 1)} of 12`,
        AUTH_SUCCESS,
        (n: Between, b: Buffer) => everyBit(b, part * 56, 56).map((one) => n.down(one)),
      ] as const,
  ),
  ['7-39 AUTH_SUCCESS with a cut tag', AUTH_SUCCESS, (n, b) => [72, 76, 80].map((size) => n.down(b.subarray(0, size)))],
  ['7-42 rubbish of any size', RESPONSE, (n) => [0, 1, 24, 84, 129, 9_000].map((size) => n.down(randomBytes(size)))],
  ['7-46 everything three times', CHALLENGE, (n, b) => [n.down(b), n.down(b)]],
];
/** Copies with one bit changed, for `count` bits from `first` on. */
function everyBit(of: Buffer, first: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => {
    const bit = first + n;
    const copy = Buffer.from(of);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy;
  });
}
test.each(FORGED)('%s: Connected all the same', async (_, type, forge) => {
  between.meddle = (bytes, way) => {
    if (bytes[5] === type) forge(between, bytes);
    between.pass(bytes, way);
  };
  client.type('Log on');
  await client.shows('Connected');
  client.type('Log off');
  await client.shows('Disconnected');
});

test('7-40 AUTH_SUCCESS that verifies and names port 0: dropped, and the genuine one counts', async () => {
  // Somebody with the key of the client could make it: the server, if it were wrong.
  const keys = new KeyStore({});
  keys.setSubscriber(LIARS[0], it.keyOf(LIARS[0]));
  let hello = Buffer.alloc(0);
  let handle = 0;
  let forged = 0;
  between.meddle = (bytes, way) => {
    if (bytes[5] === HELLO) hello = Buffer.from(bytes);
    if (bytes[5] === CHALLENGE && handle === 0) {
      handle = keys.derive(LIARS[0], bytes.subarray(25, 57));
      keys.bindTranscript(handle, hello, bytes);
      keys.makeCookie(handle, systemRandom);
    }
    if (bytes[5] === AUTH_SUCCESS && forged++ === 0) between.down(portZero(keys, handle, attemptOf(bytes)));
    between.pass(bytes, way);
  };
  client.type('Log on');
  await client.shows('Connected');
  expect(forged).toBeGreaterThan(0);
  client.type('Log off');
  await client.shows('Disconnected');
});
function portZero(keys: KeyStore, handle: number, attempt: Buffer): Buffer {
  const header = authSuccessHeader(attempt);
  const { nonce, box } = keys.sealAuthSuccess(
    handle,
    header,
    (cookie) => Buffer.concat([cookie, Buffer.alloc(16)]),
    systemRandom,
  );
  return joinAuthSuccess(header, nonce, box);
}

test('7-43 everything again to a client that is connected, and to one that has logged off: ignored', async () => {
  const seen: Buffer[] = [];
  between.meddle = (bytes, way) => {
    if (way === 'down') seen.push(bytes);
    between.pass(bytes, way);
  };
  const again = (): void => {
    for (const bytes of [...seen, authFail(seen[0] ?? Buffer.alloc(24))]) between.down(bytes);
  };
  client.type('Log on');
  await client.shows('Connected');
  again();
  client.type('Chat alice');
  await client.shows('Correspondent unreachable');
  client.type('Log off');
  await client.shows('Disconnected');
  again();
  client.type('Log on');
  await client.shows('Connected');
  client.type('Quit');
  expect([await client.exit, client.errors]).toEqual([0, []]);
});
