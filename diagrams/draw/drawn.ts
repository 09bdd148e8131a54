/**
 * The level "spec": the drawings of the assignment edge by edge, in their own words, with the number of the correction beside
 * an edge that ours replaces (protocol 5.6).
 */
import { drawings, type DrawnEdge } from '../spec/drawings';
import type { Covered, Picture, PictureEdge } from './picture';

/** @returns undefined if the assignment has no drawing of this machine */
export function specPicture(id: string, title: string): Picture | undefined {
  const drawing = drawings.find((candidate) => candidate.id === id);
  if (!drawing) return undefined;
  const names = [...new Set(drawing.edges.flatMap(({ from, to }) => [from, to]))];
  return {
    id,
    title,
    initial: drawing.edges[0]?.from ?? '',
    states: names.map((name) => ({ id: name, label: name })),
    edges: drawing.edges.map((edge, i) => drawnEdge(edge, `d${String(i)}`, drawing.official)),
  };
}

function drawnEdge(edge: DrawnEdge, id: string, official: boolean): PictureEdge {
  const { from, to, trigger, actions, corrections, paths } = edge;
  const covers: Covered[] = paths
    .flat()
    .map(({ machine, state, event, alternative }) => ({ machine, state, event, alternative }));
  return {
    id,
    from,
    to,
    trigger: wrapped(sentence(trigger)),
    continued: true,
    actions: actions === '-' ? [] : actions.split(ACTION_END).map(sentence),
    origin: official ? 'SPEC' : 'TEAM',
    ...(corrections.length > 0 ? { remark: corrections.join(', ') } : {}),
    covers,
  };
}

/** Between two actions; a comma within parentheses belongs to a message. */
const ACTION_END = /, (?![^(]*\))/;

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const LINE_CHARACTERS = 34;

/** A long trigger takes two lines. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < LINE_CHARACTERS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
