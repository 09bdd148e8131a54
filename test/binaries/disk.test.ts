/**
 * A full disk under a running server (protocol P2; 7, number 105). The room is taken with a soft limit on the size of files,
 * set on the process and lifted again: a write beyond it fails in the middle, as on a full disk.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from '../../bin/demo/stage';
import { ASSIGNMENT_ONLY } from '../../diagrams/report/play/assignment';
import { both, history, limits, logOn, readLines, say, stages, startChat, UNSLOWED } from './support';

const open = stages();
const missing =
  process.platform !== 'linux' || spawnSync('prlimit', ['--version']).status !== 0
    ? ' (skipped: prlimit is needed, of util-linux)'
    : '';
const testOnLinux = missing === '' ? test : test.skip;

/** From now on no file of the stage grows by more than this. */
function fillDisk({ folder, server }: Stage, room: number): void {
  const largest = Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name)).size));
  limitFiles(server.process, String(largest + room));
}
function limitFiles({ pid }: Actor, bytes: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
}

const RETRY = limits({ T_STORE_RETRY_MS: 200 });
const RESTORED = / warn the store works again$/;
const TEXTS = 100;
/** Far more than there is room for. */
const text = (n: number): string => `${String(n)} ${'x'.repeat(1000)}`;
const shownAt = (reader: Actor, writer: Actor): string[] =>
  reader.lines.filter((line) => line.startsWith(`${writer.name}: `)).map((line) => line.slice(writer.name.length + 2));
const textsOf = async (reader: Actor, peer: Actor): Promise<string[]> =>
  (await history(reader, peer.name)).map((line) => line.text);

async function refused(caller: Actor, called: Actor): Promise<void> {
  caller.type(`Chat ${called.name}`);
  await caller.shows('Correspondent unreachable');
}

testOnLinux(
  `no room for texts: the session ends, nothing unstored is shown; with room all goes on${missing}`,
  async () => {
    const stage = await open(undefined, ASSIGNMENT_ONLY);
    await stage.subscribe('alice', 'bob', 'carol');
    const { process } = await stage.startServer(...UNSLOWED, ...RETRY);
    const [alice, bob, carol] = [stage.client('alice'), stage.client('bob'), stage.client('carol')];
    await logOn(alice, bob, carol);
    await startChat(alice, bob);
    await say(alice, bob, 'there is room');
    fillDisk(stage, 40_000);
    for (let n = 1; n <= TEXTS; n++) alice.type(text(n));
    await both(alice, bob, 'Chat ended');
    await process.complains(/ error texts could not be stored; their sessions end error=/);
    await refused(bob, alice);
    await refused(carol, bob);
    // Reading needs no room, and what was shown is what is stored.
    const shown = shownAt(bob, alice);
    expect(shown.length).toBeLessThan(TEXTS);
    expect(shown.slice(1)).toEqual(Array.from({ length: shown.length - 1 }, (_, i) => text(i + 1)));
    expect(await textsOf(bob, alice)).toEqual(shown);
    limitFiles(process, 'unlimited');
    await process.complains(RESTORED);
    await startChat(bob, alice);
    await say(bob, alice, 'there is room again');
    const list = await history(alice, 'bob');
    expect(list.map((line) => line.text)).toEqual([...shown, 'there is room again']);
    const [first, last] = [list.at(0)?.session ?? 0, list.at(-1)?.session ?? 0];
    expect(last).toBeGreaterThan(first);
    // Her texts are in doubt.
    await stage.finish({ alice: 8 });
    // Those typed after the end were refused by her own client.
    expect(alice.lines.filter((line) => line.startsWith('bob: '))).toEqual(['bob: there is room again']);
  },
);

testOnLinux(`no room, again and again: no session number is used twice${missing}`, async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  // Every session needs a write, so a number that cannot be reserved is the first thing that fails.
  const { process } = await stage.startServer(...UNSLOWED, ...RETRY, ...limits({ SESSION_BLOCK: 1 }), '--dump', '-');
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  await logOn(alice, bob);
  for (let round = 1; round <= 3; round++) {
    await startChat(alice, bob);
    await say(alice, bob, `round ${String(round)}`);
    alice.type('End chat');
    await both(alice, bob, 'Chat ended');
    fillDisk(stage, 0);
    await refusedForRoom(stage, alice, bob);
    limitFiles(process, 'unlimited');
    await process.complains(RESTORED);
  }
  process.kill('SIGKILL');
  await both(alice, bob, 'Connection lost');
  await stage.startServer('--udp-port', String(stage.server.udp));
  await logOn(alice, bob);
  await startChat(bob, alice);
  await say(alice, bob, 'after a restart');
  const list = await history(alice, 'bob');
  expect(list.map((line) => line.text)).toEqual(['round 1', 'round 2', 'round 3', 'after a restart']);
  const started = process.lines.flatMap((line) => /S>alice .*CHAT_STARTED session=(\d+)/.exec(line)?.[1] ?? []);
  const numbers = [...started.map(Number), list.at(-1)?.session ?? 0];
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
});

/** The write-ahead log may have room left from before, which sessions without texts use up first. */
async function refusedForRoom(stage: Stage, caller: Actor, called: Actor): Promise<void> {
  for (;;) {
    caller.type(`Chat ${called.name}`);
    const answer = await caller.shows(/^(Chat started|Correspondent unreachable)$/);
    if (answer === 'Correspondent unreachable') break;
    await called.shows('Chat started');
    caller.type('End chat');
    await both(caller, called, 'Chat ended');
  }
  await stage.server.process.complains(/ error no session number could be reserved /);
}

testOnLinux(`no room for the dump and the log: lines are missing, the chat goes on${missing}`, async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob');
  const { process } = await stage.startServer('--dump', 'dump', '--log-file', 'log', '--log-level', 'debug');
  const [alice, bob] = [stage.client('alice', '--dump', 'dump-alice'), stage.client('bob')];
  await logOn(alice, bob);
  await startChat(alice, bob);
  alice.type('End chat');
  await both(alice, bob, 'Chat ended');
  for (const actor of [process, alice]) limitFiles(actor, '1');
  // A text could not be stored now, but a session has its number.
  await startChat(alice, bob);
  await Promise.all([
    process.complains(/^log cannot be written \(EFBIG\): lines are missing from it$/),
    alice.complains(/^parley-client: dump-alice cannot be written \(EFBIG\): lines are missing from it$/),
  ]);
  for (const actor of [process, alice]) limitFiles(actor, 'unlimited');
  await say(alice, bob, 'this is written again');
  await stage.finish();
  for (const file of ['dump', 'dump-alice']) {
    const lines = readLines(stage, file);
    expect(lines.filter((line) => line.includes('CHAT_STARTED session=2'))).toEqual([]);
    expect(lines).toContainEqual(expect.stringContaining('{CHAT session=2 text="this is written again"}'));
  }
  expect(readLines(stage, 'log').at(-1)).toMatch(/ info stopped$/);
});
