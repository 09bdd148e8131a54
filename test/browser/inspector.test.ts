/**
 * The live inspector in a real browser: a server and two clients on one page. What lights up at every step of what they have
 * done, there and back; the ladder of it; and a page that pauses while they go on.
 */
import { Stage } from '../../bin/demo/stage';
import { both, logOn, say, stages, startChat } from '../binaries/support';
import { browsing, describeInBrowser } from './browser';
import { together, type Inspector } from './inspector';
import { PARTS, type Part, type View } from './in-page';
import { openStory, story, threeProcesses, type Inspected } from './support';

type Lit = readonly [state: string, edge: string];

/** What was lit in a chart, each time that it was another picture: the active state, and the words at the edge just taken. */
function litIn(views: readonly View[], part: Part): Lit[] {
  const pictures = views.map(({ charts }): Lit => [charts[part].active.join(' + '), charts[part].taken.join(' + ')]);
  return pictures.filter((one, i) => JSON.stringify(one) !== JSON.stringify(pictures[i - 1]));
}

/** Before a machine begins, and after it has ended in a state that the assignment does not draw, nothing is lit. */
const NOTHING: Lit = ['', ''];
/** In the words of the assignment's diagrams; server corrections are named beside the trigger. */
const LOG_ON: readonly Lit[] = [
  NOTHING,
  ['Offline', ''],
  ['Wait for Challenge', 'User logs on Send HELLO'],
  ['Wait for AUTH_SUCCESS', 'Receive CHALLENGE Send RESPONSE'],
  ['Connecting', 'Receive AUTH_SUCCESS Generate CK Establish TCP Send CONNECT'],
  ['Connected', 'Receive CONNECTED Display "Connected"'],
];
const STORIES: Readonly<Record<string, Readonly<Record<Part, readonly Lit[]>>>> = {
  alice: {
    connection: [...LOG_ON, ['Offline', 'Activity timer expired or user logs off Tear down TCP']],
    chat: [
      NOTHING,
      ['Connected', ''],
      ['Wait for CHAT_STARTED', 'User types "Chat" Send CHAT_REQUEST Reset activity timer'],
      ['Active Chat', 'Receive CHAT_STARTED Display "Chat started"'],
      ['Connected', 'User types "End chat" Send END_REQUEST Display "Chat ended"'],
      NOTHING,
    ],
    history: [
      NOTHING,
      ['Idle', ''],
      ['Receiving', 'User types History Send HISTORY_REQ Start activity timer'],
      ['Receiving', 'Receive HISTORY_RESP Display line'],
      ['Idle', 'Receive HISTORY_END [count right] Display end of history'],
      ['Gone', 'Connection gone Λ'],
    ],
  },
  bob: {
    connection: LOG_ON,
    chat: [
      NOTHING,
      ['Connected', ''],
      ['Active Chat', 'Receive CHAT_STARTED Display "Chat started"'],
      ['Connected', 'Receive END_NOTIF Display "Chat ended"'],
    ],
    history: [NOTHING, ['Idle', '']],
  },
};
/** The states alone: what a server does at each edge stands in its corrections. */
const SERVER_STATES: Readonly<Record<Part, readonly string[]>> = {
  connection: ['Offline', 'Wait for HELLO', 'Wait for RESPONSE', 'Connecting', 'Connected', 'Wait for HELLO'],
  chat: ['', 'Wait for CHAT_REQUEST', 'Active Chat', 'Wait for CHAT_REQUEST', 'Gone'],
  history: ['', 'Wait for HISTORY_REQ', 'Sending History', 'Wait for HISTORY_REQ', 'Gone'],
};

const LADDER: readonly (readonly [from: string, name: string])[] = [
  ['alice', 'HELLO'],
  ['S', 'CHALLENGE'],
  ['alice', 'RESPONSE'],
  ['S', 'AUTH_SUCCESS'],
  ['alice', 'CONNECT'],
  ['S', 'CONNECTED'],
  ['alice', 'CHAT_REQUEST'],
  ['S', 'CHAT_STARTED'],
  ['alice', 'CHAT'],
  ['S', 'CHAT'],
  ['alice', 'END_REQUEST'],
  ['alice', 'HISTORY_REQ'],
  ['S', 'HISTORY_RESP'],
  ['S', 'HISTORY_RESP'],
  ['S', 'HISTORY_END'],
  ['alice', 'CLOSE'],
];

