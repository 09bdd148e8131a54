/**
 * A program that pours texts into a client faster than the server takes them: every one arrives, or the client says which are in
 * doubt (docs/client.md, protocol 4.3, 4.8).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from '../../bin/demo/stage';
import { asked, both, history, limits, logOn, stages, startChat, UNSLOWED } from './support';

const open = stages();
const numbered = (count: number, filler = ''): string[] =>
  Array.from({ length: count }, (_, i) => `${String(i + 1)}${filler}`);

const DOUBT =
  /^parley-client: (?:script: )?the server had not confirmed the texts of lines (\d+) to (\d+) yet, so it may not have taken them; History bob shows which it has$/;

/** Bob is connected, and alice is to come. */
async function house(...serverArgs: readonly string[]): Promise<{ stage: Stage; bob: Actor }> {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  await stage.startServer(...serverArgs);
  const bob = stage.client('bob');
  await logOn(bob);
  return { stage, bob };
}
function textsOf(bob: Actor): string[] {
  return bob.lines.filter((line) => line.startsWith('alice: ')).map((line) => line.slice('alice: '.length));
}
function script(stage: Stage, lines: readonly string[]): string {
  writeFileSync(join(stage.folder, 'script'), `${lines.join('\n')}\n`);
  return 'script';
}

test('a server that takes them slowly: the end of the input waits until it has them all', async () => {
  // A word of the server on its way to a client that has gone would destroy what it has not read yet.
  const slow = limits({ MESSAGES_PER_SECOND: 200, T_KEEPALIVE_MS: 100 });
  const { stage, bob } = await house(...slow);
  const alice = stage.client('alice');
  for (const line of ['Log on', 'Chat bob', ...numbered(1200)]) alice.type(line);
  alice.end();
  expect(await alice.exit).toBe(0);
  expect(alice.errors).toEqual([]);
  expect(alice.lines).toEqual(['Connected', ...asked('bob'), 'Chat ended', 'Disconnected']);
  await bob.shows('Chat ended');
  expect(textsOf(bob)).toEqual(numbered(1200));
});

test('the same before Log off and Quit', async () => {
  const { stage, bob } = await house(...limits({ MESSAGES_PER_SECOND: 200, T_KEEPALIVE_MS: 100 }));
  const alice = stage.client('alice');
  const lines = [
    'Log on',
    'Chat bob',
    ...numbered(200),
    'Log off',
    'Log on',
    'Chat bob',
    ...numbered(200),
    'Quit',
    'x',
  ];
  for (const line of lines) alice.type(line);
  expect(await alice.exit).toBe(0);
  expect(alice.errors).toEqual([]);
  await bob.shows('Chat ended');
  await bob.shows('Chat ended');
  expect(textsOf(bob)).toEqual([...numbered(200), ...numbered(200)]);
});

test('twenty million bytes: the client waits for the connection, and nothing ends', async () => {
  const { stage, bob } = await house(...UNSLOWED, ...limits({ OUTPUT_QUEUE_BYTES: 100_000_000 }));
  const texts = numbered(5000, '.'.repeat(4090));
  const alice = stage.client('alice', '--script', script(stage, ['Log on', 'Chat bob', ...texts]));
  expect([await alice.exit, alice.errors]).toEqual([0, []]);
  await bob.shows('Chat ended');
  expect(textsOf(bob)).toEqual(texts);
});

test('the other ends the chat meanwhile: which texts are in doubt, and that the rest goes nowhere', async () => {
  const { stage, bob } = await house(...limits({ MESSAGES_PER_SECOND: 50 }));
  const name = script(stage, ['Log on', 'Chat bob', ...numbered(1000)]);
  const alice = stage.client('alice', '--script', name);
  await bob.shows('alice: 1');
  bob.type('End chat');
  expect(await alice.exit).toBe(8);
  const [doubt = '', ...others] = alice.errors;
  const [, first, last] = DOUBT.exec(doubt) ?? [];
  const rest = `lines ${String(Number(last) + 1)} to 1002 (${String(1002 - Number(last))} lines)`;
  expect([(Number(first) - 3) % 256, others]).toEqual([
    0,
    [`parley-client: script: ${rest} were not sent: the chat with bob has ended`],
  ]);
  // What the server has, it has from the beginning on, without a gap.
  const had = await history(bob, 'alice');
  expect(had.map(({ text }) => text)).toEqual(numbered(had.length));
  expect(had.length).toBeGreaterThanOrEqual(Number(first) - 3);
  expect(had.length).toBeLessThanOrEqual(Number(last) - 2);
});

test('SIGTERM while much more waits: it leaves at once, and says where', async () => {
  const { stage, bob } = await house();
  const alice = stage.client('alice');
  for (const line of ['Log on', 'Chat bob', ...numbered(20_000)]) alice.type(line);
  await bob.shows('alice: 1');
  alice.kill('SIGTERM');
  expect(await alice.exit).toBe(8);
  const [, first, last] = DOUBT.exec(alice.errors[0] ?? '') ?? [];
  expect(Number(last) - Number(first)).toBe(255);
  expect(alice.errors.slice(1)).toEqual([
    `parley-client: left at line ${String(Number(last) + 1)}: that line and those after it are not carried out`,
  ]);
  expect(alice.lines.slice(-2)).toEqual(['Chat ended', 'Disconnected']);
});

test('a line without an end is refused, and the one after it is carried out', async () => {
  const { stage, bob } = await house();
  const alice = stage.client('alice');
  await logOn(alice);
  await startChat(alice, bob);
  const refusal = 'Line too long: over 65536 characters, left out; a text has at most 4096 bytes, send it in parts';
  alice.write('x'.repeat(70_000));
  await alice.shows(refusal);
  for (let i = 0; i < 100; i++) alice.write('x'.repeat(70_000));
  alice.type('');
  alice.type('after it');
  await bob.shows('alice: after it');
  expect(alice.lines.filter((line) => line === refusal)).toHaveLength(1);
  alice.end();
  await both(alice, bob, 'Chat ended');
  const name = script(stage, ['Log on', 'x'.repeat(70_000), 'Log off']);
  const scripted = stage.client('alice', '--script', name);
  expect([await scripted.exit, scripted.errors]).toEqual([8, [`parley-client: script:2: ${refusal}`]]);
});
