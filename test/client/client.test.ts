/** `parley/client` against the real server: what it does, tells and refuses (docs/client-api.md). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ChatClient, ClientError, type FaultCode } from '../../transport/client';
import { freePort, limits, UNSLOWED } from '../binaries/support';
import { failure, houses, record } from './support';

const open = houses();
/** Gives up after a second. */
const HASTY = { T_RETRY_MS: [100, 100, 100, 100, 100], T_FAIL_HOLD_MS: 50, T_CHALLENGE_MS: 1000, T_AUTH_MS: 1000 };

const broken = (code: FaultCode): unknown => expect.objectContaining({ name: 'ClientError', code });

test('log on, chat, history, log off: promises and events', async () => {
  const house = await open(['alice', 'bob']);
  const [alice, bob] = [house.client('alice'), house.client('bob')];
  const [told, heard] = [record(alice), record(bob)];
  await Promise.all([alice.logOn(), bob.logOn()]);
  expect(alice.state).toBe('Connected');
  expect(alice.activityLeft).toBeGreaterThan(0);
  const started = bob.next('chatStarted');
  const chat = await alice.chat('bob');
  expect(chat).toEqual({ session: 1, peer: 'bob' });
  await started;
  const read = bob.next('text', ({ text }) => text === 'two');
  alice.say(chat, 'one');
  alice.say(chat, 'two');
  expect(await read).toEqual({ event: 'text', session: 1, from: 'alice', text: 'two' });
  const lines = [
    { session: 1, from: 'alice', text: 'one', time: expect.any(Number) as number },
    { session: 1, from: 'alice', text: 'two', time: expect.any(Number) as number },
  ];
  expect(await bob.history('alice')).toEqual(lines);
  const ended = bob.next('chatEnded');
  alice.endChat();
  await ended;
  await alice.logOff();
  expect(alice.activityLeft).toBeNull();
  const at = (state: string, session: number | null = null, peer: string | null = null) => ({
    event: 'state',
    state,
    session,
    peer,
  });
  const off = { event: 'disconnected', code: 'log-off', line: 'Disconnected', advice: '' };
  expect(told).toEqual([
    at('Wait for Challenge'),
    at('Wait for AUTH_SUCCESS'),
    at('Connecting'),
    at('Connecting'),
    { event: 'connected', line: 'Connected' },
    at('Connected'),
    at('Wait for CHAT_STARTED'),
    { event: 'chatStarted', line: 'Chat started', session: 1, peer: 'bob', asked: true },
    at('Active Chat', 1, 'bob'),
    { event: 'chatEnded', line: 'Chat ended', session: 1, peer: 'bob' },
    at('Connected'),
    off,
    at('Offline'),
  ]);
  expect(heard.filter(({ event }) => event !== 'state')).toEqual([
    { event: 'connected', line: 'Connected' },
    { event: 'chatStarted', line: 'Chat started', session: 1, peer: 'alice', asked: false },
    { event: 'text', session: 1, from: 'alice', text: 'one' },
    { event: 'text', session: 1, from: 'alice', text: 'two' },
    ...lines.map((line) => ({ event: 'history', ...line })),
    {
      event: 'historyEnd',
      line: 'End of history (2 messages)',
      peer: 'alice',
      count: 2,
      complete: true,
      code: 'complete',
    },
    { event: 'chatEnded', line: 'Chat ended', session: 1, peer: 'alice', why: 'ended', reason: 'alice ended the chat' },
  ]);
});

test('texts that are poured out: drained, and confirmed when they stand in the history', async () => {
  const house = await open(['alice', 'bob'], ...UNSLOWED, ...limits({ OUTPUT_QUEUE_BYTES: 100_000_000 }));
  const [alice, bob] = [house.client('alice'), house.client('bob')];
  await expect(alice.confirm()).rejects.toEqual(broken('not-connected'));
  await Promise.all([alice.logOn(), bob.logOn()]);
  const chat = await alice.chat('bob');
  const told = record(alice);
  await alice.confirm();
  await alice.drained();
  expect(alice.congested).toBe(false);
  const text = 'x'.repeat(4000);
  let waited = 0;
  for (let i = 0; i < 1000; i++) {
    alice.say(chat, text);
    if (alice.congested) waited += 1;
    await alice.drained();
  }
  expect(waited).toBeGreaterThan(10);
  const confirmed = alice.confirm();
  expect(alice.status.history).toBe('Receiving');
  await expect(alice.confirm()).rejects.toEqual(broken('history-running'));
  alice.say(chat, 'not asked about');
  await confirmed;
  expect(alice.status.history).toBe('Idle');
  let stored = 0;
  await bob.readHistory('alice', () => void (stored += 1));
  expect(stored).toBeGreaterThanOrEqual(1000);
  await alice.confirm();
  const confirmations = [0, 1000, 1].map((texts) => ({ event: 'confirmed', texts, complete: true }));
  // Nobody has asked to see a list.
  expect(told).toEqual(confirmations);
  house.stage.server.process.kill('SIGSTOP');
  const lost = alice.confirm();
  house.stage.server.process.kill('SIGKILL');
  await expect(lost).rejects.toEqual(broken('lost'));
  expect(told.map(({ event }) => event)).not.toContain('historyEnd');
});

