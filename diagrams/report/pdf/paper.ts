/**
 * Pages of A4: where the next thing goes, and what waits for the next page. Figures that do not fit any more let the text go
 * on and come at the top of the next page; wide ones get a page that is turned. Must never be here: what a block looks like.
 */
import type { Pdf } from '../../draw/pdf';

export const PAGE = { width: 595.28, height: 841.89 } as const;
export const MARGIN = { left: 62, right: 62, top: 76, bottom: 66 } as const;
/** Width of the text. */
export const WIDTH = PAGE.width - MARGIN.left - MARGIN.right;
/** Height of the text. */
export const HEIGHT = PAGE.height - MARGIN.top - MARGIN.bottom;
/** Pages that are turned: A4, and A3 for what cannot be read otherwise, to be folded out. */
export type Sheet = 'A4' | 'A3';
const SIDES: Readonly<Record<Sheet, readonly [number, number]>> = {
  A4: [PAGE.height, PAGE.width],
  A3: [2 * PAGE.width, PAGE.height],
};
/** Room on a page that is turned. */
export function turnedRoom(sheet: Sheet): { readonly width: number; readonly height: number } {
  const [width, height] = SIDES[sheet];
  return { width: width - 2 * MARGIN.left, height: height - MARGIN.top - MARGIN.bottom + 8 };
}

/** Something that waits for a page: how much room it takes, and how it is drawn. */
export interface Floating {
  /** undefined: it stands among the text. */
  readonly turned: Sheet | undefined;
  /** The height that it takes where so much room is left; undefined: it needs more. */
  readonly fit: (room: number) => number | undefined;
  /** Draws with its upper left corner at x, y. */
  readonly draw: (x: number, y: number, height: number) => void;
}

export class Paper {
  y: number = MARGIN.top;
  readonly x: number = MARGIN.left;
  private waiting: Floating[] = [];
  /** Chapter of each page, for its header. */
  readonly chapters: string[] = [];
  private chapter = '';

  constructor(readonly doc: Pdf) {}

  get bottom(): number {
    return PAGE.height - MARGIN.bottom;
  }
  get room(): number {
    return this.bottom - this.y;
  }
  get fresh(): boolean {
    return this.y <= MARGIN.top;
  }
  /** Index of the current page, from 0. */
  get page(): number {
    return this.chapters.length - 1;
  }

  /** Headers name it from the next page on, and on this one if it has just begun. */
  begin(chapter: string): void {
    this.chapter = chapter;
    if (this.fresh) this.chapters[this.page] = chapter;
  }

  /** A page without anything that waits. */
  blank(chapter = this.chapter): void {
    this.add(undefined, chapter);
  }

  private add(turned: Sheet | undefined, chapter = this.chapter): void {
    const layout = turned ? 'landscape' : 'portrait';
    this.doc.addPage({ size: turned ?? 'A4', layout, margin: 0 });
    this.chapters.push(chapter);
    this.y = MARGIN.top;
  }

  /** The next page, with what waited at its top, in its order; turned pages come before it. */
  next(): void {
    this.turn();
    this.add(undefined);
    this.settle();
  }

  /** Pages for the turned ones that are first in the order. */
  private turn(): void {
    for (let one = this.waiting[0]; one?.turned; one = this.waiting[0]) {
      this.waiting.shift();
      this.add(one.turned);
      one.draw(MARGIN.left, MARGIN.top, turnedRoom(one.turned).height);
    }
  }

  /** As many as there is room for. */
  private settle(): void {
    for (let one = this.waiting[0]; one && !one.turned; one = this.waiting[0]) {
      const height = one.fit(this.room);
      if (height === undefined) return;
      this.waiting.shift();
      one.draw(this.x, this.y, height);
      this.y += height;
    }
  }

  /** A figure: here if there is room and nothing waits before it, else as soon as there is. */
  float(one: Floating): void {
    this.waiting.push(one);
    if (this.waiting.length === 1) this.settle();
  }

  /** Upright figures are placed before what follows; turned pages that are last in the order may come later. */
  catchUp(): void {
    while (this.waiting.some(({ turned }) => turned === undefined)) this.next();
  }

  /** Everything that waits is placed. */
  flush(): void {
    while (this.waiting.length > 0) {
      this.turn();
      // Whatever follows a turned page begins on a page of its own.
      if (this.waiting.length === 0) this.y = this.bottom;
      else {
        this.add(undefined);
        this.settle();
      }
    }
  }

  /** Goes to the next page unless so much is left on this one. */
  need(height: number): void {
    if (height > this.room && !this.fresh) this.next();
    if (height > this.room && !this.fresh && height <= HEIGHT) this.next();
  }
}
