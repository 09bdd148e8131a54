/** What comes, in order, and is waited for with an end. Must never be here: what it is. */
import { Unexpected } from '../check';

/** What nobody takes is not kept for ever. */
const MOST_ITEMS = 100_000;

export class Inbox<T> {
  private items: T[] = [];
  private over: string | undefined;
  /** Looks at what is new; does nothing while nobody waits. */
  private look: () => void = () => undefined;

  /** @param patience how long `next` waits, ms */
  constructor(private readonly patience: number) {}

  put(item: T): void {
    if (this.items.length < MOST_ITEMS) this.items.push(item);
    this.look();
  }
  /** Nothing more will come. @param seen why, in words for whoever waits */
  end(seen: string): void {
    this.over ??= seen;
    this.look();
  }
  /** Takes all that is there. */
  take(): T[] {
    return this.items.splice(0);
  }

  /**
   * The next that matches; those before it are dropped. One call at a time.
   * @param expected in words @throws Unexpected if it does not come
   */
  next(expected: string, matches: (item: T) => boolean = () => true, ms = this.patience): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        this.look = () => undefined;
        then();
      };
      const look = (): void => {
        while (this.items.length > 0) {
          const [item] = this.items.splice(0, 1) as [T];
          if (matches(item)) return settle(() => resolve(item));
        }
        const { over } = this;
        if (over !== undefined) settle(() => reject(new Unexpected(expected, over)));
      };
      const nothing = `nothing of the kind for ${String(ms / 1000)} s`;
      const timer = setTimeout(() => settle(() => reject(new Unexpected(expected, nothing))), ms);
      this.look = look;
      look();
    });
  }
}

/** Time for something that must not happen: if it happens later, it is not noticed. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
