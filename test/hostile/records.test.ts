/**
 * Records and messages of a client that knows its key and breaks the rules, at a real server (protocol 7, D): CLOSE(4) or a
 * cut for the liar, END_NOTIF for who chatted with it.
 */
import { randomBytes } from 'node:crypto';
import type { Fault } from '../../machines/faults';
import type { TcpMessage } from '../../machines/messages';
import { WIRE } from '../../machines/limits';
import { limits } from '../binaries/support';
import { chatBytes, framed, messageBytes, u16, u32 } from '../support/plaintexts';
import { lyingInChat } from './liar';
import { FULL, scene, UNLIMITED } from './support';

const it = scene([...UNLIMITED, ...limits({ MESSAGES_PER_SECOND: 0, CALLS_PER_MINUTE: 0 })]);
const LOST = 2;

const text =
  (...bytes: number[]) =>
  (session: number): Buffer =>
    framed([chatBytes(session, Buffer.from(bytes))]);
const message = (of: TcpMessage) => (): Buffer => framed([messageBytes(of)]);
const endRequest = (session: number, ...more: number[]): Buffer =>
  Buffer.concat([Buffer.from([0x23]), u32(session), Buffer.from(more)]);
const lastByte = (plaintext: Buffer): Buffer => {
  plaintext[plaintext.length - 1] = 1;
  return plaintext;
};
const [session, id] = [9, 'alice'];

/** Plaintexts of a record that verifies, and what they are called. */
const PROTOCOL_ERRORS: readonly (readonly [string, Fault, (session: number) => Buffer])[] = [
  ['7-67 type 00', 'UnknownMessageType', () => framed([Buffer.from([0])])],
  ['7-67 type 7E', 'UnknownMessageType', () => framed([Buffer.from([0x7e])])],
  ['7-67 the type of a datagram', 'UnknownMessageType', () => framed([Buffer.from([1])])],
  ['7-69 CONNECTED', 'MessageOfWrongDirection', message({ type: 'CONNECTED' })],
  ['7-69 CHAT_STARTED', 'MessageOfWrongDirection', message({ type: 'CHAT_STARTED', session, id })],
  ['7-69 UNREACHABLE', 'MessageOfWrongDirection', message({ type: 'UNREACHABLE', id })],
  ['7-69 END_NOTIF', 'MessageOfWrongDirection', message({ type: 'END_NOTIF', session })],
  ['7-69 HISTORY_RESP', 'MessageOfWrongDirection', message({ type: 'HISTORY_RESP', session, id, text: 'x' })],
  ['7-69 HISTORY_END', 'MessageOfWrongDirection', message({ type: 'HISTORY_END', id, status: 0, count: 0 })],
  ['7-70 a second CONNECT', 'MessageOutOfPlace', message({ type: 'CONNECT', cookie: Buffer.alloc(16) })],
  ['7-71 session-ID 0', 'SessionZero', () => framed([endRequest(0)])],
  ['7-72 text of length 0', 'EmptyText', text()],
  ['7-72 text of 4097 bytes', 'TextTooLong', (s) => framed([chatBytes(s, Buffer.alloc(4_097, 'x'))])],
  ['7-72 text beyond the end', 'FieldBeyondEnd', (s) => framed([chatBytes(s, Buffer.from('x'), 2)])],
  ['7-73 overlong UTF-8', 'TextNotUtf8', text(0xc0, 0xaf)],
  ['7-73 a surrogate', 'TextNotUtf8', text(0xed, 0xa0, 0x80)],
  ['7-73 a cut sequence', 'TextNotUtf8', text(0xe2, 0x98)],
  ['7-73 F5', 'TextNotUtf8', text(0xf5, 0x80, 0x80, 0x80)],
  ['7-74 ESC', 'TextWithControlCharacter', text(0x1b, 0x5b, 0x48)],
  ['7-74 NUL', 'TextWithControlCharacter', text(0x41, 0)],
  ['7-74 CR LF', 'TextWithControlCharacter', text(0x0d, 0x0a)],
  ['7-74 U+009B', 'TextWithControlCharacter', text(0xc2, 0x9b)],
  ['7-79 filling that is not zero', 'FillingNotZero', (s) => lastByte(framed([endRequest(s)]))],
  ['7-79 more filling than needed', 'FillingTooLong', (s) => framed([endRequest(s)], 1)],
  ['7-79 the most filling there can be', 'FillingTooLong', (s) => framed([endRequest(s)], 64)],
  ['7-128 a record without a message', 'RecordWithoutMessage', () => Buffer.alloc(64)],
  ['7-128 beyond the record', 'MessageBeyondRecord', () => Buffer.concat([u16(63), Buffer.alloc(62, 0x40)])],
  ['7-129 a byte after the last field', 'ExtensionBeyondEnd', (s) => framed([endRequest(s, 5)])],
  ['7-129 a critical extension', 'UnknownCriticalExtension', (s) => framed([endRequest(s, 0x85, 0)])],
  ['7-129 an extension twice', 'ExtensionTwice', (s) => framed([endRequest(s, 5, 0, 5, 0)])],
  ['7-129 an extension of type 00', 'ExtensionOfTypeZero', (s) => framed([endRequest(s, 0, 0)])],
  ['7-129 a malformed Client-ID', 'MalformedClientId', () => framed([Buffer.from([0x20, 1, 0x31])])],
];
test.each(PROTOCOL_ERRORS)('%s: CLOSE(4), and the chat is over', async (_, fault, plaintext) => {
  const { liar, partner, session } = await lyingInChat(it);
  await liar.records(plaintext(session));
  expect(await liar.reply()).toEqual({ type: 'CLOSE', reason: 4 });
  expect(await liar.over()).toBe('FIN');
  expect(await partner.reply()).toEqual({ type: 'END_NOTIF', session, why: LOST });
  await it.counted(fault);
});

