/** What looks like a mistyped command is asked about before it goes to the partner, and the answer is for that chat only. */
import { clientIn, Piper, Typist } from '../support/typist';
import { promises, World } from '../support/world';
import type { User } from '../support/user';

/** Longer than a message takes to the server and on. */
const DELIVERY_MS = 5;
const limits = { CALLS_PER_MINUTE: 0, T_ACTIVITY_MS: 10_000_000 };
const ESCAPE = '\u001b';
const CTRL_C = '\u0003';

interface Room {
  readonly world: World;
  readonly bob: User;
  readonly mallory: User;
  readonly alice: Typist;
}
const open: Typist[] = [];
afterEach(() => {
  for (const { terminal } of open.splice(0)) terminal.leave();
});
async function room(): Promise<Room> {
  const world = await World.open({ users: ['alice', 'bob', 'mallory'], limits });
  const [bob, mallory] = world.connect('bob', 'mallory');
  const { client, host } = clientIn(world, 'alice');
  const alice = new Typist(client, host);
  open.push(alice);
  return { world, bob, mallory, alice };
}
async function chatting(): Promise<Room> {
  const it = await room();
  const { world, alice } = it;
  alice.enter('Log on');
  world.until(() => alice.client.status.connection === 'Connected');
  alice.enter('Chat bob');
  world.until(() => it.bob.isInChat);
  return it;
}
const textsOf = ({ lines }: User): string[] => lines.filter((line) => line.startsWith('alice: '));
const QUESTION = 'Send it to bob as a text? (y/n)';

test('a line that looks like a command is not sent without a y; else it is there to be mended', async () => {
  const it = await chatting();
  const { alice, world } = it;
  alice.enter('/msg bob hi');
  expect(alice.raw).toContain(QUESTION);
  // One who presses Enter again, types on or pastes has not answered.
  alice.press('\r');
  alice.press('yes');
  alice.paste('y');
  world.advance(DELIVERY_MS);
  expect(textsOf(it.bob)).toEqual([]);
  alice.press('y');
  world.advance(DELIVERY_MS);
  expect(textsOf(it.bob)).toEqual(['alice: /msg bob hi']);
  for (const no of ['n', ESCAPE, CTRL_C]) {
    alice.enter('endchat');
    alice.press(no);
    alice.press(' with bob\r');
  }
  // What a \ begins is a text at once.
  alice.enter('\\endchat');
  world.advance(DELIVERY_MS);
  expect(textsOf(it.bob).slice(1)).toEqual([...Array<string>(3).fill('alice: endchat with bob'), 'alice: endchat']);
  await promises();
  expect(alice.lines).toContain('There is no command "endchat": did you mean End chat?');
});

test('the answer is for the chat in which the line was begun', async () => {
  const it = await chatting();
  const { alice, world } = it;
  alice.enter('endchat');
  it.bob.type('End chat');
  world.advance(2 * DELIVERY_MS);
  it.mallory.type('Chat alice');
  world.advance(2 * DELIVERY_MS);
  alice.press('y');
  world.advance(DELIVERY_MS);
  await promises();
  expect(textsOf(it.mallory)).toEqual([]);
  expect(alice.lines.join('\n')).toContain('This line was begun in the chat with bob, which has ended');
});

test.each([
  ['a line', (alice: Typist) => alice.enter('endchat')],
  ['a paste', (alice: Typist) => alice.paste('secret 1\nsecret 2')],
])('after a lost connection a chat of the same number is another, also for the question about %s', async (_, ask) => {
  const it = await room();
  const { alice, world } = it;
  world.store.reserve = () => 1;
  alice.enter('Log on');
  world.until(() => alice.client.status.connection === 'Connected');
  alice.enter('Chat bob');
  world.until(() => it.bob.isInChat);
  const { session } = alice.client.status;
  ask(alice);
  world.crashServer();
  world.until(() => alice.client.status.connection === 'Offline' && it.mallory.isOffline);
  await world.startServer();
  void alice.client.logOn();
  it.mallory.type('Log on');
  world.until(() => alice.client.status.connection === 'Connected' && it.mallory.isConnected);
  it.mallory.type('Chat alice');
  world.advance(5000);
  expect(alice.client.status.session).toBe(session);
  alice.press('y');
  world.advance(DELIVERY_MS);
  expect(textsOf(it.mallory)).toEqual([]);
});

test('Help and Status are answered in a chat; with a \\ they are texts', async () => {
  const it = await chatting();
  const { alice, world } = it;
  alice.enter('Help');
  alice.enter('status');
  alice.enter('Blocked');
  alice.enter('\\Help');
  world.advance(DELIVERY_MS);
  await promises();
  expect(textsOf(it.bob)).toEqual(['alice: Help']);
  const shown = alice.lines.join('\n');
  expect(shown).toContain('Log on         connect to the server');
  expect(shown).toMatch(/alice: Active Chat, session \d+ with bob; server /);
  expect(shown).toContain('Nobody is blocked');
});

test('outside a chat each mistake has its own sentence, and nobody is asked', async () => {
  const { alice, world } = await room();
  const said: readonly (readonly [string, string])[] = [
    ['exit', 'There is no command "exit": did you mean Quit?'],
    ['?', 'There is no command "?": did you mean Help?'],
    ['chat', 'Chat needs a Client-ID: "Chat bob", for example'],
    ['history', 'History needs a Client-ID: "History bob", for example'],
    ['chat bob bob', 'Chat takes one Client-ID: "bob bob" is more'],
    ['good morning', 'Not connected: log on first'],
    ['\\status', 'Not connected: log on first'],
  ];
  for (const [line] of said) alice.enter(line);
  alice.enter('Log on');
  world.until(() => alice.client.status.connection === 'Connected');
  alice.enter('good morning');
  await promises();
  const lines = alice.lines.filter((line) => !line.includes(' > '));
  expect(lines.slice(1)).toEqual([
    ...said.map(([, sentence]) => sentence),
    'Connected',
    'Not in a chat: type Chat <Client-ID>',
  ]);
  expect(alice.raw).not.toContain('(y/n)');
});

test('a program is not asked: what it writes in a chat is a text, as ever', async () => {
  const world = await World.open({ users: ['alice', 'bob'], limits });
  const [bob] = world.connect('bob');
  const { client, host } = clientIn(world, 'alice');
  const alice = new Piper(client, host);
  alice.write('Log on\n');
  world.until(() => client.status.connection === 'Connected');
  alice.write('Chat bob\nendchat\n/msg bob hi\nHelp\nhistory\n');
  world.advance(4 * DELIVERY_MS);
  alice.runner.leave();
  expect(textsOf(bob)).toEqual(['alice: endchat', 'alice: /msg bob hi', 'alice: Help', 'alice: history']);
});
