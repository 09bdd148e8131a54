/**
 * A client that a shell with job control has started: Ctrl-Z stops it and what it was started with, fg continues both, and the keys work
 * as before. For both documented ways of starting.
 */
import { join } from 'node:path';
import type { Stage } from '../../bin/demo/stage';
import { stages } from '../binaries/support';
import { commandOf, Desk, SMALL } from './desk';

const ROOT = join(__dirname, '../..');
const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';
/** How often it is stopped. */
const ROUNDS = 3;

const openStage = stages();
const desks: Desk[] = [];
afterEach(async () => {
  for (const desk of desks) desk.kill();
  await Promise.all(desks.splice(0).map(({ exit }) => exit));
});

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
const WAYS: Readonly<Record<string, (stage: Stage) => string>> = {
  'the command itself': (stage) => quoted(commandOf(stage, 'alice', [])),
  'npm run client': (stage) => {
    const [, , ...args] = commandOf(stage, 'alice', ['--key', join(stage.folder, 'alice.key')]);
    return `cd '${ROOT}' && npm run --silent client -- ${quoted(args)}`;
  },
};

test.each(Object.entries(WAYS))('%s: Ctrl-Z, fg, and Ctrl-C answers', async (_, commandLine) => {
  const stage = await openStage();
  await stage.subscribe('alice');
  await stage.startServer();
  const env = { PS1: 'shell:', INPUTRC: '/dev/null', npm_config_update_notifier: 'false' };
  const shell = new Desk(stage, 'alice', SMALL, [], env, ['bash', '--norc', '--noprofile', '-i', '-m']);
  desks.push(shell);
  await shell.stands('shell:');
  shell.press(`${commandLine(stage)}\r`);
  await shell.stands('alice · Offline >');
  shell.press('Log on\r');
  await shell.stands('alice · Connected >');
  for (let round = 1; round <= ROUNDS; round++) {
    shell.press('half a li');
    await shell.stands('alice · Connected > half a li');
    shell.press(CTRL_Z);
    await shell.stands('shell:');
    expect(shell.lines.filter((line) => line.includes('Stopped'))).toHaveLength(round);
    const before = shell.raw.length;
    shell.press('fg\r');
    await shell.stands('alice · Connected > half a li');
    // Pasted lines are marked again.
    expect(shell.raw.slice(before)).toContain('\u001b[?2004h');
    shell.press('ne');
    await shell.stands('alice · Connected > half a line');
    shell.press(CTRL_C);
    await shell.stands('alice · Connected >');
  }
  shell.press(CTRL_C);
  await shell.stands('Log off and leave? (y/n)');
  shell.press('y');
  await shell.shows('Disconnected');
  await shell.stands('shell:');
  shell.press('exit\r');
  expect(await shell.exit).toBe(0);
});
