/** The client at a pipe: what a line is, when it is taken, what is text and how it is displayed (protocol P5, 1.3, P24). */
import type { Actor, Stage } from '../../bin/demo/stage';
import { asked, both, called, history, logOn, say, stages, startChat } from './support';

const open = stages();

async function pair(...serverArgs: readonly string[]): Promise<{ stage: Stage; alice: Actor; bob: Actor }> {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  await stage.startServer(...serverArgs);
  return { stage, alice: stage.client('alice'), bob: stage.client('bob') };
}

test('a whole script at once: each line waits until it can be answered, and the end logs off', async () => {
  const { stage, alice, bob } = await pair();
  await logOn(bob);
  for (const line of ['Log on', 'Chat bob', 'hello', 'End chat', 'History bob', 'Chat bob', 'hello again']) {
    alice.type(line);
  }
  alice.end();
  expect(await alice.exit).toBe(0);
  expect(alice.errors).toEqual([]);
  expect(alice.lines).toEqual([
    'Connected',
    ...asked('bob'),
    'Chat ended',
    '<1> <from: alice> <hello>',
    'End of history (1 message)',
    ...asked('bob'),
    'Chat ended',
    'Disconnected',
  ]);
  await stage.finish();
  expect(bob.lines).toEqual([
    'Connected',
    ...called('alice'),
    'alice: hello',
    'Chat ended',
    ...called('alice'),
    'alice: hello again',
    'Chat ended',
    'Disconnected',
  ]);
});

test('the end of the input waits for an answer that is still to come', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const { process } = await stage.startServer();
  process.kill('SIGSTOP');
  const alice = stage.client('alice', '--dump', '-');
  alice.type('Log on');
  alice.end();
  await alice.shows(/ udp HELLO /);
  process.kill('SIGCONT');
  expect(await alice.exit).toBe(0);
  expect(alice.lines.filter((line) => !/^\d\d:/.test(line))).toEqual(['Connected', 'Disconnected']);
});

test('lines that cannot be answered off line are answered so, and the end comes all the same', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  await stage.startServer();
  const alice = stage.client('alice');
  for (const line of ['hello', 'History bob', 'End chat', 'Chat bob', 'Log off']) alice.type(line);
  alice.end();
  expect(await alice.exit).toBe(0);
  expect(alice.lines).toEqual([...Array<string>(4).fill('Not connected: log on first'), 'Not connected']);
});

test('Quit logs off and leaves, whatever follows', async () => {
  const { alice, bob } = await pair();
  await logOn(alice, bob);
  await startChat(alice, bob);
  for (const line of ['bye', 'qUIT', 'nobody reads this']) alice.type(line);
  expect(await alice.exit).toBe(0);
  expect(alice.lines).toEqual(['Connected', ...asked('bob'), 'Chat ended', 'Disconnected']);
  await bob.shows('Chat ended');
  expect(bob.lines).toEqual(['Connected', ...called('alice'), 'alice: bye', 'Chat ended']);
});

test('commands are case-blind, and blanks are collapsed', async () => {
  const { stage, alice, bob } = await pair();
  await logOn(bob);
  const spoken: readonly (readonly [string, string])[] = [
    ['logon', 'Connected'],
    ['LOG OFF', 'Disconnected'],
    ['  lOg   oN\t', 'Connected'],
    ['cHAT   bob', 'Chat started'],
    ['\tend  CHAT ', 'Chat ended'],
    ['hIsToRy bob', 'No history with bob'],
    [' help ', 'Log on         connect to the server'],
    ['STATUS', `alice: Connected; server 127.0.0.1:${String(stage.server.udp)}`],
    ['LogOff', 'Disconnected'],
    ['log on', 'Connected'],
    ['log on now', 'Not in a chat: type Chat <Client-ID>'],
    ['Chat Bob', 'Correspondent unreachable'],
    ['Chat alice', 'You cannot chat with yourself'],
    ['Chat 9lives', 'Invalid Client-ID'],
    ['History 9lives', 'Invalid Client-ID'],
  ];
  for (const [line, answer] of spoken) {
    alice.type(line);
    await alice.shows(answer);
  }
  await stage.finish();
});

