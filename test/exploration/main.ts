/**
 * The command behind `npm run explore`: runs the scenarios asked for, each in a process of its own, prints what came of them and
 * writes it to test/results/exploration.json. It ends with 1 if an invariant does not hold or a cell has no explanation.
 */
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unexplained } from './cells';
import { explore, type Result } from './explore';
import { cellsReport, lineOf, storyOf, tableOf } from './report';
import type { Scenario } from './scenario';
import { scenarios } from './scenarios';
import { unreached } from './unreached';

const RESULTS = join('test', 'results');
const USAGE = 'usage: npm run explore [-- --budget small|full] [--scenario NAME]... [--seconds N] [--jobs N]';

interface Task {
  readonly name: string;
  /** Limit of this scenario; 0: none. */
  readonly seconds: number;
}

/** In a child: one scenario, answered as a message. */
function child(task: Task): void {
  const scenario = scenarios.find(({ name }) => name === task.name) as Scenario;
  process.send?.(explore(scenario, task.seconds > 0 ? { seconds: task.seconds } : {}), () => process.disconnect());
}

function inChild(task: Task): Promise<Result> {
  return new Promise((resolve, reject) => {
    const forked = fork(__filename, ['--child', JSON.stringify(task)], { serialization: 'advanced' });
    forked.once('message', (result) => resolve(result as Result));
    forked.once('exit', (code) => reject(new Error(`the exploration of ${task.name} ended with ${String(code)}`)));
  });
}

async function all(tasks: readonly Task[], jobs: number): Promise<Result[]> {
  const waiting = [...tasks];
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) {
      const result = await inChild(task);
      results.push(result);
      console.log(lineOf(result));
      if (result.violation) console.log(storyOf(result));
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return tasks.flatMap(({ name }) => results.filter(({ scenario }) => scenario === name));
}

function chosen(): { readonly tasks: readonly Task[]; readonly jobs: number; readonly whole: boolean } {
  const { values } = parseArgs({
    options: {
      budget: { type: 'string', default: 'small' },
      scenario: { type: 'string', multiple: true },
      seconds: { type: 'string', default: '0' },
      jobs: { type: 'string', default: '2' },
    },
  });
  const { budget, scenario: names } = values;
  const unknown = names?.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined || (budget !== 'small' && budget !== 'full')) {
    const known = scenarios.map(({ name }) => name).join(' ');
    throw new Error(unknown === undefined ? `no budget ${budget}` : `no scenario ${unknown}; there are ${known}`);
  }
  const asked = scenarios.filter(({ name, ...scenario }) =>
    names ? names.includes(name) : budget === 'full' || scenario.budget === 'small',
  );
  const tasks = asked.map(({ name }) => ({ name, seconds: Number(values.seconds) }));
  return { tasks, jobs: Math.max(1, Number(values.jobs)), whole: names === undefined };
}

async function main(): Promise<void> {
  const { tasks, jobs, whole } = chosen();
  const results = await all(tasks, jobs);
  console.log(`\n${tableOf(results)}`);
  if (whole) console.log(`\n${cellsReport(results)}`);
  mkdirSync(RESULTS, { recursive: true });
  const reached = new Set(results.flatMap(({ cells }) => cells));
  const { missed, refuted } = unexplained(reached, unreached);
  const kept = { results, unreached: Object.fromEntries(unreached), ...(whole ? { missed, refuted } : {}) };
  writeFileSync(join(RESULTS, 'exploration.json'), `${JSON.stringify(kept, undefined, 2)}\n`);
  const wrong = results.some(({ violation }) => violation) || (whole && missed.length + refuted.length > 0);
  process.exitCode = wrong ? 1 : 0;
}

const [flag, task] = process.argv.slice(2);
if (flag === '--child') child(JSON.parse(task ?? '') as Task);
else {
  main().catch((error: unknown) => {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exitCode = 2;
  });
}
