/** A list of any length of which only the rows in sight exist. All rows have one height. */
import { h } from './dom';

export interface Rows<R> {
  readonly element: HTMLElement;
  /** Shows these rows; `follow` is the one to bring into sight if it is another than before. */
  show(rows: readonly R[], follow: number | undefined): void;
}

const SPARE_ROWS = 6;

/**
 * @param row makes the element of a row
 * @param height of a row in px, asked for at every drawing because it depends on the width of the window
 */
export function virtualRows<R>(
  label: string,
  role: string,
  row: (row: R, index: number) => HTMLElement,
  height: () => number,
): Rows<R> {
  const inner = h('div', { class: 'rows-inner', attrs: { role: 'presentation' } });
  const element = h('div', { class: 'rows', attrs: { role, tabindex: 0, 'aria-label': label } }, inner);
  let current: readonly R[] = [];
  let followed: R | undefined;
  let followedIndex: number | undefined;
  let shownHeight = 0;

  const draw = (): void => {
    const each = height();
    const first = Math.max(0, Math.floor(element.scrollTop / each) - SPARE_ROWS);
    const last = Math.min(current.length, Math.ceil((element.scrollTop + element.clientHeight) / each) + SPARE_ROWS);
    const total = `${String(current.length * each)}px`;
    if (inner.style.height !== total) inner.style.height = total;
    const made: HTMLElement[] = [];
    for (let i = first; i < last; i++) {
      const one = row(current[i] as R, i);
      one.style.top = `${String(i * each)}px`;
      one.style.height = `${String(each)}px`;
      one.setAttribute('aria-posinset', String(i + 1));
      one.setAttribute('aria-setsize', String(current.length));
      made.push(one);
    }
    inner.replaceChildren(...made);
  };
  const bringIntoSight = (index: number): void => {
    const each = height();
    // A row before and a row after it, too.
    const top = Math.max(0, index - 1) * each;
    const bottom = Math.min(current.length, index + 2) * each;
    inner.style.height = `${String(current.length * each)}px`;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
  };
  element.addEventListener('scroll', draw, { passive: true });
  new ResizeObserver(() => {
    if (followedIndex !== undefined) bringIntoSight(followedIndex);
    draw();
  }).observe(element);
  return {
    element,
    show(rows, follow) {
      current = rows;
      const wanted = follow === undefined ? undefined : rows[follow];
      const resized = height() !== shownHeight;
      shownHeight = height();
      if (follow !== undefined && (wanted !== followed || follow !== followedIndex || resized)) bringIntoSight(follow);
      followed = wanted;
      followedIndex = follow;
      draw();
    },
  };
}
