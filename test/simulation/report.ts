/** A failing run as somebody reads it: what was wrong, the end of its story, and how to see it again. */
import { run, type Outcome, type RunOptions } from './run';

const LAST_LINES = 40;

/** The same run again, with its story. It must be the same to the last byte. */
export async function replayed(seed: number, options: RunOptions = {}): Promise<Outcome> {
  const first = await run(seed, options);
  const again = await run(seed, { ...options, telling: true });
  if (first.digest === again.digest) return again;
  return { ...again, violation: { invariant: 'replay', what: `two runs of seed ${String(seed)} differ` } };
}

/** @param lines how many of the last lines of the story are shown */
export function reportOf({ seed, violation, story, digest, simulatedMs }: Outcome, lines = LAST_LINES): string {
  const shown = story.slice(-Math.min(lines, story.length));
  const verdict = violation
    ? `seed ${String(seed)} FAILED, ${violation.invariant}: ${violation.what}`
    : `seed ${String(seed)}: nothing is wrong`;
  return [
    ...shown,
    '',
    verdict,
    `${String(Math.round(simulatedMs / 1000))} simulated seconds, ${String(story.length)} lines, sha256 ${digest}`,
    `again: npm run simulate -- --seed ${String(seed)}`,
  ].join('\n');
}
