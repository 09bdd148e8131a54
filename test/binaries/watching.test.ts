/** What a running server shows of itself: figures for Prometheus that name nobody, and parley-top for its owner alone. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Actor, Stage } from '../../bin/demo/stage';
import { METRICS } from '../../bin/watching/metrics';
import type { Status } from '../../bin/watching/status';
import { expectRefused } from './mistakes';
import { logOn, say, stages, startChat } from './support';

const open = stages();

interface Page {
  readonly status: number;
  readonly body: string;
}
function fetched(
  from: string | { socketPath: string; path: string },
  headers: Record<string, string> = {},
): Promise<Page> {
  return new Promise((resolve, reject) => {
    const told = (response: IncomingMessage): void => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    };
    const asked = typeof from === 'string' ? get(from, { headers }, told) : get({ ...from, headers }, told);
    asked.on('error', reject);
  });
}

/** Samples by name and labels. */
function samples(body: string): Map<string, number> {
  return new Map(
    body
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

async function watched(stage: Stage, ...args: readonly string[]): Promise<{ server: Actor; url: string }> {
  const { process } = await stage.startServer('--metrics', '127.0.0.1:0', '--status', 's.sock', ...args);
  const [, url = ''] = /(http:\S+)\/metrics$/.exec(await process.complains(/^parley-server metrics: /)) ?? [];
  return { server: process, url };
}

/** alice and bob in a chat, carol without. */
async function peopled(stage: Stage): Promise<{ alice: Actor; bob: Actor; carol: Actor }> {
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((id) => stage.client(id)) as [Actor, Actor, Actor];
  await logOn(alice, bob, carol);
  await startChat(alice, bob);
  await say(alice, bob, 'one');
  await say(bob, alice, 'two');
  return { alice, bob, carol };
}

test('figures for Prometheus are those of what happened, and name nobody', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob', 'carol');
  const { url } = await watched(stage);
  const before = samples((await fetched(`${url}/metrics`)).body);
  expect([before.get('parley_texts_total'), before.get('parley_clients{state="Active Chat"}')]).toEqual([0, 0]);
  await peopled(stage);
  const { status, body } = await fetched(`${url}/metrics`);
  const now = samples(body);
  expect(status).toBe(200);
  const wanted: Readonly<Record<string, number>> = {
    'parley_clients{state="Active Chat"}': 2,
    'parley_clients{state="Wait for CHAT_REQUEST"}': 1,
    'parley_connections{state="Connected"}': 3,
    'parley_sockets{phase="bound"}': 3,
    parley_connections_total: 3,
    parley_sessions_total: 1,
    parley_texts_total: 2,
    parley_commit_seconds_count: 2,
    parley_store_writable: 1,
    'parley_refused_total{fault="WrongMagic"}': 0,
  };
  for (const [name, value] of Object.entries(wanted)) expect([name, now.get(name)]).toEqual([name, value]);
  expect(now.get('parley_datagrams_total{direction="in"}')).toBeGreaterThanOrEqual(6);
  expect(now.get('parley_stream_bytes_total{direction="in"}')).toBeGreaterThan(3 * 122);
  expect(now.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  for (const { name } of METRICS) expect(body).toContain(`# TYPE ${name} `);
  expect(body).not.toMatch(/alice|bob|carol/);
});

test('bytes of a connection that is gone still count', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob', 'carol');
  const { url } = await watched(stage);
  const { carol } = await peopled(stage);
  const look = async (): Promise<Map<string, number>> => samples((await fetched(`${url}/metrics`)).body);
  const BYTES = 'parley_stream_bytes_total{direction="in"}';
  const before = await look();
  carol.type('Log off');
  await carol.shows('Disconnected');
  let after = await look();
  while (after.get('parley_sockets{phase="bound"}') !== 2) after = await look();
  expect(after.get(BYTES)).toBeGreaterThan(before.get(BYTES) ?? Infinity);
});

test('/healthz, other paths and other methods', async () => {
  const stage = await open();
  const { url } = await watched(stage);
  expect(await fetched(`${url}/healthz`)).toEqual({ status: 200, body: 'ok\n' });
  // Whom a page of elsewhere asks under a name of its own (DNS rebinding).
  expect((await fetched(`${url}/metrics`, { host: 'evil.example:9464' })).status).toBe(421);
  expect((await fetched(`${url}/metrics`, { host: 'localhost:9464' })).status).toBe(200);
  expect(await fetched(`${url}/status`)).toEqual({ status: 404, body: 'here are /metrics, /healthz\n' });
  expect((await fetched(`${url}/constructor`)).status).toBe(404);
});

test('parley-top shows who is connected, once, as text and as JSON', async () => {
  const stage = await open();
  await stage.subscribe('alice', 'bob', 'carol');
  const { server } = await watched(stage);
  expect(statSync(join(stage.folder, 's.sock')).mode & 0o777).toBe(0o600);
  await peopled(stage);
  const top = stage.start('top', 'parley-top.js', ['--status', 's.sock', '--once']);
  expect(await top.exit).toBe(0);
  const rows = top.lines.slice(5).map((line) =>
    line
      .replace(/\d\d:\d\d:\d\d/, 'T')
      .split(/\s+/)
      .slice(0, -4)
      .join(' '),
  );
  expect(rows).toEqual(['alice T Active Chat 1 bob', 'bob T Active Chat 1 alice', 'carol T Wait for CHAT_REQUEST']);
  expect(top.lines[1]).toMatch(/^3 connected {3}2 in a chat {3}0 logging on {3}sessions 1 {3}texts 2$/);
  const json = stage.start('top', 'parley-top.js', ['--status', 's.sock', '--json']);
  expect(await json.exit).toBe(0);
  const { pid, clients } = JSON.parse(json.lines.join('')) as Status;
  expect(pid).toBe(server.pid);
  expect(clients.map(({ id, peer }) => [id, peer]).sort()).toEqual([
    ['alice', 'bob'],
    ['bob', 'alice'],
    ['carol', null],
  ]);
  expect(JSON.stringify(clients)).not.toMatch(/one|two/);
});

test('the socket goes with its server; one left behind is taken over, one in use and a file are not', async () => {
  const stage = await open();
  const path = join(stage.folder, 's.sock');
  const { server } = await watched(stage);
  const second = stage.start('second', 'parley-server.js', [
    ...['--udp-port', '0', '--data', 'other.db', '--log-level', 'error', '--status', 's.sock'],
  ]);
  expect(await second.exit).toBe(1);
  expect(second.errors).toEqual(['parley-server: --status s.sock is in use by another server; name another file']);
  server.kill('SIGTERM');
  expect(await server.exit).toBe(0);
  expect(existsSync(path)).toBe(false);
  const killed = await watched(stage);
  killed.server.kill('SIGKILL');
  await killed.server.exit;
  expect(existsSync(path)).toBe(true);
  const again = await watched(stage);
  expect((await fetched({ socketPath: path, path: '/healthz' })).status).toBe(200);
  again.server.kill('SIGTERM');
  await again.server.exit;
  writeFileSync(path, 'precious');
  const last = stage.start('last', 'parley-server.js', [
    '--udp-port',
    '0',
    '--log-level',
    'error',
    '--status',
    's.sock',
  ]);
  expect(await last.exit).toBe(1);
  expect(last.errors).toEqual(['parley-server: --status s.sock is there already and no socket; name another file']);
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

test('a port in use, and a server that is not there, cost one line', async () => {
  const stage = await open();
  const busy = createServer();
  await new Promise<void>((bound) => busy.listen(0, '127.0.0.1', bound));
  const { port } = busy.address() as { port: number };
  const args = ['--udp-port', '0', '--log-level', 'error', '--metrics', `127.0.0.1:${String(port)}`];
  const server = stage.start('server', 'parley-server.js', args);
  expect(await server.exit).toBe(1);
  expect(server.errors).toEqual([
    `parley-server: --metrics 127.0.0.1:${String(port)} is in use; choose another address or port`,
  ]);
  busy.close();
  const top = stage.start('top', 'parley-top.js', ['--status', 'none.sock', '--once']);
  await expectRefused(
    top,
    1,
    /^parley-top: no figures from none\.sock \(ENOENT\): start the server with --status SOCKET/,
  );
  const odd = stage.start('server', 'parley-server.js', ['--metrics', 'here']);
  await expectRefused(odd, 2, /^parley-server: .*An address is HOST:PORT, such as 127\.0\.0\.1:9464/);
});

const outside = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4');
(outside ? test : test.skip)('on an address for others it warns (skipped without one)', async () => {
  const stage = await open();
  const { process } = await stage.startServer('--metrics', `${outside?.address ?? ''}:0`);
  await process.complains(/ warn --metrics can be read from other machines: put a firewall or a proxy/);
});

test('the dashboard shows every metric of ours, and no other', () => {
  const dashboard = readFileSync(join(__dirname, '../../docs/operations/grafana.json'), 'utf8');
  const shown = new Set(dashboard.match(/parley_[a-z_]+/g));
  expect([...shown].sort()).toEqual([...METRICS.map(({ name }) => name), 'parley_commit_seconds_bucket'].sort());
});
