/** The state charts of the chosen client side by side: active state and last edge lit. */
import type { PagePicture } from '../../../draw/generate';
import type { Level } from '../../../draw/machines';
import { eventWords } from '../../../draw/words';
import { answerOf } from '../model/answers';
import { edgesTaken, lightOf } from '../model/light';
import { groupName, lastSteps, playing, type Group, type Part, type Seen } from '../model/moment';
import type { StepEntry } from '../model/record';
import { button, download, h, named, setText } from './dom';
import { PanZoom } from './pan-zoom';
import { drawingOf, paint, pictureOf, png, standalone } from './pictures';
import type { Actions, Scene } from './scene';

const PARTS: readonly Part[] = ['connection', 'chat', 'history'];
/** So far back the last edge is looked for: ignored events are not drawn. */
const STEPS_BACK = 40;

class Chart {
  readonly element: HTMLElement;
  readonly panZoom: PanZoom;
  private readonly title = h('h2', {});
  private readonly state = h('strong', { class: 'state-name clip' });
  private readonly said = h('span', { class: 'clip quiet' });
  private readonly sheet = h('div', { class: 'sheet' });
  private readonly frame: HTMLElement;
  private readonly none = h('p', { class: 'quiet none' });
  private drawing: SVGSVGElement | undefined;
  private key = '';

  constructor(
    readonly part: Part,
    actions: Actions,
    enlarge: () => void,
    modeChanged: () => void,
  ) {
    this.frame = h(
      'div',
      { class: 'frame', attrs: { tabindex: 0, role: 'group', 'aria-label': `Chart of the ${part} machine` } },
      this.sheet,
      this.none,
    );
    this.panZoom = new PanZoom(this.frame, this.sheet, modeChanged);
    const head = h(
      'header',
      { class: 'panel-head' },
      this.title,
      this.state,
      button('⤢', 'Enlarge this chart, or back', enlarge, 'M'),
    );
    this.element = h(
      'section',
      { class: `panel chart ${part}`, attrs: { 'aria-label': `${part} machine` } },
      head,
      this.said,
      this.frame,
    );
    this.element.addEventListener('pointerdown', () => actions.set({ part }));
    this.frame.addEventListener('focus', () => actions.set({ part }));
  }

  render(group: Group | undefined, scene: Scene): void {
    const { moment, settings } = scene;
    const seen = group && playing(group, this.part, moment);
    this.element.classList.toggle('chosen', settings.part === this.part);
    const found = seen && pictureOf(seen.machine.machine, settings.level[seen.machine.process.role]);
    if (!seen || !found) return this.empty(seen);
    const steps = lastSteps(seen.machine, moment, STEPS_BACK);
    const [step] = steps;
    const name = group ? groupName(group, playing(group, 'connection', moment)?.client ?? '') : '';
    setText(this.title, `${name} ${this.part}`);
    setText(this.state, seen.stopped ? `${seen.state} (ended)` : seen.state);
    setText(this.said, step ? said(step) : 'no event yet');
    this.draw(seen.machine.machine, found.level, found.picture);
    const light = lightOf(found.picture, seen.state, steps);
    const beside =
      group && found.level === 'spec' && this.part === 'chat' ? besides(group, scene, found.picture, steps) : [];
    if (!this.drawing) return;
    paint(this.drawing, light.states, [...light.edges, ...beside]);
    this.focusOn(light.states, light.edges);
  }

  private empty(seen: Seen | undefined): void {
    this.key = '';
    this.drawing = undefined;
    this.sheet.replaceChildren();
    setText(this.title, this.part);
    setText(this.state, seen?.state ?? '');
    setText(this.said, '');
    setText(this.none, seen ? 'There is no drawing of this machine.' : `No ${this.part} machine at this moment.`);
  }

  private draw(machine: string, level: Level, picture: PagePicture): void {
    const key = `${machine}/${level}`;
    if (key === this.key) return;
    this.key = key;
    this.drawing = drawingOf(picture);
    this.sheet.replaceChildren(this.drawing);
    setText(this.none, '');
    this.panZoom.resize(this.drawing.width.baseVal.value, this.drawing.height.baseVal.value);
  }

  /** Follows the active state, and the label of the edge that led there if there is room for both. */
  private focusOn(states: readonly string[], edges: readonly string[]): void {
    const boxOf = (selector: string): SVGRect | undefined =>
      this.drawing?.querySelector<SVGGElement>(selector)?.getBBox();
    const state = states.map((id) => boxOf(`g.state[data-state="${CSS.escape(id)}"]`)).find((box) => box !== undefined);
    const label = boxOf(`g.label[data-edge="${CSS.escape(edges[0] ?? '')}"]`);
    this.panZoom.look(state, label);
  }

