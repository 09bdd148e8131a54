/** Runs a selection of the tests that needs a minute at most, where no result of a full run is there. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testRun, type TestRun } from './results';

/** Folders below test/: the tables, the bytes, the keys. */
const SELECTED = ['spec', 'wire', 'security'];

/** @throws Error jest could not be run at all */
export async function runSelection(root: string): Promise<TestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-tests-'));
  const file = join(folder, 'tests.json');
  const jest = require.resolve('jest/bin/jest', { paths: [root] });
  const args = [jest, '--json', '--outputFile', file, ...SELECTED.map((name) => join('test', name))];
  try {
    // It ends with a failure if a test fails, which is a result too.
    await new Promise<void>((resolve) =>
      execFile(process.execPath, args, { cwd: root, maxBuffer: 2 ** 28 }, () => resolve()),
    );
    const run = testRun(root, file);
    if (!run) throw new Error('jest left no result: run npm ci, then npm test to see what is wrong');
    return run;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
