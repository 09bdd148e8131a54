/** The state diagrams with the edges that a run took drawn strongly: the assignment's drawings, and the machines in full. */
import { place } from '../draw/layout';
import { allPictures, type Level } from '../draw/machines';
import type { Picture } from '../draw/picture';
import { PRINT, svgOf } from '../draw/svg';
import { drawings } from '../spec/drawings';
import { isTaken, transitionKey, type Coverage } from './coverage';

export interface CoverageDrawing {
  /** Name for a file, without an ending: `client-connection-spec`. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

export async function coverageDrawings({ machines, taken }: Coverage): Promise<CoverageDrawing[]> {
  const covered = new Set<string>(machines.map(({ machine }) => machine));
  const drawn: CoverageDrawing[] = [];
  for (const { id, level, picture } of allPictures()) {
    if (!covered.has(id)) continue;
    const svg = svgOf(await place(picture), PRINT, { taken: takenEdges(id, level, picture, taken) });
    drawn.push({ name: `${id.replace(' ', '-')}-${level}`, title: `${picture.title}: edges taken`, svg });
  }
  return drawn;
}

function takenEdges(id: string, level: Level, { edges }: Picture, taken: ReadonlySet<string>): Set<string> {
  // The edges of a drawing are pictured in its order; some stand for several transitions, which only the drawing knows.
  const drawing = level === 'spec' ? drawings.find((candidate) => candidate.id === id) : undefined;
  const found = edges.filter((edge, i) => {
    const drawn = drawing?.edges[i];
    if (drawn) return isTaken(drawn, taken);
    return edge.covers.some(({ state, event, alternative }) => taken.has(transitionKey(id, state, event, alternative)));
  });
  return new Set(found.map((edge) => edge.id));
}
