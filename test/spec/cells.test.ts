/**
 * Every cell of every table carried out, with every alternative, on both steppers: the state reached, the effects asked for
 * and, where the table says that nothing changes, that nothing does.
 */
import { rowFor, type Row } from '../../diagrams/spec';
import { machines } from './machines';
import { examplesOf, expectRow, steppers } from './steps';

describe.each(machines.map((machine) => [machine.id, machine] as const))('%s', (id, machine) => {
  const examples = examplesOf(id);
  const cells = machine.leaves
    .filter((leaf) => leaf !== 'Gone')
    .flatMap((leaf) => machine.events.map((event) => [leaf, event] as const));

  test.each(cells)('%s on %s', (leaf, event) => {
    const rows: readonly Row[] = rowFor(id, leaf, event);
    expect(rows).not.toEqual([]);
    rows.forEach((row, alternative) => {
      const tried = examples.of(leaf, event, alternative);
      expect(tried).not.toEqual([]);
      for (const [name, stepper] of steppers) {
        for (const example of tried) {
          const actor = stepper.start(machine, { name, context: example.context, state: leaf });
          expect(actor.state).toBe(leaf);
          expectRow(machine, actor, row, example.event);
          actor.stop();
        }
      }
    });
    expect(examples.of(leaf, event, rows.length)).toEqual([]);
  });
});
