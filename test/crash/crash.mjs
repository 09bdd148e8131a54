/**
 * `npm run crash -- --times 200 --seed S`: the server is killed with SIGKILL at random moments while clients chat, and
 * started again on the same data. After each start every text that a client displayed must be in the history exactly once
 * and in order, session numbers only go up, and the file passes SQLite's integrity check. Ends with 1 and the story if not.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers';
import { faultOfFile } from './file.mjs';
import { Ledger } from './ledger.mjs';
import {
  argumentsOf,
  below,
  freshSeed,
  limitArguments,
  pick,
  planted,
  printAndKeep,
  resultFile,
  randomOf,
  Server,
  shuffled,
  subscribe,
  temporaryFolder,
} from './parts.mjs';
import { User } from './user.mjs';

const LIMITS = { MESSAGES_PER_SECOND: 0, CALLS_PER_MINUTE: 0, HELLOS_PER_SECOND: 0 };
const IDS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'];
/** Texts that each side of a chat types before it has seen any, and texts displayed until the server dies: at most. */
const AHEAD = 12;
const SHOWN = 240;
/** Turns of the event loop, and milliseconds, between the moment that was chosen and the signal: at most. */
const TURNS = 10;
const LATER_MS = 250;
/** Of the rounds, so many are killed once more before: while the server starts, at log-on, or while lists are read. */
const EXTRA = 0.15;
/** Of the texts displayed, so many make a user end the chat; his next one begins at once. */
const ENDING = 0.02;

const given = argumentsOf(process.argv.slice(2), {
  times: 200,
  seed: freshSeed(),
  durability: 'normal',
  plant: '',
  out: resultFile('crash'),
});
const random = randomOf(given.seed);
const folder = temporaryFolder('crash');
const data = join(folder, 'parley.db');
const ledger = new Ledger();
const address = { address: '127.0.0.1', port: 0 };
const killed = { load: 0, start: 0, logOn: 0, history: 0 };
let integrityChecks = 0;
/** Told of each text displayed, while there is a server to kill. */
let afterText = () => undefined;

const keys = subscribe(data, IDS);
const users = IDS.map((id) => {
  return new User({ id, key: keys.get(id), server: address, ledger, noticed: reactTo, texted });
});

/** Everybody always wants to chat: with whom he chatted last, or with somebody else if that one cannot be reached. */
function reactTo(user, notice) {
  if (notice === 'Chat started') for (let i = 1 + below(random, AHEAD); i > 0; i--) say(user);
  if (notice === 'Chat ended' || notice === 'Correspondent unreachable') callSomebody(user);
}
function callSomebody(user) {
  if (!loading || !user.isConnected || user.status.chat !== 'Connected') return;
  const idle = users.filter((other) => other !== user && other.status.chat === 'Connected');
  if (idle.length > 0) user.chat(pick(random, idle).id);
}
function say(user) {
  if (loading && user.isInChat) user.text();
}
function texted(user, count) {
  for (let i = 0; i < count; i++) {
    if (loading && user.isInChat && random() < ENDING) user.endChat();
    else say(user);
    afterText();
  }
}

let loading = false;

function start() {
  return new Server({
    data,
    args: ['--durability', given.durability, ...limitArguments(LIMITS)],
    ...planted(given.plant),
  });
}
async function ready() {
  const server = start();
  await server.ready;
  address.port = server.udp;
  ledger.restarted();
  return server;
}

async function logOnAll() {
  for (const user of users) user.logOn();
  await Promise.all(users.map((user) => user.until(() => user.isConnected, 'Connected')));
}
/** Nobody waits for the answer of a server that is dead. */
async function allOffline() {
  for (const user of users) if (!user.isConnected && !user.isOffline) user.logOff();
  await Promise.all(users.map((user) => user.until(() => user.isOffline, 'the end of the connection')));
}

/** Reads the list of every pair that has chatted; `both`: on both sides. @returns whether all came whole */
async function readAll(both) {
  const wanted = ledger.pairs.flatMap(([a, b]) => {
    const sides = [
      [a, b],
      [b, a],
    ];
    return both ? sides : [pick(random, sides)];
  });
  const whole = await Promise.all(
    users.map(async (user) => {
      for (const [, peer] of wanted.filter(([reader]) => reader === user.id)) {
        const list = await user.history(peer);
        if (list === undefined) return false;
        ledger.check(user.id, peer, list);
      }
      return true;
    }),
  );
  return !whole.includes(false);
}

