/**
 * Nothing is shown as sent that was not: a person at a terminal is told which texts the server has not confirmed, pasted lines are
 * carried out one after the other or told, and leaving waits for what was poured out (docs/client.md). In virtual time.
 */
import { CONFIRM_MS } from '../../bin/terminal/unconfirmed';
import type { MemoryHost } from '../support/memory-network';
import { chattingIn, rooms, textsOf, type OpenRoom, type Room } from '../support/room';
import { clientIn, Piper, type Typist } from '../support/typist';
import { promises, World } from '../support/world';
import type { User } from '../support/user';

/** Longer than a message takes to the server and back. */
const ANSWER_MS = 5;
const CTRL_C = '\u0003';

const room = rooms();
const chatting = (...how: Parameters<OpenRoom>): Promise<Room> => chattingIn(room, ...how);
const linkOf = ({ world, host }: Room) => world.network.links.findLast(({ client }) => client.host === host);
const lose = (it: Room): void => {
  linkOf(it)?.cut('client', 'server');
  it.world.advance(ANSWER_MS);
};
const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `line ${String(n + 1)}`);
const DOUBT = /^The server has not confirmed /;
const doubts = ({ lines }: Typist): string[] => lines.filter((line) => DOUBT.test(line));

describe('when a connection ends', () => {
  test('the texts that the server has not confirmed are named, and no others', async () => {
    const it = await chatting();
    it.alice.enter('one');
    it.world.advance(CONFIRM_MS + ANSWER_MS);
    it.alice.enter('two');
    lose(it);
    await promises();
    expect(doubts(it.alice)).toEqual([
      'The server has not confirmed your last text, "two": History bob shows whether it has it',
    ]);
  });

  test('several are told by the first and the last, and long ones are cut', async () => {
    const it = await chatting();
    // Nothing arrives any more, and nobody says so.
    linkOf(it)?.cut();
    it.alice.enter('first');
    it.world.advance(3 * CONFIRM_MS);
    it.alice.enter('second');
    it.alice.enter(`third ${'x'.repeat(100)}`);
    it.world.until(() => it.alice.client.status.connection === 'Offline');
    await promises();
    const third = `third ${'x'.repeat(34)}…`;
    expect(doubts(it.alice)).toEqual([
      `The server has not confirmed your last 3 texts, from "first" to "${third}": History bob shows which of them it has`,
    ]);
  });

  test('nothing is said when all are confirmed, nor after Log off', async () => {
    const it = await chatting();
    it.alice.enter('one');
    it.world.advance(CONFIRM_MS + ANSWER_MS);
    lose(it);
    it.alice.enter('Log on');
    it.world.until(() => it.alice.client.status.connection === 'Connected');
    it.alice.enter('Chat bob');
    it.world.until(() => it.bob.isInChat);
    it.alice.enter('two');
    it.alice.enter('Log off');
    it.world.advance(3000);
    await promises();
    expect(doubts(it.alice)).toEqual([]);
    expect(textsOf(it.bob)).toEqual(['alice: one', 'alice: two']);
  });
});

test('a chat that the other ends: what crossed may have gone nowhere; one that we end is read to its end', async () => {
  const it = await chatting();
  it.bob.type('End chat');
  it.alice.enter('are you there?');
  it.world.advance(ANSWER_MS);
  await promises();
  expect(textsOf(it.bob)).toEqual([]);
  expect(doubts(it.alice)).toEqual([
    'The server has not confirmed your last text, "are you there?": History bob shows whether it has it',
  ]);
  it.alice.enter('Chat bob');
  it.world.until(() => it.bob.isInChat);
  it.alice.enter('bye');
  it.alice.enter('End chat');
  it.world.advance(CONFIRM_MS);
  await promises();
  expect(textsOf(it.bob)).toEqual(['alice: bye']);
  expect(doubts(it.alice)).toHaveLength(1);
  // Unless the connection is lost before it has confirmed it.
  it.alice.enter('Chat bob');
  it.world.until(() => it.bob.isInChat);
  it.alice.enter('and more');
  it.alice.enter('End chat');
  lose(it);
  await promises();
  expect(doubts(it.alice).at(-1)).toContain('your last text, "and more"');
});

