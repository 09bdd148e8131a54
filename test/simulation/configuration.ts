/**
 * What a seed makes of a run: how many people, which limits, which faults and how often. Every run has a few kinds of faults
 * only, for all of them together hide each other. Must never be here: what the faults do.
 */
import { LIMITS, limitFaults, type Limits } from '../../machines/limits';
import type { Weather } from '../support/memory-fates';
import { Chance } from './chance';

/** What goes wrong at a moment. `weather` goes on all the time and is counted by what it did. */
export const FAULTS = [
  'partition',
  'cut',
  'slow reader',
  'client stands still',
  'server stands still',
  'client killed',
  'client vanishes',
  'server killed',
  'server vanishes',
  'server stopped',
  'clock jump',
  'disk full',
  'disk unreadable',
  'forged datagram',
  'replayed datagram',
  'replayed connection',
  'rubbish connection',
  'wrong key',
  'subscriber removed',
] as const;
export type Fault = (typeof FAULTS)[number];
/** What the network does to datagrams and segments. */
export const WEATHERS = ['loss', 'duplication', 'reordering', 'corruption', 'corrupted segment'] as const;
export type Counted = Fault | (typeof WEATHERS)[number];

export interface Configuration {
  readonly seed: number;
  /** Client-IDs of the subscribers. */
  readonly ids: readonly string[];
  readonly limits: Limits;
  readonly decoy: boolean;
  /** Storms, each followed by a calm in which everything must be well. */
  readonly rounds: number;
  /** Things that happen in a storm, and the mean time between them, ms. */
  readonly steps: number;
  readonly paceMs: number;
  /** Share of the things that happen which are faults. */
  readonly faultShare: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  readonly weather: Weather;
  /** Greatest latency of the network, ms. */
  readonly latencyMs: number;
  /** Largest piece in which a stream arrives, bytes; 0: whole. */
  readonly pieces: number;
  /** Probability that a bit of what is written to a stream is changed on the way. */
  readonly segmentDamage: number;
  /** What the network holds of one direction of a connection, bytes. */
  readonly capacity: number;
  /** Probability that a user who has a client takes another one. */
  readonly elsewhere: number;
  /** Most texts typed at once. */
  readonly burst: number;
  /** Probability that a text is long. */
  readonly longTexts: number;
}

/** Of a network that holds a text or two: what is not read fills the server's queue soon. */
export const SMALL_CAPACITY = 4_096;

const NAMES = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] as const;

/** The configuration of a seed. @throws Error our own bug: limits that no program would start with */
export function configurationOf(seed: number): Configuration {
  const chance = new Chance(seed, 'configuration');
  const slow = chance.chance(0.2);
  const limits = limitsOf(chance.for('limits'), slow);
  const wrong = limitFaults(limits);
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  const fair = chance.chance(0.1);
  return {
    seed,
    ids: NAMES.slice(0, chance.pick([2, 2, 3, 3, 3, 4, 4, 5, 6, 8])),
    limits,
    decoy: chance.chance(0.2),
    rounds: chance.chance(0.2) ? 2 : 1,
    steps: chance.chance(0.05) ? 150 : chance.between(12, 50),
    paceMs: chance.pick([50, 300, 1_000, 3_000]),
    faultShare: fair ? 0 : chance.pick([0.03, 0.08, 0.15]),
    faults: { ...faultsOf(chance.for('faults')), ...(slow ? { 'slow reader': 6 } : {}) },
    weather: fair ? {} : weatherOf(chance.for('weather')),
    latencyMs: chance.pick([1, 1, 20, 150]),
    pieces: chance.pick([0, 0, 0, 60, 500]),
    segmentDamage: !fair && chance.chance(0.15) ? 0.01 : 0,
    capacity: slow ? SMALL_CAPACITY : 65_536,
    elsewhere: chance.pick([0.02, 0.02, 0.2]),
    burst: slow ? 15 : 6,
    longTexts: slow ? 0.5 : 0.01,
  };
}

function faultsOf(chance: Chance): Configuration['faults'] {
  const chosen = FAULTS.filter(() => chance.chance(0.35));
  const names = chosen.length > 0 ? chosen : [chance.pick(FAULTS)];
  return Object.fromEntries(names.map((name) => [name, chance.between(1, 3)]));
}

function weatherOf(chance: Chance): Weather {
  return {
    loss: chance.chance(0.5) ? chance.fraction() * 0.4 : 0,
    triple: chance.chance(0.5) ? chance.fraction() * 0.5 : 0,
    damage: chance.chance(0.4) ? chance.fraction() * 0.2 : 0,
    lateMs: chance.chance(0.5) ? chance.pick([5, 300, 3_000]) : 0,
  };
}

/** All times shorter by one factor, so that their conditions hold, and small bounds, so that they are met. */
function limitsOf(chance: Chance, slow: boolean): Limits {
  const factor = chance.pick([1, 0.5, 0.25]);
  const times = Object.fromEntries(
    Object.entries(LIMITS)
      .filter(([name]) => name.startsWith('T_'))
      .map(([name, value]) => [name, typeof value === 'number' ? value * factor : value.map((ms) => ms * factor)]),
  );
  const activity = chance.pick([LIMITS.T_ACTIVITY_MS * factor, 40_000, 12_000]);
  // Above what a list of past texts may fill, and one text more.
  const output = slow ? 21_000 : LIMITS.OUTPUT_QUEUE_BYTES;
  return {
    ...LIMITS,
    ...times,
    T_ACTIVITY_MS: activity,
    T_GUARD_MS: activity / 4,
    PENDING_ATTEMPTS: chance.pick([12, LIMITS.PENDING_ATTEMPTS]),
    PENDING_PER_SOURCE: chance.pick([1, 2, LIMITS.PENDING_PER_SOURCE]),
    CONNECTING_PER_CLIENT: chance.pick([LIMITS.CONNECTING_PER_CLIENT, 6]),
    UNBOUND_SOCKETS: chance.pick([10, LIMITS.UNBOUND_SOCKETS]),
    UNBOUND_PER_SOURCE: chance.pick([2, LIMITS.UNBOUND_PER_SOURCE]),
    MESSAGES_PER_SECOND: chance.pick([0, slow ? 0 : 5, LIMITS.MESSAGES_PER_SECOND]),
    CALLS_PER_MINUTE: chance.pick([0, 0, 0, LIMITS.CALLS_PER_MINUTE]),
    MESSAGE_BURST: chance.pick([slow ? LIMITS.MESSAGE_BURST : 5, LIMITS.MESSAGE_BURST]),
    OUTPUT_QUEUE_BYTES: output,
    // `drain` comes only to who has filled a stream's 16 KiB.
    PUMP_QUEUE_BYTES: chance.pick([16_384, slow ? 16_384 : LIMITS.PUMP_QUEUE_BYTES]),
    PUMP_PAGE_TEXTS: chance.pick([1, 3, LIMITS.PUMP_PAGE_TEXTS]),
    SESSION_BLOCK: chance.pick([1, 3, LIMITS.SESSION_BLOCK]),
  };
}
