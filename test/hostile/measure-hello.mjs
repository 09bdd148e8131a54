/**
 * What a datagram costs the server (protocol 3.6): heap of a pending attempt, microseconds of a HELLO that is new, repeated, of an
 * unknown Client-ID, malformed, or beyond the bound, and of what is forged with one source address. Run by hand after a build;
 * nothing is asserted. With a folder it measures the build in that folder, so that two builds can take turns.
 *
 *   node --expose-gc test/hostile/measure-hello.mjs [DIST]
 */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers';
import { fileURLToPath } from 'node:url';

const dist = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '../../dist'));
const require = createRequire(import.meta.url);
const { ServerDriver } = require(join(dist, 'transport/server-driver.js'));
const { systemClock } = require(join(dist, 'transport/clock.js'));
const { silentLog } = require(join(dist, 'transport/log.js'));
const { KeyStore } = require(join(dist, 'transport/security/keystore.js'));
const { systemRandom } = require(join(dist, 'transport/security/random.js'));
const { encodeDatagram } = require(join(dist, 'transport/wire/datagrams.js'));
const { LIMITS } = require(join(dist, 'machines/limits.js'));
const { engine } = require(join(dist, 'machines/engine.js'));
const { serverConnection } = require(join(dist, 'machines/server/connection.js'));

const COUNT = 10_000;
/** Under the names of this build, and of earlier ones. */
const UNLIMITED = { HELLOS_PER_SECOND: 0, NEW_ATTEMPTS_PER_SECOND: 0, DATAGRAMS_PER_SECOND: 0 };
const ID = 'alice';
if (!globalThis.gc) throw new Error('run with --expose-gc');

/** A server on a network that goes nowhere: a datagram is a call, an answer is counted. */
async function server(limits) {
  let handlers;
  const bench = { answers: 0, receive: (bytes, n) => handlers.datagram(bytes, addressOf(n)) };
  const local = { address: '127.0.0.1', port: 1 };
  const network = {
    listenUdp: (_, given) => {
      handlers = given;
      return Promise.resolve({ local, send: () => bench.answers++, close: () => undefined });
    },
    listenTcp: () => Promise.resolve({ local, close: () => undefined }),
  };
  const store = {
    subscribers: { all: () => [{ id: ID, key: randomBytes(32), stretched: false }], version: () => 1 },
    reserve: () => 1,
  };
  bench.driver = await ServerDriver.start({
    host: local.address,
    udpPort: 0,
    tcpPort: 0,
    decoy: false,
    limits: { ...LIMITS, ...UNLIMITED, ...limits },
    store,
    keys: new KeyStore({}),
    clock: systemClock,
    random: systemRandom,
    network,
    log: silentLog,
  });
  return bench;
}
/** Another source for each. */
const addressOf = (n) => ({ address: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`, port: 1 + (n % 60_000) });
const hello = (id = ID) => encodeDatagram(randomBytes(16), { type: 'HELLO', ver: { min: 1, max: 1 }, id });

function heap() {
  for (let n = 0; n < 4; n++) globalThis.gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { heapUsed, outside: Math.max(external, arrayBuffers) };
}
/** As many datagrams as libuv reads before the turn ends. */
const TURN = 32;
/** Processor time, so that other programs do not count; with a turn's end after every 32. */
async function took(count, what) {
  const began = process.cpuUsage();
  for (let n = 0; n < count; n++) {
    what(n);
    if (n % TURN === TURN - 1) await new Promise(setImmediate);
  }
  const { user, system } = process.cpuUsage(began);
  return (user + system) / count;
}
const show = (what, value, unit) =>
  console.log(`${what.padEnd(62)} ${value.toFixed(unit === 'us' ? 2 : 0).padStart(8)} ${unit}`);

const made = Array.from({ length: COUNT }, () => hello());
const unknown = Array.from({ length: COUNT }, () => hello('nobody'));
const cut = made.map((bytes) => bytes.subarray(0, 127));

// Compiled before it is measured.
const warm = await server({});
await took(3_000, (n) => warm.receive(made[n], n));
await warm.driver.stop();

const bench = await server({});
const before = heap();
show('HELLO, new', await took(COUNT, (n) => bench.receive(made[n], n)), 'us');
const after = heap();
show('  heap of a pending attempt', (after.heapUsed - before.heapUsed) / COUNT, 'B');
show('  outside the heap (buffers)', (after.outside - before.outside) / COUNT, 'B');
show('HELLO, repeated', await took(COUNT, (n) => bench.receive(made[n], n)), 'us');
show('HELLO of an unknown Client-ID', await took(COUNT, (n) => bench.receive(unknown[n], n)), 'us');
show('HELLO of 127 bytes', await took(COUNT, (n) => bench.receive(cut[n], n)), 'us');
if (bench.answers !== 2 * COUNT) throw new Error(`${String(bench.answers)} answers`);
await bench.driver.stop();

const BOUND = 1_000;
const full = await server({ PENDING_ATTEMPTS: BOUND });
for (let n = 0; n < BOUND; n++) full.receive(made[n], n);
const atBound = heap();
show(`HELLO, new, table full (${BOUND})`, await took(COUNT - BOUND, (n) => full.receive(made[BOUND + n], n)), 'us');
show(`  growth while ${COUNT - BOUND} came`, heap().heapUsed - atBound.heapUsed, 'B');
await full.driver.stop();

/** A server as it is by default: what it costs when one source, which is forged, sends more than it may. */
const limited = await server({ HELLOS_PER_SECOND: 50, NEW_ATTEMPTS_PER_SECOND: 2_000, DATAGRAMS_PER_SECOND: 50 });
const rubbish = Array.from({ length: COUNT }, () => randomBytes(20));
const behind = made.map((bytes) => Buffer.concat([bytes, randomBytes(16)]));
const strays = made.map(() =>
  encodeDatagram(randomBytes(16), { type: 'RESPONSE', id: ID, res: randomBytes(32), rand: randomBytes(32) }),
);
const forged = (bytes) => took(COUNT, (n) => limited.receive(bytes[n], 0));
show('forged, one source: rubbish of 20 bytes', await forged(rubbish), 'us');
show('forged, one source: HELLO', await forged(made), 'us');
show('forged, one source: HELLO and a token that is none', await forged(behind), 'us');
show('forged, one source: RESPONSE', await forged(strays), 'us');
await limited.driver.stop();

const options = { name: 'x', serial: 1, context: serverConnection.context, state: 'Wait for HELLO' };
const kept = [];
const empty = heap();
show('starting one machine', await took(COUNT, () => kept.push(engine.start(serverConnection, options))), 'us');
show('  heap of one that was started', (heap().heapUsed - empty.heapUsed) / COUNT, 'B');
const event = { type: 'D.HELLO_NEW', id: ID, attempt: 'x', to: addressOf(1) };
show('  its transition to Wait for RESPONSE', await took(COUNT, (n) => kept[n].send(event)), 'us');
show('  heap of it then', (heap().heapUsed - empty.heapUsed) / COUNT, 'B');
process.exit(0);