  save(format: 'svg' | 'png'): void {
    const { drawing } = this;
    if (!drawing) return;
    const name = `${(this.title.textContent ?? '').replace(/[^\w.-]+/g, '-')}.${format}`;
    if (format === 'svg') download(name, new Blob([standalone(drawing)], { type: 'image/svg+xml' }));
    else
      void png(drawing).then(
        (image) => download(name, image),
        (fault: unknown) => setText(this.said, String(fault)),
      );
  }
}

function said(step: StepEntry): string {
  return `${eventWords(step.event)}: ${answerOf(step).said}`;
}

/**
 * Edges of a chat drawing that other machines of the same client have taken: the server's drawing has the history in it, and
 * how the client came.
 */
function besides(group: Group, { moment }: Scene, picture: PagePicture, steps: readonly StepEntry[]): string[] {
  const others: readonly Part[] = steps.length === 0 ? ['connection', 'history'] : ['history'];
  return others.flatMap((part) => {
    const seen = playing(group, part, moment);
    const [step] = seen ? lastSteps(seen.machine, moment, 1) : [];
    return step ? edgesTaken(picture, step) : [];
  });
}

/** What there is besides the machine that runs: the assignment has no diagram of a server. */
const DRAWN = {
  client: ['Assignment', 'Assignment: its diagram, edge by edge'],
  server: ['Drawing', 'Drawing that the server was begun with; red numbers are corrections'],
} as const;

export class Charts {
  readonly element = h('main', { class: 'charts', attrs: { 'aria-label': 'State charts' } });
  private readonly charts: readonly Chart[];
  private readonly level: readonly HTMLButtonElement[];
  private readonly modes: readonly HTMLButtonElement[];
  private readonly name = h('span', { class: 'quiet clip' });
  private large: Part | undefined;
  private chosen: Part = 'connection';

  constructor(actions: Actions) {
    this.charts = PARTS.map(
      (part) =>
        new Chart(
          part,
          actions,
          () => this.enlarge(part),
          () => this.showMode(),
        ),
    );
    this.level = [
      button('Assignment', 'Assignment: its diagrams', () => actions.setLevel('spec'), 'L'),
      button('Full', 'Full: every edge of the machine that runs', () => actions.setLevel('full'), 'L'),
    ];
    this.modes = [
      button('Follow', 'Follow: keep the active state in sight', () => this.of(this.chosen)?.set('follow'), 'F'),
      button('Fit', 'Fit: show the whole chart', () => this.of(this.chosen)?.set('fit'), '0'),
    ];
    const [connection, chat, history] = this.charts.map(({ element }) => element);
    this.element.append(this.toolBar(), h('div', { class: 'chart-grid' }, connection ?? '', chat ?? '', history ?? ''));
  }

  private toolBar(): HTMLElement {
    const levels = h(
      'div',
      { class: 'segments', attrs: { role: 'group', 'aria-label': 'Level of the drawing' } },
      ...this.level,
    );
    const modes = h(
      'div',
      { class: 'segments', attrs: { role: 'group', 'aria-label': 'What is in sight' } },
      ...this.modes,
    );
    const save = (format: 'svg' | 'png') => () => this.charts.find(({ part }) => part === this.chosen)?.save(format);
    return h(
      'div',
      { class: 'chart-bar' },
      levels,
      this.name,
      modes,
      button('−', 'Zoom out', () => this.of(this.chosen)?.zoom(-1), '-'),
      button('+', 'Zoom in', () => this.of(this.chosen)?.zoom(1), '+'),
      button('SVG', 'Save the chart as SVG', save('svg')),
      button('PNG', 'Save the chart as PNG', save('png')),
    );
  }

  render(scene: Scene): void {
    const { part } = scene.settings;
    const role = scene.group?.process.role ?? 'client';
    const level = scene.settings.level[role];
    this.chosen = part;
    for (const chart of this.charts) chart.render(scene.group, scene);
    this.level.forEach((one, i) => one.setAttribute('aria-pressed', String(level === (i === 0 ? 'spec' : 'full'))));
    const [drawn] = this.level;
    if (drawn) named(drawn, DRAWN[role]);
    setText(this.name, `${part} chart:`);
    this.showMode();
  }

  /** The chart that keys act on. */
  of(part: Part): PanZoom | undefined {
    return this.charts.find((chart) => chart.part === part)?.panZoom;
  }

  enlarge(part: Part): void {
    this.large = this.large === part ? undefined : part;
    this.element.dataset['large'] = this.large ?? '';
  }

  private showMode(): void {
    const mode = this.of(this.chosen)?.mode;
    this.modes.forEach((one, i) => one.setAttribute('aria-pressed', String(mode === (i === 0 ? 'follow' : 'fit'))));
  }
}
