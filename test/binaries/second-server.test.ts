/** One server on a database: a second is refused, a killed one leaves nothing behind, and the operator's commands go on working. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { logOn, say, stages, startChat } from './support';

const open = stages();

test('a second server is refused in one sentence, under another name of the file too', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  const first = await stage.startServer();
  symlinkSync(join(stage.folder, 'parley.db'), join(stage.folder, 'other.db'));
  for (const data of ['parley.db', 'other.db']) {
    const second = stage.start('second', 'parley-server.js', ['--udp-port', '0', '--data', data]);
    expect(await second.exit).toBe(1);
    const pid = String(first.process.pid);
    expect(second.errors).toEqual([
      `parley-server: ${data} is in use by another server (process ${pid}); stop that one, or name another file with --data`,
    ]);
  }
  // Beside the server everybody else works.
  await stage.subscribe('carol');
  const [alice, carol] = [stage.client('alice'), stage.client('carol')];
  await logOn(alice);
  // She is known to the server soon.
  for (let known = false; !known;) {
    carol.type('Log on');
    known = (await carol.shows(/^Connected$|^No answer from the server/)) === 'Connected';
  }
  await startChat(alice, carol);
  await say(alice, carol, 'hello');
  const list = stage.start('history', 'parley-history.js', ['list']);
  expect(await list.exit).toBe(0);
  expect(list.lines.join(' ')).toMatch(/alice +carol +1/);
});

test('a server that was killed does not keep the next one out', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  for (let round = 0; round < 3; round++) {
    const { process } = await stage.startServer();
    process.kill('SIGKILL');
    await process.exit;
  }
  await stage.startServer();
});
