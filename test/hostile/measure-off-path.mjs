/**
 * How a real server bears 10,000 datagrams a second that are sent in a victim's name, and whether the victim logs on (protocol 3.6):
 * 20 log-ons under each kind, how many succeed, the slowest of them, and what a datagram costs the server in processor time. With a folder it measures
 * the build in that folder. Everything on loopback, bounded in count and time. Ends with 1 if a log-on fails or takes 2 s.
 *
 *   node test/hostile/measure-off-path.mjs [DIST] [DATAGRAMS A SECOND] [LOG-ONS]
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { clearTimeout, setInterval, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);
const dist = resolve(process.argv[2] ?? join(dirname(here), '../../dist'));
const RATE = Number(process.argv[3] ?? 10_000);
const LOG_ONS = Number(process.argv[4] ?? 20);
const MOST_MS = 2_000;
/** A client gives up after some 8 s by itself. */
const PATIENCE_MS = 15_000;
const STEP_MS = 5;
const HOST = '127.0.0.1';
const TICKS = 100;

/** Bytes by the tables of protocol 1.4, so that every build understands them. */
function datagram(type, size, ...parts) {
  const head = Buffer.from([0x53, 0x42, 0x43, 0x55, 1, type, size >> 8, size & 255]);
  return Buffer.concat([head, randomBytes(16), ...parts], size);
}
const ID = Buffer.from('\u0003bob');
const hello = () => datagram(1, 128, Buffer.from([1, 1]), ID);
const KINDS = {
  nothing: undefined,
  'rubbish of 20 bytes': () => randomBytes(20),
  HELLOs: hello,
  'HELLOs with a token that is none': () => Buffer.concat([hello(), randomBytes(16)]),
  RESPONSEs: () => datagram(3, 128, ID, randomBytes(64)),
};

/** Another process: who measures should not be the one who floods. */
async function flood(kind, port) {
  const socket = createSocket('udp4');
  socket.bind(0, HOST);
  await once(socket, 'listening');
  const made = Array.from({ length: 20_000 }, KINDS[kind]);
  const began = performance.now();
  let sent = 0;
  setInterval(() => {
    const due = Math.min(((performance.now() - began) * RATE) / 1_000, sent + RATE / 10);
    for (; sent < due; sent++) socket.send(made[sent % made.length], port, HOST, () => undefined);
  }, STEP_MS);
  process.once('SIGTERM', () => {
    process.stdout.write(`${sent}\n`, () => process.exit(0));
  });
}

const folder = mkdtempSync(join(tmpdir(), 'parley-off-path-'));
const children = [];
function start(command, ...args) {
  const child = spawn(process.execPath, [join(dist, 'bin', `${command}.js`), ...args], { cwd: folder });
  children.push(child);
  child.stderr.resume();
  const lines = createInterface({ input: child.stdout });
  const shows = (what) =>
    new Promise((found) => {
      const timer = setTimeout(() => found(undefined), PATIENCE_MS);
      const look = (line) => {
        if (!what.test(line)) return;
        clearTimeout(timer);
        lines.off('line', look);
        found(line);
      };
      lines.on('line', look);
    });
  return { child, shows, type: (line) => child.stdin.write(`${line}\n`) };
}
/** Milliseconds of processor time that a process has used. */
function cpuOf({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
}

async function logOn(client) {
  const began = performance.now();
  const answer = client.shows(/^(Connected|No answer|Connection failed|Authentication failed)/);
  client.type('Log on');
  if ((await answer) !== 'Connected') return undefined;
  const took = performance.now() - began;
  const over = client.shows(/^Disconnected/);
  client.type('Log off');
  await over;
  return took;
}

async function measure(kind, server, client, port) {
  const args = [here, dist, String(RATE), String(LOG_ONS), kind, String(port)];
  const flooder = KINDS[kind] && spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  // Buckets that can be emptied are empty.
  await new Promise((done) => setTimeout(done, 1_000));
  const [cpu, began] = [cpuOf(server.child), performance.now()];
  const times = [];
  for (let n = 0; n < LOG_ONS; n++) times.push(await logOn(client));
  let each = '';
  if (flooder) {
    const seconds = (performance.now() - began) / 1_000;
    const used = cpuOf(server.child) - cpu;
    const share = ((used / seconds / 10).toFixed(0) + ' % of a core').padStart(15);
    const all = once(flooder.stdout, 'data');
    flooder.kill('SIGTERM');
    const sent = Number(String(await all));
    const rate = sent / (seconds + 1);
    each = `${share}, ${((used * 1_000) / (rate * seconds)).toFixed(1).padStart(5)} us a datagram at ${rate.toFixed(0)}/s`;
  }
  const on = times.filter((ms) => ms !== undefined);
  const slowest = Math.max(...on);
  console.log(`${kind.padEnd(34)} ${on.length} of ${LOG_ONS}, slowest ${slowest.toFixed(0).padStart(5)} ms ${each}`);
  return on.length === LOG_ONS && slowest < MOST_MS;
}

async function main() {
  const data = join(folder, 'parley.db');
  for (const id of ['alice', 'bob']) {
    const done = spawnSync(process.execPath, [join(dist, 'bin/parley-keys.js'), 'add', id, '--data', data], {
      cwd: folder,
    });
    if (done.status !== 0) throw new Error(String(done.stderr));
  }
  const server = start('parley-server', '--udp-port', '0', '--data', data);
  const ready = await server.shows(/^parley-server ready/);
  const port = Number(/UDP .*:(\d+), TCP/.exec(ready)[1]);
  const client = start('parley-client', 'alice', '--server', `${HOST}:${port}`, '--key', join(folder, 'alice.key'));
  let well = true;
  for (const kind of Object.keys(KINDS)) well = (await measure(kind, server, client, port)) && well;
  for (const child of children) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
  process.exit(well ? 0 : 1);
}

const [, , , , , kind, port] = process.argv;
if (kind === undefined) await main();
else await flood(kind, Number(port));
