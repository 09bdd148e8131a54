/**
 * What the inspector costs: microseconds that a machine's event takes without it, with a recorder and nobody looking, with a
 * viewer, and with a recording into a file; and what a viewer gets who joins a server with 1,000 clients. Run it after
 * `npm run build`: node test/inspector/measure-cost.mjs. Figures are the least of many short rounds, so that other work on the
 * machine shows as little as it can. Never a test: a figure of time proves nothing on somebody else's machine.
 */
import { mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const built = (path) => require(`../../dist/${path}.js`);
const { Recorder } = built('diagrams/inspector/recorder');
const { serveInspector } = built('diagrams/inspector/serve');
const { engineFor } = built('machines/engine');
const { clientChat } = built('machines/client/chat');
const { serverConnection } = built('machines/server/connection');
const { serverChat } = built('machines/server/chat');
const { serverHistory } = built('machines/server/history');
const { systemClock } = built('transport/clock');
const { systemRandom } = built('transport/security/random');

const ROUNDS = 60;
const ROUND_EVENTS = 2000;
const folder = mkdtempSync(join(tmpdir(), 'parley-cost-'));
const page = join(folder, 'page.html');
writeFileSync(page, '<!doctype html>');

const recorderOf = (limit = 20_000) =>
  new Recorder({ name: 'alice', role: 'client', limit, control: false, clock: systemClock });

/** A viewer in a thread of its own: what it does costs the process nothing. It says how much it got at every gap of 300 ms. */
const VIEWER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { WebSocket } = require(workerData.ws);
  const socket = new WebSocket(workerData.feed);
  let messages = 0, bytes = 0, first = 0, last = 0;
  const registers = new Set();
  socket.on('open', () => socket.send('{"type":"xstate.inspecting"}'));
  socket.on('message', (data) => {
    last = performance.now();
    first ||= last;
    messages++;
    bytes += data.length;
    const message = JSON.parse(data.toString());
    if (message.type === 'service.register') registers.add(message.sessionId);
    if (message.parley.seq === workerData.until) {
      parentPort.postMessage({ messages, bytes, machines: registers.size, ms: last - first });
    } else if (messages === 1) parentPort.postMessage('ready');
  });
`;
function viewer(link, until = -1) {
  const feed = link.replace('http', 'ws');
  const worker = new Worker(VIEWER, { eval: true, workerData: { feed, until, ws: require.resolve('ws') } });
  const next = () => new Promise((resolve) => worker.once('message', resolve));
  return { worker, next };
}

const EVENTS = [
  { type: 'U.TEXT', text: 'Shall we meet at nine?', session: 1 },
  { type: 'M.CHAT', session: 1, texts: ['Yes.'] },
  { type: 'U.TEXT', text: 'At the corner?', session: 1 },
  { type: 'T.ACT_WARN' },
];
/** A chat in which somebody writes and reads. */
const chatFor = (watcher) =>
  engineFor(watcher).start(clientChat, {
    name: 'alice chat',
    context: { ...clientChat.context, id: 'alice', session: 1, peer: 'bob' },
    state: 'Active Chat',
  });

/** In turns, so that all have the same weather. @returns least microseconds an event of each */
async function measure(...ways) {
  const runs = ways.map(({ watcher, after }) => ({ chat: chatFor(watcher), after, least: Infinity }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const run of runs) {
      const before = performance.now();
      for (let i = 0; i < ROUND_EVENTS; i++) run.chat.send(EVENTS[i & 3]);
      // What a viewer is sent at the end of the turn is paid here too.
      await run.after?.();
      run.least = Math.min(run.least, ((performance.now() - before) * 1000) / ROUND_EVENTS);
    }
  }
  return runs.map(({ least }) => least);
}

/** The recorder alone, without a machine: what watching adds to an event. */
function recorderAlone() {
  const recorder = recorderOf();
  const actor = { machine: clientChat, name: 'alice chat', serial: 0, sessionId: 'x:1' };
  recorder.started(actor, 'Active Chat', clientChat.context);
  const step = { event: { type: 'T.ACT_WARN' }, from: 'Active Chat', to: 'Active Chat', context: {}, transition: {} };
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const before = performance.now();
    for (let i = 0; i < 20_000; i++) recorder.stepped(actor, step);
    least = Math.min(least, ((performance.now() - before) * 1000) / 20_000);
  }
  return least;
}

const us = (value) => `${value.toFixed(1).padStart(6)} us an event`;

async function costs() {
  const [recorder, recorded] = [recorderOf(), recorderOf()];
  const inspector = await serveInspector({ recorder, port: 0, page, random: systemRandom });
  const file = openSync(join(folder, 'record'), 'a');
  let written = 0;
  recorded.listen(() => {
    while (written < recorded.last) writeSync(file, `${JSON.stringify(recorded.entry(++written))}\n`);
  });
  const [off, silent, recording] = await measure({}, { watcher: recorder }, { watcher: recorded });
  console.log(`without inspector            ${us(off)}`);
  console.log(`served, nobody looks         ${us(silent)}, ${(silent - off).toFixed(1)} more`);
  console.log(`  the recorder alone         ${us(recorderAlone())}`);
  console.log(`recorded into a file         ${us(recording)}, ${(recording - off).toFixed(1)} more`);

  const { worker, next } = viewer(inspector.link);
  await next();
  // 200 messages a turn.
  const after = async () => {
    for (let sent = 0; sent < 2 * ROUND_EVENTS; sent += 200) await turn();
  };
  const [alone, watched] = await measure({}, { watcher: recorder, after });
  console.log(`with a viewer                ${us(watched)}, ${(watched - alone).toFixed(1)} more`);
  await worker.terminate();
  inspector.close();
}

async function crowd() {
  const recorder = recorderOf();
  const stepper = engineFor(recorder);
  for (let serial = 1; serial <= 1000; serial++) {
    const id = `user${serial}`;
    const to = { address: '127.0.0.1', port: 1 };
    const start = (machine, what, context) => stepper.start(machine, { name: `#${serial} ${what}`, serial, context });
    const connection = start(serverConnection, 'connection', serverConnection.context);
    for (const event of [
      { type: 'S.START' },
      { type: 'D.HELLO_NEW', id, attempt: 'aa', to },
      { type: 'D.RESPONSE_OK', attempt: 'aa', to },
      { type: 'K.CONNECT_OK' },
    ]) {
      connection.send(event);
    }
    const chat = start(serverChat, 'chat', { ...serverChat.context, id });
    start(serverHistory, 'history', { id });
    chat.send({ type: 'M.CHAT_REQUEST', id: 'bob', free: false, session: 0 });
  }
  const inspector = await serveInspector({ recorder, port: 0, page, random: systemRandom });
  // How long the process is kept from everything else at a time.
  let longest = 0;
  let before = performance.now();
  let looking = true;
  const look = () => {
    longest = Math.max(longest, performance.now() - before);
    before = performance.now();
    if (looking) setImmediate(look);
  };
  const { worker, next } = viewer(inspector.link, recorder.last);
  await next();
  look();
  const { messages, bytes, machines, ms } = await next();
  looking = false;
  const mib = (bytes / 2 ** 20).toFixed(1);
  console.log(
    `1,000 clients, late viewer   ${machines} machines, ${messages} messages, ${mib} MiB in ${ms.toFixed(0)} ms;`,
  );
  console.log(`                             the process is busy for ${longest.toFixed(0)} ms at most at a time`);
  await worker.terminate();
  inspector.close();
}

await costs();
await crowd();
rmSync(folder, { recursive: true, force: true });
