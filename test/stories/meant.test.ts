/**
 * For whom a line is, told by examples in virtual time (docs/client.md, "To whom texts go"): the one who calls may not be noticed
 * yet, a draft belongs to its chat, a connection that is lost takes its chats with it. All orders by chance: addressee.test.ts.
 */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { Addressee } from '../../bin/terminal/addressee';
import { Screen, type Begun, type ScreenOptions } from '../../bin/terminal/screen';
import { logsOn, rooms, textsOf, type Room } from '../support/room';
import { clientIn, Piper } from '../support/typist';
import { promises, World } from '../support/world';
import type { User } from '../support/user';

/** Longer than a message takes to the server and on. */
const DELIVERY_MS = 5;
const NOTICED_MS = 2000;
const limits = { CALLS_PER_MINUTE: 0, T_ACTIVITY_MS: 10_000_000 };
const CTRL_U = '\u0015';
const UP = '\u001b[A';
const DOWN = '\u001b[B';

const openRoom = rooms(limits);
/** Everybody is connected. */
async function room(): Promise<Room> {
  const it = await openRoom();
  logsOn(it);
  return it;
}

/** The user calls alice, or ends the chat with her; time passes until everybody knows. */
function does({ world }: Room, user: User, line: string): void {
  user.type(line);
  world.advance(2 * DELIVERY_MS);
}

describe('somebody else calls than the last partner', () => {
  async function called(): Promise<Room> {
    const it = await room();
    does(it, it.bob, 'Chat alice');
    it.alice.enter('hello bob');
    it.world.advance(DELIVERY_MS);
    does(it, it.bob, 'End chat');
    does(it, it.mallory, 'Chat alice');
    expect(textsOf(it.bob)).toEqual(['alice: hello bob']);
    return it;
  }

  test('a line that is begun at once is not for them: nobody notices so fast; it stays, and says why', async () => {
    const it = await called();
    it.alice.press('secr');
    it.world.advance(NOTICED_MS);
    it.alice.enter('et');
    it.alice.enter('');
    it.world.advance(DELIVERY_MS);
    await promises();
    expect(textsOf(it.mallory)).toEqual([]);
    expect(it.alice.lines).toContain(
      'This line was begun before the chat. Nothing was sent: Ctrl-U clears it; Ctrl-U and then Up make it a line for mallory.',
    );
    // As the sentence says.
    it.alice.press(`${CTRL_U}${UP}\r`);
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.mallory)).toEqual(['alice: secret']);
  });

  test('one that is begun when they can have been noticed is', async () => {
    const it = await called();
    it.world.advance(NOTICED_MS);
    it.alice.enter('who are you?');
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.mallory)).toEqual(['alice: who are you?']);
  });

  test('whoever hangs up and calls again is noticed no sooner', async () => {
    const it = await called();
    does(it, it.mallory, 'End chat');
    does(it, it.mallory, 'Chat alice');
    it.alice.enter('secret');
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.mallory)).toEqual([]);
    it.alice.press(CTRL_U);
    it.world.advance(NOTICED_MS);
    it.alice.enter('who are you?');
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.mallory)).toEqual(['alice: who are you?']);
  });

  test('however often: only what the user does moves whom a line may be for at once', async () => {
    const it = await called();
    does(it, it.mallory, 'End chat');
    it.world.advance(2 * NOTICED_MS);
    does(it, it.mallory, 'Chat alice');
    it.alice.enter('secret');
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.mallory)).toEqual([]);
    it.alice.press(CTRL_U);
    // Once she has been answered she is the last partner.
    it.world.advance(NOTICED_MS);
    it.alice.enter('who are you?');
    it.world.advance(DELIVERY_MS);
    does(it, it.mallory, 'End chat');
    does(it, it.mallory, 'Chat alice');
    it.alice.enter('again?');
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.mallory)).toEqual(['alice: who are you?', 'alice: again?']);
  });

  test('also where nobody has been answered yet', async () => {
    const it = await room();
    does(it, it.bob, 'Chat alice');
    does(it, it.bob, 'End chat');
    does(it, it.mallory, 'Chat alice');
    it.alice.enter('secret');
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.mallory)).toEqual([]);
  });

  test('the last partner may be answered at once, and so may whoever is called', async () => {
    const it = await called();
    does(it, it.mallory, 'End chat');
    it.alice.enter('Chat bob');
    it.world.advance(2 * DELIVERY_MS);
    it.alice.enter('here I am');
    it.world.advance(DELIVERY_MS);
    does(it, it.bob, 'End chat');
    does(it, it.bob, 'Chat alice');
    it.alice.enter('here again');
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.bob)).toEqual(['alice: hello bob', 'alice: here I am', 'alice: here again']);
  });
});

