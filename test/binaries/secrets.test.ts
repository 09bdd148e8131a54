/**
 * No secret in anything that is written (protocol 2.10; 7, number 120): a run with everything that happens to keys, every
 * output of every process, and a search for each secret in every form in which bytes are usually written. The key log is the
 * exception that was asked for; it is also where the traffic keys to search for come from.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from '../../bin/demo/stage';
import { a8 } from '../../transport/security/hashes';
import { BadNetwork } from './proxy';
import { both, history, limits, logOn, randomOf, readLines, say, seeds, stages, startChat } from './support';

const open = stages();
const networks: BadNetwork[] = [];
afterEach(() => networks.splice(0).forEach((network) => network.close()));

const IDS = ['alice', 'bob', 'carol'] as const;
const TEXTS = ['what alice says to bob is theirs', 'Grüße nur für alice'] as const;
const KEY_LINE =
  /^SBC1 [0-9a-f]{32} (?:auth [0-9a-f]{32} ([0-9a-f]{64})|(?:c2s|s2c) \d+ ([0-9a-f]{64}) ([0-9a-f]{24}))$/;
/** Files that may hold secrets. */
const KEPT = /\.key$|\.keys$|^parley\.db/;

interface Run {
  readonly stage: Stage;
  /** By name: everything written, to both outputs of each process and to files. */
  readonly outputs: ReadonlyMap<string, Buffer>;
  /** By name: 32 bytes each, or 12. */
  readonly secrets: ReadonlyMap<string, Buffer>;
}

/** Log-on over a bad network, chat, history, a wrong key, a take-over, a server that dies and one that comes back. */
async function run(seed: number): Promise<Run> {
  const stage = await open(undefined, [...limits({ T_RETRY_MS: '100,100,100,100,100', T_FAIL_HOLD_MS: 50 })]);
  await stage.subscribe(...IDS);
  const keys = new Map(IDS.map((id) => [`K_A of ${id}`, keyOf(stage, id)]));
  const random = randomOf(seed);
  const wrong = Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256)));
  keys.set('the wrong K_A', wrong);
  const dump = [
    '--dump',
    'server.dump',
    '--record',
    'server.record',
    '--keylog',
    'server.keys',
    '--log-level',
    'debug',
  ];
  const { process, udp } = await stage.startServer(...dump, '--log-format', 'json', '--log-file', 'server.log');
  const network = await BadNetwork.open(udp, seed);
  networks.push(network);
  const client = (id: string, name: string, form: string): Actor => {
    const log = ['--log-file', `${name}.log`, '--log-format', form, '--log-level', 'debug'];
    const more = ['--dump', `${name}.dump`, '--record', `${name}.record`, '--keylog', `${name}.keys`];
    return stage.client(id, '--server', `127.0.0.1:${String(network.port)}`, ...log, ...more);
  };
  const [alice, bob] = [client('alice', 'alice', 'json'), client('bob', 'bob', 'text')];
  await logOn(alice, bob);
  await startChat(alice, bob);
  await say(alice, bob, TEXTS[0]);
  await say(bob, alice, TEXTS[1]);
  await history(alice, 'bob');
  writeFileSync(join(stage.folder, 'carol.key'), `${wrong.toString('hex')}\n`);
  const carol = client('carol', 'carol', 'text');
  carol.type('Log on');
  await carol.shows('Authentication failed');
  const elsewhere = client('alice', 'elsewhere', 'text');
  await logOn(elsewhere);
  await alice.shows('Logged on from elsewhere');
  process.kill('SIGKILL');
  await both(elsewhere, bob, 'Connection lost');
  const again = ['--udp-port', String(udp), ...dump, '--log-format', 'text', '--decoy'];
  await stage.startServer(...again);
  await logOn(bob, alice);
  await history(bob, 'alice');
  for (const line of ['Help', 'Status', 'Chat carol']) bob.type(line);
  await bob.shows('Correspondent unreachable');
  stage.server.process.kill('SIGTERM');
  await both(alice, bob, 'Server shut down');
  for (const one of [alice, bob, carol, elsewhere]) {
    one.end();
    await one.exit;
  }
  return { stage, outputs: outputsOf(stage), secrets: new Map([...keys, ...derived(keys, network), ...logged(stage)]) };
}

function keyOf({ folder }: Stage, id: string): Buffer {
  return Buffer.from(readFileSync(join(folder, `${id}.key`), 'latin1').trim(), 'hex');
}
/** CK_A for every key and every rand that went by. */
function derived(keys: ReadonlyMap<string, Buffer>, { rands }: BadNetwork): [string, Buffer][] {
  expect(rands.length).toBeGreaterThan(4);
  const [...owners] = keys;
  return owners.flatMap(([owner, key]) =>
    rands.map((rand, n): [string, Buffer] => [`CK_A ${String(n)} of ${owner}`, Buffer.from(a8(rand, key))]),
  );
}
function logged(stage: Stage): [string, Buffer][] {
  return keyLines(stage, 'server.keys').flatMap(([key, iv], n): [string, Buffer][] => [
    [`traffic key ${String(n)}`, key],
    ...(iv ? [[`traffic IV ${String(n)}`, iv] as [string, Buffer]] : []),
  ]);
}
/** Keys; with those of records their IVs. */
function keyLines(stage: Stage, file: string): [Buffer, Buffer?][] {
  return readLines(stage, file).map((line) => {
    const [, auth, key = auth ?? '', iv] = KEY_LINE.exec(line) ?? [];
    expect(key).not.toBe('');
    return [Buffer.from(key, 'hex'), ...(iv === undefined ? ([] as const) : ([Buffer.from(iv, 'hex')] as const))];
  });
}
function outputsOf(stage: Stage): Map<string, Buffer> {
  const files = readdirSync(stage.folder).filter((name) => !KEPT.test(name));
  return new Map([
    ...stage.all.map(({ name, bytes }, n): [string, Buffer] => [`${name} (${String(n)})`, Buffer.concat(bytes)]),
    ...files.map((name): [string, Buffer] => [name, readFileSync(join(stage.folder, name))]),
  ]);
}

