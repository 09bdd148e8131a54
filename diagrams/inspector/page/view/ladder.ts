/** The ladder on the page: lifelines, arrows and the states that were entered, newest at the bottom. */
import { timesOf } from '../../../trace/fold';
import { foldedArrows, isLost, ladderOf, lifelines, SERVER, type Arrow, type Row } from '../model/ladder';
import { countWhere, playing } from '../model/moment';
import { readable } from '../model/readable';
import { compare } from '../model/record';
import { h, s, setText } from './dom';
import type { Actions, Scene } from './scene';

const ROW_PX = 30;
const HEAD_PX = 34;
const LEAST_COLUMN_PX = 72;
/** An arrow this much longer than what is in sight is no longer looked for. */
const LONGEST_ROWS = 80;
/** Clients that have a lifeline however narrow the ladder is. */
const LEAST_CLIENTS = 2;
/** Width of a letter, by the size of the letters. */
const BOX_LETTER = 0.575;
const HEAD_LETTER_PX = 8;
const NAME_LETTERS = 30;
/** So far a lost datagram comes. */
const LOST_PART = 0.8;

export class LadderView {
  readonly element: HTMLElement;
  private readonly drawing = s('svg', { class: 'ladder-drawing' });
  private readonly heads = s('svg', { class: 'ladder-heads', height: HEAD_PX, 'aria-hidden': 'true' });
  private readonly scroller: HTMLElement;
  private readonly note = h('span', { class: 'quiet' });
  private rows: readonly Row[] = [];
  private lines: readonly string[] = [];
  private made = '';
  private scene: Scene | undefined;
  private highlighted = -1;

  constructor(private readonly actions: Actions) {
    this.scroller = h(
      'div',
      {
        class: 'ladder-scroll',
        attrs: { tabindex: 0, role: 'group', 'aria-label': 'Message sequence chart, newest at the bottom' },
      },
      this.heads,
      this.drawing,
    );
    const head = h('header', { class: 'panel-head' }, h('h2', {}, 'Ladder'), this.note, legend());
    this.element = h('section', { class: 'panel ladder', attrs: { 'aria-label': 'Ladder' } }, head, this.scroller);
    this.scroller.addEventListener('scroll', () => this.draw(), { passive: true });
    new ResizeObserver(() => {
      if (this.scene) this.render(this.scene);
      this.bringIntoSight(this.highlighted);
      this.draw();
    }).observe(this.scroller);
  }

  render(scene: Scene): void {
    this.scene = scene;
    const { record, arrows, group, entry } = scene;
    const client =
      group &&
      (group.process.role === 'client' ? group.process.name : (playing(group, 'connection', undefined)?.client ?? ''));
    const wanted = client === undefined || client === '' ? [] : [client];
    const room = Math.max(LEAST_CLIENTS, Math.floor(this.scroller.clientWidth / LEAST_COLUMN_PX) - 1);
    const { keepalives } = scene.settings;
    const made = JSON.stringify([record.version, wanted, room, keepalives]);
    if (made !== this.made) {
      const { lines, hidden } = lifelines(record, arrows, wanted, room);
      this.lines = lines;
      this.rows = ladderOf(record, keepalives ? arrows : foldedArrows(arrows), lines);
      setText(this.note, hidden === 0 ? '' : `${String(hidden)} clients not shown`);
    }
    this.made = made;
    const at = entry ? countWhere(this.rows, (row) => compare(row.entry, entry) <= 0) - 1 : -1;
    if (at !== this.highlighted) this.bringIntoSight(at);
    this.highlighted = at;
    this.draw();
  }

  private bringIntoSight(row: number): void {
    this.size();
    const { scroller } = this;
    const bottom = HEAD_PX + (row + 2) * ROW_PX;
    if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight;
    else if (bottom - 3 * ROW_PX < scroller.scrollTop + HEAD_PX) scroller.scrollTop = bottom - 3 * ROW_PX - HEAD_PX;
  }

  private get width(): number {
    return Math.max(this.scroller.clientWidth, this.lines.length * LEAST_COLUMN_PX);
  }
  private size(): void {
    const height = (this.rows.length + 1) * ROW_PX;
    this.drawing.setAttribute('width', String(this.width));
    this.drawing.setAttribute('height', String(height));
    this.heads.setAttribute('width', String(this.width));
  }
  private x(name: string): number {
    const column = this.width / Math.max(1, this.lines.length);
    return column * (this.lines.indexOf(name) + 0.5);
  }

  private draw(): void {
    this.size();
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.max(0, Math.floor(scrollTop / ROW_PX) - 2);
    const last = Math.min(this.rows.length, Math.ceil((scrollTop + clientHeight) / ROW_PX) + 1);
    const [top, bottom] = [first * ROW_PX, (last + 1) * ROW_PX];
    const made: Element[] = this.lines.map((name) =>
      s('line', { class: 'lifeline', x1: this.x(name), x2: this.x(name), y1: top, y2: bottom }),
    );
    if (this.highlighted >= first && this.highlighted < last) {
      made.push(
        s('rect', {
          class: 'moment-row',
          x: 0,
          y: this.highlighted * ROW_PX + 2,
          width: this.width,
          height: ROW_PX - 2,
        }),
      );
    }
    for (let i = Math.max(0, first - LONGEST_ROWS); i < last; i++) {
      const row = this.rows[i] as Row;
      if (i + (row.length ?? 0) < first) continue;
      made.push(...this.row(row, i));
    }
    this.drawing.replaceChildren(...made);
    const heads = this.lines.map((name) =>
      s(
        'text',
        { x: this.x(name), y: 22, 'text-anchor': 'middle' },
        clip(name === SERVER ? 'server' : name, this.width / this.lines.length / HEAD_LETTER_PX),
      ),
    );
    this.heads.replaceChildren(s('rect', { class: 'head-back', width: this.width, height: HEAD_PX }), ...heads);
  }

