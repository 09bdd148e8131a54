/** Which edges a run took: the numbers of V1, the union of runs, and the drawings. */
import { coverageJson, coverageOf, coverageText, isTaken, transitionKey } from '../../diagrams/chart/coverage';
import { drawings } from '../../diagrams/spec/drawings';
import { coverageDrawings } from '../../diagrams/chart/coverage-drawings';
import { playLossy, playV1 } from './play';

// Slow only where the machine is busy with other things.
jest.setTimeout(60_000);

test('V1 takes of the official drawings everything but timeouts, refusals and what comes from the other side', async () => {
  const { machines } = coverageOf((await playV1()).traces());
  const numbers = machines.map(({ machine, drawing }) => [machine, drawing?.taken, drawing?.of]);
  expect(numbers).toEqual([
    ['client connection', 5, 7],
    ['client chat', 5, 7],
    ['client history', undefined, undefined],
    ['server connection', 5, 6],
    ['server chat', expect.any(Number), expect.any(Number)],
    ['server history', undefined, undefined],
  ]);
  const of = (id: string): readonly string[] | undefined =>
    machines.find(({ machine }) => machine === id)?.drawing?.missing;
  expect(of('client connection')).toEqual([
    'Wait for Challenge -> Offline: timeout',
    'Wait for AUTH_SUCCESS -> Offline: receive AUTH_FAIL or timeout',
  ]);
  expect(of('client chat')).toEqual([
    'Wait for CHAT_STARTED -> Connected: receive UNREACHABLE',
    'Active Chat -> Active Chat: activity timer about to expire',
  ]);
});

test('of the machine every row counts that does something', async () => {
  const play = await playV1();
  const { machines, taken } = coverageOf(play.traces());
  const [connection] = machines;
  expect(connection?.table.of).toBe(75);
  // U.LOGON, D.CHALLENGE, D.AUTH_SUCCESS, N.OPEN, M.CONNECTED, U.LOGOFF.
  expect(connection?.table.taken).toBe(6);
  expect(connection?.table.missing).toHaveLength(69);
  expect(taken).toContain(transitionKey('client connection', 'Offline', 'U.LOGON', 0));
});

test('several runs together cover more', async () => {
  const [one, other] = [(await playV1()).traces(), (await playLossy()).traces()];
  const taken = (traces: Parameters<typeof coverageOf>[0]): number =>
    coverageOf(traces).machines.reduce((sum, { table }) => sum + table.taken, 0);
  expect(taken([...one, ...other])).toBeGreaterThan(taken(one));
  expect(taken([...one, ...one])).toBe(taken(one));
});

test('an edge of several steps is taken when one of its ways was taken whole', () => {
  const failed = drawings[0]?.edges.find(({ trigger }) => trigger === 'receive AUTH_FAIL or timeout');
  if (!failed) throw new Error('the drawing has this edge');
  const key = (state: string, event: string): string => transitionKey('client connection', state, event, 0);
  const [doubt, hold] = [
    key('Wait for AUTH_SUCCESS.answering', 'D.AUTH_FAIL'),
    key('Wait for AUTH_SUCCESS.doubting', 'T.HOLD'),
  ];
  expect(isTaken(failed, new Set([doubt]))).toBe(false);
  expect(isTaken(failed, new Set([doubt, hold]))).toBe(true);
  expect(isTaken(failed, new Set([key('Wait for AUTH_SUCCESS.answering', 'T.GIVEUP')]))).toBe(true);
});

test('of machines without a trace nothing is said', async () => {
  const { machines } = coverageOf((await playV1()).traces('alice'));
  expect(machines.map(({ machine }) => machine)).toEqual(['client connection', 'client chat', 'client history']);
});

test('text and JSON say the same', async () => {
  const coverage = coverageOf((await playV1()).traces());
  const text = coverageText(coverage);
  expect(text).toContain('client connection: 5 of 7 edges of the drawing, 6 of 75 of the machine\n');
  expect(text).toContain('    Wait for Challenge: Timeout -> Offline\n');
  const json = JSON.parse(coverageJson(coverage)) as { machines: typeof coverage.machines };
  expect(json.machines).toEqual(coverage.machines);
});

test('the drawings show what was taken', async () => {
  const coverage = coverageOf((await playV1()).traces());
  const pictures = await coverageDrawings(coverage);
  expect(pictures.map(({ name }) => name)).toEqual([
    'client-connection-spec',
    'client-connection-full',
    'client-chat-spec',
    'client-chat-full',
    'client-history-full',
    'server-connection-spec',
    'server-connection-full',
    'server-chat-spec',
    'server-chat-full',
    'server-history-full',
  ]);
  for (const { machine, drawing } of coverage.machines) {
    const svg = pictures.find(({ name }) => name === `${machine.replace(' ', '-')}-spec`)?.svg;
    if (drawing && svg) expect([machine, /taken: (\d+) of/.exec(svg)?.[1]]).toEqual([machine, String(drawing.taken)]);
  }
});
