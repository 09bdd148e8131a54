/**
 * Moves and scales a drawing inside its frame: follow (a readable size, the active state in sight), fit (all of it), or where the
 * user has put it.
 */

export type Mode = 'follow' | 'fit' | 'free';
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A drawing is readable from this scale on, its labels being 11 px; on a projector from a larger one. */
const READABLE = 1.1;
const READABLE_FAR = 1.3;
const FAR = window.matchMedia('(min-width: 1600px)');
const LEAST = 0.1;
const MOST = 4;
const STEP = 1.25;
const PAN_PX = 60;

export class PanZoom {
  mode: Mode = 'follow';
  private scale = 1;
  private x = 0;
  private y = 0;
  private size = { width: 1, height: 1 };
  private focus: Box | undefined;
  private beside: Box | undefined;

  /** @param changed the mode is another one */
  constructor(
    private readonly frame: HTMLElement,
    private readonly sheet: HTMLElement,
    private readonly changed: () => void,
  ) {
    frame.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    frame.addEventListener('pointerdown', (event) => this.drag(event));
    frame.addEventListener('keydown', (event) => this.key(event));
    new ResizeObserver(() => this.place()).observe(frame);
  }

  /** Another drawing, of this size. */
  resize(width: number, height: number): void {
    this.size = { width, height };
    this.place();
  }
  /** What has to be in sight when following, and what else if there is room for both. */
  look(focus: Box | undefined, beside: Box | undefined): void {
    this.focus = focus;
    this.beside = beside;
    this.place();
  }
  set(mode: Mode): void {
    this.mode = mode;
    this.place();
    this.changed();
  }
  zoom(steps: number, at = { x: this.frame.clientWidth / 2, y: this.frame.clientHeight / 2 }): void {
    const scale = clamp(this.scale * STEP ** steps, LEAST, MOST);
    this.x = at.x - ((at.x - this.x) * scale) / this.scale;
    this.y = at.y - ((at.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.set('free');
  }

  private place(): void {
    const { clientWidth: width, clientHeight: height } = this.frame;
    if (width === 0 || height === 0) return;
    if (this.mode !== 'free') {
      const fit = Math.min(width / this.size.width, height / this.size.height, 1.25);
      this.scale = this.mode === 'fit' ? fit : Math.max(fit, FAR.matches ? READABLE_FAR : READABLE);
      const centre = this.centre(width / this.scale, height / this.scale);
      this.x = inside(width / 2 - centre.x * this.scale, width, this.size.width * this.scale);
      this.y = inside(height / 2 - centre.y * this.scale, height, this.size.height * this.scale);
    }
    this.sheet.style.transform = `translate(${String(this.x)}px, ${String(this.y)}px) scale(${String(this.scale)})`;
  }

  /** The point of the drawing for the middle of a frame of this size. */
  private centre(width: number, height: number): { readonly x: number; readonly y: number } {
    const { focus, beside, mode, size } = this;
    if (!focus || mode !== 'follow') return { x: size.width / 2, y: size.height / 2 };
    const both = beside ? around(focus, beside) : focus;
    const { x, y, width: w, height: h } = both.width > width || both.height > height ? focus : both;
    return { x: x + w / 2, y: y + h / 2 };
  }

  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = this.frame.getBoundingClientRect();
    this.zoom(-event.deltaY / 120, { x: event.clientX - left, y: event.clientY - top });
  }

  private drag(down: PointerEvent): void {
    if (down.button !== 0) return;
    const from = { x: down.clientX - this.x, y: down.clientY - this.y };
    const move = (event: PointerEvent): void => {
      this.x = event.clientX - from.x;
      this.y = event.clientY - from.y;
      if (this.mode !== 'free') this.set('free');
      else this.place();
    };
    const up = (): void => {
      this.frame.removeEventListener('pointermove', move);
      this.frame.classList.remove('dragging');
    };
    this.frame.setPointerCapture(down.pointerId);
    this.frame.classList.add('dragging');
    this.frame.addEventListener('pointermove', move);
    this.frame.addEventListener('pointerup', up, { once: true });
    this.frame.addEventListener('pointercancel', up, { once: true });
  }

  private key(event: KeyboardEvent): void {
    if (!event.shiftKey) return;
    const by = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.x += (by[0] ?? 0) * PAN_PX;
    this.y += (by[1] ?? 0) * PAN_PX;
    this.set('free');
  }
}

function around(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const [right, bottom] = [Math.max(a.x + a.width, b.x + b.width), Math.max(a.y + a.height, b.y + b.height)];
  return { x, y, width: right - x, height: bottom - y };
}
/** Keeps a drawing's edge at the frame's, and a small drawing in the middle. */
function inside(offset: number, frame: number, drawing: number): number {
  return drawing <= frame ? (frame - drawing) / 2 : clamp(offset, frame - drawing, 0);
}
function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
