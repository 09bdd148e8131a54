/** Gathers everything that a report is made from: reads, measures, plays. Must never be here: words of the report. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { place } from '../draw/layout';
import { allPictures } from '../draw/machines';
import { svgOf } from '../draw/svg';
import { foldersOf, machineOf, packagesOf } from './data/machine';
import { measure, type Amount, type PipedStage } from './data/performance';
import { resultOf, testRun } from './data/results';
import { runSelection } from './data/selection';
import type { Diagram, Documents, Facts, NamedResult } from './facts';
import { play, record, type Played, type Scenario } from './play/play';
import { FOLDERS } from './sections/setup';
import type { Settings } from './settings';

export interface Task {
  /** Folder of the checkout. */
  readonly root: string;
  readonly settings: Settings;
  readonly scale: Facts['scale'];
  /** In the order of the report. */
  readonly scenarios: readonly Scenario[];
  /** Processes on pipes, for the measurement. */
  readonly openPiped: () => Promise<PipedStage>;
  /** Whether a selection of the tests is run if no result is there. */
  readonly runTests: boolean;
  /** Told of the progress, a line each. */
  readonly say: (line: string) => void;
}

/** Scenarios of a quick build, and which one is recorded: the one with history, or the first. */
const QUICK = ['V1', 'V2'];
const RECORDED: Readonly<Record<Facts['scale'], string>> = { full: 'V5', quick: 'V1' };
const AMOUNTS: Readonly<Record<Facts['scale'], Amount>> = {
  full: { logOns: 30, texts: 300, burst: 5_000 },
  quick: { logOns: 5, texts: 30, burst: 300 },
};

/** Results that may be in test/results, and the script of package.json that makes each. */
const RESULTS: readonly { readonly name: string; readonly title: string; readonly script: string }[] = [
  { name: 'exploration', title: 'Exploration', script: 'explore' },
  { name: 'mutation', title: 'Mutations', script: 'mutate' },
  { name: 'simulation', title: 'Simulation of faulty networks', script: 'simulate' },
  { name: 'fuzz', title: 'Fuzzing', script: 'fuzz' },
  { name: 'crash', title: 'Crashes of the server', script: 'crash' },
  { name: 'powercut', title: 'Power cuts', script: 'powercut' },
  { name: 'soak', title: 'Long run', script: 'soak' },
];

/** @throws Error a document or result cannot be read, or no process can be started */
export async function gather(task: Task): Promise<Facts> {
  const { root, scale, say, settings } = task;
  say('reading documents, drawing the state machines');
  const [documents, diagrams, machine] = await Promise.all([documentsOf(root), drawn(), machineOf(root)]);
  const runs: Played[] = [];
  for (const scenario of task.scenarios.filter(({ id }) => scale === 'full' || QUICK.includes(id))) {
    say(`playing ${scenario.id}: ${scenario.title}`);
    runs.push(await play(scenario));
  }
  const recorded = task.scenarios.find(({ id }) => id === RECORDED[scale]);
  if (!recorded) throw new Error(`there is no scenario ${RECORDED[scale]} to record`);
  say(`recording ${recorded.id}`);
  const film = await record(recorded);
  say('measuring');
  const performance = await measure(task.openPiped, AMOUNTS[scale]).catch((error: unknown) => (error as Error).message);
  return {
    settings,
    scale,
    machine,
    documents,
    diagrams,
    runs,
    performance,
    recorded: film,
    made: new Date(),
    packages: packagesOf(root),
    folders: foldersOf(root, FOLDERS),
    tests: await testsOf(task),
    results: resultsOf(root),
  };
}

async function testsOf({ root, runTests, say }: Task): Promise<Facts['tests']> {
  const run = testRun(root);
  if (run) return { run, scope: 'all' };
  if (!runTests) return undefined;
  say('running a selection of the tests');
  return { run: await runSelection(root), scope: 'selection' };
}

function resultsOf(root: string): NamedResult[] {
  return RESULTS.map((one) => ({ ...one, result: resultOf(root, one.name) }));
}

async function documentsOf(root: string): Promise<Documents> {
  const read = (...path: string[]): Promise<string> => readFile(join(root, ...path), 'utf8');
  const records = (await readdir(join(root, 'docs', 'decisions'))).filter((name) => /^\d.*\.md$/.test(name)).sort();
  return {
    protocol: await read('docs', 'protocol.md'),
    limits: await read('machines', 'limits.ts'),
    decisions: await Promise.all(records.map((name) => read('docs', 'decisions', name))),
  };
}

async function drawn(): Promise<Diagram[]> {
  const diagrams: Diagram[] = [];
  for (const { id, level, picture } of allPictures()) {
    diagrams.push({ id, level, title: picture.title, svg: svgOf(await place(picture)) });
  }
  return diagrams;
}
