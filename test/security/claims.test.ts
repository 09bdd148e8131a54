/**
 * SECURITY.md: every claim of what an attacker cannot do, and of what is protected, names tests that are there, and nothing else does.
 * docs/protocol.md, chapters 3 and 4: what their tables say stands in the section, and the tests are there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const document = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const protocol = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');

interface Named {
  readonly file: string;
  readonly title: string;
}
function testsIn(cell: string): Named[] {
  return [...cell.matchAll(/`([\w/.-]+\.ts): (.+?)`/g)].map(([, file = '', title = '']) => ({ file, title }));
}
function expectThere(tests: readonly Named[]): void {
  expect(tests.length).toBeGreaterThan(0);
  for (const { file, title } of tests) {
    const path = join(ROOT, 'test', file);
    expect([file, existsSync(path)]).toEqual([file, true]);
    const source = readFileSync(path, 'utf8');
    expect([file, title, ["'", '"', '`'].some((quote) => source.includes(quote + title))]).toEqual([file, title, true]);
  }
}

function section(heading: string): string {
  const [, text = ''] = new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(document) ?? [];
  return text;
}
/** Cells of the rows of a table, without its heading. */
function rowsOf(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** "a; b" of the column "cannot". */
const cannot = rowsOf(section('Who is in the way')).flatMap(([, , cell = '']) => cell.split('; '));
const isProtected = [...section('What is protected').matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, name = '']) => name);
const shown = rowsOf(section('What shows it')).map(([claim = '', tests = '']) => ({
  claim,
  tests: testsIn(tests),
}));

test('every claim is in the table, once, and no other', () => {
  const claims = [...cannot.filter((claim) => claim !== '-'), ...isProtected];
  expect(claims.length).toBeGreaterThan(15);
  expect(shown.map(({ claim }) => claim)).toEqual(claims);
});

test.each(shown)('$claim: its tests are there', ({ tests }) => expectThere(tests));

/** From the heading with this number to the next heading; blanks and line ends are one. */
function sectionOf(number: string): string {
  const [, text = ''] = protocol.split(`\n### ${number} `);
  return (text.split(/\n#{2,3} /)[0] ?? '').replaceAll(/\s+/g, ' ');
}
const inProtocol = ['3.13', '4.12'].flatMap((table) => {
  const [, text = ''] = protocol.split(`\n### ${table} What shows it\n`);
  return rowsOf(text.split('\n## ')[0] ?? '').map(([number = '', words = '', tests = '']) => ({
    number,
    words,
    tests,
  }));
});

test('the protocol has these tables, for sections of both chapters', () => {
  expect(new Set(inProtocol.map(({ number }) => number)).size).toBeGreaterThan(15);
  expect(new Set(inProtocol.map(({ number, words }) => `${number} ${words}`)).size).toBe(inProtocol.length);
});

test.each(inProtocol)('$number "$words": stands there, and its tests are there', ({ number, words, tests }) => {
  expect(sectionOf(number)).toContain(words);
  expectThere(testsIn(tests));
});

/** Bounds are claims, too. */
test.each(['3.6', '4.11'])('every bound in the table of %s is shown', (number) => {
  const [, text = ''] = protocol.split(`\n### ${number} `);
  const bounds = rowsOf(text.split(/\n#{2,3} /)[0] ?? '');
  expect(bounds.length).toBeGreaterThan(5);
  const said = inProtocol.filter((row) => row.number === number).map(({ words }) => words);
  const unshown = bounds.filter((row) => !said.some((words) => row.join(' | ').includes(words)));
  expect(unshown).toEqual([]);
});

test('every file that the rules name is there', () => {
  const names = rowsOf(section('Rules for code that touches secrets')).flatMap(([, check = '']) =>
    [...check.matchAll(/`([\w/.-]+)`/g)].map(([, name = '']) => name),
  );
  const there = (name: string): boolean =>
    ['', 'test/security', 'test/binaries', 'test/inspector'].some((folder) =>
      ['', '.test.ts'].some((end) => existsSync(join(ROOT, folder, `${name}${end}`))),
    );
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !there(name))).toEqual([]);
});
