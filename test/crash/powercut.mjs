/**
 * `npm run powercut -- --moments N --seed S`: the power is cut, in a model, at every sync of a server with `--durability full`
 * and at random moments between. strace tells what was written and synced, and the server's dump in the same trace what was
 * relayed. What a disk could hold then is opened with the storage library: the file must be intact, every text relayed before
 * must be in the history in order, and no session number may be handed out again. For `--durability normal` the file must be
 * intact and the numbers safe; texts may be lost, and how many are is told. Ends with 1 and the story if not; 2 without strace.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Disk } from './disk.mjs';
import { Ledger } from './ledger.mjs';
import {
  argumentsOf,
  below,
  built,
  freshSeed,
  limitArguments,
  pick,
  planted,
  printAndKeep,
  resultFile,
  randomOf,
  Server,
  subscribe,
  temporaryFolder,
} from './parts.mjs';
import { hasStrace, readTrace, straceCommand } from './tracer.mjs';
import { User } from './user.mjs';

const { openStore } = built('storage/sqlite');
const { StoreError } = built('machines/ports');

const IDS = ['alice', 'bob', 'carol', 'dave'];
const LIMITS = { MESSAGES_PER_SECOND: 0, CALLS_PER_MINUTE: 0, HELLOS_PER_SECOND: 0 };
/** Texts typed ahead in each chat. */
const AHEAD = 4;
/** Of the texts displayed, so many make a user end the chat. */
const ENDING = 0.02;
/** Of the moments, so many find an index of the write-ahead log on the disk that nobody can rely on. */
const STALE_INDEX = 0.25;
const NAME = 'parley.db';

if (!hasStrace()) {
  console.log('powercut: skipped, strace is not installed (apt-get install strace)');
  process.exit(2);
}
const given = argumentsOf(process.argv.slice(2), {
  moments: 2000,
  texts: 1500,
  seed: freshSeed(),
  durability: 'full,normal',
  plant: '',
  out: resultFile('powercut'),
});

/** Chats until so many texts were displayed, on a database that was safe on the disk before. @returns trace, first contents */
async function record(folder, durability, random) {
  const data = join(folder, NAME);
  const keys = subscribe(data, IDS);
  const contents = { [NAME]: readFileSync(data) };
  const trace = join(folder, 'trace');
  const args = ['--durability', durability, '--dump', '-', ...limitArguments(LIMITS)];
  const server = new Server({ data, args, wrapped: straceCommand(trace), ...planted(given.plant) });
  await server.ready;
  const ledger = new Ledger();
  await chatting({ keys, ledger, server, random });
  server.kill('SIGTERM');
  const code = await server.exit;
  if (code !== 0 || server.errors.length > 0) throw new Error(`server: ${String(code)} ${server.errors.join(' | ')}`);
  if (ledger.faults.length > 0) throw new Error(ledger.faults[0]);
  return { happened: await readTrace(trace, data), contents, bytes: statSync(trace).size };
}

async function chatting({ keys, ledger, server, random }) {
  const address = { address: '127.0.0.1', port: server.udp };
  let reached = () => undefined;
  const enough = new Promise((resolve) => (reached = resolve));
  const noticed = (user, notice) => {
    if (notice === 'Chat started') for (let i = 0; i < AHEAD; i++) if (user.isInChat) user.text();
    const free = user.status.chat === 'Connected';
    if (free && (notice === 'Chat ended' || notice === 'Correspondent unreachable')) {
      user.chat(
        pick(
          random,
          users.filter((other) => other !== user),
        ).id,
      );
    }
  };
  const texted = (user) => {
    if (ledger.texts.shown >= given.texts) return reached();
    if (!user.isInChat) return;
    if (random() < ENDING) user.endChat();
    else user.text();
  };
  const users = IDS.map((id) => new User({ id, key: keys.get(id), server: address, ledger, noticed, texted }));
  for (const user of users) user.logOn();
  await Promise.all(users.map((user) => user.until(() => user.isConnected, 'Connected')));
  users[0].chat(users[1].id);
  users[2].chat(users[3].id);
  await enough;
  for (const user of users) user.logOff();
  await Promise.all(users.map((user) => user.driver.closed()));
}

const LINE = /^\S+ (\S+)>(\S+) +tcp #\d+ +\{?(\w+) (.*?)\}? +(?:\d+ B|\+)$/;
const TEXT = /session(?:-ID)?=(\d+) .*?text="(\d+) (\d+) /;

/** What was relayed so far, out of the dump: by session, texts by the number their writer gave them. */
class Relayed {
  /** By session: who chats, and the numbers of the texts that were sent on to each, in order. */
  sessions = new Map();
  texts = 0;
  last = 0;
  #rest = '';

  output(bytes) {
    const lines = `${this.#rest}${bytes.toString()}`.split('\n');
    this.#rest = lines.pop();
    for (const line of lines) this.#line(line);
  }

  #line(line) {
    const [, from, to, name, values] = LINE.exec(line) ?? [];
    if (from !== 'S') return;
    if (name === 'CHAT_STARTED') return this.#started(to, values);
    if (name !== 'CHAT') return;
    const [, session, n] = TEXT.exec(values) ?? [];
    if (n === undefined) throw new Error(`not understood: ${line}`);
    this.sessions.get(Number(session)).get(to).push(Number(n));
    this.texts++;
  }

  #started(to, values) {
    const [, session] = /session(?:-ID)?=(\d+)/.exec(values);
    const entry = this.sessions.get(Number(session)) ?? new Map();
    this.sessions.set(Number(session), entry.set(to, []));
    this.last = Math.max(this.last, Number(session));
  }
}

