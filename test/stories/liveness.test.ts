/** KEEPALIVE, dead connections, stalled processes (protocol 4.2, P13; faults 92, 111). */
import { LIMITS } from '../../machines/limits';
import { RawClient } from '../support/raw-client';
import { story } from '../support/world';

const users = ['A', 'B'] as const;
const { T_KEEPALIVE_MS, T_DEAD_MS } = LIMITS;

story('KEEPALIVE when nothing was written for 15 s, from both sides', { users }, (world) => {
  const [a] = world.connect('A');
  world.advance(T_KEEPALIVE_MS - 10);
  expect(world.spoken(a)).toEqual(['C CONNECT', 'S CONNECTED']);
  world.advance(20);
  expect(world.spoken(a).slice(2).sort()).toEqual(['C KEEPALIVE', 'S KEEPALIVE']);
  world.advance(3 * T_KEEPALIVE_MS);
  expect(world.spoken(a)).toHaveLength(2 + 2 * 4);
});

story('whoever writes needs no KEEPALIVE', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  for (let n = 0; n < 10; n++) {
    world.advance(T_KEEPALIVE_MS - 10);
    a.type('hello');
  }
  world.advance(10);
  expect(world.spoken(a)).not.toContain('C KEEPALIVE');
  expect(world.spoken(a)).toContain('S KEEPALIVE');
  expect(world.spoken(b)).not.toContain('S KEEPALIVE');
});

story('an hour of silence in a chat: nobody is taken for dead', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  world.advance(3_600_000);
  expect([a.isInChat, b.isInChat]).toEqual([true, true]);
});

story('92: A loses the network in a chat: both learn of it within T_DEAD', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  a.link.cut();
  world.advance(T_DEAD_MS - 20);
  expect([a.look(), b.look()]).toEqual([[], []]);
  world.advance(40);
  expect([a.look(), b.look()]).toEqual([['Chat ended', 'Connection lost'], ['Chat ended']]);
  expect(world.server.log.of('disconnected').map(({ fields }) => fields.cause)).toEqual(['dead']);
});

story('a client that says nothing at all is dead after 45 s, however long it stays connected', { users }, (world) => {
  const silent = new RawClient(world, 'A').logOn();
  const connected = world.time.now;
  world.until(() => silent.isOver, T_DEAD_MS + 100);
  expect(Math.abs(world.time.now - connected - T_DEAD_MS)).toBeLessThan(30);
  expect(silent.look()).toEqual(['CONNECTED', 'KEEPALIVE', 'KEEPALIVE']);
  silent.leave();
});

story('bytes that are no record do not keep a connection alive', { users, peers: 'hostile' }, (world) => {
  const dribbling = new RawClient(world, 'A').logOn();
  for (let n = 0; n < 50 && !dribbling.isOver; n++) {
    // The first bytes of a record of 4178.
    dribbling.write(Buffer.from(n === 0 ? [0x10, 0x50] : [0]));
    world.advance(1_000);
  }
  expect(dribbling.isOver).toBe(true);
  expect(world.server.log.of('disconnected').map(({ fields }) => fields.cause)).toEqual(['dead']);
  dribbling.leave();
});

const PATIENT = { T_DEAD_MS: 1_000_000 };
const patientClients = { users, clientLimits: PATIENT };
const patient = { users, limits: PATIENT };
const patientServer = { users, limits: PATIENT, clientLimits: { T_DEAD_MS } };

story(
  'a server that stood still for a minute reads its input before it takes anybody for dead',
  patientClients,
  (world) => {
    const [a, b] = world.chat('A', 'B');
    world.server.loop.freeze();
    world.advance(50_000);
    a.type('are you there?');
    world.advance(10_000);
    world.server.loop.thaw();
    world.advance(10);
    expect([a.isInChat, b.isInChat, b.look()]).toEqual([true, true, ['A: are you there?']]);
  },
);

story('a client that stood still for a minute, with KEEPALIVEs to read', patientServer, (world) => {
  const [a] = world.connect('A');
  a.loop.freeze();
  world.advance(60_000);
  a.loop.thaw();
  world.advance(10);
  expect([a.isConnected, a.look()]).toEqual([true, []]);
});

story('a client that stood still for a minute, with nothing to read: dead', patientServer, (world) => {
  const [a] = world.connect('A');
  a.link.client.stall();
  a.loop.freeze();
  world.advance(60_000);
  a.loop.thaw();
  world.advance(10);
  expect(a.look()).toEqual(['Connection lost']);
});

story('T.GIVEUP and T.CONNECTING, too, look again after a stall', patient, (world) => {
  const a = world.user('A');
  a.type('Log on');
  world.advance(1);
  a.loop.freeze();
  // CHALLENGE arrives while the process stands still, for longer than T_CHALLENGE.
  world.advance(10_000);
  a.loop.thaw();
  world.advance(1);
  expect([a.status.connection, a.look()]).toEqual(['Wait for AUTH_SUCCESS.answering', []]);
  a.loop.freeze();
  world.advance(9_000);
  a.loop.thaw();
  world.advance(2);
  expect(a.status.connection).toMatch(/^Connecting/);
  world.until(() => a.status.connection === 'Connecting.awaiting');
  a.loop.freeze();
  world.advance(11_000);
  a.loop.thaw();
  world.advance(1);
  expect(a.look()).toEqual(['Connected']);
});

story('KEEPALIVE does not touch the activity timer', { users }, (world) => {
  const [a] = world.connect('A');
  world.advance(LIMITS.T_ACTIVITY_MS + 100);
  expect(world.spoken(a).filter((said) => said === 'S KEEPALIVE').length).toBeGreaterThan(15);
  expect(a.look()).toEqual(['You will be logged off soon', 'Logged off: no activity']);
});

const quiet = { users, limits: { T_KEEPALIVE_MS: 0, T_DEAD_MS: 10_000_000 } };

story('T_KEEPALIVE = 0: a trace with the messages of the assignment only', quiet, (world) => {
  const [a, b] = world.chat('A', 'B');
  world.advance(1_000_000);
  expect([world.spoken(a), world.spoken(b)].flat()).not.toContain('S KEEPALIVE');
  expect([a.isInChat, b.isInChat]).toEqual([true, true]);
});

story('111: FIN without CLOSE: Connection lost, logged as truncated', { users }, (world) => {
  const rude = new RawClient(world, 'A').logOn();
  const [b] = world.connect('B');
  b.type('Chat A');
  world.advance(10);
  rude.end();
  expect(b.look()).toEqual(['Chat started', 'Chat ended']);
  expect(world.server.log.of('disconnected').map(({ fields }) => [fields.client, fields.cause])).toEqual([
    ['A', 'truncated'],
  ]);
  expect(rude.tcp).toBe('closed');
  rude.leave();
});
