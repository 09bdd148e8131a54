/** A JSON value as a tree that can be folded. */
import type { Json } from '../model/feed';
import { withEscapes } from '../model/readable';
import { h } from './dom';

const LONG_LIST = 20;

export function jsonTree(value: Json, open = true): HTMLElement {
  if (typeof value !== 'object' || value === null) return leaf(value);
  const entries = Object.entries(value);
  const list = Array.isArray(value);
  if (entries.length === 0) return h('span', { class: 'json-empty' }, list ? '[ ]' : '{ }');
  const summary = h('summary', {}, list ? `[${String(entries.length)}]` : `{${String(entries.length)}}`);
  const items = entries.map(([key, one]) =>
    h('li', {}, h('span', { class: 'json-key' }, `${key}: `), jsonTree(one, entries.length <= LONG_LIST)),
  );
  return h('details', { class: 'json', attrs: { open } }, summary, h('ul', {}, ...items));
}

/** The fields of an object, without a bracket around. */
export function jsonFields(value: Json): HTMLElement {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return jsonTree(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return h('p', { class: 'quiet' }, 'empty');
  return h(
    'ul',
    { class: 'json json-top' },
    ...entries.map(([key, one]) => h('li', {}, h('span', { class: 'json-key' }, `${key}: `), jsonTree(one))),
  );
}

function leaf(value: Json): HTMLElement {
  const kind = value === null ? 'null' : typeof value;
  return h('span', { class: `json-${kind}` }, withEscapes(JSON.stringify(value)));
}
