/** Messages that break a rule inside records that verify (protocol 1.5 to 1.8): CLOSE(4), and END_NOTIF to the partner; and what must be skipped. */
import { WIRE } from '../../../../machines/limits';
import type { TcpMessage } from '../../../../machines/messages';
import { chatBytes, framed, messageBytes, u16, u32 } from '../../plaintexts';
import { chance, flipped } from '../../bytes';
import { expectAll, expectClosed, expectReply } from '../expect';
import { before, type Scene } from '../scene';
import { each, type Rows, type ServerCheck } from './kind';

const [session, id] = [9, 'somebody'];

/** The plaintext of a record, said in this session. */
type Plaintext = (session: number) => Buffer;

const text =
  (...bytes: number[]): Plaintext =>
  (of) =>
    framed([chatBytes(of, Buffer.from(bytes))]);
const message =
  (of: TcpMessage): Plaintext =>
  () =>
    framed([messageBytes(of)]);
const end = (of: number, ...more: number[]): Buffer => Buffer.concat([Buffer.of(0x23), u32(of), Buffer.from(more)]);
const request =
  (...name: number[]): Plaintext =>
  () =>
    framed([Buffer.of(0x20, ...name)]);

const UNKNOWN: Rows<Plaintext> = [
  ['type-00', 'type 00 is a protocol error', () => framed([Buffer.of(0)])],
  ['type-7e', 'the unknown type 7E is a protocol error', () => framed([Buffer.of(0x7e)])],
  ['type-of-datagram', 'the type of a datagram is a protocol error on TCP', () => framed([Buffer.of(1)])],
];
const OF_SERVER: Rows<Plaintext> = [
  ['sent-connected', 'CONNECTED from a client is a protocol error', message({ type: 'CONNECTED' })],
  [
    'sent-chat-started',
    'CHAT_STARTED from a client is a protocol error',
    message({ type: 'CHAT_STARTED', session, id }),
  ],
  ['sent-unreachable', 'UNREACHABLE from a client is a protocol error', message({ type: 'UNREACHABLE', id })],
  ['sent-end-notif', 'END_NOTIF from a client is a protocol error', message({ type: 'END_NOTIF', session })],
  [
    'sent-history-resp',
    'HISTORY_RESP from a client is a protocol error',
    message({ type: 'HISTORY_RESP', session, id, text: 'x' }),
  ],
  [
    'sent-history-end',
    'HISTORY_END from a client is a protocol error',
    message({ type: 'HISTORY_END', id, status: 0, count: 0 }),
  ],
  [
    'sent-connect-again',
    'a second CONNECT is a protocol error',
    message({ type: 'CONNECT', cookie: Buffer.alloc(16) }),
  ],
];
const FIELDS: Rows<Plaintext> = [
  ['session-zero', 'session-ID 0 is a protocol error', () => framed([end(0)])],
  ['text-empty', 'a text of length 0 is a protocol error', text()],
  [
    'text-4097',
    'a text of 4097 bytes is a protocol error',
    (of) => framed([chatBytes(of, Buffer.alloc(WIRE.TEXT_MAX_BYTES + 1, 'x'))]),
  ],
  [
    'text-beyond-end',
    'a text that reaches beyond its message is a protocol error',
    (of) => framed([chatBytes(of, Buffer.from('x'), 2)]),
  ],
  ['text-overlong-utf8', 'overlong UTF-8 is a protocol error', text(0xc0, 0xaf)],
  ['text-surrogate', 'a surrogate in UTF-8 is a protocol error', text(0xed, 0xa0, 0x80)],
  ['text-cut-utf8', 'a cut sequence of UTF-8 is a protocol error', text(0xe2, 0x98)],
  ['text-f5', 'UTF-8 above U+10FFFF is a protocol error', text(0xf5, 0x80, 0x80, 0x80)],
  ['text-escape', 'ESC in a text is a protocol error', text(0x1b, 0x5b, 0x48)],
  ['text-nul', 'NUL in a text is a protocol error', text(0x41, 0)],
  ['text-line-end', 'CR LF in a text is a protocol error', text(0x0d, 0x0a)],
  ['text-delete', 'U+007F in a text is a protocol error', text(0x41, 0x7f)],
  ['text-c1', 'U+009B in a text is a protocol error', text(0xc2, 0x9b)],
  ['id-empty-tcp', 'a Client-ID of length 0 is a protocol error', request(0)],
  ['id-malformed-tcp', 'a Client-ID that begins with a digit is a protocol error', request(1, 0x31)],
  ['id-too-long-tcp', 'a Client-ID of 33 bytes is a protocol error', request(33, ...Buffer.alloc(33, 'x'))],
  ['fields-cut', 'a message that ends within its fields is a protocol error', () => framed([Buffer.of(0x23, 0, 0)])],
];
const FRAMING: Rows<Plaintext> = [
  ['filling-not-zero-tcp', 'filling that is not zero is a protocol error', (of) => flipped(framed([end(of)]), -1)],
  ['filling-64-too-long', 'more filling than needed is a protocol error', (of) => framed([end(of)], 1)],
  ['filling-4096-too-long', 'the most filling there can be is a protocol error', (of) => framed([end(of)], 64)],
  ['record-without-message', 'a record without a message is a protocol error', () => Buffer.alloc(64)],
  [
    'message-beyond-record',
    'a message that reaches beyond its record is a protocol error',
    () => Buffer.concat([u16(63), Buffer.alloc(62, 0x40)]),
  ],
];
const EXTENSIONS: Rows<Plaintext> = [
  [
    'extension-beyond-end-tcp',
    'a byte behind the last field that is no extension is a protocol error',
    (of) => framed([end(of, 5)]),
  ],
  ['extension-critical-tcp', 'an unknown critical extension is a protocol error', (of) => framed([end(of, 0x85, 0)])],
  [
    'extension-twice-tcp',
    'an extension type that stands twice is a protocol error',
    (of) => framed([end(of, 5, 0, 5, 0)]),
  ],
  ['extension-type-zero', 'an extension of type 00 is a protocol error on TCP', (of) => framed([end(of, 0, 0)])],
];

