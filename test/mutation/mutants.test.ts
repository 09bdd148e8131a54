/** Mutants are made and taken back, and the tables find every one. */
import { cellsOf, expectDeeds, expectEdges } from '../spec/compare';
import { machines } from '../spec/machines';
import { mutantsOf } from './mutants';
import { foundByDeeds, foundByRows } from './tables';

test('there are enough of them, each with a name of its own', () => {
  const names = machines.flatMap(mutantsOf).map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(300);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(machines.map((machine) => [machine.id, machine] as const))('%s', (_, machine) => {
  test('the tables find every one', () => {
    const survivors = mutantsOf(machine).filter((mutant) => {
      const undo = mutant.apply();
      const found = foundByRows(mutant) || foundByDeeds(mutant);
      undo();
      return !found;
    });
    expect(survivors.map(({ name }) => name)).toEqual([]);
  });

  test('all of them were taken back', () => {
    for (const [leaf, event] of cellsOf(machine)) {
      expectEdges(machine, leaf, event);
      expectDeeds(machine, leaf, event);
    }
  });
});
