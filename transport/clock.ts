/**
 * The system's clock behind the port, and named timers on any clock. A timer that comes due looks again one turn later:
 * after a stalled event loop due timers run before the sockets are read, so a healthy peer looks silent (protocol 4.2).
 */
import type { Clock } from '../machines/ports';

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  setImmediate: (callback) => setImmediate(callback),
};

/** Timers by key. Arming again replaces; an old expiry is never delivered (5.0: each arming has a number). */
export class Timers<K> {
  private readonly armed = new Map<K, { readonly timer: unknown }>();

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.armed.size;
  }

  has(key: K): boolean {
    return this.armed.has(key);
  }

  arm(key: K, ms: number, expired: () => void): void {
    this.disarm(key);
    const due = (): void => {
      this.clock.setImmediate(() => {
        if (this.armed.get(key) !== arming) return;
        this.armed.delete(key);
        expired();
      });
    };
    const arming = { timer: this.clock.setTimeout(due, ms) };
    this.armed.set(key, arming);
  }

  disarm(key: K): void {
    const arming = this.armed.get(key);
    if (!arming) return;
    this.armed.delete(key);
    this.clock.clearTimeout(arming.timer);
  }

  clear(): void {
    for (const key of [...this.armed.keys()]) this.disarm(key);
  }
}
