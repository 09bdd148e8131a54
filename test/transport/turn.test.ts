/** The order of a turn's end (P1, P2): commit, start lists, write, wipe; and what a failed commit does to it. */
import { PairFullError, StoreError, type AcceptedRun } from '../../machines/ports';
import { memoryStore } from '../../storage/memory';
import type { Channel } from '../../transport/channel';
import type { HistoryPump } from '../../transport/history-pump';
import { Turn } from '../../transport/turn';
import { VirtualTime } from '../support/virtual-clock';

const text = (words: string, sender = 'A', recipient = 'B', session = 1): AcceptedRun => ({
  session,
  sender,
  recipient,
  time: 0,
  texts: [words],
});

class Bench {
  readonly time = new VirtualTime();
  /** What happened, in order. */
  readonly order: string[] = [];
  readonly store = memoryStore();
  readonly turn: Turn;

  constructor() {
    const append = this.store.append.bind(this.store);
    this.store.append = (texts) => {
      this.order.push(`commit ${String(texts.length)}`);
      append(texts);
    };
    this.turn = new Turn(
      {
        unstored: (sessions) => this.order.push(`unstored ${[...sessions].join()}`),
        pumpDone: () => this.order.push('list done'),
      },
      this.store,
      this.time.loop('test'),
    );
  }

  /** A connection that says when it is written to. */
  channel(name: string, written: () => void = () => undefined): Channel {
    return {
      flush: () => {
        this.order.push(`write ${name}`);
        written();
      },
    } as unknown as Channel;
  }
  /** A list of so many turns; says how long it is. */
  pump(length: number, turns = 1, waits = false): HistoryPump {
    this.order.push(`list of ${String(length)}`);
    let left = turns;
    return {
      run: () => void left--,
      get done() {
        return left <= 0;
      },
      get waits() {
        return waits;
      },
    } as unknown as HistoryPump;
  }
  /** Everything until nothing is due. */
  rest(): string[] {
    this.time.settle();
    return this.order.splice(0);
  }
}

test('commit before write, lists between, keys last; each connection once', () => {
  const b = new Bench();
  const [one, two] = [b.channel('1'), b.channel('2')];
  b.turn.afterwards(() => b.order.push('wipe'));
  b.turn.touch(one);
  b.turn.touch(two);
  b.turn.touch(one);
  b.turn.ask('A', 'B', (length) => b.pump(length));
  b.turn.add(text('a'));
  b.turn.add(text('b'));
  expect(b.order).toEqual([]);
  expect(b.rest()).toEqual(['commit 2', 'list of 0', 'list done', 'write 1', 'write 2', 'wipe']);
  expect(b.rest()).toEqual([]);
});

test('a list counts the texts of the turn that were accepted before it was asked for, of its own pair', () => {
  const b = new Bench();
  for (const run of [text('1'), text('2', 'B', 'A'), text('other', 'A', 'C', 2)]) b.turn.add(run);
  b.turn.ask('B', 'A', (length) => b.pump(length));
  for (const run of [text('3'), text('other', 'C', 'A', 2)]) b.turn.add(run);
  expect(b.rest()).toContain('list of 2');
  b.turn.ask('A', 'B', (length) => b.pump(length));
  expect(b.rest()).toContain('list of 3');
});

test('a commit that fails: the sessions are told before anything is written; lists count what is stored', () => {
  const b = new Bench();
  b.turn.add(text('stored'));
  b.rest();
  b.store.full = true;
  b.turn.touch(b.channel('1'));
  for (const run of [text('not', 'A', 'B', 1), text('not', 'C', 'D', 7), text('not', 'A', 'B', 1)]) b.turn.add(run);
  b.turn.ask('A', 'B', (length) => b.pump(length));
  expect(b.rest()).toEqual(['commit 3', 'unstored 1,7', 'list of 1', 'list done', 'write 1']);
});

test('a pair that is full: its sessions are told, and the texts of all others are stored', () => {
  const b = new Bench();
  const append = b.store.append.bind(b.store);
  b.store.append = (runs) => {
    if (runs.some(({ session }) => session === 7)) throw new PairFullError(new Set([7]), 'C and D are full');
    append(runs);
  };
  b.turn.touch(b.channel('1'));
  for (const run of [text('stored'), text('not', 'C', 'D', 7), text('stored, too')]) b.turn.add(run);
  b.turn.ask('A', 'B', (length) => b.pump(length));
  b.turn.ask('C', 'D', (length) => b.pump(length));
  expect(b.rest()).toEqual(['unstored 7', 'commit 2', 'list of 2', 'list of 0', 'list done', 'list done', 'write 1']);
});

test('a store that cannot be counted: a list that cannot be complete', () => {
  const b = new Bench();
  b.store.count = () => {
    throw new StoreError('failed', 'cannot be read');
  };
  b.turn.ask('A', 'B', (length) => b.pump(length));
  expect(b.rest()).toContain('list of Infinity');
});

test('an error that is our own bug is not swallowed', () => {
  const b = new Bench();
  b.store.append = () => {
    throw new TypeError('bug');
  };
  b.turn.add(text('a'));
  expect(() => b.rest()).toThrow('bug');
});

test('a list goes on turn by turn, rests while its reader is slow, and is woken by drain', () => {
  const b = new Bench();
  b.turn.ask('A', 'B', (length) => b.pump(length, 3));
  expect(b.rest()).toEqual(['list of 0', 'list done']);
  b.turn.ask('A', 'B', (length) => b.pump(length, 3, true));
  expect(b.rest()).toEqual(['list of 0']);
  b.turn.resume();
  expect(b.rest()).toEqual([]);
  b.turn.resume();
  expect(b.rest()).toEqual(['list done']);
});

test('a list that is stopped, or was asked for by somebody who has gone, is not run', () => {
  const b = new Bench();
  let pump: HistoryPump | undefined;
  b.turn.ask('A', 'B', (length) => (pump = b.pump(length, 9, true)));
  b.turn.ask('A', 'C', () => undefined);
  b.rest();
  if (pump) b.turn.stop(pump);
  b.turn.resume();
  expect(b.rest()).toEqual([]);
});

test('a write may queue for others: they are written in the same turn', () => {
  const b = new Bench();
  const late = b.channel('late');
  b.turn.touch(b.channel('slow', () => b.turn.touch(late)));
  b.turn.afterwards(() => b.order.push('wipe'));
  expect(b.rest()).toEqual(['write slow', 'write late', 'wipe']);
});

test('one immediate a turn, none when nothing is to be done', () => {
  const b = new Bench();
  const loop = b.time.loop('counting');
  let immediates = 0;
  const turn = new Turn(
    { unstored: () => undefined, pumpDone: () => undefined },
    b.store,
    Object.assign(Object.create(loop) as typeof loop, {
      setImmediate: (callback: () => void) => {
        immediates++;
        loop.setImmediate(callback);
      },
    }),
  );
  for (let n = 0; n < 10; n++) turn.add(text(String(n)));
  b.time.settle();
  expect(immediates).toBe(1);
});
