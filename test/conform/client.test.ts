/** The kit and clients: two that share nothing but the document pass, and of many with one fault none does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_CHECKS } from '../../bin/conform/client/checks';
import { FOUND } from './broken-clients/found';
import {
  activityChecks,
  ALL,
  atATime,
  broken,
  everyCheck,
  failures,
  judged,
  judgedByMany,
  named,
  OURS,
  SECOND,
} from './client-support';

jest.setTimeout(ALL ? 1_800_000 : 240_000);

test('our client passes', async () => {
  const verdicts = await judgedByMany(OURS, everyCheck());
  expect(failures(verdicts)).toEqual([]);
  expect(verdicts.length).toBeGreaterThan(100);
});

test('our client passes with a short activity timer', async () => {
  const verdicts = await judgedByMany(OURS, activityChecks());
  expect(failures(verdicts)).toEqual([]);
  expect(verdicts.length).toBeGreaterThan(4);
});

/** From every chapter; `PARLEY_CONFORM=all` plays the rest. */
const SAMPLES = [
  ...['hello-bytes', 'response-bytes', 'challenge-damaged', 'auth-fail-forged', 'auth-fail-genuine', 'stranger'],
  ...['first-record-refused', 'first-record-cut', 'record-replayed', 'filling', 'extension-critical', 'text-control'],
  ...[
    'text-sent',
    'ends-cross',
    'foreign-text',
    'history-lines',
    'key-file-shared',
    'close-lingers',
    'input-ends',
    'v3',
    'v5',
    'v6',
  ],
];
test('the second client passes, in the words of the assignment', async () => {
  const verdicts = await judgedByMany(SECOND, ALL ? everyCheck() : named(...SAMPLES));
  expect(failures(verdicts)).toEqual([]);
});

/** One of each kind; with its first check alone. */
const FAULTS = [
  ...['hello-repeated-anew', 'response-not-repeated', 'same-attempt', 'same-salt', 'hash-reversed', 'any-version'],
  ...['one-challenge', 'fail-at-once', 'opens-anything', 'hears-strangers', 'flight-in-two', 'connected-early'],
  ...['forgives-filling', 'shows-controls', 'refuses-what-it-cuts', 'refuses-optional', 'no-close', 'does-not-linger'],
  ...['foreign-texts', 'stays-in-chat', 'late-texts', 'gone-not-shown', 'no-backslash', 'history-any-count'],
  ...['key-file-of-all', 'activity-in-chat', 'other-server-keys'],
];
const slow = (name: string): boolean => CLIENT_CHECKS.some((check) => check.name === name && check.needs === 'slow');

/** Milliseconds are not given to those who will not do it anyway. */
const PATIENCE = 2.5;

test('every broken client is found by its checks', async () => {
  const rows = Object.entries(FOUND)
    .filter(([fault]) => ALL || FAULTS.includes(fault))
    .map(([fault, checks]) => ({ fault, checks: ALL ? checks : checks.slice(0, 1) }));
  const found = await atATime(3, rows, async ({ fault, checks }) => {
    const verdicts = await judged(broken(fault), named(...checks), PATIENCE);
    return verdicts.map(({ check, outcome }) => `${fault}: ${check} ${outcome}`);
  });
  expect(found.flat()).toEqual(rows.flatMap(({ fault, checks }) => checks.map((name) => `${fault}: ${name} failed`)));
  expect(found.length).toBe(ALL ? Object.keys(FOUND).length : FAULTS.length);
});

test.each([
  ['th-in-another-order', /TH or K_succ is another.* 9\.4/],
  ['other-server-keys', /S_s2c\[0\].* 9\.4/],
])('%s: the first failure says what to compare, and what depends on it is not checked', async (fault, hint) => {
  const checks = named('connected', 'hello-bytes', 'res-proves-key', 'first-flight', 'history-lines', 'v1-caller');
  const verdicts = await judged(broken(fault), checks, PATIENCE);
  expect(verdicts.map(({ outcome }) => outcome)).toEqual([
    ...['failed', 'passed', 'passed'],
    ...Array<string>(3).fill('not checked'),
  ]);
  expect(verdicts[0]?.seen).toMatch(hint);
});

test('a broken client passes what its fault has nothing to do with', async () => {
  const verdicts = await judged(
    broken('history-without-brackets'),
    named('hello-bytes', 'v1-caller', 'history-request'),
  );
  expect(failures(verdicts)).toEqual([]);
});

describe('the list of checks', () => {
  const names = CLIENT_CHECKS.map(({ name }) => name);
  const document = readFileSync(join(__dirname, '../../docs/protocol.md'), 'utf8');

  test('every name stands once', () => {
    expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([]);
    expect(names.filter((name) => !/^[a-z\d]+(?:-[a-z\d]+)*$/.test(name))).toEqual([]);
  });
  test('every section is one of the document', () => {
    const sections = new Set(Array.from(document.matchAll(/^###? ([\d.]+)\s/gm), ([, section]) => section));
    expect(CLIENT_CHECKS.filter(({ section }) => !sections.has(section)).map(({ name }) => name)).toEqual([]);
  });
  test('every check finds a broken client', () => {
    const finding = new Set(Object.values(FOUND).flat());
    expect(names.filter((name) => !finding.has(name))).toEqual([]);
    expect([...finding].filter((name) => !names.includes(name))).toEqual([]);
  });
  test('the broken client of a first check is found without waiting for a timer of the protocol', () => {
    expect(FAULTS.filter((fault) => slow(FOUND[fault]?.[0] ?? ''))).toEqual([]);
  });
});
