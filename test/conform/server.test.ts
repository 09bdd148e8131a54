/**
 * parley-conform server: our real server passes every check in any order, and what it says about a server that does not; as
 * text, JSON and JUnit XML; wrong usage. What each check catches is tested in broken/.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../../bin/demo/stage';
import type { Verdict } from '../../bin/conform/check';
import { textOf } from '../../bin/conform/report';
import { runChecks } from '../../bin/conform/run';
import { SERVER_CHECKS } from '../../bin/conform/server/checks/all';
import { freePort, limits, randomOf, seeds, stages } from '../binaries/support';
import { markupOf } from '../report/xml';
import { runCommand, type Ended } from '../support/command';
import { LOG_ONS } from './broken/log-on';
import { start, type Broken, type Running } from './broken/server';

const open = stages();
const KEYS = ['ann', 'ben', 'cleo'] as const;
const ALWAYS = SERVER_CHECKS.filter(({ needs }) => needs === undefined);
const UNLIMITED = limits({
  HELLOS_PER_SECOND: 0,
  AUTH_FAIL_PER_SECOND: 0,
  MESSAGES_PER_SECOND: 0,
  CALLS_PER_MINUTE: 0,
});
/** Other processes may have the processor for a while. */
const PATIENT = ['--patience', '10'];

/** The command, with the keys of a stage. */
function conform(stage: Stage, args: readonly string[], keys: readonly string[] = KEYS): Promise<Ended> {
  const files = keys.map((id) => `${id}.key`);
  return runCommand('parley-conform', ['server', ...args, '--key', ...files], { cwd: stage.folder });
}
async function subscribed(): Promise<Stage> {
  const stage = await open();
  await stage.subscribe(...KEYS);
  return stage;
}
const at = (port: number): string[] => ['--server', `127.0.0.1:${String(port)}`];
interface Report {
  readonly verdicts: readonly Verdict[];
  readonly failed: number;
  readonly notChecked: number;
}
const lines = (text: string): string[] => text.split('\n').slice(0, -1);

