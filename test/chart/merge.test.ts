/** Sent and received ends find each other; clocks that differ are put right; what is missing is seen to be missing. */
import * as fc from 'fast-check';
import { chartOf, messagesOf } from '../../diagrams/chart/chart';
import { clockShifts } from '../../diagrams/chart/clock';
import { runOf } from '../../diagrams/chart/merge';
import { pairsOf } from '../../diagrams/chart/pair';
import { parseTraces, type Trace } from '../../diagrams/trace/reader';
import { Play, playLossy, playV1 } from './play';

// Slow only where the machine is busy with other things.
jest.setTimeout(60_000);

/** Pairs as times, `-` for an end that is missing. */
function paired(sent: readonly number[], received: readonly number[]): string[] {
  const ends = (times: readonly number[]): { at: number }[] => times.map((at) => ({ at }));
  return pairsOf(ends(sent), ends(received)).map(({ sent: from, received: to, again }) =>
    [from?.at ?? '-', to?.at ?? '-', ...again.map(({ at }) => `+${String(at)}`)].join(' '),
  );
}

describe('pairs', () => {
  test.each([
    ['one', [1], [2], ['1 2']],
    ['lost', [1], [], ['1 -']],
    ['sent by nobody who was watched', [], [2], ['- 2']],
    ['lost, then repeated', [1, 5], [6], ['1 -', '5 6']],
    ['the repetition is lost', [1, 5], [2], ['1 2', '5 -']],
    ['both arrive', [1, 5], [2, 6], ['1 2', '5 6']],
    ['the first is overtaken', [1, 5], [6, 7], ['1 6', '5 7']],
    ['doubled by the network', [1], [2, 3], ['1 2 +3']],
    ['repeated and doubled', [1, 5], [2, 6, 7], ['1 2', '5 6 +7']],
    ['two of three', [1, 5, 9], [6, 10], ['1 -', '5 6', '9 10']],
  ])('%s', (_, sent, received, expected) => {
    expect(paired(sent, received)).toEqual(expected);
  });

  test('every end stands in one pair, and nothing arrives before it was sent', () => {
    const times = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(times, times, (a, b) => {
        const [sent, received] = [a, b].map((list) => list.sort((x, y) => x - y).map((at) => ({ at })));
        if (!sent || !received) return;
        const first = sent[0]?.at ?? 0;
        const possible = received.filter(({ at }) => at >= first);
        const pairs = pairsOf(sent, possible);
        expect(pairs).toHaveLength(sent.length);
        const arrived = pairs.flatMap((pair) => [...(pair.received ? [pair.received] : []), ...pair.again]);
        expect(new Set(arrived).size).toBe(possible.length);
        for (const pair of pairs)
          if (pair.received) expect(pair.received.at).toBeGreaterThanOrEqual(pair.sent?.at ?? 0);
      }),
    );
  });
});

describe('clocks', () => {
  test('a clock that is behind is put forward just so far', () => {
    expect(
      clockShifts(2, [
        { from: 0, to: 1, ms: 3 },
        { from: 1, to: 0, ms: 1 },
      ]),
    ).toEqual([0, 0]);
    const [first, second] = clockShifts(2, [
      { from: 0, to: 1, ms: -3 },
      { from: 1, to: 0, ms: 5 },
    ]);
    expect([first, second]).toEqual([0, 3.001]);
  });

  test('three clocks, however wrong: nothing is received before it was sent', () => {
    const wrong = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(wrong, fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.integer({ min: 1, max: 100 }))), (by, journeys) => {
        const seen = journeys.map(([from, to, ms]) => ({ from, to, ms: ms + (by[to] ?? 0) - (by[from] ?? 0) }));
        const shifts = clockShifts(3, seen);
        for (const { from, to, ms } of seen) {
          if (from !== to) expect(ms + (shifts[to] ?? 0) - (shifts[from] ?? 0)).toBeGreaterThan(0);
        }
      }),
    );
  });

  test('a run whose clocks are wrong by hours makes the same chart', async () => {
    const traces = (await playV1()).traces();
    const wrong = traces.map((trace, i): Trace => {
      const { header } = trace;
      return { ...trace, header: { ...header, started: header.started + [0, 7_200_000, -3_600_123][i % 3]! } };
    });
    const names = (of: readonly Trace[]): string[] =>
      messagesOf(chartOf(of, { states: false })).map(({ label }) => label);
    expect(names(wrong)).toEqual(names(traces));
    expect(runOf(wrong).messages.every(({ fate }) => fate === 'arrived')).toBe(true);
  });
});

