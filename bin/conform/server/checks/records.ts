/** The record layer (protocol 1.5, 1.8, 2.6): what does not verify is cut, and what TCP does to the stream does not matter. */
import type { TcpMessage } from '../../../../machines/messages';
import { messageBytes, framed, u16 } from '../../plaintexts';
import { chance, flipped } from '../../bytes';
import { expectAll, expectCutInUse, expectReply, must } from '../expect';
import { nothingWithin, within } from '../inbox';
import { before, type Scene } from '../scene';
import { words } from '../words';
import { each, type Rows, type ServerCheck } from './kind';

const KEEPALIVE = framed([messageBytes({ type: 'KEEPALIVE' })]);
/** Each with a question behind it. */
const KEEPALIVES = 10;
const RECORDS_OF_EPOCH = 65_536;
/** A server without a bound takes an epoch in a second or two. */
const EPOCH_MS = 60_000;
/** T_DEAD, and what it takes to notice. */
const GIVEN_UP_MS = 52_000;

/** What comes instead of a record that would have verified. */
type Spoil = (record: Buffer, next: () => Buffer) => Buffer;

const lengths = [0, 1, 79, 81, 4_177, 65_535] as const;
const CUT: Rows<Spoil> = [
  ...lengths.map(
    (n) =>
      [
        `record-length-${String(n)}`,
        `a record with N = ${String(n)} is cut at its two length bytes`,
        () => u16(n),
      ] as const,
  ),
  ['record-length-altered', 'a record whose length field has one bit changed is cut', (record) => flipped(record, 1)],
  // A bit of byte 0 makes another size that is allowed: what comes next is taken for the rest.
  [
    'record-longer',
    'a record that is made longer does not verify, and is cut',
    (record) => Buffer.concat([flipped(record, 0, 8), chance(4_176)]),
  ],
  ['record-altered', 'a record whose ciphertext has one bit changed is cut', (record) => flipped(record, 2)],
  [
    'record-end-altered',
    'a record whose last byte of ciphertext has one bit changed is cut',
    (record) => flipped(record, -17),
  ],
  [
    'record-tag-altered',
    'a record whose authentication tag has one bit changed is cut',
    (record) => flipped(record, -1),
  ],
  [
    'record-tag-first-altered',
    'a record whose authentication tag has its first byte changed is cut',
    (record) => flipped(record, -16, 0xff),
  ],
  ['record-twice', 'a record that comes twice is cut', (record) => Buffer.concat([record, record])],
  ['record-order', 'two records in the wrong order are cut', (record, next) => Buffer.concat([next(), record])],
  ['record-left-out', 'a record that is left out is noticed: the next is cut', (_, next) => next()],
  ['record-random', 'a record of random bytes is cut', () => Buffer.concat([u16(4_176), chance(4_176)])],
];
async function cut(scene: Scene, spoil: Spoil): Promise<void> {
  const { a, b, session } = await scene.pair();
  await a.write(spoil(a.seal(KEEPALIVE), () => a.seal(KEEPALIVE)));
  await expectCutInUse(a);
  await expectReply(b, { type: 'END_NOTIF', session });
}

