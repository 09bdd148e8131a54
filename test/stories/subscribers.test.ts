/** Subscribers that come and go while the server runs (protocol 3.12). */
import { LIMITS } from '../../machines/limits';
import { StoreError } from '../../machines/ports';
import { RawClient } from '../support/raw-client';
import { story, type World } from '../support/world';

const users = ['A', 'B', 'C'] as const;
const LOOK_MS = LIMITS.T_SUBSCRIBERS_MS + 10;

const remove = (world: World, id: string): void => void world.store.subscribers.remove(id);
function replaceKey(world: World, id: string): Buffer {
  const key = world.random.bytes(32);
  world.store.subscribers.replace({ id, key, stretched: false });
  return key;
}

story('who is added can log on, without a restart', { users }, (world) => {
  const key = world.subscribe('D');
  const d = world.newUser('D', key);
  world.advance(LOOK_MS);
  d.type('Log on');
  world.advance(20);
  expect(d.look()).toEqual(['Connected']);
});

story('who is removed in a chat is told so, the partner sees it end, and no log-on follows', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  a.type('the last text');
  remove(world, 'A');
  world.advance(LOOK_MS);
  expect([a.look(), b.look()]).toEqual([
    ['Chat ended', 'No longer a subscriber'],
    ['A: the last text', 'Chat ended'],
  ]);
  expect([world.spoken(a).at(-1), a.isOffline, b.isConnected]).toEqual(['S CLOSE(7)', true, true]);
  a.type('Log on');
  world.advance(LIMITS.T_CHALLENGE_MS + 500);
  expect(a.look()).toEqual(['No answer from the server']);
  expect(world.server.keys.has('A')).toBe(false);
  // What was said stays.
  expect(world.store.count('A', 'B')).toBe(1);
});

story('others are not disturbed, and can be called by nobody who has gone', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  const [c] = world.connect('C');
  remove(world, 'C');
  world.advance(LOOK_MS);
  a.type('still here');
  world.advance(10);
  expect([c.look(), b.look()]).toEqual([['No longer a subscriber'], ['A: still here']]);
  b.type('End chat', 'Chat C');
  world.advance(10);
  expect(b.look()).toEqual(['Chat ended', 'Correspondent unreachable']);
});

story('attempts are forgotten: neither RESPONSE nor CONNECT leads anywhere', { users, peers: 'hostile' }, (world) => {
  const [asked, proved] = [new RawClient(world, 'A'), new RawClient(world, 'A')];
  asked.challenge();
  proved.challenge();
  proved.respond();
  remove(world, 'A');
  world.advance(LOOK_MS);
  expect(world.server.keys.size).toBe(0);
  expect(asked.ask(asked.responseBytes())?.[5]).toBe(5);
  proved.openTcp();
  proved.write(proved.firstFlight());
  world.advance(20);
  expect([proved.isOver, proved.replies]).toEqual([true, []]);
  for (const client of [asked, proved]) client.leave();
});

story('a new key ends what was made with the old one, which counts no more', { users }, (world) => {
  const [a] = world.connect('A');
  const key = replaceKey(world, 'A');
  world.advance(LOOK_MS);
  expect(a.look()).toEqual(['No longer a subscriber']);
  a.type('Log on');
  const renewed = world.newUser('A', key);
  world.advance(LIMITS.T_FAIL_HOLD_MS + 100);
  expect(a.look()).toEqual(['Authentication failed']);
  renewed.type('Log on');
  world.advance(20);
  expect(renewed.look()).toEqual(['Connected']);
});

story('removed and added again with the same key between two looks: nothing has happened', { users }, (world) => {
  const [a] = world.connect('A');
  const [before] = world.store.subscribers.all();
  remove(world, 'A');
  if (before) world.store.subscribers.add(before);
  world.advance(LOOK_MS);
  expect([a.look(), a.isConnected]).toEqual([[], true]);
});

story('while the store cannot be read those known stay; one line in the log says so', { users }, (world) => {
  const [a] = world.connect('A');
  const { subscribers } = world.store;
  const whole = { ...subscribers };
  const unreadable = (): never => {
    throw new StoreError('failed', 'the file cannot be read');
  };
  remove(world, 'A');
  Object.assign(subscribers, { all: unreadable });
  world.advance(5 * LOOK_MS);
  expect([a.look(), a.isConnected]).toEqual([[], true]);
  expect(world.server.log.of('the subscribers cannot be read; those known stay')).toHaveLength(1);
  Object.assign(subscribers, whole);
  world.advance(LOOK_MS);
  expect(a.look()).toEqual(['No longer a subscriber']);
});

story('with --decoy a removed client looks like an unknown one', { users, decoy: true }, (world) => {
  const [a] = world.connect('A');
  remove(world, 'A');
  world.advance(LOOK_MS);
  a.look();
  a.type('Log on');
  world.advance(LIMITS.T_FAIL_HOLD_MS + 100);
  expect(a.look()).toEqual(['Authentication failed']);
});
