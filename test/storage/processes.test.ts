/**
 * The database between processes: two that write at once, one that is killed, one whose disk is full. The other process
 * runs what is built in dist/.
 */
import Database from 'libsql';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { openStore } from '../../storage/sqlite';
import { sumOfCounter } from '../../storage/sums';
import { contentsOf, modeOf, scratch } from './files';
import { refusal, said } from './support';

const path = scratch();
const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

const DIST = join(__dirname, '../../dist/storage');
const LIBSQL = JSON.stringify(require.resolve('libsql'));

/** What another process runs: `store` is its store, `say` writes a line, `said` makes a run of one text. */
function script(file: string, body: string): string[] {
  return [
    '-e',
    `const { openStore } = require(${JSON.stringify(join(DIST, 'sqlite.js'))});
     const say = (line) => require('node:fs').writeSync(1, line + '\\n');
     const said = (text, session = 1) => ({ session, sender: 'bob', recipient: 'alice', time: 0, texts: [text] });
     const store = openStore(${JSON.stringify(file)}, { create: true, durability: 'normal' });
     ${body}`,
  ];
}

/** Starts another process; `lines` are what it says. */
function start(file: string, body: string): { readonly child: ChildProcess; readonly lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, script(file, body), { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

test('two processes write at once: nothing is lost, numbered twice or out of order', async () => {
  const store = openStore(path('parley.db'), { create: true, durability: 'normal' });
  const ROUNDS = 200;
  const { child, lines } = start(
    path('parley.db'),
    `say('ready');
     for (let i = 0; i < ${ROUNDS}; i++) { store.append([said('theirs ' + i), said('theirs too ' + i)]); store.reserve(1); }`,
  );
  await lines.next();
  const numbers = new Set<number>();
  for (let i = 0; i < ROUNDS; i++) {
    store.append([said(`ours ${i}`), said(`ours too ${i}`)]);
    numbers.add(store.reserve(1));
  }
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(numbers.size).toBe(ROUNDS);
  expect(store.reserve(1)).toBe(2 * ROUNDS + 1);
  const texts = store.page('alice', 'bob', 0, 5 * ROUNDS);
  expect(texts).toHaveLength(4 * ROUNDS);
  for (const whose of ['ours', 'theirs']) {
    const expected = Array.from({ length: 2 * ROUNDS }, (_, i) => `${whose} ${i % 2 ? 'too ' : ''}${i >> 1}`);
    expect(texts.filter(({ text }) => text.startsWith(whose)).map(({ text }) => text)).toEqual(expected);
  }
  store.close();
});

test('processes that make the database at the same moment make one', async () => {
  const run = promisify(execFile);
  const all = Array.from({ length: 6 }, (_, i) =>
    run(
      process.execPath,
      script(path('parley.db'), `store.append([said('${i}')]); say(store.reserve(10)); store.close();`),
    ),
  );
  const firsts = (await Promise.all(all)).map(({ stdout }) => Number(stdout)).sort((a, b) => a - b);
  expect(firsts).toEqual([1, 11, 21, 31, 41, 51]);
  const store = openStore(path('parley.db'), { create: false, durability: 'normal' });
  expect(store.count('alice', 'bob')).toBe(6);
  expect(modeOf(path('parley.db'))).toBe('600');
  store.close();
});

test('a database that another process is making is waited for', async () => {
  const { lines } = start(
    path('other.db'),
    `const { SCHEMA } = require(${JSON.stringify(join(DIST, 'schema.js'))});
     const db = new (require(${LIBSQL}))(${JSON.stringify(path('parley.db'))});
     db.exec('BEGIN IMMEDIATE'); say('made, but not committed');
     setTimeout(() => { db.exec(SCHEMA); db.exec("UPDATE counters SET value = 7, sum = ${sumOfCounter('session', 7)} WHERE name = 'session'; COMMIT"); }, 100);`,
  );
  await lines.next();
  const store = openStore(path('parley.db'), { create: true, durability: 'normal' });
  expect(store.reserve(1)).toBe(8);
  store.close();
});

test('a backup in another journal mode that another process is writing is waited for', async () => {
  openStore(path('parley.db'), { create: true, durability: 'normal' }).close();
  const db = new Database(path('parley.db'));
  db.exec(`VACUUM INTO '${path('backup.db')}'`);
  db.close();
  const { lines } = start(
    path('other.db'),
    `const db = new (require(${LIBSQL}))(${JSON.stringify(path('backup.db'))});
     db.exec('BEGIN IMMEDIATE'); say('locked');
     setTimeout(() => db.exec('COMMIT'), 100);`,
  );
  await lines.next();
  const store = openStore(path('backup.db'), { create: false, durability: 'normal' });
  expect(store.reserve(1)).toBe(1);
  store.close();
});

test('a damaged database whose log is not empty is the same after the process that refused it, and so is the log', async () => {
  const alive = openStore(path('parley.db'), { create: true, durability: 'normal' });
  alive.append(Array.from({ length: 500 }, (_, i) => said(`${i}`.repeat(50))));
  alive.close();
  const again = openStore(path('parley.db'), { create: true, durability: 'normal' });
  again.append([said('in the log')]);
  for (const end of ['', '-wal']) copyFileSync(path(`parley.db${end}`), path(`copy.db${end}`));
  again.close();
  const content = readFileSync(path('copy.db'));
  writeFileSync(path('copy.db'), content.fill(0xa5, 8 * 4096, 10 * 4096));
  const before = contentsOf(path());
  const { child, lines } = start(
    path('other.db'),
    `try { openStore(${JSON.stringify(path('copy.db'))}, { create: false, durability: 'normal' }); }
     catch (error) { say(error.kind + ' ' + error.message); }`,
  );
  expect((await lines.next()).value).toMatch(/^unusable .*copy\.db is damaged; put back a copy/);
  expect(await once(child, 'exit')).toEqual([0, null]);
  const { 'copy.db': file, 'copy.db-wal': log } = contentsOf(path());
  expect({ file, log }).toEqual({ file: before['copy.db'], log: before['copy.db-wal'] });
});

test('a process that holds the database too long is named as the reason', async () => {
  const store = openStore(path('parley.db'), { create: true, durability: 'normal' });
  const { child, lines } = start(
    path('parley.db'),
    `const db = new (require(${LIBSQL}))(${JSON.stringify(path('parley.db'))});
     db.exec('BEGIN IMMEDIATE'); say('locked'); setInterval(() => {}, 1e6);`,
  );
  await lines.next();
  expect(refusal(() => store.append([said('x')]))).toMatchObject({
    kind: 'failed',
    message: expect.stringMatching(/parley\.db is locked by another process/) as string,
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  store.append([said('x')]);
  expect(store.count('alice', 'bob')).toBe(1);
  store.close();
});

test('killed: what was committed is there, and nothing else; no session number comes twice', async () => {
  const { child, lines } = start(
    path('parley.db'),
    `for (let i = 1; ; i++) {
       const first = store.reserve(1000);
       store.append([said('a' + i, first), said('b' + i, first)]);
       say(i + ' ' + first);
     }`,
  );
  let last = [0, 0];
  for (let i = 0; i < 20; i++) last = ((await lines.next()).value as string).split(' ').map(Number);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const store = openStore(path('parley.db'), { create: false, durability: 'normal' });
  const texts = store.page('alice', 'bob', 0, 1_000_000).map(({ text }) => text);
  expect(texts.length).toBeGreaterThanOrEqual(2 * (last[0] ?? NaN));
  expect(texts).toEqual(texts.map((_, i) => `${i % 2 ? 'b' : 'a'}${(i >> 1) + 1}`));
  expect(store.reserve(1)).toBeGreaterThanOrEqual((last[1] ?? NaN) + 1000);
  store.close();
});

const onUnix = process.platform === 'win32' ? test.skip : test;

onUnix(
  'a file that may not grow: batches are stored whole or not at all, and it goes on when there is room',
  async () => {
    const body = `
    const batch = Array.from({ length: 50 }, (_, i) => said(i + '.'.repeat(1000)));
    let done = 0;
    try { for (; done < 1000; done++) store.append(batch); } catch (error) { say(error.name + ' ' + error.kind); say(error.message); }
    for (let again = 0; again < 3; again++) try { store.append(batch); done++; } catch (error) { say(error.kind); }
    say(done + ' ' + store.count('alice', 'bob'));`;
    // 400 KiB or twice that: shells differ in what a block is.
    const shell = ['-c', 'ulimit -f 800 && exec "$0" "$@"', process.execPath, ...script(path('parley.db'), body)];
    const { stdout } = await promisify(execFile)('sh', shell);
    const [what, sentence, ...rest] = stdout.trimEnd().split('\n');
    expect(what).toMatch(/^StoreError (full|failed)$/);
    expect(sentence).toContain(path('parley.db'));
    expect(sentence).not.toContain('...');
    const [done, count] = (rest.at(-1) ?? '').split(' ').map(Number);
    expect(done).toBeGreaterThan(0);
    expect(count).toBe(50 * (done ?? NaN));
    const store = openStore(path('parley.db'), { create: false, durability: 'normal' });
    expect(store.count('alice', 'bob')).toBe(count);
    store.append([said('room again')]);
    expect(store.page('alice', 'bob', count ?? 0, 2).map(({ text }) => text)).toEqual(['room again']);
    store.close();
  },
);

test('what another process changes is noticed, what this one writes is not', async () => {
  const store = openStore(path('parley.db'), { create: true, durability: 'normal' });
  const { subscribers } = store;
  const before = subscribers.version();
  store.append([said('hello')]);
  store.reserve(1);
  expect(subscribers.version()).toBe(before);
  const add = `store.subscribers.add({ id: 'alice', key: Buffer.alloc(32, 7), stretched: false }); store.close();`;
  expect(await once(start(path('parley.db'), add).child, 'exit')).toEqual([0, null]);
  const after = subscribers.version();
  expect(after).not.toBe(before);
  expect([subscribers.list(), subscribers.version()]).toEqual([[{ id: 'alice', stretched: false }], after]);
  store.close();
});
