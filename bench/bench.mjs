/**
 * `npm run bench [-- options]`: Parley and the servers people use, measured in turns in one run, the server on one CPU and
 * the load on another. Must never be here: what a workload is (workloads.mjs), how a server starts (servers.mjs), what a
 * table looks like (table.mjs).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { allowedCpus, firstLine, foreignLoad, machine, openFiles, packageVersion, parleyVersion } from './machine.mjs';
import { makePrograms, Refusal } from './programs.mjs';
import { LIMITS_OFF, missing, run, SERVERS, start, USUAL_PEERS } from './servers.mjs';
import { results, table } from './table.mjs';
import { COMMON, COMMON_QUICK, workload, WORKLOADS } from './workloads.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const PEERS = Object.keys(SERVERS).filter((name) => name !== 'parley');

const tell = (text) => process.stderr.write(`${text}\n`);

// ---- arguments

const namesOf = (known, what) => (value) => {
  const names = value.split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`no ${what} ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  return names;
};
const numberOf = (value) => {
  if (!(Number(value) > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return Number(value);
};

function argumentsOf(argv) {
  return new Command('npm run bench --')
    .description('Measures Parley beside other servers, in turns, and prints a table.')
    .option('--quick', 'Parley alone, short windows, under a minute')
    .option(
      '--peers <names>',
      `servers beside it, or "none" (default: ${USUAL_PEERS.join(',')}, as installed)`,
      (value) => (value === 'none' ? [] : namesOf(PEERS, 'peer')(value)),
    )
    .option('--cases <names>', `workloads (default: ${WORKLOADS.join(',')})`, namesOf(WORKLOADS, 'workload'))
    .option('--reps <number>', 'runs of each, of which the median counts', numberOf, 3)
    .option(
      '--secs <seconds>',
      `measured time of a run (default: ${COMMON.secs}, quick ${COMMON_QUICK.secs})`,
      numberOf,
    )
    .option('--count <number>', 'W1 to W3: so many units, not a time, and all must arrive', numberOf)
    .option('--json <file>', 'write configuration, every run and the results to this file')
    .option('--from <file>', 'print the table of such a file, and measure nothing')
    .option('--folder <path>', 'where programs and servers keep their files', join(here, 'run'))
    .configureOutput({ outputError: (text, write) => write(`bench: ${text.replace(/^error: /, '')}`) })
    .exitOverride()
    .parse(argv, { from: 'user' })
    .opts();
}

// ---- what must be there

/** Those that are asked for must be there; of the usual ones, those that are. */
function peersOf({ quick, peers }) {
  if (quick) return peers ?? [];
  const wanted = peers ?? USUAL_PEERS;
  const absent = missing(wanted);
  if (absent.length === 0) return wanted;
  const packages = [...new Set(absent.map((name) => SERVERS[name].package))];
  const line = `not installed: ${packages.join(', ')}; apt-get install --no-install-recommends ${packages.join(' ')} openssl`;
  if (peers) throw new Refusal(line);
  tell(`bench: ${line}`);
  return wanted.filter((name) => !absent.includes(name));
}

/** Server on one, load on the other; the figures of other load are those of the CPUs 0 and 1. */
function pins() {
  const cpus = allowedCpus();
  return cpus.includes(0) && cpus.includes(1) && firstLine('taskset', '--version') !== '' ? [0, 1] : [];
}

// ---- runs

async function once(name, chosen, { folder, cpus, common, clients }) {
  const rows = [];
  for (const part of chosen.parts) {
    const server = await start(name, { folder, pin: cpus[0], clients });
    try {
      rows.push(await load(name, part, chosen, server, { folder, cpus, common }));
    } finally {
      await server.close();
    }
  }
  return rows;
}

