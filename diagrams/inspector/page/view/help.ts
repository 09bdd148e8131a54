/** The keys of the page. */
import { h } from './dom';

const KEYS: readonly (readonly [string, string])[] = [
  ['← →', 'step back, step forward'],
  ['Home, End', 'first entry, newest entry (live)'],
  ['P', 'pause, go live'],
  ['↑ ↓', 'in a list: the entry or client before, after'],
  ['+ − 0', 'zoom in, zoom out, fit (the chart chosen)'],
  ['F', 'follow the active state'],
  ['Shift + arrows', 'move the chart that has the focus'],
  ['Ctrl + wheel, drag', 'zoom, move a chart'],
  ['M', 'enlarge the chart, or back'],
  ['L', 'full drawing, or that of the assignment'],
  ['K', 'every KEEPALIVE, or their number'],
  ['1 2 3', 'choose connection, chat, history'],
  ['/', 'search machines'],
  ['E', 'filter events'],
  ['S', 'send an event (with control only)'],
  ['T', 'dark or light'],
  ['?', 'this list'],
];

export function helpDialog(): HTMLDialogElement {
  const rows = KEYS.map(([keys, what]) => h('tr', {}, h('th', { attrs: { scope: 'row' } }, keys), h('td', {}, what)));
  const dialog: HTMLDialogElement = h('dialog', { attrs: { 'aria-labelledby': 'help-title' } });
  dialog.append(
    h('h2', { attrs: { id: 'help-title' } }, 'Keys'),
    h('table', { class: 'keys' }, h('tbody', {}, ...rows)),
    h(
      'div',
      { class: 'dialog-buttons' },
      h('button', { attrs: { type: 'button' }, on: { click: () => dialog.close() } }, 'Close'),
    ),
  );
  return dialog;
}