/** Bytes as programs write them: whole, and their first and last eight or nine, in case they are cut. */
function formsOf(secret: Buffer): Buffer[] {
  const parts = [secret, secret.subarray(0, 9), secret.subarray(-8)];
  return parts.flatMap((part) => {
    const hex = part.toString('hex');
    const spaced = hex.replace(/..(?!$)/g, '$& ');
    const numbers = [...part].join(',');
    const base64 = part === parts[2] ? [] : [part.toString('base64').replace(/=+$/, ''), part.toString('base64url')];
    const texts = [hex, hex.toUpperCase(), spaced, spaced.toUpperCase(), numbers, [...part].join(', '), ...base64];
    return [part, ...texts.map((text) => Buffer.from(text))];
  });
}
function findings(outputs: ReadonlyMap<string, Buffer>, secrets: ReadonlyMap<string, Buffer>): string[] {
  return [...secrets].flatMap(([secret, bytes]) => {
    const forms = formsOf(bytes);
    const found = [...outputs].filter(([, output]) => forms.some((form) => output.includes(form)));
    return found.map(([name]) => `${secret} in ${name}`);
  });
}

test.each(seeds(1))('no key in any output, no text in any log (seed %i)', async (seed) => {
  const { stage, outputs, secrets } = await run(seed);
  const files = ['alice', 'bob', 'carol', 'elsewhere', 'server'].flatMap((name) =>
    ['dump', 'log', 'record'].map((kind) => `${name}.${kind}`),
  );
  const screens = ['alice (2)', 'alice (5)', 'bob (3)', 'carol (4)', 'parley-keys (0)', 'server (1)', 'server (6)'];
  expect([...outputs.keys()].sort()).toEqual([...files, ...screens].sort());
  for (const [name, output] of outputs) expect([name, output.length]).not.toEqual([name, 0]);
  expect(findings(outputs, secrets)).toEqual([]);
  expectNoTexts(outputs);
  expectKeyLogs(stage);
  expectSearchFinds(stage, secrets);
});

/** Screens, dumps and recordings hold what users wrote; a log must not. */
function expectNoTexts(outputs: ReadonlyMap<string, Buffer>): void {
  for (const [name, output] of outputs) {
    const isLog = /\.log$|^server \(|^parley-keys/.test(name);
    const held = TEXTS.filter((text) => [text, escaped(text)].some((form) => output.includes(form)));
    if (isLog) expect([name, held]).toEqual([name, []]);
    else if (/^(alice|bob)(\.dump|\.record| \([23]\))$/.test(name)) expect([name, held]).not.toEqual([name, []]);
  }
}
function escaped(text: string): string {
  return text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** They hold the keys of both directions, the same at both ends, for their owner alone, and whoever has one is told so. */
function expectKeyLogs(stage: Stage): void {
  const hex = (file: string): string[] => keyLines(stage, file).map(([key]) => key.toString('hex'));
  const all = new Set(hex('server.keys'));
  for (const name of ['alice', 'bob', 'elsewhere']) {
    const own = hex(`${name}.keys`);
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((key) => !all.has(key))).toEqual([]);
  }
  expect(hex('carol.keys')).toEqual([]);
  const files = readdirSync(stage.folder).filter((name) => name.endsWith('.keys'));
  for (const file of files) expect([file, statSync(join(stage.folder, file)).mode & 0o777]).toEqual([file, 0o600]);
  const clients = stage.all.filter(({ name }) => /^(alice|bob|carol)$/.test(name));
  for (const { errors } of clients) {
    expect(errors).toContainEqual(
      expect.stringMatching(/^parley-client: traffic keys are being written to \w+\.keys$/),
    );
  }
  for (const { errors } of stage.all.filter(({ name }) => name === 'server')) {
    expect(errors).toContain('parley-server: traffic keys are being written to server.keys');
  }
  expect(readLines(stage, 'server.log').filter((line) => line.includes('traffic keys are being written'))).toHaveLength(
    1,
  );
}

/** The search itself: it finds each key where it may be. */
function expectSearchFinds({ folder }: Stage, secrets: ReadonlyMap<string, Buffer>): void {
  const kept = new Map(
    readdirSync(folder)
      .filter((name) => KEPT.test(name))
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
  const found = findings(kept, secrets);
  for (const id of ['alice', 'bob']) expect(found).toContain(`K_A of ${id} in ${id}.key`);
  for (const id of IDS) expect(found.join('\n')).toMatch(new RegExp(`^K_A of ${id} in parley\\.db`, 'm'));
  expect(found).toContain('the wrong K_A in carol.key');
  expect(found).toContain('traffic key 0 in server.keys');
}
