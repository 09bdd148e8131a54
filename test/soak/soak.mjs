/**
 * `npm run soak -- --minutes 10 --clients 500 --seed S`: a crowd of random users on a real server for a long time. Memory,
 * handles and timers must stay flat, every text must be displayed once and in order and stand in the history, nobody may read
 * of an error, and the server must have nothing to complain of. Figures are printed and written to test/results/soak.json.
 * Ends with 1 if anything is wrong. Must never be here: what a user does (crowd.mjs), what flat means (flat.mjs).
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { Ledger } from '../crash/ledger.mjs';
import {
  argumentsOf,
  built,
  freshSeed,
  limitArguments,
  randomOf,
  Server,
  subscribe,
  temporaryFolder,
} from '../crash/parts.mjs';
import { Crowd } from './crowd.mjs';
import { judge } from './flat.mjs';

const { openStore } = built('storage/sqlite');
const here = dirname(fileURLToPath(import.meta.url));

/** All users come from one address; each connection keeps its own limits. */
const LIMITS = {
  HELLOS_PER_SECOND: 0,
  NEW_ATTEMPTS_PER_SECOND: 0,
  PENDING_PER_SOURCE: 0,
  UNBOUND_PER_SOURCE: 0,
  AUTH_FAIL_PER_SECOND: 0,
};
/** A sample so often, or sixty in a shorter run. */
const EVERY_MS = 10_000;
const SAMPLES = 60;
/** A shorter run says nothing of a growth. */
const JUDGED_MINUTES = 3;
const MIB = 2 ** 20;
/** Parts of the time: to warm up, then everybody leaves; to come back; the rest is judged, and everybody leaves again. */
const WARM_UP = 0.25;
const RETURN = 0.08;
/**
 * How much each may grow. `load`: over the judged time, at equal load; live connections share blocks of memory, and log-ons are
 * under way. `calm`: from the first time that all have left to the second; what is kept for each connection, session or text
 * by mistake stands out here. `start`: from the empty server to the second time.
 */
const bounds = (clients) => ({
  heap: { load: 8 * MIB, calm: 2 * MIB, start: 8 * MIB },
  rss: { load: 24 * MIB, calm: 24 * MIB, start: 128 * MIB },
  descriptors: { load: 5 + clients / 50, calm: 0, start: 0 },
  timers: { load: 10 + clients / 10, calm: 0, start: 0 },
});
/** Attempts that were given up have timers of 20 s. */
const CALM_MS = 60_000;
/** What finalizers hold is given back some collections later: a heap that has lost less than this since the last look is settled. */
const SETTLED = MIB / 16;
const SETTLE_MS = 2000;

const given = argumentsOf(process.argv.slice(2), {
  minutes: 10,
  clients: 500,
  pace: 1000,
  texts: 0,
  seed: freshSeed(),
  out: join(here, '../results/soak.json'),
});
const random = randomOf(given.seed);
const everyMs = Math.min(EVERY_MS, (given.minutes * 60_000) / SAMPLES);
const folder = temporaryFolder('soak');
const data = join(folder, 'parley.db');
const ledger = new Ledger();
const began = performance.now();
const samples = [];
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

const keys = subscribe(
  data,
  Array.from({ length: given.clients }, (_, i) => `user-${i}`),
);
const server = new Server({
  data,
  args: limitArguments(LIMITS),
  nodeArgs: ['--expose-gc', '--import', join(here, 'probe.mjs')],
  ipc: true,
});
void server.exit.then((code) => leaving || ledger.fault(`the server ended by itself (${String(code)})`));
let leaving = false;

/** What the server process holds now. @param how `calm`: after everything that can be given back was */
async function measure(crowd, how = 'busy') {
  const answer = await new Promise((resolve, reject) => {
    server.child.once('message', resolve);
    server.child.send(how, (error) => error && reject(error));
  });
  const { rss, heapUsed, external, resources, lag, cpu } = answer;
  const ownLag = delay.max / 1e6;
  delay.reset();
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const descriptors = readdirSync(`/proc/${server.pid}/fd`).length;
  return {
    t: (performance.now() - began) / 1000,
    connected: crowd.connected,
    chatting: crowd.chatting,
    shown: ledger.texts.shown,
    lag,
    ownLag,
    cpu,
    rss,
    heap: heapUsed + external,
    external,
    descriptors,
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)[1]),
    timers: resources.Timeout ?? 0,
    sockets: (resources.TCPSocketWrap ?? 0) + (resources.TCPServerWrap ?? 0) + (resources.UDPWrap ?? 0),
  };
}

