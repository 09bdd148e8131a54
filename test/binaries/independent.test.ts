/**
 * The second client, written from docs/protocol.md alone, with the real server and a real client: two programs that share
 * nothing but the document understand each other.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from '../../bin/demo/stage';
import { history, logOn, PATIENT, readWire, stages } from './support';

const open = stages();
/** As seen from the commands. */
const CLIENT = '../../test/independent/client.mjs';

const independent = (stage: Stage, id: string): Actor =>
  stage.start(id, CLIENT, [id, `${id}.key`, '127.0.0.1', String(stage.server.udp)]);

async function begin(): Promise<{ stage: Stage; alice: Actor; bob: Actor }> {
  const stage = await open(undefined, PATIENT);
  await stage.subscribe('alice', 'bob');
  await stage.startServer('--dump', 'dump');
  const [alice, bob] = [independent(stage, 'alice'), stage.client('bob')];
  await alice.shows('connected');
  await logOn(bob);
  return { stage, alice, bob };
}

const TEXTS = ['hello bob', 'Grüße ☕ 𝄞', 'x'.repeat(4096), 'a\u2028b', 'End chat'];

test('it logs on, calls, chats, reads the history and leaves', async () => {
  const { stage, alice, bob } = await begin();
  alice.type('chat bob');
  await alice.shows('started 1 bob');
  await bob.shows('Chat started');
  for (const text of TEXTS) {
    alice.type(`say ${text}`);
    await bob.shows(`alice: ${text.replace('\u2028', '\\u{2028}')}`);
    bob.type(`\\${text}`);
    await alice.shows(`text 1 bob ${JSON.stringify(text).replace('\u2028', '\\u2028')}`);
  }
  alice.type('end');
  await bob.shows('Chat ended');
  await alice.shows('ended 1 own');
  alice.type('history bob');
  for (const text of TEXTS) {
    const quoted = JSON.stringify(text).replace('\u2028', '\\u2028');
    for (const sender of ['alice', 'bob']) await alice.shows(`line 1 ${sender} ${quoted}`);
  }
  await alice.shows(`history bob 0 ${String(2 * TEXTS.length)}`);
  const list = await history(bob, 'alice');
  expect(list.filter(({ from }) => from === 'alice').map(({ text }) => text)).toEqual(
    TEXTS.map((text) => text.replace('\u2028', '\\u{2028}')),
  );
  alice.type('quit');
  await alice.shows('closed Logged off');
  expect(await alice.exit).toBe(0);
  await stage.finish();
  const connection = readWire(stage, 'dump').filter(({ from, to }) => from === 'alice' || to === 'alice');
  expect(connection.slice(0, 8).map(({ name }) => name)).toEqual([
    ...['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_SUCCESS', 'preface', 'CONNECT', 'preface', 'CONNECTED'],
  ]);
  expect(connection.at(-1)?.brief).toBe('alice>S CLOSE reason=0');
});

test('it is called, left, refused, and told that the server stops', async () => {
  const { stage, alice, bob } = await begin();
  bob.type('Chat alice');
  await alice.shows('started 1 bob');
  await bob.shows('Chat started');
  bob.type('one');
  await alice.shows('text 1 bob "one"');
  bob.type('End chat');
  await alice.shows('ended 1 0');
  alice.type('chat carol');
  await alice.shows('unreachable carol');
  alice.type('history carol');
  await alice.shows('history carol 0 0');
  alice.type('chat bob');
  await alice.shows('started 2 bob');
  await bob.shows('Chat started');
  stage.server.process.kill('SIGTERM');
  await alice.shows('closed Server shut down');
  await bob.shows('Server shut down');
  expect(await alice.exit).toBe(1);
});

test('the real client takes over from it, and it from the real client', async () => {
  const { stage, alice, bob } = await begin();
  alice.type('chat bob');
  await alice.shows('started 1 bob');
  const real = stage.client('alice');
  await logOn(real);
  await alice.shows('ended 1 cut');
  await alice.shows('closed Logged on from elsewhere');
  await bob.shows('Chat ended');
  const again = independent(stage, 'alice');
  await again.shows('connected');
  await real.shows('Logged on from elsewhere');
  again.type('quit');
  expect(await again.exit).toBe(0);
});

test('with a wrong key it is refused', async () => {
  const { stage, alice } = await begin();
  alice.type('quit');
  await alice.exit;
  writeFileSync(join(stage.folder, 'alice.key'), `${'5'.repeat(64)}\n`, { mode: 0o600 });
  const wrong = independent(stage, 'alice');
  await wrong.shows('closed Authentication failed');
  expect(await wrong.exit).toBe(1);
});
