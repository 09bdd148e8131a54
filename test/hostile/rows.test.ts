/** The index of hostile inputs: every row of the protocol is in it, every row is tested, and the tests it names are there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROWS, type Row } from './rows';

const TESTS = join(__dirname, '..');
const sourceOf = (file: string): string => readFileSync(join(TESTS, file), 'utf8');

/** Numbers in titles of tests here: `7-23 ...`. */
const HERE = new Map<number, string>();
for (const folder of ['hostile', 'fuzz']) {
  for (const file of readdirSync(join(TESTS, folder)).filter((name) => name.endsWith('.test.ts'))) {
    for (const [title] of sourceOf(`${folder}/${file}`).matchAll(/(?<=['"`])7-\d[^'"`]*/g)) {
      for (const [, number] of title.matchAll(/7-(\d+)/g)) HERE.set(Number(number), `${folder}/${file}`);
    }
  }
}
const WITH_PROCESSES = /^binaries\//;

test.each(ROWS)('7-$no $input: $outcome', ({ no, sockets, elsewhere = [] }) => {
  const [own, ...others] = [HERE.get(no), ...elsewhere.map(([file]) => file)];
  expect([own, ...others].filter((file) => file !== undefined)).not.toEqual([]);
  const withProcesses = own !== undefined || others.some((file) => file !== undefined && WITH_PROCESSES.test(file));
  if (sockets) expect(withProcesses).toBe(true);
  for (const [file, title] of elsewhere) {
    expect([file, existsSync(join(TESTS, file))]).toEqual([file, true]);
    expect([file, title, titled(sourceOf(file), title)]).toEqual([file, title, true]);
  }
});
/** Whether a string of the file begins like this, or a name in it is this. */
function titled(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(quote + title)) || source.includes(`${title}(`);
}

const numbers = (rows: readonly Row[]): number[] => rows.map(({ no }) => no).sort((a, b) => a - b);

test('every number once, and every test here has a row', () => {
  expect(new Set(numbers(ROWS)).size).toBe(ROWS.length);
  expect([...HERE.keys()].filter((no) => !numbers(ROWS).includes(no))).toEqual([]);
});

test('the list of the protocol, no more and no less, but for what was added', () => {
  const [, section = ''] = /\n## 7\. [^\n]*\n([\s\S]*?)\n## 8\./.exec(sourceOf('../docs/protocol.md')) ?? [];
  const listed = [...section.matchAll(/^\| (\d+) +\|/gm)].map(([, number]) => Number(number));
  expect(listed.length).toBeGreaterThan(90);
  expect(numbers(ROWS.filter(({ added }) => !added))).toEqual(listed.sort((a, b) => a - b));
});
