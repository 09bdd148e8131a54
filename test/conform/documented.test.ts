/**
 * Every command that the pages of the kit print passes with our own programs. `PARLEY_CONFORM=all` runs them to the letter; else
 * those that take minutes play some of their checks, those that wait for the shortest timers and those of the printed options.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';
import type { Stage } from '../../bin/demo/stage';
import { stages } from '../binaries/support';
import { documentOf } from '../documents/reader';
import { commandsOf, linesOf } from '../documents/shell';
import { runCommand } from '../support/command';
import { ALL, OURS } from './client-support';

const ROOT = join(__dirname, '../..');
const PAGES = ['docs/conformance.md', 'docs/conformance-client.md'];
const open = stages();
jest.setTimeout(ALL ? 900_000 : 180_000);

/** A line of a page as a command of ours and its words. */
interface Printed {
  readonly line: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The blocks of a page, each of which a reader follows from its first line on. */
function blocksOf(page: string): Printed[][] {
  return documentOf(ROOT, page)
    .blocks.filter(({ language }) => language === 'sh')
    .map(({ text }) =>
      linesOf(text)
        .filter((line) => line !== 'npm ci')
        .flatMap((line) => commandsOf(line, manifest.scripts).map(({ name, args }) => ({ line, command: name, args }))),
    );
}

/** `./my-client`: ours, whose activity timer has an option as in the example. */
function myClient(folder: string): string {
  const path = join(folder, 'my-client');
  const program = `#!${process.execPath}
const args = process.argv.slice(2);
const at = args.indexOf('--activity');
const ms = 1000 * Number(args[at + 1]);
if (at >= 0) args.splice(at, 2, '--limit', 'T_ACTIVITY_MS=' + ms);
process.argv.splice(1, Infinity, ${JSON.stringify(OURS[1])}, ...args);
require('node:module').runMain();
`;
  writeFileSync(path, program);
  chmodSync(path, 0o700);
  return path;
}

/** Some checks instead of all: what the options that are printed are for. */
function shorter(args: readonly string[]): string[] {
  if (ALL || args.includes('--check')) return [...args];
  const [half = '', ...rest] = args;
  if (half === 'server')
    return [
      half,
      '--check',
      'connected',
      'cookie-new',
      'V1',
      ...(args.includes('--unlimited') ? ['epochs'] : []),
      ...rest,
    ];
  // In a chat of 45 s no activity timer ends the connection.
  const timed = args.includes('--slow') ? ['dead', 'activity-idle'] : ['connected', 'log-off-after-texts', 'v1-caller'];
  return [half, '--check', ...timed, ...rest];
}

test.each(PAGES)('%s prints commands of the kit, and none that is not there', (page) => {
  const commands = blocksOf(page).flat();
  const installed = Object.keys(manifest.bin);
  expect(commands.filter(({ command }) => !installed.includes(command)).map(({ line }) => line)).toEqual([]);
  expect(commands.filter(({ command }) => command === 'parley-conform').length).toBeGreaterThan(2);
});

/** One line after the other, in a folder of its own; who is to be checked is there already, unless the block begins with it. */
async function follow(block: readonly Printed[], stage: Stage): Promise<void> {
  const has = (name: string): boolean => block.some(({ command }) => command === name);
  if (!has('parley-keys')) await stage.subscribe('ann', 'ben', 'cleo');
  let at = '';
  const start = async (args: readonly string[]): Promise<void> => {
    at = `127.0.0.1:${String((await stage.startServer(...args)).udp)}`;
  };
  const places: Readonly<Record<string, string>> = { './my-client': myClient(stage.folder) };
  for (const { line, command, args } of block) {
    if (command === 'parley-server') {
      await start(args);
      continue;
    }
    // As the page says: one caller may call as often as the kit does.
    if (command === 'parley-conform' && args[0] === 'server' && at === '')
      await start(['--limit', 'CALLS_PER_MINUTE=0']);
    const words = command === 'parley-conform' ? shorter(args) : args;
    const filled = words.map((word) => (word === '127.0.0.1:4390' ? at : (places[word] ?? word)));
    const { code, out, err } = await runCommand(command, filled, { cwd: stage.folder });
    const failed = out.split('\n').filter((one) => one.startsWith('not ok'));
    expect({ line, code, err, failed }).toEqual({ line, code: 0, err: '', failed: [] });
  }
}
const BLOCKS = PAGES.flatMap((page) =>
  blocksOf(page).map((block) => [block.map(({ line }) => line).join('; '), block] as const),
);
test.each(BLOCKS)('%s', async (_, block) => follow(block, await open()));
