/** Somebody logs on where no server is: what the network says of it is shown at once, and what is typed meanwhile gets its answer. */
import type { ClientEvent } from '../../transport/client';
import { LIMITS } from '../../machines/limits';
import { clientIn, Piper, Typist } from '../support/typist';
import { promises, SERVER, World } from '../support/world';

/** Longer than a datagram and its refusal take. */
const REFUSAL_MS = 5;

async function nobodyThere(): Promise<World> {
  const world = await World.open({ users: ['alice'], server: 'none' });
  world.network.host(SERVER.address, world.time.loop('machine without a server'));
  return world;
}

test('at a terminal, at once, and once for each attempt', async () => {
  const world = await nobodyThere();
  const { client, host } = clientIn(world, 'alice');
  const events: ClientEvent[] = [];
  client.on('trying', (event) => events.push(event));
  const alice = new Typist(client, host);
  alice.enter('Log on');
  world.advance(REFUSAL_MS);
  await promises();
  const seconds = Math.ceil(LIMITS.T_CHALLENGE_MS / 1000);
  const line = `no server answers at 10.0.0.1:4390; still trying for ${String(seconds)} s`;
  expect(alice.lines.slice(2)).toEqual([`(${line})`]);
  alice.enter('hello?');
  alice.enter('Chat bob');
  world.advance(LIMITS.T_CHALLENGE_MS);
  await promises();
  const waiting = 'Not connected: the log-on is not over yet: wait for it, or cancel it with Log off';
  expect(alice.lines.filter((shown) => !shown.includes(' > ')).slice(1)).toEqual([
    `(${line})`,
    waiting,
    waiting,
    expect.stringContaining('No answer from the server (nothing listens on UDP 10.0.0.1:4390'),
  ]);
  expect(events).toEqual([{ event: 'trying', code: 'no-server', line, seconds }]);
  alice.enter('Log on');
  world.advance(REFUSAL_MS);
  expect(events).toHaveLength(2);
  alice.terminal.leave();
});

test('at a pipe the end of the attempt is enough', async () => {
  const world = await nobodyThere();
  const { client, host } = clientIn(world, 'alice');
  const alice = new Piper(client, host);
  alice.write('Log on\n');
  world.advance(LIMITS.T_CHALLENGE_MS + REFUSAL_MS);
  expect(alice.lines).toEqual([expect.stringMatching(/^No answer from the server /)]);
  alice.runner.leave();
});
