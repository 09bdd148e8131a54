/**
 * Charts of real runs: server and client processes with --trace, and parley-chart on what they wrote. The chart of V1 is the
 * assignment's; no trace holds a key or a text.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messagesOf, chartOf, type Chart } from '../../diagrams/chart/chart';
import { readTraces } from '../../diagrams/trace/reader';
import type { Actor, Stage } from '../../bin/demo/stage';
import { a3, a8 } from '../../transport/security/hashes';
import { BadNetwork } from '../binaries/proxy';
import { both, history, limits, logOn, PATIENT, readLines, say, seeds, stages, startChat } from '../binaries/support';

const open = stages();
const networks: BadNetwork[] = [];
afterEach(() => networks.splice(0).forEach((network) => network.close()));

/** The sequence chart of the connection phase (spec section 6). */
const ASSIGNMENT = [
  'client -> server udp HELLO',
  'server -> client udp CHALLENGE',
  'client -> server udp RESPONSE',
  'server -> client udp AUTH_SUCCESS encrypted',
  'client -> server tcp CONNECT encrypted',
  'server -> client tcp CONNECTED encrypted',
];
const TEXTS = ['what alice says to bob is theirs', 'bob answers with words of his own'] as const;
const NAMES = ['server', 'alice', 'bob'] as const;

function brief(chart: Chart): string[] {
  return messagesOf(chart).map(({ from, to, over, name, sealed }) =>
    [`${from.role} -> ${to.role} ${over} ${name}`, ...(sealed ? ['encrypted'] : [])].join(' '),
  );
}

interface Played {
  readonly stage: Stage;
  readonly files: readonly string[];
}

async function playV1(server: readonly string[] = [], client: readonly string[] = [], seed?: number): Promise<Played> {
  const stage = await open(undefined, client);
  await stage.subscribe('alice', 'bob');
  const { udp } = await stage.startServer('--trace', 'server.trace', '--keylog', 'server.keys', ...server);
  const network = seed === undefined ? undefined : await BadNetwork.open(udp, seed);
  if (network) networks.push(network);
  const through = network ? ['--server', `127.0.0.1:${String(network.port)}`] : [];
  const start = (id: string): Actor => stage.client(id, ...through, '--trace', `${id}.trace`);
  const [alice, bob] = [start('alice'), start('bob')];
  await logOn(alice);
  await logOn(bob);
  await startChat(alice, bob);
  await say(alice, bob, TEXTS[0]);
  await say(bob, alice, TEXTS[1]);
  alice.type('End chat');
  await both(alice, bob, 'Chat ended');
  await history(alice, 'bob');
  alice.type('Log off');
  await alice.shows('Disconnected');
  await stage.finish();
  return { stage, files: NAMES.map((name) => join(stage.folder, `${name}.trace`)) };
}

test("the connection phase of V1 is the assignment's six messages in its order, for each client", async () => {
  const { stage, files } = await playV1([], PATIENT);
  const traces = readTraces(files);
  for (const client of ['alice', 'bob']) {
    const chart = chartOf(traces, { phase: 'connection', clients: [client] });
    expect(brief(chart)).toEqual(ASSIGNMENT);
    expect(messagesOf(chart).every(({ fate, repetition }) => fate === 'arrived' && repetition === 0)).toBe(true);
    expect(chart.lifelines.map(({ name }) => name)).toEqual([client, 'Server']);
  }
  const whole = chartOf(traces);
  expect(whole.warnings).toEqual([]);
  expect(whole.lifelines.map(({ name }) => name)).toEqual(['alice', 'Server', 'bob']);
  const names = messagesOf(whole).filter(({ name }) => !/KEEPALIVE|CLOSE/.test(name));
  expect(names.slice(12).map(({ label }) => label)).toEqual([
    'CHAT_REQUEST(bob)',
    ...['CHAT_STARTED(1, bob)', 'CHAT_STARTED(1, alice)'],
    ...TEXTS.flatMap((text) => Array<string>(2).fill(`CHAT(1, ${String(text.length)} bytes)`)),
    ...['END_REQUEST(1)', 'END_NOTIF(1)'],
    'HISTORY_REQ(bob)',
    ...TEXTS.map((text, i) => `HISTORY_RESP(1, ${i === 0 ? 'alice' : 'bob'}, ${String(text.length)} bytes)`),
    'HISTORY_END(bob, 2)',
  ]);
  expectClosed(stage, files);
});

