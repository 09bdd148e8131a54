/** Small things that a person at a terminal expects: who was meant, what Tab leaves alone, the time of one's own lines, the bell. */
import type { TerminalOptions } from '../../bin/terminal/terminal';
import { clientIn, Typist } from '../support/typist';
import { promises, World } from '../support/world';
import type { User } from '../support/user';

/** Longer than a message takes to the server and back. */
const ANSWER_MS = 5;
const BELL = '\u0007';
const CTRL_U = '\u0015';

const open: Typist[] = [];
afterEach(() => {
  for (const { terminal } of open.splice(0)) terminal.leave();
});
interface Room {
  readonly world: World;
  readonly bob: User;
  readonly alice: Typist;
}
/** Both are connected. */
async function room(options: Partial<TerminalOptions> = {}): Promise<Room> {
  const world = await World.open({ users: ['alice', 'bob'] });
  const [bob] = world.connect('bob');
  const { client, host } = clientIn(world, 'alice');
  const alice = new Typist(client, host, options);
  open.push(alice);
  alice.enter('Log on');
  world.until(() => client.status.connection === 'Connected');
  return { world, bob, alice };
}

describe('a Client-ID that nobody has', () => {
  const answer = async ({ alice, world }: Room, line: string): Promise<string[]> => {
    const before = alice.lines.length;
    alice.enter(line);
    world.advance(ANSWER_MS);
    await promises();
    return alice.lines.slice(before).filter((one) => /did you mean|case/.test(one));
  };

  test('one that was met in this run, or is a contact, is named', async () => {
    const it = await room({ contacts: ['Carol.Smith', 'dorothy'] });
    expect(await answer(it, 'Chat Bob')).toEqual(['(upper and lower case of a Client-ID count)']);
    it.bob.type('Chat alice');
    it.world.advance(ANSWER_MS);
    it.bob.type('End chat');
    it.world.advance(ANSWER_MS);
    expect(await answer(it, 'Chat Bob')).toEqual(['(did you mean bob? upper and lower case of a Client-ID count)']);
    expect(await answer(it, 'Chat carol.smith')).toEqual(['(did you mean Carol.Smith?)']);
    expect(await answer(it, 'Chat doroty')).toEqual(['(did you mean dorothy?)']);
    expect(await answer(it, 'Chat dorothy')).toEqual([]);
    expect(await answer(it, 'Chat tom')).toEqual([]);
  });
});

test('Tab makes no command of a text that is begun, and completes what follows one', async () => {
  const { alice, bob, world } = await room();
  alice.enter('Chat bob');
  world.advance(ANSWER_MS);
  const typed = ['Hi\t there', 'H\ti', 'e\tne', 'l\to', `qui\t${CTRL_U}.`];
  for (const line of typed) alice.enter(line);
  alice.enter('  \tnothing');
  world.advance(ANSWER_MS);
  const texts = bob.lines.filter((line) => line.startsWith('alice: '));
  expect(texts).toEqual(['Hi there', 'Hi', 'ene', 'lo', '.', '  nothing'].map((text) => `alice: ${text}`));
  alice.press('history b\t\r');
  alice.press('End \t\r');
  world.advance(ANSWER_MS);
  await promises();
  expect(alice.lines).toContain('End of history (6 messages)');
  expect(alice.client.status.chat).toBe('Connected');
});

test("with --timestamps one's own lines have the time, too, those that were pasted as well", async () => {
  let now = new Date(2026, 10, 22, 16, 4, 59).getTime();
  const { alice, world } = await room({ style: { timestamps: true, historyJson: false, wall: () => now } });
  alice.enter('Chat bob');
  world.advance(ANSWER_MS);
  await promises();
  now += 1000;
  alice.enter('hello');
  alice.paste('one\ntwo');
  alice.press('y');
  await promises();
  expect(alice.lines).toEqual(
    expect.arrayContaining([
      '[16:04:59] alice · Connected > Chat bob',
      '[16:04:59] Chat started',
      '[16:05:00] alice · Active Chat with bob > hello',
      '[16:05:00] alice: two',
    ]),
  );
});

test.each([
  ['rings', true],
  ['is silent with --no-bell', false],
])('the terminal %s when somebody calls', async (_, bell) => {
  const { alice, bob, world } = await room({ bell });
  alice.enter('Chat bob');
  world.advance(ANSWER_MS);
  alice.enter('End chat');
  world.advance(ANSWER_MS);
  expect(alice.raw).not.toContain(BELL);
  bob.type('Chat alice');
  world.advance(ANSWER_MS);
  expect(alice.raw.includes(BELL)).toBe(bell);
});
