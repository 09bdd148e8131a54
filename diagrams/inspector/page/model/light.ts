/** Which parts of a drawing are lit: the active state, and the edge that was taken last. Must never be here: the DOM. */
import type { PagePicture } from '../../../draw/generate';
import type { StepEntry } from './record';

export interface Light {
  /** Ids of states; the one furthest inside first. */
  readonly states: readonly string[];
  readonly edges: readonly string[];
  /** The step that the edges show; undefined: none was found. */
  readonly step: StepEntry | undefined;
}

/** A step as far as it says which edge was taken. */
type Taken = Pick<StepEntry, 'from' | 'event' | 'alternative'> & {
  readonly machine: Pick<StepEntry['machine'], 'machine'>;
};
type Picture = Pick<PagePicture, 'edges'>;

/** `A.b` and the states around it, inside first. */
export function around(state: string): string[] {
  const parts = state.split('.');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('.'));
}

/** The edges that a step took. In a drawing that folds sub-states away an edge may leave the state around. */
export function edgesTaken({ edges }: Picture, step: Taken): string[] {
  const { event, alternative } = step;
  for (const state of around(step.from)) {
    const found = edges.filter(({ covers }) =>
      covers.some(
        (one) =>
          one.machine === step.machine.machine &&
          one.state === state &&
          one.event === event &&
          one.alternative === alternative,
      ),
    );
    if (found.length > 0) return found.map(({ id }) => id);
  }
  return [];
}

/** @param steps of the machine, newest first; the newest that is drawn is lit */
export function lightOf(picture: Picture, state: string, steps: readonly StepEntry[]): Light {
  for (const step of steps) {
    const edges = edgesTaken(picture, step);
    if (edges.length > 0) return { states: around(state), edges, step };
    // What moved the machine and is not drawn hides what was taken before.
    if (step.from !== step.state) break;
  }
  return { states: around(state), edges: [], step: undefined };
}