test.each(seeds(1))('over a bad network the chart shows what happened to datagrams (seed %i)', async (seed) => {
  const hasty = limits({ T_RETRY_MS: '100,100,100,100,100', T_FAIL_HOLD_MS: 50 });
  const { stage, files } = await playV1([], hasty, seed);
  const chart = chartOf(readTraces(files), { phase: 'connection' });
  const messages = messagesOf(chart);
  const done = networks[0]?.done;
  const notes = chart.rows.flatMap(({ parts }) => parts.flatMap(({ item }) => (item.kind === 'note' ? item : [])));
  const lost = messages.filter(({ fate }) => fate === 'lost').length;
  // What came after the end of an attempt was not read either, and a doubled datagram may stand for a lost one.
  if ((done?.dropped ?? 0) > (done?.doubled ?? 0)) expect(lost).toBeGreaterThan(0);
  const repeated = messages.filter(({ from, repetition }) => from.role === 'client' && repetition > 0).length;
  // A client repeats when its timer expires, and several candidates at once.
  const expired = notes.filter(({ about, words }) => about === 'timer' && words.startsWith('Retry')).length;
  expect(repeated).toBeGreaterThanOrEqual(expired);
  expect(repeated > 0).toBe(expired > 0);
  for (const { sent, received } of messages) {
    if (sent && received) expect(received.at).toBeGreaterThan(sent.at);
  }
  expectClosed(stage, files);
});

