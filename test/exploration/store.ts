/**
 * Where worlds are kept: parts by their canonical text, worlds as rows of part numbers in a hash table that compares exactly.
 * Must never be here: what a part is.
 */

/** Values of one kind, numbered by their texts. */
export class Parts<T> {
  private readonly ids = new Map<string, number>();
  private readonly values: T[] = [];

  get size(): number {
    return this.values.length;
  }
  id(text: string, value: () => T): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    this.ids.set(text, this.values.length);
    return this.values.push(value()) - 1;
  }
  get(id: number): T {
    return this.values[id] as T;
  }
}

const FIRST_ROWS = 1 << 12;

/** Rows of `width` whole numbers, numbered from 0 in the order in which they came. */
export class Rows {
  private cells: Int32Array;
  private table = new Int32Array(FIRST_ROWS * 2).fill(-1);
  size = 0;

  constructor(private readonly width: number) {
    this.cells = new Int32Array(FIRST_ROWS * width);
  }

  at(index: number): Int32Array {
    return this.cells.slice(index * this.width, (index + 1) * this.width);
  }

  /** The number of a row; -1 if it is not here. */
  find(row: ArrayLike<number>): number {
    return this.table[this.slot(row)] as number;
  }

  /** Adds a row that is not here yet. */
  add(row: ArrayLike<number>): number {
    if (this.size * 2 >= this.table.length) this.grow();
    this.table[this.slot(row)] = this.size;
    this.cells.set(row, this.size * this.width);
    return this.size++;
  }

  private slot(row: ArrayLike<number>): number {
    const mask = this.table.length - 1;
    let slot = hashOf(row, this.width) & mask;
    for (;;) {
      const index = this.table[slot] as number;
      if (index < 0 || this.same(index, row)) return slot;
      slot = (slot + 1) & mask;
    }
  }
  private same(index: number, row: ArrayLike<number>): boolean {
    const from = index * this.width;
    for (let i = 0; i < this.width; i++) if (this.cells[from + i] !== row[i]) return false;
    return true;
  }
  private grow(): void {
    const cells = new Int32Array(this.cells.length * 2);
    cells.set(this.cells);
    this.cells = cells;
    this.table = new Int32Array(this.table.length * 2).fill(-1);
    for (let i = 0; i < this.size; i++) this.table[this.slot(this.at(i))] = i;
  }
}

function hashOf(row: ArrayLike<number>, width: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < width; i++) {
    hash = Math.imul(hash ^ (row[i] as number), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  }
  return hash ^ (hash >>> 13);
}

/** A list of whole numbers that grows. */
export class Numbers {
  private cells = new Int32Array(FIRST_ROWS);
  size = 0;

  push(value: number): void {
    if (this.size === this.cells.length) {
      const cells = new Int32Array(this.size * 2);
      cells.set(this.cells);
      this.cells = cells;
    }
    this.cells[this.size++] = value;
  }
  at(index: number): number {
    return this.cells[index] as number;
  }
  set(index: number, value: number): void {
    this.cells[index] = value;
  }
}
