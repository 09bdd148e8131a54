/** The moment in detail: the event with its payload and answer, and the context of the chosen machine. */
import { markWords } from '../../../spec';
import { answerOf } from '../model/answers';
import { clockOf, playing, type Part } from '../model/moment';
import type { Entry, StepEntry, WireEntry } from '../model/record';
import { readable } from '../model/readable';
import { h } from './dom';
import { entryName, entryOwner } from './events';
import { jsonFields } from './json';
import type { Actions, Scene } from './scene';

const PARTS: readonly Part[] = ['connection', 'chat', 'history'];

export class Details {
  readonly element: HTMLElement;
  private readonly moment = h('div', { class: 'moment' });
  private readonly context = h('div', { class: 'context' });
  private readonly tabs = new Map<Part, HTMLButtonElement>();
  private drawn: unknown[] = [];

  constructor(actions: Actions) {
    for (const part of PARTS) {
      this.tabs.set(
        part,
        h('button', { attrs: { type: 'button', role: 'tab' }, on: { click: () => actions.set({ part }) } }, part),
      );
    }
    const tabs = h(
      'div',
      { class: 'tabs', attrs: { role: 'tablist', 'aria-label': 'Context of' } },
      ...this.tabs.values(),
    );
    this.element = h(
      'section',
      { class: 'panel details', attrs: { 'aria-label': 'Moment in detail', tabindex: 0 } },
      h('header', { class: 'panel-head' }, h('h2', {}, 'Moment')),
      h(
        'div',
        { class: 'details-body' },
        this.moment,
        h('div', { class: 'context-head' }, h('h3', {}, 'Context'), tabs),
        this.context,
      ),
    );
  }

  render(scene: Scene): void {
    const { entry, group, settings, moment, record } = scene;
    const seen = group && playing(group, settings.part, moment);
    const drawn = [entry, seen?.context, seen?.state, seen?.machine, settings.part, record.processes.length];
    if (drawn.every((value, i) => value === this.drawn[i]) && this.drawn.length > 0) return;
    this.drawn = drawn;
    for (const [part, tab] of this.tabs) tab.setAttribute('aria-selected', String(part === settings.part));
    this.moment.replaceChildren(
      ...(entry ? about(entry, scene) : [h('p', { class: 'quiet' }, 'Nothing recorded yet.')]),
    );
    const none = h('p', { class: 'quiet' }, `This client has no ${settings.part} machine at this moment.`);
    this.context.replaceChildren(
      ...(seen
        ? [
            h(
              'p',
              {},
              h('span', { class: 'quiet' }, 'in '),
              h('strong', {}, seen.state),
              seen.stopped ? ' (ended)' : '',
            ),
            jsonFields(seen.context),
          ]
        : [none]),
    );
  }
}

function about(entry: Entry, { record }: Scene): HTMLElement[] {
  const head = h(
    'p',
    { class: 'about' },
    h('strong', {}, entryName(entry)),
    h('span', { class: 'quiet' }, `${entryOwner(entry)}, ${clockOf(record, entry)}`),
  );
  if (entry.kind === 'step') return [head, ...aboutStep(entry)];
  if (entry.kind === 'wire') return [head, ...aboutWire(entry)];
  if (entry.kind === 'gap')
    return [
      head,
      h(
        'p',
        {},
        `${String(entry.missed)} entries are missing: this page was too slow, or the process no longer holds them.`,
      ),
    ];
  return [head, h('p', {}, `${entry.machine.machine} in ${entry.state}`)];
}

function aboutStep(entry: StepEntry): HTMLElement[] {
  const { kind, said, mark, when, note } = answerOf(entry);
  return [
    h('p', { class: 'quiet' }, `${entry.event} in ${entry.from}`),
    h('p', { class: `answer ${kind.replace(' ', '-')}` }, said),
    ...(mark === undefined ? [] : [h('p', { class: 'quiet', attrs: { title: mark } }, markWords[mark])]),
    ...(when === '' ? [] : [h('p', {}, h('span', { class: 'quiet' }, 'because '), when)]),
    ...(note === '' ? [] : [h('p', { class: 'note' }, note)]),
    ...(Object.keys(entry.data as object).length === 0 ? [] : [h('h3', {}, 'Payload'), jsonFields(entry.data)]),
  ];
}

function aboutWire({ wire }: WireEntry): HTMLElement[] {
  const how = `${wire.sent ? 'sent' : 'received'}, ${wire.from} → ${wire.to}, ${wire.over.toUpperCase()}${wire.sealed ? ', encrypted' : ''}`;
  return [h('p', {}, how), h('p', { class: 'wire-line' }, readable(wire.line))];
}
