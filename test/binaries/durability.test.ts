/**
 * What one client has seen is in the history, even if the server is killed the next instant (protocol 4.8): the server is
 * killed at random moments while texts stream both ways, and what stood on the screens is compared with what was stored.
 */
import type { Actor, Happening, Stage } from '../../bin/demo/stage';
import { ASSIGNMENT_ONLY } from '../../diagrams/report/play/assignment';
import { both, history, logOn, randomOf, seeds, stages, startChat, UNSLOWED, type HistoryLine } from './support';

const open = stages();
const ROUNDS = 50;
/** Texts that each side types before it has seen any, and texts shown until the server dies: at most. */
const AHEAD = 20;
const SHOWN = 60;
/** Turns of the event loop between the last text shown and the signal: at most. */
const TURNS = 10;
/** Half a minute on two cores that do nothing else. */
const LOOP_MS = 240_000;

const IDS = ['alice', 'bob'] as const;
type Id = (typeof IDS)[number];
const OTHER = { alice: 'bob', bob: 'alice' } as const;

/** Texts of one round, by who typed them. */
interface Round {
  readonly number: number;
  readonly typed: Record<Id, string[]>;
  /** What the other was shown of it. */
  readonly shown: Record<Id, string[]>;
  /** What happens when so many texts have been shown in all. */
  readonly target: number;
  readonly reached: () => void;
}

/** Two clients that talk as fast as they are read: whoever is shown a text makes its writer type another. */
class Talk {
  readonly rounds: Round[] = [];

  constructor(
    readonly stage: Stage,
    private readonly clients: Record<Id, Actor>,
    readonly random: () => number,
  ) {}

  get pair(): readonly [Actor, Actor] {
    return [this.clients.alice, this.clients.bob];
  }

  begin(ahead: number, target: number, reached: () => void): void {
    const number = this.rounds.length + 1;
    this.rounds.push({ number, typed: { alice: [], bob: [] }, shown: { alice: [], bob: [] }, target, reached });
    for (let n = 0; n < ahead; n++) for (const id of IDS) this.type(id);
  }

  see({ who, kind, line }: Happening): void {
    const [, writer, text = ''] = /^(alice|bob): (.*)$/.exec(line) ?? [];
    const round = this.rounds.at(-1);
    if (kind !== 'shown' || !round || (writer !== 'alice' && writer !== 'bob') || who !== OTHER[writer]) return;
    round.shown[writer].push(text);
    const soFar = round.shown.alice.length + round.shown.bob.length;
    if (soFar === round.target) round.reached();
    else if (soFar < round.target) this.type(writer);
  }

  private type(id: Id): void {
    const round = this.rounds.at(-1);
    if (!round) throw new Error('nobody types before the first round');
    const length = Math.floor(this.random() ** 4 * 2000);
    const text = `${String(round.number)}/${String(round.typed[id].length + 1)} ${'.'.repeat(length)}`;
    round.typed[id].push(text);
    this.clients[id].type(text);
  }
}

async function begin(seed: number): Promise<Talk> {
  const watching: { talk?: Talk } = {};
  const stage = await open((happening) => watching.talk?.see(happening), ASSIGNMENT_ONLY);
  await stage.subscribe(...IDS);
  await stage.startServer(...UNSLOWED);
  return (watching.talk = new Talk(stage, { alice: stage.client('alice'), bob: stage.client('bob') }, randomOf(seed)));
}

/** A chat until the server dies, so many turns of the event loop after so many texts; then it is there again. */
async function killedRound(talk: Talk, target: number, turns: number): Promise<void> {
  const { stage, pair, random } = talk;
  const [caller, called] = random() < 0.5 ? pair : ([pair[1], pair[0]] as const);
  await logOn(...pair);
  await startChat(caller, called);
  // What the called one writes is for this chat, too, and not for the one before.
  called.type(`Chat ${caller === pair[0] ? 'alice' : 'bob'}`);
  const { process } = stage.server;
  talk.begin(1 + Math.floor(random() * AHEAD), target, () => later(turns, () => process.kill('SIGKILL')));
  expect(await process.exit).toBe('SIGKILL');
  await both(...pair, 'Connection lost');
  await stage.startServer('--udp-port', String(stage.server.udp), ...UNSLOWED);
}
function later(turns: number, act: () => void): void {
  if (turns === 0) act();
  else setImmediate(() => later(turns - 1, act));
}

/** Shown is a beginning of stored, stored is a beginning of typed: nothing seen is lost, and there is no gap (I-9, I-10). */
function expectStored({ rounds }: Talk, list: readonly HistoryLine[]): void {
  const sessions: number[] = [];
  for (const { number, typed, shown } of rounds) {
    const of = list.filter(({ text }) => text.startsWith(`${String(number)}/`));
    for (const id of IDS) {
      const stored = of.filter(({ from }) => from === id).map(({ text }) => text);
      expect(stored.slice(0, shown[id].length)).toEqual(shown[id]);
      expect(stored).toEqual(typed[id].slice(0, stored.length));
    }
    sessions.push(...new Set(of.map(({ session }) => session)));
  }
  // One session a round, and each number above all before.
  expect(sessions).toEqual([...new Set(sessions)].sort((a, b) => a - b));
  expect(sessions.length).toBeLessThanOrEqual(rounds.length);
}

test('a text that has just been shown is in the history when the server is killed', async () => {
  const talk = await begin(1);
  await killedRound(talk, 1, 0);
  await logOn(...talk.pair);
  const list = await history(talk.pair[0], 'bob');
  expect(list.length).toBeGreaterThan(0);
  expectStored(talk, list);
});

test.each(seeds(1))(
  `the same ${String(ROUNDS)} times, at any moment (seed %i)`,
  async (seed) => {
    const talk = await begin(seed);
    const { random, pair } = talk;
    for (let round = 1; round <= ROUNDS; round++) {
      await killedRound(talk, 1 + Math.floor(random() * SHOWN), Math.floor(random() * TURNS));
    }
    await logOn(...pair);
    const [mine, yours] = [await history(pair[0], 'bob'), await history(pair[1], 'alice')];
    expect(yours).toEqual(mine);
    expectStored(talk, mine);
  },
  LOOP_MS,
);