describe('leaving', () => {
  test.each([
    ['Ctrl-D', '\u0004'],
    ['Quit', 'Quit\r'],
    ['Log off', 'Log off\r'],
  ])('%s waits until the last text is confirmed, and says nothing of it', async (_, keys) => {
    const it = await chatting();
    it.alice.press(`bye\r${keys}`);
    it.world.until(() => it.alice.client.status.connection === 'Offline');
    it.world.advance(3000);
    await promises();
    expect(textsOf(it.bob)).toEqual(['alice: bye']);
    expect(it.alice.lines.join('\n')).not.toMatch(/waiting|confirmed/);
  });

  test.each([
    ['Ctrl-D', '\u0004'],
    ['Log off', 'Log off\r'],
  ])('%s behind texts for a chat that has ended meanwhile: they are named', async (_, keys) => {
    const it = await chatting();
    it.bob.type('End chat');
    it.alice.press(`one\rtwo\r${keys}`);
    it.world.until(() => it.alice.client.status.connection === 'Offline');
    it.world.advance(3000);
    await promises();
    expect(textsOf(it.bob)).toEqual([]);
    expect(doubts(it.alice)).toEqual([
      'The server has not confirmed your last 2 texts, from "one" to "two": History bob shows which of them it has',
    ]);
  });

  test('a server that does not answer: what it waits for is said, and whoever does not wait reads what is in doubt', async () => {
    const it = await chatting();
    linkOf(it)?.cut();
    it.alice.press('one\r\u0004');
    it.world.advance(1000);
    await promises();
    expect(it.alice.lines.at(-1)).toBe(
      '(waiting until the server has confirmed the texts; Quit again or Ctrl-C leaves at once)',
    );
    it.alice.press(CTRL_C);
    it.world.advance(3000);
    await promises();
    expect(doubts(it.alice)).toHaveLength(1);
  });
});

describe('while the server is asked', () => {
  async function asked(): Promise<Room> {
    const it = await chatting();
    it.alice.enter('one');
    it.world.network.latency = () => 50;
    it.world.advance(CONFIRM_MS);
    expect(it.alice.client.confirming).toBe(true);
    return it;
  }

  test('a list is shown as soon as it has answered', async () => {
    const it = await asked();
    it.alice.enter('History bob');
    it.world.advance(300);
    await promises();
    expect(it.alice.lines.slice(-2)).toEqual(['<1> <from: alice> <one>', 'End of history (1 message)']);
  });

  test('Status says nothing of a list, and Ctrl-C ends the chat', async () => {
    const it = await asked();
    it.alice.enter('\\status');
    it.alice.press(CTRL_C);
    await promises();
    expect(it.alice.client.status.chat).toBe('Connected');
    it.alice.enter('Status');
    await promises();
    expect(it.alice.lines.join('\n')).not.toContain('receiving history');
  });
});

test('whoever wants a trace with the messages of the assignment only is not asked for more', async () => {
  const spoken = async (confirming: 'on' | 'off'): Promise<string[]> => {
    const it = await chatting({}, { confirming });
    it.alice.enter('one');
    it.world.advance(3 * CONFIRM_MS);
    const link = linkOf(it);
    return link ? it.world.watch.spoken(link).filter((said) => said.includes('HISTORY')) : [];
  };
  expect(await spoken('on')).toEqual(['C HISTORY_REQ(alice)', 'S HISTORY_END(alice, 0, 0)']);
  expect(await spoken('off')).toEqual([]);
});

