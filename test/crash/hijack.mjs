/**
 * `npm run hijack -- --runs 1000 --seed S`: alice pours 30 lines for bob into a real parley-client, while a subscriber calls her
 * as fast as the server answers, and bob ends the chat or goes at a moment of chance. Not one line may reach the subscriber; what
 * bob has is a beginning of what was meant for him; and what he has not, alice was told of. Ends with 1 and the run if not so.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers';
import { fileURLToPath, URL } from 'node:url';
import {
  argumentsOf,
  below,
  built,
  freshSeed,
  limitArguments,
  pick,
  printAndKeep,
  randomOf,
  resultFile,
  Server,
  subscribe,
  temporaryFolder,
} from './parts.mjs';

const { ChatClient } = built('transport/client/index');
const CLIENT = fileURLToPath(new URL('../../dist/bin/parley-client.js', import.meta.url));
const LINES = 30;
/** The server is to stop nobody: how often somebody may call is another matter. */
const LIMITS = { CALLS_PER_MINUTE: 0, MESSAGES_PER_SECOND: 0, HELLOS_PER_SECOND: 0 };

const given = argumentsOf(process.argv.slice(2), { runs: 1000, seed: freshSeed(), out: resultFile('hijack') });
const random = randomOf(given.seed);
const folder = temporaryFolder('hijack');
const keys = subscribe(join(folder, 'parley.db'), ['alice', 'bob', 'mallory']);
writeFileSync(join(folder, 'alice.key'), `${keys.get('alice').toString('hex')}\n`, { mode: 0o600 });
const server = new Server({ data: join(folder, 'parley.db'), args: limitArguments(LIMITS) });
await server.ready;
const address = `127.0.0.1:${server.udp}`;
const clientOf = (id) => new ChatClient({ id, server: address, key: keys.get(id) });

/** Alice's texts of this run, and where they have arrived. */
let run = { n: 0, bob: [], mallory: [], endsAt: Infinity, how: 'nothing', hostileFrom: 0, hostile: false };
const mallory = clientOf('mallory');
/** One call at a time, the next as soon as the answer is there. */
const call = () =>
  void (run.hostile && mallory.state === 'Connected' && mallory.perform({ type: 'U.CHAT', id: 'alice' }));
mallory.on('unreachable', () => setImmediate(call));
mallory.on('chatEnded', () => setImmediate(call));
mallory.on('text', ({ text }) => run.mallory.push(text));

let bob;
async function bobComes() {
  bob = clientOf('bob');
  bob.on('text', ({ text }) => {
    run.bob.push(text);
    if (run.bob.length === run.hostileFrom) {
      run.hostile = true;
      call();
    }
    if (run.bob.length !== run.endsAt) return;
    if (run.how === 'ends') bob.endChat();
    else if (run.how === 'goes') void bob.close();
  });
  await bob.logOn();
}

function alice(texts) {
  const child = spawn(process.execPath, [CLIENT, 'alice', '--server', address], { cwd: folder });
  let errors = '';
  child.stderr.on('data', (bytes) => (errors += String(bytes)));
  child.stdout.resume();
  child.stdin.on('error', () => undefined);
  child.stdin.end(['Log on', 'Chat bob', ...texts, ''].join('\n'));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, errors })));
}

/** @returns what is wrong with this run */
function faultOf({ code, errors }, texts) {
  if (run.mallory.length > 0) return `mallory reads ${run.mallory.length} lines, the first ${run.mallory[0]}`;
  if (run.bob.some((text, i) => text !== texts[i])) return `bob reads ${run.bob.join()}`;
  if (code === 0 && run.bob.length < texts.length && !/may not have taken them|were not sent/.test(errors))
    return `bob has ${run.bob.length} lines, and alice was told nothing`;
  return code === 0 || code === 8 ? undefined : `exit code ${code}: ${errors}`;
}

const count = { whole: 0, keptBack: 0, lines: 0, called: 0 };
mallory.on('chatStarted', () => (count.called += 1));
await Promise.all([mallory.logOn(), bobComes()]);
let fault;
for (let n = 1; n <= given.runs && fault === undefined; n++) {
  const endsAt = 1 + below(random, LINES);
  run = {
    n,
    bob: [],
    mallory: [],
    endsAt,
    how: pick(random, ['ends', 'goes', 'nothing']),
    hostileFrom: 1 + below(random, LINES),
  };
  // Before the chat with bob has started, now and then.
  run.hostile = random() < 0.4;
  call();
  const texts = Array.from({ length: LINES }, (_, i) => `run ${n} line ${i + 1}`);
  const ended = await alice(texts);
  run.hostile = false;
  if (mallory.status.chat === 'Active Chat') mallory.endChat();
  fault = faultOf(ended, texts);
  if (fault !== undefined) fault = `run ${n} (${run.how} at ${run.endsAt}): ${fault}`;
  count.lines += run.bob.length;
  count[ended.code === 0 ? 'whole' : 'keptBack'] += 1;
  if (bob.state === 'Offline') await bobComes();
  else if (bob.status.chat === 'Active Chat') bob.endChat();
}
await Promise.all([mallory.close(), bob.close()]);
server.kill('SIGTERM');
printAndKeep(given.out, [
  `seed ${given.seed}, ${given.runs} runs: bob read ${count.lines} lines, mallory ${run.mallory.length}`,
  `alice left with 0 ${count.whole} times, with 8 ${count.keptBack} times; mallory had her in a chat ${count.called} times`,
  fault === undefined ? 'no violation' : `VIOLATION: ${fault}`,
]);
process.exitCode = fault === undefined ? 0 : 1;
await server.exit;