const KEEPALIVE = framed([messageBytes({ type: 'KEEPALIVE' })]);
const changed = (record: Buffer, at: number): Buffer => {
  const copy = Buffer.from(record);
  copy[at] = (copy[at] ?? 0) ^ 8;
  return copy;
};
const CUT: readonly (readonly [string, Fault, (record: Buffer, next: () => Buffer) => Buffer])[] = [
  ...[0, 1, 79, 81, 4_177, 65_535].map((n) => [`7-63 N = ${String(n)}`, 'RecordOfWrongLength', () => u16(n)] as const),
  // A bit of byte 0 makes another size that is allowed: what comes next is taken for the rest.
  ['7-64 a bit changed in byte 0', 'RecordNotVerified', (r) => Buffer.concat([changed(r, 0), randomBytes(4_176)])],
  ['7-64 a bit changed in byte 1', 'RecordOfWrongLength', (record) => changed(record, 1)],
  ...[2, 65, 66, 81].map(
    (at) => [`7-64 a bit changed in byte ${String(at)}`, 'RecordNotVerified', (r: Buffer) => changed(r, at)] as const,
  ),
  ['7-65 a record twice', 'RecordNotVerified', (record) => Buffer.concat([record, record])],
  ['7-65 two records in the wrong order', 'RecordNotVerified', (record, next) => Buffer.concat([next(), record])],
  ['7-65 a record left out', 'RecordNotVerified', (_, next) => next()],
  ['7-130 random bytes', 'RecordNotVerified', () => Buffer.concat([u16(4_176), randomBytes(4_176)])],
];
test.each(CUT)('%s: cut without a word', async (_, fault, spoil) => {
  const { liar, partner, session } = await lyingInChat(it);
  await liar.write(spoil(liar.seal(KEEPALIVE), () => liar.seal(KEEPALIVE)));
  await liar.over();
  expect(liar.replies.items).toEqual([]);
  expect(await partner.reply()).toEqual({ type: 'END_NOTIF', session, why: LOST });
  await it.counted(fault);
});