describe('pasted texts', () => {
  test('are told when their chat ends in the middle: how many were sent, how many not, which are in doubt', async () => {
    const it = await chatting();
    const lines = numbered(700);
    it.alice.paste(lines.join('\n'));
    it.alice.press('y');
    it.world.until(() => textsOf(it.bob).length >= 300);
    it.bob.type('End chat');
    it.world.until(() => it.alice.client.status.chat !== 'Active Chat');
    await promises();
    const told = it.alice.lines.filter((line) => /pasted lines/.test(line)).join();
    const [, sent = '', not = ''] =
      /^Of 700 pasted lines (\d+) were sent, (\d+) were not: the chat with bob has ended; Up brings them back$/.exec(
        told,
      ) ?? [];
    expect(Number(sent) + Number(not)).toBe(700);
    const [doubt = ''] = doubts(it.alice);
    const [, first = '', last = ''] = /from "line (\d+)" to "line (\d+)"/.exec(doubt) ?? [];
    expect(last).toBe(sent);
    // What is not in doubt has arrived.
    expect(textsOf(it.bob).length).toBeGreaterThanOrEqual(Number(first) - 1);
    expect(Number(first)).toBeGreaterThan(200);
  });

  test.each(['Quit', 'Log off'])('%s after them waits until they are confirmed', async (leave) => {
    const it = await chatting();
    it.alice.paste(numbered(300).join('\n'));
    it.alice.press('y');
    it.alice.enter(leave);
    it.world.advance(1000);
    expect(textsOf(it.bob).length).toBeLessThan(300);
    expect(it.alice.client.status.connection).toBe('Connected');
    it.world.until(() => it.alice.client.status.connection === 'Offline');
    await promises();
    it.world.advance(3000);
    await promises();
    expect(textsOf(it.bob)).toHaveLength(300);
    expect(doubts(it.alice)).toEqual([]);
    expect(it.alice.code).toBe(leave === 'Quit' ? 0 : undefined);
  });

  test.each([
    ['Quit a second time', 'Quit\r'],
    ['Ctrl-C', CTRL_C],
  ])('%s leaves at once, and what is in doubt is told', async (_, keys) => {
    const it = await chatting();
    it.alice.paste(numbered(300).join('\n'));
    it.alice.press('y');
    it.alice.enter('Quit');
    it.alice.press(keys);
    expect(it.alice.client.status.connection).toBe('Offline');
    it.world.advance(3000);
    await promises();
    expect(it.alice.code).toBe(0);
    expect(it.alice.lines.join('\n')).toMatch(/Of 300 pasted lines 256 were sent, 44 were not: left before/);
    expect(doubts(it.alice).join()).toMatch(/your last 256 texts, from "line 1" to "line 256"/);
  });

  test('a server that is gone ends the waiting', async () => {
    const it = await chatting();
    it.alice.paste(numbered(100).join('\n'));
    it.alice.press('y');
    it.alice.enter('Quit');
    lose(it);
    await promises();
    it.world.advance(3000);
    await promises();
    expect(it.alice.code).toBe(0);
    expect(doubts(it.alice)).toHaveLength(1);
  });
});

describe('pasted commands', () => {
  const pasted = (it: Room, ...lines: readonly string[]): void => {
    it.alice.paste(lines.join('\n'));
    it.alice.press('y');
  };

  test('each waits for what it needs, as at a pipe', async () => {
    const it = await room();
    pasted(it, 'Log on', 'Chat bob', 'hello', 'End chat', 'History bob', 'Log off');
    it.world.until(() => it.alice.lines.includes('Disconnected') || it.world.time.now > 60_000);
    await promises();
    expect(textsOf(it.bob)).toEqual(['alice: hello']);
    expect(it.alice.lines.slice(1)).toEqual([
      'alice · Offline > Log on',
      'Connected',
      'alice · Connected > Chat bob',
      'Chat started',
      'In a chat with bob, as you asked',
      'alice: hello',
      'alice · Active Chat with bob > End chat',
      'Chat ended',
      'alice · Connected > History bob',
      '<1> <from: alice> <hello>',
      'End of history (1 message)',
      'alice · Connected > Log off',
      'Disconnected',
    ]);
  });

  test.each([
    [
      'a chat that does not start',
      ['Log on', 'Chat carol', 'hello'],
      'Of 3 pasted lines 2 were carried out, 1 were not: the chat with carol has not started; Up brings them back',
    ],
    [
      'a text without a chat',
      ['hello', 'Log on'],
      '2 pasted lines were not carried out: not connected; Up brings them back',
    ],
    [
      'a command that is refused',
      ['Chat bob', 'hello'],
      '2 pasted lines were not carried out: "Chat bob" was refused; Up brings them back',
    ],
    [
      'what comes after Quit',
      ['Log on', 'Quit', 'hello'],
      'Of 3 pasted lines 2 were carried out, 1 were not: they came after Quit',
    ],
  ])('%s: what was not carried out is told', async (_, lines, told) => {
    const it = await room();
    pasted(it, ...lines);
    it.world.advance(1000);
    await promises();
    it.world.advance(3000);
    await promises();
    expect(it.alice.lines.filter((line) => line.includes('pasted lines'))).toEqual([told]);
  });

  test('texts are for the chat that was asked for, whoever calls', async () => {
    const it = await room();
    it.alice.enter('Log on');
    it.world.until(() => it.alice.client.status.connection === 'Connected');
    it.mallory.type('Chat alice');
    pasted(it, 'Chat bob', 'secret');
    it.world.advance(100);
    await promises();
    expect(it.mallory.isInChat).toBe(true);
    expect(textsOf(it.mallory)).toEqual([]);
    expect(it.alice.lines).toContain(
      'Of 2 pasted lines 1 were carried out, 1 were not: the chat with bob has not started, and mallory has called; Up brings them back',
    );
  });

  test('Ctrl-C stops them', async () => {
    const it = await room();
    pasted(it, 'Log on', 'Chat bob', 'hello');
    it.alice.press(CTRL_C);
    it.world.advance(1000);
    await promises();
    expect(it.alice.client.status).toMatchObject({ connection: 'Connected', chat: 'Connected' });
    expect(it.alice.lines).toContain(
      'Of 3 pasted lines 1 were carried out, 2 were not: stopped with Ctrl-C; Up brings them back',
    );
    const UP = '\u001b[A';
    it.world.advance(100);
    it.alice.press(`${UP}${UP}\r`);
    await promises();
    expect(it.alice.lines).toContain('alice · Connected > Chat bob');
  });
});

