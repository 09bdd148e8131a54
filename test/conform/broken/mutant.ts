/** A single changed cell of a server's machines, by its name. */
import { tables } from '../../../machines/engine';
import { mutantsOf } from '../../mutation/mutants';
import { machines } from '../../spec/machines';

/** Makes the change. @returns what takes it back @throws Error if there is no such cell any more */
export function mutated(name: string): () => void {
  const machine = machines.find(({ id }) => name.startsWith(`${id}: `));
  const mutant = machine && mutantsOf(machine).find((one) => one.name === name);
  if (!mutant) throw new Error(`there is no mutant "${name}"`);
  const undo = mutant.apply();
  tables.delete(machine.chart);
  return () => {
    undo();
    tables.delete(machine.chart);
  };
}
