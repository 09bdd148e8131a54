/**
 * Every kind of error at every statement of every operation (protocol P2, 7, number 105): the operation is done or it is not,
 * says so with a StoreError, and when the fault is over the same store works again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { StoreError, type Store } from '../../machines/ports';
import { openKeeping } from '../../storage/keeping';
import { openDatabase } from '../../storage/open';
import { openStore, storeOn } from '../../storage/sqlite';
import { scratch } from './files';
import type * as faulty from './faulty-sqlite';
import { arm, disarm, FAULTS, plan, type Fault } from './faulty-sqlite';
import { said, subscriber } from './support';

jest.mock('libsql', () => {
  const { FaultyDatabase } = jest.requireActual<typeof faulty>('./faulty-sqlite');
  return { __esModule: true, default: FaultyDatabase };
});

/** A file for each statement. */
jest.setTimeout(120_000);
const path = scratch();
/** Every round has a file of its own. */
let file = '';
let files = 0;
beforeEach(() => (files = 0));
afterEach(disarm);
const FILED_OFTEN = 400;

interface Subject {
  readonly store: Store;
  readonly close: () => void;
}

/** A store with subscribers, filed texts and others that are not. */
function opened(fileAfter?: number): Subject {
  const store = storeOn(openDatabase(file, true), 'normal', fileAfter);
  return { store, close: () => store.close() };
}
function filled(): void {
  file = path(`${String(++files)}.db`);
  if (content) return writeFileSync(file, content, { mode: 0o600 });
  const { store, close } = opened(0);
  store.subscribers.add(subscriber('alice', 1));
  store.append([said('filed')]);
  store.append([said('filed, too', { recipient: 'carol' })]);
  close();
  const more = opened();
  more.store.append([said('not filed')]);
  more.close();
  content = readFileSync(file);
}
/** Of the file, once it was made. */
let content: Buffer | undefined;

/** What can be seen of a store. */
function seen(store: Store): unknown {
  const texts = (a: string, b: string): string[] => store.page(a, b, 0, 100).map(({ text }) => text);
  return {
    bob: [store.count('alice', 'bob'), texts('alice', 'bob')],
    carol: [store.count('alice', 'carol'), texts('alice', 'carol')],
    subscribers: store.subscribers.all(),
  };
}

const BATCH = [said('new'), said('new, too', { recipient: 'carol' })];
const OPERATIONS: Readonly<Record<string, (store: Store) => void>> = {
  append: (store) => store.append(BATCH),
  'append and file': (store) => store.append([...BATCH, said('x'.repeat(FILED_OFTEN))]),
  count: (store) => void store.count('alice', 'bob'),
  page: (store) => void store.page('alice', 'bob', 0, 10),
  reserve: (store) => void store.reserve(10),
  probe: (store) => store.probe(),
  'subscribers.all': (store) => void store.subscribers.all(),
  'subscribers.list': (store) => void store.subscribers.list(),
  'subscribers.add': (store) => void store.subscribers.add(subscriber('bob', 2)),
  'subscribers.replace': (store) => void store.subscribers.replace(subscriber('alice', 3)),
  'subscribers.remove': (store) => void store.subscribers.remove('alice'),
  'subscribers.version': (store) => void store.subscribers.version(),
};

/** @returns whether the operation was done */
function attempted(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    expect(error.kind).toMatch(/^(full|failed)$/);
    expect(error.message).toContain(file);
    return false;
  }
}

/** Everything that a server needs of its store. */
function expectWorking(store: Store): void {
  store.probe();
  const before = store.count('alice', 'bob');
  const first = store.reserve(1);
  store.append([said('it works')]);
  store.append([said('x'.repeat(2 * FILED_OFTEN))]);
  expect(store.count('alice', 'bob')).toBe(before + 2);
  expect(store.page('alice', 'bob', before, 1)[0]?.text).toBe('it works');
  expect(store.reserve(1)).toBe(first + 1);
  store.subscribers.replace(subscriber('zoe', 99));
  expect(store.subscribers.all().map(({ id }) => id)).toContain('zoe');
}

/** Once for every statement. @returns how many there are */
function atEveryStatement(fault: Fault, once: (arming: (n: number) => void, n: number) => boolean): number {
  for (let n = 1; ; n++) if (!once((at) => arm(fault, at), n)) return n - 1;
}

describe.each(Object.entries(FAULTS))('%s', (_, fault) => {
  test.each(Object.entries(OPERATIONS))('at every statement of %s', (_name, operation) => {
    const statements = atEveryStatement(fault, (armed, n) => {
      filled();
      const { store, close } = opened(FILED_OFTEN);
      // Statements of the operation only; what is mirrored is read again, as after a start.
      const before = seen(store);
      armed(n);
      const done = attempted(() => operation(store));
      const reached = plan.statements >= n;
      disarm();
      if (!done) expect(seen(store)).toEqual(before);
      expectWorking(store);
      close();
      const again = opened();
      expect(again.store.page('alice', 'bob', 0, 100).map(({ text }) => text)).toContain('it works');
      again.close();
      return reached;
    });
    expect(statements).toBeGreaterThan(0);
  });

  test('at every statement of opening, and of upgrading and making', () => {
    for (const prepare of [filled, () => (file = path(`new ${String(++files)}.db`))]) {
      atEveryStatement(fault, (armed, n) => {
        prepare();
        armed(n);
        let store: Store | undefined;
        const done = attemptedOpening(() => (store = openStore(file, { create: true, durability: 'normal' })));
        const reached = plan.statements >= n;
        disarm();
        if (!done) store = openStore(file, { create: true, durability: 'normal' });
        if (store) expectWorking(store);
        store?.close();
        return reached;
      });
    }
  });

  test('at every statement of what an operator does', async () => {
    for (let n = 1, reached = true; reached; n++) {
      filled();
      const keeping = openKeeping(file, { ms: 0, between: () => Promise.resolve() });
      arm(fault, n);
      const pruned = await keeping.prune(Date.now()).then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(StoreError);
          return false;
        },
      );
      reached = plan.statements >= n;
      disarm();
      if (!pruned) await keeping.prune(Date.now());
      expect(keeping.pairs()).toEqual([]);
      expectWorking(keeping);
      arm(fault, 1);
      attempted(() => keeping.backup(path(`backup ${String(n)}`)));
      disarm();
      keeping.close();
    }
  });
});

/** The sentence names the file that cannot be opened. */
function attemptedOpening(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    return false;
  }
}
