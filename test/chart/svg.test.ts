/** The picture of a chart: everything once, nothing on anything else, all of it inside; for chosen runs and for random ones. */
import * as fc from 'fast-check';
import { chartOf, messagesOf, type Chart, type ChartOptions } from '../../diagrams/chart/chart';
import { momentOf } from '../../diagrams/chart/model';
import { chartSvg } from '../../diagrams/chart/svg';
import { chartText } from '../../diagrams/chart/text';
import { SeededRandom } from '../support/random';
import { weather } from '../support/memory-fates';
import { outside, overlaps, textBoxes } from './boxes';
import { Play, playLossy, playV1 } from './play';

jest.setTimeout(60_000);

const VARIANTS: readonly ChartOptions[] = [
  {},
  { phase: 'connection' },
  { phase: 'chat' },
  { states: false },
  { keepalives: true },
  { clients: ['bob'] },
  { clients: ['carol', 'alice'] },
  { from: 0.01, to: 20 },
];

function expectLegible(chart: Chart): void {
  const svg = chartSvg(chart);
  const boxes = textBoxes(svg);
  expect(overlaps(boxes)).toEqual([]);
  expect(outside(svg, boxes)).toEqual([]);
  const drawn = [...svg.matchAll(/<g class="message [^"]*" data-name="(\w+)"/g)].map(([, name]) => name).sort();
  expect(drawn).toEqual(
    messagesOf(chart)
      .map(({ name }) => name)
      .sort(),
  );
  // The words of an arrow lie in one gap.
  const lifelines = [...svg.matchAll(/<g class="lifeline"><path d="M([\d.]+) /g)].map(([, x]) => Number(x));
  const labels = new Set(messagesOf(chart).map(({ label }) => label));
  const crossing = boxes.filter(
    ({ words, left, right }) => labels.has(words) && lifelines.some((x) => left < x + 4 && x - 4 < right),
  );
  expect(crossing.map(({ words }) => words)).toEqual([]);
  const times = [...svg.matchAll(/<text class="time"[^>]*>([^<]*)/g)].map(([, seconds]) => Number(seconds));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const lines = chartText(chart).split('\n').slice(1);
  expect(lines.filter((line) => line.length > 80 && !/^ *\d+\.\d/.test(line))).toEqual([]);
}

/** On every lifeline what happened first stands higher. */
function expectInOrder(chart: Chart): void {
  const last = new Map<string, number>();
  for (const { parts } of chart.rows) {
    for (const { item, part } of parts) {
      if (item.kind !== 'message') continue;
      const { sent, received } = item;
      if (sent && received) expect(received.at).toBeGreaterThan(sent.at);
      if (item.count > 1) continue;
      const ends = [
        ...(part !== 'end' && sent ? [[item.from.name, sent] as const] : []),
        ...(part !== 'start' && received ? [[item.to.name, received] as const] : []),
      ];
      for (const [line, { order }] of ends) {
        expect(order).toBeGreaterThan(last.get(line) ?? -1);
        last.set(line, order);
      }
    }
  }
}

/** Three clients: a chat, somebody who is refused, idle time, a history, a newer log-on. */
async function crowd(): Promise<Play> {
  const play = await Play.open();
  const [alice, bob, carol] = [play.client('alice'), play.client('bob'), play.client('carol')];
  for (const one of [alice, bob, carol]) play.connect(one);
  alice.type('Chat bob');
  play.advance(100);
  carol.type('Chat bob');
  alice.type(...Array.from({ length: 6 }, (_, i) => `text ${String(i)}`));
  play.advance(50_000);
  bob.type('History alice');
  play.advance(100);
  play.connect(play.client('alice', 'elsewhere'));
  play.advance(3000);
  return play;
}

describe.each([
  ['V1', playV1],
  ['a lossy run', playLossy],
  ['a crowd', crowd],
] as const)('%s', (_, run) => {
  test.each(VARIANTS)('is legible: %j', async (options) => {
    const play = await run();
    const chart = chartOf(play.traces(), options);
    expectLegible(chart);
    expectInOrder(chart);
  });

  test('is the same every time', async () => {
    const [a, b] = [await run(), await run()];
    expect(chartSvg(chartOf(a.traces()))).toBe(chartSvg(chartOf(b.traces())));
  });
});

test('a network at its worst is legible', () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
      const play = await Play.open({ seed });
      play.network.fate = weather(new SeededRandom(seed), { loss: 0.25, triple: 0.15, lateMs: 900 });
      const players = [play.client('alice'), play.client('bob')];
      for (const player of players) player.type('Log on');
      play.advance(20_000);
      for (const player of players) player.type('Log off');
      play.advance(3000);
      const chart = chartOf(play.traces());
      expect(messagesOf(chart).length).toBeGreaterThan(1);
      expectLegible(chart);
      expectInOrder(chart);
    }),
    { numRuns: 25 },
  ));

