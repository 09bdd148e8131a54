/** `parley-keys` beside a server that runs (protocol 3.12): no restart, and nobody stays who is gone. */
import type { Stage } from '../../bin/demo/stage';
import { HASTY, logOn, say, stages, startChat } from './support';

const open = stages();

async function keys(stage: Stage, ...args: readonly string[]): Promise<void> {
  const command = stage.start('parley-keys', 'parley-keys.js', args);
  expect([await command.exit, command.errors]).toEqual([0, []]);
}

test('who is added can log on, and chat with those who were there', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const { process } = await stage.startServer();
  const alice = stage.client('alice');
  await logOn(alice);
  await keys(stage, 'add', 'bob');
  await process.complains(/ subscriber added client=bob$/);
  const bob = stage.client('bob');
  await logOn(bob);
  await startChat(bob, alice);
  await say(bob, alice, 'I am new');
  await stage.finish();
});

test('who is removed in a chat is disconnected and does not come back; the partner goes on', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob', 'carol');
  await stage.startServer();
  const [alice, bob, carol] = [
    stage.client('alice', '--reconnect', ...HASTY),
    stage.client('bob'),
    stage.client('carol'),
  ];
  await logOn(alice, bob, carol);
  await startChat(alice, bob);
  await say(alice, bob, 'the last text');
  await keys(stage, 'remove', 'alice');
  await Promise.all([alice.shows('No longer a subscriber'), bob.shows('Chat ended')]);
  await alice.complains(/^parley-client: No longer a subscriber: the operator has removed this Client-ID/);
  await startChat(bob, carol);
  alice.type('Log on');
  await alice.shows('No answer from the server');
  bob.type('End chat');
  await carol.shows('Chat ended');
  bob.type('History alice');
  await bob.shows('End of history (1 message)');
  for (const user of [alice, bob, carol]) {
    user.end();
    expect(await user.exit).toBe(0);
  }
});

test('a key that is replaced ends the connection made with the old one; the new one is good at once', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const { process } = await stage.startServer();
  const before = stage.client('alice');
  await logOn(before);
  await keys(stage, 'add', 'alice', '--force');
  await before.shows('No longer a subscriber');
  await process.complains(/ subscriber has a new key client=alice$/);
  // The file was replaced too; this one read the old key when it began.
  before.type('Log on');
  await before.shows('Authentication failed');
  const after = stage.client('alice');
  await logOn(after);
  await stage.finish().catch(() => undefined);
  expect([after.lines, await after.exit]).toEqual([['Connected', 'Disconnected'], 0]);
});
