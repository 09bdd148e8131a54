/**
 * Broken servers, each caught by the right check of the conformance kit. Here each is played the check that must catch it and
 * some that must not; `PARLEY_CONFORM=full` plays all checks, and writes
 * docs/conformance/broken-servers.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../../../bin/conform/check';
import { runChecks } from '../../../bin/conform/run';
import { textOf } from '../../../bin/conform/report';
import { SERVER_CHECKS } from '../../../bin/conform/server/checks/all';
import type { ServerCheck } from '../../../bin/conform/server/checks/kind';
import { markdownTable } from '../../../bin/conform/table';
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
/** The result of a full run, for people. */
const PAGE = join(__dirname, '../../../docs/conformance/broken-servers.md');
/** So many checks are named that have caught a server beside the one that must. */
const SHOWN = 3;
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

/** What failed, by the name of the broken server. */
const caught = new Map<string, readonly string[]>();
afterAll(() => {
  if (FULL && caught.size === BROKEN.length) writeFileSync(PAGE, page());
});

/** The result of a full run. */
function page(): string {
  const checks = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const rows = BROKEN.map(({ name, fault, caughtBy }) => {
    const others = (caught.get(name) ?? []).filter((check) => check !== caughtBy);
    const shown =
      checks(others.slice(0, SHOWN)) + (others.length > SHOWN ? ` and ${String(others.length - SHOWN)} more` : '');
    return [name, fault, checks([caughtBy]), shown];
  });
  const count = PLAYED.filter(({ name }) => [...caught.values()].some((failed) => failed.includes(name))).length;
  return [
    '# Broken servers\n',
    'Each has one fault, and must be caught by the check that is named beside it. Written by `PARLEY_CONFORM=full npx jest',
    `test/conform/broken\`, which plays all ${String(PLAYED.length)} checks that need no option against each; ${String(count)} of them have caught something.\n`,
    markdownTable([['server', 'what is wrong with it', 'caught by', 'and by'], ...rows]),
  ].join('\n');
}

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

test('the page has each of them', () => {
  // It is being written.
  if (FULL) return;
  const rows = readFileSync(PAGE, 'utf8')
    .split('\n')
    .slice(2)
    .filter((line) => line.startsWith('| '));
  const cells = rows.slice(2).map((row) => row.split(' | ').map((cell) => cell.replace(/^\| /, '').trim()));
  const wanted = BROKEN.map(({ name, fault, caughtBy }) => [name, fault, `\`${caughtBy}\``]);
  expect(cells.map((row) => row.slice(0, 3))).toEqual(wanted);
});

test.each(BROKEN)('$name: $fault; caught by $caughtBy', async (broken) => {
  running = await start(broken);
  const given = await verdicts(chosenFor(broken.caughtBy), running);
  const failed = given.filter(({ outcome }) => outcome !== 'passed');
  caught.set(
    broken.name,
    failed.map(({ check }) => check),
  );
  expect(failed.filter(({ outcome }) => outcome === 'stuck').map(textOf)).toEqual([]);
  expect(failed.map(({ check }) => check)).toContain(broken.caughtBy);
  const others = given.filter(({ check }) => check !== broken.caughtBy);
  const passed = others.filter(({ outcome }) => outcome === 'passed');
  expect(passed.length / others.length).toBeGreaterThanOrEqual(MOST);
});
