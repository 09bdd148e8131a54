/**
 * Past texts for whoever may be slower than the connection (protocol P11): one after the other, and while one is being worked
 * on the connection is not read. Must never be here: a socket.
 */
import type { HistoryLine } from './events';

/** What is done with a text; a promise: the next waits for it. */
export type Each = (line: HistoryLine) => void | Promise<void>;

/** failed: `each` has thrown; the rest of the list is passed over. */
type Phase = 'idle' | 'busy' | 'failed';

export class Reading {
  private phase: Phase = 'idle';
  /** Came before the connection was held: one read of the socket at most. */
  private readonly queue: HistoryLine[] = [];
  private release: () => void = () => undefined;
  private failure: unknown;
  private settle: () => void = () => undefined;

  /** @param hold holds the connection; @see ChatClient.hold */
  constructor(
    private readonly each: Each,
    private readonly hold: () => () => void,
  ) {}

  take(line: HistoryLine): void {
    if (this.phase === 'failed') return;
    this.queue.push(line);
    if (this.phase === 'idle') this.next();
  }

  /** Resolves when everything taken is worked on. @throws what `each` has thrown */
  async done(): Promise<void> {
    if (this.phase === 'busy') await new Promise<void>((resolve) => (this.settle = resolve));
    if (this.phase === 'failed') throw this.failure;
  }

  private next(): void {
    for (let line = this.queue.shift(); line; line = this.queue.shift()) {
      let working: void | Promise<void>;
      try {
        working = this.each(line);
      } catch (error) {
        return this.failed(error);
      }
      if (working === undefined) continue;
      if (this.phase === 'idle') this.release = this.hold();
      this.phase = 'busy';
      working.then(
        () => this.next(),
        (error: unknown) => this.failed(error),
      );
      return;
    }
    this.end('idle');
  }

  private failed(error: unknown): void {
    this.failure = error;
    this.queue.length = 0;
    this.end('failed');
  }

  private end(phase: Phase): void {
    this.phase = phase;
    this.release();
    this.settle();
  }
}
