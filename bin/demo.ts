#!/usr/bin/env node
/**
 * The demo: real server and client processes on loopback go through V1 to V6 (spec section 7). It shows each user's screen
 * and, between them, every protocol message as the server dumps it. No logic beyond showing; the scenarios are in demo/.
 */
import { Command } from 'commander';
import type { Scenario } from '../diagrams/report/play/play';
import { SCENARIOS } from './demo/scenarios';
import { Lecture } from './demo/lecture';
import { Stage, type Happening } from './demo/stage';
import { EXIT, run, withVersion } from './options';

export const command = withVersion(
  new Command('demo')
    .description('Plays the scenarios V1 to V6 with real processes.')
    .option('--inspect', 'show server and clients live in a browser, and wait for Enter before each line is typed')
    .exitOverride(),
);

const NAME_WIDTH = 7;
const WIDE_COLUMNS = 110;
const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

function paint(code: number, text: string): string {
  return coloured ? `\u001b[${String(code)}m${text}\u001b[0m` : text;
}
const [BOLD, DIM, RED, GREEN, CYAN] = [1, 2, 31, 32, 36];

function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** A line of somebody's screen, what he typed, or a message on the wire. */
function show({ who, kind, line }: Happening): void {
  const name = who.padStart(NAME_WIDTH);
  if (kind === 'error') {
    if (!/ info |inspector: /.test(line)) say(`${paint(RED, name)} ! ${line}`);
  } else if (kind === 'typed') say(`${paint(CYAN, name)} > ${paint(BOLD, line)}`);
  else if (who === 'parley-keys' || line.startsWith('parley-server ready')) return;
  else if (who === 'server') say(paint(DIM, `    ${fitted(line)}`));
  else say(`${paint(CYAN, name)} | ${line}`);
}

/** The columns of a dump line are closed up where the terminal has no room for them. */
function fitted(line: string): string {
  return (process.stdout.columns ?? 0) >= WIDE_COLUMNS ? line : line.replace(/(\S) {2,}(?=\S)/g, '$1 ');
}

/** @returns whether it went as expected */
async function play({ id, title, clients, play: act }: Scenario, lecture: Lecture | undefined): Promise<boolean> {
  say();
  say(paint(BOLD, `${id}  ${title}`));
  const inspect = lecture ? ['--inspect'] : [];
  const stage = await Stage.open(show, inspect, lecture?.gate);
  lecture?.begin(stage);
  try {
    await stage.subscribe(...clients);
    await stage.startServer('--dump', '-', '--log-level', 'warn', ...inspect);
    await act(stage);
    await lecture?.end();
    await stage.finish();
    return true;
  } catch (error) {
    say(paint(RED, error instanceof Error ? error.message : String(error)));
    return false;
  } finally {
    await stage.close();
  }
}

async function main(): Promise<void> {
  const lecture = command.opts<{ inspect?: true }>().inspect ? new Lecture(say) : undefined;
  say('Parley: a server and its clients, each a process of its own, on 127.0.0.1.');
  say('  name > what a user types     name | what he reads     indented: what goes over the wire');
  say('  {...} is encrypted, * is a secret, S is the server, A>S went from A to the server');
  const results: [Scenario, boolean][] = [];
  for (const scenario of SCENARIOS) results.push([scenario, await play(scenario, lecture)]);
  lecture?.close();
  say();
  for (const [{ id }, passed] of results) say(paint(passed ? GREEN : RED, `${id} ${passed ? 'passed' : 'failed'}`));
  process.exitCode = results.every(([, passed]) => passed) ? EXIT.ok : EXIT.failed;
}

if (require.main === module) void run(command, main);
