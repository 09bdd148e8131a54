/**
 * An altered CHALLENGE of the exploration (scenario H13), played with the real drivers and bytes: somebody on the path who sees a
 * CHALLENGE is faster with a copy of it that has one more optional extension. Both carry the same rand, so one RESPONSE answers
 * both; their transcripts differ, and AUTH_SUCCESS verifies under that of the genuine one, also if it is lost at first.
 */
import { played, SERVER } from '../support/world';

const WAY_MS = 100;
/** An entry of the extension block that nobody knows and nobody has to know (protocol 1.7). */
const EXTENSION = Buffer.from([0x10, 1, 7]);
/** Where a datagram says what it is and how long it is (protocol 1.4). */
const [TYPE_AT, LENGTH_AT] = [5, 6] as const;
const CHALLENGE = 2;

test.each([0, 1, 2])('a CHALLENGE is altered on the way, and the genuine one lost %i times: Connected', (lost) =>
  played({ users: ['A'], peers: 'hostile' }, (world) => {
    const a = world.user('A');
    let sent = 0;
    world.network.latency = () => WAY_MS;
    world.network.fate = ({ bytes }) => (bytes[TYPE_AT] === CHALLENGE && sent++ < lost ? [] : [{}]);
    a.type('Log on');
    world.advance(WAY_MS + 10);
    const genuine = world.watch.sentDatagrams.findLast(({ name }) => name === 'CHALLENGE');
    const altered = Buffer.concat([genuine?.bytes ?? Buffer.alloc(0), EXTENSION]);
    altered.writeUInt16BE(altered.length, LENGTH_AT);
    const [port = 0] = a.host.udpPorts;
    world.network.inject(SERVER, { address: a.host.address, port }, altered, 10 - WAY_MS);
    world.until(() => a.isOffline || a.isConnected, 30_000);
    expect(a.look()).toEqual(['Connected']);
  }),
);
