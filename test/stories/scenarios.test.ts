/** The validation scenarios V1 to V6 (spec section 7): what users see, and what goes over the wire. */
import type { User } from '../support/user';
import { story, type World } from '../support/world';

const LOG_ON = ['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_SUCCESS'];

/** Types a line, and gives everybody the time to see what follows. */
function types(world: World, user: User, line: string): void {
  user.type(line);
  world.advance(10);
}

function exchange(world: World, a: User, b: User): void {
  for (const [from, to, text] of [
    [a, b, 'hello'],
    [b, a, 'Grüße ☕'],
    [a, b, '\\End chat'],
  ] as const) {
    types(world, from, text);
    expect([from.look(), to.look()]).toEqual([[], [`${from.id}: ${text.replace('\\', '')}`]]);
  }
}

function logsOn(world: World, user: User): void {
  types(world, user, 'Log on');
  expect(user.look()).toEqual(['Connected']);
}

function startsChat(world: World, a: User, b: User): void {
  types(world, a, `Chat ${b.id}`);
  expect([a.look(), b.look()]).toEqual([['Chat started'], ['Chat started']]);
}

function endsChat(world: World, ending: User, other: User): void {
  types(world, ending, 'End chat');
  expect([ending.look(), other.look()]).toEqual([['Chat ended'], ['Chat ended']]);
}

function logsOff(world: World, user: User): void {
  types(world, user, 'Log off');
  expect(user.look()).toEqual(['Disconnected']);
}

const users = ['A', 'B'] as const;

story('V1: A chats with B, A ends the chat and logs off', { users }, (world) => {
  const [a, b] = [world.user('A'), world.user('B')];
  logsOn(world, a);
  expect(world.watch.datagrams).toEqual(LOG_ON);
  logsOn(world, b);
  startsChat(world, a, b);
  exchange(world, a, b);
  endsChat(world, a, b);
  logsOff(world, a);
  expect(world.watch.datagrams).toEqual([...LOG_ON, ...LOG_ON]);
  expect(world.spoken(a)).toEqual([
    'C CONNECT',
    'S CONNECTED',
    'C CHAT_REQUEST(B)',
    'S CHAT_STARTED(1, B)',
    'C CHAT(1, hello)',
    'S CHAT(1, Grüße ☕)',
    'C CHAT(1, End chat)',
    'C END_REQUEST(1)',
    'C CLOSE(0)',
  ]);
  expect(world.spoken(b)).toEqual([
    'C CONNECT',
    'S CONNECTED',
    'S CHAT_STARTED(1, A)',
    'S CHAT(1, hello)',
    'C CHAT(1, Grüße ☕)',
    'S CHAT(1, End chat)',
    'S END_NOTIF(1, 0)',
  ]);
});

story('V2: B ends the chat', { users }, (world) => {
  const [a, b] = [world.user('A'), world.user('B')];
  logsOn(world, a);
  logsOn(world, b);
  startsChat(world, a, b);
  exchange(world, a, b);
  endsChat(world, b, a);
  logsOff(world, a);
  expect(world.spoken(a).slice(-2)).toEqual(['S END_NOTIF(1, 0)', 'C CLOSE(0)']);
  expect(world.spoken(b).at(-1)).toBe('C END_REQUEST(1)');
});

story('V3: B is not there yet, then they chat', { users }, (world) => {
  const [a, b] = [world.user('A'), world.user('B')];
  logsOn(world, a);
  types(world, a, 'Chat B');
  expect(a.look()).toEqual(['Correspondent unreachable']);
  logsOn(world, b);
  startsChat(world, a, b);
  exchange(world, a, b);
  endsChat(world, b, a);
  logsOff(world, a);
  expect(world.spoken(a).slice(2, 5)).toEqual(['C CHAT_REQUEST(B)', 'S UNREACHABLE(B)', 'C CHAT_REQUEST(B)']);
});

story('V4: C calls B while A and B chat, who notice nothing', { users: ['A', 'B', 'C'] }, (world) => {
  const [a, b] = world.chat('A', 'B');
  const c = world.user('C');
  logsOn(world, c);
  types(world, c, 'Chat B');
  expect([c.look(), a.look(), b.look()]).toEqual([['Correspondent unreachable'], [], []]);
  exchange(world, a, b);
});

story('V5: A reads the history of its chats with B', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  exchange(world, a, b);
  endsChat(world, a, b);
  logsOff(world, a);
  types(world, a, 'History B');
  expect(a.look()).toEqual(['Not connected: log on first']);
  types(world, b, 'Log on');
  expect(b.look()).toEqual(['Connected', 'you were already logged on']);
  logsOn(world, a);
  types(world, a, 'History B');
  expect(a.look()).toEqual([
    '<1> <from: A> <hello>',
    '<1> <from: B> <Grüße ☕>',
    '<1> <from: A> <End chat>',
    'End of history (3 messages)',
  ]);
  expect(world.spoken(a).slice(2)).toEqual([
    'C HISTORY_REQ(B)',
    'S HISTORY_RESP(1, A, hello)',
    'S HISTORY_RESP(1, B, Grüße ☕)',
    'S HISTORY_RESP(1, A, End chat)',
    'S HISTORY_END(B, 0, 3)',
  ]);
});

const pairs = ['ab', 'cd', 'ef', 'gh', 'ij'].map((pair) => [...pair] as [string, string]);

story('V6: five pairs at once', { users: pairs.flat() }, (world) => {
  const everybody = pairs.map(([one, other]) => [world.user(one), world.user(other)] as const);
  for (const user of everybody.flat()) user.type('Log on');
  world.advance(20);
  for (const [one, other] of everybody) one.type(`Chat ${other.id}`);
  world.advance(20);
  for (const [one, other] of everybody) {
    one.type(`${one.id} to ${other.id}`);
    other.type(`${other.id} to ${one.id}`);
  }
  world.advance(20);
  for (const [one, other] of everybody) {
    expect(one.look()).toEqual(['Connected', 'Chat started', `${other.id}: ${other.id} to ${one.id}`]);
    expect(other.look()).toEqual(['Connected', 'Chat started', `${one.id}: ${one.id} to ${other.id}`]);
  }
});
