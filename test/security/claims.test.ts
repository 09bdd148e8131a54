/** SECURITY.md: every claim of what an attacker cannot do, and of what is protected, names tests that are there, and nothing else does. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const document = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

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
  tests: [...tests.matchAll(/`(.+?\.test\.ts): (.+?)`/g)].map(([, file = '', title = '']) => ({ file, title })),
}));

test('every claim is in the table, once, and no other', () => {
  const claims = [...cannot.filter((claim) => claim !== '-'), ...isProtected];
  expect(claims.length).toBeGreaterThan(15);
  expect(shown.map(({ claim }) => claim)).toEqual(claims);
});

test.each(shown)('$claim: its tests are there', ({ tests }) => {
  expect(tests.length).toBeGreaterThan(0);
  for (const { file, title } of tests) {
    const path = join(ROOT, 'test', file);
    expect([file, existsSync(path)]).toEqual([file, true]);
    const source = readFileSync(path, 'utf8');
    expect([file, title, ["'", '"', '`'].some((quote) => source.includes(quote + title))]).toEqual([file, title, true]);
  }
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
