/**
 * The second judge of a mutant: the exploration. Scenarios are explored with the changed machine, the smallest first, until an
 * invariant is violated, a fair run does not end well, or the program around the machine stumbles over what it asks for.
 */
import { explore } from '../exploration/explore';
import { scenarios } from '../exploration/scenarios';

/** Worlds of a scenario that are looked at: enough for the short stories by which a changed cell shows. */
const MOST_WORLDS = 20_000;
const SECONDS = 20;

const small = scenarios.filter(({ budget }) => budget === 'small');

/** @returns what was found and where; undefined: the mutant survives */
export function foundByExploration(): string | undefined {
  for (const scenario of small) {
    try {
      const { violation } = explore({ ...scenario, most: MOST_WORLDS }, { seconds: SECONDS });
      if (violation) return `${violation.invariant} in ${scenario.name}`;
    } catch (error) {
      return `${scenario.name}: ${String(error).split('\n', 1)[0] ?? ''}`;
    }
  }
  return undefined;
}
