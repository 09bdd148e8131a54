/** Every line that the client's machines show has a meaning, and every meaning a line (transport/client/meanings.ts). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLOSED_BY_SERVER } from '../../machines/client/events';
import { HAPPENINGS, meaningOf, REFUSALS } from '../../transport/client/meanings';

const FILES = ['connection', 'chat', 'history'];
const source = FILES.map((file) => readFileSync(join(__dirname, `../../machines/client/${file}.ts`), 'utf8')).join(
  '\n',
);
const words = (pattern: RegExp): string[] => [...source.matchAll(pattern)].map(([, text = '']) => text);

/** `show('...')`, `return '...'`, `? '...'`, `: '...'`: whatever is written between quotes and reads as a line. */
const literals = words(/'([A-Z][^':$]*(?:: [^'$]*)?)'/g);

test('what is shown', () => {
  const shown = [...words(/[^:]show\('([^']+)'\)/g), ...Object.values(CLOSED_BY_SERVER)].filter((line) => line !== '');
  expect(shown.length).toBeGreaterThan(15);
  expect(shown.filter((line) => !Object.hasOwn(HAPPENINGS, line ?? ''))).toEqual([]);
});

test('what is refused', () => {
  const refused = words(/refuse\('([^']+)'\)/g);
  expect(refused.length).toBeGreaterThan(8);
  expect(refused.filter((line) => !Object.hasOwn(REFUSALS, line))).toEqual([]);
});

test('no row is left over', () => {
  const said = [...literals, ...Object.values(CLOSED_BY_SERVER)];
  const stems = [...said, ...words(/`([A-Z][^`$]*)\$\{/g)];
  const unknown = [...Object.keys(HAPPENINGS), ...Object.keys(REFUSALS)].filter(
    (line) =>
      !stems.some((stem) => stem === line || (/[ :]$/.test(line) && (stem ?? '').startsWith(line.slice(0, -1)))),
  );
  // Made by the driver, or with a small letter.
  expect(unknown).toEqual(['you were already logged on', 'Message too long:', 'Message not allowed:']);
});

test('what has no row is worth reading all the same', () => {
  expect(meaningOf('carol called first: your request to bob was overtaken', false).kind).toBe('notice');
  expect(meaningOf('Something new', true).kind).toBe('refused');
});
