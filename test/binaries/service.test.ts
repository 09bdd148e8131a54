/** The server under a service manager: it says when it is ready, stays in the foreground, and ends on each signal in good order. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { scratch } from '../storage/files';
import { both, logOn, stages, startChat } from './support';

const SERVER = join(__dirname, '../../dist/bin/parley-server.js');
const path = scratch();
const running: ChildProcess[] = [];
afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

function started(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(command, args, {
    cwd: path(),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  return child;
}
async function line(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no output');
  const [first] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return first;
}

const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0;
/** Receives one datagram on the socket that it makes. */
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
print(s.recv(4096).decode().split()[0], flush=True)
`;
const possible = has('systemd-notify') && has('python3') ? test : test.skip;

possible('it tells systemd that it is ready (skipped without systemd-notify and python3)', async () => {
  const receiver = started('python3', ['-c', RECEIVER, path('notify')]);
  const lines = createInterface({ input: receiver.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('bound');
  const server = started(process.execPath, [SERVER, '--udp-port', '0'], { NOTIFY_SOCKET: path('notify') });
  expect(await line(server)).toMatch(/^parley-server ready/);
  expect((await lines.next()).value).toBe('READY=1');
});

test('it says so where systemd-notify is missing, and runs', async () => {
  const nowhere = { NOTIFY_SOCKET: path('notify'), PATH: path() };
  const server = started(process.execPath, [SERVER, '--udp-port', '0'], nowhere);
  const complaints = createInterface({ input: server.stderr as NodeJS.ReadableStream });
  for await (const complaint of complaints) {
    if (!/ error systemd-notify cannot be run; use Type=exec error=ENOENT$/.test(complaint)) continue;
    expect(server.exitCode).toBeNull();
    return;
  }
  throw new Error('it did not say so');
});

describe('signals', () => {
  const open = stages();
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends chats and server in good order', async (signal) => {
    const stage = await open();
    await stage.subscribe('alice', 'bob');
    const { process } = await stage.startServer();
    const [alice, bob] = [stage.client('alice'), stage.client('bob')];
    await logOn(alice, bob);
    await startChat(alice, bob);
    process.kill(signal);
    await both(alice, bob, 'Chat ended');
    expect(await process.exit).toBe(0);
  });
});

const unit = join(__dirname, '../../docs/operations/parley-server.service');
const analyze = has('systemd-analyze') ? test : test.skip;
analyze('systemd finds nothing wrong with the unit (skipped without systemd-analyze)', () => {
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  // The command is not installed where this is tested.
  const wrong = stderr
    .split('\n')
    .filter((text) => text.includes('parley-server.service') && !/is not executable/.test(text));
  expect(wrong).toEqual([]);
});

test('the unit does not restart a server whose settings are wrong', () => {
  expect(readFileSync(unit, 'utf8')).toMatch(/^RestartPreventExitStatus=2$/m);
  const { status } = spawnSync(process.execPath, [SERVER, '--check-config'], {
    cwd: path(),
    env: { ...process.env, PARLEY_UDP_PORT: 'x' },
  });
  expect(status).toBe(2);
});
