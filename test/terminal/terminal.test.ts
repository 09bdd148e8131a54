/** A person at a terminal: a prompt that says the state, texts that arrive while one types, keys, pastes (docs/client.md). */
import { readdirSync } from 'node:fs';
import type { Actor, Stage } from '../../bin/demo/stage';
import { asked, limits, logOn, stages, startChat, UNSLOWED } from '../binaries/support';
import { Desk, LARGE, SMALL } from './desk';
import type { Size } from '../../diagrams/report/screen/emulator';

const openStage = stages();
const desks: Desk[] = [];
afterEach(async () => {
  for (const desk of desks) desk.kill();
  await Promise.all(desks.splice(0).map(({ exit }) => exit));
});

interface Room {
  readonly stage: Stage;
  readonly bob: Actor;
  readonly alice: Desk;
}
const CHATTING = 'alice · Active Chat with bob >';

/** Bob at a pipe, connected; Alice at a terminal, off line. */
async function room(size: Size = SMALL, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Room> {
  const stage = await openStage();
  await stage.subscribe('alice', 'bob');
  await stage.startServer(...UNSLOWED);
  const bob = stage.client('bob');
  await logOn(bob);
  const alice = new Desk(stage, 'alice', size, args, env);
  desks.push(alice);
  await alice.stands('alice · Offline >');
  return { stage, bob, alice };
}
async function chatting(...how: Parameters<typeof room>): Promise<Room> {
  const it = await room(...how);
  it.alice.press('Log on\r');
  await it.alice.stands('alice · Connected >');
  it.alice.press('Chat bob\r');
  await it.alice.stands(CHATTING);
  // Before, he has nobody to write to.
  await it.bob.shows('Chat started');
  return it;
}
async function says({ bob, alice }: Room, text: string): Promise<void> {
  bob.type(text);
  await alice.shows(`bob: ${text}`);
}

test.each([
  ['80x24', SMALL],
  ['200x50', LARGE],
])('texts that arrive while one types, at %s', async (_, size) => {
  const it = await chatting(size);
  const { alice, bob } = it;
  alice.press('half a li');
  await alice.stands(`${CHATTING} half a li`);
  await says(it, 'one');
  await alice.stands(`${CHATTING} half a li`);
  alice.press('ne');
  await alice.stands(`${CHATTING} half a line`);
  // Over several rows, with the cursor in the middle of it.
  const long = ' and a long one'.repeat(20);
  alice.press(long);
  await alice.stands(`${CHATTING} half a line${long}`);
  await says(it, 'with the cursor on the last row');
  await alice.stands(`${CHATTING} half a line${long}`);
  alice.press('\u0001');
  await alice.until(({ cursor }) => cursor.x === CHATTING.length + 1);
  // What wraps is indented: column 1 belongs to the program.
  const x = (n: number): string => 'x'.repeat(n);
  bob.type(x(size.columns + 7));
  await alice.until(({ rows }) => rows.includes(`  ${x(12)}`), 'the rest of the text, indented');
  await says(it, 'two');
  await alice.stands(`${CHATTING} half a line${long}`);
  alice.press('Only ');
  await alice.stands(`${CHATTING} Only half a line${long}`);
  alice.press('\r');
  await bob.shows(`alice: Only half a line${long}`);
  await alice.stands(CHATTING);
  // Nothing was lost, nothing stands there twice.
  expect(alice.lines).toEqual([
    'Parley: alice, off line. Type Log on, or Help.',
    'alice · Offline > Log on',
    'Connected',
    'alice · Connected > Chat bob',
    ...asked('bob'),
    'bob: one',
    'bob: with the cursor on the last row',
    `bob: ${x(size.columns - 5)}`,
    `  ${x(12)}`,
    'bob: two',
    `${CHATTING} Only half a line${long}`,
    CHATTING,
  ]);
});

test('wide characters, emoji and combining marks: cursor and deletion go by characters', async () => {
  const it = await chatting();
  const { alice, bob } = it;
  const start = CHATTING.length + 1;
  const at = (x: number) => alice.until(({ cursor }) => cursor.x === start + x, `the cursor at ${String(x)}`);
  alice.press('漢字e\u0301!');
  await alice.stands(`${CHATTING} 漢字e\u0301!`);
  await at(6);
  alice.press('\u001b[D\u001b[D');
  await at(4);
  alice.press('\u001b[D');
  await at(2);
  await says(it, '絵文字 😀');
  await at(2);
  alice.press('\u001b[C\u001b[C');
  await at(5);
  // One press takes letter and accent.
  alice.press('\u007f');
  await alice.stands(`${CHATTING} 漢字!`);
  await at(4);
  alice.press('\u0005👩‍👩‍👧');
  await alice.stands(`${CHATTING} 漢字!👩‍👩‍👧`);
  alice.press('\u007f😀');
  await alice.stands(`${CHATTING} 漢字!😀`);
  await at(7);
  alice.press('\r');
  await bob.shows('alice: 漢字!😀');
});

test('wide characters that reach the edge are not cut, and are redrawn', async () => {
  const it = await chatting();
  const wide = '漢'.repeat(60);
  // Where half a character is left at the edge the screen has an empty cell.
  const close = (line: string) => line.replaceAll(/漢 (?=漢)/g, '漢');
  const stands = () => it.alice.until(({ current }) => close(current) === `${CHATTING} ${wide}`);
  it.alice.press(wide);
  await stands();
  await says(it, 'in between');
  await stands();
  it.alice.press('\r');
  await it.bob.shows(`alice: ${wide}`);
  await it.alice.stands(CHATTING);
  const seen = it.alice.lines.filter((line) => line.includes('漢')).map(close);
  expect(seen).toEqual([`${CHATTING} ${wide}`]);
});

test('several pasted lines are several texts, after a question', async () => {
  const it = await chatting();
  const { alice, bob } = it;
  alice.press('before ');
  await alice.stands(`${CHATTING} before`);
  alice.paste('one\r\n\r\n\ttwo\u0007\nthree\n');
  await alice.stands('Send 3 lines to bob? (y/n)');
  await says(it, 'meanwhile');
  await alice.stands('Send 3 lines to bob? (y/n)');
  // What is typed on is no answer, and waits.
  alice.press('xy');
  await alice.stands('Send 3 lines to bob? (y/n) xy');
  alice.press('\u0015');
  await alice.stands('Send 3 lines to bob? (y/n)');
  alice.press('y');
  await bob.shows('alice: before one');
  await bob.shows('alice:     two');
  await bob.shows('alice: three');
  await alice.stands(CHATTING);
  alice.paste('four\nfive');
  await alice.stands('Send 2 lines to bob? (y/n)');
  alice.press('n');
  await alice.stands(CHATTING);
  // One line is typed, not sent.
  alice.paste('just \u001b[31mone\n');
  await alice.stands(`${CHATTING} just [31mone`);
  alice.press('\r');
  await bob.shows('alice: just [31mone');
  expect(bob.lines).not.toContain('alice: four');
});

test('Tab completes commands and the IDs met, Up brings lines back', async () => {
  const { alice } = await room();
  alice.press('log on\t\r');
  await alice.stands('alice · Connected >');
  alice.press('Chat dora\r');
  await alice.shows('Correspondent unreachable');
  await alice.stands('alice · Connected >');
  alice.press('his\td\t');
  await alice.stands('alice · Connected > History dora');
  alice.press('\r');
  await alice.shows('No history with dora');
  alice.press('\u001b[A\u001b[A');
  await alice.stands('alice · Connected > Chat dora');
  alice.press('\u0015l\t\t');
  await alice.until(({ lines }) => lines.some((line) => /Log on +Log off/.test(line)));
});

test('Tab completes contacts from the start, and nothing of them is written down', async () => {
  const { stage, alice } = await room(SMALL, ['--contact', 'dora', '--contact', 'dorothy']);
  const before = readdirSync(stage.folder).sort();
  alice.press('cha\tdoro\t');
  await alice.stands('alice · Offline > Chat dorothy');
  alice.press('\u0015chat \t\t');
  await alice.until(({ lines }) => lines.some((line) => /^chat dora +chat dorothy$/.test(line)));
  alice.press('\u0015\u0004');
  expect(await alice.exit).toBe(0);
  expect(readdirSync(stage.folder).sort()).toEqual(before);
});

test('Ctrl-C ends the chat, then asks; Ctrl-D leaves', async () => {
  const { alice, bob } = await chatting();
  alice.press('\u0003');
  await alice.shows('Chat ended');
  await bob.shows('Chat ended');
  await alice.stands('alice · Connected >');
  alice.press('half a command');
  await alice.stands('alice · Connected > half a command');
  // The line first: nobody leaves by clearing a line.
  alice.press('\u0003');
  await alice.stands('alice · Connected >');
  alice.press('\u0003');
  await alice.stands('Log off and leave? (y/n)');
  alice.press('n');
  await alice.stands('alice · Connected >');
  alice.press('\u0004');
  expect(await alice.exit).toBe(0);
  expect(alice.lines.slice(-2)).toEqual(['Disconnected', '']);
  expect(alice.raw).toContain('\u001b[?2004l');
});

test('Ctrl-C twice leaves', async () => {
  const { alice } = await room();
  alice.press('\u0003');
  await alice.stands('Log off and leave? (y/n)');
  alice.press('\u0003');
  expect(await alice.exit).toBe(0);
});

test('the window is made smaller and larger while one types', async () => {
  const it = await chatting(LARGE);
  const { alice, bob } = it;
  const text = 'words '.repeat(25).trimEnd();
  alice.press(text);
  await alice.stands(`${CHATTING} ${text}`);
  await alice.resize(SMALL);
  await says(it, 'smaller');
  await alice.stands(`${CHATTING} ${text}`);
  await alice.resize(LARGE);
  await says(it, 'larger');
  await alice.stands(`${CHATTING} ${text}`);
  alice.press('!\r');
  await bob.shows(`alice: ${text}!`);
  await alice.stands(CHATTING);
  // What others wrote is never erased; how rows of the line itself are kept differs between terminals.
  const others = [...asked('bob'), 'bob: smaller', 'bob: larger'];
  expect(alice.lines.filter((line) => others.includes(line))).toEqual(others);
});

test('a long history shows how far it is, and can be interrupted', async () => {
  const { stage, bob, alice } = await room();
  const filler = stage.client('alice');
  await logOn(filler);
  await startChat(filler, bob);
  // More than can be read in one turn.
  const count = 600;
  // In portions, or the server would soon take Bob for one who does not read.
  const portion = 100;
  for (let n = 1; n <= count; n++) {
    const last = n % portion === 0;
    filler.type(last ? `${String(n)} texts` : 'x'.repeat(4000));
    if (last) await bob.shows(`alice: ${String(n)} texts`);
  }
  filler.type('Quit');
  await bob.shows('Chat ended');
  await filler.exit;
  alice.press('Log on\r');
  await alice.stands('alice · Connected >');
  alice.press('History bob\r');
  const end = `End of history (${String(count)} messages)`;
  await alice.until(({ raw }) => raw.slice(-200).includes(end), end);
  expect(alice.raw).toMatch(/· \d+ past texts, Ctrl-C stops >/);
  await alice.stands('alice · Connected >');
  const before = alice.raw.length;
  alice.press('History bob\r\u0003');
  await alice.until(({ raw }) => raw.slice(before).includes(end), end);
  await alice.stands('alice · Connected >');
  expect(alice.raw.slice(before)).not.toContain('<from: ');
  expect(alice.lines.slice(-4)).toEqual([
    'alice · Connected > History bob',
    '(the rest of it is not shown)',
    end,
    'alice · Connected >',
  ]);
});

test('what went wrong stands in one line with what to do next', async () => {
  const times = limits({ T_ACTIVITY_MS: 3000, T_GUARD_MS: 2900 });
  const { alice } = await room(LARGE, times);
  alice.press('Chat bob\r');
  await alice.shows('Not connected: log on first');
  alice.press('Log on\r');
  await alice.shows('You will be logged off in 3 s: Chat ID or History ID keeps you logged on');
  await alice.shows('Logged off: no activity: log on again');
  await alice.stands('alice · Offline >');
});

test('Status says who, state, session, timer and server', async () => {
  const { alice, stage } = await room();
  alice.press('Log on\r');
  await alice.stands('alice · Connected >');
  alice.press('Status\r');
  await alice.shows(`alice: Connected; server 127.0.0.1:${String(stage.server.udp)}`);
  await alice.until(({ lines }) => lines.some((line) => /^logged off without activity: in 5 min 0 s$/.test(line)));
});

describe('how it looks', () => {
  const coloured = ({ cells }: Desk): boolean => cells.flat().some(({ ink, bold, dim }) => ink !== null || bold || dim);

  test('colours where the terminal has them, not with NO_COLOR', async () => {
    const with_ = await chatting();
    await says(with_, 'hello');
    expect(coloured(with_.alice)).toBe(true);
    const without = await chatting(SMALL, [], { NO_COLOR: '1' });
    await says(without, 'hello');
    expect(coloured(without.alice)).toBe(false);
    // eslint-disable-next-line no-control-regex -- that is how colours are asked for
    expect(without.alice.raw).not.toMatch(/\u001b\[\d+m/);
  });

  test('a terminal that can do nothing gets plain lines', async () => {
    const stage = await openStage();
    await stage.subscribe('alice');
    await stage.startServer();
    const alice = new Desk(stage, 'alice', SMALL, [], { TERM: 'dumb' });
    desks.push(alice);
    alice.press('Log on\r');
    await alice.shows('Connected');
    alice.press('Quit\r');
    expect(await alice.exit).toBe(0);
    expect(alice.raw).not.toContain('\u001b');
  });

  test('time stamps, and history as JSON', async () => {
    const it = await chatting(SMALL, ['--timestamps', '--history-json']);
    const { alice, bob } = it;
    bob.type('hello');
    await alice.until(({ lines }) => lines.some((line) => /^\[\d\d:\d\d:\d\d\] bob: hello$/.test(line)));
    alice.press('History bob\r');
    await alice.until(({ lines }) =>
      lines.some((line) => /^\{"session":1,"from":"bob","text":"hello","time":\d{13}\}$/.test(line)),
    );
  });
});
