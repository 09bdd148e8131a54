/** How a text is shown that holds more, or less, than one sees (protocol 1.3), and input that is not UTF-8. */
import { escaped } from '../../bin/terminal/display';
import { clientIn, Piper } from '../support/typist';
import { World } from '../support/world';

const ENGLAND = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';

test.each([
  ['a\u200bb', 'a\\u{200b}b'],
  ['a\u2060b\u180e', 'a\\u{2060}b\\u{180e}'],
  ['hi\u{e0068}\u{e0069}', 'hi\\u{e0068}\\u{e0069}'],
  [`${ENGLAND} 👩‍👩‍👧 👍🏽 🇩🇪 ☕️ e\u0301 می\u200cخواهم`, `${ENGLAND} 👩‍👩‍👧 👍🏽 🇩🇪 ☕️ e\u0301 می\u200cخواهم`],
  [`${ENGLAND}\u{e0067}`, `${ENGLAND}\\u{e0067}`],
])('what shows as nothing is escaped, what belongs to a character is not: %j', (text, shown) => {
  expect(escaped(text)).toBe(shown);
});

test('a pipe whose bytes are not UTF-8 says so once, and sends what there is', async () => {
  const world = await World.open({ users: ['alice', 'bob'] });
  const [bob] = world.connect('bob');
  const { client, host } = clientIn(world, 'alice');
  const alice = new Piper(client, host);
  alice.write('Log on\n');
  world.until(() => client.status.connection === 'Connected');
  alice.write('Chat bob\nGr\ufffd\ufffde\nGr\ufffdn\nGrüße\n');
  world.advance(50);
  alice.runner.leave();
  expect(bob.lines.filter((line) => line.startsWith('alice: '))).toHaveLength(3);
  expect(alice.complaints.filter((line) => line.includes('UTF-8'))).toEqual([
    'line 3 holds U+FFFD, which stands for bytes that are not UTF-8: write the input in UTF-8 (iconv -f latin1 -t utf8)',
  ]);
});
