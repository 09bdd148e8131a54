/** What may be wrong with a placed picture, computed from its boxes: overlaps, text out of its box, boxes out of the picture. */
import { stateLines } from '../../diagrams/draw/formats/outline';
import { labelLines, nameOf, TEXT, type Box, type Layout } from '../../diagrams/draw/layout';
import { textWidth } from '../../diagrams/draw/measure';

/** @returns a line for each fault; none if the picture is as it must be */
export function faultsOf(layout: Layout): string[] {
  return [...overlaps(layout), ...outside(layout), ...textOut(layout), ...lines(layout)];
}

function overlaps(layout: Layout): string[] {
  const leaves = layout.states.filter(({ compound }) => !compound);
  const boxes: [string, Box][] = [
    ...leaves.map((state): [string, Box] => [state.state.id, state]),
    ...layout.edges.map(({ edge, label }): [string, Box] => [edge.id, label]),
  ];
  return boxes.flatMap(([a, boxA], i) =>
    boxes.slice(i + 1).flatMap(([b, boxB]) => (overlap(boxA, boxB) ? [`${a} and ${b} overlap`] : [])),
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function outside({ states, edges, width, height }: Layout): string[] {
  const boxes = [...states, ...edges.map(({ label }) => label)];
  const out = boxes.filter((box) => box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height);
  return out.length > 0 ? [`${String(out.length)} boxes lie outside the picture`] : [];
}

function textOut({ states, edges }: Layout): string[] {
  const narrow = states.filter(({ state, width, x, nameAt }) => {
    const half = textWidth(nameOf(state), TEXT.state, 'bold') / 2;
    const inside = stateLines(state).every((line) => textWidth(line, TEXT.label) + 20 <= width);
    return nameAt - half < x || nameAt + half > x + width || !inside;
  });
  const labels = edges.filter(({ edge, label }) => {
    const { above, below } = labelLines(edge);
    const remark = edge.remark === undefined ? 0 : textWidth(edge.remark, TEXT.remark, 'bold') + 8;
    const widths = [...above, ...below].map((line, i) => textWidth(line, TEXT.label) + (i === 0 ? remark : 0) + 8);
    return Math.max(...widths) > label.width + 0.01 || (above.length + below.length) * TEXT.line > label.height;
  });
  return [
    ...narrow.map(({ state }) => `the name of ${state.id} leaves its box`),
    ...labels.map(({ edge }) => `the text of ${edge.id} leaves its box`),
  ];
}

/** A line that passes through a state that is not its own. */
function lines({ states, edges }: Layout): string[] {
  return edges.flatMap(({ edge, points }) =>
    states
      .filter(({ compound, state }) => !compound && state.id !== edge.from && state.id !== edge.to)
      .filter((box) => points.some((to, i) => crosses(points[i - 1] ?? to, to, box)))
      .map(({ state }) => `${edge.id} passes through ${state.id}`),
  );
}
function crosses(from: { x: number; y: number }, to: { x: number; y: number }, box: Box): boolean {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
  return left < box.x + box.width && right > box.x && top < box.y + box.height && bottom > box.y;
}
