/** `parley-conform client` as a command: what it writes, how it ends, and that nothing of it is left behind. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { broken, OURS } from './client-support';

jest.setTimeout(90_000);
const KIT = join(__dirname, '../../dist/bin/parley-conform.js');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Its temporary folders are in ours. @param stop given what was written so far: whether it is to be told to end */
function kit(args: readonly string[], stop: (err: string) => boolean = () => false): Promise<Ended> {
  const child = spawn(process.execPath, [KIT, 'client', ...args], { env: { ...process.env, TMPDIR: folder } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    if (stop(err)) child.kill('SIGTERM');
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith('parley-conform-'));
const alive = (pid: string): boolean => {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
};

test('a client that passes: a line for each check, files, exit code 0', async () => {
  const [json, junit] = [join(folder, 'v.json'), join(folder, 'v.xml')];
  const args = ['--check', 'v1-caller', 'hello-bytes', '--json', json, '--junit', junit, '--', ...OURS];
  const { code, out, err } = await kit(args);
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe('ok      v1-caller  (0.3)\nok      hello-bytes  (1.4)\n2 passed, 0 failed\n');
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ passed: 2, failed: 0 });
  expect(readFileSync(junit, 'utf8')).toContain('tests="2" failures="0" errors="0"');
  expect(left()).toEqual([]);
});

test('a client that does not: section, expected and seen, without what would steer a terminal; exit code 1', async () => {
  const json = join(folder, 'v.json');
  const args = ['--check', 'text-escaped', 'hello-bytes', '--patience', '3', '--json', json, '--verbose'];
  const { code, out, err } = await kit([...args, '--', ...broken('lines-not-escaped')]);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^not ok {2}text-escaped {2}\(1\.3\)\n +must: .*\n +expected: begin\\u\{61c\}.*\n +seen: .*\[U\+061C\]/,
  );
  expect(out).toMatch(/\nok {6}hello-bytes {2}\(1\.4\)\n1 passed, 1 failed\n$/);
  // Verbose: what was typed, shown and sent.
  expect(err).toMatch(/typed {2}Log on\n.*udp {4}client sends HELLO, 128 B\n/);
  expect(`${out}${err}`).not.toMatch(/[\u061c\u202e\u2066]/);
  const { verdicts } = JSON.parse(readFileSync(json, 'utf8')) as { verdicts: object[] };
  expect(verdicts).toHaveLength(2);
  expect(verdicts[0]).toMatchObject({ check: 'text-escaped', section: '1.3', outcome: 'failed' });
  expect(left()).toEqual([]);
});

test('--bail: nothing is played after the first failure, and what was not is counted', async () => {
  const json = join(folder, 'v.json');
  const checks = ['--check', 'hello-bytes', 'text-escaped', 'v1-caller', 'v3'];
  const args = [...checks, '--patience', '3', '--bail', '--json', json, '--', ...broken('lines-not-escaped')];
  const { code, out } = await kit(args);
  expect([code, out.split('\n').filter((line) => !line.startsWith(' '))]).toEqual([
    1,
    ['ok      hello-bytes  (1.4)', 'not ok  text-escaped  (1.3)', '1 passed, 1 failed, 2 not checked', ''],
  ]);
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ passed: 1, failed: 1, notChecked: 2 });
});

test.each<[what: string, args: string[], code: number, says: RegExp]>([
  ['no client', [], 1, /no client to check: its command line stands behind --/],
  ['a check that is none', ['--check', 'hello', '--', 'x'], 1, /there is no check hello; .*--list/],
  ['a timer that is not told', ['--check', 'activity-idle', '--', 'x'], 1, /activity-idle needs --activity SECONDS/],
  ['an address that is none', ['--listen', '4390', '--', 'x'], 2, /An address is HOST:PORT/],
  [
    'an address of somebody else',
    ['--listen', '192.0.2.1:0', '--', 'x'],
    1,
    /cannot listen on 192\.0\.2\.1:0 \(\w+\); name another/,
  ],
  ['a program that does not exist', ['--', 'no-such-client', '{id}'], 1, /no-such-client cannot be started \(ENOENT\)/],
  [
    'a program that ends at once',
    ['--', process.execPath, '-e', 'console.log("not today"); process.exit(3)'],
    1,
    /sent nothing to UDP 127\.0\.0\.1:\d+ after the line "Log on": the client ended \(exit code 3\); it had written "not today"/,
  ],
  [
    'a program that says nothing',
    ['--patience', '0.5', '--', process.execPath, '-e', 'setInterval(() => 0, 1000)'],
    1,
    /sent nothing .*: nothing of the kind for 0\.5 s; it had written nothing/,
  ],
])('%s: one line, and nothing is left', async (_, args, code, says) => {
  const ended = await kit(args);
  expect(ended).toMatchObject({ code, out: '' });
  expect(ended.err).toMatch(says);
  expect(ended.err.trimEnd().split('\n')).toHaveLength(1);
  expect(left()).toEqual([]);
});

test('told to end in the middle of a check, it ends the client, and what that has started, and leaves no key', async () => {
  const wrapper = join(folder, 'wrapper.mjs');
  const say = 'console.error(`pid ${process.pid}`)';
  writeFileSync(
    wrapper,
    `import { spawn } from 'node:child_process';\n` +
      `const child = spawn(process.execPath, ['-e', '${say}; setInterval(() => 0, 1000)'], { stdio: 'inherit' });\n` +
      `${say}; process.stdin.once('data', () => void import('node:dgram').then(({ createSocket }) =>\n` +
      `  createSocket('udp4').send('x', Number(process.argv[2]))));\n`,
  );
  const pids = (text: string): string[] => Array.from(text.matchAll(/pid (\d+)/g), ([, pid]) => pid ?? '');
  // The first two belong to the trying out, which is not told of.
  const { code, err } = await kit(
    ['--check', 'v1-caller', '--verbose', '--patience', '60', '--', process.execPath, wrapper, '{port}'],
    (text) => pids(text).length === 2,
  );
  expect(code).toBe(143);
  expect(pids(err)).toHaveLength(2);
  // They have been killed; the system may take a moment.
  while (pids(err).some(alive)) await new Promise((later) => setTimeout(later, 10));
  expect(left()).toEqual([]);
});

test('--list shows every check with its section, and plays none', async () => {
  const { code, out } = await kit(['--list']);
  expect(code).toBe(0);
  expect(out).toMatch(/\nhello-bytes +1\.4 +`Log on` sends/);
  expect(out).toMatch(/\ndead +4\.2 +.* \(--slow\)\n/);
  expect(out).toMatch(/\nchallenge-second +3\.8 +.* \(not with --small\)\n/);
});
