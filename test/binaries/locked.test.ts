/**
 * Another process holds the lock of the database while the server runs (protocol P2; 7, number 105): chats end with a reason,
 * and when the lock is gone everything works again by itself. The lock is real, and released when the test has seen enough.
 */
import Database from 'libsql';
import { join } from 'node:path';
import { both, history, limits, logOn, say, stages, startChat } from './support';

const open = stages();

test('a lock held until new chats are refused: when it is gone, chat and /healthz are well again', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  const { process } = await stage.startServer('--metrics', '127.0.0.1:0', ...limits({ T_STORE_RETRY_MS: 100 }));
  const [, url = ''] = /(http:\S+)\/metrics$/.exec(await process.complains(/^parley-server metrics: /)) ?? [];
  const healthz = async (): Promise<number> => (await fetch(`${url}/healthz`)).status;
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  await logOn(alice, bob);
  await startChat(alice, bob);
  await say(alice, bob, 'before');
  const other = new Database(join(stage.folder, 'parley.db'));
  for (let round = 1; round <= 3; round++) {
    other.exec('BEGIN IMMEDIATE');
    alice.type('not stored');
    await both(alice, bob, 'Chat ended');
    await alice.complains(/^parley-client: Chat ended: the server could not store a text, .*History bob/);
    await bob.complains(/^parley-client: Chat ended: the server could not store a text, .*History alice/);
    await process.complains(/ error texts could not be stored; their sessions end .*locked by another process/);
    expect(await healthz()).toBe(503);
    bob.type('Chat alice');
    await bob.shows('Correspondent unreachable');
    other.exec('COMMIT');
    await process.complains(/ warn the store works again$/);
    expect(await healthz()).toBe(200);
    await startChat(bob, alice);
    // Her texts are for this chat from here on.
    alice.type('Chat bob');
    await say(bob, alice, `after ${String(round)}`);
  }
  other.close();
  const texts = (await history(alice, 'bob')).map(({ text }) => text);
  expect(texts).toEqual(['before', 'after 1', 'after 2', 'after 3']);
  // Of the texts that were not stored she was told that they are in doubt.
  await stage.finish({ alice: 8 });
});
