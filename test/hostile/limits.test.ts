/** Floods against a server with the limits it has by default (protocol 3.6, 4.11; 7, 18). */
import { randomBytes } from 'node:crypto';
import { LIMITS } from '../../machines/limits';
import { encodeDatagram } from '../../transport/wire/datagrams';
import { FULL, GROWTH_KB, LIARS, scene, sourceOf } from './support';

const it = scene([]);
const hello = (): Buffer => encodeDatagram(randomBytes(16), { type: 'HELLO', ver: { min: 1, max: 1 }, id: LIARS[0] });
const stray = (): Buffer =>
  encodeDatagram(randomBytes(16), { type: 'RESPONSE', id: 'x', res: randomBytes(32), rand: randomBytes(32) });
/** Everybody else is another source; loopback has many on Linux only. */
const onLinux = process.platform === 'linux' ? test : test.skip;

const TYPE_AT = 5;
const CHALLENGE = 2;
const FLOOD = FULL ? 100_000 : 5_000;
onLinux(`7-18 ${String(FLOOD)} HELLOs from one source: that source is limited, others are served`, async () => {
  const flooder = await it.stranger(sourceOf(250));
  const began = Date.now();
  for (let n = 0; n < FLOOD; n++) await flooder.send(hello());
  const honest = it.stage.client(LIARS[1]);
  honest.type('Log on');
  await honest.shows('Connected');
  const seconds = (Date.now() - began) / 1_000;
  const allowed = LIMITS.HELLO_BURST + Math.ceil(seconds * LIMITS.HELLOS_PER_SECOND);
  // To the others RETRY says what they have to do.
  const challenges = flooder.inbox.items.filter((bytes) => bytes[TYPE_AT] === CHALLENGE);
  expect(challenges.length).toBeLessThanOrEqual(allowed);
  await it.counted('TooManyHellos');
  honest.type('Quit');
  expect(await honest.exit).toBe(0);
});

const SOURCES = FULL ? 100 : 20;
onLinux('7-133 strays from many sources: at most AUTH_FAIL_PER_SECOND answers a second', async () => {
  const sockets = await Promise.all(Array.from({ length: SOURCES }, (_, n) => it.stranger(sourceOf(n))));
  const began = Date.now();
  for (let n = 0; n < 100; n++) await Promise.all(sockets.map((socket) => socket.send(stray())));
  await it.counted('TooManyAuthFails');
  const seconds = (Date.now() - began) / 1_000;
  const answers = sockets.reduce((sum, { inbox }) => sum + inbox.items.length, 0);
  // A second's worth at once, then the rate.
  expect(answers).toBeLessThanOrEqual(Math.ceil((1 + seconds) * LIMITS.AUTH_FAIL_PER_SECOND));
  expect(answers).toBeGreaterThan(0);
});

const RUBBISH = FULL ? 100_000 : 5_000;
onLinux(
  `7-134 ${String(RUBBISH)} rubbish datagrams and sockets at once: bounded memory, the chat goes on`,
  async () => {
    const before = it.residentKb;
    const sockets = await Promise.all(Array.from({ length: 10 }, (_, n) => it.stranger(sourceOf(n + 300))));
    const pour = async (): Promise<void> => {
      for (let n = 0; n < RUBBISH / 10; n++) await Promise.all(sockets.map((s) => s.send(randomBytes(n % 600))));
    };
    const connect = async (): Promise<void> => {
      for (let n = 0; n < 100; n++) {
        const tcp = await it.caller(sourceOf(n));
        await tcp.write(randomBytes(1 + n));
        await tcp.over();
      }
    };
    await Promise.all([pour(), connect(), it.chat()]);
    expect(it.residentKb - before).toBeLessThan(GROWTH_KB);
  },
);
