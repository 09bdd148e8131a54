/**
 * One simulated run, from its seed to its outcome. Must never be here: anything that is not a function of the seed.
 */
import { MachineChecks } from './checks/machines';
import { RestChecks } from './checks/rest';
import { TableChecks } from './checks/tables';
import { TextChecks } from './checks/texts';
import { WireChecks } from './checks/wire';
import type { Violation } from './checker';
import { configurationOf } from './configuration';
import { calm, homecoming } from './homecoming';
import { Storm } from './storm';
import type { Plant } from './plant';
import { Town } from './town';

export interface RunOptions {
  /** Keeps the story in words. */
  readonly telling?: boolean;
  readonly plant?: Plant;
}
export interface Outcome {
  readonly seed: number;
  /** Hash of everything that happened: keys, screens, steps of machines, bytes on the wire, faults, store. */
  readonly digest: string;
  /** What was wrong first. */
  readonly violation: Violation | undefined;
  readonly simulatedMs: number;
  /** Steps of machines. */
  readonly steps: number;
  readonly messages: number;
  readonly datagrams: number;
  readonly texts: number;
  readonly faults: Readonly<Record<string, number>>;
  /** In words, if they were kept. */
  readonly story: readonly string[];
}

/** Plays one run; whatever goes wrong in it is part of the outcome. */
export async function run(seed: number, { telling = false, plant = {} }: RunOptions = {}): Promise<Outcome> {
  const town = new Town(configurationOf(seed), telling, plant);
  const rejected = (reason: unknown): void => town.violate('rejection', thrown(reason));
  process.on('unhandledRejection', rejected);
  try {
    await play(town);
    // Node tells of a rejection after the promises of this turn.
    await new Promise((heard) => setImmediate(heard));
  } catch (error) {
    town.violate('exception', thrown(error));
  } finally {
    process.off('unhandledRejection', rejected);
  }
  return outcomeOf(seed, town);
}

async function play(town: Town): Promise<void> {
  const rest = new RestChecks(town);
  town.checkers.push(new MachineChecks(town), new TableChecks(town), new WireChecks(town), rest, new TextChecks(town));
  const storm = new Storm(town);
  await town.startServer();
  for (let round = 0; round < town.c.rounds && town.violations.length === 0; round++) {
    await storm.blow();
    if (town.violations.length === 0) calm(town);
  }
  if (town.violations.length > 0) return;
  await homecoming(town, storm.people, rest);
  town.each('over');
}

function outcomeOf(seed: number, town: Town): Outcome {
  for (const log of town.logs) town.tale.bytes('log', Buffer.from(JSON.stringify(log.lines)));
  return {
    seed,
    digest: town.tale.digest,
    violation: town.violations[0],
    simulatedMs: town.time.now,
    steps: town.steps.length,
    messages: town.watch.messages.length,
    datagrams: town.watch.sentDatagrams.length,
    texts: town.watch.messages.filter(({ from, message }) => from === 'server' && message.type === 'CHAT').length,
    faults: Object.fromEntries(town.counts),
    story: town.tale.lines,
  };
}

function thrown(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
