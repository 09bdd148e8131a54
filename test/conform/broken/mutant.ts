/** A single changed cell of a server's machines, by its name. */
import { mutantsOf } from '../../mutation/mutants';
import { machines } from '../../spec/machines';

/** Makes the change. @returns what takes it back @throws Error if there is no such cell any more */
export function mutated(name: string): () => void {
  const machine = machines.find(({ id }) => name.startsWith(`${id}: `));
  const mutant = machine && mutantsOf(machine).find((one) => one.name === name);
  if (!mutant) throw new Error(`there is no mutant "${name}"`);
  return mutant.apply();
}
