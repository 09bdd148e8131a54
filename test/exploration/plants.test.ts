/** The checks have teeth: each bug is planted, and found as the invariant that it breaks, with a short story. */
import { explore } from './explore';
import { planted } from './plants';

/** A log-on takes nine steps; two of them and what goes wrong are told in this many. */
const LONGEST_STORY = 25;

test.each(planted.map((each) => [each.invariant, each.bug, each] as const))(
  '%s: %s',
  (invariant, bug, { scenario, plant, sabotage }) => {
    const whole = { name: bug, about: bug, budget: 'small', ...scenario } as const;
    const { violation } = explore(whole, { ...(plant ? { plant } : {}), ...(sabotage ? { sabotage } : {}) });
    expect(violation?.invariant).toBe(invariant);
    expect(violation?.story.length).toBeLessThan(LONGEST_STORY);
    // Without the bug the same scenario is sound.
    expect(explore({ ...whole, most: 3000 }).violation).toBeUndefined();
  },
  120_000,
);

test('there is a bug for every invariant of the pure machines, and for the fair run', () => {
  const invariants = Array.from({ length: 15 }, (_, i) => `I-${String(i + 1)}`);
  const found = new Set(planted.map(({ invariant }) => invariant));
  expect(
    [...invariants, 'I-19', 'I-22', 'I-23', 'I-24', 'L-1', 'L-2', 'L-3'].filter((invariant) => !found.has(invariant)),
  ).toEqual([]);
});
