/** The removal of old texts in portions (storage/pruning.ts), on real files, with a second connection that reads and writes meanwhile. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AcceptedRun, Store } from '../../machines/ports';
import { openKeeping, type Keeping } from '../../storage/keeping';
import { openDatabase } from '../../storage/open';
import { storeOn } from '../../storage/sqlite';
import { databases } from './files';

/** Another process prunes a hundred thousand texts, on a machine that may have other things to do. */
jest.setTimeout(120_000);
const { path, closeLater } = databases();

const OLD = 1000;
const run = (time: number, ...texts: readonly string[]): AcceptedRun => ({
  session: 1,
  sender: 'alice',
  recipient: 'bob',
  time,
  texts,
});
const mixed = ['old', 'kept', 'old too', 'kept too'];
const kept = (pages: number): string[] => Array.from({ length: pages }, () => ['kept', 'kept too']).flat();

/** Alice and bob have pages of which half is old, carol and bob nothing old, dave and bob nothing else. */
function filled(pages: number): Store {
  // Every append is filed at once, in a page of its own.
  const server = closeLater(storeOn(openDatabase(path('parley.db'), true), 'normal', 0));
  for (let i = 0; i < pages; i++) server.append(mixed.map((text, n) => run(n % 2 === 0 ? OLD - 1 : OLD, text)));
  server.append([{ ...run(OLD, 'young'), sender: 'carol' }]);
  server.append([{ ...run(OLD - 1, 'forgotten'), sender: 'dave' }]);
  return server;
}
function textsOf(store: Store, a: string): string[] {
  const page = store.page(a, 'bob', 0, 100_000);
  expect(page.map(({ n }) => n)).toEqual(page.map((_, i) => i + 1));
  expect(store.count(a, 'bob')).toBe(page.length);
  return page.map(({ text }) => text);
}
/** A step is a portion. */
function keeping(between: () => Promise<void> | void): Keeping {
  return openKeeping(path('parley.db'), { ms: 0, between: async () => between() });
}
/** What is left behind when all is done: no spare place, no page that is nobody's. */
function leftovers(): unknown {
  const connection = openDatabase(path('parley.db'), false);
  const sql = `SELECT (SELECT count(*) FROM pairs WHERE low = ''), (SELECT count(*) FROM pages WHERE at >> 32 NOT IN (SELECT id FROM pairs))`;
  const row = connection.prepare(sql).get([]);
  connection.close();
  return row;
}

test('between the portions another connection writes, and reads all of it or none of it pruned', async () => {
  const server = filled(40);
  let written = 0;
  let seen = 'before';
  const operator = keeping(() => {
    const texts = textsOf(server, 'alice');
    seen = texts.includes('old') ? seen : 'after';
    const whole = seen === 'before' ? Array.from({ length: 40 }, () => mixed).flat() : kept(40);
    expect(texts).toEqual([...whole, ...Array.from({ length: written }, (_, i) => `new ${String(i)}`)]);
    // What comes meanwhile is copied, too: with portions as small as these it must come to an end.
    if (written === 60) return;
    server.append([run(OLD + 1, `new ${String(written++)}`)]);
    // A pair that is made meanwhile gets no number that is in use.
    server.append([{ ...run(OLD + 1, 'hello'), sender: `x${String(written)}` }]);
  });
  expect(await operator.prune(OLD)).toBe(81);
  operator.close();
  expect(written).toBe(60);
  expect(textsOf(server, 'alice')).toEqual([
    ...kept(40),
    ...Array.from({ length: written }, (_, i) => `new ${String(i)}`),
  ]);
  expect(textsOf(server, 'carol')).toEqual(['young']);
  expect(textsOf(server, 'dave')).toEqual([]);
  for (let i = 1; i <= written; i++) expect(textsOf(server, `x${String(i)}`)).toEqual(['hello']);
  expect(leftovers()).toEqual([0, 0]);
});

test('interrupted after any portion, every pair is as it was or as it is to be, and the next run goes on', async () => {
  for (let after = 1; ; after++) {
    const name = path('parley.db');
    const server = filled(3);
    let portions = 0;
    const operator = keeping(() => {
      if (++portions === after) throw new Error('interrupted');
    });
    const ended = await operator.prune(OLD).catch((error: unknown) => (error as Error).message);
    operator.close();
    const texts = textsOf(server, 'alice');
    expect(texts).toEqual(texts.includes('old') ? [mixed, mixed, mixed].flat() : kept(3));
    expect(textsOf(server, 'carol')).toEqual(['young']);
    server.append([{ ...run(OLD, 'in a new pair'), sender: 'eve' }]);
    const again = openKeeping(name);
    expect(again.pairs().map(({ a, b }) => `${a} ${b}`)).not.toContain(' ');
    await again.prune(OLD);
    again.close();
    expect(['alice', 'carol', 'dave', 'eve'].map((id) => textsOf(server, id))).toEqual([
      kept(3),
      ['young'],
      [],
      ['in a new pair'],
    ]);
    expect(leftovers()).toEqual([0, 0]);
    server.append([run(OLD, 'and on')]);
    expect(textsOf(server, 'alice')).toEqual([...kept(3), 'and on']);
    // The next round begins with an empty history.
    const wipe = openKeeping(name);
    await wipe.prune(OLD + 1);
    wipe.close();
    server.close();
    if (ended !== 'interrupted') {
      expect(after).toBeGreaterThan(6);
      return;
    }
  }
});

test('two at once: the first gives up and says so, nothing is lost', async () => {
  const server = filled(3);
  const second = openKeeping(path('parley.db'));
  let rest: Promise<number> | undefined;
  const first = keeping(async () => {
    rest ??= second.prune(OLD);
    await rest;
  });
  await expect(first.prune(OLD)).rejects.toThrow(/parley\.db is being pruned by another process; wait for its end/);
  expect(await rest).toBe(7);
  first.close();
  second.close();
  expect(textsOf(server, 'alice')).toEqual(kept(3));
  expect(leftovers()).toEqual([0, 0]);
});

test('another process prunes many texts while this one writes: none is refused, none is lost', async () => {
  const server = closeLater(storeOn(openDatabase(path('parley.db'), true), 'normal'));
  const many = Array.from({ length: 400 }, (_, i) => `${String(i)} ${'.'.repeat(200)}`);
  for (let i = 0; i < 300; i++) server.append([run(i % 2 === 0 ? OLD - 1 : OLD, ...many)]);
  const body = `require(${JSON.stringify(join(__dirname, '../../dist/storage/keeping.js'))})
    .openKeeping(${JSON.stringify(path('parley.db'))}).prune(${String(OLD)}).then((n) => console.log(n));`;
  const child = spawn(process.execPath, ['-e', body], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = (async () => {
    let all = '';
    for await (const piece of child.stdout.setEncoding('utf8')) all += String(piece);
    return all;
  })();
  const exit = once(child, 'exit');
  let written = 0;
  while (child.exitCode === null && child.signalCode === null) {
    server.append([run(OLD + 1, `new ${String(written++)}`)]);
    await new Promise(setImmediate);
  }
  expect([(await exit)[0], await said]).toEqual([0, '60000\n']);
  const texts = textsOf(server, 'alice');
  expect(texts).toHaveLength(60_000 + written);
  expect(texts.slice(60_000)).toEqual(Array.from({ length: written }, (_, i) => `new ${String(i)}`));
});
