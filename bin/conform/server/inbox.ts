/** What has come and what is waited for, with a bound on every wait. Must never be here: what it is. */
import { Unexpected } from '../check';

export class Inbox<T> {
  /** What nobody has taken yet, oldest first. */
  readonly items: T[] = [];
  private readonly takers: { readonly take: (item: T) => void; readonly refuse: (why: string) => void }[] = [];
  /** Why nothing more will come. */
  private end: string | undefined;

  /** @param patienceMs nothing for so long is an answer, too */
  constructor(private readonly patienceMs: number) {}

  put(item: T): void {
    const taker = this.takers.shift();
    if (taker) taker.take(item);
    else this.items.push(item);
  }

  /** Nothing more will come: whoever waits is told why, after what has come already. */
  close(why: string): void {
    this.end ??= why;
    for (const { refuse } of this.takers.splice(0)) refuse(why);
  }

  /**
   * The oldest that nobody has taken.
   * @param wanted what it is waited for, in words
   * @throws Unexpected if nothing comes
   */
  next(wanted = 'something', patienceMs = this.patienceMs): Promise<T> {
    const item = this.items.shift();
    if (item !== undefined) return Promise.resolve(item);
    const { end } = this;
    if (end !== undefined) return Promise.reject(new Unexpected(wanted, end));
    return new Promise((resolve, reject) => {
      const taker = {
        take: (came: T) => {
          clearTimeout(timer);
          resolve(came);
        },
        refuse: (why: string) => {
          clearTimeout(timer);
          reject(new Unexpected(wanted, why));
        },
      };
      const timer = setTimeout(() => {
        this.takers.splice(this.takers.indexOf(taker), 1);
        reject(new Unexpected(wanted, nothingWithin(patienceMs)));
      }, patienceMs);
      this.takers.push(taker);
    });
  }
}

export function nothingWithin(ms: number): string {
  return `nothing within ${String(ms / 1000)} s`;
}

/** @throws Unexpected if it takes longer than `ms` */
export async function within<T>(ms: number, wanted: string, coming: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unexpected(wanted, nothingWithin(ms))), ms);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
  }
}
