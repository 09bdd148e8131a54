/** The small budgets: every invariant in every world, the fair run from every world, and every cell reached or explained. */
import { allCells, unexplained } from './cells';
import { explore } from './explore';
import { storyOf } from './report';
import { scenarios } from './scenarios';
import { unreached } from './unreached';

const small = scenarios.filter(({ budget }) => budget === 'small');
const reached = new Set<string>();

describe('small budgets', () => {
  test.each(small.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    (_, scenario) => {
      const result = explore(scenario);
      for (const cell of result.cells) reached.add(cell);
      expect(storyOf(result)).toBe('');
      expect(result.complete).toBe(true);
      expect(result.fairRuns).toBe(result.worlds);
    },
    120_000,
  );

  test('every cell of the tables is reached, or it is explained why not', () => {
    expect(unexplained(reached, unreached)).toEqual({ missed: [], refuted: [] });
  });

  test('no edge of a diagram is among the cells that are not reached', () => {
    const marks = allCells().flatMap(({ name, mark }) => (unreached.has(name) ? [mark] : []));
    expect(marks.filter((mark) => !['IGN', 'N/A', 'PE', 'REF'].includes(mark))).toEqual([]);
  });
});

test('scenarios have different names', () => {
  const names = scenarios.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