/** No key that was used, no response to a challenge, no text; and nobody but the owner reads the file. */
function expectClosed(stage: Stage, files: readonly string[]): void {
  const secrets = secretsOf(stage);
  expect(secrets.length).toBeGreaterThan(4);
  for (const file of files) {
    const content = readFileSync(file, 'utf8');
    expect(content.length).toBeGreaterThan(1000);
    expect(secrets.filter((secret) => content.includes(secret))).toEqual([]);
    expect(TEXTS.filter((text) => content.includes(text) || content.includes(text.slice(0, 12)))).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
  // The search finds them where they are.
  const kept = readdirSync(stage.folder).filter((name) => /\.keys?$/.test(name));
  const all = kept.map((name) => readFileSync(join(stage.folder, name), 'latin1')).join('\n');
  expect(secrets.some((secret) => all.includes(secret))).toBe(true);
}

/** K_A, what it makes of every rand that is known, and the traffic keys: the beginning and the end of each, as text. */
function secretsOf(stage: Stage): string[] {
  const keys = ['alice', 'bob'].map((id) =>
    Buffer.from(readFileSync(join(stage.folder, `${id}.key`), 'latin1').trim(), 'hex'),
  );
  const rands = networks.flatMap(({ rands: seen }) => seen);
  const derived = rands.flatMap((rand) =>
    keys.flatMap((key) => [Buffer.from(a3(rand, key)), Buffer.from(a8(rand, key))]),
  );
  const traffic = readLines(stage, 'server.keys').map((line) => Buffer.from(line.split(' ')[4] ?? '', 'hex'));
  return [...keys, ...derived, ...traffic, ...rands].flatMap((bytes) => [
    bytes.toString('hex').slice(0, 18),
    bytes.toString('hex').slice(-16),
    bytes.toString('base64').slice(0, 12),
  ]);
}

describe('the command', () => {
  interface Ended {
    readonly code: number | string;
    readonly out: string;
    readonly err: string;
  }
  type Run = (...args: readonly string[]) => Promise<Ended>;

  /** A folder with the golden traces, and what runs the command in it. */
  async function room(): Promise<{ folder: string; chart: Run }> {
    const stage = await open();
    for (const name of readdirSync(join(__dirname, 'golden'))) {
      writeFileSync(join(stage.folder, name), readFileSync(join(__dirname, 'golden', name)));
    }
    writeFileSync(join(stage.folder, 'damaged'), '{"format":"parley-trace"}\n');
    const chart: Run = async (...args) => {
      const actor = stage.start('parley-chart', 'parley-chart.js', args);
      const code = await actor.exit;
      return { code, out: `${actor.lines.join('\n')}\n`, err: actor.errors.join('\n') };
    };
    return { folder: stage.folder, chart };
  }
  const V1 = ['v1-alice.trace', 'v1-bob.trace', 'v1-server.trace'];

  test('text on standard output', async () => {
    const { chart } = await room();
    const { code, out, err } = await chart(...V1, '--phase', 'connection', '--client', 'alice');
    expect([code, err, out]).toEqual([0, '', readFileSync(join(__dirname, 'golden/v1-connection.txt'), 'utf8')]);
  });

  test('every format at once into files, coverage into a folder', async () => {
    const { folder, chart } = await room();
    const { code, err } = await chart(...V1, '--format', 'svg,png,pdf,mermaid,text', '--out', 'out/run.svg');
    expect([code, err]).toEqual([0, '']);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['run.mmd', 'run.pdf', 'run.png', 'run.svg', 'run.txt']);
    const beginning = (name: string): string => readFileSync(join(folder, 'out', name), 'latin1').slice(0, 6);
    expect(['run.svg', 'run.png', 'run.pdf'].map(beginning)).toEqual(['<svg x', '\x89PNG\r\n', '%PDF-1']);
    const coverage = await chart(...V1, '--coverage', '--out', 'cov', '--format', 'svg,png');
    expect([coverage.code, coverage.err]).toEqual([0, '']);
    expect(coverage.out).toMatch(/^client connection: 5 of 7 edges of the drawing, 6 of 75 of the machine$/m);
    expect(readdirSync(join(folder, 'cov'))).toHaveLength(20);
  });

  const FAILURES: readonly (readonly [args: readonly string[], sentence: string | RegExp])[] = [
    [['none.trace'], 'none.trace cannot be read (ENOENT)'],
    [['damaged'], 'damaged, line 1: "version" must be one of 1, not missing'],
    [[...V1, '--client', 'zed'], 'the traces tell nothing of zed, only of alice, bob'],
    [[...V1, '--out', 'v1-bob.trace'], '--out v1-bob.trace is one of the traces'],
    [[...V1, '--out', 'damaged/chart.svg'], /^parley-chart: damaged\/chart\.svg cannot be written \(E\w+\)$/],
    [[...V1, '--format', 'svg,text'], 'several formats need --out FILE'],
    [[...V1, '--format', 'json'], '--format json needs --coverage'],
    [[...V1, '--coverage', '--format', 'png'], 'drawings need --out FOLDER'],
  ];
  test('what the user can mend is one line', async () => {
    const { chart } = await room();
    for (const [args, sentence] of FAILURES) {
      const { code, err } = await chart(...args);
      expect([args, code]).toEqual([args, 1]);
      if (typeof sentence === 'string') expect(err).toBe(`parley-chart: ${sentence}`);
      else expect(err).toMatch(sentence);
    }
  });

  test('wrong use is one line', async () => {
    const { chart } = await room();
    for (const [args, sentence] of [
      [[...V1, '--format', 'gif'], /There is no format "gif"\. Formats: svg, png, pdf, mermaid, text, json\./],
      [[...V1, '--from', 'x'], /A number of seconds, not below 0\./],
      [[], /missing required argument 'trace'/],
    ] as const) {
      const { code, err } = await chart(...args);
      expect([args, code, err.split('\n').length]).toEqual([args, 2, 1]);
      expect(err).toMatch(sentence);
    }
  });

  test('traces of different runs: one line of warning, and a chart all the same', async () => {
    const { chart } = await room();
    const { code, out, err } = await chart(...V1, 'lossy-alice.trace');
    expect([code, err.split('\n').length]).toEqual([0, 1]);
    expect(err).toMatch(/^parley-chart: alice \(lossy-alice\.trace\) has no message in common/);
    expect(out).toContain('alice (2)');
  });
});
