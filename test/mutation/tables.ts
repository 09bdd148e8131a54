/** The first judge of a mutant: the state tables. Its cells are carried out, and compared with their rows. */
import { expectDeeds, expectEdges } from '../spec/compare';
import { expectMemories } from '../spec/memory';
import type { Mutant } from './mutants';

/** @returns what found the mutant; undefined: it survives */
export function foundByTables({ machine, cells }: Mutant): 'row' | 'deed' | undefined {
  for (const [leaf, event] of cells) if (fails(() => expectEdges(machine, leaf, event))) return 'row';
  return foundByDeeds({ machine, cells }) ? 'deed' : undefined;
}

/** Whether carrying the cells out finds the mutant, without a look at the names in them. */
export function foundByDeeds({ machine, cells }: Pick<Mutant, 'machine' | 'cells'>): boolean {
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
