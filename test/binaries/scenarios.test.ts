/**
 * The validation scenarios (spec section 7) with the real commands: what stood on every screen and every message that went
 * over the wire, in order. The scenarios themselves are the demo's.
 */
import { SCENARIOS } from '../../bin/demo/scenarios';
import type { Scenario } from '../../diagrams/report/play/play';
import { asked, called, PATIENT, readWire, type Sent, stages } from './support';

const open = stages();

interface Played {
  readonly wire: readonly Sent[];
  /** The messages, in brief, in the order in which the server saw them. */
  readonly brief: readonly string[];
  /** The same without CLOSE: who leaves shows `Disconnected` at once, so what others do next may come before it. */
  readonly said: readonly string[];
  /** What each client showed. */
  readonly screens: Readonly<Record<string, readonly string[]>>;
}

async function play({ clients, play: act }: Scenario): Promise<Played> {
  const screens: Record<string, string[]> = Object.fromEntries(clients.map((id) => [id, []]));
  const stage = await open(({ who, kind, line }) => void (kind === 'shown' && screens[who]?.push(line)), PATIENT);
  await stage.subscribe(...clients);
  await stage.startServer('--dump', 'dump');
  await act(stage);
  await stage.finish();
  const wire = readWire(stage, 'dump');
  const brief = wire.map((sent) => sent.brief);
  return { wire, brief, said: brief.filter((line) => !/ CLOSE /.test(line)), screens };
}

/** The official sequence chart for one client; on TCP each side's preface is the header of its first message. */
const connectionOf = (id: string): string[] => [
  `${id}>S HELLO id=${id}`,
  `S>${id} CHALLENGE`,
  `${id}>S RESPONSE id=${id}`,
  `S>${id} AUTH_SUCCESS`,
  `${id}>S preface`,
  `${id}>S CONNECT`,
  `S>${id} preface`,
  `S>${id} CONNECTED`,
];
const startOf = (a: string, b: string, session: number): string[] => [
  `${a}>S CHAT_REQUEST id=${b}`,
  `S>${a} CHAT_STARTED session=${String(session)} id=${b}`,
  `S>${b} CHAT_STARTED session=${String(session)} id=${a}`,
];
/** The texts of the demo, each with its relay. */
const textsOf = (a: string, b: string, session: number): string[] =>
  (
    [
      [a, b, `Hello ${b}, this is ${a}`],
      [b, a, 'Gr\\u00fc\\u00dfe \\u2615'],
      [a, b, 'Shall we meet at nine?'],
    ] as const
  ).flatMap(([from, to, text]) => [
    `${from}>S CHAT session=${String(session)} text="${text}"`,
    `S>${to} CHAT session=${String(session)} text="${text}"`,
  ]);
const endOf = (ending: string, other: string, session: number): string[] => [
  `${ending}>S END_REQUEST session=${String(session)}`,
  `S>${other} END_NOTIF session=${String(session)} why=0`,
];
/** Everything that went from or to one client. */
const of = (id: string, brief: readonly string[]): string[] =>
  brief.filter((line) => line.startsWith(`${id}>`) || line.startsWith(`S>${id} `));
/** The one who logs off says so last. */
const expectClosed = (brief: readonly string[], ...ids: readonly string[]): void => {
  for (const id of ids) expect(of(id, brief).at(-1)).toBe(`${id}>S CLOSE reason=0`);
  expect(brief.filter((line) => / CLOSE /.test(line))).toHaveLength(ids.length);
};

/** What A and B read in a chat of the demo. */
const CALLER = [...asked('bob'), 'bob: Grüße ☕', 'Chat ended', 'Disconnected'];
const CALLED = [
  ...called('alice'),
  'alice: Hello bob, this is alice',
  'alice: Shall we meet at nine?',
  'Chat ended',
  'Disconnected',
];

const chatOf = (session: number, ending: 'alice' | 'bob'): string[] => [
  ...startOf('alice', 'bob', session),
  ...textsOf('alice', 'bob', session),
  ...endOf(ending, ending === 'alice' ? 'bob' : 'alice', session),
];

