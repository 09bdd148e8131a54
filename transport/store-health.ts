/** Whether the store takes writes. After a failure nothing is accepted until a real write succeeds (P2). */
import { StoreError, type Clock, type Store } from '../machines/ports';

export class StoreHealth {
  private state: 'writable' | 'failed' = 'writable';
  private probing: unknown;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly retryMs: number,
    /** Told when a store that had failed works again. */
    private readonly restored: () => void,
  ) {}

  get writable(): boolean {
    return this.state === 'writable';
  }

  failed(): void {
    if (this.state === 'failed') return;
    this.state = 'failed';
    this.probeLater();
  }

  /** No more probing. */
  close(): void {
    if (this.probing !== undefined) this.clock.clearTimeout(this.probing);
    this.probing = undefined;
  }

  private probeLater(): void {
    this.probing = this.clock.setTimeout(() => this.probe(), this.retryMs);
  }

  private probe(): void {
    try {
      this.store.probe();
      this.state = 'writable';
      this.restored();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.probeLater();
    }
  }
}
