/**
 * The servers that are measured: how each is prepared, started on one CPU and stopped, as a process of our own. No process and
 * no data of a run outlives this program. Must never be here: a workload, a figure.
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const built = (name) => join(here, '..', 'dist', 'bin', `${name}.js`);

/** Off, for all users come from one machine, and a throughput is to be measured. */
export const LIMITS_OFF = [
  'MESSAGES_PER_SECOND',
  'CALLS_PER_MINUTE',
  'HELLOS_PER_SECOND',
  'NEW_ATTEMPTS_PER_SECOND',
  'AUTH_FAIL_PER_SECOND',
  'PENDING_PER_SOURCE',
  'UNBOUND_PER_SOURCE',
];

const peer = (name, adapter, program, about, rest = {}) => ({
  adapter,
  tls: 1,
  program,
  package: name.replace('-mam', ''),
  about: `${about}, TLS 1.3`,
  script: join(here, 'peers', name.replace('-mam', ''), 'start.sh'),
  ...rest,
});
const relay = (mode, adapter, tls = 0) => ({
  adapter,
  tls,
  about: `bare relay on Node.js, ${mode}: a physical limit, no chat server`,
  command: (port) => [process.execPath, join(here, 'refs', 'relay.mjs'), String(port), mode],
});
const relayInC = (mode, adapter) => ({
  adapter,
  tls: 0,
  about: `bare relay in C, ${mode}: a physical limit, no chat server`,
  command: (port, folder) => [join(folder, 'relay'), String(port), mode],
});

/**
 * `program` must be there, or `package` is to be installed; a peer answers at its port before it is `settled` (ms). `script`
 * starts it in the foreground, `command` a relay.
 */
export const SERVERS = {
  parley: { adapter: 'parley', about: 'SBC/1 with AES-256-GCM; every text stored before it is relayed' },
  ngircd: peer('ngircd', 'irc', '/usr/sbin/ngircd', 'IRC, in C, no history'),
  mosquitto: peer('mosquitto', 'mqtt', '/usr/sbin/mosquitto', 'MQTT, in C, QoS 0, no history'),
  prosody: peer('prosody', 'xmpp', '/usr/bin/prosody', 'XMPP, in Lua, no history'),
  ejabberd: peer('ejabberd', 'xmpp', '/usr/sbin/ejabberdctl', 'XMPP, in Erlang, no history', { settled: 3000 }),
  'prosody-mam': peer('prosody-mam', 'xmpp', '/usr/bin/prosody', 'XMPP with its archive', {
    env: { PROSODY_MAM: '1' },
  }),
  'ejabberd-mam': peer('ejabberd-mam', 'xmpp', '/usr/sbin/ejabberdctl', 'XMPP with its archive', {
    settled: 3000,
    env: { EJABBERD_MAM: '1' },
  }),
  'node-net': relay('net', 'raw'),
  'node-tls': relay('tls', 'raw', 1),
  'node-gcm': relay('gcm', 'gcm'),
  'c-raw': relayInC('raw', 'raw'),
  'c-gcm': relayInC('gcm', 'gcm'),
};
/** Measured unless others are chosen. */
export const USUAL_PEERS = ['ngircd', 'mosquitto', 'prosody', 'ejabberd'];

/** @returns those of `names` whose Debian package is not installed */
export function missing(names) {
  return names.filter((name) => SERVERS[name].program !== undefined && !existsSync(SERVERS[name].program));
}

const running = new Set();
const folders = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** Starts a process that dies with this one. @param pin a CPU, or undefined @returns the child; `gone` is its end */
export function run(command, { pin, ...options }) {
  const whole = pin === undefined ? command : ['taskset', '-c', String(pin), ...command];
  const child = spawn(whole[0], whole.slice(1), options);
  running.add(child);
  child.gone = new Promise((resolve) => {
    child.on('error', (error) => resolve(String(error)));
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal);
    });
  });
  return child;
}

async function stop(child) {
  if (!running.has(child)) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 8000);
  await child.gone;
  clearTimeout(late);
}