export const RECORDS: readonly ServerCheck[] = [
  ...each('1.8', CUT, cut),
  {
    name: 'record-reflected',
    section: '2.6',
    must: "the server's own record sent back to it is cut",
    async play(scene) {
      const peer = await scene.online();
      const already = peer.raw.length;
      await before(peer);
      await peer.write(Buffer.concat(peer.raw.slice(already)));
      await expectCutInUse(peer);
    },
  },
  {
    name: 'record-byte-by-byte',
    section: '1.5',
    must: 'TCP may cut the stream anywhere: a record in single bytes is read',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const text = 'one byte at a time';
      for (const byte of a.seal(framed([messageBytes({ type: 'CHAT', session, text })])))
        await a.write(Buffer.of(byte));
      await expectReply(b, { type: 'CHAT', session, text });
    },
  },
  {
    name: 'records-at-once',
    section: '1.5',
    must: 'many records in one segment are read, and many messages in one record, in order',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const texts = Array.from({ length: 12 }, (_, n) => `text ${String(n)}`);
      const messages = texts.map((text) => messageBytes({ type: 'CHAT', session, text }));
      await a.records(...messages.slice(0, 6).map((message) => framed([message])), framed(messages.slice(6)));
      for (const text of texts) await expectReply(b, { type: 'CHAT', session, text });
    },
  },
  {
    name: 'record-sizes',
    section: '1.5',
    must: 'a plaintext needs no filling if its entries end on a multiple of 64; one byte that is left over is zero (P3)',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      // Length 2, type 1, session 4, length of the text 2: the entry has 9 bytes more than the text.
      for (const size of [53, 54, 55, 56, 117, 118, 119, 120]) {
        const text = 'x'.repeat(size);
        await a.say({ type: 'CHAT', session, text });
        await expectReply(b, { type: 'CHAT', session, text });
        await b.say({ type: 'CHAT', session, text });
        await expectReply(a, { type: 'CHAT', session, text });
      }
    },
  },
  {
    name: 'half-a-record',
    section: '2.6',
    must: 'half a record and then RST: the connection is lost, and nothing of it counts',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const record = a.seal(framed([messageBytes({ type: 'CHAT', session, text: 'half' })]));
      await a.write(record.subarray(0, 50));
      a.tcp?.reset();
      await expectReply(b, { type: 'END_NOTIF', session });
    },
  },
  {
    name: 'epochs',
    section: '2.6',
    needs: 'unlimited',
    must: 'after 65 536 records of one direction the keys change, and everything is read',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const started = performance.now();
      for (let sent = 0; sent < RECORDS_OF_EPOCH + 5; sent += 1_000) {
        await a.records(...Array.from({ length: Math.min(1_000, RECORDS_OF_EPOCH + 5 - sent) }, () => KEEPALIVE));
        must(performance.now() - started < EPOCH_MS, 'all records of an epoch taken', nothingWithin(EPOCH_MS));
      }
      await a.say({ type: 'CHAT', session, text: 'still here' });
      await expectReply(b, { type: 'CHAT', session, text: 'still here' });
    },
  },
  {
    name: 'keepalive-unanswered',
    section: '4.2',
    must: 'KEEPALIVE has no answer and changes nothing',
    async play(scene) {
      const peer = await scene.online();
      // Some may come by themselves: so it is compared with as many questions without KEEPALIVE.
      const came: number[] = [];
      for (const messages of [[], [{ type: 'KEEPALIVE' } as const]]) {
        const { keepalives } = peer;
        for (let n = 0; n < KEEPALIVES; n++) {
          if (messages.length > 0) await peer.say(...messages);
          expectAll(peer.id, await before(peer));
        }
        came.push(peer.keepalives - keepalives);
      }
      const [without = 0, withThem = 0] = came;
      must(
        withThem < without + KEEPALIVES,
        `no KEEPALIVE for each of ${String(KEEPALIVES)}`,
        String(withThem - without),
      );
    },
  },
  {
    name: 'keepalive-sent',
    section: '4.2',
    needs: 'slow',
    must: 'the server sends KEEPALIVE when it has written nothing for T_KEEPALIVE = 15 s',
    async play(scene) {
      const peer = await scene.online();
      const message = await peer.replies.next('KEEPALIVE', 18_000);
      must(message.type === 'KEEPALIVE', 'KEEPALIVE', message.type);
    },
  },
  {
    name: 'dead-connection',
    section: '4.2',
    needs: 'slow',
    must: 'a connection on which no record has come for T_DEAD = 45 s is given up, and the partner is told',
    async play(scene) {
      const { a, b, session } = await scene.pair();
      const alive = setInterval(() => void b.say({ type: 'KEEPALIVE' }), 10_000);
      const wanted = 'END_NOTIF 45 s after the last record';
      const told = async (): Promise<TcpMessage> => {
        for (;;) {
          const message = await b.replies.next(wanted, GIVEN_UP_MS);
          if (message.type !== 'KEEPALIVE') return message;
        }
      };
      try {
        const message = await within(GIVEN_UP_MS, wanted, told());
        must(message.type === 'END_NOTIF' && message.session === session, wanted, words(message));
        await a.over();
      } finally {
        clearInterval(alive);
      }
    },
  },
];
