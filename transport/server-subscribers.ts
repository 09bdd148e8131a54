/**
 * The subscribers of a running server: taken from the store at the start, and again soon after another process has changed it
 * (parley-keys). Must never be here: what becomes of the connections of those who are gone.
 */
import { StoreError, type Clock, type Subscriber, type SubscriberStore } from '../machines/ports';
import type { Log } from './log';
import type { KeyStore } from './security/keystore';

export interface ServerSubscribersOptions {
  readonly subscribers: SubscriberStore;
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly log: Log;
  /** How often the store is asked, ms. */
  readonly everyMs: number;
  /** Told of everybody whose key counts no more: the subscriber is gone, or has another key. The key is wiped already. */
  readonly removed: (id: string) => void;
}

export class ServerSubscribers {
  private ids: ReadonlySet<string> = new Set();
  private version: number | undefined;
  private timer: unknown;
  /** Whether the log has been told that the store cannot be read. */
  private reading: 'well' | 'in vain' = 'well';

  constructor(private readonly o: ServerSubscribersOptions) {}

  /** Takes them all. @throws StoreError */
  load(): void {
    const { subscribers, keys } = this.o;
    this.version = subscribers.version();
    const all = subscribers.all();
    for (const { id, key } of all) keys.setSubscriber(id, key);
    this.taken(all);
  }

  /** From now on looks whether they have changed. */
  watch(): void {
    this.timer = this.o.clock.setTimeout(() => {
      this.look();
      this.watch();
    }, this.o.everyMs);
  }

  /** Looks no more. */
  close(): void {
    if (this.timer !== undefined) this.o.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    try {
      const version = this.o.subscribers.version();
      if (version === this.version) return;
      this.change(this.o.subscribers.all());
      this.version = version;
      this.reading = 'well';
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (this.reading === 'well')
        this.o.log.error('the subscribers cannot be read; those known stay', { error: error.message });
      this.reading = 'in vain';
    }
  }

  private change(all: readonly Subscriber[]): void {
    const { keys, log } = this.o;
    const present = new Set(all.map(({ id }) => id));
    for (const id of this.ids) if (!present.has(id)) this.drop(id, 'subscriber removed');
    for (const { id, key } of all) {
      if (keys.isKeyOf(id, key)) continue;
      if (this.ids.has(id)) this.drop(id, 'subscriber has a new key');
      else log.info('subscriber added', { client: id });
      keys.setSubscriber(id, key);
    }
    this.taken(all);
  }

  private drop(id: string, why: string): void {
    this.o.keys.removeSubscriber(id);
    this.o.log.info(why, { client: id });
    this.o.removed(id);
  }

  private taken(all: readonly Subscriber[]): void {
    for (const { key } of all) key.fill(0);
    this.ids = new Set(all.map(({ id }) => id));
  }
}
