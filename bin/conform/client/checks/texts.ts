/** Texts, typed and shown (protocol 1.3, 4.6, 5.0 P5, 7 D and E). */
import { must, type ClientCheck } from '../judge';
import { inWords } from '../link';
import { printable } from '../printable';
import { lastIs, OTHER, sends, SESSION } from './saying';

const LARGEST = 4096;

export const textChecks: readonly ClientCheck[] = [
  {
    name: 'text-sent',
    section: '1.6',
    must: 'a text goes out as it was typed, in CHAT with the current session-ID',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      for (const text of [
        'hello',
        'Grüße ☕ 𝄞',
        ' two  blanks ',
        'a\u2028b\u202ec',
        '\ufeffmark',
        'x'.repeat(LARGEST),
      ]) {
        await sends(scene, link, text);
      }
      await sends(scene, link, 'as bytes');
      lastIs(link, { type: 'CHAT', session: SESSION, text: 'as bytes' });
    },
  },
  {
    name: 'text-session',
    section: '4.6',
    must: 'texts go to the session that is current, not to one before it',
    async play(scene) {
      const link = await scene.chatting(OTHER);
      scene.program.type('to the first');
      const { session } = await link.hears('CHAT');
      must(session === OTHER, `session ${String(OTHER)}`, String(session));
      link.say({ type: 'END_NOTIF', session: OTHER });
      await scene.program.shows('Chat ended');
      await scene.chat(link, SESSION);
      await sends(scene, link, 'to the second');
    },
  },
  {
    name: 'text-shown',
    section: '0.1',
    must: 'a text of the correspondent is shown, whatever characters it has',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      for (const text of ['hello', 'Grüße ☕ 𝄞 👩‍👩‍👧', '<b>%s${x}\\n', 'Chat ended', `${'y'.repeat(LARGEST - 4)} end`]) {
        link.say({ type: 'CHAT', session: SESSION, text });
        await scene.program.showsText(text);
      }
      await sends(scene, link, 'still in the chat');
    },
  },
  {
    name: 'text-escaped',
    section: '1.3',
    must: 'characters that reorder or break a line are shown escaped as \\u{…}',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      const codes = [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069];
      const text = `begin${codes.map((code) => String.fromCodePoint(code)).join('')}end`;
      link.say({ type: 'CHAT', session: SESSION, text });
      const line = await scene.program.showsText('begin');
      const escaped = `begin${codes.map((code) => `\\u{${code.toString(16)}}`).join('')}end`;
      const seen = line.toLowerCase().replaceAll(/\\u\{0+/g, '\\u{');
      must(seen.includes(escaped), escaped, printable(line));
    },
  },
  {
    name: 'text-refused',
    section: '1.3',
    must: 'a text of more than 4096 bytes, or with a control character, is refused and not sent',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      const lines = [
        'x'.repeat(LARGEST + 1),
        'ü'.repeat(LARGEST / 2 + 1),
        'a\u001b[31mb',
        'tab\tin it',
        'c\u009bd',
        'nul\u0000',
      ];
      for (const line of lines) scene.program.type(line);
      await sends(scene, link, 'the first that is sent');
      must(link.said.length === 3, 'none of them sent', link.said.map(inWords).join(', '));
    },
  },
  {
    name: 'text-not-utf8-typed',
    section: '1.3',
    must: 'what is typed in bytes that are no UTF-8 is refused, or sent as something that is',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      scene.program.typeBytes(Buffer.from([0x61, 0xed, 0xa0, 0x80, 0xff, 0x62, 0x0a]));
      scene.program.type('after it');
      const first = await link.hears('CHAT');
      if (first.text !== 'after it') await link.hears('CHAT');
    },
  },
  {
    name: 'command-as-text',
    section: '5.0',
    must: '`\\` before a line makes it a text; other lines are commands only as whole lines',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      await sends(scene, link, 'End chat', '\\End chat');
      await sends(scene, link, '\\', '\\\\');
      for (const line of ['end chat now', 'Log off please', 'Chat with me', 'help', 'status'])
        await sends(scene, link, line);
    },
  },
  {
    name: 'empty-line',
    section: '5.0',
    must: 'empty lines are skipped',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      for (let n = 0; n < 3; n++) scene.program.type('');
      await sends(scene, link, 'not empty');
    },
  },
  {
    name: 'blanks',
    section: '5.0',
    must: 'blanks and TABs around the words of a command do not count, a line of nothing else is skipped, and CR LF ends a line',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      for (const line of ['   ', '\t', ' \t ']) scene.program.type(line);
      await sends(scene, link, 'with CR LF', 'with CR LF\r');
      scene.program.type(' \tEND \t  chat ');
      await link.hears('END_REQUEST');
    },
  },
  {
    name: 'foreign-text',
    section: '1.8',
    must: 'a text with another session-ID than the current one is not shown',
    async play(scene) {
      const link = await scene.chatting(SESSION);
      for (const session of [SESSION - 1, SESSION + 1, OTHER]) link.say({ type: 'CHAT', session, text: 'not for you' });
      await scene.comesThrough(link, SESSION);
      const shown = scene.program.lines.some(({ text }) => text.includes('not for you'));
      must(!shown, 'nothing shown of another session', 'its text');
    },
  },
];