describe('a Chat ID that is refused', () => {
  const ASIDE =
    '(what you type is for bob now, and not sent to mallory: Chat mallory goes on with mallory; \\ before a line makes it a text)';
  const KEPT =
    'This line is for bob, whom you asked for last. Nothing was sent: Ctrl-U clears it; Ctrl-U and then Chat mallory make the next one a line for mallory.';

  test('what follows is for the one who was asked for, not for who is there, until the user says so', async () => {
    const it = await room();
    does(it, it.mallory, 'Chat alice');
    it.world.advance(NOTICED_MS);
    it.alice.press('Chat bob\rSECRET for bob\r');
    it.world.advance(DELIVERY_MS);
    await promises();
    expect(textsOf(it.mallory)).toEqual([]);
    expect(it.alice.lines.slice(-4)).toEqual([
      'End the current chat first',
      ASIDE,
      'alice · Active Chat with mallory > SECRET for bob',
      KEPT,
    ]);
    // As the sentence says.
    it.alice.enter(`${CTRL_U}Chat mallory`);
    it.alice.enter('who are you?');
    it.world.advance(DELIVERY_MS);
    await promises();
    expect(textsOf(it.mallory)).toEqual(['alice: who are you?']);
    expect(it.alice.lines).toContain('(what you type is for mallory)');
  });

  test('while another is asked for: the line is not for that one', async () => {
    const it = await room();
    it.alice.press('Chat mallory\rChat bob\rSECRET for bo');
    it.world.advance(2 * DELIVERY_MS);
    expect(it.mallory.isInChat).toBe(true);
    it.alice.press('b\r');
    it.alice.enter(`${CTRL_U}and more`);
    it.world.advance(DELIVERY_MS);
    await promises();
    expect(textsOf(it.mallory)).toEqual([]);
    expect(it.alice.lines.filter((line) => line === KEPT)).toHaveLength(2);
  });

  test.each([
    ['is asked for again', (it: Room) => it.alice.enter('Chat bob')],
    ['calls', (it: Room) => it.bob.type('Chat alice')],
  ])('when that one %s, the line that was begun for them is theirs', async (_, start) => {
    const it = await room();
    does(it, it.mallory, 'Chat alice');
    it.alice.enter('Chat bob');
    it.alice.enter('End chat');
    it.world.advance(DELIVERY_MS);
    start(it);
    it.alice.press('hel');
    it.world.advance(2 * DELIVERY_MS);
    it.alice.press('lo\r');
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.bob)).toEqual(['alice: hello']);
    expect(textsOf(it.mallory)).toEqual([]);
  });

  test('two words that are no command for the user: a sentence says how they become a text, and the chat goes on', async () => {
    const it = await room();
    it.alice.enter('Chat bob');
    it.world.advance(2 * DELIVERY_MS);
    it.alice.enter('chat later');
    it.alice.enter('Chat bob');
    it.alice.enter('\\chat later');
    it.world.advance(DELIVERY_MS);
    expect(textsOf(it.bob)).toEqual(['alice: chat later']);
  });
});

test('the first who calls is answered at once: there is nobody else for whom a line could be', async () => {
  const it = await room();
  does(it, it.mallory, 'Chat alice');
  it.alice.enter('who are you?');
  it.world.advance(DELIVERY_MS);
  expect(textsOf(it.mallory)).toEqual(['alice: who are you?']);
});

test('a draft that was begun for one chat does not come back as a line of another', async () => {
  const it = await room();
  does(it, it.bob, 'Chat alice');
  it.alice.enter('hello bob');
  it.alice.press(`secret${UP}${CTRL_U}`);
  does(it, it.bob, 'End chat');
  does(it, it.mallory, 'Chat alice');
  it.world.advance(NOTICED_MS);
  it.alice.press(`${DOWN}!\r`);
  it.world.advance(DELIVERY_MS);
  expect(textsOf(it.mallory)).toEqual(['alice: !']);
});

test('after a lost connection a chat of the same number is another: the line stays', async () => {
  const it = await room();
  // A server that was set back begins anew with its numbers.
  it.world.store.reserve = () => 1;
  does(it, it.bob, 'Chat alice');
  const { session } = it.alice.client.status;
  it.alice.press('secret');
  it.world.crashServer();
  it.world.until(() => it.alice.client.status.connection === 'Offline' && it.mallory.isOffline);
  await it.world.startServer();
  void it.alice.client.logOn();
  it.mallory.type('Log on');
  it.world.until(() => it.alice.client.status.connection === 'Connected' && it.mallory.isConnected);
  does(it, it.mallory, 'Chat alice');
  it.world.advance(NOTICED_MS);
  expect(it.alice.client.status.session).toBe(session);
  it.alice.press('\r');
  it.world.advance(DELIVERY_MS);
  await promises();
  expect(textsOf(it.mallory)).toEqual([]);
  expect(it.alice.lines.join('\n')).toContain('This line was begun in the chat with bob, which has ended');
});