describe('what is missing', () => {
  test('a lossy run shows losses, repetitions, copies and timers', async () => {
    const chart = chartOf((await playLossy()).traces());
    const told = messagesOf(chart).map(({ name, fate, repetition }) => `${name} ${String(repetition)} ${fate}`);
    expect(told).toEqual([
      'HELLO 0 lost',
      'HELLO 1 arrived',
      'CHALLENGE 0 lost',
      'HELLO 2 arrived',
      'CHALLENGE 1 arrived',
      'RESPONSE 0 arrived',
      'AUTH_SUCCESS 0 lost',
      'HELLO 3 arrived',
      'CHALLENGE 2 arrived',
      'RESPONSE 1 arrived',
      'AUTH_SUCCESS 1 arrived',
      'CONNECT 0 arrived',
      'CONNECTED 0 arrived',
    ]);
    const notes = chart.rows.flatMap(({ parts }) =>
      parts.flatMap(({ item }) => (item.kind === 'note' ? item.words : [])),
    );
    expect(notes.filter((words) => /^Retry timer expired \([\d.]+ m?s\)$/.test(words))).toHaveLength(3);
    expect(notes).toContain('RESPONSE arrives twice');
  });

  test('without the trace of the receiver nothing is called lost', async () => {
    const chart = chartOf((await playLossy()).traces('alice'));
    expect(chart.lifelines.map(({ name }) => name)).toEqual(['alice', 'Server']);
    expect(messagesOf(chart).map(({ fate }) => fate)).toEqual(messagesOf(chart).map(() => 'unknown'));
  });

  test('a message that its alleged sender never sent is a stray', async () => {
    const play = await playV1();
    const traces = play.traces('alice', 'server');
    const hidden = traces.map((trace) =>
      trace.header.role === 'server'
        ? trace
        : { ...trace, entries: trace.entries.filter((entry) => !('name' in entry && entry.name === 'HELLO')) },
    );
    const fates = messagesOf(chartOf(hidden, { clients: ['alice'] })).filter(({ name }) => name === 'HELLO');
    expect(fates.map(({ fate }) => fate)).toEqual(['stray']);
  });

  test('traces of different runs are told apart, and the same trace twice is taken once', async () => {
    const [one, other] = [await playV1(), await Play.open({ seed: 99 })];
    other.connect(other.client('carol'));
    const carol = other.traces('carol');
    expect(chartOf([...one.traces(), ...carol]).warnings).toEqual([
      'carol (carol.trace) has no message in common with the other traces: probably another run',
    ]);
    const twice = chartOf([...one.traces(), ...one.traces('alice')]);
    expect(twice.warnings).toEqual(['alice.trace is the same trace as alice.trace and is left out']);
    expect(messagesOf(twice)).toHaveLength(messagesOf(chartOf(one.traces())).length);
    expect(chartOf(one.traces()).warnings).toEqual([]);
  });
});

test('processes that follow each other share a lifeline, those at the same time do not', async () => {
  const play = await Play.open();
  play.connect(play.client('alice', 'here'));
  play.connect(play.client('alice', 'there'));
  const lines = (traces: readonly Trace[]): string[] => chartOf(traces).lifelines.map(({ name }) => name);
  expect(lines(play.traces())).toEqual(['alice', 'Server', 'alice (2)']);
  const [header = '', ...entries] = play.content('here').split('\n');
  const later = JSON.stringify({ ...(JSON.parse(header) as object), started: 1704067200000 + 3_600_000 });
  const again = [later, ...entries].join('\n').replaceAll('"id":"', '"id":"again');
  const [first] = play.traces('here');
  expect(lines([...(first ? [first] : []), ...parseTraces('again', again)])).toEqual(['alice', 'Server']);
});
