/** The checkers find bugs: each of these, put into the real program, is found within a number of seeds that is known. */
import { WireChecks } from './checks/wire';
import { configurationOf } from './configuration';
import { PLANTED } from './plants';
import { reportOf } from './report';
import { run, type Outcome } from './run';
import { Town } from './town';

jest.setTimeout(240_000);

test.each(PLANTED)('$bug: found by $foundBy within $within seeds', async ({ plant, foundBy, within }) => {
  let outcome: Outcome | undefined;
  for (let seed = 1; seed <= within && !outcome?.violation; seed++) outcome = await run(seed, { plant });
  expect(foundBy).toContain(outcome?.violation?.invariant);
});

test('what is said of a failing run: the last lines of its story, the rule, and how to see it again', async () => {
  const [{ plant }] = PLANTED as [(typeof PLANTED)[number]];
  const report = reportOf(await run(1, { plant, telling: true })).split('\n');
  expect(report.length).toBeGreaterThan(40);
  expect(report.slice(-3)).toEqual([
    expect.stringMatching(/^seed 1 FAILED, I-9: the server sends /),
    expect.stringMatching(/ sha256 [0-9a-f]{64}$/),
    'again: npm run simulate -- --seed 1',
  ]);
});

test('a cookie that is accepted twice is noticed, though the key store lets no planted bug do it (I-3)', () => {
  const town = new Town(configurationOf(1), false);
  const checks = new WireChecks(town);
  for (const link of [{}, {}]) {
    checks.said({ link, from: 'client', message: { type: 'CONNECT', cookie: Buffer.alloc(16, 7) } });
    checks.said({ link, from: 'server', message: { type: 'CONNECTED' } });
  }
  expect(town.violations.map(({ invariant }) => invariant)).toEqual(['I-3']);
});