  private row(row: Row, i: number): Element[] {
    const future = i > this.highlighted && this.scene?.moment !== undefined;
    const group = s('g', { class: `ladder-row${future ? ' future' : ''}${i === this.highlighted ? ' current' : ''}` });
    if (row.arrow) group.append(...this.arrow(row.arrow, i, row.length ?? 0));
    if (row.box) group.append(...this.box(row.box.on, row.box.step.state, row.box.step.machine.machine, i));
    group.addEventListener('click', () => this.actions.show(row.entry));
    return [group];
  }

  private arrow(arrow: Arrow, i: number, length: number): Element[] {
    const { from, to, name, over, sealed, line, sent, received, count = 1 } = arrow;
    const lost = this.scene !== undefined && isLost(this.scene.record, arrow);
    const [x1, reach] = [this.x(from), this.x(to)];
    const x2 = lost ? x1 + (reach - x1) * LOST_PART : reach;
    const y1 = i * ROW_PX + 20;
    const y2 = y1 + length * ROW_PX + (sent && received ? 4 : 0);
    const right = Math.sign(x2 - x1);
    const seen = sent && received ? '' : lost ? ', lost' : sent ? ' (seen by the sender)' : ' (seen by the receiver)';
    const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
    const head = s('path', {
      class: lost ? 'arrow-cross' : 'arrow-head',
      d: lost ? 'M-5 -5L5 5M-5 5L5 -5' : 'M0 0L-9 -4L-9 4Z',
      transform: `translate(${String(x2)} ${String(y2)}) rotate(${String(angle)})`,
    });
    // Along the line, and never upside down; nearer to where it begins, because others may cross it.
    const along = length > 0 ? 0.4 : 0.5;
    const at = `translate(${String(x1 + (x2 - x1) * along)} ${String(y1 + (y2 - y1) * along)})`;
    const upright = right < 0 ? angle - 180 * Math.sign(angle || 1) : angle;
    const turned = `${at} rotate(${String(upright)})`;
    const label = s(
      'text',
      { class: `arrow-name${sealed ? ' sealed' : ''}`, y: -5, 'text-anchor': 'middle', transform: turned },
      clip(timesOf(name, count), NAME_LETTERS),
    );
    return [
      s('title', {}, `${from} → ${to}, ${over.toUpperCase()}${sealed ? ', encrypted' : ''}${seen}\n${readable(line)}`),
      s('line', { class: `arrow ${over}`, x1, x2: x2 - 4 * right, y1, y2 }),
      head,
      ...(arrow.bothWays ? [backHead(x1, y1, angle + 180)] : []),
      label,
    ];
  }

  private box(on: string, state: string, machine: string, i: number): Element[] {
    const letter = BOX_LETTER * parseFloat(getComputedStyle(this.element).getPropertyValue('--small'));
    const room = Math.max(90, (this.width / this.lines.length) * 1.4 - 14) / letter;
    const text = clip(shortened(state, room), room);
    const width = text.length * letter + 14;
    const x = Math.min(this.width - width - 1, Math.max(1, this.x(on) - width / 2));
    return [
      s('title', {}, `${machine}: ${state}`),
      s('rect', { class: 'state-box', x, y: i * ROW_PX + 6, width, height: 20, rx: 5 }),
      s('text', { class: 'state-text', x: x + width / 2, y: i * ROW_PX + 20, 'text-anchor': 'middle' }, text),
    ];
  }
}

function clip(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, Math.floor(letters) - 1))}…`;
}
/** Without a word that many states have, if it does not fit; never so that a state looks like a message. */
function shortened(state: string, letters: number): string {
  return state.length <= letters ? state : state.replace(/^Wait for /, 'Wait: ');
}

/** The head at the other end of an arrow that stands for messages of both directions. */
function backHead(x: number, y: number, angle: number): SVGElement {
  const transform = `translate(${String(x)} ${String(y)}) rotate(${String(angle)})`;
  return s('path', { class: 'arrow-head', d: 'M0 0L-9 -4L-9 4Z', transform });
}

function legend(): HTMLElement {
  const line = (kind: string): SVGElement =>
    s(
      'svg',
      { width: 26, height: 8, 'aria-hidden': 'true' },
      s('line', { class: `arrow ${kind}`, x1: 0, x2: 26, y1: 4, y2: 4 }),
    );
  return h(
    'span',
    { class: 'legend quiet' },
    line('udp'),
    'UDP',
    line('tcp'),
    'TCP',
    h('u', {}, 'encrypted'),
    '✕ lost',
  );
}
