/** Pause, steps and the slider through everything recorded. */
import { clockOf } from '../model/moment';
import { button, h, named, setText } from './dom';
import type { Actions, Scene } from './scene';

const PAUSE = ['Pause', 'Pause: what comes is still recorded'] as const;
const LIVE = ['Live', 'Live: go on with what happens now'] as const;
const NEWEST = ['Newest', 'Newest entry'] as const;

export class Transport {
  readonly element: HTMLElement;
  private readonly pause: HTMLButtonElement;
  private readonly slider = h('input', {
    class: 'slider',
    attrs: { type: 'range', min: 1, step: 1, 'aria-label': 'Moment' },
  });
  private readonly where = h('output', { class: 'where' });
  private readonly own = h('input', { attrs: { type: 'checkbox' } });

  constructor(actions: Actions) {
    this.pause = button('Pause', 'Pause', actions.togglePause, 'P');
    this.slider.addEventListener('input', () => actions.goTo(Number(this.slider.value)));
    this.own.addEventListener('change', () => actions.set({ own: this.own.checked }));
    this.element = h(
      'nav',
      { class: 'transport', attrs: { 'aria-label': 'Moment' } },
      h(
        'div',
        { class: 'buttons' },
        button('|◀', 'To the first entry', () => actions.goTo(1), 'Home'),
        button('◀', 'Step back', () => actions.step(-1), '←'),
        this.pause,
        button('▶', 'Step forward', () => actions.step(1), '→'),
        button('▶|', 'To the newest: live', () => actions.show(undefined), 'End'),
      ),
      this.slider,
      this.where,
      h('label', { class: 'check' }, this.own, 'This client only'),
    );
  }

  render({ record, moment, entry, position, settings }: Scene): void {
    const total = record.entries.length;
    const live = moment === undefined;
    this.slider.max = String(Math.max(1, total));
    if (this.slider.value !== String(position)) this.slider.value = String(Math.max(1, position));
    this.slider.disabled = total === 0;
    const running = record.processes.some(({ liveness }) => liveness === 'live');
    named(this.pause, live ? PAUSE : running ? LIVE : NEWEST);
    this.pause.classList.toggle('primary', !live);
    this.own.checked = settings.own;
    const time = entry ? clockOf(record, entry) : '';
    const state = live ? (running ? 'live' : 'newest') : 'paused';
    setText(
      this.where,
      total === 0 ? 'nothing recorded yet' : `${time}  ·  ${String(position)} of ${String(total)}  ·  ${state}`,
    );
    this.where.classList.toggle('paused', !live);
    this.slider.setAttribute('aria-valuetext', `${time}, ${String(position)} of ${String(total)}`);
  }
}
