/**
 * What a person can do wrong with parley-server and parley-client: it costs one clear line on standard error and a non-zero
 * exit code, with nothing on standard output.
 */
import { createSocket } from 'node:dgram';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Actor, Stage } from '../../bin/demo/stage';
import { expectRefused, file, key, nothing, type Prepare } from './mistakes';
import { stages } from './support';

const open = stages();

/** What both commands refuse alike; the name of the command comes before the sentence. */
const OPTIONS: readonly (readonly [readonly string[], RegExp])[] = [
  [['--loud'], /unknown option '--loud'/],
  [['--dmup', 'x'], /unknown option '--dmup' \(Did you mean --dump\?\)/],
  [['--dump'], /option '--dump <file>' argument missing/],
  [['--log-level', 'loud'], /'loud' is invalid. Allowed choices are error, warn, info, debug/],
  [['--log-format', 'xml'], /'xml' is invalid. Allowed choices are text, json/],
  [['--limit', 'COFFEE=5'], /There is no limit COFFEE. Limits: T_\w+_MS, /],
  [['--limit', 'T_DED_MS=5'], /There is no limit T_DED_MS; did you mean T_DEAD_MS\?/],
  [['--limit', 'toString=5'], /There is no limit toString/],
  [['--limit', 'T_DEAD_MS'], /T_DEAD_MS takes a number, not below 0/],
  [['--limit', 'T_DEAD_MS=-1'], /T_DEAD_MS takes a number, not below 0/],
  [['--limit', 'T_DEAD_MS=soon'], /T_DEAD_MS takes a number, not below 0/],
  [['--limit', 'T_DEAD_MS=1,2'], /T_DEAD_MS takes a number, not below 0/],
];
/** Of each program: what contradicts its other limits, and what belongs to the other program. */
const CONTRADICTIONS: Readonly<Record<'parley-server' | 'parley-client', readonly (readonly [string, RegExp])[]>> = {
  'parley-server': [
    ['T_RESPONSE_MS=16000', /T_RESPONSE_MS \(16000\) must be longer than T_CHALLENGE_MS \(8000\) and .*/],
    ['PUMP_QUEUE_BYTES=300', /PUMP_QUEUE_BYTES \(300\) must be at least 16384, or a list waits for room for ever/],
    ['SESSION_BLOCK=0', /SESSION_BLOCK \(0\) must be a whole number above 0/],
    ['T_LINGER_MS=3000000000', /T_LINGER_MS \(3000000000\) must be at most 2147483647 ms/],
  ],
  'parley-client': [
    ['T_FAIL_HOLD_MS=500', /T_FAIL_HOLD_MS \(500\) must be shorter than the first step of T_RETRY_MS \(500,.*/],
    ['T_CHALLENGE_MS=6000', /T_CHALLENGE_MS \(6000\) must be longer than the steps of T_RETRY_MS \(500,.*/],
    ['T_DEAD_MS=44999', /T_DEAD_MS \(44999\) must be at least three times T_KEEPALIVE_MS \(15000\), .*/],
    [
      'T_GUARD_MS=300000',
      /T_GUARD_MS \(300000\) must be above 0 and below T_ACTIVITY_MS \(300000\): .* leave it out .*/,
    ],
  ],
};
const ELSEWHERE = {
  'parley-server': ['T_ACTIVITY_MS=20000', /T_ACTIVITY_MS is a limit of each client, .*: give it to parley-client, /],
  'parley-client': [
    'MESSAGES_PER_SECOND=0',
    /MESSAGES_PER_SECOND is a limit of the server: give it to parley-server, /,
  ],
} as const;

describe.each([
  ['parley-server', []],
  ['parley-client', ['alice']],
] as const)('%s', (name, args) => {
  const start = (stage: Stage, ...more: readonly string[]): Actor =>
    stage.start(name, `${name}.js`, [...args, ...more]);
  const sentence = (what: RegExp): RegExp => new RegExp(`^${name}: (?:\\S.*)?${what.source}`);

  test('refuses options that are wrong', async () => {
    const stage = await open();
    await Promise.all(OPTIONS.map(([wrong, what]) => expectRefused(start(stage, ...wrong), 2, sentence(what))));
  });

  test('refuses limits that contradict each other', async () => {
    const stage = await open();
    await Promise.all(
      CONTRADICTIONS[name].map(([changed, what]) =>
        expectRefused(start(stage, '--limit', changed), 2, new RegExp(`^${name}: limits: ${what.source}$`)),
      ),
    );
  });

  test("refuses a limit that is the other program's, and says whose it is", async () => {
    const stage = await open();
    const [changed, what] = ELSEWHERE[name];
    await expectRefused(start(stage, '--limit', changed), 2, sentence(what));
  });

  test.each(['--dump', '--keylog', '--log-file', '--record'])(
    'refuses a file for %s that cannot be written',
    async (option) => {
      const stage = await open();
      await key(stage);
      await expectRefused(
        start(stage, option, 'missing/file', '--log-level', 'error'),
        1,
        new RegExp(`^${name}: missing/file cannot be written \\(ENOENT\\); make its directory first$`),
      );
      await expectRefused(
        start(stage, option, '.', '--log-level', 'error'),
        1,
        new RegExp(`^${name}: \\. is a directory; name a file in it$`),
      );
    },
  );

  test('refuses a key log that others can read, or that is no file', async () => {
    const stage = await open();
    await key(stage);
    const keys = join(stage.folder, 'open.keys');
    writeFileSync(keys, '');
    chmodSync(keys, 0o640);
    const refused = /: open\.keys is open to others \(mode 0640\): remove it, or chmod 600 it if nobody has it open$/;
    await expectRefused(start(stage, '--keylog', 'open.keys', '--log-level', 'error'), 1, refused);
    expect([readFileSync(keys, 'utf8'), statSync(keys).mode & 0o777]).toEqual(['', 0o640]);
    const dash = /: keys are written to a file only: give its name instead of -$/;
    await expectRefused(start(stage, '--keylog', '-', '--log-level', 'error'), 1, dash);
  });

  test('--help is no mistake', async () => {
    const stage = await open();
    const help = start(stage, '--help');
    expect(await help.exit).toBe(0);
    expect(help.errors).toEqual([]);
    expect(help.lines[0]).toMatch(new RegExp(`^Usage: ${name} `));
    for (const option of ['--dump', '--keylog', '--limit', '--log-format']) {
      expect(help.lines).toContainEqual(expect.stringContaining(`  ${option} <`));
    }
  });
});

describe('parley-server', () => {
  test.each([
    ['a word too many', ['now'], /^parley-server: too many arguments\. Expected 0 arguments but got 1\b/],
    ['a port that is none', ['--udp-port', '65536'], /'65536' is invalid\. A port is a number from 0 to 65535/],
    ['a port in words', ['--tcp-port', 'http'], /'http' is invalid\. A port is a number from 0 to 65535/],
    ['a mode of durability', ['--durability', 'some'], /'some' is invalid\. Allowed choices are normal, full/],
  ] as const)('refuses %s', async (_, wrong, what) => {
    const stage = await open();
    await expectRefused(stage.start('server', 'parley-server.js', wrong), 2, what);
  });

  const DATA: readonly (readonly [string, Prepare, readonly string[], RegExp])[] = [
    [
      'a directory',
      ({ folder }) => mkdirSync(join(folder, 'data')),
      ['data'],
      /^data is a directory; name another file$/,
    ],
    ['in no directory', nothing, ['no/data'], /^no\/data cannot be made: make the directory no first$/],
    ['below a file', file('data', ''), ['data/data'], /^data\/data cannot be used \(ENOTDIR\)$/],
    [
      'a text',
      file('data', 'Dear diary,\n'.repeat(100)),
      ['data'],
      /^data is not a database; name another file, or put back/,
    ],
    [
      'of SQLite, and of another program',
      foreign,
      ['data'],
      /^data is a database of another program; name another file$/,
    ],
    [
      'cut short',
      damaged((path) => truncateSync(path, 8192)),
      ['data'],
      /^data is damaged; put back a copy of it, or move/,
    ],
    ['with rubbish in the middle', damaged(scribble), ['data'], /^data is damaged; put back a copy of it, or move/],
  ];
  test.each(DATA)(
    'does not start on data that is %s, and leaves it as it is',
    async (_, prepare, [data = ''], what) => {
      const stage = await open();
      await prepare(stage);
      const path = join(stage.folder, data);
      const before = contentOf(path);
      const server = stage.start('server', 'parley-server.js', ['--udp-port', '0', '--data', data]);
      await expectRefused(server, 1, new RegExp(`^parley-server: ${what.source.slice(1)}`));
      expect(contentOf(path)).toEqual(before);
    },
  );

  const unreadable = process.getuid?.() === 0 ? test.skip : test;
  unreadable('does not start on data that it may not read (skipped for root, who may)', async () => {
    const stage = await open();
    await file('data', Buffer.alloc(4096), 0o000)(stage);
    const server = stage.start('server', 'parley-server.js', ['--udp-port', '0', '--data', 'data']);
    await expectRefused(server, 1, /^parley-server: data cannot be read \(EACCES\); check its mode and owner$/);
  });

  const busy: { close(): void }[] = [];
  afterEach(() => busy.splice(0).forEach((socket) => socket.close()));
  /** Without the warning that there are no subscribers. */
  const binding = (stage: Stage, ...args: readonly string[]): Actor =>
    stage.start('server', 'parley-server.js', ['--log-level', 'error', ...args]);

  test('says which port is in use', async () => {
    const stage = await open();
    const udp = createSocket('udp4');
    const tcp = createServer();
    busy.push(udp, tcp);
    await new Promise<void>((bound) => udp.bind(0, '127.0.0.1', bound));
    await new Promise<void>((bound) => tcp.listen(0, '127.0.0.1', bound));
    const [u, t] = [String(udp.address().port), String((tcp.address() as AddressInfo).port)];
    const inUse = (what: string, option: string): RegExp =>
      new RegExp(`^parley-server: ${what} is in use; choose another with ${option} or --host$`);
    await expectRefused(binding(stage, '--udp-port', u), 1, inUse(`UDP 127\\.0\\.0\\.1:${u}`, '--udp-port'));
    await expectRefused(
      binding(stage, '--udp-port', '0', '--tcp-port', t),
      1,
      inUse(`TCP 127\\.0\\.0\\.1:${t}`, '--tcp-port'),
    );
  });

  test('cannot listen on an address of another machine', async () => {
    const stage = await open();
    await expectRefused(
      binding(stage, '--host', '203.0.113.1'),
      1,
      /^parley-server: TCP 203\.0\.113\.1:0 cannot be bound \(EADDRNOTAVAIL\); choose another with --tcp-port or --host$/,
    );
  });

  test('warns if there are no subscribers yet, and runs', async () => {
    const stage = await open();
    const { process } = await stage.startServer();
    await process.complains(/ warn no subscribers yet: run parley-keys add ID /);
    process.kill('SIGTERM');
    expect(await process.exit).toBe(0);
    expect(statSync(join(stage.folder, 'parley.db')).mode & 0o777).toBe(0o600);
  });

  test('goes on when whoever read its output has gone', async () => {
    const stage = await open();
    await stage.subscribe('alice');
    const { process } = await stage.startServer('--dump', '-', '--log-level', 'debug');
    process.ignore();
    const alice = stage.client('alice');
    for (let n = 1; n <= 2; n++) {
      alice.type('Log on');
      await alice.shows('Connected');
      alice.type('Log off');
      await alice.shows('Disconnected');
    }
    process.kill('SIGTERM');
    expect(await process.exit).toBe(0);
  });
});

/** A database that SQLite made for somebody else: ours, with another application_id in its header. */
async function foreign(stage: Stage): Promise<void> {
  await damaged((path) => patch(path, 68, Buffer.from('else')))(stage);
}
/** A page in the middle holds nothing that belongs there. */
function scribble(path: string): void {
  const { size } = statSync(path);
  patch(path, Math.floor(size / 4096 / 2) * 4096, Buffer.alloc(4096, 0xa5));
}
function patch(path: string, at: number, bytes: Buffer): void {
  const content = readFileSync(path);
  bytes.copy(content, at);
  writeFileSync(path, content);
}
function damaged(harm: (path: string) => void): Prepare {
  return async (stage) => {
    await stage.subscribe('alice', 'bob');
    const path = join(stage.folder, 'data');
    copyFileSync(join(stage.folder, 'parley.db'), path);
    harm(path);
  };
}
function contentOf(path: string): Buffer | undefined {
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path) : undefined;
}
