/** A server that may open few files says so when it starts, and turns away whom it cannot serve, so that it can still open its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Stage } from '../../bin/demo/stage';
import { OWN_FILES, openFilesFault, openFilesLimit, socketsIn } from '../../bin/open-files';
import { LIMITS } from '../../machines/limits';
import { scratch } from '../storage/files';
import { limits, logOn, stages } from './support';

const open = stages();
const path = scratch();
const processes: ChildProcess[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const process of processes.splice(0)) process.kill('SIGKILL');
});

const SERVER = join(__dirname, '../../dist/bin/parley-server.js');
const FILES = 256;
const LOW = / warn at most 256 files may be open, so 192 clients fit, .*: raise it with ulimit -n or LimitNOFILE=$/;

/** A real server under `ulimit -n`. @returns its ports, and the lines of its log as they come */
async function serverWithFewFiles(stage: Stage, ...args: readonly string[]) {
  const started = spawn(
    'sh',
    ['-c', `ulimit -n ${String(FILES)} && exec "$@"`, 'sh', process.execPath, SERVER, '--udp-port', '0', ...args],
    { cwd: stage.folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  processes.push(started);
  const logged: string[] = [];
  let look = (): void => undefined;
  createInterface({ input: started.stderr }).on('line', (line) => {
    logged.push(line);
    look();
  });
  const logs = (wanted: RegExp): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (logged.some((line) => wanted.test(line))) resolve();
      };
      look();
    });
  const ready = await new Promise<string>((resolve) =>
    createInterface({ input: started.stdout }).once('line', resolve),
  );
  const [, udp = '', tcp = ''] = /UDP .*:(\d+), TCP .*:(\d+)$/.exec(ready) ?? [];
  return { udp, tcp: Number(tcp), logged, logs };
}

test('it says at the start how many clients fit and what to raise, once, and it starts', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const { udp, logged, logs } = await serverWithFewFiles(stage);
  await logs(LOW);
  const alice = stage.client('alice', '--server', `127.0.0.1:${udp}`);
  await logOn(alice);
  expect(logged.filter((line) => line.includes(' warn '))).toEqual([expect.stringMatching(LOW)]);
});

test('it says nothing when all clients fit', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const { udp, logged } = await serverWithFewFiles(stage, ...limits({ CONNECTED_CLIENTS: 100, UNBOUND_SOCKETS: 92 }));
  await logOn(stage.client('alice', '--server', `127.0.0.1:${udp}`));
  expect(logged.filter((line) => line.includes(' warn '))).toEqual([]);
});

test('whoever comes when no more fit is turned away, which is logged; room is used again', async () => {
  const stage = await open();
  await stage.subscribe('alice');
  const patient = limits({ UNBOUND_PER_SOURCE: 0, T_PREFACE_MS: 600_000 });
  const { udp, tcp, logs } = await serverWithFewFiles(stage, ...patient);
  const turnedAway: Promise<unknown>[] = [];
  for (let n = 0; n < FILES; n++) {
    const socket = connect({ port: tcp, host: '127.0.0.1' }).on('error', () => undefined);
    sockets.push(socket);
    turnedAway.push(new Promise((closed) => socket.once('close', () => closed(socket))));
  }
  await logs(/ warn a connection was turned away: too many are open$/);
  await Promise.race(turnedAway);
  for (const socket of sockets.splice(0)) socket.destroy();
  await logOn(stage.client('alice', '--server', `127.0.0.1:${udp}`));
});

test('the limit is read as Linux writes it; elsewhere nothing is said', () => {
  const written = (soft: string): number | undefined => {
    writeFileSync(
      path('limits'),
      `Limit   Soft Limit  Hard Limit  Units\nMax open files            ${soft}   4096   files\n`,
    );
    return openFilesLimit(path('limits'));
  };
  expect([written('1024'), written('unlimited'), written('?'), openFilesLimit(path('none'))]).toEqual([
    1024,
    Infinity,
    undefined,
    undefined,
  ]);
});

test('exactly enough is enough', () => {
  const needed = LIMITS.CONNECTED_CLIENTS + LIMITS.UNBOUND_SOCKETS + OWN_FILES;
  expect(openFilesFault(needed, LIMITS)).toBeUndefined();
  expect(openFilesFault(needed - 1, LIMITS)).toContain(`it takes ${String(needed)}:`);
  expect([socketsIn(needed), socketsIn(Infinity), socketsIn(10)]).toEqual([needed - OWN_FILES, Infinity, 1]);
});