const CHECKS: Readonly<Record<string, (played: Played) => void>> = {
  V1({ brief, said, screens, wire }) {
    expect(said).toEqual([...connectionOf('alice'), ...connectionOf('bob'), ...chatOf(1, 'alice')]);
    expectClosed(brief, 'alice', 'bob');
    expect(screens).toEqual({ alice: ['Connected', ...CALLER], bob: ['Connected', ...CALLED] });
    const clear = wire.filter(({ sealed }) => !sealed).map(({ name }) => name);
    expect(new Set(clear)).toEqual(new Set(['HELLO', 'CHALLENGE', 'RESPONSE', 'preface']));
    const rands = wire.filter(({ name }) => name === 'CHALLENGE').map(({ fields }) => fields['rand']);
    expect(new Set(rands).size).toBe(2);
  },

  V2({ brief, said, screens }) {
    expect(said).toEqual([...connectionOf('alice'), ...connectionOf('bob'), ...chatOf(1, 'bob')]);
    expectClosed(brief, 'alice', 'bob');
    expect(screens).toEqual({ alice: ['Connected', ...CALLER], bob: ['Connected', ...CALLED] });
  },

  V3({ brief, said, screens }) {
    expect(said).toEqual([
      ...connectionOf('alice'),
      'alice>S CHAT_REQUEST id=bob',
      'S>alice UNREACHABLE id=bob',
      ...connectionOf('bob'),
      ...chatOf(1, 'bob'),
    ]);
    expectClosed(brief, 'alice', 'bob');
    expect(screens).toEqual({
      alice: ['Connected', 'Correspondent unreachable', ...CALLER],
      bob: ['Connected', ...CALLED],
    });
  },

  V4({ said, screens }) {
    const begun = [...connectionOf('alice'), ...connectionOf('bob'), ...startOf('alice', 'bob', 1)];
    const refused = [...connectionOf('carol'), 'carol>S CHAT_REQUEST id=bob', 'S>carol UNREACHABLE id=bob'];
    const expected = [...begun, ...refused, ...textsOf('alice', 'bob', 1)];
    // Not one message to alice or bob between; then all three leave at once, in any order.
    expect(said.slice(0, expected.length)).toEqual(expected);
    expect(screens).toEqual({
      alice: ['Connected', ...CALLER],
      bob: ['Connected', ...CALLED],
      carol: ['Connected', 'Correspondent unreachable', 'Disconnected'],
    });
  },

  V5({ brief, said, screens }) {
    expect(said).toEqual([
      ...connectionOf('alice'),
      ...connectionOf('bob'),
      ...chatOf(1, 'alice'),
      // Bob's second Log on is answered by his own client.
      ...connectionOf('alice'),
      'alice>S HISTORY_REQ id=bob',
      'S>alice HISTORY_RESP session=1 id=alice text="Hello bob, this is alice"',
      'S>alice HISTORY_RESP session=1 id=bob text="Gr\\u00fc\\u00dfe \\u2615"',
      'S>alice HISTORY_RESP session=1 id=alice text="Shall we meet at nine?"',
      'S>alice HISTORY_END id=bob status=0 count=3',
    ]);
    expect(brief.filter((line) => / CLOSE /.test(line))).toHaveLength(3);
    const list = [
      '<1> <from: alice> <Hello bob, this is alice>',
      '<1> <from: bob> <Grüße ☕>',
      '<1> <from: alice> <Shall we meet at nine?>',
      'End of history (3 messages)',
    ];
    expect(screens).toEqual({
      alice: ['Connected', ...CALLER, 'Connected', ...list, 'Disconnected'],
      bob: ['Connected', ...CALLED.slice(0, -1), 'Connected', 'you were already logged on', 'Disconnected'],
    });
  },

  V6({ brief, said, screens }) {
    const sessions = PAIRS.map(([a, b]) => {
      const session = Number(/ session=(\d+)/.exec(of(a, said).find((line) => /CHAT_STARTED/.test(line)) ?? '')?.[1]);
      const chat = [...startOf(a, b, session), ...textsOf(a, b, session), ...endOf(b, a, session)];
      for (const id of [a, b]) expect(of(id, said)).toEqual([...connectionOf(id), ...of(id, chat)]);
      expect(screens[a]).toEqual(['Connected', ...asked(b), `${b}: Grüße ☕`, 'Chat ended', 'Disconnected']);
      expect(screens[b]).toEqual([
        'Connected',
        ...called(a),
        `${a}: Hello ${b}, this is ${a}`,
        `${a}: Shall we meet at nine?`,
        'Chat ended',
        'Disconnected',
      ]);
      return session;
    });
    expect(sessions.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(atOnce(said)).toBe(5);
    expectClosed(brief, ...PAIRS.flat());
  },
};
const PAIRS = [
  ['anna', 'ben'],
  ['cleo', 'dan'],
  ['eve', 'fritz'],
  ['gina', 'hal'],
  ['ida', 'jon'],
] as const;

/** The greatest number of sessions at one time. */
function atOnce(brief: readonly string[]): number {
  let [running, most] = [0, 0];
  for (const line of brief) {
    if (/CHAT_REQUEST/.test(line)) running++;
    if (/END_REQUEST/.test(line)) running--;
    most = Math.max(most, running);
  }
  return most;
}

for (const scenario of SCENARIOS) {
  const { id, title } = scenario;
  test(`${id}: ${title}`, async () => {
    const check = CHECKS[id];
    if (!check) throw new Error(`nothing is expected of ${id}`);
    check(await play(scenario));
  });
}
test('there are six scenarios', () => {
  expect(SCENARIOS.map(({ id }) => id)).toEqual(['V1', 'V2', 'V3', 'V4', 'V5', 'V6']);
});
