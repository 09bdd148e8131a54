/**
 * The same store in memory: for tests, demonstrations and a server that need not remember. Nothing lasts here.
 */
import { StoreError, type Store, type StoredText, type Subscriber } from '../machines/ports';
import { nextBlock, pairName, refuseId, refuseIllFormed, refuseKey } from './agreement';

export interface MemoryStore extends Store {
  /** While true every write fails as on a full disk, and reads go on. */
  full: boolean;
}

/** An empty store. `close` does nothing: what is in it can still be read. */
export function memoryStore(): MemoryStore {
  const pairs = new Map<string, StoredText[]>();
  /** By reader and other: texts of an earlier subscriber with the reader's Client-ID. */
  const unseen = new Map<string, number>();
  let lastSession = 0;
  const textsOf = (a: string, b: string): readonly StoredText[] => pairs.get(pairName(a, b)) ?? [];
  const hidden = (reader: string, other: string): number => unseen.get(`${reader} ${other}`) ?? 0;
  const renew = (id: string): number => {
    let texts = 0;
    for (const [name, { length }] of pairs) {
      const two = name.split(' ');
      if (!two.includes(id)) continue;
      unseen.set(`${id} ${two[0] === id ? (two[1] ?? '') : (two[0] ?? '')}`, length);
      texts += length;
    }
    return texts;
  };
  const writable = (): void => {
    if (store.full) throw new StoreError('full', 'no room in memory: the store is marked as full');
  };

  const store: MemoryStore = {
    full: false,
    append(runs) {
      refuseIllFormed(runs);
      if (runs.length > 0) writable();
      for (const { sender, recipient, session, time, texts } of runs) {
        const name = pairName(sender, recipient);
        const stored = pairs.get(name) ?? [];
        pairs.set(name, stored);
        for (const text of texts) stored.push({ n: stored.length + 1, session, sender, time, text });
      }
    },
    count: (reader, other) => textsOf(reader, other).length - hidden(reader, other),
    page(reader, other, after, limit) {
      const from = hidden(reader, other);
      const texts = textsOf(reader, other).slice(after + from, after + from + limit);
      return texts.map((text) => ({ ...text, n: text.n - from }));
    },
    reserve(count) {
      const first = nextBlock(lastSession, count);
      writable();
      lastSession = first + count - 1;
      return first;
    },
    subscribers: memorySubscribers(writable, renew),
    probe: writable,
    usage: () => ({ used: 0, max: 0, fullest: undefined, pairMax: 0 }),
    close: () => undefined,
  };
  return store;
}

function memorySubscribers(writable: () => void, renew: (id: string) => number): Store['subscribers'] {
  const byId = new Map<string, Subscriber>();
  // No other process can reach it, so whoever changes it counts as one.
  let version = 0;
  const insert = ({ id, key, stretched }: Subscriber): void => {
    version += 1;
    byId.set(id, { id, key: Buffer.from(key), stretched });
  };
  /** Refuses what would stand beside the others. */
  const check = (subscriber: Subscriber, others: readonly Subscriber[]): void => {
    const sameId = others.find(({ id }) => id.toLowerCase() === subscriber.id.toLowerCase());
    if (sameId !== undefined) refuseId(subscriber.id, sameId.id);
    if (new Set(others.map(({ key }) => hex(key))).has(hex(subscriber.key))) refuseKey(subscriber);
  };
  return {
    all: () =>
      [...byId.values()].sort(caseBlind).map(({ id, key, stretched }) => ({ id, key: Buffer.from(key), stretched })),
    list: () => [...byId.values()].sort(caseBlind).map(({ id, stretched }) => ({ id, stretched })),
    add(subscriber) {
      check(subscriber, [...byId.values()]);
      writable();
      insert(subscriber);
      return renew(subscriber.id);
    },
    replace(subscriber) {
      check(
        subscriber,
        [...byId.values()].filter(({ id }) => id !== subscriber.id),
      );
      writable();
      const same = byId.has(subscriber.id);
      insert(subscriber);
      return same ? 0 : renew(subscriber.id);
    },
    remove(id) {
      if (byId.has(id)) writable();
      version += 1;
      return byId.delete(id);
    },
    version: () => version,
  };
}

function caseBlind(a: Subscriber, b: Subscriber): number {
  return a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1;
}
function hex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}