/** Resolves when the server has been killed and is gone. */
async function kill(server, kind) {
  server.kill();
  const how = await server.exit;
  if (how !== 'SIGKILL') ledger.fault(`the server ended by itself (${String(how)})`);
  if (server.errors.length > 0) ledger.fault(`the server complained: ${server.errors.join(' | ')}`);
  killed[kind]++;
  loading = false;
  await allOffline();
  checkFile();
}

/** On a copy of what the dead process left: without the shared memory, as after a restart of the machine. */
function checkFile() {
  const fault = faultOfFile(data, join(folder, 'copy'));
  if (fault !== undefined) ledger.fault(`after a kill: ${fault}`);
  integrityChecks++;
}

/** A moment that is no moment of the load. */
const EXTRAS = {
  async start() {
    const server = start();
    // A new process is ready after some 300 ms.
    await new Promise((chosen) => setTimeout(chosen, below(random, 350)));
    await kill(server, 'start');
  },
  async logOn() {
    const server = await ready();
    for (const user of users) user.logOn();
    const enough = 1 + below(random, users.length);
    const some = pick(random, users);
    await some.until(
      () => users.filter((user) => user.isConnected).length >= enough || some.isConnected,
      'some log-ons',
    );
    await kill(server, 'logOn');
  },
  async history() {
    const server = await ready();
    await logOnAll();
    const lists = readAll(false);
    await turns(below(random, 50));
    await kill(server, 'history');
    await lists;
  },
};

async function turns(count) {
  for (let i = 0; i < count; i++) await new Promise((turn) => setImmediate(turn));
}

/** Everybody chats until the moment comes. */
async function load(server) {
  loading = true;
  const order = shuffled(random, users);
  for (let i = 0; i < order.length; i += 2) order[i].chat(order[i + 1].id);
  await new Promise((moment) => {
    if (random() < 0.3) return setTimeout(moment, below(random, LATER_MS));
    const target = ledger.texts.shown + 1 + below(random, SHOWN);
    afterText = () => {
      if (ledger.texts.shown >= target) moment();
    };
  });
  afterText = () => undefined;
  await turns(below(random, TURNS));
  await kill(server, 'load');
}

async function round() {
  if (random() < EXTRA) await pick(random, Object.values(EXTRAS))();
  const server = await ready();
  await logOnAll();
  if (!(await readAll(false))) ledger.fault('a history did not come whole');
  if (ledger.faults.length > 0) return server.kill();
  await load(server);
}

/** After the last kill everything is read by both sides, and the server ends as it should. */
async function finish() {
  const server = await ready();
  await logOnAll();
  if (!(await readAll(true))) ledger.fault('a history did not come whole');
  for (const user of users) user.logOff();
  await Promise.all(users.map((user) => user.driver.closed()));
  server.kill('SIGTERM');
  const code = await server.exit;
  if (code !== 0) ledger.fault(`the server ended with ${String(code)} after SIGTERM`);
  checkFile();
}

function figures() {
  const { load: atLoad, start: atStart, logOn, history } = killed;
  const { typed, shown, checked } = ledger.texts;
  return [
    `kills: ${atLoad} under load, ${atStart} while starting, ${logOn} at log-on, ${history} while lists were read`,
    `sessions: ${ledger.sessions.size}, the last number ${Math.max(0, ...ledger.sessions.keys())}`,
    `texts: ${typed} typed, ${shown} displayed, ${checked} read back and checked`,
    `integrity checks: ${integrityChecks}; database ${(statSync(data).size / 1e6).toFixed(1)} MB`,
  ];
}

console.log(
  `crash: ${given.times} kills under load, durability ${given.durability}, seed ${given.seed}${given.plant && `, planted: ${given.plant}`}`,
);
const began = performance.now();
try {
  for (let i = 1; i <= given.times && ledger.faults.length === 0; i++) {
    await round();
    if (i % 25 === 0)
      console.log(
        `  ${i} kills, ${ledger.texts.shown} texts displayed, ${Math.round((performance.now() - began) / 1000)} s`,
      );
  }
  if (ledger.faults.length === 0) await finish();
} catch (error) {
  ledger.fault(error.message);
}
printAndKeep(given.plant === '' ? given.out : '', [
  ...figures(),
  ...ledger.faults.map((fault) => `VIOLATION: ${fault}`),
  ledger.faults.length === 0
    ? `no violation (seed ${given.seed})`
    : `violated after ${killed.load} kills under load (seed ${given.seed})`,
]);
process.exit(ledger.faults.length === 0 ? 0 : 1);
