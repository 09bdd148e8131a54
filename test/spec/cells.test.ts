/**
 * Every cell of every table carried out, with every alternative, on both steppers: the state reached, the effects asked for
 * and, where the table says that nothing changes, that nothing does.
 */
import { cellsOf, expectDeeds } from './compare';
import { machines } from './machines';

describe.each(machines.map((machine) => [machine.id, machine] as const))('%s', (_, machine) => {
  test.each(cellsOf(machine))('%s on %s', (leaf, event) => {
    expectDeeds(machine, leaf, event);
  });
});
