/**
 * What the exploration of L-3 found (scenario H13), played with the real drivers and bytes: somebody on the path who sees a
 * CHALLENGE and is faster with a copy of it that has one more optional extension ends this attempt. Both copies carry the same
 * rand, so the client keeps the first one; its transcript then differs from the server's, and AUTH_SUCCESS never verifies.
 */
import { SERVER, story } from '../support/world';

const WAY_MS = 100;
/** An entry of the extension block that nobody knows and nobody has to know (protocol 1.7). */
const EXTENSION = Buffer.from([0x10, 1, 7]);
/** Where a datagram says how long it is (protocol 1.4). */
const LENGTH_AT = 6;

story(
  'a CHALLENGE altered on the way ends the attempt, and the next one succeeds',
  { users: ['A'], peers: 'hostile' },
  (world) => {
    const a = world.user('A');
    world.network.latency = () => WAY_MS;
    a.type('Log on');
    world.advance(WAY_MS + 10);
    const genuine = world.watch.sentDatagrams.findLast(({ name }) => name === 'CHALLENGE');
    const altered = Buffer.concat([genuine?.bytes ?? Buffer.alloc(0), EXTENSION]);
    altered.writeUInt16BE(altered.length, LENGTH_AT);
    const [port = 0] = a.host.udpPorts;
    world.network.inject(SERVER, { address: a.host.address, port }, altered, 10 - WAY_MS);
    world.until(() => a.isOffline, 30_000);
    expect(a.look()).toEqual(['No answer from the server']);
    a.type('Log on');
    world.until(() => a.isConnected, 30_000);
  },
);