const mib = (bytes) => (bytes / MIB).toFixed(1);
function line(sample, before) {
  const rate = before ? (sample.shown - before.shown) / (sample.t - before.t) : 0;
  const share = before ? (100 * (sample.cpu - before.cpu)) / (sample.t - before.t) : 0;
  return [
    `${sample.t.toFixed(0).padStart(4)} s`,
    `${String(sample.connected).padStart(4)} connected`,
    `${String(Math.floor(sample.chatting / 2)).padStart(3)} sessions`,
    `${rate.toFixed(0).padStart(4)} texts/s`,
    `RSS ${mib(sample.rss)} MiB`,
    `heap ${mib(sample.heap)} MiB (${mib(sample.external)} outside V8)`,
    `${sample.descriptors} descriptors`,
    `${sample.timers} timers`,
    `${sample.threads} threads`,
    `server ${share.toFixed(0)} % CPU, longest turn ${sample.lag.toFixed(0)} ms (clients ${sample.ownLag.toFixed(0)} ms)`,
  ].join(', ');
}

async function sample(crowd, phase) {
  const now = { ...(await measure(crowd)), phase };
  console.log(line(now, samples.at(-1)));
  samples.push(now);
}

/** So much of the time that is asked for, and until so many texts were displayed; a sample now and then. */
async function crowded(crowd, part, texts, phase) {
  const end = performance.now() + part * given.minutes * 60_000;
  crowd.start();
  while ((performance.now() < end || ledger.texts.shown < texts) && ledger.faults.length === 0) {
    await pause(Math.min(everyMs, Math.max(0, end - performance.now())) || everyMs);
    await sample(crowd, phase);
  }
  await crowd.rest();
}
function pause(ms) {
  return new Promise((over) => setTimeout(over, ms));
}

/** @returns what the server holds at the start, and each time when all have left; the last time they have read everything */
async function soak(crowd) {
  const calm = [await measure(crowd, 'calm')];
  const left = async (when) => {
    calm.push(await leave(crowd, calm[0]));
    console.log(`${line(calm.at(-1))} (${when})`);
  };
  console.log(line(calm[0]));
  await crowded(crowd, WARM_UP, 0, 'warming up');
  await left('all have left after the warm-up');
  await crowded(crowd, RETURN, 0, 'returning');
  await crowded(crowd, 1 - WARM_UP - RETURN, given.texts, 'judged');
  await left('all have left');
  await readEverything(crowd);
  await left('all have read everything and left');
  return calm;
}

/** Everybody is there once more, and every pair reads all. */
async function readEverything(crowd) {
  const { users } = crowd;
  for (const user of users) user.logOn();
  await Promise.all(users.map((user) => user.until(() => user.isConnected || user.isOffline, 'Connected')));
  await Promise.all(
    users.map(async (user) => {
      for (const [, peer] of ledger.pairs.filter(([a]) => a === user.id)) {
        const whole = await crowd.readAndCheck(user, peer);
        if (!whole) ledger.fault(`${user.id} did not get the history with ${peer} at the end`);
      }
    }),
  );
}

/** Everybody leaves. @returns what the server holds when its sockets and timers are back where they were, or when it is too late */
async function leave(crowd, first) {
  for (const user of crowd.users) user.logOff();
  await Promise.all(crowd.users.map((user) => user.driver.closed()));
  const late = performance.now() + CALM_MS;
  for (let before = Infinity; ;) {
    const now = await measure(crowd, 'calm');
    const settled = now.sockets <= first.sockets && now.timers <= first.timers && now.heap > before - SETTLED;
    if (settled || performance.now() > late) return now;
    before = now.heap;
    await pause(SETTLE_MS);
  }
}

