/** Processes, what was lost on the way, and what concerns the whole page: adding a process, files, colours, help. */
import type { Process } from '../model/record';
import { button, h, setText } from './dom';
import type { Actions, Scene } from './scene';

const DOT = { live: 'live', ended: 'ended', file: 'recording' } as const;

export class TopBar {
  readonly element: HTMLElement;
  private readonly processes = h('ul', { class: 'processes', attrs: { 'aria-label': 'Processes' } });
  private readonly wrong = h('span', { class: 'wrong', attrs: { role: 'alert' } });
  private readonly send: HTMLButtonElement;
  private readonly limit = h('input', {
    attrs: { type: 'number', min: 100, step: 1000 },
  });
  private readonly malformed = h('span', { class: 'notice' });
  private drawn = '';

  constructor(private readonly actions: Actions) {
    this.send = button('Send…', 'Send an event to the chosen machine', actions.send, 'S');
    this.send.classList.add('danger');
    this.element = h(
      'header',
      { class: 'top-bar' },
      h('h1', {}, 'Parley inspector'),
      this.processes,
      this.malformed,
      h(
        'div',
        { class: 'top-tools' },
        this.send,
        this.menu('Add process', this.addForm()),
        this.menu('Record', this.files()),
        button('◐', 'Dark or light', actions.toggleTheme, 'T'),
        button('?', 'Keys', actions.help, '?'),
      ),
    );
    document.addEventListener('click', (event) => this.closeOthers(event.target as Node));
  }

  render({ record }: Scene): void {
    const control = record.processes.some((process) => process.control && process.liveness === 'live');
    this.send.hidden = !control;
    setText(this.malformed, record.malformed === 0 ? '' : `${String(record.malformed)} malformed messages ignored`);
    if (document.activeElement !== this.limit) this.limit.value = String(record.limit);
    const drawn = JSON.stringify(
      record.processes.map(({ key, liveness, dropped, missed, control: can }) => [key, liveness, dropped, missed, can]),
    );
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.processes.replaceChildren(...record.processes.map((process) => this.process(process)));
  }

  private process(process: Process): HTMLElement {
    const { name, liveness, dropped, missed, control } = process;
    const again =
      liveness === 'ended'
        ? button('Reconnect', `Reconnect to ${name}`, () => this.actions.reconnect(process))
        : undefined;
    const lost = [dropped > 0 ? `oldest ${String(dropped)} dropped` : '', missed > 0 ? `${String(missed)} missed` : '']
      .filter((one) => one !== '')
      .join(', ');
    return h(
      'li',
      { class: `process ${liveness}` },
      h('span', { class: 'dot', attrs: { 'aria-hidden': 'true' } }),
      h('strong', {}, name),
      h('span', { class: 'quiet' }, DOT[liveness] + (control && liveness === 'live' ? ', control' : '')),
      lost === '' ? undefined : h('span', { class: 'notice' }, lost),
      again,
    );
  }

  private menu(name: string, content: HTMLElement): HTMLDetailsElement {
    return h(
      'details',
      { class: 'menu' },
      h('summary', { attrs: { role: 'button' } }, name),
      h('div', { class: 'menu-body' }, content),
    );
  }
  private closeOthers(target: Node): void {
    for (const menu of this.element.querySelectorAll('details')) if (!menu.contains(target)) menu.open = false;
  }

  private addForm(): HTMLElement {
    const link = h('input', {
      attrs: {
        type: 'text',
        placeholder: 'http://127.0.0.1:PORT/?token=T',
        autocomplete: 'off',
        spellcheck: 'false',
      },
    });
    const submit = (event: Event): void => {
      event.preventDefault();
      const wrong = this.actions.addLink(link.value);
      setText(this.wrong, wrong ?? '');
      if (wrong !== undefined) return;
      link.value = '';
      add.closest('details')?.removeAttribute('open');
    };
    const add = h(
      'form',
      { on: { submit } },
      h('label', {}, h('span', {}, 'Link that the other process has printed'), link),
      h('button', { attrs: { type: 'submit' } }, 'Add'),
      this.wrong,
    );
    return add;
  }

  private files(): HTMLElement {
    const file = h('input', {
      attrs: { type: 'file', accept: '.jsonl,.ndjson,.json,.txt' },
    });
    file.addEventListener('change', () => {
      for (const one of file.files ?? []) this.actions.importFile(one);
      file.value = '';
    });
    this.limit.addEventListener('change', () => this.actions.setLimit(Number(this.limit.value)));
    return h(
      'div',
      { class: 'form' },
      button('Save recording', 'Save recording: everything, as JSON lines', this.actions.exportRecording),
      h('label', {}, h('span', {}, 'Open a recording (or drop it on the page)'), file),
      h('label', {}, h('span', {}, 'Entries kept for each process'), this.limit),
    );
  }
}
