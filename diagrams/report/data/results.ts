/**
 * Results of tests, exploration and faults, read from the files that the last runs left in test/results. What was not run is
 * said to be not run. Must never be here: a result.
 */
import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Where runs leave their results; git does not keep them. */
export const RESULTS = join('test', 'results');

export interface TestGroup {
  /** Folder of the tests below test/, or the file. */
  readonly name: string;
  readonly files: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly milliseconds: number;
}
export interface TestRun {
  readonly when: Date;
  readonly groups: readonly TestGroup[];
  /** Names of the tests that failed. */
  readonly failures: readonly string[];
}

interface JestFile {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly message?: string;
  readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
}

/** What jest wrote with --json. @returns undefined: there is no such file @throws Error it is not jest's */
export function testRun(root: string, file = join(root, RESULTS, 'tests.json')): TestRun | undefined {
  const found = jsonFile(file);
  if (!found) return undefined;
  const { startTime, testResults } = found.value as { startTime?: number; testResults?: readonly JestFile[] };
  if (startTime === undefined || !testResults) throw new Error(`${file} is not what jest --json writes`);
  const groups = new Map<string, TestGroup>();
  for (const one of testResults) {
    const name = groupOf(relative(join(root, 'test'), one.name));
    groups.set(name, added(groups.get(name), name, one));
  }
  const failures = testResults.flatMap(({ assertionResults, message, name }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    return assertionResults.length === 0 && message ? [relative(root, name)] : failed;
  });
  return { when: new Date(startTime), groups: [...groups.values()].sort(byName), failures };
}

function byName(a: TestGroup, b: TestGroup): number {
  return a.name.localeCompare(b.name);
}

function groupOf(path: string): string {
  return path.split(/[/\\]/)[0] ?? path;
}

function added(before: TestGroup | undefined, name: string, file: JestFile): TestGroup {
  const count = (status: string): number => file.assertionResults.filter((one) => one.status === status).length;
  const broken = file.assertionResults.length === 0 && file.message ? 1 : 0;
  const skipped = file.assertionResults.length - count('passed') - count('failed');
  return {
    name,
    files: (before?.files ?? 0) + 1,
    passed: (before?.passed ?? 0) + count('passed'),
    failed: (before?.failed ?? 0) + count('failed') + broken,
    skipped: (before?.skipped ?? 0) + skipped,
    milliseconds: (before?.milliseconds ?? 0) + (file.endTime - file.startTime),
  };
}

/** A result that any tool left as JSON. */
export interface Result {
  readonly when: Date;
  readonly value: unknown;
}

/** @returns undefined: there is no such file @throws Error it is not JSON */
export function resultOf(root: string, name: string): Result | undefined {
  return jsonFile(join(root, RESULTS, `${name}.json`));
}

function jsonFile(file: string): Result | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) return undefined;
  try {
    return { when: found.mtime, value: JSON.parse(readFileSync(file, 'utf8')) as unknown };
  } catch {
    throw new Error(`${file} is not JSON: remove it, or run again what writes it`);
  }
}
