/**
 * `npm run simulate`: many runs, on several cores, each from its seed. Prints how it goes on, what went wrong in words, and how
 * much time was simulated. Must never be here: what a run is.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { replayed, reportOf } from './report';
import { run, type Outcome } from './run';
import { Totals } from './totals';

const USAGE =
  'usage: npm run simulate [-- --seeds N] [--from N] [--jobs N] [--results FILE] | npm run simulate -- --seed N';
/** Seeds that a worker is given at a time. */
const PORTION = 20;
const PROGRESS_MS = 5_000;

interface Order {
  readonly seed: number;
  readonly seeds: number;
  readonly from: number;
  readonly jobs: number;
  readonly results: string;
}

function orderOf(argv: readonly string[]): Order {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '2' },
      results: { type: 'string', default: 'test/results/simulation.json' },
    },
  });
  const number = (name: 'seed' | 'seeds' | 'from' | 'jobs', least: number): number => {
    const value = Number(values[name] ?? 0);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new Error(`--${name} must be a whole number from ${String(least)}`);
  };
  return {
    seed: number('seed', 0),
    seeds: number('seeds', 1),
    from: number('from', 1),
    jobs: number('jobs', 1),
    results: values.results,
  };
}

/** A run depends on its seed alone: whoever asks the machine for time or chance is found out. */
function forbidTheRealWorld(): void {
  const forbidden = (): never => {
    throw new Error('a simulated run asked for real time or chance');
  };
  Object.assign(Math, { random: forbidden });
  Object.assign(Date, { now: forbidden });
}

async function work(): Promise<void> {
  forbidTheRealWorld();
  parentPort?.on('message', (seeds: readonly number[]) => {
    void (async () => {
      const outcomes: Outcome[] = [];
      for (const seed of seeds) outcomes.push(await run(seed));
      parentPort?.postMessage(outcomes);
    })();
  });
  await Promise.resolve();
}

/** Hands out portions until there are none. */
function all({ seeds, from, jobs }: Order, take: (outcomes: readonly Outcome[]) => void): Promise<void> {
  let next = from;
  const portion = (): number[] => {
    const first = next;
    next = Math.min(from + seeds, first + PORTION);
    return Array.from({ length: next - first }, (_, n) => first + n);
  };
  const one = (): Promise<void> =>
    new Promise((done, failed) => {
      const worker = new Worker(__filename, { workerData: 'simulation' });
      const give = (): void => {
        const given = portion();
        if (given.length > 0) worker.postMessage(given);
        else void worker.terminate().then(() => done());
      };
      worker.on('error', failed);
      worker.on('message', (outcomes: readonly Outcome[]) => {
        take(outcomes);
        give();
      });
      give();
    });
  return Promise.all(Array.from({ length: jobs }, one)).then(() => undefined);
}

async function main(): Promise<void> {
  const order = orderOf(process.argv.slice(2));
  if (order.seed > 0) {
    const outcome = await replayed(order.seed);
    console.log(reportOf(outcome, Infinity));
    process.exitCode = outcome.violation ? 1 : 0;
    return;
  }
  const totals = new Totals();
  let shown = performance.now();
  const failures: Outcome[] = [];
  await all(order, (outcomes) => {
    for (const outcome of outcomes) {
      totals.add(outcome);
      if (outcome.violation) failures.push(outcome);
    }
    if (performance.now() - shown < PROGRESS_MS) return;
    shown = performance.now();
    console.log(totals.progress(order.seeds));
  });
  for (const { seed } of failures.slice(0, 5)) console.log(reportOf(await replayed(seed)));
  console.log(totals.summary());
  mkdirSync(dirname(order.results), { recursive: true });
  const lines = [`seeds from ${String(order.from)}`, ...totals.summary().split('\n')];
  writeFileSync(order.results, `${JSON.stringify({ lines, ...totals.result() }, null, 2)}\n`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

void (isMainThread || workerData !== 'simulation' ? main() : work()).catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
});