describe('a program', () => {
  interface Pouring {
    readonly world: World;
    readonly bob: User;
    readonly alice: Piper;
    readonly host: MemoryHost;
  }
  /** Alice has said to bob what these lines say; they are on their way. */
  async function poured(script: string | undefined, ...lines: readonly string[]): Promise<Pouring> {
    const world = await World.open({ users: ['alice', 'bob'] });
    const [bob] = world.connect('bob');
    const { client, host } = clientIn(world, 'alice');
    const alice = new Piper(client, host, script);
    alice.write('Log on\nChat bob\n');
    world.until(() => bob.isInChat && client.status.chat === 'Active Chat');
    alice.write(lines.map((line) => `${line}\n`).join(''));
    return { world, bob, alice, host };
  }
  const ended = async ({ world, alice }: Pouring): Promise<void> => {
    world.advance(3000);
    await promises();
    world.advance(3000);
    await promises();
    expect(alice.code).toBeDefined();
  };
  const doubt = (lines: string): string =>
    `the server had not confirmed the texts of ${lines} yet, so it may not have taken them; History bob shows which it has`;

  test.each([
    ['a pipe', undefined],
    ['a script', 'script'],
  ])('%s: a store that is locked: the lines in doubt are named', async (_, script) => {
    const it = await poured(script);
    it.world.store.full = true;
    it.alice.write('important 1\nimportant 2\nimportant 3\n');
    it.alice.end();
    await ended(it);
    const told = doubt('lines 3 to 5');
    expect(it.alice.complaints).toContain(script === undefined ? told : `script: ${told}`);
    expect([it.alice.code, it.alice.unsent]).toEqual([8, true]);
  });

  test.each([
    ['the end of the input', []],
    ['Quit', ['Quit']],
    ['Log off', ['Log off']],
    ['End chat', ['End chat', 'Log off']],
  ])('the other ends the chat while texts and %s are on their way: they are named', async (_, last) => {
    const it = await poured(undefined);
    it.bob.type('End chat');
    it.alice.write(
      numbered(30)
        .map((line) => `${line}\n`)
        .join(''),
    );
    it.alice.write(last.map((line) => `${line}\n`).join(''));
    it.alice.end();
    await ended(it);
    expect(textsOf(it.bob)).toEqual([]);
    expect(it.alice.complaints).toEqual([doubt('lines 3 to 32')]);
    expect([it.alice.code, it.alice.unsent]).toEqual([8, true]);
  });

  test('the server dies with texts that it has not confirmed, while the input is open: they are named', async () => {
    const it = await poured(undefined, ...numbered(20));
    it.world.crashServer();
    it.world.until(() => it.alice.client.status.connection === 'Offline');
    expect(it.alice.complaints).toContain(doubt('lines 3 to 22'));
    it.alice.end();
    await ended(it);
    expect([it.alice.code, it.alice.unsent]).toEqual([8, true]);
  });

  test('a conversation has nothing in doubt: what the other could read is confirmed before they can answer', async () => {
    const it = await poured('script', 'hello', '@wait Chat ended', 'Log off');
    it.world.until(() => textsOf(it.bob).length === 1);
    it.bob.type('End chat');
    it.alice.end();
    await ended(it);
    expect([it.alice.code, it.alice.complaints]).toEqual([0, []]);
    const pipe = await poured(undefined, 'hello');
    pipe.world.until(() => textsOf(pipe.bob).length === 1);
    pipe.bob.type('End chat');
    pipe.alice.end();
    await ended(pipe);
    expect([pipe.alice.code, pipe.alice.unsent, pipe.alice.complaints]).toEqual([0, false, []]);
  });
});
