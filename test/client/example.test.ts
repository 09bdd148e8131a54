/** The example of docs/examples, as it stands there, against the real server; and that it is short. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stages } from '../binaries/support';

const BOT = join(__dirname, '../../docs/examples/echo-bot.mjs');
const open = stages();

test('the bot sends back what it reads, and goes when it is told to', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'echo');
  await stage.startServer();
  const bot = stage.start('echo', BOT, ['echo', `127.0.0.1:${String(stage.server.udp)}`]);
  await bot.shows('ready');
  const alice = stage.client('alice');
  for (const line of ['Log on', 'Chat echo', 'hello', 'Grüße ☕']) alice.type(line);
  await alice.shows('echo: hello');
  await alice.shows('echo: Grüße ☕');
  alice.type('bye');
  await alice.shows('Chat ended');
  expect(bot.lines).toEqual(['ready', 'chat with alice']);
  stage.server.process.kill('SIGTERM');
  await bot.shows('Server shut down');
  expect([await bot.exit, bot.errors]).toEqual([0, []]);
});

test('the bot says in one line why it cannot begin', async () => {
  const stage = await open();
  const bot = stage.start('nobody', BOT, ['nobody', '127.0.0.1:9']);
  expect(await bot.exit).toBe(1);
  expect(bot.errors).toEqual([expect.stringMatching(/^nobody: no key file for nobody: looked for/)]);
});

test('it is under 40 lines', () => {
  expect(readFileSync(BOT, 'utf8').split('\n').length).toBeLessThan(40);
});
