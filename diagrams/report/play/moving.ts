/**
 * A recording as one SVG that moves by rules of style alone, without a script, and as a picture of its last moment. Each row of
 * each terminal is there once for each content it had, and visible while it had it.
 */
import { CELL, cursorSvg, num, rowSvg, svgElement, windowSvg, type Window } from '../screen/svg';
import type { Cell, Screen } from '../screen/emulator';
import { sameRow, type Pane, type Recording } from './recording';

const GAP = 12;

interface Placed {
  readonly pane: Pane;
  readonly window: Window;
}

/** The first terminal above, the others side by side. */
function placed([above, ...below]: readonly Pane[]): {
  readonly all: readonly Placed[];
  readonly width: number;
  readonly height: number;
} {
  if (!above) throw new Error('a recording without a terminal');
  const place = (pane: Pane, x: number, y: number): Placed => ({
    pane,
    window: windowSvg(pane.title, pane.columns, pane.rows, x, y),
  });
  const top = place(above, 0, 0);
  let x = 0;
  const others = below.map((pane) => {
    const one = place(pane, x, top.window.height + GAP);
    x += one.window.width + GAP;
    return one;
  });
  const height = top.window.height + Math.max(0, ...others.map(({ window }) => window.height + GAP));
  return { all: [top, ...others], width: Math.max(top.window.width, x - GAP), height };
}

/** Content of one place from one moment to another, in milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly svg: string;
}

/** Contents of one row of a terminal, or its cursor, one after the other. */
function spansOf<T>(
  moments: readonly { readonly at: number; readonly value: T }[],
  same: (a: T, b: T) => boolean,
  end: number,
  draw: (value: T) => string,
): Span[] {
  const spans: { from: number; to: number; value: T }[] = [];
  for (const { at, value } of moments) {
    const last = spans.at(-1);
    if (last && same(last.value, value)) continue;
    if (last) last.to = at;
    spans.push({ from: at, to: end, value });
  }
  return spans
    .map(({ from, to, value }) => ({ from, to, svg: draw(value) }))
    .filter(({ svg, from, to }) => svg !== '' && to > from);
}

function spansOfPane({ pane, window }: Placed, { changes, length }: Recording): Span[] {
  const own = changes.filter((change) => change.pane === pane.name);
  const rows = Array.from({ length: pane.rows }, (_, y) =>
    spansOf(
      own.map(({ at, screen }) => ({ at, value: screen.cells[y] ?? [] })),
      sameRow,
      length,
      (row: readonly Cell[]) => rowSvg(row, window.x, window.y + y * CELL.height),
    ),
  );
  const cursors = spansOf(
    own.map(({ at, screen }) => ({ at, value: screen.cursor })),
    (a: Screen['cursor'], b) => a.x === b.x && a.y === b.y,
    length,
    ({ x, y }) => cursorSvg(window.x + x * CELL.width, window.y + y * CELL.height),
  );
  return [...rows.flat(), ...cursors];
}

/** The moving picture; where nothing moves, its last moment is seen. */
export function movingSvg(recording: Recording, label: string): string {
  const { all, width, height } = placed(recording.panes);
  const spans = all.flatMap((one) => spansOfPane(one, recording));
  const rules: string[] = [];
  const parts = spans.map(({ from, to, svg }, i) => {
    const last = to >= recording.length;
    if (from === 0 && last) return svg;
    const id = `s${String(i)}`;
    rules.push(keyframes(id, from, to, recording.length));
    return `<g class="s" style="animation-name:${id}${last ? '' : ';visibility:hidden'}">${svg}</g>`;
  });
  const style = `<style>.s{animation-duration:${num(recording.length / 1000)}s;animation-timing-function:step-end;animation-iteration-count:infinite}${rules.join('')}</style>`;
  return svgElement(width, height, label, style + all.map(({ window }) => window.frame).join('') + parts.join(''));
}

function keyframes(id: string, from: number, to: number, length: number): string {
  const percent = (ms: number): string => `${String(Math.round((ms / length) * 1e5) / 1e3)}%`;
  const start = from === 0 ? '0%{visibility:visible}' : `0%{visibility:hidden}${percent(from)}{visibility:visible}`;
  const end = to >= length ? '' : `${percent(to)}{visibility:hidden}`;
  return `@keyframes ${id}{${start}${end}}`;
}

/** The moment at a share of the playing time, without movement. */
export function stillSvg(recording: Recording, label: string, share = 1): string {
  const { all, width, height } = placed(recording.panes);
  const until = recording.length * share;
  const parts = all.flatMap((one) =>
    spansOfPane(one, recording)
      .filter(({ from, to }) => from <= until && (to > until || to >= recording.length))
      .map(({ svg }) => svg),
  );
  return svgElement(width, height, label, all.map(({ window }) => window.frame).join('') + parts.join(''));
}
