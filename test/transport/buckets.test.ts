/** Token buckets, and what limits count by (protocol 3.6, 4.3, P4). */
import fc from 'fast-check';
import { SourceBuckets, sourceOf, TokenBucket } from '../../transport/buckets';
import { VirtualTime } from '../support/virtual-clock';

describe('the source of an address', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['2001:db8:1::5:6:7:8', '2001:db8:1:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['fe80::1:2:3:4%eth0', 'fe80:0:0:0'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0'],
  ])('%s counts as %s', (address, source) => {
    expect(sourceOf(address)).toBe(source);
  });

  test('addresses of one /64 are one source, those of two are two', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
    const half = fc.tuple(group, group, group, group).map((groups) => groups.join(':'));
    fc.assert(
      fc.property(half, half, half, half, (net, other, a, b) => {
        expect(sourceOf(`${net}:${a}`)).toBe(sourceOf(`${net}:${b}`));
        expect(sourceOf(`${net}:${a}`) === sourceOf(`${other}:${a}`)).toBe(net === other);
      }),
    );
  });
});

function bucket(perSecond: number, burst: number): { time: VirtualTime; tokens: TokenBucket } {
  const time = new VirtualTime();
  return { time, tokens: new TokenBucket(time.loop('test'), perSecond, burst) };
}
function takenOf(tokens: TokenBucket, attempts: number): number {
  return Array.from({ length: attempts }, () => tokens.take()).filter(Boolean).length;
}

describe('a bucket', () => {
  test('gives its burst, then its rate, and never fills above its burst', () => {
    const { time, tokens } = bucket(20, 60);
    expect(takenOf(tokens, 100)).toBe(60);
    time.advance(1_000);
    expect(takenOf(tokens, 100)).toBe(20);
    time.advance(3_600_000);
    expect(takenOf(tokens, 100)).toBe(60);
  });

  test('goes below zero, and says how long it takes until there is a token again', () => {
    const { time, tokens } = bucket(20, 60);
    tokens.spend(60);
    expect(tokens.wait()).toBeGreaterThan(0);
    expect(tokens.wait()).toBeLessThanOrEqual(50);
    tokens.spend(1_000);
    const wait = tokens.wait();
    time.advance(wait - 1);
    expect(tokens.wait()).toBeGreaterThan(0);
    time.advance(1);
    expect(tokens.wait()).toBe(0);
    expect(wait).toBeLessThanOrEqual(50_001);
  });

  test('of rate 0 is no limit', () => {
    const { tokens } = bucket(0, 0);
    tokens.spend(1_000_000);
    expect([tokens.take(), tokens.wait()]).toEqual([true, 0]);
  });
});

describe('buckets of sources', () => {
  test('each source has its own', () => {
    const buckets = new SourceBuckets(new VirtualTime().loop('test'), 50, 200, 10);
    const taken = (source: string): number =>
      Array.from({ length: 300 }, () => buckets.take(source)).filter(Boolean).length;
    expect([taken('a'), taken('b'), taken('a')]).toEqual([200, 200, 0]);
  });

  test('when the table is full the source heard of longest ago is forgotten', () => {
    const buckets = new SourceBuckets(new VirtualTime().loop('test'), 1, 1, 2);
    expect([buckets.take('a'), buckets.take('b'), buckets.take('a')]).toEqual([true, true, false]);
    // The third source: b, silent for longest, is forgotten, and a is not.
    expect([buckets.take('c'), buckets.take('a'), buckets.take('b')]).toEqual([true, false, true]);
  });

  test('of rate 0 remember nobody', () => {
    const buckets = new SourceBuckets(new VirtualTime().loop('test'), 0, 0, 0);
    expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([true, true, true]);
  });
});