async function protocolError(scene: Scene, plaintext: Plaintext): Promise<void> {
  const { a, b, session } = await scene.pair();
  await a.records(plaintext(session));
  await expectClosed(a, 4);
  await expectReply(b, { type: 'END_NOTIF', session });
}

export const MESSAGES: readonly ServerCheck[] = [
  ...each('1.7', UNKNOWN, protocolError),
  ...each('1.8', OF_SERVER, protocolError),
  ...each('1.3', FIELDS, protocolError),
  ...each('1.5', FRAMING, protocolError),
  ...each('1.7', EXTENSIONS, protocolError),
  {
    name: 'optional-skipped',
    section: '1.7',
    must: 'unknown types from 80 on are skipped, in any record but the first',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const said = messageBytes({ type: 'CHAT', session, text: 'said' });
      await a.records(framed([Buffer.of(0x80, 1, 2, 3), said, Buffer.of(0xff)]), framed([Buffer.of(0xc0)]));
      await expectReply(b, { type: 'CHAT', session, text: 'said' });
      expectAll(a.id, await before(a));
    },
  },
  {
    name: 'extension-skipped',
    section: '1.7',
    must: 'an unknown extension that is not critical is skipped, also one that is known elsewhere only',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const chat = (text: string, ...block: number[]): Buffer =>
        framed([Buffer.concat([chatBytes(session, Buffer.from(text)), Buffer.from(block)])]);
      await a.records(chat('first', 0x7e, 2, 1, 2, 5, 0), chat('second', 1, 3, 1, 2, 3));
      await expectReply(b, { type: 'CHAT', session, text: 'first' });
      await expectReply(b, { type: 'CHAT', session, text: 'second' });
    },
  },
  {
    name: 'partly-bad-record',
    section: '1.8',
    must: 'of a record whose second message is bad the first stands, and the third does not (P3)',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const [good, late] = ['good', 'late'].map((text) => messageBytes({ type: 'CHAT', session, text }));
      await a.records(framed([good ?? end(session), Buffer.of(0x7e), late ?? end(session)]));
      await expectReply(b, { type: 'CHAT', session, text: 'good' });
      await expectReply(b, { type: 'END_NOTIF', session });
      await expectClosed(a, 4);
    },
  },
  {
    name: 'badly-framed-record',
    section: '1.8',
    must: 'of a record whose framing is wrong no message counts (P3)',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      await a.records(flipped(framed([messageBytes({ type: 'CHAT', session, text: 'good' })]), -1));
      await expectReply(b, { type: 'END_NOTIF', session });
      await expectClosed(a, 4);
    },
  },
  {
    name: 'after-close',
    section: '2.6',
    must: 'what follows CLOSE is not looked at, in its record or later (P21)',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const late = messageBytes({ type: 'CHAT', session, text: 'late' });
      await a.records(framed([messageBytes({ type: 'CLOSE', reason: 0 }), late, Buffer.of(0x7e)]), framed([late]));
      await a.write(chance(2_000));
      await expectReply(b, { type: 'END_NOTIF', session });
    },
  },
];