/**
 * Subscribers u0, u1 ... in `folder`/subscribers, made with parley-keys; kept for the next time.
 * @returns the folder of the database and of the keys
 */
export function subscribers(folder, count) {
  const place = join(folder, 'subscribers');
  const keys = join(place, 'keys');
  if (existsSync(keys) && readdirSync(keys).length >= count) return place;
  if (count > 1000) process.stderr.write(`bench: ${count} subscribers are made with parley-keys, once; a minute\n`);
  const making = join(folder, 'subscribers.new');
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  for (let from = 0; from < count; from += 1000) {
    const ids = Array.from({ length: Math.min(1000, count - from) }, (_, i) => `u${from + i}`);
    const made = spawnSync(
      process.execPath,
      [built('parley-keys'), '--data', join(making, 'parley.db'), 'add', ...ids, '--out', join(making, 'keys')],
      { encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`no subscribers: ${made.stderr.trim()}`);
  }
  rmSync(place, { recursive: true, force: true });
  renameSync(making, place);
  return place;
}

async function startParley({ folder, pin, clients, node = [] }) {
  const place = subscribers(folder, clients);
  const own = mkdtempSync(join(folder, 'server-'));
  folders.add(own);
  for (const name of readdirSync(place).filter((one) => /^parley\.db(-wal)?$/.test(one)))
    copyFileSync(join(place, name), join(own, name));
  const limits = LIMITS_OFF.flatMap((name) => ['--limit', `${name}=0`]);
  const files = ['--data', join(own, 'parley.db'), '--log-level', 'warn', '--log-file', join(own, 'server.log')];
  const child = run([process.execPath, ...node, built('parley-server'), '--udp-port', '0', ...files, ...limits], {
    pin,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const port = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const [, udp] = /^parley-server ready: UDP .*:(\d+), TCP/.exec(text) ?? [];
      if (udp !== undefined) resolve(Number(udp));
    });
    void child.gone.then((code) => reject(new Error(`parley-server ended (${code}): ${said.trim()}`)));
  });
  const close = async () => {
    await stop(child);
    rmSync(own, { recursive: true, force: true });
    folders.delete(own);
  };
  return { pid: child.pid, args: ['--port', port, '--arg', join(place, 'keys')], close };
}

const CERTIFICATE = join(here, 'peers', 'certificate.sh');
const prepared = new Set();

/** Once: accounts, certificates. */
function prepare(script, env) {
  if (prepared.has(script)) return;
  const done = spawnSync(script, ['prepare'], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${script} prepare: ${(done.stderr || done.stdout).trim()}`);
  prepared.add(script);
}

async function startOther(name, { folder, pin }) {
  const server = SERVERS[name];
  const port = await freePort();
  const env = { ...process.env, ...server.env, RUN: folder, PORT: String(port) };
  if (server.tls) prepare(CERTIFICATE, env);
  if (server.script) prepare(server.script, env);
  const log = openSync(join(folder, `${name}.log`), 'w');
  const command = server.script ? [server.script] : server.command(port, folder);
  const child = run(command, { pin, env, stdio: ['ignore', log, log] });
  await answering(port, child, join(folder, `${name}.log`));
  await sleep(server.settled ?? 500);
  return { pid: child.pid, args: ['--port', port, '--tls', server.tls], close: () => stop(child) };
}

/** Until somebody listens there. */
async function answering(port, child, log) {
  for (let tries = 0; tries < 600; tries++) {
    if (await open(port)) return;
    if (!running.has(child)) break;
    await sleep(100);
  }
  await stop(child);
  throw new Error(`it does not listen; see ${log}`);
}

function open(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * A fresh process of the server named.
 * @param place `folder` for what is made; `pin` its CPU; `clients` how many must be able to log on; `node` options of Node.js
 * @returns its process, the load generator's arguments to reach it, and how it is stopped
 */
export function start(name, place) {
  return name === 'parley' ? startParley(place) : startOther(name, place);
}
