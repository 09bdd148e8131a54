/** What has come and what is waited for. Must never be here: what it is. */

/** Nothing came for so long: the test fails, and says so before jest does. */
const PATIENCE_MS = 20_000;

export class Inbox<T> {
  /** What nobody has taken yet, oldest first. */
  readonly items: T[] = [];
  private readonly takers: ((item: T) => void)[] = [];

  put(item: T): void {
    const taker = this.takers.shift();
    if (taker) taker(item);
    else this.items.push(item);
  }
  /** The oldest that nobody has taken. @throws Error if nothing comes */
  next(): Promise<T> {
    const item = this.items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing came')), PATIENCE_MS);
      this.takers.push((came) => {
        clearTimeout(timer);
        resolve(came);
      });
    });
  }
}
