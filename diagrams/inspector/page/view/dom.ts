/**
 * Small helpers for plain DOM. Text always goes in as text: the only markup that is ever parsed is that of the drawings, which
 * are part of this page (charts.ts).
 */

type Child = Node | string | undefined;
type Listeners = { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
export interface Props {
  readonly class?: string;
  /** Attributes; `true` is an empty one, `undefined` and `false` none. */
  readonly attrs?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly on?: Listeners;
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (props.class !== undefined) element.className = props.class;
  for (const [name, value] of Object.entries(props.attrs ?? {})) attribute(element, name, value);
  for (const [type, listener] of Object.entries(props.on ?? {}))
    element.addEventListener(type, listener as EventListener);
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';
/** An SVG element with its attributes. */
export function s(
  tag: string,
  attrs: Readonly<Record<string, string | number>>,
  ...children: readonly Child[]
): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attrs)) element.setAttribute(name, String(value));
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

function attribute(element: Element, name: string, value: string | number | boolean | undefined): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/**
 * A button with a name for those who cannot see its face; `key` is shown in its tooltip. A name has the words of the face in it, so
 * that who speaks to the browser says what he sees (WCAG 2.5.3).
 */
export function button(face: string, label: string, act: () => void, key?: string): HTMLButtonElement {
  const element = h('button', { attrs: { type: 'button', 'data-key': key }, on: { click: act } });
  named(element, [face, label]);
  return element;
}
/** Another face, with its name. */
export function named(element: HTMLButtonElement, [face, label]: readonly [face: string, label: string]): void {
  setText(element, face);
  if (element.getAttribute('aria-label') === label) return;
  const { key } = element.dataset;
  element.setAttribute('aria-label', label);
  element.title = key === undefined ? label : `${label} (${key})`;
}

/** Sets the text if it is another one: the selection of a reader stays. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Gives the user a file. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = h('a', { attrs: { href: url, download: name } });
  document.body.append(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
