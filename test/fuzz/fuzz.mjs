/**
 * `npm run fuzz`: every decoder under spoilt inputs, a million each, with what became of them.
 *
 *   npm run fuzz -- [--target NAME] [--runs N] [--seed S] [--seconds S] [--guided]
 *
 * --guided follows coverage: an input that runs a part of the code for the first time is kept, and spoilt further. With the
 * same seed and number of runs the same inputs are made (without --guided), so a finding can be played again. Exit code 1 if
 * there is one.
 */
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { guided } from './guided.mjs';

/** The memory of the process may grow by so much while a target runs; what a decoder keeps of a million inputs is more. */
const GROWTH_MB = 400;
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

const { values: o } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    seconds: { type: 'string', default: '0' },
    guided: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (o.help) {
  console.log('npm run fuzz -- [--target NAME]... [--runs N] [--seconds N] [--seed N] [--guided]');
  process.exit(0);
}
const [seed, seconds] = [Number(o.seed), Number(o.seconds)];
const runs = Number(o.runs);

/** The targets from their sources, as one script; packages stay where they are. */
async function load(folder) {
  const outfile = join(folder, 'targets.cjs');
  const packages = {
    name: 'packages',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^[^./]/ }, ({ path }) => ({ path: require.resolve(path), external: true })),
  };
  await build({
    stdin: { contents: "export * from './targets'", resolveDir: here, loader: 'ts' },
    bundle: true,
    outfile,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    plugins: [packages],
    logLevel: 'warning',
  });
  return { script: outfile, targets: require(outfile).TARGETS };
}

/** Inputs of fast-check's generator, so that a failure is made small. */
function generated(target, count) {
  const { inputs, run } = target;
  const fc = require('fast-check').default ?? require('fast-check');
  let ran = 0;
  const limit = seconds > 0 ? { interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false } : {};
  const property = fc.property(inputs, (bytes) => {
    ran++;
    count(run(bytes));
  });
  const result = fc.check(property, { numRuns: runs, seed, ...limit });
  if (!result.failed) return { ran };
  const [input] = result.counterexample;
  return { ran, failure: { error: result.errorInstance, input, path: result.counterexamplePath } };
}

const lines = [];
function say(line) {
  lines.push(line);
  console.log(line);
}

function report(target, outcome, counts, ms, grownMb) {
  const { ran, failure, extra = '' } = outcome;
  const accepted = counts.get('accepted') ?? 0;
  counts.delete('accepted');
  const refused = [...counts].sort(([, a], [, b]) => b - a).map(([fault, n]) => `${fault} ${String(n)}`);
  const rate = Math.round((ran / ms) * 1000);
  say(
    `${target.name}: ${String(ran)} inputs in ${(ms / 1000).toFixed(1)} s (${String(rate)}/s), seed ${String(seed)}, memory ${grownMb >= 0 ? '+' : ''}${grownMb.toFixed(0)} MB${extra}`,
  );
  say(`  accepted ${String(accepted)}; refused: ${refused.join(', ') || 'none'}`);
  if (failure) {
    say(`  FAILED: ${failure.error?.stack ?? String(failure.error)}`);
    console.log(`  input (hex): ${Buffer.from(failure.input).toString('hex')}`);
  }
  if (grownMb > GROWTH_MB) say(`  FAILED: the memory grew by ${grownMb.toFixed(0)} MB`);
  return !failure && grownMb <= GROWTH_MB;
}

const folder = mkdtempSync(join(tmpdir(), 'parley-fuzz-'));
try {
  const { script, targets } = await load(folder);
  const names = targets.map(({ name }) => name);
  const unknown = (o.target ?? []).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no target ${unknown}; targets: ${names.join(', ')}`);
  for (const target of targets.filter(({ name }) => !o.target || o.target.includes(name))) {
    const counts = new Map();
    const count = (verdict) => counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    const [began, before] = [performance.now(), process.memoryUsage().rss];
    const options = { runs, seed, seconds, script, fc: require('fast-check') };
    const outcome = o.guided ? guided(target, count, options) : generated(target, count);
    const grownMb = (process.memoryUsage().rss - before) / 2 ** 20;
    if (!report(target, outcome, counts, performance.now() - began, grownMb)) process.exitCode = 1;
  }
  const results = join(dirname(fileURLToPath(import.meta.url)), '..', 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'fuzz.json'), `${JSON.stringify({ lines }, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
