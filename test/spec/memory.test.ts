/** What machines remember, and that there is an example for every action that remembers something. */
import { machines } from './machines';
import { expectMemories, MEMORIES } from './memory';

test.each(machines.map((machine) => [machine.id, machine] as const))('%s', (_, machine) => {
  expectMemories(machine);
});

test('there is an example for every machine', () => {
  expect(Object.keys(MEMORIES)).toEqual(machines.map(({ id }) => id));
});