test('our server with its own limits passes every check; only the pause between calls is off', async () => {
  const stage = await subscribed();
  const { udp } = await stage.startServer(...limits({ CALLS_PER_MINUTE: 0 }));
  const { code, out, err } = await conform(stage, [...at(udp), ...PATIENT, '--json', 'c.json', '--junit', 'c.xml']);
  const wanted = ALWAYS.map(({ name, section }) => `ok      ${name}  (${section})`);
  expect(lines(out)).toEqual([...wanted, `${String(ALWAYS.length)} passed, 0 failed`]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const json = JSON.parse(readFileSync(join(stage.folder, 'c.json'), 'utf8')) as { verdicts: Verdict[] };
  expect(json).toMatchObject({ checked: `server 127.0.0.1:${String(udp)}`, passed: ALWAYS.length, failed: 0 });
  expect(json.verdicts.map(({ check, outcome }) => [check, outcome])).toEqual(
    ALWAYS.map(({ name }) => [name, 'passed']),
  );
  const cases = junit(join(stage.folder, 'c.xml')).filter(({ name }) => name === 'testcase');
  expect(cases.map(({ attributes }) => attributes['name'])).toEqual(ALWAYS.map(({ name }) => name));
}, 120_000);

test('our server without limits passes what needs that, too', async () => {
  const stage = await subscribed();
  const { udp } = await stage.startServer(...UNLIMITED);
  const { code, out } = await conform(stage, [...at(udp), ...PATIENT, '--unlimited']);
  expect(lines(out).filter((line) => !line.startsWith('ok'))).toEqual([
    `${String(ALWAYS.length + 1)} passed, 0 failed`,
  ]);
  expect([code, out.includes('ok      epochs')]).toEqual([0, true]);
}, 120_000);

describe('in this process', () => {
  let running: Running | undefined;
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  test.each(seeds(1))(
    'checks need no order, and no empty history (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const shuffled = [...ALWAYS, ...ALWAYS].map((check) => [random(), check] as const).sort(([a], [b]) => a - b);
      running = await start();
      const { scene } = running;
      const verdicts = await runChecks(
        shuffled.map(([, check]) => check),
        { open: () => Promise.resolve(scene()), close: (one) => one.close(), tell: () => undefined, now: () => 0 },
      );
      expect(verdicts.filter(({ outcome }) => outcome !== 'passed').map(textOf)).toEqual([]);
    },
    120_000,
  );

  /** A server whose keys of this direction are made of something else. */
  const otherKeys = (
    opens: 'serverOpener' | 'serverSealer' | 'bindTranscript',
    change: (given: Uint8Array) => Uint8Array,
  ): Broken => ({
    name: opens,
    fault: 'a key is another',
    caughtBy: 'connected',
    parts: ({ keys }) => {
      const right = keys[opens].bind(keys) as (...given: unknown[]) => unknown;
      Object.assign(keys, {
        [opens]: (handle: number, bytes: Uint8Array, ...more: unknown[]) => right(handle, change(bytes), ...more),
      });
    },
  });
  const reversed = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes).reverse();

  test.each([
    ['S_s2c', 'serverSealer', /S_s2c\[0\].*step 8 of 9\.4$/],
    ['S_c2s', 'serverOpener', /S_c2s\[0\].*steps 6 and 7 of 9\.4$/],
  ] as const)('a wrong %s: the first failure says what to compare, and nothing else fails', async (_, opens, hint) => {
    const { ended, stage } = await of(otherKeys(opens, reversed), '--patience', '1', '--json', 'c.json');
    const { verdicts, ...counts } = JSON.parse(readFileSync(join(stage.folder, 'c.json'), 'utf8')) as Report;
    const failed = verdicts.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ check }) => check)).toEqual(['connected']);
    expect(failed[0]?.seen).toMatch(hint);
    expect(verdicts[0]).toBe(failed[0]);
    expect(counts).toMatchObject({ failed: 1, passed: expect.any(Number) as number });
    expect(counts.notChecked).toBeGreaterThan(100);
    expect(lines(ended.out).at(-1)).toMatch(/^\d+ passed, 1 failed, \d+ not checked$/);
    expect(ended.code).toBe(1);
  });

  test('a wrong TH: it is said before any check, with what to compare', async () => {
    const { ended } = await of(otherKeys('bindTranscript', reversed), '--patience', '1');
    expect([ended.code, ended.out]).toEqual([1, '']);
    expect(ended.err).toMatch(/does not let ann in: .* TH or K_succ is another: compare with steps 3 to 5 .* 9\.4/);
  });

  test('--bail: nothing is played after the first failure', async () => {
    const { ended, stage } = await caught('--bail', '--check', 'cookie-new', 'V1', 'V2', '--junit', 'c.xml');
    expect(lines(ended.out).filter((line) => !line.startsWith(' '))).toEqual([
      'not ok  cookie-new  (1.3)',
      '0 passed, 1 failed, 2 not checked',
    ]);
    const elements = junit(join(stage.folder, 'c.xml'));
    expect(elements[0]?.attributes).toMatchObject({ tests: '3', failures: '1', errors: '0', skipped: '2' });
    expect(elements.filter(({ name }) => name === 'skipped').length).toBe(2);
  });

  /** A server whose cookies are all the same. */
  async function caught(...args: readonly string[]): Promise<Caught> {
    const given = args.includes('--check') ? args : ['--check', 'challenge-bytes', 'cookie-new', ...args];
    return of(
      LOG_ONS.find(({ name }) => name === 'cookie reused'),
      ...given,
    );
  }
  interface Caught {
    readonly ended: Ended;
    readonly stage: Stage;
    readonly of: string;
  }
  /** This server, and the key files for it. */
  async function of(broken: Broken | undefined, ...args: readonly string[]): Promise<Caught> {
    running = await start(broken);
    const { site, people } = running.scene();
    const stage = await open();
    for (const { id, key } of people) {
      writeFileSync(join(stage.folder, `${id}.key`), `${Buffer.from(key).toString('hex')}\n`, { mode: 0o600 });
    }
    return {
      ended: await conform(stage, [...at(site.server.port), ...args]),
      stage,
      of: `server 127.0.0.1:${String(site.server.port)}`,
    };
  }
  const MUST = 'every AUTH_SUCCESS has a cookie of its own';
  const FAILED = {
    check: 'cookie-new',
    section: '1.3',
    must: MUST,
    outcome: 'failed',
    expected: '8 different cookies',
    seen: '1 different',
  };

  test('a server that is caught, as text: which rule, what was expected, what was seen; exit code 1', async () => {
    const { ended } = await caught();
    expect(lines(ended.out)).toEqual([
      'ok      challenge-bytes  (1.4)',
      'not ok  cookie-new  (1.3)',
      `          must: ${MUST}`,
      '      expected: 8 different cookies',
      '          seen: 1 different',
      '1 passed, 1 failed',
    ]);
    expect([ended.code, ended.err]).toEqual([1, '']);
  });

  test('the same as JSON on standard output, which has nothing else', async () => {
    const { ended, of } = await caught('--json', '-');
    const json = JSON.parse(ended.out) as { verdicts: unknown[] };
    expect(json).toMatchObject({ checked: of, passed: 1, failed: 1 });
    expect(json.verdicts[1]).toMatchObject(FAILED);
    expect(ended.code).toBe(1);
  });

  test('the same as JUnit XML', async () => {
    const { stage } = await caught('--junit', 'c.xml');
    const elements = junit(join(stage.folder, 'c.xml'));
    expect(elements.map(({ name }) => name)).toEqual(['testsuite', 'testcase', 'testcase', 'failure']);
    expect(elements[0]?.attributes).toMatchObject({ tests: '2', failures: '1', errors: '0' });
    expect(elements[2]?.attributes).toMatchObject({ classname: '1.3', name: 'cookie-new' });
    expect(elements[3]?.attributes).toEqual({ message: 'expected 8 different cookies, saw 1 different' });
  });

  test('a file that cannot be written is named', async () => {
    const { ended } = await caught('--json', 'no/such/folder.json');
    expect([ended.code, ended.err]).toEqual([
      1,
      'parley-conform: no/such/folder.json cannot be written (ENOENT); make its directory first\n',
    ]);
  });
});

