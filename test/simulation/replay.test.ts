/** A run is a function of its seed: the same hash of everything that happened, however often it is played. */
import { configurationOf } from './configuration';
import { run } from './run';

jest.setTimeout(240_000);

const SEEDS = [1, 2, 3, 17, 69, 4_711, 99_999, 2 ** 40];

test.each(SEEDS)('seed %i twice, and once more with its story: the same to the last byte', async (seed) => {
  const forbidden = (): never => {
    throw new Error('a simulated run asked for real time or chance');
  };
  const spies = [jest.spyOn(Math, 'random'), jest.spyOn(Date, 'now'), jest.spyOn(performance, 'now')];
  for (const spy of spies) spy.mockImplementation(forbidden);
  const runs = [await run(seed), await run(seed), await run(seed, { telling: true })];
  for (const spy of spies) spy.mockRestore();
  expect(runs[0]?.violation).toBeUndefined();
  expect(new Set(runs.map(({ digest }) => digest)).size).toBe(1);
});

test('different seeds are different runs, and every kind of fault is in some of them', () => {
  const all = Array.from({ length: 200 }, (_, seed) => configurationOf(seed + 1));
  expect(new Set(all.map((c) => JSON.stringify({ ...c, seed: 0 }))).size).toBe(all.length);
  for (const sized of [2, 8]) expect(all.some(({ ids }) => ids.length === sized)).toBe(true);
});
