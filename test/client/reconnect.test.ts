/** Logging on again by itself (protocol 4.10): after which ends, after how long, and that it can be stopped. */
import Database from 'libsql';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '../../machines/limits';
import type { ClientEvent, FaultCode } from '../../transport/client';
import { Reconnect } from '../../transport/client/reconnect';
import type { Clock } from '../../machines/ports';
import { houses, record } from './support';

const open = houses();
const failed = (event: 'disconnected' | 'logOnFailed', code: FaultCode): ClientEvent =>
  event === 'disconnected'
    ? { event: 'disconnected', code, line: '', advice: '' }
    : { event: 'logOnFailed', code, line: '', advice: '' };
/** Nothing comes due. */
const clock: Clock = {
  now: () => 0,
  wall: () => 0,
  setTimeout: () => 1,
  clearTimeout: () => undefined,
  setImmediate: () => undefined,
};

function reconnect(fraction: number) {
  const logOn = jest.fn();
  const random = { bytes: (n: number) => new Uint8Array(n), fraction: () => fraction };
  return { logOn, it: new Reconnect({ clock, random, limits: LIMITS, logOn }) };
}

test('after a connection that was lost, too slow or ended by a shutdown, and no other', () => {
  const codes: readonly FaultCode[] = [
    ...(['lost', 'slow', 'shut-down'] as const),
    ...([
      'log-off',
      'no-activity',
      'elsewhere',
      'removed',
      'protocol',
      'damaged',
      'server-error',
      'closed-by-server',
    ] as const),
  ];
  const again = codes.filter((code) => reconnect(0.5).it.after(failed('disconnected', code)) !== undefined);
  expect(again).toEqual(['lost', 'slow', 'shut-down']);
});

test('a log-on that the user began is not repeated', () => {
  expect(reconnect(0.5).it.after(failed('logOnFailed', 'no-server'))).toBeUndefined();
});

test('the bound doubles from 1 s to 30 s; a try that is refused is the last', () => {
  const { it } = reconnect(1);
  const delays = [it.after(failed('disconnected', 'lost'))?.delay];
  for (const code of ['no-server', 'no-answer', 'connection-failed', 'unknown-name', 'no-answer'] as const)
    delays.push(it.after(failed('logOnFailed', code))?.delay);
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000]);
  expect(it.after(failed('logOnFailed', 'wrong-key'))).toBeUndefined();
  expect(it.after(failed('logOnFailed', 'no-answer'))).toBeUndefined();
  const { it: eager } = reconnect(0);
  expect(eager.after(failed('disconnected', 'lost'))).toMatchObject({
    delay: 0,
    attempt: 1,
    line: 'Logging on again at once (try 1)',
  });
});

test('a client comes back to a server that was restarted, and a log-off stops it', async () => {
  const house = await open(['alice']);
  const limits = {
    T_RECONNECT_MS: 20,
    T_RECONNECT_MAX_MS: 100,
    T_RETRY_MS: [40, 40, 40, 40, 40],
    T_FAIL_HOLD_MS: 20,
    T_CHALLENGE_MS: 300,
    T_AUTH_MS: 300,
  };
  const alice = house.client('alice', { reconnect: true, limits });
  const told = record(alice);
  await alice.logOn();
  const port = String(house.stage.server.udp);
  const tried = alice.next('reconnecting', ({ attempt }) => attempt === 2);
  house.stage.server.process.kill('SIGKILL');
  await tried;
  const back = alice.next('connected');
  await house.stage.startServer('--udp-port', port);
  await back;
  expect(told.find(({ event }) => event === 'disconnected')).toMatchObject({ code: 'lost' });
  const again = alice.next('reconnecting');
  house.stage.server.process.kill('SIGTERM');
  await again;
  await alice.logOff();
  expect([alice.state, alice.willReconnect]).toEqual(['Offline', false]);
});

test('a database that was put back gives session numbers again: who calls then reads nothing that was for another', async () => {
  const house = await open(['alice', 'bob', 'mallory']);
  const limits = { T_RECONNECT_MS: 20, T_RECONNECT_MAX_MS: 100 };
  const [alice, bob] = [house.client('alice', { reconnect: true, limits }), house.client('bob')];
  await Promise.all([alice.logOn(), bob.logOn()]);
  const database = join(house.stage.folder, 'parley.db');
  const started = alice.next('chatStarted');
  // A copy from before the first number was reserved.
  const before = join(house.stage.folder, 'before.db');
  const copying = new Database(database);
  copying.exec(`VACUUM INTO '${before}'`);
  copying.close();
  await bob.chat('alice');
  const chat = await started;
  const port = String(house.stage.server.udp);
  const lost = alice.next('disconnected');
  house.stage.server.process.kill('SIGKILL');
  await lost;
  for (const end of ['', '-wal', '-shm']) rmSync(`${database}${end}`, { force: true });
  copyFileSync(before, database);
  const back = alice.next('connected');
  await house.stage.startServer('--udp-port', port);
  await back;
  const mallory = house.client('mallory');
  const read: string[] = [];
  mallory.on('text', ({ text }) => read.push(text));
  await mallory.logOn();
  const called = alice.next('chatStarted');
  await mallory.chat('alice');
  const other = await called;
  expect([other.session, other.peer]).toEqual([chat.session, 'mallory']);
  expect(() => alice.say(chat, 'for bob')).toThrow(expect.objectContaining({ code: 'chat-ended' }) as Error);
  alice.say(other, 'for mallory');
  await alice.confirm();
  await mallory.confirm();
  expect(read).toEqual(['for mallory']);
});
