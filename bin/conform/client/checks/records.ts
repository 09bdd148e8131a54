/** Records and messages after CONNECTED: what a client skips, refuses and cuts (protocol 1.5 to 1.8, 2.6, 7 D). */
import { must, type ClientCheck } from '../judge';
import type { Link } from '../link';
import { extra, idField, message, plaintext, textField, uint, withBit } from '../raw';
import { BOB, CAROL, type Scene } from '../scene';

/** The session of the chat in which it happens. */
const SESSION = 7;
const session = uint(4, SESSION);
/** In every text that must not be shown. */
const SECRET = 'must not be seen';
const chat = (text: string | Buffer = 'text', ...more: readonly Buffer[]): Buffer =>
  message('CHAT', session, textField(Buffer.from(text)), ...more);
const keepalive = message('KEEPALIVE');

type Case = readonly [what: string, send: (link: Link) => void];
const says = (what: string, ...messages: readonly Buffer[]): Case => [what, (link) => link.plain(plaintext(messages))];

/** Each in a chat of its own, where it ends the connection. */
async function inChats(scene: Scene, cases: readonly Case[], judged: 'isCut' | 'isRefused'): Promise<void> {
  for (const [what, send] of cases) {
    const link = await scene.chatting(SESSION);
    await scene[judged](link, what, () => send(link));
  }
  const shown = scene.program.lines.filter(({ text }) => text.includes(SECRET));
  must(shown.length === 0, 'nothing shown of what was refused', `"${shown[0]?.text ?? ''}"`);
  // It is Offline, and well.
  await scene.logOn();
}
const refuses = (name: string, section: string, what: string, cases: readonly Case[]): ClientCheck => ({
  name,
  section,
  must: `${what}: CLOSE(4)`,
  play: (scene) => inChats(scene, cases, 'isRefused'),
});
const cuts = (name: string, section: string, what: string, cases: readonly Case[]): ClientCheck => ({
  name,
  section,
  must: `${what}: the socket is destroyed`,
  play: (scene) => inChats(scene, cases, 'isCut'),
});

const text = (bytes: readonly number[]): Buffer => chat(Buffer.concat([Buffer.from(SECRET), Buffer.from(bytes)]));
const CONTROLS = [0x00, 0x07, 0x08, 0x0a, 0x0d, 0x1b, 0x7f];

