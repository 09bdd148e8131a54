/**
 * What is forgotten after its time, and servers that stop or vanish in the middle (protocol 7, 25, 58, 110, 114, 116). The times are
 * short; a transition in the server's log says that one is over.
 */
import { limits } from '../binaries/support';
import { chat, lyingInChat } from './liar';
import { LIARS, scene, UNLIMITED } from './support';

const AUTH_FAIL = 5;
const OUTPUT_QUEUE_BYTES = 200_000;
const it = scene([
  ...UNLIMITED,
  '--log-level',
  'debug',
  ...limits({
    T_CHALLENGE_MS: 100,
    T_AUTH_MS: 100,
    T_CONNECTING_MS: 100,
    T_RESPONSE_MS: 400,
    T_COOKIE_MS: 600,
    MESSAGES_PER_SECOND: 0,
    CALLS_PER_MINUTE: 0,
    OUTPUT_QUEUE_BYTES,
  }),
]);

/** How often this event has moved a machine of the server. */
const count = (event: string): number => it.server.errors.filter((line) => line.includes(`event=${event} `)).length;
async function after(event: string): Promise<void> {
  const before = count(event);
  await it.until(event, () => count(event) > before);
}

test('7-25 RESPONSE after T_RESPONSE: AUTH_FAIL', async () => {
  const peer = await it.peer();
  await peer.askChallenge();
  await after('T.RESPONSE');
  const answer = await peer.udp.ask(peer.responseBytes());
  expect([answer[5], answer.length]).toEqual([AUTH_FAIL, 24]);
});

test('7-58 CONNECT after T_COOKIE: cut', async () => {
  const peer = await (await it.peer()).authenticate();
  await after('T.COOKIE');
  const tcp = await peer.openTcp();
  await tcp.write(peer.flight());
  await tcp.over();
  expect(tcp.received).toEqual([]);
  await it.counted('UnknownTag');
});

test('7-54 right tag and a wrong cookie twenty times: cut each time, and the attempt ends with T_COOKIE', async () => {
  const peer = await (await it.peer()).authenticate();
  const before = count('T.COOKIE');
  const flight = peer.flight({ type: 'CONNECT', cookie: Buffer.alloc(16) });
  for (let n = 0; n < 20; n++) {
    const tcp = await it.caller();
    await tcp.write(flight);
    await tcp.over();
    expect(tcp.received).toEqual([]);
  }
  await it.until('T.COOKIE', () => count('T.COOKIE') > before);
});

test('7-110 somebody stops reading while texts come: closed as too slow, and the writer is told', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  liar.tcp?.pause();
  const text = 'z'.repeat(4_096);
  const over = partner.reply();
  let told = false;
  void over.then(() => (told = true));
  // The kernel takes some megabytes of it.
  for (let n = 0; n < 4_000 && !told; n++) await partner.say({ type: 'CHAT', session, text });
  expect(await over).toEqual({ type: 'END_NOTIF', session, why: 2 });
  await it.until('the end of the connection', () =>
    it.server.errors.some((line) => /disconnected .*cause=slow/.test(line)),
  );
  liar.tcp?.reset();
});

test('7-116 the server is killed between CHALLENGE and RESPONSE: AUTH_FAIL of the next, and a new log-on works', async () => {
  const peer = await it.peer();
  await peer.askChallenge();
  it.server.kill('SIGKILL');
  await Promise.all([it.alice.shows('Connection lost'), it.bob.shows('Connection lost')]);
  await it.again();
  expect((await peer.udp.ask(peer.responseBytes()))[5]).toBe(AUTH_FAIL);
  await (await it.peer()).logOn();
});

test('7-114 SIGTERM with chats, pending attempts and sockets before CONNECT: CLOSE(3), exit 0', async () => {
  const { liar, partner, session } = await lyingInChat(it);
  const pending = await it.peer(LIARS[2]);
  await pending.askChallenge();
  const idle = await it.caller();
  it.server.kill('SIGTERM');
  expect([await liar.reply(), await partner.reply()]).toEqual([
    { type: 'END_NOTIF', session, why: 3 },
    { type: 'CLOSE', reason: 3 },
  ]);
  expect([await liar.reply(), await idle.over()]).toEqual([{ type: 'CLOSE', reason: 3 }, 'FIN']);
  liar.tcp?.close();
  partner.tcp?.close();
  expect(await it.server.exit).toBe(0);
  await Promise.all([it.alice.shows('Server shut down'), it.bob.shows('Server shut down')]);
  await it.again();
  await chat(await (await it.peer(LIARS[0])).logOn(), await (await it.peer(LIARS[1])).logOn());
});
