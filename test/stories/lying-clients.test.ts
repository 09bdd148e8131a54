/**
 * Clients that know their key and break the rules on TCP (faults 63 to 89): CLOSE(4) or a cut for the liar, END_NOTIF for who
 * chatted with him, nothing for anybody else.
 */
import type { Fault } from '../../machines/faults';
import { LIMITS, WIRE } from '../../machines/limits';
import { chatBytes, framed, messageBytes, u16, u32 } from '../support/plaintexts';
import { RawClient } from '../support/raw-client';
import type { User } from '../support/user';
import { played, story, type World } from '../support/world';

const users = ['A', 'B', 'C', 'D'] as const;
const hostile = { users, peers: 'hostile' } as const;

/** A liar called A in a chat with B; C and D chat and must notice nothing. */
function lyingInChat(world: World): { liar: RawClient; session: number; b: User; c: User; d: User } {
  const liar = new RawClient(world, 'A').logOn();
  const [b] = world.connect('B');
  const [c, d] = world.chat('C', 'D');
  b.type('Chat A');
  world.advance(10);
  const session = b.status.session ?? 0;
  expect([liar.look(), b.look()]).toEqual([['CONNECTED', 'CHAT_STARTED'], ['Chat started']]);
  return { liar, session, b, c, d };
}

function undisturbed(world: World, c: User, d: User): void {
  c.type('all well?');
  world.advance(10);
  expect([c.look(), d.look()]).toEqual([[], ['C: all well?']]);
}

/** Any extension block that ends a message of no fields. */
const endRequest = (session: number, ...extra: number[]): Buffer =>
  Buffer.concat([Buffer.from([0x23]), u32(session), Buffer.from(extra)]);
const text =
  (...bytes: number[]) =>
  (session: number) =>
    framed([chatBytes(session, Buffer.from(bytes))]);

/** What the liar sends as the plaintext of a record, and how the server calls it. */
const PROTOCOL_ERRORS: readonly (readonly [string, Fault, (session: number) => Buffer])[] = [
  ['67: type 00', 'UnknownMessageType', () => framed([Buffer.from([0])])],
  ['67: type 7E', 'UnknownMessageType', () => framed([Buffer.from([0x7e])])],
  [
    '69: CHAT_STARTED',
    'MessageOfWrongDirection',
    () => framed([messageBytes({ type: 'CHAT_STARTED', session: 9, id: 'C' })]),
  ],
  [
    '69: HISTORY_RESP',
    'MessageOfWrongDirection',
    () => framed([messageBytes({ type: 'HISTORY_RESP', session: 9, id: 'C', text: 'x' })]),
  ],
  ['69: CONNECTED', 'MessageOfWrongDirection', () => framed([messageBytes({ type: 'CONNECTED' })])],
  ['69: END_NOTIF', 'MessageOfWrongDirection', () => framed([messageBytes({ type: 'END_NOTIF', session: 9 })])],
  ['69: UNREACHABLE', 'MessageOfWrongDirection', () => framed([messageBytes({ type: 'UNREACHABLE', id: 'C' })])],
  [
    '69: HISTORY_END',
    'MessageOfWrongDirection',
    () => framed([messageBytes({ type: 'HISTORY_END', id: 'C', status: 0, count: 0 })]),
  ],
  [
    '70: a second CONNECT',
    'MessageOutOfPlace',
    () => framed([messageBytes({ type: 'CONNECT', cookie: Buffer.alloc(16) })]),
  ],
  ['71: session-ID 0', 'SessionZero', () => framed([endRequest(0)])],
  ['72: text of length 0', 'EmptyText', text()],
  ['72: text of 4097 bytes', 'TextTooLong', (s) => framed([chatBytes(s, Buffer.alloc(4_097, 'x'))])],
  ['72: text beyond the end', 'FieldBeyondEnd', (s) => framed([chatBytes(s, Buffer.from('x'), 2)])],
  ['73: overlong UTF-8', 'TextNotUtf8', text(0xc0, 0xaf)],
  ['73: a surrogate', 'TextNotUtf8', text(0xed, 0xa0, 0x80)],
  ['73: a cut sequence', 'TextNotUtf8', text(0xe2, 0x98)],
  ['73: F5', 'TextNotUtf8', text(0xf5, 0x80, 0x80, 0x80)],
  ['74: ESC', 'TextWithControlCharacter', text(0x1b, 0x5b, 0x48)],
  ['74: NUL', 'TextWithControlCharacter', text(0x41, 0)],
  ['74: CR LF', 'TextWithControlCharacter', text(0x0d, 0x0a)],
  ['74: U+009B', 'TextWithControlCharacter', text(0xc2, 0x9b)],
  ['79: filling that is not zero', 'FillingNotZero', (s) => withLastByte(framed([endRequest(s)]), 1)],
  ['79: 64 bytes of filling too many', 'FillingTooLong', (s) => framed([endRequest(s)], 1)],
  ['a record without a message', 'RecordWithoutMessage', () => Buffer.alloc(64)],
  [
    'a message beyond the end of the record',
    'MessageBeyondRecord',
    () => Buffer.concat([u16(63), Buffer.alloc(62, 0x40)]),
  ],
  ['a byte after the last field', 'ExtensionBeyondEnd', (s) => framed([endRequest(s, 5)])],
  ['an unknown critical extension', 'UnknownCriticalExtension', (s) => framed([endRequest(s, 0x85, 0)])],
  ['an extension twice', 'ExtensionTwice', (s) => framed([endRequest(s, 5, 0, 5, 0)])],
  ['an extension of type 00', 'ExtensionOfTypeZero', (s) => framed([endRequest(s, 0, 0)])],
  ['a malformed Client-ID', 'MalformedClientId', () => framed([Buffer.from([0x20, 1, 0x31])])],
];