/** Where an event has just moved a machine of this client, its chart shows the state reached and names the event. */
function expectChartsToFollow(client: string, views: readonly View[]): void {
  for (const { event, charts } of views) {
    const [, owner = '', name = '', answer = ''] = event;
    const [, part, to] =
      /^(?:\S+ #\d+ )?(.*)$/.exec(owner) && answer.includes(' → ')
        ? ['', owner.split(' ').at(-1), answer.split(' → ')[1]]
        : [];
    if (owner !== `${client} ${part ?? ''}` || to === undefined) continue;
    const { state, title } = charts[part as Part];
    expect([title, state.replace(' (ended)', ''), name]).toEqual([
      owner,
      to,
      expect.stringMatching(/^(User|Receive|TCP|Partner|Connection) |expired$/),
    ]);
  }
}

describeInBrowser('a server and two clients that have chatted, on one page', () => {
  const { inspect } = browsing();
  let inspected: Inspected;
  beforeAll(async () => {
    inspected = await threeProcesses(await Stage.open());
    await story(inspected);
  });
  afterAll(() => inspected.stage.close());
  const openAll = (): Promise<Inspector> => openStory(inspect, inspected);

  test('states light up in the order of the diagrams, each with the edge that was taken; back shows what forth showed', async () => {
    const inspector = await openAll();
    const forth = await inspector.through();
    for (const part of PARTS) expect(litIn(forth, part)).toEqual(STORIES['alice']?.[part]);
    expectChartsToFollow('alice', forth);
    for (const before of forth.slice(0, -1).reverse()) expect(await inspector.step(-1)).toEqual(before);
  });

  test('another client, and what the server has of a client, are stepped through alone', async () => {
    const inspector = await openAll();
    await inspector.chooseClient('bob');
    await inspector.thisClientOnly.check();
    const bob = await inspector.through();
    for (const part of PARTS) expect(litIn(bob, part)).toEqual(STORIES['bob']?.[part]);
    const [, ...own] = bob.map(({ event }) => event[1]);
    expect(new Set(own)).toEqual(new Set(['bob', 'bob connection', 'bob chat', 'bob history']));
    await inspector.live();
    await inspector.chooseClient('#1 alice');
    const server = await inspector.through();
    for (const part of PARTS) {
      const states = litIn(server, part).map(([state]) => state);
      expect(states.filter((state, i) => state !== states[i - 1])).toEqual(SERVER_STATES[part]);
    }
  });

  test('a click on an event goes to its moment, and End to the newest', async () => {
    const inspector = await openAll();
    await inspector.filterEvents.fill('D.CHALLENGE alice');
    await inspector.events.filter({ hasText: 'Receive CHALLENGE' }).click();
    const then = await inspector.when(({ where }) => where.endsWith('paused'));
    expect(then.event.slice(1, 3)).toEqual(['alice connection', 'Receive CHALLENGE']);
    expect(then.charts.connection.active).toEqual(['Wait for AUTH_SUCCESS']);
    expect(then.charts.connection.taken).toEqual(['Receive CHALLENGE Send RESPONSE']);
    expect(then.charts.chat.title).toBe('chat');
    const now = await inspector.live();
    expect(now.charts.connection.active).toEqual(['Offline']);
  });

  test('the ladder has every message once, in order: UDP dashed, encrypted underlined', async () => {
    const inspector = await openAll();
    const ladder = await inspector.ladder();
    const arrows = ladder.filter(({ kind, text }) => kind === 'arrow' && text !== 'KEEPALIVE');
    const ofAlice = arrows.filter(({ title }) => /^(alice → S|S → alice), /.test(title));
    expect(ofAlice.map(({ title, text }) => [title.split(' ')[0], text])).toEqual(LADDER);
    // Both ends have recorded it, so it is one arrow.
    expect(arrows.filter(({ title }) => title.includes('seen by'))).toEqual([]);
    for (const { text, dashed, underlined } of arrows) {
      const udp = ['HELLO', 'CHALLENGE', 'RESPONSE', 'AUTH_SUCCESS'].includes(text);
      const clear = ['HELLO', 'CHALLENGE', 'RESPONSE'].includes(text);
      expect({ text, dashed, underlined }).toEqual({ text, dashed: udp, underlined: !clear });
    }
    const states = ladder.filter(({ kind }) => kind === 'state').map(({ title }) => title);
    expect(states).toEqual(
      expect.arrayContaining(['client connection: Wait for Challenge', 'server chat: Active Chat']),
    );
  });
});

describeInBrowser('a server and two clients, while they live', () => {
  const { inspect } = browsing();
  const open = stages();

  test('pausing the page does not touch them, and live it has all that happened meanwhile', async () => {
    const inspected = await threeProcesses(await open());
    const { alice, bob, links } = inspected;
    const inspector = await inspect(together(links));
    await logOn(alice, bob);
    await startChat(alice, bob);
    await inspector.chooseClient('alice');
    await inspector.caughtUp(...links);
    await inspector.pause.click();
    await inspector.when(({ where }) => where.endsWith('paused'));
    // A moment of alice: what the clocks of the others are corrected by later does not move it.
    await inspector.filterEvents.fill('M.CHAT_STARTED alice');
    await inspector.events.filter({ hasText: 'Active Chat' }).filter({ hasText: 'alice chat' }).first().click();
    const paused = await inspector.when(({ event }) => event[2] === 'Receive CHAT_STARTED');
    for (const n of [1, 2, 3]) await say(alice, bob, `while you look, ${String(n)}`);
    alice.type('End chat');
    await both(alice, bob, 'Chat ended');
    const later = await inspector.caughtUp(...links);
    expect(later.where).toMatch(/paused$/);
    expect([later.charts, later.event.slice(1)]).toEqual([paused.charts, paused.event.slice(1)]);
    expect(later.total).toBeGreaterThan(paused.total);
    expect(later.charts.chat.active).toEqual(['Active Chat']);
    await inspector.pause.click();
    const live = await inspector.when(({ where }) => where.endsWith('live'));
    expect(live.position).toBe(live.total);
    expect(live.charts.chat).toMatchObject({ active: ['Connected'], taken: [expect.stringContaining('End chat')] });
  });

  test('a process is added by its link, lights up as it goes, and is shown as ended when it quits', async () => {
    const { stage, alice, bob, links } = await threeProcesses(await open());
    const [server, first, second] = links;
    const inspector = await inspect(first);
    await inspector.caughtUp(first);
    await inspector.addProcess('http://127.0.0.1:1/no-token');
    await inspector.page.getByRole('alert').getByText('This is not a link').waitFor();
    await inspector.addProcess(server);
    await inspector.caughtUp(first, server);
    await inspector.addProcess(second);
    await inspector.caughtUp(...links);
    expect((await inspector.processes.allTextContents()).sort()).toEqual(['alicelive', 'boblive', 'serverlive']);
    await inspector.chooseClient('bob');
    expect(
      (await inspector.when(({ charts }) => charts.connection.title === 'bob connection')).charts.connection.active,
    ).toEqual(['Offline']);
    await logOn(bob);
    await inspector.when(({ charts }) => charts.connection.active[0] === 'Connected');
    bob.type('Quit');
    expect(await bob.exit).toBe(0);
    await inspector.processes.filter({ hasText: 'bob' }).filter({ hasText: 'ended' }).waitFor();
    await inspector.processes.filter({ hasText: 'alice' }).filter({ hasText: 'live' }).waitFor();
    await logOn(alice);
    await inspector.chooseClient('alice');
    await inspector.when(({ charts }) => charts.connection.active[0] === 'Connected');
    // What it did can still be stepped through.
    await inspector.chooseClient('bob');
    const views = await inspector.through();
    expect(litIn(views, 'connection').map(([state]) => state)).toEqual(
      expect.arrayContaining(['Offline', 'Connected']),
    );
    await stage.server.process.shows(/ bob>S .*CLOSE/);
  });
});
