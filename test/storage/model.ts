/** Random operations on a store and on a model of it that one can see is right. */
import fc from 'fast-check';
import { StoreError, type AcceptedRun, type Store, type StoredText, type Subscriber } from '../../machines/ports';
import { readBack, type Harness } from './support';

type Operation =
  | { readonly do: 'append'; readonly batch: readonly AcceptedRun[] }
  | { readonly do: 'count'; readonly pair: readonly [string, string] }
  | { readonly do: 'page'; readonly pair: readonly [string, string]; readonly after: number; readonly limit: number }
  | { readonly do: 'reserve'; readonly count: number }
  | { readonly do: 'add' | 'replace'; readonly subscriber: Subscriber }
  | { readonly do: 'remove'; readonly id: string }
  | { readonly do: 'probe' | 'reopen' };

const id = fc.constantFrom('a', 'b', 'B', 'ab');
const pair = fc.tuple(id, id);
const run: fc.Arbitrary<AcceptedRun> = fc.record({
  session: fc.integer({ min: 1, max: 3 }),
  sender: id,
  recipient: id,
  time: fc.integer({ min: 0, max: 2 }),
  texts: fc.oneof(
    { weight: 9, arbitrary: fc.array(fc.string({ unit: 'binary', maxLength: 5 }), { minLength: 1, maxLength: 40 }) },
    fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }), { minLength: 200, maxLength: 600 }),
  ),
});
const batch = fc.array(run, { maxLength: 12 });
const someone: fc.Arbitrary<Subscriber> = fc.record({
  id,
  key: fc.integer({ min: 1, max: 3 }).map((fill) => Buffer.alloc(32, fill)),
  stretched: fc.boolean(),
});
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), batch }) },
  fc.record({ do: fc.constant('count' as const), pair }),
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('page' as const), pair, after: fc.nat(600), limit: fc.nat(600) }),
  },
  fc.record({ do: fc.constant('reserve' as const), count: fc.integer({ min: 1, max: 2000 }) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'replace' as const), subscriber: someone }) },
  fc.record({ do: fc.constant('remove' as const), id }),
  fc.record({ do: fc.constantFrom('probe' as const, 'reopen' as const) }),
);

/** The store as one would write it in a minute: lists, searched from end to end. */
class Model {
  private readonly runs: AcceptedRun[] = [];
  private reserved = 0;
  /** By reader and other: texts of an earlier subscriber with the reader's Client-ID. */
  private readonly hidden = new Map<string, number>();
  private subscribers: Subscriber[] = [];

  /** @returns what the store must return, or the kind of its StoreError */
  perform(operation: Operation): unknown {
    switch (operation.do) {
      case 'append':
        return void this.runs.push(...operation.batch);
      case 'count':
        return this.seenBy(operation.pair).length;
      case 'page':
        return this.seenBy(operation.pair).slice(operation.after, operation.after + operation.limit);
      case 'reserve':
        this.reserved += operation.count;
        return this.reserved - operation.count + 1;
      case 'add':
        return this.insert(operation.subscriber, this.subscribers);
      case 'replace':
        return this.insert(
          operation.subscriber,
          this.subscribers.filter((s) => s.id !== operation.subscriber.id),
        );
      case 'remove':
        return this.removed(operation.id);
      default:
        return undefined;
    }
  }

  all(): Subscriber[] {
    return this.subscribers.toSorted((a, b) => (a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1));
  }

  /** Without the texts of an earlier subscriber, and counted from 1 again. */
  private seenBy(pair: readonly [string, string]): StoredText[] {
    const hidden = this.hidden.get(pair.join(' ')) ?? 0;
    return this.of(pair)
      .slice(hidden)
      .map((text) => ({ ...text, n: text.n - hidden }));
  }

  private renew(id: string): number {
    const others = new Set(
      this.runs.flatMap((t) => (t.sender === id ? [t.recipient] : t.recipient === id ? [t.sender] : [])),
    );
    let texts = 0;
    for (const other of others) {
      const { length } = this.of([id, other]);
      this.hidden.set(`${id} ${other}`, length);
      texts += length;
    }
    return texts;
  }

  private of([a, b]: readonly [string, string]): StoredText[] {
    const same = (t: AcceptedRun): boolean =>
      (t.sender === a && t.recipient === b) || (t.sender === b && t.recipient === a);
    return readBack(this.runs.filter(same));
  }

  private insert(one: Subscriber, others: readonly Subscriber[]): unknown {
    const clash = (s: Subscriber): boolean => s.id.toLowerCase() === one.id.toLowerCase() || s.key[0] === one.key[0];
    if (others.some(clash)) return 'exists';
    const same = others.length < this.subscribers.length;
    this.subscribers = [...others, one];
    return same ? 0 : this.renew(one.id);
  }

  private removed(wanted: string): boolean {
    const before = this.subscribers.length;
    this.subscribers = this.subscribers.filter((s) => s.id !== wanted);
    return this.subscribers.length < before;
  }
}

function perform(store: Store, operation: Operation): unknown {
  try {
    switch (operation.do) {
      case 'append':
        return store.append(operation.batch);
      case 'count':
        return store.count(...operation.pair);
      case 'page':
        return store.page(...operation.pair, operation.after, operation.limit);
      case 'reserve':
        return store.reserve(operation.count);
      case 'add':
        return store.subscribers.add(operation.subscriber);
      case 'replace':
        return store.subscribers.replace(operation.subscriber);
      case 'remove':
        return store.subscribers.remove(operation.id);
      case 'probe':
        return store.probe();
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof StoreError) return error.kind;
    throw error;
  }
}

/** Every operation must return, or refuse, what the model does. */
export function testAgainstModel(make: () => Harness): void {
  test('any operations: as the model', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const harness = make();
        try {
          const model = new Model();
          let { store } = harness;
          for (const operation of operations) {
            if (operation.do === 'reopen') store = harness.reopen();
            expect(perform(store, operation)).toEqual(model.perform(operation));
          }
          expect(store.subscribers.all()).toEqual(model.all());
        } finally {
          harness.dispose();
        }
      }),
      { numRuns: 60 },
    );
  });
}