function withLastByte(plaintext: Buffer, byte: number): Buffer {
  plaintext[plaintext.length - 1] = byte;
  return plaintext;
}

test.each(PROTOCOL_ERRORS)('%s: %s', (_, fault, plaintext) =>
  played(hostile, (world) => {
    const { liar, session, b, c, d } = lyingInChat(world);
    liar.records(plaintext(session));
    expect([liar.look(), liar.isOver, b.look()]).toEqual([['CLOSE(4)'], true, ['Chat ended']]);
    expect(world.spoken(b).at(-1)).toBe(`S END_NOTIF(${String(session)}, 2)`);
    expect(world.server.driver.faults.of(fault)).toBe(1);
    expect(world.store.count('A', 'B')).toBe(0);
    undisturbed(world, c, d);
    liar.leave();
  }),
);

story('P3: of a partly bad record the messages before the first bad one stand', hostile, (world) => {
  const { liar, session, b } = lyingInChat(world);
  const good = messageBytes({ type: 'CHAT', session, text: 'good' });
  const late = messageBytes({ type: 'CHAT', session, text: 'late' });
  liar.records(framed([good, Buffer.from([0x7e]), late]));
  expect([liar.look(), b.look()]).toEqual([['CLOSE(4)'], ['A: good', 'Chat ended']]);
  expect(world.store.count('A', 'B')).toBe(1);
  liar.leave();
});

story('P3: of a badly framed record no message counts', hostile, (world) => {
  const { liar, session, b } = lyingInChat(world);
  liar.records(framed([messageBytes({ type: 'CHAT', session, text: 'good' })], 1));
  expect([liar.look(), b.look()]).toEqual([['CLOSE(4)'], ['Chat ended']]);
  expect(world.store.count('A', 'B')).toBe(0);
  liar.leave();
});

