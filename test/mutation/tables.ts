/** The first judge of a mutant: the state tables. Its cells are carried out, and compared with their rows. */
import { expectDeeds, expectEdges } from '../spec/compare';
import { expectMemories } from '../spec/memory';
import type { Mutant } from './mutants';

/** Whether the names in the cells are not those of their rows. */
export function foundByRows({ machine, cells }: Mutant): boolean {
  return cells.some(([leaf, event]) => fails(() => expectEdges(machine, leaf, event)));
}

/** Whether carrying the cells out finds the mutant, without a look at the names in them. */
export function foundByDeeds({ machine, cells }: Mutant): boolean {
  return (
    cells.some(([leaf, event]) => fails(() => expectDeeds(machine, leaf, event))) ||
    fails(() => expectMemories(machine))
  );
}

function fails(check: () => void): boolean {
  try {
    check();
    return false;
  } catch {
    return true;
  }
}
