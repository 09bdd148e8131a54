/** Named timers (protocol 4.2, 5.0): no old expiry is delivered, and what is due looks again one turn later. */
import { systemClock, Timers } from '../../transport/clock';
import { type EventLoop, VirtualTime } from '../support/virtual-clock';

function timers(): { time: VirtualTime; loop: EventLoop; timers: Timers<string>; heard: string[] } {
  const time = new VirtualTime();
  const loop = time.loop('test');
  return { time, loop, timers: new Timers<string>(loop), heard: [] };
}

test('expires once, and is gone', () => {
  const t = timers();
  t.timers.arm('a', 100, () => t.heard.push('a'));
  expect([t.timers.has('a'), t.timers.size]).toEqual([true, 1]);
  t.time.advance(99);
  expect(t.heard).toEqual([]);
  t.time.advance(1);
  expect([t.heard, t.timers.has('a'), t.timers.size, t.loop.armed]).toEqual([['a'], false, 0, 0]);
  t.time.advance(1_000);
  expect(t.heard).toEqual(['a']);
});

test('arming again replaces', () => {
  const t = timers();
  t.timers.arm('a', 100, () => t.heard.push('old'));
  t.time.advance(50);
  t.timers.arm('a', 100, () => t.heard.push('new'));
  t.time.advance(99);
  expect(t.heard).toEqual([]);
  t.time.advance(1);
  expect([t.heard, t.loop.armed]).toEqual([['new'], 0]);
});

test('disarming, one or all', () => {
  const t = timers();
  for (const key of ['a', 'b', 'c']) t.timers.arm(key, 100, () => t.heard.push(key));
  t.timers.disarm('a');
  t.timers.disarm('never armed');
  t.time.advance(50);
  t.timers.clear();
  expect([t.timers.size, t.loop.armed]).toEqual([0, 0]);
  t.time.advance(1_000);
  expect(t.heard).toEqual([]);
});

test('input that is ready when the timer is due comes first, and may disarm or re-arm it', () => {
  const t = timers();
  t.timers.arm('disarmed', 100, () => t.heard.push('disarmed'));
  t.timers.arm('armed again', 100, () => t.heard.push('old'));
  t.timers.arm('left alone', 100, () => t.heard.push('left alone'));
  t.loop.arrive(90, () => {
    t.heard.push('input');
    t.timers.disarm('disarmed');
    t.timers.arm('armed again', 50, () => t.heard.push('new'));
  });
  // The process stands still over both moments: timers are due before the input is read.
  t.loop.freeze();
  t.time.advance(200);
  t.loop.thaw();
  t.time.advance(0);
  expect(t.heard).toEqual(['input', 'left alone']);
  t.time.advance(50);
  expect(t.heard).toEqual(['input', 'left alone', 'new']);
});

test('of two timers that are due together the first may disarm the second', () => {
  const t = timers();
  t.timers.arm('first', 100, () => {
    t.heard.push('first');
    t.timers.disarm('second');
  });
  t.timers.arm('second', 100, () => t.heard.push('second'));
  t.time.advance(1_000);
  expect(t.heard).toEqual(['first']);
});

test('a timer may arm itself again', () => {
  const t = timers();
  const tick = (): void => {
    t.heard.push('tick');
    if (t.heard.length < 3) t.timers.arm('a', 10, tick);
  };
  t.timers.arm('a', 10, tick);
  t.time.advance(1_000);
  expect([t.heard.length, t.timers.size]).toEqual([3, 0]);
});

test('the clock of the system goes forward, and calls back', async () => {
  const before = systemClock.now();
  await new Promise<void>((resolve) => void systemClock.setTimeout(resolve, 1));
  await new Promise<void>((resolve) => void systemClock.setImmediate(resolve));
  systemClock.clearTimeout(systemClock.setTimeout(() => fail('cleared'), 1));
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  expect(Math.abs(systemClock.wall() - Date.now())).toBeLessThan(1_000);
});