story('P21: what follows CLOSE is not parsed, in the same record or later', hostile, (world) => {
  const { liar, session, b } = lyingInChat(world);
  const close = messageBytes({ type: 'CLOSE', reason: 0 });
  const late = messageBytes({ type: 'CHAT', session, text: 'late' });
  liar.records(framed([close, late, Buffer.from([0x7e])]), framed([late]));
  expect([liar.look(), liar.isOver, b.look()]).toEqual([[], true, ['Chat ended']]);
  expect(world.spoken(b).at(-1)).toBe(`S END_NOTIF(${String(session)}, 1)`);
  expect(world.store.count('A', 'B')).toBe(0);
  liar.leave();
});

story('unknown optional messages are skipped', hostile, (world) => {
  const { liar, session, b } = lyingInChat(world);
  const said = messageBytes({ type: 'CHAT', session, text: 'said' });
  liar.records(framed([Buffer.from([0x80, 1, 2, 3]), said, Buffer.from([0xff])]));
  expect([liar.look(), b.look()]).toEqual([[], ['A: said']]);
  liar.leave();
});

const BAD_RECORDS: readonly (readonly [string, Fault, (record: Buffer) => Buffer])[] = [
  ...[0, 1, 79, 81, 4_177, 65_535].map((n) => [`63: N = ${String(n)}`, 'RecordOfWrongLength', () => u16(n)] as const),
  ...[2, 30, 65, 81].map(
    (at) =>
      [
        `64: a bit changed in byte ${String(at)}`,
        'RecordNotVerified',
        (record: Buffer) => changed(record, at),
      ] as const,
  ),
  ['the record before once more', 'RecordNotVerified', (record) => Buffer.concat([record, record])],
];
function changed(record: Buffer, at: number): Buffer {
  const copy = Buffer.from(record);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

test.each(BAD_RECORDS)('%s: %s: cut, without a word', (_, fault, spoil) =>
  played(hostile, (world) => {
    const { liar, b, c, d } = lyingInChat(world);
    const record = liar.sealer?.seal(framed([messageBytes({ type: 'KEEPALIVE' })])) ?? Buffer.alloc(0);
    liar.write(spoil(record));
    world.advance(10);
    expect([liar.look(), liar.isOver, b.look()]).toEqual([[], true, ['Chat ended']]);
    expect(world.server.driver.faults.of(fault)).toBe(1);
    undisturbed(world, c, d);
    liar.leave();
  }),
);

story("66: the server's own record sent back to it: cut", hostile, (world) => {
  const { liar } = lyingInChat(world);
  let reflected = Buffer.alloc(0);
  world.network.watches.push({
    streamed: (_, from, bytes) => (from === 'server' ? (reflected = Buffer.from(bytes)) : bytes),
  });
  liar.say({ type: 'HISTORY_REQ', id: 'D' });
  expect(liar.look()).toEqual(['HISTORY_END']);
  liar.write(reflected);
  world.advance(10);
  expect([liar.look(), liar.isOver]).toEqual([[], true]);
  expect(world.server.driver.faults.of('RecordNotVerified')).toBe(1);
  liar.leave();
});

story('54: right tag, wrong cookie: cut; the attempt lives until T_COOKIE', hostile, (world) => {
  const patched = new RawClient(world, 'A');
  patched.challenge();
  patched.respond();
  patched.openTcp();
  patched.write(patched.firstFlight({ type: 'CONNECT', cookie: Buffer.alloc(16) }));
  world.advance(10);
  const { driver, keys } = world.server;
  expect([patched.isOver, patched.replies, driver.faults.of('WrongCookie'), keys.size]).toEqual([true, [], 1, 1]);
  expect(patched.ask(patched.responseBytes())?.[5]).toBe(4);
  world.advance(LIMITS.T_COOKIE_MS);
  expect(keys.size).toBe(0);
  patched.leave();
});

story(
  '80: 65,536 + 5 records in one direction: the keys change, and everything is read',
  { ...hostile, limits: { MESSAGES_PER_SECOND: 0 } },
  (world) => {
    const { liar, session, b } = lyingInChat(world);
    const keepalive = framed([messageBytes({ type: 'KEEPALIVE' })]);
    liar.records(...Array.from({ length: WIRE.REKEY_RECORDS + 5 }, () => keepalive));
    world.advance(1_000);
    liar.say({ type: 'CHAT', session, text: 'still here' });
    expect([b.look(), liar.isOver, world.watch.opaque]).toEqual([['A: still here'], false, 0]);
    liar.leave();
  },
);

story('82, 83: oneself, somebody unknown, off line, engaged: one answer for all', hostile, (world) => {
  const { liar, session } = lyingInChat(world);
  liar.say({ type: 'END_REQUEST', session });
  for (const id of ['A', 'Nobody', 'C', 'D']) {
    liar.say({ type: 'CHAT_REQUEST', id });
    expect(liar.replies.splice(0)).toEqual([{ type: 'UNREACHABLE', id }]);
  }
  liar.leave();
});

story('88: CHAT with an old, a foreign, a future session-ID: not stored, not delivered', hostile, (world) => {
  const { liar, session, b, c, d } = lyingInChat(world);
  const foreign = c.status.session ?? 0;
  for (const wrong of [foreign, session + 1, 4_294_967_295]) liar.say({ type: 'CHAT', session: wrong, text: 'psst' });
  liar.say({ type: 'END_REQUEST', session }, { type: 'CHAT', session, text: 'too late' });
  liar.say({ type: 'CHAT', session, text: 'much too late' });
  expect([liar.look(), liar.isOver, b.look(), c.look(), d.look()]).toEqual([[], false, ['Chat ended'], [], []]);
  expect([world.store.count('A', 'B'), world.store.count('C', 'D')]).toEqual([0, 0]);
  liar.leave();
});

story('89: END_REQUEST with the session-ID of others: their chat lives', hostile, (world) => {
  const { liar, b, c, d } = lyingInChat(world);
  liar.say({ type: 'END_REQUEST', session: c.status.session ?? 0 });
  expect([liar.look(), b.isInChat, c.isInChat]).toEqual([[], true, true]);
  undisturbed(world, c, d);
  liar.leave();
});

story('a CHAT_REQUEST in a chat gets no answer: it counts as one that crossed CHAT_STARTED', hostile, (world) => {
  const { liar, b } = lyingInChat(world);
  liar.say({ type: 'CHAT_REQUEST', id: 'C' }, { type: 'CHAT_REQUEST', id: 'B' });
  expect([liar.look(), b.look(), b.isInChat]).toEqual([[], [], true]);
  liar.leave();
});

story("Y: a history that is not one's own cannot be asked for", hostile, (world) => {
  const { liar, c, d } = lyingInChat(world);
  c.type('secret');
  world.advance(10);
  liar.say({ type: 'HISTORY_REQ', id: 'C' });
  liar.say({ type: 'HISTORY_REQ', id: 'D' });
  expect(liar.replies.splice(0)).toEqual([
    { type: 'HISTORY_END', id: 'C', status: 0, count: 0 },
    { type: 'HISTORY_END', id: 'D', status: 0, count: 0 },
  ]);
  expect(d.look()).toEqual(['C: secret']);
  liar.leave();
});

story('record 1 before CONNECTED is accepted (P20)', hostile, (world) => {
  const [b] = world.connect('B');
  const hasty = new RawClient(world, 'A');
  hasty.challenge();
  hasty.respond();
  hasty.openTcp();
  const flight = hasty.firstFlight();
  const more = hasty.sealer?.seal(framed([messageBytes({ type: 'CHAT_REQUEST', id: 'B' })])) ?? Buffer.alloc(0);
  hasty.write(Buffer.concat([flight, more]));
  world.advance(10);
  expect([hasty.look(), b.look()]).toEqual([['CONNECTED', 'CHAT_STARTED'], ['Chat started']]);
  hasty.leave();
});
