/** Large machines: every one is placed by a plan that does not explode, no edge is lost, and no text lies on another. */
import { place } from '../../diagrams/draw/layout';
import { plansFor } from '../../diagrams/draw/plans';
import { randomOf } from '../binaries/support';
import { deep, nested, pictureOf, regions, sink, tangle, type Config } from './corpus';
import { faultsOf } from './faults';

jest.setTimeout(300_000);

const random = randomOf(1);
const CORPUS: readonly Config[] = [
  sink(20),
  sink(100),
  sink(300),
  tangle(100, 3, random),
  tangle(300, 20, random),
  deep(60),
  nested(40, 7, random),
  regions(10, 30),
  sink(500),
];

test.each(CORPUS.map((config) => [config['id'], config] as const))('%s', async (_, config) => {
  const picture = pictureOf(config);
  const layout = await place(picture);
  const listed = layout.states.flatMap(({ state }) => state.listed ?? []).filter((line) => line !== 'Initial state');
  expect(layout.edges.length + listed.length).toBe(picture.edges.length);
  expect(layout.states).toHaveLength(picture.states.length);
  expect(faultsOf(layout).filter((fault) => !fault.includes('passes through'))).toEqual([]);
});

test('the strategy that takes exponential time is tried for few edges only', () => {
  const strategies = (config: Config): string[] => plansFor(pictureOf(config)).map(({ strategy }) => strategy);
  expect(strategies(sink(5))).toEqual(['NETWORK_SIMPLEX', 'LINEAR_SEGMENTS', 'BRANDES_KOEPF', 'packed']);
  expect(strategies(sink(20))).toEqual(['LINEAR_SEGMENTS', 'BRANDES_KOEPF', 'packed']);
  expect(strategies(sink(300))).toEqual(['BRANDES_KOEPF', 'packed']);
  expect(strategies(sink(500))).toEqual(['packed']);
});

test('more than five loops at a state stand as text in it', async () => {
  const on = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`E${String(i)}`, 'a']));
  const layout = await place(pictureOf({ id: 'm', initial: 'a', states: { a: { on } } }));
  expect([layout.edges.length, layout.states[0]?.state.listed?.length]).toEqual([0, 8]);
  expect(faultsOf(layout)).toEqual([]);
});
