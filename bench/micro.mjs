/**
 * `npm run bench:micro`: what the parts of a message's way through the server cost, alone, so that a slow part is found without a
 * load test. CPU microseconds, a message and a run of 32. Must never be here: sockets, a second implementation of a part.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const require = createRequire(import.meta.url);
const built = (name) => require(`../dist/${name}.js`);
const { engine, engineFor } = built('machines/engine');
const { serverConnection } = built('machines/server/connection');
const { serverChat } = built('machines/server/chat');
const { memoryStore } = built('storage/memory');
const { openStore } = built('storage/sqlite');
const { runsOf } = built('transport/inbound');
const { RecordOpener, RecordSealer } = built('transport/security/records');
const { KeyStore } = built('transport/security/keystore');
const { decodeRecord, encodeRecords } = built('transport/wire/records');

const RUN = 32;
const SECONDS = 0.4;
const TEXT_BYTES = 64;

const textOf = (i) => Buffer.from(`${'x'.repeat(TEXT_BYTES - 8)}${String(i).padStart(8, '0')}`).toString('latin1');
const texts = (count) => Array.from({ length: count }, (_, i) => textOf(i));
const chats = (count) => texts(count).map((text) => ({ type: 'CHAT', session: 7, text }));

/** CPU microseconds of one call, the least of five, so that what else the machine does disturbs little. */
function cost(work) {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const until = performance.now() + SECONDS * 200;
    const before = process.cpuUsage();
    let calls = 0;
    for (; performance.now() < until; calls += 10) for (let i = 0; i < 10; i++) work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / calls);
  }
  return best;
}

/** Each part: how its work for `count` messages is done once. */
const PARTS = {
  'decode a record': (count) => {
    const [plaintext] = encodeRecords(chats(count));
    return () => decodeRecord(plaintext, 'client');
  },
  'make runs of messages': (count) => {
    const messages = chats(count);
    return () => runsOf(messages);
  },
  'encode a record': (count) => {
    const messages = chats(count);
    return () => encodeRecords(messages);
  },
  'seal a record': (count) => {
    const [plaintext] = encodeRecords(chats(count));
    const sealer = new RecordSealer(randomBytes(32));
    return () => sealer.seal(plaintext);
  },
  'seal and open a record': (count) => {
    const [plaintext] = encodeRecords(chats(count));
    const secret = randomBytes(32);
    const [sealer, opener] = [new RecordSealer(Buffer.from(secret)), new RecordOpener(Buffer.from(secret))];
    return () => {
      const record = sealer.seal(plaintext);
      opener.open(record.subarray(0, 2), record.subarray(2));
    };
  },
  'three machine events': (count) => events(engine, count),
  'three machine events, with a watcher': (count) => events(engineFor(BLIND), count),
  'store a run, in a turn of its own': (count) => appending(sqlite('normal'), count, 1),
  'the same, durable against a power cut': (count) => appending(sqlite('full'), count, 1),
  'store 100 runs in one turn': (count) => appending(sqlite('normal'), count, 100),
  'the same in memory': (count) => appending(memoryStore(), count, 100),
  'read a history, a page of 256': () => {
    const store = sqlite('normal');
    for (let i = 0; i < 100; i++) store.append([{ ...accepted('u0', 'u1'), texts: texts(256) }]);
    let after = 0;
    return () => {
      store.page('u0', 'u1', after, 256);
      after = (after + 256) % 25_600;
    };
  },
};
/** Sees everything and does nothing. */
const BLIND = { started: () => undefined, stepped: () => undefined, stopped: () => undefined };
const PER = { 'store 100 runs in one turn': 100, 'the same in memory': 100 };
const ALONE = { 'read a history, a page of 256': 256 };

/** What a text costs in machines: the sender's connection and chat, the correspondent's chat. */
function events(stepper, count) {
  const start = (machine, context, state) => stepper.start(machine, { name: machine.id, context, state });
  const connection = start(serverConnection, serverConnection.context, 'Connected');
  const sender = start(serverChat, { id: 'u0', session: 7, peer: 'u1' }, 'Active Chat');
  const correspondent = start(serverChat, { id: 'u1', session: 7, peer: 'u0' }, 'Active Chat');
  const said = { type: 'M.CHAT', session: 7, texts: texts(count) };
  const relayed = { type: 'R.RELAY', session: 7, texts: said.texts };
  return () => {
    connection.send(said);
    sender.send(said);
    correspondent.send(relayed);
  };
}

const folder = mkdtempSync(join(tmpdir(), 'parley-micro-'));
const open = [];
function sqlite(durability) {
  const store = openStore(join(folder, `${open.length}.db`), { create: true, durability });
  open.push(store);
  return store;
}
const accepted = (sender, recipient) => ({ session: 7, sender, recipient, time: 1_700_000_000_000 });
function appending(store, count, runs) {
  const turn = Array.from({ length: runs }, (_, i) => ({
    ...accepted(`u${2 * i}`, `u${2 * i + 1}`),
    texts: texts(count),
  }));
  return () => store.append(turn);
}

/** A log-on's keys at the server. */
function logOn() {
  const keys = new KeyStore();
  keys.setSubscriber('u0', randomBytes(32));
  const random = { bytes: (n) => randomBytes(n) };
  const [hello, challenge, rand] = [randomBytes(128), randomBytes(60), randomBytes(32)];
  const [client, server] = [randomBytes(40), randomBytes(24)];
  return () => {
    const handle = keys.derive('u0', rand);
    keys.bindTranscript(handle, hello, challenge);
    keys.verify(handle, rand);
    keys.makeCookie(handle, random);
    keys.sealAuthSuccess(handle, hello, (cookie) => Buffer.concat([cookie, Buffer.alloc(16)]), random);
    keys.tag(handle);
    keys.serverOpener(handle, client);
    keys.spend(handle);
    keys.serverSealer(handle, client, server);
    keys.forget(handle);
  };
}

const row = (name, ...cells) => console.log(name.padEnd(46) + cells.map((cell) => cell.padStart(16)).join(''));
try {
  console.log(
    `CPU microseconds, texts of ${TEXT_BYTES} bytes; the least of five measurements each; Node.js ${process.version}\n`,
  );
  row('', 'one message', `run of ${RUN}`, 'a text of it');
  for (const [name, part] of Object.entries(PARTS)) {
    const each = PER[name] ?? 1;
    if (name in ALONE) {
      const whole = cost(part());
      row(name, '', whole.toFixed(2), (whole / ALONE[name]).toFixed(3));
      continue;
    }
    const [one, many] = [cost(part(1)) / each, cost(part(RUN)) / each];
    row(name, one.toFixed(2), many.toFixed(2), (many / RUN).toFixed(3));
  }
  row('the keys of a log-on, at the server', cost(logOn()).toFixed(2));
} finally {
  for (const store of open) store.close();
  rmSync(folder, { recursive: true, force: true });
}
