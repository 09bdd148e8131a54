/**
 * Text that does not fit: a function that runs in the page, so it must be whole by itself. A text fits if it lies within every
 * box around it, up to one that cuts it off and says so (an ellipsis) or that can be scrolled. Must never be here: an expectation.
 */

interface Box {
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly height: number;
}
interface Node_ {
  readonly nodeType: number;
  readonly textContent: string | null;
}
interface Element_ extends Node_ {
  readonly tagName: string;
  readonly className: unknown;
  readonly childNodes: Iterable<Node_>;
  readonly parentElement: Element_ | null;
  readonly clientWidth: number;
  readonly scrollWidth: number;
  readonly placeholder?: string;
  getBoundingClientRect(): Box;
  closest(selector: string): Element_ | null;
  checkVisibility(options: { readonly visibilityProperty: boolean; readonly opacityProperty: boolean }): boolean;
}
interface Style {
  readonly display: string;
  readonly position: string;
  readonly overflowX: string;
  readonly textOverflow: string;
  readonly font: string;
  readonly paddingLeft: string;
  readonly paddingRight: string;
}
declare const document: {
  readonly documentElement: Element_;
  querySelectorAll(selector: string): Iterable<Element_>;
  createRange(): { selectNodeContents(node: Node_): void; getClientRects(): Iterable<Box> };
  createElement(tag: 'canvas'): {
    getContext(kind: '2d'): { font: string; measureText(text: string): { readonly width: number } };
  };
};
declare function getComputedStyle(element: Element_): Style;

/** @returns each text that overflows, and the box that it overflows; the document, if it scrolls sideways */
export function overflows(): string[] {
  const SLACK_PX = 1;
  const found: string[] = [];
  const describe_ = (element: Element_): string =>
    `${element.tagName.toLowerCase()}.${String(element.className)}`.replaceAll(' ', '.');
  const isIn = (text: Box, box: Box): boolean => text.left >= box.left - SLACK_PX && text.right <= box.right + SLACK_PX;

  /** The box that a text does not fit into. */
  const overflowed = (text: Box, start: Element_): Element_ | undefined => {
    let detached = false;
    for (let box: Element_ | null = start; box; box = box.parentElement) {
      const { display, position, overflowX, textOverflow } = getComputedStyle(box);
      if (display === 'contents') continue;
      if (overflowX === 'auto' || overflowX === 'scroll') return undefined;
      if (overflowX !== 'visible' && textOverflow === 'ellipsis') return undefined;
      const counts = overflowX !== 'visible' || !(detached || display === 'inline');
      if (counts && !isIn(text, box.getBoundingClientRect())) return box;
      if (overflowX !== 'visible') return undefined;
      // What is taken out of the flow need not lie within the boxes around, only where it is seen.
      detached ||= position === 'absolute' || position === 'fixed';
    }
    return isIn(text, document.documentElement.getBoundingClientRect()) ? undefined : document.documentElement;
  };

  const { documentElement } = document;
  if (documentElement.scrollWidth > documentElement.clientWidth) found.push('the document scrolls sideways');
  const range = document.createRange();
  for (const element of document.querySelectorAll('body *')) {
    if (
      element.closest('svg, script, style, noscript') ||
      !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    )
      continue;
    for (const node of element.childNodes) {
      if (node.nodeType !== 3 || (node.textContent ?? '').trim() === '') continue;
      range.selectNodeContents(node);
      for (const text of range.getClientRects()) {
        const box = text.width > 0 && text.height > 0 ? overflowed(text, element) : undefined;
        if (!box) continue;
        found.push(
          `"${(node.textContent ?? '').trim().slice(0, 60)}" in ${describe_(element)} overflows ${describe_(box)}`,
        );
        break;
      }
    }
    const { placeholder } = element;
    if (placeholder !== undefined && placeholder !== '') {
      const { font, paddingLeft, paddingRight } = getComputedStyle(element);
      const pen = document.createElement('canvas').getContext('2d');
      pen.font = font;
      const room = element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      if (pen.measureText(placeholder).width > room + SLACK_PX) found.push(`placeholder "${placeholder}" is cut off`);
    }
  }
  return found;
}