test('what is text in a chat, unchanged', async () => {
  const { stage, alice, bob } = await pair();
  await logOn(alice, bob);
  await startChat(alice, bob);
  const spoken: readonly (readonly [typed: string, shown: string])[] = [
    ['\\End chat', 'End chat'],
    ['\\\\End chat', '\\End chat'],
    ['\\Log off', 'Log off'],
    ['End chat now', 'End chat now'],
    ['Chat with bob', 'Chat with bob'],
    ['Help', 'Help'],
    ['status', 'status'],
    ['  two  blanks  ', '  two  blanks  '],
    ['<1> <from: bob> <not a history>', '<1> <from: bob> <not a history>'],
    ['👩‍👩‍👧 Grüße ☕ 漢字', '👩‍👩‍👧 Grüße ☕ 漢字'],
    ['\ufeffa byte order mark', '\ufeffa byte order mark'],
  ];
  for (const [typed, shown] of spoken) {
    alice.type('');
    alice.type('   ');
    alice.type(typed);
    await bob.shows(`alice: ${shown}`);
  }
  const texts = spoken.map(([, shown]) => shown);
  expect(bob.lines.slice(3)).toEqual(texts.map((text) => `alice: ${text}`));
  expect((await history(bob, 'alice')).map(({ text }) => text)).toEqual(texts);
  expect(alice.lines).toEqual(['Connected', ...asked('bob')]);
  await stage.finish();
});

test('a text of 4096 bytes is delivered, one of 4097 is refused', async () => {
  const { stage, alice, bob } = await pair();
  await logOn(alice, bob);
  await startChat(alice, bob);
  const longest = ['x'.repeat(4096), '𝄞'.repeat(1024), `${'é'.repeat(2047)}ab`];
  for (const text of longest) {
    alice.type(`${text}x`);
    await alice.shows('Message too long: 4097 bytes, at most 4096');
    await say(alice, bob, text);
  }
  expect(bob.lines).toHaveLength(3 + longest.length);
  expect((await history(alice, 'bob')).map(({ text }) => text)).toEqual(longest);
  await stage.finish();
});

test('a text with a control character is refused', async () => {
  const { stage, alice, bob } = await pair();
  await logOn(alice, bob);
  await startChat(alice, bob);
  for (const text of ['a\tb', '\u001b[2Jgone', 'a\u0000b', 'a\rLog off', 'a\u007f', 'a\u009b1m']) {
    alice.type(text);
    await alice.shows('Message not allowed: control character');
  }
  await say(alice, bob, 'nothing was sent before this');
  expect(bob.lines).toEqual(['Connected', ...called('alice'), 'alice: nothing was sent before this']);
  await stage.finish();
});

test('what could reorder or break a line is delivered, and displayed escaped', async () => {
  const { stage, alice, bob } = await pair('--dump', '-');
  await logOn(alice, bob);
  await startChat(alice, bob);
  const codes = [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069];
  for (const code of codes) {
    alice.type(`a${String.fromCodePoint(code)}b`);
    await bob.shows(`alice: a\\u{${code.toString(16)}}b`);
    // On the wire it is what was typed.
    const escape = `\\\\u${code.toString(16).padStart(4, '0')}`;
    await stage.server.process.shows(new RegExp(`S>bob .*\\{CHAT session=1 text="a${escape}b"\\}`));
  }
  const texts = (await history(bob, 'alice')).map(({ text }) => text);
  expect(texts).toEqual(codes.map((code) => `a\\u{${code.toString(16)}}b`));
  await stage.finish();
});

test('lines may end with CR LF, and the last without anything', async () => {
  const { alice, bob } = await pair();
  await logOn(bob);
  alice.type('Log on\r');
  alice.type('Chat bob\r');
  alice.type('hello\r');
  alice.write('the end');
  alice.end();
  expect(await alice.exit).toBe(0);
  await both(alice, bob, 'Chat ended');
  expect(bob.lines).toEqual(['Connected', ...called('alice'), 'alice: hello', 'alice: the end', 'Chat ended']);
});

test('a line that comes byte by byte is one line', async () => {
  const { stage, alice, bob } = await pair();
  await logOn(alice, bob);
  await startChat(alice, bob);
  const bytes = Buffer.from('Grüße ☕ 𝄞\n');
  for (const [n] of bytes.entries()) {
    alice.write(bytes.subarray(n, n + 1));
    await new Promise(setImmediate);
  }
  await bob.shows('alice: Grüße ☕ 𝄞');
  await stage.finish();
});

test('a client whose screen is not read any more leaves', async () => {
  const { alice, bob } = await pair();
  await logOn(alice, bob);
  await startChat(alice, bob);
  alice.ignore();
  bob.type('are you there?');
  await bob.shows('Chat ended');
  expect(await alice.exit).toBe(0);
});