test('UDP is dashed, TCP solid, encrypted underlined, losses have a cross, states are segments', async () => {
  const chart = chartOf((await playLossy()).traces());
  const svg = chartSvg(chart);
  for (const [, kinds = '', content = ''] of svg.matchAll(/<g class="message ([^"]*)" [^>]*>(.*?)<\/g>/g)) {
    expect([kinds, content.includes('stroke-dasharray')]).toEqual([kinds, kinds.includes('udp')]);
    expect([kinds, content.includes('class="cross"')]).toEqual([kinds, kinds.includes('lost')]);
    expect([kinds, content.includes('class="head"')]).toEqual([kinds, !kinds.includes('lost')]);
  }
  const underlined = [...svg.matchAll(/<text class="label"[^>]*text-decoration="underline"[^>]*>([^<]*)/g)];
  expect(underlined.map(([, label]) => label)).toEqual([
    'AUTH_SUCCESS(rand_cookie, 40001)',
    'AUTH_SUCCESS(rand_cookie, 40001)',
    'CONNECT(rand_cookie)',
    'CONNECTED',
  ]);
  const segments = [...svg.matchAll(/class="segment" data-state="([^"]*)"/g)].map(([, state]) => state);
  expect(segments).toEqual([
    ...['Offline', 'Wait for Challenge', 'Wait for AUTH_SUCCESS', 'Connecting', 'Connected'],
    ...['Wait for HELLO', 'Wait for RESPONSE', 'Connecting', 'Wait for CHAT_REQUEST'],
  ]);
  expect(svg.match(/class="note timer"/g)).toHaveLength(3);
  expect(svg.match(/class="running"/g)).toHaveLength(3);
});

test('keepalives are one arrow with their number, unless they are asked for', async () => {
  const traces = (await crowd()).traces();
  const of = (options: ChartOptions): number[] =>
    messagesOf(chartOf(traces, options)).flatMap(({ name, count }) => (name === 'KEEPALIVE' ? count : []));
  const [folded, single] = [of({}), of({ keepalives: true })];
  expect(folded.every((count) => count > 1)).toBe(true);
  expect(folded.length).toBeLessThan(single.length / 2);
  expect(folded.reduce((sum, count) => sum + count, 0)).toBe(single.length);
});

test('a window of time and a client: what is asked for, and the states in force at its beginning', async () => {
  const traces = (await playV1()).traces();
  const whole = chartOf(traces);
  const part = chartOf(traces, { from: 1, to: 2.0185, clients: ['alice'] });
  const seconds = messagesOf(part).map((message) => (momentOf(message).at - whole.zero) / 1000);
  expect(seconds.every((at) => at >= 1 && at <= 2.0185)).toBe(true);
  expect(messagesOf(part).map(({ name }) => name)).toEqual(['CHAT', 'END_REQUEST']);
  expect(part.lifelines.map(({ name }) => name)).toEqual(['alice', 'Server']);
  expect(part.initial.map(({ label }) => label)).toEqual(['Active Chat', 'Active Chat']);
});
