/** Messages that cross on the wire, R1 to R12 (protocol 4.6): made to happen by slowing down one direction. */
import type { User } from '../support/user';
import { SERVER, story, type World } from '../support/world';

const SLOW_MS = 100;
const users = ['A', 'B', 'C', 'D'] as const;

/** What these users send takes longer. */
function slowFrom(world: World, ...slow: readonly User[]): void {
  world.network.latency = (from) => (slow.some(({ host }) => host.address === from) ? SLOW_MS : 1);
}
/** What these users are sent takes longer. */
function slowTo(world: World, ...slow: readonly User[]): void {
  world.network.latency = (from, to) =>
    from === SERVER.address && slow.some(({ host }) => host.address === to) ? SLOW_MS : 1;
}
function types(user: User, ...lines: readonly string[]): void {
  user.type(...lines);
}
function looks(...all: readonly User[]): string[][] {
  return all.map((user) => user.look());
}

story('R1: A and B call each other: one session, and each sees it start once', { users }, (world) => {
  const [a, b] = world.connect('A', 'B');
  slowFrom(world, b);
  types(a, 'Chat B');
  types(b, 'Chat A');
  world.advance(300);
  expect(looks(a, b)).toEqual([['Chat started'], ['Chat started']]);
  expect([a.status.session, b.status.session]).toEqual([1, 1]);
  expect(world.spoken(b).slice(2)).toEqual(['C CHAT_REQUEST(A)', 'S CHAT_STARTED(1, A)']);
});

story('R2: A and C call B: the first one wins', { users }, (world) => {
  const [a, b, c] = world.connect('A', 'B', 'C');
  slowFrom(world, c);
  types(c, 'Chat B');
  types(a, 'Chat B');
  world.advance(300);
  expect(looks(a, b, c)).toEqual([['Chat started'], ['Chat started'], ['Correspondent unreachable']]);
});

story('R3: B calls C while A calls B: the request to C was overtaken, and is not answered', { users }, (world) => {
  const [a, b, c] = world.connect('A', 'B', 'C');
  slowFrom(world, b);
  types(b, 'Chat C');
  types(a, 'Chat B');
  world.advance(300);
  const overtaken = 'A called first: your request to C was overtaken';
  expect(looks(a, b, c)).toEqual([['Chat started'], ['Chat started', overtaken], []]);
  expect(world.spoken(b).slice(2)).toEqual(['C CHAT_REQUEST(C)', 'S CHAT_STARTED(1, A)']);
  types(b, 'hello');
  world.advance(300);
  expect(looks(a, b)).toEqual([['B: hello'], []]);
});

/** R4 and R5 begin alike: A has called B and ended the chat before B's request to C comes. */
function endedBeforeRequest(world: World): readonly [User, User, User, User] {
  const [a, b, c, d] = world.connect('A', 'B', 'C', 'D');
  slowFrom(world, b);
  types(b, 'Chat C');
  types(a, 'Chat B');
  world.advance(5);
  types(a, 'End chat');
  world.advance(5);
  const overtaken = 'A called first: your request to C was overtaken';
  expect(b.look()).toEqual(['Chat started', overtaken, 'Chat ended']);
  return [a, b, c, d];
}

story('R4: the overtaken request is answered after all: CHAT_STARTED', { users }, (world) => {
  const [, b, c] = endedBeforeRequest(world);
  world.advance(300);
  expect(looks(b, c)).toEqual([['Chat started'], ['Chat started']]);
  expect([b.status.peer, c.status.peer]).toEqual(['C', 'B']);
});

story('R4: the overtaken request is answered after all: UNREACHABLE', { users }, (world) => {
  const [, b, c] = endedBeforeRequest(world);
  types(c, 'Chat D');
  world.advance(300);
  expect(b.look()).toEqual(['Correspondent unreachable']);
  expect(b.status.chat).toBe('Connected');
});

story('R5: B meanwhile asks for D, and keeps waiting when C is unreachable', { users }, (world) => {
  const [, b, c] = endedBeforeRequest(world);
  types(c, 'Log off');
  world.advance(20);
  types(b, 'Chat D');
  world.until(() => b.lines.includes('Correspondent unreachable'));
  expect(b.status).toMatchObject({ chat: 'Wait for CHAT_STARTED', want: 'D' });
  world.advance(300);
  expect(b.look()).toEqual(['Correspondent unreachable', 'Chat started']);
});