test("7-66 the server's own record sent back to it: cut", async () => {
  const { liar } = await lyingInChat(it);
  const before = liar.raw.length;
  await liar.say({ type: 'HISTORY_REQ', id: 'nobody' });
  expect((await liar.reply()).type).toBe('HISTORY_END');
  await liar.write(Buffer.concat(liar.raw.slice(before)));
  await liar.over();
  expect(liar.replies.items).toEqual([]);
  await it.counted('RecordNotVerified');
});

test('7-68 unknown optional messages are skipped, in any record but the first', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const said = messageBytes({ type: 'CHAT', session, text: 'said' });
  await liar.records(framed([Buffer.from([0x80, 1, 2, 3]), said, Buffer.from([0xff])]));
  expect(await partner.reply()).toEqual({ type: 'CHAT', session, text: 'said' });
});

const STRANGE = ['\u202eabc\u2028', '\ufeffmark first', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', '\u0344\u061c'];
test('7-75, 7-76 texts that only look strange are delivered unchanged', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  for (const text of STRANGE) {
    await liar.say({ type: 'CHAT', session, text });
    expect(await partner.reply()).toEqual({ type: 'CHAT', session, text });
  }
});

test('7-78 a text of exactly 4096 bytes, of 4-byte characters, is delivered', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const text = '\u{1f600}'.repeat(1_024);
  await liar.say({ type: 'CHAT', session, text });
  expect(await partner.reply()).toEqual({ type: 'CHAT', session, text });
});

test('7-80 65 536 + 5 records in one direction: the keys change, and everything is read', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const count = WIRE.REKEY_RECORDS + 5;
  for (let n = 0; n < count; n += 1_000) {
    await liar.records(...Array.from({ length: Math.min(1_000, count - n) }, () => KEEPALIVE));
  }
  await liar.say({ type: 'CHAT', session, text: 'still here' });
  expect(await partner.reply()).toEqual({ type: 'CHAT', session, text: 'still here' });
});

const RUBBISH = FULL ? 10_000 : 40;
test(`7-81 ${String(RUBBISH)} random and spoilt streams at the socket: no crash`, async () => {
  for (let n = 0; n < RUBBISH; n++) {
    const peer = await (await it.peer()).authenticate();
    const tcp = await peer.openTcp();
    const flight = peer.flight();
    // Half of them get through and lie then.
    const at = n % 2 === 0 ? Math.floor(Math.random() * flight.length) : flight.length;
    await tcp.write(Buffer.concat([flight.subarray(0, at), randomBytes(1 + Math.floor(Math.random() * 5_000))]));
    tcp.finish();
    await tcp.over();
    tcp.close();
    peer.udp.close();
  }
});

test('7-131 of a partly bad record the messages before the first bad one stand (P3)', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const [good, late] = ['good', 'late'].map((text) => messageBytes({ type: 'CHAT', session, text }));
  await liar.records(framed([good ?? KEEPALIVE, Buffer.from([0x7e]), late ?? KEEPALIVE]));
  expect([await partner.reply(), await partner.reply()]).toEqual([
    { type: 'CHAT', session, text: 'good' },
    { type: 'END_NOTIF', session, why: LOST },
  ]);
});

test('7-112 what follows CLOSE is not looked at, in the same record or later (P21)', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const close = messageBytes({ type: 'CLOSE', reason: 0 });
  const late = messageBytes({ type: 'CHAT', session, text: 'late' });
  await liar.records(framed([close, late, Buffer.from([0x7e])]), framed([late]));
  await liar.write(randomBytes(10_000));
  expect(await partner.reply()).toEqual({ type: 'END_NOTIF', session, why: 1 });
});

test('7-109 half a record, then RST; the other half, one byte at a time', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const record = liar.seal(framed([messageBytes({ type: 'CHAT', session, text: 'slowly' })]));
  for (const byte of record) await liar.write(Buffer.from([byte]));
  expect(await partner.reply()).toEqual({ type: 'CHAT', session, text: 'slowly' });
  await liar.write(liar.seal(KEEPALIVE).subarray(0, 50));
  liar.tcp?.reset();
  expect(await partner.reply()).toEqual({ type: 'END_NOTIF', session, why: LOST });
});
