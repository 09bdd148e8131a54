/** The list of everything that happened, with time, machine and answer. */
import { eventWords } from '../../../draw/words';
import { answerOf } from '../model/answers';
import { clockOf, concerns, countWhere, partOf } from '../model/moment';
import { foldedName, UNFOLDED } from '../model/folding';
import { matches } from '../model/list';
import { readable } from '../model/readable';
import { compare, type Entry } from '../model/record';
import { h, setText } from './dom';
import { virtualRows } from './rows';
import type { Actions, Scene } from './scene';

const ROW_PX = 24;
const NARROW_ROW_PX = 62;

/** What an entry is called. */
export function entryName(entry: Entry): string {
  switch (entry.kind) {
    case 'step':
      return eventWords(entry.event);
    case 'wire':
      return entry.wire.name;
    case 'born':
      return 'machine begins';
    case 'stop':
      return 'machine ends';
    case 'gap':
      return 'gap';
  }
}

/** What is searched: the words, and the name that the code has. */
function sought(entry: Entry): string {
  return `${entryName(entry)} ${entry.kind === 'step' ? entry.event : ''} ${entryOwner(entry)}`;
}

export function entryOwner(entry: Entry): string {
  const { name } = entry.process;
  if (!('machine' in entry)) return name;
  const part = partOf(entry.machine);
  if (entry.process.role === 'client') return `${name} ${part}`;
  return `${name} #${String(entry.machine.serial)} ${entry.client === '' ? '' : `${entry.client} `}${part}`;
}

export class EventList {
  readonly element: HTMLElement;
  readonly search = h('input', {
    attrs: {
      type: 'search',
      placeholder: 'Filter events',
      title: 'By event or machine',
      'aria-label': 'Filter events',
    },
  });
  private readonly every = h('input', { attrs: { type: 'checkbox' } });
  private readonly count = h('span', { class: 'quiet' });
  private readonly narrow = window.matchMedia('(max-width: 620px)');
  private readonly rows;
  private scene: Scene | undefined;
  private shown: readonly Entry[] = [];
  /** What `shown` was filtered from. */
  private filtered = '';

  constructor(private readonly actions: Actions) {
    this.rows = virtualRows<Entry>(
      'Events',
      'listbox',
      (entry) => this.row(entry),
      () => (this.narrow.matches ? NARROW_ROW_PX : ROW_PX),
    );
    this.search.addEventListener('input', () => actions.set({ events: this.search.value }));
    this.rows.element.addEventListener('keydown', (event) => this.key(event));
    this.every.addEventListener('change', () => actions.set({ keepalives: this.every.checked }));
    const every = h('label', { class: 'check' }, this.every, 'every KEEPALIVE');
    const head = h('header', { class: 'panel-head' }, h('h2', {}, 'Events'), this.count, every, this.search);
    this.element = h('section', { class: 'panel events', attrs: { 'aria-label': 'Events' } }, head, this.rows.element);
  }

  render(scene: Scene): void {
    this.scene = scene;
    const { record, settings, group, entry } = scene;
    const { events, own, keepalives } = settings;
    this.every.checked = keepalives;
    const filtered = JSON.stringify([record.version, events, own, own ? group?.key : '', keepalives]);
    if (filtered !== this.filtered) this.shown = this.filter(scene);
    this.filtered = filtered;
    const all = record.entries.length;
    setText(this.count, this.shown.length === all ? String(all) : `${String(this.shown.length)} of ${String(all)}`);
    const at = entry ? countWhere(this.shown, (one) => compare(one, entry) <= 0) - 1 : -1;
    this.rows.show(this.shown, at < 0 ? undefined : at);
  }

  private filter({ record, settings, group, folding }: Scene): readonly Entry[] {
    const { events, own } = settings;
    return record.entries.filter(
      (entry) =>
        !folding.heads.has(entry) &&
        (!own || !group || concerns(entry, group)) &&
        (events === '' || matches(sought(entry), events)),
    );
  }

  private row(entry: Entry): HTMLElement {
    const { scene } = this;
    const { entry: current, folding = UNFOLDED } = scene ?? {};
    const selected = current !== undefined && entry === (folding.heads.get(current) ?? current);
    const future = scene?.moment !== undefined && compare(entry, scene.moment) > 0;
    const classes = `row event-row ${entry.kind}${selected ? ' selected' : ''}${future ? ' future' : ''}`;
    const time = scene ? clockOf(scene.record, entry) : '';
    const name = foldedName(folding, entry, entryName(entry));
    const title = entry.kind === 'step' ? `${name} (${entry.event})` : name;
    return h(
      'div',
      {
        class: classes,
        attrs: { role: 'option', 'aria-selected': String(selected) },
        on: { click: () => this.actions.show(entry) },
      },
      h('span', { class: 'time' }, time),
      h('span', { class: 'owner clip', attrs: { title: entryOwner(entry) } }, entryOwner(entry)),
      h('span', { class: 'name clip', attrs: { title } }, name),
      answerCell(entry),
    );
  }

  private key(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    const current = this.scene?.entry;
    if (by === undefined || !current) return;
    event.preventDefault();
    const at = countWhere(this.shown, (one) => compare(one, current) <= 0) - 1;
    const next = this.shown[Math.min(this.shown.length - 1, Math.max(0, at + by))];
    if (next) this.actions.show(next);
  }
}

function answerCell(entry: Entry): HTMLElement {
  switch (entry.kind) {
    case 'step': {
      const { kind, said } = answerOf(entry);
      return h('span', { class: `answer clip ${kind.replace(' ', '-')}`, attrs: { title: said } }, said);
    }
    case 'wire': {
      const { from, to, over, sealed, sent, line } = entry.wire;
      const said = `${sent ? 'sent' : 'received'}  ${from} → ${to}  ${over}${sealed ? ', encrypted' : ''}   ${readable(line)}`;
      return h('span', { class: 'answer clip wire-line', attrs: { title: said } }, said);
    }
    case 'born':
      return h('span', { class: 'answer clip' }, `in ${entry.state}`);
    case 'stop':
      return h('span', { class: 'answer clip' }, `was in ${entry.state}`);
    case 'gap':
      return h('span', { class: 'answer clip' }, `${String(entry.missed)} entries are missing here`);
  }
}
