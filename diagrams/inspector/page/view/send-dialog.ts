/** Sends an event into a machine of a live process: only with control, and only what the machine answers in its state. */
import { eventWords } from '../../../draw/words';
import type { Json } from '../model/feed';
import { possibleEvents, readField, type CurrentChat, type Field, type Possible } from '../model/payloads';
import type { Machine } from '../model/record';
import { h } from './dom';

type Send = (machine: Machine, event: string, payload: Readonly<Record<string, Json>>) => void;
type Entered = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export class SendDialog {
  readonly element = h('dialog', { attrs: { 'aria-labelledby': 'send-title' } });

  constructor(private readonly send: Send) {}

  /** @param chat of the client whose machine it is, now: a text that is written here is for that one */
  open(machine: Machine, state: string, chat: CurrentChat): void {
    const possible = possibleEvents(machine.machine, state, chat);
    const list = h(
      'select',
      { attrs: { 'aria-label': 'Event', size: Math.min(8, Math.max(2, possible.length)) } },
      ...possible.map(optionOf),
    );
    const form = h('div', { class: 'form' });
    const inputs = new Map<string, [Field, Entered]>();
    const fill = (): void => fillForm(form, possible[list.selectedIndex], inputs);
    list.addEventListener('change', fill);
    list.selectedIndex = 0;
    fill();
    const wrong = h('p', { class: 'wrong', attrs: { role: 'alert' } });
    const submit = (event: Event): void => {
      event.preventDefault();
      const chosen = possible[list.selectedIndex];
      const payload = read(inputs, wrong);
      if (!chosen || !payload) return;
      this.send(machine, chosen.event, payload);
      this.element.close();
    };
    const buttons = h(
      'div',
      { class: 'dialog-buttons' },
      h('button', { attrs: { type: 'button' }, on: { click: () => this.element.close() } }, 'Cancel'),
      h(
        'button',
        { class: 'danger', attrs: { type: 'submit', disabled: possible.length === 0 } },
        'Send to the live process',
      ),
    );
    this.element.replaceChildren(
      h(
        'form',
        { on: { submit } },
        h('h2', { attrs: { id: 'send-title' } }, `Send an event to ${machine.name}`),
        h(
          'p',
          { class: 'warning' },
          `This acts on the live process ${machine.process.name}, not on the recording. What it does cannot be undone.`,
        ),
        h(
          'p',
          {},
          'It is now in ',
          h('strong', {}, state),
          possible.length === 0 ? ' and answers no event there.' : ' and answers:',
        ),
        list,
        form,
        wrong,
        buttons,
      ),
    );
    this.element.showModal();
  }
}

function optionOf({ event, rows }: Possible): HTMLOptionElement {
  const marks = new Set(rows.map(({ mark }) => mark));
  return h('option', {}, `${event}  (${[...marks].join(', ')})  ${eventWords(event)}`);
}

/** An alternative as the table has it. */
function rowOf({ mark, when, to, note }: Possible['rows'][number]): HTMLElement {
  const words = [
    when === null ? '' : `if ${when}: `,
    to === null ? 'stays' : `goes to ${to}`,
    note === '' ? '' : `, ${note}`,
  ];
  return h('li', {}, h('span', { class: 'mark' }, mark), ' ', words.join(''));
}

function fillForm(form: HTMLElement, chosen: Possible | undefined, inputs: Map<string, [Field, Entered]>): void {
  inputs.clear();
  const fields = Object.entries(chosen?.form ?? {}).map(([name, field]) => {
    const input = inputOf(field);
    inputs.set(name, [field, input]);
    return h('label', {}, h('span', {}, `${name}${remarkOf(field)}`), input);
  });
  const rows = h('ul', { class: 'note quiet' }, ...(chosen?.rows ?? []).map(rowOf));
  form.replaceChildren(
    rows,
    ...(fields.length > 0 ? fields : [h('p', { class: 'quiet' }, 'This event has no payload.')]),
  );
}

function remarkOf(field: Field): string {
  if (field.kind !== 'session') return 'optional' in field ? ' (optional)' : '';
  return field.chat ? ` (the chat with ${field.chat.peer})` : ' (empty: there is no chat)';
}

function inputOf(field: Field): Entered {
  switch (field.kind) {
    case 'choice':
      return h('select', {}, ...field.values.map((value) => h('option', {}, String(value))));
    case 'flag':
      return h('select', {}, ...[field.value, !field.value].map((value) => h('option', {}, String(value))));
    case 'texts':
      return h('textarea', { attrs: { rows: 3 } }, field.value);
    case 'session':
      return h('input', { attrs: { type: 'text', inputmode: 'numeric', value: field.chat?.session ?? '' } });
    case 'number':
      return h('input', { attrs: { type: 'text', inputmode: 'numeric', value: field.optional ? '' : field.value } });
    default:
      return h('input', { attrs: { type: 'text', value: field.value } });
  }
}

function read(inputs: Map<string, [Field, Entered]>, wrong: HTMLElement): Record<string, Json> | undefined {
  const payload: Record<string, Json> = {};
  for (const [name, [field, input]] of inputs) {
    const result = readField(field, input.value);
    if ('wrong' in result) {
      wrong.textContent = `${name}: ${result.wrong}`;
      input.focus();
      return undefined;
    }
    if (result.value !== undefined) payload[name] = result.value;
  }
  return payload;
}
