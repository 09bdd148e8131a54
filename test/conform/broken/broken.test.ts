/**
 * Broken servers, each caught by the right check of the conformance kit. Here each is played the check that must catch it and
 * some that must not; `PARLEY_CONFORM=full` plays all checks, and writes the table of docs/conformance.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../../../bin/conform/check';
import { runChecks } from '../../../bin/conform/run';
import { textOf } from '../../../bin/conform/report';
import { SERVER_CHECKS } from '../../../bin/conform/server/checks/all';
import type { ServerCheck } from '../../../bin/conform/server/checks/kind';
import { BROKEN } from './all';
import { start, type Running } from './server';

const FULL = process.env['PARLEY_CONFORM'] === 'full';
jest.setTimeout(FULL ? 300_000 : 30_000);

const PLAYED = SERVER_CHECKS.filter(({ needs }) => needs === undefined);
/** One of each kind, for whatever fault. */
const OTHERS = [
  'auth-success-bytes',
  'connected-bytes',
  'record-byte-by-byte',
  'chat-started',
  'text-largest',
  'session-zero',
];
/** With one fault most of the rest is right. */
const MOST = 0.8;

function chosenFor(caughtBy: string): readonly ServerCheck[] {
  return FULL ? PLAYED : PLAYED.filter(({ name }) => name === caughtBy || OTHERS.includes(name));
}

let running: Running | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function verdicts(checks: readonly ServerCheck[], server: Running): Promise<Verdict[]> {
  return runChecks(checks, {
    open: () => Promise.resolve(server.scene()),
    close: (scene) => scene.close(),
    tell: () => undefined,
    now: () => performance.now(),
  });
}

const caught: { name: string; fault: string; caughtBy: string; failed: readonly string[] }[] = [];
afterAll(() => {
  if (!FULL || caught.length < BROKEN.length) return;
  mkdirSync(join(__dirname, '../../results'), { recursive: true });
  writeFileSync(join(__dirname, '../../results/conformance.json'), JSON.stringify(caught, null, 2));
});

test('a server without a fault passes them all', async () => {
  running = await start();
  const given = await verdicts(FULL ? PLAYED : PLAYED.filter(({ name }) => OTHERS.includes(name)), running);
  expect(given.filter(({ outcome }) => outcome !== 'passed').map(textOf)).toEqual([]);
});

test('there are at least 20, each with a name of its own, and a check that is there', () => {
  expect(new Set(BROKEN.map(({ name }) => name)).size).toBe(BROKEN.length);
  expect(BROKEN.length).toBeGreaterThanOrEqual(20);
  const names = PLAYED.map(({ name }) => name);
  expect(BROKEN.filter(({ caughtBy }) => !names.includes(caughtBy)).map(({ name }) => name)).toEqual([]);
});

test.each(BROKEN)('$name: $fault; caught by $caughtBy', async (broken) => {
  running = await start(broken);
  const given = await verdicts(chosenFor(broken.caughtBy), running);
  const failed = given.filter(({ outcome }) => outcome !== 'passed');
  caught.push({
    name: broken.name,
    fault: broken.fault,
    caughtBy: broken.caughtBy,
    failed: failed.map(({ check }) => check),
  });
  expect(failed.filter(({ outcome }) => outcome === 'stuck').map(textOf)).toEqual([]);
  expect(failed.map(({ check }) => check)).toContain(broken.caughtBy);
  const others = given.filter(({ check }) => check !== broken.caughtBy);
  const passed = others.filter(({ outcome }) => outcome === 'passed');
  expect(passed.length / others.length).toBeGreaterThanOrEqual(MOST);
});
