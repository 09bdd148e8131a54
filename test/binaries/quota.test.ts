/**
 * A database that may not grow any more, under a running server (protocol 4.11, P2): chats end with their reason, what is
 * stored can be read, and with room all goes on by itself.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '../../bin/demo/stage';
import { runCommand } from '../support/command';
import { history, limits, logOn, say, stages, startChat, UNSLOWED } from './support';

const open = stages();
const STORE_MAX = 128 * 1024;

/** @returns what asks a server for a figure, by name and label */
async function figures(server: Actor): Promise<(name: string) => Promise<number>> {
  const [, url = ''] = /(http:\S+)$/.exec(await server.complains(/^parley-server metrics: /)) ?? [];
  return async (name) => {
    const lines = (await (await fetch(url)).text()).split('\n');
    return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length));
  };
}

test('--store-max: the chat ends with its reason, the file stays small, and old texts that are removed make room', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  const args = ['--store-max', '128k', '--metrics', '127.0.0.1:0'];
  const { process } = await stage.startServer(...args, ...UNSLOWED, ...limits({ T_STORE_RETRY_MS: 200 }));
  const figure = await figures(process);
  expect(await figure('parley_texts_unstored_total{reason="full"}')).toBe(0);
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  await logOn(alice, bob);
  await startChat(alice, bob);
  const shown: string[] = [];
  for (let line = ''; line !== 'Chat ended';) {
    const text = `${String(shown.length + 1)} ${'x'.repeat(1000)}`;
    alice.type(text);
    line = await bob.shows(/^(alice: .*|Chat ended)$/);
    if (line !== 'Chat ended') shown.push(text);
  }
  await alice.shows('Chat ended');
  expect(await figure('parley_store_bytes{of="max"}')).toBe(STORE_MAX);
  expect(await figure('parley_store_bytes{of="used"}')).toBeGreaterThan(STORE_MAX / 2);
  expect(await figure('parley_texts_unstored_total{reason="full"}')).toBe(1);
  await process.complains(/ error texts could not be stored; .*largest size \(--store-max\).*parley-history prune/);
  bob.type('Chat alice');
  await bob.shows('Correspondent unreachable');
  expect(shown.length).toBeGreaterThan(10);
  expect((await history(bob, 'alice')).map(({ text }) => text)).toEqual(shown);
  expect(statSync(join(stage.folder, 'parley.db')).size).toBeLessThanOrEqual(STORE_MAX);
  const now = new Date().toISOString();
  const pruned = await runCommand('parley-history', ['prune', '--before', now, '--yes'], { cwd: stage.folder });
  expect(pruned).toMatchObject({ code: 0, err: '' });
  await process.complains(/ warn the store works again$/);
  await startChat(bob, alice);
  await say(bob, alice, 'there is room again');
  expect((await history(bob, 'alice')).map(({ text }) => text)).toEqual(['there is room again']);
  // Her last text is in doubt, and was not stored.
  await stage.finish({ alice: 8 });
});

test('--pair-max: the chat of the pair that is full ends with its reason, and the others chat on', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob', 'carol', 'dave');
  const { process } = await stage.startServer('--pair-max', '100k', '--metrics', '127.0.0.1:0', ...UNSLOWED);
  const figure = await figures(process);
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  const [carol, dave] = [stage.client('carol'), stage.client('dave')];
  await logOn(alice, bob, carol, dave);
  await startChat(alice, bob);
  await startChat(carol, dave);
  for (let line = ''; line !== 'Chat ended';) {
    alice.type('x'.repeat(4000));
    line = await bob.shows(/^(alice: .*|Chat ended)$/);
  }
  await alice.shows('Chat ended');
  await alice.complains(/Chat ended: the server could not store a text/);
  await process.complains(/ warn a pair is full; its session ends error=.*alice and bob have .*\(--pair-max\)/);
  expect(await figure('parley_texts_unstored_total{reason="pair_full"}')).toBe(1);
  expect(await figure('parley_pair_bytes{of="max"}')).toBe(100 * 1024);
  expect(await figure('parley_pair_bytes{of="used"}')).toBeGreaterThanOrEqual(100 * 1024);
  const { out } = await runCommand('parley-keys', ['check'], { cwd: stage.folder });
  expect(out).toMatch(/parley\.db is whole: \d+ texts of 1 pairs\n/);
  expect(out).toMatch(
    /^In use: [\d.]+[kM] \(parley-server: --store-max\)\nMost of it: the texts of alice and bob, [\d.]+[kM] /m,
  );
  await say(carol, dave, 'we are others');
  carol.type('End chat');
  await Promise.all([carol.shows('Chat ended'), dave.shows('Chat ended')]);
  await startChat(carol, bob);
  await say(carol, bob, 'this is another pair');
  // Her last text is in doubt, and was not stored.
  await stage.finish({ alice: 8 });
});
