/** Whose calls a user gets: blocked callers, and a caller who calls again and again (protocol 4.5). */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockList } from '../../transport/client/block-list';
import { BLOCKED_MAX } from '../../storage/blocked';
import { ChatClient } from '../../transport/client';
import { KeyStore } from '../../transport/security/keystore';
import type { User } from '../support/user';
import { SERVER, World, played } from '../support/world';

const users = ['alice', 'bob', 'mallory'];
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));
function blockFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-blocked-'));
  folders.push(folder);
  return join(folder, 'alice.blocked');
}

/** Mallory calls as fast as the answers come, alice ends each of her chats after 20 ms. @returns how many of 60 tries of twelve others get through */
async function reached(limits: Readonly<Record<string, number>>): Promise<number> {
  const others = Array.from({ length: 12 }, (_, n) => `other${String(n)}`);
  const world = await World.open({ users: ['alice', 'mallory', ...others], limits });
  const [alice, mallory] = world.connect('alice', 'mallory');
  const friends = world.connect(...others);
  let occupied = 0;
  const everyMillisecond = (): void => {
    if (mallory.status.chat === 'Connected') mallory.type('Chat alice');
    occupied = alice.status.peer === 'mallory' ? occupied + 1 : 0;
    if (occupied === 20) alice.type('End chat');
    world.advance(1);
  };
  let through = 0;
  for (let n = 0; n < 60; n++) {
    const bob = friends[n % friends.length] as User;
    for (let ms = 0; ms < 500; ms++) everyMillisecond();
    bob.type('Chat alice');
    while (bob.status.chat === 'Wait for CHAT_STARTED') everyMillisecond();
    if (!bob.isInChat) continue;
    through++;
    bob.type('End chat');
  }
  return through;
}

test('one caller does not keep a user from everybody else', async () => {
  const unlimited = { CALLS_PER_MINUTE: 0, MESSAGES_PER_SECOND: 0 };
  expect(await reached(unlimited)).toBeLessThan(40);
  expect(await reached({ MESSAGES_PER_SECOND: 0 })).toBeGreaterThanOrEqual(58);
});

test('calling back is not limited: five calls at once, then one every ten seconds; others are not concerned', () =>
  played({ users }, (world) => {
    const [alice, bob, mallory] = world.connect('alice', 'bob', 'mallory');
    const calls = (caller: User): boolean => {
      caller.type('Chat alice');
      world.until(() => caller.status.chat !== 'Wait for CHAT_STARTED');
      if (!caller.isInChat) return false;
      alice.type('End chat');
      world.advance(10);
      return true;
    };
    expect([1, 2, 3, 4, 5, 6].map(() => calls(mallory))).toEqual([true, true, true, true, true, false]);
    expect(mallory.look().at(-1)).toBe('Correspondent unreachable');
    expect(calls(bob)).toBe(true);
    world.advance(10_000);
    expect([calls(mallory), calls(mallory)]).toEqual([true, false]);
  }));

test('a blocked caller is refused before a chat is shown, also in the wait for somebody else', async () => {
  const world = await World.open({ users, limits: { CALLS_PER_MINUTE: 0 } });
  const [bob, mallory] = world.connect('bob', 'mallory');
  const host = world.newHost('client of alice');
  const parts = { clock: host.loop, network: host, random: world.random.fork(), keys: new KeyStore() };
  const alice = new ChatClient({ id: 'alice', server: SERVER, key: world.keyOf('alice'), parts });
  const told: string[] = [];
  alice.on('event', (event) => void ('line' in event && told.push(event.line)));
  void alice.logOn();
  world.until(() => alice.state === 'Connected');
  expect(() => alice.block('Alice')).toThrow('You cannot block yourself');
  expect(() => alice.block('9')).toThrow('Invalid Client-ID');
  alice.block('Mallory');
  mallory.type('Chat alice');
  world.until(() => mallory.look().includes('Chat ended'));
  expect([alice.state, told]).toEqual(['Connected', ['Connected', 'Mallory is blocked']]);
  // Her call is served first, and ours is asked again.
  mallory.type('Chat alice');
  void alice.chat('bob');
  world.until(() => bob.isInChat);
  world.advance(100);
  expect([alice.status.peer, bob.status.peer, mallory.isInChat]).toEqual(['bob', 'alice', false]);
  alice.endChat();
  world.advance(100);
  // Whoever asks for somebody blocked gets him.
  void alice.chat('mallory');
  world.until(() => mallory.isInChat);
  expect(alice.status.peer).toBe('mallory');
  alice.unblock('mallory');
  alice.block('mallory');
  world.advance(100);
  expect([alice.state, mallory.isInChat, told.slice(-2)]).toEqual([
    'Connected',
    false,
    ['Chat ended', 'mallory is blocked'],
  ]);
});

test('the block list: a file for its owner alone, whole or not there, with a bound', () => {
  const path = blockFile();
  const list = new BlockList(path);
  expect([list.all, list.has('mallory')]).toEqual([[], false]);
  expect([list.add('mallory'), list.add('Eve'), list.add('eve')]).toEqual([
    'mallory is blocked',
    'Eve is blocked',
    'eve is blocked',
  ]);
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['mallory\neve\n', 0o600]);
  expect(new BlockList(path).has('MALLORY')).toBe(true);
  // Another client of hers has written meanwhile.
  writeFileSync(path, 'mallory\neve\ntrudy\n');
  expect([list.remove('Eve'), list.remove('nobody'), list.all]).toEqual([
    'Eve is no longer blocked',
    'nobody was not blocked',
    ['mallory', 'trudy'],
  ]);
  writeFileSync(path, Array.from({ length: BLOCKED_MAX }, (_, n) => `x${String(n)}\n`).join(''));
  expect(() => new BlockList(path).add('one.more')).toThrow('1000 are blocked already: Unblock somebody first');
  for (const wrong of ['9lives\n', 'a b\n', `${'x'.repeat(33)}\n`, 'x\n'.repeat(BLOCKED_MAX + 1)]) {
    writeFileSync(path, wrong);
    expect(() => new BlockList(path)).toThrow(/alice\.blocked.*(not a Client-ID|over 1000 IDs)/);
  }
  expect(new BlockList(undefined).add('eve')).toBe('eve is blocked');
});