async function stop() {
  leaving = true;
  server.kill('SIGTERM');
  const timer = setTimeout(() => server.kill(), CALM_MS);
  const code = await server.exit;
  clearTimeout(timer);
  if (code !== 0) ledger.fault(`the server ended with ${String(code)} after SIGTERM`);
  for (const error of server.errors) ledger.fault(`the server said: ${error}`);
  // Opening it is an integrity check.
  openStore(data, { create: false, durability: 'normal' }).close();
}

/** What each quantity did, at equal load and when all had left. */
function verdicts([start, warm, rest]) {
  const judged = samples.filter(({ phase }) => phase === 'judged');
  // A connection has one descriptor; what is above is judged.
  const value = (s, name) => (name === 'descriptors' ? s.descriptors - s.connected : s[name]);
  return Object.entries(bounds(given.clients)).map(([name, bound]) => {
    const series = judged.map((s) => ({ t: s.t, load: s.connected, y: value(s, name) }));
    const verdict = { name, bound, calm: rest[name] - warm[name], start: rest[name] - start[name] };
    if (given.minutes < JUDGED_MINUTES) return verdict;
    const { growth, rise, flat } = judge(series, bound.load);
    if (!flat) ledger.fault(`${name} not flat under load`);
    for (const when of ['calm', 'start']) if (verdict[when] > bound[when]) ledger.fault(`${name} has grown (${when})`);
    return { ...verdict, growth, rise };
  });
}
/** However short the run was: when all have left, their sockets and timers are gone. */
function checkKept([start, , , end]) {
  for (const name of ['descriptors', 'timers', 'sockets']) {
    if (end[name] > start[name]) ledger.fault(`${end[name] - start[name]} ${name} are left over`);
  }
}
function verdictLine({ name, bound, growth, rise, calm, start }) {
  const unit = name === 'rss' || name === 'heap' ? (n) => `${mib(n)} MiB` : (n) => n.toFixed(1);
  const load =
    growth === undefined
      ? `not judged (below ${JUDGED_MINUTES} minutes)`
      : `under load: slope ${unit(growth)}, least value ${unit(rise)} (bound ${unit(bound.load)})`;
  const gone = `all gone: ${unit(calm)} since the warm-up (bound ${unit(bound.calm)}), ${unit(start)} since the start (bound ${unit(bound.start)})`;
  return `${name}: ${load}; ${gone}`;
}

function report(crowd, verdict) {
  const { typed, shown, checked } = ledger.texts;
  const seconds = samples.at(-1).t - samples[0].t;
  const lines = [
    ...verdict.map(verdictLine),
    `texts: ${typed} typed, ${shown} displayed (${(shown / seconds).toFixed(0)}/s), ${checked} read in histories and checked`,
    `sessions: ${ledger.sessions.size}, pairs: ${ledger.pairs.length}, database ${mib(statSync(data).size)} MiB`,
    `done: ${Object.entries(crowd.done)
      .map(([deed, n]) => `${n} ${deed}`)
      .join(', ')}`,
    `server: ${server.errors.length} lines on standard error`,
    ...ledger.faults.map((fault) => `FAULT: ${fault}`),
    ledger.faults.length === 0 ? 'no fault' : `${ledger.faults.length} faults (seed ${given.seed})`,
  ];
  for (const text of lines) console.log(text);
  mkdirSync(dirname(given.out), { recursive: true });
  writeFileSync(
    given.out,
    `${JSON.stringify({ lines: [`${given.clients} clients, ${given.minutes} minutes, seed ${given.seed}`, ...lines], samples }, null, 1)}\n`,
  );
}

console.log(
  `soak: ${given.clients} clients, ${given.minutes} minutes, a deed every ${given.pace} ms each, seed ${given.seed}`,
);
console.log(`server: durability normal, ${limitArguments(LIMITS).join(' ')}; garbage is collected before each sample`);
try {
  await server.ready;
  const crowd = new Crowd({
    keys,
    server: { address: '127.0.0.1', port: server.udp },
    ledger,
    random,
    pace: given.pace,
  });
  const calm = await soak(crowd);
  checkKept(calm);
  await stop();
  report(crowd, verdicts(calm));
} catch (error) {
  console.log(`FAULT: ${error.stack}`);
  ledger.fault(error.message);
}
process.exit(ledger.faults.length === 0 ? 0 : 1);
