/**
 * A recording of several terminals at once: every change of a screen, in the order in which it happened, on a time scale on
 * which a person can follow. Must never be here: file formats.
 */
import type { Cell, Screen, Size } from '../screen/emulator';
import { EMPTY } from '../screen/emulator';

/** Where a terminal stands in the common picture, in cells; its title is in the row above it. */
export interface Pane extends Size {
  readonly name: string;
  readonly title: string;
  readonly x: number;
  readonly y: number;
}

/** How fast it is played: the run itself takes a moment. In milliseconds. */
export const PACE = { key: 65, line: 1_000, output: 140, end: 4_000 } as const;

export interface Change {
  readonly pane: string;
  /** Playing time in milliseconds. */
  readonly at: number;
  readonly screen: Screen;
}
export interface Recording {
  readonly panes: readonly Pane[];
  readonly changes: readonly Change[];
  /** Playing time in milliseconds. */
  readonly length: number;
  /** How long the run took, in milliseconds. */
  readonly took: number;
}

/** The server above, its clients side by side below. */
export function panesOf(server: Size, client: Size, clients: readonly string[]): Pane[] {
  const below = clients.map((name, i): Pane => ({
    ...client,
    name,
    title: name,
    x: 1 + i * (client.columns + 1),
    y: server.rows + 2,
  }));
  return [{ ...server, name: 'server', title: 'server: every message on the wire', x: 1, y: 1 }, ...below];
}

export class Recorder {
  private readonly changes: Change[] = [];
  private at = 0;
  private readonly started: number;
  private begun = false;

  /** @param now a clock in milliseconds */
  constructor(
    private readonly panes: readonly Pane[],
    private readonly now: () => number,
  ) {
    this.started = now();
  }

  add(name: string, why: 'key' | 'line' | 'output', screen: Screen): void {
    if (!this.panes.some((pane) => pane.name === name)) return;
    const before = this.changes.findLast(({ pane }) => pane === name);
    if (before && sameScreen(before.screen, screen)) return;
    // What the terminals show before anybody types is there at once.
    if (why === 'line') this.begun = true;
    this.at += this.begun ? PACE[why] : 0;
    this.changes.push({ pane: name, at: this.at, screen });
  }

  get recording(): Recording {
    const { panes, changes } = this;
    return { panes, changes, length: this.at + PACE.end, took: this.now() - this.started };
  }
}

export function sameRow(a: readonly Cell[], b: readonly Cell[]): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every((cell, i) => {
        const other = b[i] ?? EMPTY;
        return (
          cell.text === other.text &&
          cell.bold === other.bold &&
          cell.inverse === other.inverse &&
          cell.ink === other.ink
        );
      }))
  );
}

function sameScreen(a: Screen, b: Screen): boolean {
  const cursor = a.cursor.x === b.cursor.x && a.cursor.y === b.cursor.y;
  return cursor && a.cells.every((row, y) => sameRow(row, b.cells[y] ?? []));
}

/** Size of the common picture with its borders, in cells. */
export function sizeOfPanes(panes: readonly Pane[]): Size {
  return {
    columns: Math.max(...panes.map(({ x, columns }) => x + columns)) + 1,
    rows: Math.max(...panes.map(({ y, rows }) => y + rows)) + 1,
  };
}
