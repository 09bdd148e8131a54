/** What may be written and how it is read (protocol 1.3, P5; faults 74 to 78, 82, 95). */
import type { User } from '../support/user';
import { story, type World } from '../support/world';

const users = ['A', 'B'] as const;

/** A types a line. @returns what both see */
function types(world: World, a: User, b: User, line: string): [string[], string[]] {
  a.type(line);
  world.advance(10);
  return [a.look(), b.look()];
}

story('74, 77: what is not allowed is refused before it is sent, and the chat goes on', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  for (const control of ['\u001b[2J', 'a\u0000', 'a\rb', 'a\tb', '\u009b', '\u007f']) {
    expect(types(world, a, b, control)).toEqual([['Message not allowed: control character'], []]);
  }
  expect(types(world, a, b, 'half \ud83d a letter')).toEqual([['Message not allowed: not Unicode'], []]);
  expect(types(world, a, b, 'fine')).toEqual([[], ['A: fine']]);
});

story('78: 4096 bytes are delivered, 4097 refused; bytes count, not letters', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  const longest = '🙂'.repeat(1_024);
  expect(types(world, a, b, longest)).toEqual([[], [`A: ${longest}`]]);
  expect(types(world, a, b, `${longest}!`)).toEqual([['Message too long: 4097 bytes, at most 4096'], []]);
});

story('76: letters that reorder or break a line are delivered unchanged, and shown escaped', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  const tricky = 'a\u202eb\u2028c\u200ed';
  expect(types(world, a, b, tricky)).toEqual([[], ['A: a\\u{202e}b\\u{2028}c\\u{200e}d']]);
  expect(world.store.page('A', 'B', 0, 1)[0]?.text).toBe(tricky);
  for (const emoji of ['👩‍👩‍👧', '\ufeffBOM', 'é e\u0301', ' blanks  stay ']) {
    expect(types(world, a, b, emoji)).toEqual([[], [`A: ${emoji}`]]);
  }
});

story('95: a command wanted as text', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  expect(types(world, a, b, '\\End chat')).toEqual([[], ['A: End chat']]);
  expect(types(world, a, b, '\\\\')).toEqual([[], ['A: \\']]);
  expect(types(world, a, b, 'help')).toEqual([[], ['A: help']]);
  expect(types(world, a, b, 'chat with me')).toEqual([[], ['A: chat with me']]);
});

story(
  '82: Chat with oneself, with a malformed Client-ID, in a chat, while waiting: refused, nothing is sent',
  { users },
  (world) => {
    const [a] = world.connect('A');
    const before = world.spoken(a).length;
    a.type('Chat A', 'Chat 1st', `Chat ${'x'.repeat(33)}`, 'End chat', 'hello');
    expect(a.look()).toEqual([
      'You cannot chat with yourself',
      'Invalid Client-ID',
      'Invalid Client-ID',
      'No chat to end',
      'Not in a chat: type Chat <Client-ID>',
    ]);
    world.advance(10);
    expect(world.spoken(a)).toHaveLength(before);
    a.type('chat  b', 'Chat B', 'end chat', 'hello', 'LOGON');
    const waiting = ['A chat request is already pending', 'No chat to end', 'Waiting for an answer'];
    expect(a.look()).toEqual([...waiting, 'Connected', 'you were already logged on']);
    world.advance(10);
    expect(a.look()).toEqual(['Correspondent unreachable']);
    const [, b] = world.chat('A', 'B');
    a.type('Chat B', 'log  ON');
    expect(a.look()).toEqual(['End the current chat first', 'Connected', 'you were already logged on']);
    expect([a.isInChat, b.isInChat]).toEqual([true, true]);
  },
);

story('off line, and in the middle of a log-on', { users }, (world) => {
  const a = world.user('A');
  a.type('Log off', 'Chat B', 'hello', 'Log on', 'Log on', 'Chat B', 'Log off', 'Log off');
  expect(a.look()).toEqual([
    'Not connected',
    'Not connected: log on first',
    'Not connected: log on first',
    'Log on already in progress',
    'Not connected',
    'Log on cancelled',
    'Not connected',
  ]);
  a.type('Log on');
  world.until(() => a.status.connection === 'Connecting.opening');
  a.type('Log off');
  world.connect('A');
});

story('Log off in Connecting, after CONNECT was sent: the server is told', { users }, (world) => {
  const a = world.user('A');
  a.type('Log on');
  world.until(() => a.status.connection === 'Connecting.awaiting');
  a.type('Log off');
  world.advance(100);
  expect(a.look()).toEqual(['Log on cancelled']);
  expect(world.spoken(a)).toEqual(['C CONNECT', 'C CLOSE(0)']);
  world.connect('A');
});