test('every refusal is an error with a code, and says what to do', async () => {
  const house = await open(['alice', 'bob', 'carol']);
  const [alice, bob, carol] = [house.client('alice'), house.client('bob'), house.client('carol')];
  expect(await failure(alice.chat('bob'))).toEqual(broken('not-connected'));
  expect(() => alice.say({ session: 1, peer: 'bob' }, 'hello')).toThrow('Not connected: log on first');
  expect(() => alice.endChat()).toThrow(ClientError);
  const once = alice.logOn();
  expect(await failure(alice.logOn())).toEqual(broken('log-on-running'));
  await once;
  await alice.logOn();
  expect(await failure(alice.chat('bob'))).toEqual(broken('unreachable'));
  expect(await failure(alice.chat('alice'))).toEqual(broken('own-id'));
  expect(await failure(alice.chat('9'))).toEqual(broken('invalid-id'));
  expect(() => alice.say({ session: 1, peer: 'bob' }, 'hello')).toThrow(broken('chat-ended') as Error);
  await Promise.all([bob.logOn(), carol.logOn()]);
  const pending = alice.chat('bob');
  expect(await failure(alice.chat('carol'))).toEqual(broken('request-pending'));
  const chat = await pending;
  expect(await failure(alice.chat('carol'))).toEqual(broken('chat-running'));
  expect(await failure(carol.chat('bob'))).toEqual(broken('unreachable'));
  expect(() => alice.say(chat, 'x'.repeat(4097))).toThrow(
    'Message too long: 4097 bytes, at most 4096: send it in parts',
  );
  expect(() => alice.say(chat, 'a\tb')).toThrow('Message not allowed: control character: leave that out');
  const list = alice.history('bob');
  expect(await failure(alice.history('bob'))).toEqual(broken('history-running'));
  expect(await list).toEqual([]);
  await alice.close();
  expect(await failure(alice.logOn())).toEqual(broken('closed'));
  expect(await failure(alice.chat('bob'))).toEqual(broken('closed'));
});

test('what is waited for ends with the connection', async () => {
  const house = await open(['alice', 'bob']);
  const alice = house.client('alice');
  await alice.logOn();
  const waiting = failure(alice.next('chatStarted'));
  const told = failure(alice.next('text'));
  const gone = alice.next('disconnected');
  house.stage.server.process.kill('SIGTERM');
  expect([(await gone).code, await waiting, await told]).toEqual([
    'shut-down',
    broken('shut-down'),
    broken('shut-down'),
  ]);
  const never = failure(alice.next('connected'));
  await alice.close();
  expect(await never).toEqual(broken('closed'));
});

test('why a log-on failed: nobody there, name not known, ID not known, wrong key, cancelled', async () => {
  const house = await open(['alice', 'bob']);
  const nobody = house.client('alice', { server: `127.0.0.1:${String(await freePort())}`, limits: HASTY });
  expect(await failure(nobody.logOn())).toEqual(broken('no-server'));
  const nameless = house.client('alice', { server: 'nobody.invalid', limits: HASTY });
  expect(await failure(nameless.logOn())).toEqual(broken('unknown-name'));
  const key = join(house.stage.folder, 'alice.key');
  const stranger = house.client('stranger', { key, limits: HASTY });
  expect(await failure(stranger.logOn())).toEqual(broken('no-answer'));
  const impostor = house.client('bob', { key, limits: HASTY });
  expect(await failure(impostor.logOn())).toEqual(broken('wrong-key'));
  const hesitant = house.client('alice');
  const cancelled = failure(hesitant.logOn());
  await hesitant.logOff();
  expect(await cancelled).toEqual(broken('cancelled'));
});

