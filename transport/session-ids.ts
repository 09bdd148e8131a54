/** Session numbers one by one, out of blocks reserved for good before their first number is used (P10). */
import { StoreError, type SessionIds, type SessionNumbers } from '../machines/ports';

export class ReservedSessionIds implements SessionIds {
  private next = 1;
  private end = 0;

  constructor(
    private readonly numbers: SessionNumbers,
    private readonly block: number,
    /** Told when no block can be reserved. */
    private readonly failed: (error: StoreError) => void,
  ) {}

  peek(): number | undefined {
    if (this.next > this.end) this.reserve();
    return this.next > this.end ? undefined : this.next;
  }

  take(): void {
    this.next++;
  }

  private reserve(): void {
    try {
      this.next = this.numbers.reserve(this.block);
      this.end = this.next + this.block - 1;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.failed(error);
    }
  }
}
