/**
 * Plays a scenario on real terminals and keeps what the report shows of it: every step with what was expected and seen, every
 * screen, every trace. A scenario that goes wrong is a result too. Must never be here: words of the report.
 */
import { readTraces, TraceError, type Trace } from '../../trace/reader';
import type { Screen } from '../screen/emulator';
import type { Act, TerminalActor, Wanted, Witness } from './actor';
import { panesOf, Recorder, type Pane, type Recording } from './recording';
import { TerminalStage, type Sizes } from './stage';

/** What a scenario needs of a user at a terminal. */
export interface Player {
  readonly name: string;
  /** What his screen has shown. */
  readonly lines: readonly string[];
  enter(line: string): Promise<void>;
  shows(wanted: Wanted): Promise<string>;
}
export interface Scene {
  client(id: string): Player;
}
/** A validation scenario; it throws if something is not as expected. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly clients: readonly string[];
  readonly play: (scene: Scene) => Promise<void>;
}

export interface Played {
  readonly scenario: Scenario;
  readonly acts: readonly Act[];
  /** Last screens, the server's first. */
  readonly screens: readonly { readonly name: string; readonly screen: Screen }[];
  readonly traces: readonly Trace[];
  /** Why it did not go as expected; undefined: it did. */
  readonly failure: string | undefined;
  /** Milliseconds from the first step to the last. */
  readonly took: number;
  /** Keys of all subscribers of this run: what must stand in no output. */
  readonly keys: readonly string[];
}

const now = (): number => performance.now();

export async function play(scenario: Scenario): Promise<Played> {
  return playOn(scenario, () => undefined);
}

/** Sizes of the terminals of the recording. */
const RECORDED: Sizes = { server: { columns: 110, rows: 15 }, client: { columns: 53, rows: 16 } };

/** Plays a scenario of two clients to be recorded. */
export async function record(scenario: Scenario): Promise<{ readonly played: Played; readonly recording: Recording }> {
  const panes: readonly Pane[] = panesOf(RECORDED.server, RECORDED.client, scenario.clients);
  const recorder = new Recorder(panes, now);
  const stages: TerminalStage[] = [];
  const watch: Witness['screen'] = (who, why) => {
    const actor = stages[0]?.all.find(({ name }) => name === who);
    if (actor) recorder.add(who, why, actor.screen);
  };
  const played = await playOn(scenario, watch, RECORDED, (stage) => stages.push(stage));
  return { played, recording: recorder.recording };
}

async function playOn(
  scenario: Scenario,
  screen: Witness['screen'],
  sizes?: Sizes,
  opened: (stage: TerminalStage) => void = () => undefined,
): Promise<Played> {
  const acts: Act[] = [];
  const stage = await TerminalStage.open({ act: (act) => void acts.push(act), screen }, sizes);
  opened(stage);
  try {
    await stage.subscribe(...scenario.clients);
    await stage.startServer();
    // The server's readiness is no step of the scenario.
    acts.length = 0;
    const started = now();
    let failure = await scenario.play(stage).then(() => undefined, sentence);
    const took = now() - started;
    if (failure === undefined) await Promise.all(stage.all.map((actor) => actor.rest()));
    const screens = [...stage.all].map((actor: TerminalActor) => ({ name: actor.name, screen: actor.screen }));
    failure ??= await stage.finish().then(() => undefined, sentence);
    const keys = await stage.keys();
    const { traces, fault } = tracesOf(stage);
    return { scenario, acts, screens, traces, failure: failure ?? fault, took, keys };
  } finally {
    await stage.close();
  }
}

function tracesOf(stage: TerminalStage): { readonly traces: readonly Trace[]; readonly fault?: string } {
  try {
    return { traces: readTraces(stage.traces) };
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return { traces: [], fault: error.message };
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