test('the newer connection wins, and the older one says so', async () => {
  const house = await open(['alice']);
  const [first, second] = [house.client('alice'), house.client('alice')];
  await first.logOn();
  const ended = first.next('disconnected');
  await second.logOn();
  expect(await ended).toMatchObject({ code: 'elsewhere', line: 'Logged on from elsewhere' });
});

test('the activity timer warns, and then logs off', async () => {
  const house = await open(['alice']);
  const alice = house.client('alice', { limits: { T_ACTIVITY_MS: 1200, T_GUARD_MS: 1000 } });
  const told = record(alice);
  const ended = alice.next('disconnected');
  await alice.logOn();
  expect(await ended).toMatchObject({ code: 'no-activity' });
  expect(told).toContainEqual(
    expect.objectContaining({ event: 'warning', line: 'You will be logged off in 1 s', seconds: 1 }),
  );
});

test('a listener may ask for something at once; events stay in order', async () => {
  const house = await open(['alice', 'bob']);
  const [alice, bob] = [house.client('alice'), house.client('bob')];
  bob.on('chatStarted', (chat) => {
    bob.say(chat, 'welcome');
    bob.endChat();
  });
  const told = record(bob);
  await Promise.all([alice.logOn(), bob.logOn()]);
  const [ended] = await Promise.all([alice.next('chatEnded'), alice.chat('bob')]);
  expect(ended.peer).toBe('bob');
  const names = told.map((event) => (event.event === 'state' ? event.state : event.event));
  expect(names.slice(-4)).toEqual(['chatStarted', 'Active Chat', 'chatEnded', 'Connected']);
});

test('what cannot be meant is refused before anything is sent', async () => {
  const house = await open(['alice']);
  expect(() => house.client('9lives')).toThrow(broken('invalid-id') as Error);
  for (const server of ['', 'a:0', 'a:65536', 'a:1:2', '[::1', '::1]:4390'])
    expect(() => house.client('alice', { server })).toThrow(broken('invalid-server') as Error);
  const limited = (limits: object) => (): unknown => house.client('alice', { limits });
  expect(limited({ T_GUARD_MS: 0 })).toThrow(broken('invalid-limits') as Error);
  expect(limited({ MESSAGES_PER_SECOND: 0 })).toThrow('"MESSAGES_PER_SECOND" is a limit of the server: ');
  expect(limited({ T_ACTIVTY_MS: 20_000 })).toThrow('"T_ACTIVTY_MS" is no limit: a client has T_RETRY_MS, ');
  // Alone, as docs/client-api.md has it: T_GUARD follows.
  expect(limited({ T_ACTIVITY_MS: 20_000 })).not.toThrow();
  expect(() => house.client('alice', { key: 'nowhere.key' })).toThrow(broken('key') as Error);
  expect(() => house.client('alice', { key: new Uint8Array(32) })).toThrow(broken('key') as Error);
});

test('a client shows no key to whoever looks at it', async () => {
  const house = await open(['alice']);
  const hex = readFileSync(join(house.stage.folder, 'alice.key'), 'utf8').trim();
  const bytes = Buffer.from(hex, 'hex');
  const alice = house.client('alice', { key: bytes });
  await alice.logOn();
  const looked = inspect(alice, { depth: 12, showHidden: true }) + JSON.stringify(alice);
  expect(looked).not.toContain(hex);
  expect(looked).not.toContain([...bytes.subarray(0, 4)].join(', '));
  expect(looked.replaceAll(' ', '')).not.toContain(bytes.toString('hex', 0, 4));
});

test('the server by name, by IPv4 and by IPv6 address', () => {
  const seen = (server: string) => {
    const { address, port } = new ChatClient({ id: 'alice', server, key: Buffer.from(KEY, 'hex') }).server;
    return `${address} ${String(port)}`;
  };
  expect(['localhost', 'a.b:99', '127.0.0.1:1', '[::1]:7', '[fe80::1%eth0]', '::1', '2001:db8::7'].map(seen)).toEqual([
    'localhost 4390',
    'a.b 99',
    '127.0.0.1 1',
    '::1 7',
    'fe80::1%eth0 4390',
    '::1 4390',
    '2001:db8::7 4390',
  ]);
});
const KEY = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
