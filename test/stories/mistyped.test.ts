/** What looks like a mistyped command is asked about before it goes to the partner, and the answer is for that chat only. */
import { chattingIn, rooms, textsOf, type Room } from '../support/room';
import { clientIn, Piper, type Typist } from '../support/typist';
import { promises, World } from '../support/world';

/** Longer than a message takes to the server and on. */
const DELIVERY_MS = 5;
const limits = { CALLS_PER_MINUTE: 0, T_ACTIVITY_MS: 10_000_000 };
const ESCAPE = '\u001b';
const CTRL_C = '\u0003';
const UP = '\u001b[A';

const room = rooms(limits);
const chatting = (): Promise<Room> => chattingIn(room);
const QUESTION = 'Send it to bob as a text? (y/n)';

test('a line that looks like a command is not sent without a y; else it is there to be mended', async () => {
  const it = await chatting();
  const { alice, world } = it;
  alice.enter('/msg bob hi');
  expect(alice.raw).toContain(QUESTION);
  // One who presses Enter again, types on or pastes has not answered, and what they typed waits.
  alice.press('\r');
  // A read that goes on is no answer either: y, and Ctrl-U.
  alice.press('y\u0015');
  for (const key of 'hey') alice.press(key);
  world.advance(DELIVERY_MS);
  expect(textsOf(it.bob)).toEqual([]);
  alice.press('\r');
  alice.press('yes\r');
  alice.paste('y');
  world.advance(DELIVERY_MS);
  expect(textsOf(it.bob)).toEqual([]);
  alice.press(CTRL_C);
  alice.press('y');
  world.advance(DELIVERY_MS);
  expect(textsOf(it.bob)).toEqual(['alice: /msg bob hi', 'alice: hey', 'alice: yes']);
  for (const no of ['n', ESCAPE, CTRL_C]) {
    alice.enter('endchat');
    alice.press(no);
    alice.press(' with bob\r');
  }
  // What a \ begins is a text at once.
  alice.enter('\\endchat');
  world.advance(DELIVERY_MS);
  expect(textsOf(it.bob).slice(3)).toEqual([...Array<string>(3).fill('alice: endchat with bob'), 'alice: endchat']);
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

describe('while a question is open', () => {
  test('a second paste is asked about after the first, and a line goes after both', async () => {
    const it = await chatting();
    const { alice, world } = it;
    alice.paste('one\ntwo');
    expect(alice.raw).toContain('Send 2 lines to bob? (y/n)');
    alice.paste('three\nfour\nfive');
    alice.enter('six');
    alice.press('y');
    expect(alice.raw).toContain('Send 3 lines to bob? (y/n)');
    alice.press('y');
    world.advance(DELIVERY_MS);
    const texts = ['one', 'two', 'three', 'four', 'five', 'six'];
    expect(textsOf(it.bob)).toEqual(texts.map((text) => `alice: ${text}`));
  });

  test('what is begun for one chat is for no other, though it was entered meanwhile', async () => {
    const it = await chatting();
    const { alice, world } = it;
    alice.paste('one\ntwo');
    alice.enter('secret');
    it.bob.type('End chat');
    world.advance(2 * DELIVERY_MS);
    it.mallory.type('Chat alice');
    world.advance(5000);
    alice.press('y');
    world.advance(DELIVERY_MS);
    await promises();
    expect(textsOf(it.mallory)).toEqual([]);
    const shown = alice.lines.join('\n');
    expect(shown).toContain('2 pasted lines were not sent: the chat with bob has ended; Up brings them back');
    expect(shown).toContain('This line was begun in the chat with bob, which has ended');
  });

  test('a paste that nobody wants to send comes back with Up; one that cannot be sent is not asked about', async () => {
    const it = await chatting();
    const { alice, world } = it;
    alice.paste('one\ntwo');
    alice.press('n');
    alice.press(`${UP}\r`);
    world.advance(DELIVERY_MS);
    await promises();
    expect(textsOf(it.bob)).toEqual(['alice: two']);
    expect(alice.lines).toContain('(2 lines not sent; Up brings them back)');
    alice.enter('Chat mallory');
    alice.paste('three\nfour');
    await promises();
    expect(alice.lines.at(-1)).toBe('2 pasted lines were not sent: they are for mallory; Up brings them back');
  });
});

test.each([
  ['a line', (alice: Typist) => alice.enter('endchat'), 'This line was begun in the chat with bob, which has ended'],
  [
    'a paste',
    (alice: Typist) => alice.paste('secret 1\nsecret 2'),
    '2 pasted lines were not sent: the chat with bob has ended; Up brings them back',
  ],
])(
  'after a lost connection a chat of the same number is another: the question about %s is withdrawn',
  async (_, ask, told) => {
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
    await promises();
    expect(alice.lines.join('\n')).toContain(told);
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
  },
);

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
