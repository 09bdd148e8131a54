/** What an operator does with the data while the server runs: backup and restore, export, removal of old texts. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../../bin/demo/stage';
import type { AcceptedRun } from '../../machines/ports';
import { openKeeping } from '../../storage/keeping';
import { openStore } from '../../storage/sqlite';
import { modeOf, scratch } from '../storage/files';
import { runCommand, type Ended } from '../support/command';
import { history, logOn, say, stages, startChat } from './support';

const path = scratch();
const run = (name: string, ...args: readonly string[]): Promise<Ended> => runCommand(name, args, { cwd: path() });
const done = (out = ''): Ended => ({ code: 0, out, err: '' });

const DAY = 86_400_000;
const NOW = Date.now();
/** Texts numbered `from` to `until`, a run of three each, one run a day, the last a day ago. */
function runs(sender: string, recipient: string, days: number): AcceptedRun[] {
  return Array.from({ length: days }, (_, i) => ({
    session: i + 1,
    sender,
    recipient,
    time: NOW - (days - i) * DAY,
    texts: [0, 1, 2].map((n) => `${sender} ${String(3 * i + n)}`),
  }));
}
/** Filed in pages, and not filed yet. */
function filled(...all: readonly (readonly AcceptedRun[])[]): void {
  const store = openStore(path('parley.db'), { create: true, durability: 'normal' });
  for (const some of all) for (const one of some) store.append([one]);
  store.reserve(1000);
  store.close();
}
function texts(a: string, b: string): string[] {
  const store = openStore(path('parley.db'), { create: false, durability: 'normal' });
  const count = store.count(a, b);
  const page = store.page(a, b, 0, 100_000);
  store.close();
  expect(page.map(({ n }) => n)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  return page.map(({ text }) => text);
}
const day = (ago: number): string => new Date(NOW - ago * DAY - DAY / 2).toISOString();

describe('prune', () => {
  test('removes what is older, of everybody, and nothing else', async () => {
    filled(runs('alice', 'bob', 200), runs('carol', 'alice', 5), runs('dave', 'bob', 50));
    const before = await run('parley-history', 'list');
    expect(before.out).toBe(
      'Client-ID  Client-ID  Texts\nalice      bob        600\nalice      carol      15\nbob        dave       150\n',
    );
    const ended = await run('parley-history', 'prune', '--before', day(9), '--yes');
    expect(ended).toEqual(
      done(`${String(191 * 3 + 41 * 3)} texts from before ${day(9)} are removed from ./parley.db\n`),
    );
    expect(texts('alice', 'bob')).toEqual(Array.from({ length: 27 }, (_, i) => `alice ${String(573 + i)}`));
    expect(texts('bob', 'dave')).toEqual(Array.from({ length: 27 }, (_, i) => `dave ${String(123 + i)}`));
    expect(texts('alice', 'carol')).toHaveLength(15);
    expect(await run('parley-history', 'prune', '--before', day(9), '--yes')).toEqual(
      done(`No texts from before ${day(9)} in ./parley.db\n`),
    );
  });

  test('texts out of order of time leave one by one', async () => {
    const old = runs('alice', 'bob', 20);
    filled(old.map((one, i) => (i % 2 === 0 ? { ...one, time: NOW - 1000 } : one)));
    await run('parley-history', 'prune', '--before', day(0), '--yes');
    expect(texts('alice', 'bob')).toEqual(old.filter((_, i) => i % 2 === 0).flatMap(({ texts: said }) => said));
  });

  test('session numbers and subscribers stay, and a pair without texts is forgotten', async () => {
    await run('parley-keys', 'add', 'alice');
    filled(runs('alice', 'bob', 3));
    await run('parley-history', 'prune', '--before', day(0), '--yes');
    expect(await run('parley-history', 'list')).toEqual(done('No texts in ./parley.db\n'));
    const store = openStore(path('parley.db'), { create: false, durability: 'normal' });
    expect([store.reserve(1), store.subscribers.list().map(({ id }) => id)]).toEqual([1001, ['alice']]);
    store.append(runs('alice', 'bob', 1));
    expect(store.count('bob', 'alice')).toBe(3);
    store.close();
  });

  test('another process that has the database open sees the same afterwards, and goes on', async () => {
    const server = openStore(path('parley.db'), { create: true, durability: 'normal' });
    for (const one of runs('alice', 'bob', 10)) server.append([one]);
    expect(server.count('alice', 'bob')).toBe(30);
    const operator = openKeeping(path('parley.db'));
    expect(await operator.prune(NOW - 3.5 * DAY)).toBe(21);
    server.append([{ session: 9, sender: 'bob', recipient: 'alice', time: NOW, texts: ['new'] }]);
    const page = server.page('alice', 'bob', 0, 100);
    expect(page.map(({ n, text }) => [n, text])).toEqual([
      ...Array.from({ length: 9 }, (_, i) => [i + 1, `alice ${String(21 + i)}`]),
      [10, 'new'],
    ]);
    expect(operator.pairs()).toEqual([{ a: 'alice', b: 'bob', texts: 10 }]);
    operator.close();
    server.close();
  });

  test('asks, and takes only a date that was', async () => {
    filled(runs('alice', 'bob', 3));
    const asked = await run('parley-history', 'prune', '--before', day(0));
    expect([asked.code, asked.out]).toEqual([1, '']);
    expect(asked.err).toMatch(
      /^parley-history: Remove 9 texts from before .* for ever\? Nothing was removed; --yes says so\n$/,
    );
    expect(texts('alice', 'bob')).toHaveLength(9);
    for (const wrong of ['soon', '2026-02-30', '2026-13-01', '9999-01-01', '2026-01-01T00:00']) {
      const { code, err } = await run('parley-history', 'prune', '--before', wrong, '--yes');
      expect([wrong, code]).toEqual([wrong, 2]);
      expect(err).toMatch(/A date is 2026-01-31|That is yet to come/);
    }
  });
});

describe('export', () => {
  const EVIL = [
    '=HYPERLINK("http://x")',
    '+1',
    '-1',
    '@a',
    ' =1',
    'a "b", c',
    '<script>alert(1)</script>',
    "a & 'b'",
    '☕',
    '＝1',
    '＋1',
    '－1',
    ' ＠SUM(1)',
  ];
  const evil: AcceptedRun = {
    session: 7,
    sender: 'bob',
    recipient: 'alice',
    time: Date.UTC(2026, 0, 31, 12),
    texts: EVIL,
  };

  test('jsonl is every text as it is', async () => {
    filled([evil], runs('alice', 'bob', 400));
    const { code, out } = await run('parley-history', 'export', 'alice', 'bob');
    const lines = out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(lines).toHaveLength(EVIL.length + 1200);
    expect(lines.slice(0, EVIL.length).map(({ text }) => text)).toEqual(EVIL);
    expect(lines[0]).toEqual({
      ...{ n: 1, session: 7, from: 'bob', to: 'alice', time: '2026-01-31T12:00:00.000Z', text: EVIL[0] },
    });
    expect(lines.map(({ n }) => n)).toEqual(lines.map((_, i) => i + 1));
  });

  test('csv has no cell that a spreadsheet takes for a formula', async () => {
    filled([evil]);
    const { out } = await run('parley-history', 'export', 'alice', 'bob', '--format', 'csv');
    const rows = out.split('\r\n');
    expect(rows[0]).toBe('"n","session","time","from","to","text"');
    expect(rows[1]).toBe(`"1","7","2026-01-31T12:00:00.000Z","bob","alice","'=HYPERLINK(""http://x"")"`);
    expect(rows[6]).toBe('"6","7","2026-01-31T12:00:00.000Z","bob","alice","a ""b"", c"');
    expect(rows).toHaveLength(EVIL.length + 2);
    expect(out).not.toMatch(/"\s*[=+@＝＋－＠-][^"]*"(,|\r)/);
  });

  test('html shows texts and runs nothing', async () => {
    filled([evil]);
    const { out } = await run('parley-history', 'export', 'bob', 'alice', '--format', 'html');
    expect(out).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(out).not.toMatch(/<script/i);
    expect(out).toContain("default-src 'none'");
    expect(out).toContain('<p>9 texts</p>');
  });

  test('a file is new and for its owner alone; who has no history is told so', async () => {
    filled([evil]);
    expect(await run('parley-history', 'export', 'alice', 'bob', '--out', 'x')).toEqual(done());
    expect(modeOf(path('x'))).toBe('600');
    expect((await run('parley-history', 'export', 'alice', 'bob', '--out', 'x')).err).toBe(
      'parley-history: x exists already; name another file\n',
    );
    expect((await run('parley-history', 'export', 'alice', 'carol')).err).toBe(
      'parley-history: alice and carol have no history in ./parley.db; parley-history list shows who has\n',
    );
    expect((await run('parley-history', 'export', 'alice')).code).toBe(2);
  });
});

describe('backup', () => {
  const open = stages();
  async function chatted(stage: Stage): Promise<void> {
    await stage.subscribe('alice', 'bob');
    await stage.startServer();
    const [alice, bob] = [stage.client('alice'), stage.client('bob')];
    await logOn(alice, bob);
    await startChat(alice, bob);
    await say(alice, bob, 'before the backup');
  }

  test('of a running server, put back: clients log on with their keys and find their history', async () => {
    const stage = await open();
    await chatted(stage);
    const copied = await runCommand('parley-keys', ['backup', 'copy.db'], { cwd: stage.folder });
    expect(copied).toEqual(
      done("./parley.db is copied to copy.db, with every key: keep it as safe as the server's data\n"),
    );
    expect(statSync(join(stage.folder, 'copy.db')).mode & 0o777).toBe(0o600);
    for (const extra of ['-wal', '-shm', '-journal'])
      expect(existsSync(join(stage.folder, `copy.db${extra}`))).toBe(false);
    const [alice, bob] = stage.all.slice(-2) as [ReturnType<Stage['client']>, ReturnType<Stage['client']>];
    await say(bob, alice, 'after the backup');
    await stage.finish();
    // As docs/operations.md says it.
    for (const old of ['parley.db', 'parley.db-wal', 'parley.db-shm']) rmSync(join(stage.folder, old), { force: true });
    copyFileSync(join(stage.folder, 'copy.db'), join(stage.folder, 'parley.db'));
    await stage.startServer();
    const again = stage.client('alice');
    await logOn(again);
    expect(await history(again, 'bob')).toEqual([{ session: 1, from: 'alice', text: 'before the backup' }]);
  });

  test('overwrites nothing, and leaves nothing when it fails', async () => {
    filled(runs('alice', 'bob', 1));
    writeFileSync(path('there'), 'precious');
    mkdirSync(path('folder'));
    const refusals = {
      there: /there exists already/,
      folder: /folder exists already/,
      'no/x': /no\/x cannot be written \(ENOENT\); make its directory first/,
    };
    for (const [file, sentence] of Object.entries(refusals)) {
      const { code, err } = await run('parley-keys', 'backup', file);
      expect([file, code]).toEqual([file, 1]);
      expect(err).toMatch(sentence);
    }
    expect(readFileSync(path('there'), 'utf8')).toBe('precious');
    expect((await run('parley-keys', 'backup', 'x', '--data', 'none.db')).err).toMatch(/none\.db does not exist/);
    expect(existsSync(path('x'))).toBe(false);
  });
});
