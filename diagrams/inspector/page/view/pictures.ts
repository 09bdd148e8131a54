/** The drawings of the machines, which are part of this page: the only markup that it ever parses. */
import type { PagePicture, PagePictures } from '../../../draw/generate';
import type { Level } from '../../../draw/machines';
import pictures from '../../../generated/pictures.json';

const PICTURES: PagePictures = pictures;

/** The drawing at this level, or at the only one there is; undefined: the machine is not ours. */
export function pictureOf(
  machine: string,
  level: Level,
): { readonly picture: PagePicture; readonly level: Level } | undefined {
  if (!Object.hasOwn(PICTURES, machine)) return undefined;
  const found = PICTURES[machine]?.[level];
  if (found) return { picture: found, level };
  const full = PICTURES[machine]?.full;
  return full && { picture: full, level: 'full' };
}

/** A fresh element of a drawing. */
export function drawingOf(picture: PagePicture): SVGSVGElement {
  const document_ = new DOMParser().parseFromString(picture.svg, 'image/svg+xml');
  return document.importNode(document_.documentElement, true) as unknown as SVGSVGElement;
}

/** Colours of a lit drawing, as attributes, so that a picture that is exported has them too. */
export function paint(drawing: SVGSVGElement, states: readonly string[], edges: readonly string[]): void {
  for (const lit of drawing.querySelectorAll('[data-lit]')) unpaint(lit);
  for (const [i, id] of states.entries()) {
    const state = drawing.querySelector(`g.state[data-state="${CSS.escape(id)}"]`);
    if (!state) continue;
    state.setAttribute('data-lit', i === 0 || !anyDrawn(drawing, states.slice(0, i)) ? 'active' : 'around');
    const active = state.getAttribute('data-lit') === 'active';
    for (const box of state.querySelectorAll('rect')) {
      if (active) swap(box, 'fill', 'var(--lit)');
      swap(box, 'stroke', 'var(--accent)');
      swap(box, 'stroke-width', active ? '3' : '2.4');
    }
  }
  for (const id of edges) {
    for (const part of drawing.querySelectorAll(`g[data-edge="${CSS.escape(id)}"]`)) paintEdge(part);
  }
}

function anyDrawn(drawing: SVGSVGElement, states: readonly string[]): boolean {
  return states.some((id) => drawing.querySelector(`g.state[data-state="${CSS.escape(id)}"]`) !== null);
}

function paintEdge(part: Element): void {
  part.setAttribute('data-lit', 'taken');
  for (const line of part.querySelectorAll('path')) {
    if (line.hasAttribute('stroke')) swap(line, 'stroke', 'var(--accent)');
    if (line.classList.contains('head')) swap(line, 'fill', 'var(--accent)');
    else if (part.classList.contains('edge')) swap(line, 'stroke-width', '3');
  }
  for (const box of part.querySelectorAll('rect')) {
    swap(box, 'fill', 'var(--lit)');
    swap(box, 'fill-opacity', '1');
  }
  for (const text of part.querySelectorAll('text')) swap(text, 'fill', 'var(--ink)');
}

const KEPT = 'data-was-';
function swap(element: Element, name: string, value: string): void {
  if (!element.hasAttribute(KEPT + name)) element.setAttribute(KEPT + name, element.getAttribute(name) ?? '');
  element.setAttribute(name, value);
}
function unpaint(lit: Element): void {
  lit.removeAttribute('data-lit');
  for (const element of lit.children) {
    for (const { name, value } of [...element.attributes]) {
      if (!name.startsWith(KEPT)) continue;
      element.setAttribute(name.slice(KEPT.length), value);
      element.removeAttribute(name);
    }
  }
}

/** The drawing with the colours of the moment put in, as the text of an SVG file. */
export function standalone(drawing: SVGSVGElement): string {
  const colours = getComputedStyle(document.documentElement);
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  for (const lit of [...copy.querySelectorAll('*')]) {
    for (const { name } of [...lit.attributes]) if (name.startsWith(KEPT)) lit.removeAttribute(name);
  }
  return new XMLSerializer()
    .serializeToString(copy)
    .replace(/var\((--[a-z]+)\)/g, (_, name: string) => colours.getPropertyValue(name).trim());
}

/** The drawing as a PNG, twice its size. @throws Error the browser cannot draw it */
export async function png(drawing: SVGSVGElement): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(drawing))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (!blob) throw new Error('this browser cannot make a PNG of the drawing');
  return blob;
}