test('a screen forgets the number of a chat with the connection', () => {
  const taken: Begun[] = [];
  let now: Begun = { session: 7, peer: 'bob', want: null };
  const input = Object.assign(new EventEmitter(), { setRawMode: () => 0, pause: () => 0, resume: () => 0 });
  const unused = (): never => {
    throw new Error('not for this test');
  };
  const screen = new Screen({
    input: input as unknown as NodeJS.ReadStream,
    output: new PassThrough() as unknown as NodeJS.WriteStream,
    line: (_, begun) => (taken.push(begun), 'done'),
    now: () => now,
    ended: unused,
    interrupted: unused,
    pasted: unused,
    tooLong: unused,
    stamp: () => '',
    complete: () => [],
    maxBytes: 4097,
  } satisfies ScreenOptions);
  screen.draw();
  input.emit('data', Buffer.from('sec'));
  screen.disconnected();
  now = { session: 7, peer: 'mallory', want: null };
  input.emit('data', Buffer.from('ret\rnext\r'));
  screen.close();
  expect(taken).toEqual([{ session: 0, peer: 'bob', want: null }, now]);
});

describe('a script, and whom it has seen', () => {
  const chat = (session: number, peer: string, over = false) => ({ session, peer, over });

  test('what another says while it talks to one does not move it', () => {
    const script = new Addressee('script');
    script.saw(chat(1, 'bob'));
    script.saw(chat(2, 'mallory'));
    expect(script.of({ session: 1, peer: 'bob' })).toBe(1);
    // It has not asked for that chat: a `Chat ID` that is refused in it is its word all the same.
    expect(script.isFor({ session: 1 })).toBe(false);
    expect(script.of({ session: 2, peer: 'mallory' })).toEqual({ why: 'the chat with bob has ended' });
    // A further chat with the same one it follows.
    script.saw(chat(3, 'bob'));
    expect(script.of({ session: 3, peer: 'bob' })).toBe(3);
    // Once it has seen the end it may wait for anybody.
    script.saw(chat(3, 'bob', true));
    script.saw(chat(4, 'mallory'));
    expect(script.of({ session: 4, peer: 'mallory' })).toBe(4);
  });

  test('one that has asked for a chat is moved by nobody', () => {
    const script = new Addressee('script');
    script.asks('bob', { session: null, peer: null });
    expect(script.isFor({ session: null })).toBe(false);
    script.started(1, 'bob');
    expect([1, 2, null].map((session) => script.isFor({ session }))).toEqual([true, false, false]);
    script.saw(chat(2, 'mallory'));
    expect(script.of({ session: 2, peer: 'mallory' })).toEqual({ why: 'the chat with bob has ended' });
    expect(script.isFor({ session: 1 })).toBe(true);
    script.disconnected();
    expect(script.isFor({ session: 1 })).toBe(false);
    expect(script.of({ session: 1, peer: 'mallory' })).toEqual({ why: 'the chat with bob has ended' });
  });

  test('a script that was called by one is not moved by waiting for a word of another', async () => {
    const world = await World.open({ users: ['alice', 'bob', 'mallory'], limits });
    const [bob, mallory] = world.connect('bob', 'mallory');
    const { client, host } = clientIn(world, 'alice');
    const alice = new Piper(client, host, 'script');
    alice.write('Log on\n@wait bob has called you\n');
    world.until(() => client.status.connection === 'Connected');
    bob.type('Chat alice');
    world.advance(2 * DELIVERY_MS);
    alice.write('hello bob\n@wait mallory has called you\n@wait mallory: now to me\nsecret\n');
    world.advance(DELIVERY_MS);
    bob.type('End chat');
    world.advance(2 * DELIVERY_MS);
    mallory.type('Chat alice', 'now to me');
    world.advance(2 * DELIVERY_MS);
    mallory.type('now to me');
    world.advance(2 * DELIVERY_MS);
    expect(textsOf(bob)).toEqual(['alice: hello bob']);
    expect(textsOf(mallory)).toEqual([]);
    expect(alice.complaints.join('\n')).toContain('not sent: the chat with bob has ended');
  });
});

