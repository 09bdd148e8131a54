/** The committed pictures are those that the machines give now; everything is in them once, and nothing overlaps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generated } from '../../diagrams/draw/generate';
import { place, type Layout } from '../../diagrams/draw/layout';
import { allPictures } from '../../diagrams/draw/machines';
import { svgOf } from '../../diagrams/draw/svg';
import { drawings } from '../../diagrams/spec/drawings';
import { faultsOf } from './faults';

// Layouts are long computations, and the processor may be shared.
jest.setTimeout(60_000);

const FOLDER = join(__dirname, '..', '..', 'diagrams', 'generated');

test('diagrams/generated is what `npm run diagrams` writes', async () => {
  const files = await generated();
  expect(readdirSync(FOLDER).sort()).toEqual([...files.keys()].sort());
  for (const [name, content] of files)
    expect([name, readFileSync(join(FOLDER, name), 'utf8')]).toEqual([name, content]);
});

/** How often each value of an attribute stands in groups of a class. */
function counts(svg: string, group: string, attribute: string): Record<string, number> {
  const found: Record<string, number> = {};
  const groups = svg.matchAll(new RegExp(`<g class="${group}(?: compound)?" ${attribute}="([^"]*)"`, 'g'));
  for (const [, id = ''] of groups) found[id] = (found[id] ?? 0) + 1;
  return found;
}

describe.each(allPictures())('$picture.title, $level', ({ id, level, picture }) => {
  let layout: Layout;
  let svg = '';
  beforeAll(async () => {
    layout = await place(picture);
    svg = svgOf(layout);
  });

  test('every state, edge and label is drawn once', () => {
    const once = (ids: readonly string[]): Record<string, number> => Object.fromEntries(ids.map((one) => [one, 1]));
    const edges = once(picture.edges.map((edge) => edge.id));
    expect(counts(svg, 'state', 'data-state')).toEqual(once(picture.states.map((state) => state.id)));
    expect(counts(svg, 'edge', 'data-edge')).toEqual(edges);
    expect(counts(svg, 'label', 'data-edge')).toEqual(edges);
    expect(layout.edges.every(({ points }) => points.length >= 2)).toBe(true);
  });

  test('nothing overlaps, no text leaves its box, no line passes through a state', () => {
    expect(faultsOf(layout)).toEqual([]);
  });

  test('the legend explains the colours where there are several', () => {
    const origins = new Set(picture.edges.map(({ origin }) => origin));
    expect(svg.includes('class="legend"')).toBe(origins.size > 1);
    if (origins.size > 1) for (const origin of origins) expect(svg).toContain(`>${String(origin)}: `);
  });

  test("at the level spec it has the drawing's states and edges, word for word", () => {
    const drawing = drawings.find((one) => one.id === id);
    if (level !== 'spec' || !drawing) return;
    const words = (text: string): string => text.toLowerCase();
    expect(
      picture.edges.map(({ from, to, trigger, actions, remark = '' }) =>
        words([from, to, trigger.join(' '), actions.join(', ') || '-', remark].join('|')),
      ),
    ).toEqual(
      drawing.edges.map(({ from, to, trigger, actions, corrections }) =>
        words([from, to, trigger, actions, corrections.join(', ')].join('|')),
      ),
    );
    expect(picture.states.map(({ label }) => label)).not.toContain('Gone');
  });
});

test('marks: taken edges are strong, the others faint, and the legend counts them', async () => {
  const [one] = allPictures();
  if (!one) throw new Error('no picture');
  const layout = await place(one.picture);
  const [first] = one.picture.edges;
  const svg = svgOf(layout, undefined, { taken: new Set([first?.id ?? '']) });
  const faint = svg.match(/<g class="edge"[^>]*><path[^>]*stroke-dasharray/g) ?? [];
  expect(faint).toHaveLength(one.picture.edges.length - 1);
  expect(svg).toContain(`taken: 1 of ${String(one.picture.edges.length)} edges`);
});
