/** A store that fails and recovers (P2; fault 105), session numbers over restarts (P10; faults 115, 116). */
import { LIMITS } from '../../machines/limits';
import { story } from '../support/world';

const users = ['A', 'B', 'C', 'D'] as const;
const UNREACHABLE = 'Correspondent unreachable';

story(
  '105: nothing is relayed that is not stored; the session ends; new requests get UNREACHABLE; then all works',
  { users },
  (world) => {
    const [a, b] = world.chat('A', 'B');
    const [c, d] = world.chat('C', 'D');
    a.type('stored');
    world.advance(10);
    world.store.full = true;
    a.type('not stored', 'not stored either');
    b.type('nor this');
    world.advance(10);
    expect([a.look(), b.look()]).toEqual([['Chat ended'], ['A: stored', 'Chat ended']]);
    expect(world.spoken(a).at(-1)).toBe('S END_NOTIF(1, 4)');
    expect(world.spoken(b).at(-1)).toBe('S END_NOTIF(1, 4)');
    expect(world.server.log.of('texts could not be stored; their sessions end')).toHaveLength(1);
    // The chat that said nothing meanwhile goes on.
    expect([c.isInChat, d.isInChat]).toEqual([true, true]);
    a.type('Chat B');
    world.advance(10);
    expect(a.look()).toEqual([UNREACHABLE]);

    world.store.full = false;
    world.advance(LIMITS.T_STORE_RETRY_MS);
    expect(world.server.log.of('the store works again')).toHaveLength(1);
    a.type('Chat B');
    world.advance(10);
    a.type('again');
    world.advance(10);
    expect([a.look(), b.look()]).toEqual([['Chat started'], ['Chat started', 'A: again']]);
    expect(world.store.page('A', 'B', 0, 9).map(({ text }) => text)).toEqual(['stored', 'again']);
    expect(a.status.session).toBeGreaterThan(2);
  },
);

story('a real write is tried every 5 s, as long as it fails', { users }, (world) => {
  const [a] = world.chat('A', 'B');
  let probes = 0;
  const probe = world.store.probe.bind(world.store);
  world.store.probe = () => {
    probes++;
    probe();
  };
  world.store.full = true;
  a.type('not stored');
  world.advance(5 * LIMITS.T_STORE_RETRY_MS + 100);
  expect(probes).toBe(5);
  world.store.full = false;
  world.advance(5 * LIMITS.T_STORE_RETRY_MS);
  expect(probes).toBe(6);
});

story('the session has ended in the same turn: its unstored text is not shown', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  world.store.full = true;
  a.type('not stored', 'End chat');
  world.advance(10);
  expect([a.look(), b.look()]).toEqual([['Chat ended'], ['Chat ended']]);
});

story('two sessions fail in one turn, a list of what was stored goes on', { users }, (world) => {
  const [a, b] = world.chat('A', 'B');
  const [c, d] = world.chat('C', 'D');
  c.type('stored');
  world.advance(10);
  expect(d.look()).toEqual(['C: stored']);
  world.store.full = true;
  world.server.loop.freeze();
  a.type('not stored');
  c.type('not stored', 'History D');
  world.advance(10);
  world.server.loop.thaw();
  world.advance(10);
  expect([a.look(), b.look(), d.look()]).toEqual([['Chat ended'], ['Chat ended'], ['Chat ended']]);
  expect(c.look()).toEqual(['Chat ended', '<2> <from: C> <stored>', 'End of history (1 message)']);
});

story(
  'the reader is superseded in the turn in which the text cannot be stored: he is not shown it',
  { users },
  (world) => {
    const [a, b] = world.chat('A', 'B');
    const again = world.newUser('B');
    again.type('Log on');
    world.until(() => again.status.connection === 'Connecting.awaiting');
    // CONNECT arrives in 1 ms; the text before it, in the same turn.
    world.store.full = true;
    world.network.latency = () => 0;
    a.type('not stored');
    a.loop.turn();
    world.server.loop.freeze();
    world.advance(50);
    world.server.loop.thaw();
    world.advance(50);
    expect(b.look()).toEqual(['Chat ended', 'Logged on from elsewhere']);
    expect(again.look()).toEqual(['Connected']);
    expect(a.look()).toEqual(['Chat ended']);
  },
);

story(
  'the server is stopped in the turn in which the text cannot be stored: nobody is shown it',
  { users },
  async (world) => {
    const [a, b] = world.chat('A', 'B');
    world.store.full = true;
    const { loop } = world.server;
    loop.freeze();
    a.type('not stored');
    world.advance(10);
    // The signal comes after the text, before the end of the turn.
    let stopped: Promise<unknown> | undefined;
    loop.arrive(world.time.now, () => {
      stopped = world.signalServer();
    });
    loop.thaw();
    world.advance(3_000);
    expect(b.look()).toEqual(['Chat ended', 'Server shut down']);
    await stopped;
  },
);

story(
  'no session number can be reserved: UNREACHABLE, until one can',
  { users, limits: { SESSION_BLOCK: 2 } },
  (world) => {
    const [a, b] = world.chat('A', 'B');
    a.type('End chat', 'Chat B');
    world.advance(10);
    expect(a.status.session).toBe(2);
    world.store.full = true;
    a.type('End chat', 'Chat B');
    world.advance(10);
    expect(a.look()).toEqual(['Chat ended', 'Chat started', 'Chat ended', UNREACHABLE]);
    expect(world.server.log.of('no session number could be reserved')).toHaveLength(1);
    world.store.full = false;
    world.advance(LIMITS.T_STORE_RETRY_MS);
    a.type('Chat B');
    world.advance(10);
    expect([a.status.session, b.status.session]).toEqual([3, 3]);
  },
);

story('a number that was offered and not used is offered again', { users }, (world) => {
  const [a] = world.connect('A');
  for (let n = 0; n < 5; n++) {
    a.type('Chat B');
    world.advance(10);
  }
  expect(world.chat('A', 'B').map(({ status }) => status.session)).toEqual([1, 1]);
});

story(
  '115: the server is killed: Connection lost; afterwards numbers go on upwards, texts are in the history',
  { users },
  async (world) => {
    const [a, b] = world.chat('A', 'B');
    a.type('before');
    world.advance(10);
    world.crashServer();
    world.advance(10);
    expect([a.look(), b.look()]).toEqual([
      ['Chat ended', 'Connection lost'],
      ['A: before', 'Chat ended', 'Connection lost'],
    ]);
    await world.startServer();
    world.chat('A', 'B');
    expect(a.status.session).toBe(LIMITS.SESSION_BLOCK + 1);
    a.type('History B');
    world.advance(10);
    expect(a.look()).toEqual(['<1> <from: A> <before>', 'End of history (1 message)']);
  },
);

story('after a graceful stop, too, a start begins after the last reserved number', { users }, async (world) => {
  world.chat('A', 'B');
  await world.stopServer();
  await world.startServer();
  expect(world.chat('A', 'B').map(({ status }) => status.session)).toEqual([1_001, 1_001]);
});

story(
  '116: the server restarts between CHALLENGE and RESPONSE: AUTH_FAIL, and the next log-on works',
  { users },
  async (world) => {
    const a = world.user('A');
    world.network.latency = () => 100;
    a.type('Log on');
    world.advance(150);
    world.crashServer();
    await world.startServer();
    world.advance(1_000);
    expect(a.look()).toEqual(['Authentication failed']);
    world.connect('A');
  },
);
