/**
 * What the tests read out of the page: functions that run inside it, so each must be whole by itself. They look for roles,
 * labels and data attributes, not for the style. Must never be here: an expectation.
 */

/** The little of the DOM that is used; the tests are compiled without its types. */
interface Element_ {
  readonly textContent: string | null;
  readonly dataset: Readonly<Record<string, string | undefined>>;
  readonly children: ArrayLike<Element_> & Iterable<Element_>;
  querySelector(selector: string): Element_ | null;
  querySelectorAll(selector: string): Iterable<Element_> & { readonly length: number };
  getAttribute(name: string): string | null;
}
interface Scrolled extends Element_ {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}
declare const document: Element_;
declare function getComputedStyle(element: Element_): {
  readonly strokeDasharray: string;
  readonly textDecorationLine: string;
};
declare function requestAnimationFrame(callback: () => void): void;
declare const MutationObserver: new (changed: () => void) => {
  observe(target: Element_, options: Readonly<Record<string, true>>): void;
  disconnect(): void;
};

export const PARTS = ['connection', 'chat', 'history'] as const;
export type Part = (typeof PARTS)[number];

export interface ChartView {
  /** `alice connection`; only the part if there is no machine. */
  readonly title: string;
  /** The machine's state in words. */
  readonly state: string;
  /** States of the drawing that are lit as active. */
  readonly active: readonly string[];
  /** What is written at the lit edges of the drawing: trigger, then actions. */
  readonly taken: readonly string[];
}
export interface View {
  /** Time, position and mode, as the page says it. */
  readonly where: string;
  readonly position: number;
  readonly total: number;
  readonly charts: Readonly<Record<Part, ChartView>>;
  /** The selected row of the event list: time, owner, name, answer. */
  readonly event: readonly string[];
  /** The moment in detail: payload, answer, context of the chosen machine. */
  readonly details: string;
  /** The lines of the list of machines that are in sight. */
  readonly machines: readonly string[];
}

/** Everything that the page shows of a moment, read in one go. @param parts PARTS, because a function in the page sees no module */
export function readView(parts: readonly Part[]): View {
  const text = (element: Element_ | null): string => (element?.textContent ?? '').trim();
  const all = (root: Element_ | null, selector: string): Element_[] => [...(root?.querySelectorAll(selector) ?? [])];
  const words = (label: Element_): string => all(label, 'text').map(text).join(' ');
  const chart = (part: Part): ChartView => {
    const region = document.querySelector(`section[aria-label="${part} machine"]`);
    return {
      title: text(region?.querySelector('h2') ?? null),
      state: text(region?.querySelector('strong') ?? null),
      active: all(region, '[data-state][data-lit="active"]').map(({ dataset }) => dataset['state'] ?? ''),
      taken: all(region, '[data-edge][data-lit="taken"]')
        .map(words)
        .filter((label) => label !== ''),
    };
  };
  const where = text(document.querySelector('nav output'));
  const [, position = '0', total = '0'] = /(\d+) of (\d+)/.exec(where) ?? [];
  const selected = document.querySelector('[aria-label="Events"] [role="option"][aria-selected="true"]');
  return {
    where,
    position: Number(position),
    total: Number(total),
    charts: Object.fromEntries(parts.map((part) => [part, chart(part)])) as unknown as View['charts'],
    event: [...(selected?.children ?? [])].map(text),
    details: text(document.querySelector('section[aria-label="Moment in detail"]')),
    machines: all(document, '[role="listbox"][aria-label="Machines"] > * > *').map((row) =>
      [...row.children].map(text).join(' '),
    ),
  };
}

/** A row of the ladder. */
export interface Rung {
  /** `alice → S, UDP`, the dump line below it; for a state `client connection: Offline`. */
  readonly title: string;
  /** What is written in the chart. */
  readonly text: string;
  readonly kind: 'arrow' | 'state';
  readonly dashed: boolean;
  readonly underlined: boolean;
}

/** The whole ladder from the top: only what is in sight exists, so it is scrolled through. */
export async function readLadder(): Promise<Rung[]> {
  const scroller = document.querySelector('section[aria-label="Ladder"] [role="group"]') as Scrolled | null;
  if (!scroller) return [];
  const drawn = (): Promise<void> => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const rungs = new Map<number, Rung>();
  const before = scroller.scrollTop;
  for (let top = 0; ; top += Math.max(1, scroller.clientHeight - 60)) {
    scroller.scrollTop = top;
    await drawn();
    for (const row of scroller.querySelectorAll('g:has(> title)')) {
      const [line, label] = [row.querySelector('line'), row.querySelector('text')];
      const at = Number((line ?? row.querySelector('rect'))?.getAttribute(line ? 'y1' : 'y'));
      rungs.set(at, {
        title: row.querySelector('title')?.textContent ?? '',
        text: label?.textContent ?? '',
        kind: line ? 'arrow' : 'state',
        dashed: line !== null && getComputedStyle(line).strokeDasharray !== 'none',
        underlined: label !== null && getComputedStyle(label).textDecorationLine === 'underline',
      });
    }
    if (top + scroller.clientHeight >= scroller.scrollHeight) break;
  }
  scroller.scrollTop = before;
  await drawn();
  return [...rungs].sort(([a], [b]) => a - b).map(([, rung]) => rung);
}

/** Resolves when nothing has changed for so many frames: what was asked for has been drawn. */
export function settled(frames: number): Promise<void> {
  return new Promise((done) => {
    let left = frames;
    const observer = new MutationObserver(() => (left = frames));
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const frame = (): void => {
      if (left-- > 0) return requestAnimationFrame(frame);
      observer.disconnect();
      done();
    };
    frame();
  });
}
