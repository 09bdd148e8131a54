/** Sockets before CONNECT at a real server (protocol 7, C): what is not exactly right is destroyed without a word. */
import { randomBytes } from 'node:crypto';
import type { Fault } from '../../machines/faults';
import { encodeClientPreface } from '../../transport/wire/prefaces';
import { encodeRecords } from '../../transport/wire/records';
import { limits } from '../binaries/support';
import { framed, messageBytes } from '../support/plaintexts';
import type { Peer } from '../../bin/conform/server/peer';
import { Tcp } from '../../bin/conform/server/sockets';
import { FULL, LIARS, scene, siteOf, sourceOf, UNLIMITED } from './support';

const T_PREFACE_MS = 2_000;
const it = scene([...UNLIMITED, ...limits({ T_PREFACE_MS })]);

/** Destroyed, and not a byte was said. */
async function cut(tcp: Tcp, ...faults: readonly Fault[]): Promise<void> {
  await tcp.over();
  expect(tcp.received).toEqual([]);
  await it.counted(...faults);
}
const HELLO = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc];

const STRANGE: readonly (readonly [string, Fault, () => Uint8Array])[] = [
  ['7-51 HTTP', 'WrongMagic', () => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['7-51 four bytes of HTTP', 'WrongMagic', () => Buffer.from('GET ')],
  ['7-51 TLS ClientHello', 'WrongMagic', () => Buffer.from(HELLO)],
  ['7-52 an unknown tag', 'UnknownTag', () => encodeClientPreface({ tag: randomBytes(16), salt: randomBytes(16) })],
  ['7-53 another version', 'UnknownHeaderVersion', () => Buffer.from('SBCT\x02', 'latin1')],
  ['7-53 a reserved byte', 'ReservedNotZero', () => Buffer.from('SBCT\x01\x00\x00\x01', 'latin1')],
  ['7-53 random bytes', 'WrongMagic', () => randomBytes(100_000)],
];
test.each(STRANGE)('%s: cut', async (_, fault, bytes) => {
  const tcp = await it.caller();
  await tcp.write(bytes());
  await cut(tcp, fault);
});

test('7-48 connect and say nothing; 7-49 all but one byte: cut after T_PREFACE', async () => {
  const [idle, slow] = [await it.caller(), await it.caller()];
  const peer = await (await it.peer()).authenticate();
  await slow.write(peer.flight().subarray(0, 121));
  await Promise.all([cut(idle, 'PrefaceTooLate'), cut(slow, 'PrefaceTooLate')]);
});

test('7-50 122 right bytes, one write for each: Connected', async () => {
  const peer = await (await it.peer()).authenticate();
  const tcp = await peer.openTcp();
  for (const byte of peer.flight()) await tcp.write(Buffer.from([byte]));
  expect(await peer.reply()).toEqual({ type: 'CONNECTED' });
});

test('7-54 right tag, wrong cookie: cut, and the right cookie is still good', async () => {
  const peer = await (await it.peer()).authenticate();
  const tcp = await it.caller();
  await tcp.write(peer.flight({ type: 'CONNECT', cookie: Buffer.alloc(16) }));
  await cut(tcp, 'WrongCookie');
  expect(await peer.udp.ask(peer.responseBytes())).toEqual(peer.success);
});

const FIRST: readonly (readonly [string, Fault, (peer: Peer) => Buffer])[] = [
  ['7-55 CHAT_REQUEST first', 'FirstRecordNotConnect', (peer) => peer.flight({ type: 'CHAT_REQUEST', id: 'alice' })],
  ['7-55 KEEPALIVE first', 'FirstRecordNotConnect', (peer) => peer.flight({ type: 'KEEPALIVE' })],
  [
    '7-62 an optional message beside CONNECT',
    'FirstRecordNotConnect',
    (peer) => peer.flightOf(framed([connectOf(peer), Buffer.from([0x80])])),
  ],
  [
    '7-62 another N than 80',
    'RecordOfWrongLength',
    (peer) => Buffer.concat([peer.flight().subarray(0, 40), Buffer.from([0, 144])]),
  ],
  [
    '7-62 a bit changed in record 0',
    'RecordNotVerified',
    (peer) => {
      const flight = peer.flight();
      flight[60] = (flight[60] ?? 0) ^ 1;
      return flight;
    },
  ],
  [
    '7-62 a record 0 that verifies and holds nothing',
    'RecordWithoutMessage',
    (peer) => peer.flightOf(Buffer.alloc(64)),
  ],
];
const connectOf = (peer: Peer): Buffer => messageBytes({ type: 'CONNECT', cookie: peer.keys.cookie(peer.handle) });
test.each(FIRST)('%s: cut', async (_, fault, flight) => {
  const peer = await (await it.peer()).authenticate();
  const tcp = await it.caller();
  await tcp.write(flight(peer));
  await cut(tcp, fault);
});

test('7-56 a copy of a used flight: cut, and the connection it was copied from lives', async () => {
  const peer = await (await it.peer()).authenticate();
  const tcp = await peer.openTcp();
  const flight = peer.flight();
  await tcp.write(flight);
  await peer.reply();
  for (let n = 0; n < 3; n++) {
    const copy = await it.caller();
    await copy.write(flight);
    await cut(copy, 'UnknownTag');
  }
  await peer.say({ type: 'CHAT_REQUEST', id: 'nobody' });
  expect(await peer.reply()).toEqual({ type: 'UNREACHABLE', id: 'nobody' });
});

test('7-57 one flight on two sockets at once: one is connected, the other is cut', async () => {
  const peer = await (await it.peer()).authenticate();
  const flight = peer.flight();
  const [a, b] = [await it.caller(), await it.caller()];
  await a.write(flight.subarray(0, 121));
  await b.write(flight);
  await it.until('CONNECTED', () => Buffer.concat(b.received).length === 24 + 82);
  await a.write(flight.subarray(121));
  await cut(a, 'TagUsedMeanwhile');
});

test('7-59 FIN at any moment before CONNECT: closed, nothing said', async () => {
  const peer = await (await it.peer()).authenticate();
  const flight = peer.flight();
  for (const size of [0, 1, 39, 40, 41, 42, 100, 121]) {
    const tcp = await it.caller();
    if (size > 0) await tcp.write(flight.subarray(0, size));
    tcp.finish();
    await cut(tcp);
  }
});

test('7-126 the flight and a thousand bytes of rubbish behind it: CONNECTED, then cut', async () => {
  const peer = await (await it.peer()).authenticate();
  const tcp = await peer.openTcp();
  const record = Buffer.concat([Buffer.from([0, 80]), randomBytes(1_000)]);
  await tcp.write(Buffer.concat([peer.flight(), record]));
  await peer.over();
  expect(peer.replies.items.filter(({ type }) => type !== 'CONNECTED')).toEqual([]);
  await it.counted('RecordNotVerified');
});

test('7-127 record 1 in the same write as CONNECT: accepted (P20)', async () => {
  const peer = await (await it.peer()).authenticate();
  const tcp = await peer.openTcp();
  const flight = peer.flight();
  const next = encodeRecords([{ type: 'CHAT_REQUEST', id: 'nobody' }]).map((plaintext) => peer.seal(plaintext));
  await tcp.write(Buffer.concat([flight, ...next]));
  expect([await peer.reply(), await peer.reply()]).toEqual([
    { type: 'CONNECTED' },
    { type: 'UNREACHABLE', id: 'nobody' },
  ]);
});

const IDLE = FULL ? 2_000 : 600;
test(`7-60 ${String(IDLE)} idle sockets from many sources: at most 512 are held, an honest client connects`, async () => {
  const before = it.descriptors;
  const idle = await Promise.all(Array.from({ length: IDLE }, (_, n) => it.caller(sourceOf(n))));
  const honest = it.stage.client(LIARS[1]);
  honest.type('Log on');
  await honest.shows('Connected');
  expect(it.descriptors - before).toBeLessThanOrEqual(512 + 1);
  await it.counted('TooManyUnboundSockets');
  honest.type('Quit');
  expect(await honest.exit).toBe(0);
  // The oldest are the ones that had to go.
  await it.until('the end of the oldest', () => idle[0]?.ended !== undefined);
  await Promise.all(idle.map((tcp) => tcp.over()));
});

const RESETS = FULL ? 10_000 : 1_000;
test(`7-61 RST directly after connect, ${String(RESETS)} times: nothing is left`, async () => {
  for (let n = 0; n < RESETS; n += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const tcp = Tcp.begin(siteOf(it.udp), it.tcp);
        await tcp.opened;
        tcp.reset();
      }),
    );
  }
});