async function load(name, part, chosen, server, { folder, cpus, common }) {
  const [which, ...own] = part.split(' ');
  const usual = Object.entries(common).flatMap(([key, value]) => [`--${key}`, value]);
  const longer = chosen.longer?.(name) || '';
  const args = [
    which,
    SERVERS[name].adapter,
    ...server.args,
    '--pid',
    server.pid,
    ...usual,
    ...own,
    ...longer.split(' '),
  ];
  const command = [join(folder, 'lg'), ...args.map(String).filter((one) => one !== '')];
  const child = run(command, { pin: cpus[1], stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (said += text));
  const code = await child.gone;
  if (code !== 0) throw new Error(said.trim().split('\n')[0] || `the load generator ended with ${code}`);
  const row = JSON.parse(out);
  if (row.units === 0) throw new Error('nothing arrived in the measured time');
  return row;
}

/** Whoever comes first in one turn comes last in the next. */
const turned = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

async function measure(plan, context) {
  const runs = [];
  const total = plan.reduce((sum, { servers }) => sum + servers.length * context.reps, 0);
  for (const { chosen, servers } of plan)
    for (let turn = 0; turn < context.reps; turn++)
      for (const name of turned(servers, turn)) {
        const entry = { workload: chosen.name, server: name, turn: turn + 1 };
        try {
          entry.rows = await once(name, chosen, context);
        } catch (error) {
          entry.failed = error instanceof Error ? error.message : String(error);
        }
        runs.push(entry);
        tell(`[${runs.length}/${total}] ${chosen.name} ${name}: ${entry.failed ?? brief(chosen, entry.rows)}`);
      }
  return runs;
}
function brief({ measures }, rows) {
  const [first] = measures;
  return `${first.name} ${first.of(rows).toFixed(2)}`;
}

// ---- the whole

function planOf({ quick, cases }, peers) {
  const most = openFiles();
  const chosen = (cases ?? WORKLOADS).map((name) => workload(name, quick)).filter((one) => one !== undefined);
  const plan = chosen
    .filter(({ clients }) => clients + 100 <= most)
    .map((one) => ({ chosen: one, servers: one.parleyOnly ? ['parley'] : ['parley', ...peers] }));
  const leftOut = chosen
    .filter(({ clients }) => clients + 100 > most)
    .map(({ name, clients }) => `${name} (${clients + 100})`);
  if (leftOut.length > 0) tell(`bench: left out for "ulimit -n", which is ${most}: ${leftOut.join(', ')}; raise it`);
  return { plan, leftOut };
}

async function configurationOf({ peers, cpus, common, reps, leftOut }) {
  const windows = Object.entries(common).map(([name, value]) => `--${name} ${value}`);
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    machine: machine(),
    pinned: cpus.length > 0 ? `server to CPU ${cpus[0]}, load to CPU ${cpus[1]}` : 'NOT: one CPU, or no taskset',
    'other load': `${(await foreignLoad()).toFixed(2)} CPUs before the first run`,
    programs: `Node.js ${process.version}, ${firstLine('openssl', 'version').replace(/ \(.*/, '')}, ${firstLine('cc', '--version')}`,
    parley: `${parleyVersion()}; ${SERVERS.parley.about}`,
    durability: 'normal: a commit survives the death of the process; history on, in a new folder for each run',
    'limits off': LIMITS_OFF.join(', '),
    ...Object.fromEntries(
      peers.map((name) => {
        const version = SERVERS[name].package ? `${packageVersion(SERVERS[name].package)}; ` : '';
        return [name, `${version}${SERVERS[name].about}`];
      }),
    ),
    'each run': `a fresh server; ${windows.join(' ')}, unless the workload has its own; ${reps} of each, in turns`,
    ...(leftOut.length > 0 ? { 'left out': `${leftOut.join(', ')}: "ulimit -n" is too small` } : {}),
  };
}

async function main() {
  const given = argumentsOf(process.argv.slice(2));
  if (given.from) return print(JSON.parse(readFileSync(given.from, 'utf8')));
  const quick = given.quick === true;
  const folder = resolve(given.folder);
  mkdirSync(folder, { recursive: true });
  const peers = peersOf(given);
  makePrograms(folder);
  const { plan, leftOut } = planOf(given, peers);
  const common = {
    ...(quick ? COMMON_QUICK : COMMON),
    ...(given.secs && { secs: given.secs }),
    ...(given.count && { count: given.count }),
  };
  const reps = quick ? 1 : given.reps;
  const cpus = pins();
  const configuration = await configurationOf({ peers, cpus, common, reps, leftOut });
  const clients = Math.max(...plan.map(({ chosen }) => chosen.clients));
  const runs = await measure(plan, { folder, cpus, common, reps, clients });
  const kept = { configuration, quick, runs };
  if (given.json) writeFileSync(given.json, `${JSON.stringify({ ...kept, results: results(kept) }, null, 1)}\n`);
  print(kept);
  // A server that loses a text, or refuses a log-on, has not been measured.
  if (runs.some(({ server, failed }) => server === 'parley' && failed)) process.exitCode = 1;
}

function print(kept) {
  for (const line of table(kept)) console.log(line);
}

main().catch((error) => {
  // Commander has written its own line.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof Refusal || 'syscall' in error) {
    tell(`bench: ${error.message}`);
    process.exitCode = 1;
  } else throw error;
});