describe('a script that is called', () => {
  /** Bob's script has waited, and mallory, or whatever she is called, has called and written; @returns what she has read. */
  async function overheard(id: string, waitsFor: string, writes: string): Promise<[string[], Piper]> {
    const world = await World.open({ users: ['alice', id], limits });
    const [mallory] = world.connect(id);
    const { client, host } = clientIn(world, 'alice');
    const alice = new Piper(client, host, 'script');
    alice.write(`Log on\n@wait ${waitsFor}\nsecret\n`);
    world.until(() => client.status.connection === 'Connected');
    mallory.type('Chat alice');
    world.advance(2 * DELIVERY_MS);
    mallory.type(writes);
    world.advance(2 * DELIVERY_MS);
    alice.runner.leave();
    return [textsOf(mallory), alice];
  }

  test.each([
    ['mallory', '/bob has called you/', 'bob has called you'],
    ['mallory', '/bob has called you/', 'x'],
    ['mallory', 'mallory: for you', 'for you'],
    ['mallory', '/for you/', 'for you'],
    ['mallory', 'Chat started', 'x'],
    ['mallory', '/has called you/', 'x'],
    ['jimbob', '/bob has called you/', 'x'],
    ['x-bob', '/bob has called you/', 'x'],
    ['x.bob', '/bob has called you/', 'x'],
    ['you', '/has called you/', 'x'],
    ['started', 'Chat started', 'x'],
  ])('%s does not become its partner through @wait %s with the text "%s"', async (id, waitsFor, writes) => {
    const [texts] = await overheard(id, waitsFor, writes);
    expect(texts).toEqual([]);
  });

  test('its stop says what to do', async () => {
    const [, { complaints, lines }] = await overheard('malice', '/alice has called you/', 'x');
    expect(lines).toContain('malice has called you');
    expect(complaints).toEqual([
      'script: line 3 and all after it (1 so far) were not sent: nobody said that they are for malice: the line "Chat malice" does',
    ]);
  });

  test.each([
    ['bob', 'bob has called you'],
    ['bob', '/^bob has called you$/'],
    ['bob', '/\\bbob\\b.*called/'],
    ['b.o-b_1', '/^b\\.o-b_1 has/'],
    ['bob', '/(carol|bob) has called you/'],
  ])('%s does through @wait %s', async (id, waitsFor) => {
    const [texts] = await overheard(id, waitsFor, 'x');
    expect(texts).toEqual(['alice: secret']);
  });
});

test('a pipe without Chat ID talks to one that calls: after its own End chat to nobody else', async () => {
  const world = await World.open({ users: ['alice', 'bob', 'mallory'], limits });
  const [bob, mallory] = world.connect('bob', 'mallory');
  const { client, host } = clientIn(world, 'alice');
  const alice = new Piper(client, host);
  alice.write('Log on\nLog off\nLog on\n');
  world.until(() => client.status.connection === 'Connected' && alice.lines.length === 3);
  bob.type('Chat alice');
  world.advance(2 * DELIVERY_MS);
  alice.write('hello bob\nEnd chat\n');
  world.advance(2 * DELIVERY_MS);
  mallory.type('Chat alice');
  world.advance(2 * DELIVERY_MS);
  alice.write('secret\n');
  world.advance(2 * DELIVERY_MS);
  expect(textsOf(bob)).toEqual(['alice: hello bob']);
  expect(textsOf(mallory)).toEqual([]);
  expect(alice.complaints).toEqual([
    'line 6 and all after it (1 so far) were not sent: nobody said that they are for mallory: the line "Chat mallory" does',
  ]);
});

test('a pipe whose Chat ID is unreachable stops at the next text, and says which lines were not sent', async () => {
  const world = await World.open({ users: ['alice', 'bob'], limits });
  const { client, host } = clientIn(world, 'alice');
  const alice = new Piper(client, host);
  alice.write('Log on\nChat bob\nhello 1\nhello 2\nQuit\n');
  alice.end();
  world.advance(3000);
  await promises();
  expect(alice.complaints).toEqual(['lines 3 to 5 (3 lines) were not sent: the chat with bob has not started']);
  expect([alice.code, alice.unsent]).toEqual([8, true]);
});

test('texts of a pipe when there is no chat are refused line by line, and it goes on', async () => {
  const world = await World.open({ users: ['alice', 'bob'], limits });
  const [bob] = world.connect('bob');
  const { client, host } = clientIn(world, 'alice');
  const alice = new Piper(client, host);
  alice.write('nobody\nLog on\n');
  world.until(() => client.status.connection === 'Connected');
  alice.write('one\ntwo\nChat bob\nthree\n');
  world.advance(3 * DELIVERY_MS);
  alice.end();
  world.advance(3000);
  await promises();
  const refused = 'Not in a chat: type Chat <Client-ID>';
  expect(alice.lines.filter((line) => line.startsWith('Not'))).toEqual([
    'Not connected: log on first',
    refused,
    refused,
  ]);
  expect(textsOf(bob)).toEqual(['alice: three']);
  expect([alice.code, alice.unsent, alice.complaints]).toEqual([8, false, []]);
});
