#!/usr/bin/env node
/**
 * The demo: real server and client processes on loopback go through V1 to V6 (spec section 7). It shows what users type and read
 * and, beside it, every protocol message as the server dumps it. No logic beyond showing; the scenarios are in demo/.
 */
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { serveHub } from '../diagrams/inspector/hub';
import { ASSIGNMENT_ONLY } from '../diagrams/report/play/assignment';
import type { Scenario } from '../diagrams/report/play/play';
import { systemRandom } from '../transport/security/random';
import { Lecture, TALK_MS, TALKING } from './demo/lecture';
import { SCENARIOS } from './demo/scenarios';
import { Stage, type Gate } from './demo/stage';
import { View, type ViewOptions } from './demo/view';
import { EXIT, run, withUsage } from './options';

interface Options {
  readonly inspect?: true;
  readonly verbose?: true;
  readonly keepalives?: true;
}
const PAGE = join(__dirname, '..', 'diagrams', 'inspector', 'page.html');
const IDS = SCENARIOS.map(({ id }) => id);

function scenario(text: string, before: readonly string[] = []): string[] {
  const id = text.toUpperCase();
  if (IDS.includes(id)) return [...before, id];
  throw new InvalidArgumentError(`The scenarios are ${IDS.join(', ')}.`);
}

export const command = withUsage(
  new Command('demo')
    .description('Plays the scenarios V1 to V6 with real processes.')
    .argument('[scenario...]', 'V1 to V6; without any, all of them', scenario)
    .option('--inspect', 'show server and clients live in a browser, and wait for Enter before each line is typed')
    .option('--verbose', 'every message with its fields')
    .option('--keepalives', 'every KEEPALIVE, not their number'),
);

const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 } as const;

function paint(colour: keyof typeof COLOURS, text: string): string {
  return coloured && text !== '' ? `\u001b[${String(COLOURS[colour])}m${text}\u001b[0m` : text;
}
function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

const WIDTH = { usual: 80, least: 60, most: 120 } as const;
const columns = Math.min(WIDTH.most, Math.max(WIDTH.least, process.stdout.columns ?? WIDTH.usual));

/** @returns whether it went as expected */
async function play({ id, title, clients, play: act }: Scenario, o: Options, lecture?: Lecture): Promise<boolean> {
  say();
  say(paint('bold', `${id}  ${title}`));
  const { verbose = false, keepalives = false } = o;
  const view = new View({ verbose, keepalives, columns, paint, say } satisfies ViewOptions);
  const gate: Gate = lecture?.gate ?? (() => view.quiet());
  const args = lecture ? ['--inspect', ...TALKING] : ASSIGNMENT_ONLY;
  const stage = await Stage.open(view.happened.bind(view), args, gate, lecture && TALK_MS);
  lecture?.begin(stage, view);
  try {
    await stage.subscribe(...clients);
    await stage.startServer('--dump', '-', '--log-level', 'warn', ...(lecture ? ['--inspect'] : []));
    await act(stage);
    await view.quiet();
    await lecture?.end();
    await stage.finish();
    await view.quiet();
    view.write();
    say(paint('green', `      as expected (${view.sum})`));
    return true;
  } catch (error) {
    view.write();
    say(paint('red', error instanceof Error ? error.message : String(error)));
    return false;
  } finally {
    await stage.close();
  }
}

function explain({ verbose }: Options): void {
  say('Parley: a server and its clients, each a process of its own, on 127.0.0.1.');
  say('  name > what a user types    name | what a user reads    S is the server');
  say(`  A>S went from A to the server; {...} is encrypted${verbose ? ', * is a secret, .. was cut' : ''}`);
}

/** The last lines are the results, for those who look there. */
function sum(results: readonly (readonly [Scenario, boolean])[]): void {
  say();
  say('What to try next:');
  say('  npm run demo -- V3 --inspect     see the machines in a browser, step by step');
  say('  npm run demo -- --verbose        every message with its fields');
  say('  npm run keys -- add alice bob    then npm run server, npm run client -- alice');
  say();
  for (const [{ id }, passed] of results) say(paint(passed ? 'green' : 'red', `${id} ${passed ? 'passed' : 'failed'}`));
}

async function main(): Promise<void> {
  const o = command.opts<Options>();
  const [named = []] = command.processedArgs as [string[] | undefined];
  const wanted = named.length > 0 ? named : IDS;
  explain(o);
  const hub = o.inspect ? await serveHub({ page: PAGE, port: 0, random: systemRandom }) : undefined;
  const lecture = hub && new Lecture(say, hub);
  if (hub) say(`\nOpen this in a browser; it shows every scenario:\n${hub.link}`);
  const results: [Scenario, boolean][] = [];
  for (const one of SCENARIOS.filter(({ id }) => wanted.includes(id))) results.push([one, await play(one, o, lecture)]);
  lecture?.close();
  sum(results);
  process.exitCode = results.every(([, passed]) => passed) ? EXIT.ok : EXIT.failed;
}

if (require.main === module) void run(command, main, { unread: 'goes on' });
