/** The committed pictures are those that the machines give now, and nothing in them overlaps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generated } from '../../diagrams/draw/generate';
import { place, type Box, type Layout } from '../../diagrams/draw/layout';
import { allPictures } from '../../diagrams/draw/machines';

const FOLDER = join(__dirname, '..', '..', 'diagrams', 'generated');

test('diagrams/generated is what `npm run diagrams` writes', async () => {
  const files = await generated();
  expect(readdirSync(FOLDER).sort()).toEqual([...files.keys()].sort());
  for (const [name, content] of files)
    expect([name, readFileSync(join(FOLDER, name), 'utf8')]).toEqual([name, content]);
});

describe.each(allPictures())('$picture.title, $level', ({ picture }) => {
  let layout: Layout;
  beforeAll(async () => {
    layout = await place(picture);
  });

  test('every state and edge is placed once', () => {
    expect(layout.states.map(({ state }) => state.id).sort()).toEqual(picture.states.map(({ id }) => id).sort());
    expect(layout.edges.every(({ points }) => points.length >= 2)).toBe(true);
  });

  test('no label lies on a state or on another label', () => {
    const leaves = layout.states.filter(({ compound }) => !compound);
    const boxes: [string, Box][] = [
      ...leaves.map((state): [string, Box] => [state.state.id, state]),
      ...layout.edges.map(({ edge, label }): [string, Box] => [edge.id, label]),
    ];
    const overlapping = boxes.flatMap(([a, boxA], i) =>
      boxes.slice(i + 1).flatMap(([b, boxB]) => (overlap(boxA, boxB) ? [`${a} and ${b}`] : [])),
    );
    expect(overlapping).toEqual([]);
  });

  test('everything lies inside the picture', () => {
    for (const { x, y, width, height } of [...layout.states, ...layout.edges.map(({ label }) => label)]) {
      expect(x >= 0 && y >= 0 && x + width <= layout.width && y + height <= layout.height).toBe(true);
    }
  });
});

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
