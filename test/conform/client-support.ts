/** Clients that the kit is let loose on, in this process. Must never be here: which checks they pass. */
import { join } from 'node:path';
import { chosen, checkClient } from '../../bin/conform/client/command';
import type { ClientCheck } from '../../bin/conform/client/judge';
import type { Verdict } from '../../bin/conform/check';

/** `PARLEY_CONFORM=all` also plays what waits for the protocol's timers, and every broken client with all its checks. */
export const ALL = process.env['PARLEY_CONFORM'] === 'all';

const built = join(__dirname, '../../dist/bin/parley-client.js');
const taking = ['{id}', '--server', '{server}', '--key', '{key}'];
export const OURS = [process.execPath, built, ...taking];
/** The client that shares nothing with the project but the document. */
export const SECOND = [process.execPath, join(__dirname, 'independent.mjs'), '{id}', '{key}', '{host}', '{port}'];
/** Ours, doing all that it may. */
export const UNUSUAL = [process.execPath, join(__dirname, 'unusual.mjs'), ...taking];
export const broken = (fault: string): string[] => [
  process.execPath,
  join(__dirname, 'broken-clients/broken.mjs'),
  fault,
  ...taking,
];

export const named = (...check: readonly string[]): readonly ClientCheck[] => chosen({ check });
/** T_ACTIVITY where it is played with, ms. */
const ACTIVITY = 2000;
const timed = ['--limit', `T_ACTIVITY_MS=${String(ACTIVITY)}`];
export const activityChecks = (): readonly ClientCheck[] =>
  chosen({ activity: ACTIVITY }).filter(({ needs }) => needs === 'activity');
export const everyCheck = (): readonly ClientCheck[] => chosen(ALL ? { slow: true } : {});

/** @param patience seconds; a faulty client lets it pass, so there it is short; checks of the activity timer stay among themselves */
export function judged(command: readonly string[], checks: readonly ClientCheck[], patience = 10): Promise<Verdict[]> {
  const nothing = (): void => undefined;
  const o = { listen: { address: '127.0.0.1', port: 0 }, patience: patience * 1000, story: nothing, tell: nothing };
  if (checks.every(({ needs }) => needs !== 'activity')) return checkClient(checks, { ...o, command });
  return checkClient(checks, { ...o, command: [...command, ...timed], activity: ACTIVITY });
}

/** All of them, so many at a time. @returns the results in the order of the jobs */
export async function atATime<T, R>(count: number, jobs: readonly T[], work: (job: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = jobs.entries();
  const hand = async (): Promise<void> => {
    for (const [n, job] of waiting) results[n] = await work(job);
  };
  await Promise.all(Array.from({ length: count }, hand));
  return results;
}

/** The same, played by several hands. */
export async function judgedByMany(command: readonly string[], checks: readonly ClientCheck[]): Promise<Verdict[]> {
  const HANDS = 3;
  const shares = Array.from({ length: HANDS }, (_, hand) => checks.filter((__, n) => n % HANDS === hand));
  return (await Promise.all(shares.map((share) => judged(command, share)))).flat();
}

/** What did not pass, with what was seen. */
export const failures = (verdicts: readonly Verdict[]): object[] =>
  verdicts
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ check, outcome, expected, seen }) => ({ check, outcome, expected, seen }));