export const recordChecks: readonly ClientCheck[] = [
  cuts('record-length', '1.5', 'N that is not 64k + 16 with k from 1 to 65', [
    ...[0, 1, 79, 81, 4177, 65_535].map((n): Case => [`N = ${String(n)}`, (link) => link.bytes(uint(2, n))]),
  ]),
  cuts('record-damaged', '2.6', 'a record with a changed bit', [
    ['a bit changed in the ciphertext', (link) => link.bytes(withBit(link.seal(plaintext([chat(SECRET)])), 20))],
    ['a bit changed in the tag', (link) => link.bytes(withBit(link.seal(plaintext([chat(SECRET)])), 8 * 81))],
  ]),
  cuts('record-replayed', '2.6', 'a record that comes twice, out of order, or that is left out', [
    [
      'a record twice',
      (link) => {
        const record = link.seal(plaintext([keepalive]));
        link.bytes(Buffer.concat([record, record]));
      },
    ],
    [
      'two records in the wrong order',
      (link) => {
        const [first, second] = [link.seal(plaintext([keepalive])), link.seal(plaintext([chat(SECRET)]))];
        link.bytes(Buffer.concat([second, first]));
      },
    ],
  ]),
  cuts('record-reflected', '2.6', "the client's own record sent back to it", [
    ['its own record', (link) => link.bytes(link.records.at(-1)?.record ?? uint(2, 0))],
  ]),
  refuses('filling', '1.5', 'filling that is not zero or longer than needed, a list with nothing in it', [
    ['filling that is not zero', (link) => link.plain(plaintext([chat(SECRET)], 0, 1))],
    ['64 bytes of filling too many', (link) => link.plain(plaintext([chat(SECRET)], 64))],
    ['a record without a message', (link) => link.plain(plaintext([]))],
    [
      'an entry beyond the record',
      (link) => link.plain(plaintext([keepalive, Buffer.alloc(0)], 0, 0).fill(0xff, 3, 5)),
    ],
  ]),
  refuses('framing-first', '1.8', 'a record whose framing is wrong, of which no message counts', [
    ['a text before wrong filling', (link) => link.plain(plaintext([chat(SECRET)], 0, 9))],
  ]),
  {
    name: 'good-before-bad',
    section: '1.8',
    must: 'what stands before a bad message in a record remains valid',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      await scene.isRefused(link, 'an unknown type', () => link.plain(plaintext([chat('still good'), message(0x7e)])));
      const shown = scene.program.lines.some(({ text: line }) => line.includes('still good'));
      must(shown, 'the text before it shown', 'it is not');
    },
  },
  refuses('unknown-type', '1.7', 'an unknown type below 80', [
    says('type 00', message(0x00)),
    says('type 7E', message(0x7e)),
    says('type 12', message(0x12)),
  ]),
  {
    name: 'optional-type',
    section: '1.7',
    must: 'messages of types 80 to FF that are unknown are skipped',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      link.plain(
        plaintext([message(0x80), chat('between'), message(0xff, Buffer.alloc(70, 3))]),
        plaintext([message(0x9a)]),
      );
      await scene.program.showsText('between');
      await scene.comesThrough(link, SESSION);
    },
  },
  {
    name: 'extension-skipped',
    section: '1.7',
    must: 'unknown extensions that are not critical are skipped, and so are unknown values of `why`',
    async play(scene) {
      const link = await scene.logOn();
      const [other, grease] = [extra(0x40, Buffer.from('any')), extra(0x3f)];
      link.plain(plaintext([message('CHAT_STARTED', session, idField(BOB), other)]));
      await scene.program.shows('Chat started');
      link.plain(plaintext([chat('with an extension', other, grease)]));
      await scene.program.showsText('with an extension');
      link.plain(plaintext([message('END_NOTIF', session, other, extra(0x01, uint(1, 99)))]));
      await scene.program.shows('Chat ended');
      await scene.isConnected(link);
    },
  },
  refuses('extension-critical', '1.7', 'an unknown critical extra, a type twice, one beyond the end, type 00', [
    says('a critical extension', chat(SECRET, extra(0xc0))),
    says('81, which is not 01', message('END_NOTIF', session, extra(0x81, uint(1, 0)))),
    says('a type twice', chat(SECRET, extra(0x40), extra(0x40))),
    says('an extension beyond the message', chat(SECRET, extra(0x40, Buffer.alloc(1), 9))),
    says('type 00', chat(SECRET, extra(0x00))),
    says('`why` of two bytes', message('END_NOTIF', session, extra(0x01, uint(2, 0)))),
  ]),
  refuses('wrong-direction', '1.8', "a client's message from the server", [
    says('CHAT_REQUEST', message('CHAT_REQUEST', idField(CAROL))),
    says('END_REQUEST', message('END_REQUEST', session)),
    says('HISTORY_REQ', message('HISTORY_REQ', idField(BOB))),
    says('CONNECT', message('CONNECT', Buffer.alloc(16, 5))),
  ]),
  refuses('connected-twice', '5.3', 'a second CONNECTED', [says('CONNECTED', message('CONNECTED'))]),
  refuses('session-zero', '1.3', 'session-ID 0', [
    says('CHAT with session 0', message('CHAT', uint(4, 0), textField(Buffer.from(SECRET)))),
    says('END_NOTIF with session 0', message('END_NOTIF', uint(4, 0))),
  ]),
  {
    name: 'chat-started-session-zero',
    section: '1.3',
    must: 'CHAT_STARTED with session-ID 0 or a Client-ID that is none: CLOSE(4), and no `Chat started`',
    async play(scene) {
      for (const [what, fields] of [
        ['session 0', [uint(4, 0), idField(BOB)]],
        ['a Client-ID with a blank', [session, idField('bo b')]],
        ['a Client-ID of 33 characters', [session, idField('b'.repeat(33))]],
        ['an empty Client-ID', [session, idField('')]],
        ['a Client-ID beyond the end', [session, uint(1, 9)]],
      ] as const) {
        const link = await scene.logOn();
        const send = (): void => link.plain(plaintext([message('CHAT_STARTED', ...fields)]));
        await scene.isRefused(link, `CHAT_STARTED with ${what}`, send);
      }
      const shown = scene.program.lines.some(({ text: line }) => line === 'Chat started');
      must(!shown, 'no "Chat started"', 'it');
    },
  },
  refuses('text-length', '1.3', 'a text of no bytes, of more than 4096, or longer than its message', [
    says('an empty text', chat('')),
    says('a text of 4097 bytes', chat(SECRET.padEnd(4097, 'x'))),
    says('a text beyond its message', message('CHAT', session, textField(Buffer.from(SECRET), 99))),
    says(
      'bytes behind a text that are no extension',
      message('CHAT', session, textField(Buffer.from(SECRET)), uint(1, 5)),
    ),
  ]),
  refuses('text-not-utf8', '1.3', 'a text that is not well-formed UTF-8', [
    says('an overlong form', text([0xc0, 0xaf])),
    says('a surrogate', text([0xed, 0xa0, 0x80])),
    says('a cut sequence', text([0xe2, 0x82])),
    says('F5', text([0xf5, 0x80, 0x80, 0x80])),
    says('above U+10FFFF', text([0xf4, 0x90, 0x80, 0x80])),
  ]),
  refuses('text-control', '1.3', 'a control character in a text, which never comes through to the display', [
    ...CONTROLS.map((byte) => says(`byte ${byte.toString(16).padStart(2, '0')}`, text([byte]))),
    says('U+009B', text([0xc2, 0x9b])),
    says('U+0085', text([0xc2, 0x85])),
  ]),
  {
    name: 'records-in-pieces',
    section: '1.5',
    must: 'records that TCP cuts and joins anywhere are understood',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      const texts = ['one', 'two', 'three'].map((word) => `piece ${word}`);
      const all = Buffer.concat(texts.map((word) => link.messages([{ type: 'CHAT', session: SESSION, text: word }])));
      await link.inPieces(all, [1, 20, 33]);
      for (const word of texts) await scene.program.showsText(word);
    },
  },
  {
    name: 'messages-in-one-record',
    section: '1.5',
    must: 'the messages of one record are dealt with one by one, in their order',
    async play(scene) {
      const link = await scene.logOn();
      const mark = scene.program.mark();
      link.say(
        { type: 'CHAT_STARTED', session: SESSION, id: BOB },
        { type: 'CHAT', session: SESSION, text: 'first of two' },
        { type: 'CHAT', session: SESSION, text: 'second of two' },
        { type: 'END_NOTIF', session: SESSION },
      );
      await scene.program.shows('Chat ended');
      const lines = scene.program.since(mark);
      const places = ['Chat started', 'first of two', 'second of two', 'Chat ended'].map((word) =>
        lines.findIndex((line) => line.includes(word)),
      );
      const inOrder = places.every((place, i) => place >= 0 && place > (places[i - 1] ?? -1));
      must(inOrder, 'Chat started, two texts, Chat ended', lines.map((line) => `"${line}"`).join(', '));
    },
  },
  {
    name: 'plaintext-exact',
    section: '1.5',
    must: 'records whose entries end one byte before, on and behind a multiple of 64 are understood',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      // An entry has two bytes length, type, session-ID, two bytes length of the text.
      for (const size of [54, 55, 56]) {
        const word = `${String(size)} `.padEnd(size, 'x');
        link.plain(plaintext([chat(word)]));
        await scene.program.showsText(word);
      }
    },
  },
  {
    name: 'epoch',
    section: '2.6',
    must: 'after 65 536 records of the server the keys change, and everything can be read',
    needs: 'slow',
    optional: true,
    async play(scene) {
      const link = await scene.chatting(SESSION);
      // CONNECTED and CHAT_STARTED have been 0 and 1.
      const record = plaintext([keepalive]);
      for (let n = 2; n < 65_536 + 5; n += 1_000) {
        const count = Math.min(1_000, 65_536 + 5 - n);
        link.bytes(Buffer.concat(Array.from({ length: count }, () => link.seal(record))));
        await scene.comesThrough(link, SESSION);
      }
    },
  },
];