story('R6: A and B both end the chat: each sees it once', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  slowFrom(world, b);
  slowTo(world, b);
  types(a, 'End chat');
  types(b, 'End chat');
  world.advance(300);
  expect(looks(a, b)).toEqual([['Chat ended'], ['Chat ended']]);
  expect(world.spoken(a).slice(-1)).toEqual(['C END_REQUEST(1)']);
  expect(world.spoken(b).slice(-2)).toEqual(['C END_REQUEST(1)', 'S END_NOTIF(1, 0)']);
});

story('R7: C calls A, whose End chat is on its way: A is engaged until it arrives', { users }, (world) => {
  const [a] = world.chat('A', 'B');
  const [c] = world.connect('C');
  slowFrom(world, a);
  types(a, 'End chat');
  expect(a.look()).toEqual(['Chat ended']);
  types(c, 'Chat A');
  world.advance(300);
  expect(looks(a, c)).toEqual([[], ['Correspondent unreachable']]);
  types(c, 'Chat A');
  world.advance(300);
  expect(looks(a, c)).toEqual([['Chat started'], ['Chat started']]);
});

story("R8: A's text comes after B's END_REQUEST: not shown, not stored", { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  slowFrom(world, a);
  types(a, 'too late');
  types(b, 'End chat');
  world.advance(300);
  expect(looks(a, b)).toEqual([['Chat ended'], ['Chat ended']]);
  expect(world.store.count('A', 'B')).toBe(0);
});

story("R9: B's END_REQUEST is on its way: texts of A are not shown, but in the history", { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  slowFrom(world, b);
  types(b, 'End chat');
  types(a, 'just in time');
  world.advance(300);
  expect(looks(a, b)).toEqual([['Chat ended'], ['Chat ended']]);
  expect(world.store.page('A', 'B', 0, 9).map(({ text }) => text)).toEqual(['just in time']);
});

story('R10: a late text and END_NOTIF of the session that B ended come while B waits for C', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  world.connect('C');
  slowTo(world, b);
  types(a, 'late', 'End chat');
  world.advance(5);
  types(b, 'End chat', 'Chat C');
  expect(b.status.chat).toBe('Wait for CHAT_STARTED');
  world.advance(300);
  expect(world.spoken(b).slice(3)).toEqual([
    'S CHAT(1, late)',
    'S END_NOTIF(1, 0)',
    'C END_REQUEST(1)',
    'C CHAT_REQUEST(C)',
    'S CHAT_STARTED(2, C)',
  ]);
  expect(b.look()).toEqual(['Chat ended', 'Chat started']);
  expect(a.look()).toEqual(['Chat ended']);
});

story("R11: A logs off in a chat while B's END_REQUEST is on its way", { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  slowFrom(world, b);
  types(b, 'End chat');
  types(a, 'Log off');
  world.advance(300);
  expect(looks(a, b)).toEqual([['Chat ended', 'Disconnected'], ['Chat ended']]);
  expect(world.spoken(b).slice(-2)).toEqual(['C END_REQUEST(1)', 'S END_NOTIF(1, 1)']);
});

story('R11: the connection of A breaks in a chat', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  a.link.cut('server');
  world.advance(10);
  expect(b.look()).toEqual(['Chat ended']);
  expect(world.spoken(b).at(-1)).toBe('S END_NOTIF(1, 2)');
  // A learns of it when nothing has come for T_DEAD.
  world.advance(world.limits.T_DEAD_MS);
  expect(a.look()).toEqual(['Chat ended', 'Connection lost']);
});

story('R11: the process of A is killed in a chat: B sees it at once', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  a.host.kill();
  world.advance(10);
  expect(b.look()).toEqual(['Chat ended']);
});

story('R12: A logs on elsewhere in a chat', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  const again = world.newUser('A');
  types(again, 'Log on');
  world.advance(10);
  expect(looks(a, again, b)).toEqual([['Chat ended', 'Logged on from elsewhere'], ['Connected'], ['Chat ended']]);
  expect(again.status.chat).toBe('Connected');
  expect(world.spoken(b).at(-1)).toBe('S END_NOTIF(1, 2)');
});