/** Opens what the disk holds. @returns what is wrong, and how many relayed texts are lost */
function examine(folder, contents, relayed) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, content] of contents) writeFileSync(join(folder, name), content);
  let store;
  try {
    store = openStore(join(folder, NAME), { create: false, durability: 'full' });
    const stored = storedIn(store);
    const reserved = store.reserve(1);
    const again =
      reserved <= relayed.last ? [`session ${reserved} would be handed out again after ${relayed.last}`] : [];
    return compare(stored, relayed, again);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { faults: [`the file cannot be used: ${error.message}`], lost: 0 };
  } finally {
    store?.close();
  }
}

/** The texts of every pair: numbers by session and reader, in the order of the history. */
function storedIn(store) {
  const stored = new Map();
  for (const [i, a] of IDS.entries()) {
    for (const b of IDS.slice(i + 1)) {
      for (const { session, sender, text } of store.page(a, b, 0, 1e9)) {
        const entry =
          stored.get(session) ??
          new Map([
            [a, []],
            [b, []],
          ]);
        stored.set(session, entry);
        entry.get(sender === a ? b : a).push(Number(text.split(' ', 1)[0]));
      }
    }
  }
  return stored;
}

/** Relayed is a beginning of stored; where texts may be lost, one is a beginning of the other. Numbers of one writer rise by one. */
function compare(stored, relayed, faults) {
  let lost = 0;
  for (const [session, readers] of relayed.sessions) {
    for (const [reader, sent] of readers) {
      const has = stored.get(session)?.get(reader) ?? [];
      const common = Math.min(has.length, sent.length);
      if (sent.slice(0, common).join() !== has.slice(0, common).join())
        faults.push(`session ${session}: relayed ${sent.join()}, stored ${has.join()}`);
      if (has.some((n, i) => i > 0 && n !== has[i - 1] + 1))
        faults.push(`session ${session}: a gap or a wrong order: ${has.join()}`);
      lost += sent.length - common;
    }
  }
  return { faults, lost };
}

/** Cuts the power at every sync and between. @returns figures, and the first fault with its story */
function cutEverywhere({ happened, contents }, folder, durability, random, moments) {
  const disk = new Disk(contents);
  const relayed = new Relayed();
  const between = Math.max(0, moments - happened.filter(isSync).length) / happened.length;
  const figures = { cuts: 0, syncs: 0, lossy: 0, lostMost: 0 };
  for (const [i, event] of happened.entries()) {
    if (isSync(event)) figures.syncs++;
    if (event.type === 'output') relayed.output(event.bytes);
    else {
      // The moment before a sync is the one with most at stake.
      if (isSync(event)) cut(0.5);
      disk.apply(event);
    }
    if (isSync(event)) cut(0);
    else if (random() < between) cut(pick(random, [0, 0.1, 0.5, 0.9, 1]));
    if (figures.fault) return figures;

    function cut(chance) {
      const left = disk.cut(random, chance);
      if (random() < STALE_INDEX)
        left.set(`${NAME}-shm`, Buffer.from(Array.from({ length: 32_768 }, () => below(random, 256))));
      const { faults, lost } = examine(folder, left, relayed);
      figures.cuts++;
      if (lost > 0) figures.lossy++;
      figures.lostMost = Math.max(figures.lostMost, lost);
      if (lost > 0 && durability === 'full') faults.push(`${lost} texts that were relayed are lost`);
      if (faults.length > 0)
        figures.fault = `power cut after event ${i} (${event.type} ${event.name ?? ''}), chance ${chance}: ${faults[0]}`;
    }
  }
  return { ...figures, texts: relayed.texts, sessions: relayed.sessions.size };
}
const isSync = ({ type }) => type === 'sync' || type === 'syncFolder';

const PROMISE = {
  full: 'nothing that was relayed may be lost',
  normal: 'only the death of the process is promised to lose nothing',
};

async function run(durability) {
  const random = randomOf(given.seed);
  const folder = temporaryFolder('powercut');
  const recorded = await record(folder, durability, random);
  console.log(`  trace: ${(recorded.bytes / 1e6).toFixed(0)} MB, ${kindsOf(recorded.happened)}`);
  const figures = cutEverywhere(recorded, join(folder, 'cut'), durability, random, given.moments);
  const { cuts, syncs, lossy, lostMost, texts, sessions, fault } = figures;
  if (fault) return fault;
  found.push(
    `--durability ${durability}: ${PROMISE[durability]}`,
    `  ${texts} texts relayed in ${sessions} sessions`,
    `  ${cuts} cuts of the power, two at each of ${syncs} syncs; the file was intact after each`,
    `  relayed texts lost: at ${lossy} cuts, at most ${lostMost}`,
  );
  return undefined;
}
function kindsOf(happened) {
  const kinds = new Map();
  for (const { type } of happened) kinds.set(type, (kinds.get(type) ?? 0) + 1);
  return [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
}

console.log(`powercut: ${given.moments} moments, seed ${given.seed}${given.plant && `, planted: ${given.plant}`}`);
const found = [];
let fault;
for (const durability of given.durability.split(',')) fault ??= await run(durability);
found.push(fault ? `VIOLATION: ${fault} (seed ${given.seed})` : `no violation (seed ${given.seed})`);
printAndKeep(given.plant === '' ? given.out : '', found);
process.exit(fault ? 1 : 0);