/** Elements of a file, which is well formed, also in the eyes of xmllint where that is installed. */
function junit(path: string): ReturnType<typeof markupOf>['elements'] {
  const xml = readFileSync(path, 'utf8');
  const [declaration, body] = [xml.slice(0, xml.indexOf('\n')), xml.slice(xml.indexOf('\n') + 1)];
  expect(declaration).toBe('<?xml version="1.0" encoding="UTF-8"?>');
  const { error, status, stderr } = spawnSync('xmllint', ['--noout', path], { encoding: 'utf8' });
  if (!error) expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return markupOf(body).elements;
}

describe('checks', () => {
  test('at least 60, each with a name of its own that can be typed', () => {
    const names = SERVER_CHECKS.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^(V\d|[a-z0-9]+(-[a-z0-9]+)*)$/.test(name))).toEqual([]);
  });

  test('each has a section that is there, and a sentence', () => {
    const protocol = readFileSync(join(__dirname, '../../docs/protocol.md'), 'utf8');
    const sections = new Set([...protocol.matchAll(/^### (\d+\.\d+) /gm)].map(([, section]) => section));
    expect(SERVER_CHECKS.filter(({ section }) => !sections.has(section)).map(({ name }) => name)).toEqual([]);
    expect(SERVER_CHECKS.filter(({ must }) => must.length < 20 || /[.\n]$/.test(must)).map(({ name }) => name)).toEqual(
      [],
    );
  });

  test('--list shows them all, without a server', async () => {
    const stage = await open();
    const { code, out } = await runCommand('parley-conform', ['server', '--list'], { cwd: stage.folder });
    expect(lines(out).map((line) => line.split(' ', 1)[0])).toEqual(SERVER_CHECKS.map(({ name }) => name));
    expect(code).toBe(0);
  });
});

describe('mistakes cost one line', () => {
  const HINT = ' (parley-conform --help shows the options)';
  type Mistake = readonly [what: string, args: readonly string[], keys: readonly string[], wanted: RegExp];
  const USAGE: readonly Mistake[] = [
    ['no server', [], KEYS, /^parley-conform: --server HOST:PORT says which server to check/],
    ['no address', ['--server', 'a:b:c:70000'], KEYS, /A server is HOST:PORT, such as 127\.0\.0\.1:4390/],
    ['two keys', at(9), ['ann', 'ben'], /--key takes 3 key files or more; parley-keys add makes them/],
    ['a key twice', at(9), ['ann', 'ben', 'ann'], /--key names a subscriber twice/],
    ['a file that is no Client-ID', at(9), ['ann', 'ben', '1st'], /1st\.key: 1st is no Client-ID; write ID=FILE/],
    [
      'an unknown check',
      [...at(9), '--check', 'tea'],
      KEYS,
      /there is no check tea; parley-conform server --list shows their names/,
    ],
    ['a server with bounds', [...at(9), '--check', 'epochs'], KEYS, /epochs needs --unlimited/],
    ['no patience', [...at(9), '--patience', '0'], KEYS, /Patience is 0\.1 to 600 seconds/],
    [
      'two reports on one output',
      [...at(9), '--json', '-', '--junit', '-'],
      KEYS,
      /standard output takes one of --json and --junit/,
    ],
  ];
  test.each(USAGE)('%s: exit code 2', async (_, args, keys, wanted) => {
    const { code, out, err } = await conform(await subscribed(), args, keys);
    expect({ code, out, count: lines(err).length }).toEqual({ code: 2, out: '', count: 1 });
    expect(err).toMatch(wanted);
    expect(err).toContain(HINT);
  });

  test('a key file that is missing, or that others can read', async () => {
    const stage = await subscribed();
    const missing = await conform(stage, at(9), ['ann', 'ben', 'dan']);
    expect([missing.code, missing.err]).toEqual([
      1,
      expect.stringMatching(/^parley-conform: no key file for dan: looked for dan\.key/),
    ]);
    chmodSync(join(stage.folder, 'ann.key'), 0o644);
    const shared = await conform(stage, at(9));
    expect([shared.code, shared.err]).toEqual([
      1,
      'parley-conform: ann.key can be read by others; run "chmod 600 ann.key"\n',
    ]);
  });

  test('nobody there', async () => {
    const port = await freePort();
    const { code, err } = await conform(await subscribed(), [...at(port), '--patience', '0.3']);
    expect([code, lines(err).length]).toEqual([1, 1]);
    expect(err).toMatch(
      /^parley-conform: UDP 127\.0\.0\.1:\d+ does not challenge ann: is the server running there, and is ann its subscriber\? \(expected CHALLENGE, saw nothing within 0\.3 s\)/,
    );
  });

  test('a key that is not the one of the server, and a name that is given beside the file', async () => {
    const stage = await subscribed();
    const { udp } = await stage.startServer();
    copyFileSync(join(stage.folder, 'ann.key'), join(stage.folder, 'other.key'));
    const args = (id: string): string[] => [
      'server',
      ...at(udp),
      '--check',
      'challenge-bytes',
      '--key',
      'ben.key',
      'cleo.key',
      `${id}=other.key`,
    ];
    const right = await runCommand('parley-conform', args('ann'), { cwd: stage.folder });
    expect([right.code, lines(right.out).at(-1)]).toEqual([0, '1 passed, 0 failed']);
    const wrong = await runCommand(
      'parley-conform',
      [...args('ann').slice(0, -3), 'ann.key', 'cleo.key', 'ben=other.key'],
      { cwd: stage.folder },
    );
    expect([wrong.code, wrong.err]).toEqual([
      1,
      expect.stringMatching(
        /does not let ben in: is this the key that the server has for it\? If it is, .* \(expected AUTH_SUCCESS, saw AUTH_FAIL\)/,
      ),
    ]);
  });
});
