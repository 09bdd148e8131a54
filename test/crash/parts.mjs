/**
 * What the crash, power-cut and soak runs share: the built server as a real process, seeded chance, arguments. Must never be
 * here: a client (user.mjs), a judgement of what was seen, which is the ledger's.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const project = join(here, '..', '..');
/** A module of the built product by its path without an ending. */
export const built = (path) => require(join(project, 'dist', `${path}.js`));

const { openStore } = built('storage/sqlite');
const { systemRandom } = built('transport/security/random');

/** @returns numbers in [0, 1), the same for the same seed (mulberry32) */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
/** A whole number from 0 to below `end`. */
export const below = (random, end) => Math.floor(random() * end);
/** One of a list. */
export const pick = (random, list) => list[below(random, list.length)];
/** The list in another order. */
export function shuffled(random, list) {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}

/** `--name value` for each name in `defaults`; a number where the default is one. Anything else is answered with how it is done. */
export function argumentsOf(argv, defaults) {
  const given = { ...defaults };
  for (let i = 0; i < argv.length; i += 2) {
    const name = argv[i].replace(/^--/, '');
    const value = argv[i + 1];
    if (!Object.hasOwn(defaults, name) || value === undefined) {
      const known = Object.entries(defaults).map(
        ([one, usual]) => `  --${one} VALUE   (${usual === '' ? 'none' : usual})`,
      );
      explain(name === 'help' ? 0 : 2, ['options and what they are without:', ...known]);
    }
    given[name] = typeof defaults[name] === 'number' ? Number(value) : value;
    if (Number.isNaN(given[name])) explain(2, [`--${name} takes a number`]);
  }
  return given;
}
function explain(code, lines) {
  for (const line of lines) console.error(line);
  process.exit(code);
}
export const freshSeed = () => Math.floor(Math.random() * 2 ** 32);

/** `--limit` for each. */
export function limitArguments(changed) {
  return Object.entries(changed).flatMap(([name, value]) => ['--limit', `${name}=${String(value)}`]);
}

/** Makes the database with these subscribers. @returns their keys by Client-ID */
export function subscribe(file, ids) {
  const store = openStore(file, { create: true, durability: 'full' });
  const keys = new Map();
  for (const id of ids) {
    const key = Buffer.from(systemRandom.bytes(32));
    store.subscribers.add({ id, key, stretched: false });
    keys.set(id, key);
  }
  store.close();
  return keys;
}

/** Whatever happens, no process and no file outlives the run. */
const running = new Set();
const folders = [];
process.on('exit', () => {
  for (const server of running) server.kill();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** A folder for the time of the run. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `parley-${name}-`));
  folders.push(folder);
  return folder;
}

/** Options of a server into which a fault is planted (planted.mjs); none for an empty name. */
export function planted(name) {
  return name === '' ? {} : { nodeArgs: ['--import', join(here, 'planted.mjs')], env: { PARLEY_PLANT: name } };
}

/** The server as a process; `wrapped` is a command that runs it, such as a tracer. */
export class Server {
  /** Lines of standard error. */
  errors = [];
  udp = 0;

  constructor({ data, args = [], nodeArgs = [], env = {}, wrapped = [], ipc = false }) {
    const command = [
      ...wrapped,
      process.execPath,
      ...nodeArgs,
      join(project, 'dist/bin/parley-server.js'),
      ...['--data', data, '--udp-port', '0', '--log-level', 'warn'],
      ...args,
    ];
    this.child = spawn(command[0], command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])],
      env: { ...process.env, ...env },
    });
    this.wrapped = wrapped.length > 0;
    running.add(this);
    this.exit = new Promise((resolve) => {
      this.child.on('error', (error) => resolve(String(error)));
      this.child.on('close', (code, signal) => {
        running.delete(this);
        resolve(code ?? signal);
      });
    });
    createInterface({ input: this.child.stderr }).on('line', (text) => this.errors.push(text));
    this.ready = new Promise((resolve, reject) => {
      createInterface({ input: this.child.stdout }).on('line', (text) => {
        const [, udp] = /^parley-server ready: UDP .*:(\d+), TCP/.exec(text) ?? [];
        if (udp === undefined) return;
        this.udp = Number(udp);
        resolve();
      });
      void this.exit.then((code) =>
        reject(new Error(`the server ended (${String(code)}): ${this.errors.join(' | ')}`)),
      );
    });
    // Whoever kills it before it is ready does not wait for it.
    this.ready.catch(() => undefined);
  }

  /** Of the server itself: a command around it hands no signals on. */
  get pid() {
    const { pid } = this.child;
    return this.wrapped ? Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]) : pid;
  }
  kill(signal = 'SIGKILL') {
    if (!running.has(this)) return;
    if (this.wrapped) process.kill(this.pid, signal);
    else this.child.kill(signal);
  }
}

/** Prints what came of a run, and leaves it for the report. @param file empty: it is not kept */
export function printAndKeep(file, lines) {
  for (const line of lines) console.log(line);
  if (file === '') return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ lines }, null, 1)}\n`);
}
/** Where the last run of this name is kept. */
export const resultFile = (name) => join(project, 'test', 'results', `${name}.json`);
