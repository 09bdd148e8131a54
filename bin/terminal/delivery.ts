/**
 * Texts that a program pours out: how many may be on their way before the server is asked whether it has them, and which are
 * in doubt if the answer does not come. Must never be here: the asking.
 */

/** Then the server is asked before the next text: at its usual speed it takes these in 13 s. */
export const WINDOW_TEXTS = 256;
/** For a trace with the messages of the assignment nobody is asked about so few: a server takes them at once (protocol 4.3). */
const FEW_TEXTS = 32;

/** Whether so many texts must not be left on their way. @param asking off: few may be */
export function isOpen(count: number, asking: 'on' | 'off'): boolean {
  return count > (asking === 'on' ? 0 : FEW_TEXTS);
}

export class Delivery {
  private first = 0;
  private last = 0;
  private count = 0;

  /** The text of line `n` is on its way. */
  said(n: number): void {
    if (this.count === 0) this.first = n;
    this.last = n;
    this.count += 1;
  }

  /** The server has all of them, or it has been told what is in doubt. */
  settle(): void {
    this.count = 0;
  }

  /** No more texts before the server has confirmed these. */
  get full(): boolean {
    return this.count >= WINDOW_TEXTS;
  }
  /** Whether they must not be left on their way. */
  isOpen(asking: 'on' | 'off'): boolean {
    return isOpen(this.count, asking);
  }

  /** @returns what to tell of them */
  doubt(peer: string | null): string {
    const lines =
      this.count === 1 ? `line ${String(this.first)}` : `lines ${String(this.first)} to ${String(this.last)}`;
    const look = `History ${peer ?? 'ID'} shows which it has`;
    return `the server had not confirmed the texts of ${lines} yet, so it may not have taken them; ${look}`;
  }
}
