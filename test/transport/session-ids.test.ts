/** Session numbers out of reserved blocks (P10), and the health of the store they come from (P2). */
import type { StoreError } from '../../machines/ports';
import { memoryStore } from '../../storage/memory';
import { ReservedSessionIds } from '../../transport/session-ids';
import { StoreHealth } from '../../transport/store-health';
import { VirtualTime } from '../support/virtual-clock';

describe('session numbers', () => {
  test('a number is offered until it is taken; blocks follow each other without a gap', () => {
    const reserved: number[] = [];
    const store = memoryStore();
    const reserve = store.reserve.bind(store);
    store.reserve = (count) => {
      reserved.push(count);
      return reserve(count);
    };
    const ids = new ReservedSessionIds(store, 3, fail);
    const taken: (number | undefined)[] = [];
    for (let n = 0; n < 7; n++) {
      taken.push(ids.peek());
      expect(ids.peek()).toBe(taken.at(-1));
      ids.take();
    }
    expect([taken, reserved]).toEqual([
      [1, 2, 3, 4, 5, 6, 7],
      [3, 3, 3],
    ]);
  });

  test('nothing is reserved before a number is wanted', () => {
    const store = memoryStore();
    store.reserve = () => {
      throw new Error('too early');
    };
    expect(() => new ReservedSessionIds(store, 3, fail)).not.toThrow();
  });

  test('another start begins after the last reserved number', () => {
    const store = memoryStore();
    const first = new ReservedSessionIds(store, 1_000, fail);
    first.peek();
    first.take();
    expect(new ReservedSessionIds(store, 1_000, fail).peek()).toBe(1_001);
  });

  test('none can be reserved: none is offered, somebody is told, and later it works', () => {
    const store = memoryStore();
    const told: string[] = [];
    const ids = new ReservedSessionIds(store, 1, ({ kind }) => void told.push(kind));
    expect(ids.peek()).toBe(1);
    ids.take();
    store.full = true;
    expect([ids.peek(), told]).toEqual([undefined, ['full']]);
    store.full = false;
    expect(ids.peek()).toBe(2);
  });

  test('an error that is our own bug is not swallowed', () => {
    const store = memoryStore();
    expect(() => new ReservedSessionIds(store, 0, fail).peek()).toThrow(RangeError);
  });
});

describe('the health of the store', () => {
  function health(): {
    time: VirtualTime;
    store: ReturnType<typeof memoryStore>;
    health: StoreHealth;
    restored: number[];
  } {
    const time = new VirtualTime();
    const store = memoryStore();
    const restored: number[] = [];
    return {
      time,
      store,
      restored,
      health: new StoreHealth(store, time.loop('test'), 5_000, () => void restored.push(time.now)),
    };
  }

  test('failed until a real write succeeds, tried every 5 s', () => {
    const h = health();
    expect(h.health.writable).toBe(true);
    h.store.full = true;
    h.health.failed();
    h.time.advance(12_000);
    h.health.failed();
    expect(h.health.writable).toBe(false);
    h.store.full = false;
    h.time.advance(2_999);
    expect(h.health.writable).toBe(false);
    h.time.advance(1);
    expect([h.health.writable, h.restored]).toEqual([true, [15_000]]);
  });

  test('closed, it tries no more', () => {
    const h = health();
    h.store.full = true;
    h.health.failed();
    h.health.close();
    h.store.full = false;
    h.time.advance(60_000);
    expect(h.restored).toEqual([]);
  });

  test('an error that is our own bug is not swallowed', () => {
    const h = health();
    h.store.probe = () => {
      throw new TypeError('bug');
    };
    h.health.failed();
    expect(() => h.time.advance(5_000)).toThrow('bug');
  });
});

function fail(error: StoreError): void {
  throw error;
}
