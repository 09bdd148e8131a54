/**
 * docs/protocol.md, chapter 6: for every invariant a bug was planted that is found as a violation of it, or there is a test of its
 * own. Must never be here: an invariant.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planted } from '../exploration/plants';
import { PLANTED } from '../simulation/plants';

const TESTS = join(__dirname, '..');
const [, chapter = ''] =
  /\n## 6\. [^\n]*\n([\s\S]*?)\n## 7\./.exec(readFileSync(join(TESTS, '../docs/protocol.md'), 'utf8')) ?? [];
const invariants = [...chapter.matchAll(/^\| ([IL]-\d+) +\|/gm)].map(([, name = '']) => name);

/** Where no machine and no run is looked at: file, and the beginning of a title. */
const ELSEWHERE: Readonly<Record<string, readonly [file: string, title: string]>> = {
  'I-21': ['fuzz/fuzz.test.ts', 'a planted bug is found: %s'],
  'L-5': ['stories/liveness.test.ts', '92: A loses the network'],
  'L-7': ['stories/takeover.test.ts', 'a crashed client: its user logs on again at once'],
  'L-8': ['stories/storage.test.ts', '115: the server is killed'],
};

test('all invariants of the chapter, and nothing else is planted', () => {
  expect(invariants.length).toBeGreaterThan(30);
  const named = [...planted.map(({ invariant }) => invariant), ...PLANTED.flatMap(({ foundBy }) => foundBy)];
  expect(named.filter((name) => name !== 'exception' && !invariants.includes(name))).toEqual([]);
  expect(Object.keys(ELSEWHERE).filter((name) => !invariants.includes(name))).toEqual([]);
});

test.each(invariants)('%s: a bug that breaks it is found', (name) => {
  const [file, title] = ELSEWHERE[name] ?? [];
  if (file !== undefined && title !== undefined) {
    expect([existsSync(join(TESTS, file)), readFileSync(join(TESTS, file), 'utf8')]).toEqual([
      true,
      expect.stringContaining(`'${title}`),
    ]);
    return;
  }
  const found =
    planted.some(({ invariant }) => invariant === name) || PLANTED.some(({ foundBy }) => foundBy.includes(name));
  expect(found).toBe(true);
});
