/**
 * `npm run profile [-- --load "w1 --pairs 100"] [--secs N] [--svg FILE]`: a CPU profile of the server under a load (W1 with 100
 * pairs), its ten heaviest functions, and a flame graph. Must never be here: how the server is started (servers.mjs), a figure of speed: a profiled server is slower.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { flameGraph, heaviest } from './flame.mjs';
import { allowedCpus } from './machine.mjs';
import { makePrograms, Refusal } from './programs.mjs';
import { run, start } from './servers.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** As many subscribers as the largest of the loads that are worth a profile needs. */
const CLIENTS = 2000;

/** The profile that the server writes when it ends. */
async function profiled({ folder, load, secs, into }) {
  const cpus = allowedCpus();
  const pin = cpus.length > 1 ? cpus : [];
  const node = ['--cpu-prof', `--cpu-prof-dir=${into}`, '--cpu-prof-interval=500'];
  const server = await start('parley', { folder, pin: pin[0], clients: CLIENTS, node });
  const [which, ...own] = load.split(' ');
  const args = [which, 'parley', ...server.args, '--pid', server.pid, ...own, '--warm', 2, '--secs', secs];
  let code;
  try {
    const child = run([join(folder, 'lg'), ...args.map(String)], {
      pin: pin[1],
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    code = await child.gone;
  } finally {
    await server.close();
  }
  if (code !== 0) throw new Error(`the load generator ended with ${code}`);
  const [name] = readdirSync(into);
  if (name === undefined) throw new Error('the server left no profile');
  return join(into, name);
}

async function main() {
  const { values } = parseArgs({
    options: {
      load: { type: 'string', default: 'w1 --pairs 100' },
      secs: { type: 'string', default: '5' },
      svg: { type: 'string' },
      folder: { type: 'string', default: join(here, 'run') },
    },
  });
  if (!(Number(values.secs) > 0)) throw new Refusal('--secs must be a number above 0');
  const { folder, load } = values;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  makePrograms(folder);
  const into = mkdtempSync(join(folder, 'profile-'));
  try {
    const written = await profiled({ folder, load, secs: values.secs, into });
    const kept = join(folder, 'server.cpuprofile');
    renameSync(written, kept);
    const profile = JSON.parse(readFileSync(kept, 'utf8'));
    console.log(`${load}, ${values.secs} s: the ten functions in which the server spends most time itself\n`);
    for (const { share, name, place } of heaviest(profile, 10))
      console.log(`${(100 * share).toFixed(1).padStart(6)} %  ${name}  ${place}`);
    const svg = values.svg ?? join(folder, 'flame.svg');
    writeFileSync(svg, flameGraph(profile, `parley-server under ${load}`));
    console.log(`\nprofile: ${kept} (Chrome's DevTools and speedscope open it)\nflame graph: ${svg}`);
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

const USAGE = 'usage: npm run profile [-- --load "w1 --pairs 100"] [--secs N] [--svg FILE] [--folder PATH]';

main().catch((error) => {
  const misused = String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof Refusal || misused)) throw error;
  console.error(`profile: ${error.message}${misused ? `\n${USAGE}` : ''}`);
  process.exitCode = 2;
});
