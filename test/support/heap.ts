/** What is due at some time, earliest first, and in order of its making among equals. Must never be here: what it is. */

export interface Due {
  /** Virtual milliseconds. */
  readonly at: number;
  /** Unique; decides among equals. */
  readonly order: number;
}

/** A binary heap. */
export class Heap<T extends Due> {
  private readonly items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  /** The earliest, which stays. */
  get first(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    let i = this.items.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.isBefore(parent, i)) return;
      this.swap(parent, i);
      i = parent;
    }
  }

  /** The earliest, if it is due at `now`; it leaves. */
  popDue(now: number): T | undefined {
    const { first } = this;
    if (first === undefined || first.at > now) return undefined;
    const last = this.items.pop() as T;
    if (this.items.length > 0) this.sink(last);
    return first;
  }

  clear(): void {
    this.items.length = 0;
  }

  private sink(item: T): void {
    this.items[0] = item;
    for (let i = 0; ;) {
      let child = 2 * i + 1;
      if (child >= this.items.length) return;
      if (child + 1 < this.items.length && this.isBefore(child + 1, child)) child++;
      if (this.isBefore(i, child)) return;
      this.swap(i, child);
      i = child;
    }
  }

  private isBefore(i: number, j: number): boolean {
    const [a, b] = [this.items[i] as T, this.items[j] as T];
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  private swap(i: number, j: number): void {
    [this.items[i], this.items[j]] = [this.items[j] as T, this.items[i] as T];
  }
}
