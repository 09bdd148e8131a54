/** Token buckets and the table of sources they are kept for (protocol 3.6, 4.3). A rate of 0 is no limit. */
import type { Clock } from '../machines/ports';

export class TokenBucket {
  private tokens: number;
  private filled: number;

  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
    this.filled = clock.now();
  }

  /** Takes `n` tokens whatever the balance is; it may go below zero (P4). */
  spend(n: number): void {
    this.tokens = this.balance() - n;
  }

  /** Takes one token if there is one. */
  take(): boolean {
    if (this.perSecond === 0) return true;
    if (this.balance() < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Milliseconds until the balance is positive; 0 if it is. */
  wait(): number {
    if (this.perSecond === 0) return 0;
    const balance = this.balance();
    return balance > 0 ? 0 : Math.floor((-balance * 1000) / this.perSecond) + 1;
  }

  private balance(): number {
    const now = this.clock.now();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filled) * this.perSecond) / 1000);
    this.filled = now;
    return this.tokens;
  }
}

/** One bucket a source; when the table is full the source heard of longest ago is forgotten. */
export class SourceBuckets {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly most: number,
  ) {}

  take(source: string): boolean {
    if (this.perSecond === 0) return true;
    const bucket = this.buckets.get(source) ?? new TokenBucket(this.clock, this.perSecond, this.burst);
    this.buckets.delete(source);
    this.buckets.set(source, bucket);
    if (this.buckets.size > this.most) {
      const [oldest] = this.buckets.keys();
      if (oldest !== undefined) this.buckets.delete(oldest);
    }
    return bucket.take();
  }
}

/** What limits count by: the IPv4 address, or the /64 of an IPv6 address (3.6). */
export function sourceOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length;
    while (groups.length < 8 - after) groups.push('0');
  }
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
