/** The list of all machines: by process and connection, with the state of each. */
import { listRows, type ListRow, type Running } from '../model/list';
import { h, setText } from './dom';
import { virtualRows } from './rows';
import type { Actions, Scene } from './scene';

const ROW_PX = 24;
const LIVENESS = { live: 'live', ended: 'ended', file: 'recording' } as const;

export class MachineList {
  readonly element: HTMLElement;
  readonly search = h('input', {
    attrs: { type: 'search', placeholder: 'Search', title: 'Client or state', 'aria-label': 'Search machines' },
  });
  private readonly running = h(
    'select',
    { attrs: { 'aria-label': 'Which machines' } },
    ...(['all', 'running', 'stopped'] as const).map((value) => h('option', { attrs: { value } }, value)),
  );
  private readonly count = h('span', { class: 'quiet' });
  private readonly rows;
  private scene: Scene | undefined;
  private shown: readonly ListRow[] = [];

  constructor(private readonly actions: Actions) {
    this.rows = virtualRows<ListRow>(
      'Machines',
      'listbox',
      (row) => this.row(row),
      () => ROW_PX,
    );
    const changed = (): void =>
      actions.set({ list: { text: this.search.value, running: this.running.value as Running } });
    this.search.addEventListener('input', changed);
    this.running.addEventListener('change', changed);
    this.rows.element.addEventListener('keydown', (event) => this.key(event));
    const head = h('header', { class: 'panel-head' }, h('h2', {}, 'Machines'), this.count);
    this.element = h(
      'section',
      { class: 'panel machines', attrs: { 'aria-label': 'Machines' } },
      head,
      h('div', { class: 'filters' }, this.search, this.running),
      this.rows.element,
    );
  }

  render(scene: Scene): void {
    this.scene = scene;
    this.shown = listRows(scene.record.processes, scene.groups, scene.settings.list, scene.moment);
    const chosen = this.shown.findIndex((row) => row.kind === 'group' && row.group === scene.group);
    setText(this.count, `${String(scene.record.machines.size)} in all`);
    this.rows.show(this.shown, chosen < 0 ? undefined : chosen);
    if (chosen >= 0) this.rows.element.setAttribute('aria-activedescendant', 'chosen-group');
  }

  private row(row: ListRow): HTMLElement {
    switch (row.kind) {
      case 'process': {
        const { name, role, liveness } = row.process;
        const count = row.shown === row.total ? String(row.total) : `${String(row.shown)} of ${String(row.total)}`;
        const badge = h('span', { class: `badge ${liveness}` }, LIVENESS[liveness]);
        return h(
          'div',
          { class: 'row process-row', attrs: { role: 'presentation' } },
          h('strong', { class: 'clip' }, name),
          role === name ? undefined : h('span', { class: 'quiet' }, role),
          badge,
          h('span', { class: 'quiet count' }, count),
        );
      }
      case 'group': {
        const selected = row.group === this.scene?.group;
        const attrs = { role: 'option', 'aria-selected': String(selected), id: selected ? 'chosen-group' : undefined };
        const classes = `row group-row${selected ? ' selected' : ''}${row.stopped ? ' stopped' : ''}`;
        const mark = row.stopped ? h('span', { class: 'quiet' }, 'stopped') : undefined;
        return h(
          'div',
          { class: classes, attrs, on: { click: () => this.actions.choose(row.group) } },
          h('span', { class: 'clip' }, row.name),
          mark,
        );
      }
      case 'machine': {
        const { part, seen } = row.line;
        const selected = row.group === this.scene?.group;
        const classes = `row machine-row${selected ? ' selected' : ''}${seen.stopped ? ' stopped' : ''}`;
        const state = h(
          'span',
          { class: 'clip state-name', attrs: { title: seen.state } },
          seen.stopped && part !== 'connection' ? `${seen.state} (ended)` : seen.state,
        );
        return h(
          'div',
          {
            class: classes,
            attrs: { role: 'presentation' },
            on: { click: () => this.actions.choose(row.group, part) },
          },
          h('span', { class: 'part' }, part),
          state,
        );
      }
    }
  }

  /** Up and down choose the next client. */
  private key(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const groups = this.shown.filter((row) => row.kind === 'group');
    const at = groups.findIndex(({ group }) => group === this.scene?.group);
    const next = groups[at < 0 ? 0 : Math.min(groups.length - 1, Math.max(0, at + by))];
    if (next) this.actions.choose(next.group);
  }
}
