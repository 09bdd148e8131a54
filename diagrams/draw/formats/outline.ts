/** What the text formats share: states as a tree, identifiers that every language takes, an edge in one line. */
import type { Picture, PictureEdge, PictureState } from '../picture';

/** The states inside `parent`, in order; without it, the outermost. */
export function childrenOf({ states }: Picture, parent?: string): PictureState[] {
  return states.filter((state) => state.parent === parent);
}

/** @returns for each state an ASCII identifier, unique in the picture and no word of any language */
export function identifiersOf({ states }: Picture): (id: string) => string {
  const byId = new Map<string, string>();
  const used = new Set<string>();
  for (const { id, label } of states) {
    const stem = `s_${identifier(label)}`;
    let name = stem;
    for (let i = 2; used.has(name); i++) name = `${stem}_${String(i)}`;
    used.add(name);
    byId.set(id, name);
  }
  return (id) => byId.get(id) ?? `s_${identifier(id)}`;
}

/** Letters, digits and underscores of a text; whatever else becomes an underscore. */
export function identifier(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, '_');
}

/** Triggers of an edge in one line. */
export function triggerLine({ trigger, continued }: PictureEdge): string {
  return trigger.join(continued ? ' ' : ' or ');
}

/** Actions of an edge in one line; none is Λ. */
export function actionLine({ actions }: PictureEdge): string {
  return actions.length === 0 ? 'Λ' : actions.join(', ');
}

/** An edge as a line of text: `trigger / actions → state`. */
export function edgeLine(edge: PictureEdge, to: string): string {
  return `${triggerLine(edge)} / ${actionLine(edge)} → ${to}`;
}

/** The name by which a line of text says where an edge leads: where the name of a state is that of another too, all names around it. */
export function pathsOf({ states }: Picture): (id: string) => string {
  const byId = new Map(states.map((state) => [state.id, state]));
  const named = new Map<string, number>();
  for (const state of states) named.set(stateName(state), (named.get(stateName(state)) ?? 0) + 1);
  const pathOf = (state: PictureState): string => {
    const around = state.parent === undefined ? undefined : byId.get(state.parent);
    return around === undefined ? stateName(state) : `${pathOf(around)}.${stateName(state)}`;
  };
  return (id) => {
    const state = byId.get(id);
    if (state === undefined) return id;
    return (named.get(stateName(state)) ?? 0) > 1 ? pathOf(state) : stateName(state);
  };
}

/** What stands in a state besides its name, a line each. */
export function stateLines({ entry = [], exit = [], invokes = [], listed = [] }: PictureState): string[] {
  return [
    ...entry.map((words) => `Entry / ${words}`),
    ...exit.map((words) => `Exit / ${words}`),
    ...invokes.map((words) => `Runs ${words}`),
    ...listed,
  ];
}

/** The name of a state, as far as a text can show that it is a history state. */
export function stateName({ label, kind }: PictureState): string {
  if (kind === 'shallow history') return `${label} (H)`;
  return kind === 'deep history' ? `${label} (H*)` : label;
}

/** Without control characters, which no format can hold; line breaks and tabs become spaces. */
export function cleaned(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD');
}

/** Whether a state lies inside another, however deep. */
export function isInside(picture: Picture, id: string, around: string): boolean {
  const parent = picture.states.find((state) => state.id === id)?.parent;
  return parent !== undefined && (parent === around || isInside(picture, parent, around));
}

/** Whether a line has an end in one region of a state and the other end elsewhere, or ends at a region itself. */
export function regionsAreLeft(picture: Picture, id: string): boolean {
  return childrenOf(picture, id).some((region) =>
    picture.edges.some(
      ({ from, to }) =>
        from === region.id ||
        to === region.id ||
        isInside(picture, from, region.id) !== isInside(picture, to, region.id),
    ),
  );
}
