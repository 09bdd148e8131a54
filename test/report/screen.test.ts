/** The emulated screen and its picture: known escape sequences, wide characters, broken lines. */
import fc from 'fast-check';
import { Emulator } from '../../diagrams/report/screen/emulator';
import { colourOf, rowSvg, screenSvg } from '../../diagrams/report/screen/svg';
import { cellsOf } from '../../diagrams/report/screen/widths';
import { markupOf } from './xml';

const SIZE = { columns: 20, rows: 5 };

async function shown(data: string, size = SIZE): Promise<Emulator> {
  const emulator = new Emulator(size);
  await emulator.write(data);
  return emulator;
}

test('colours, weight and inversion', async () => {
  const { cells } = (await shown('\u001b[1;31mR\u001b[0;38;5;208mO\u001b[0;48;2;1;2;3mB\u001b[0;7;4mI')).snapshot();
  expect(cells[0]?.slice(0, 4)).toMatchObject([
    { text: 'R', bold: true, ink: 1, paper: null },
    { text: 'O', bold: false, ink: 208 },
    { text: 'B', ink: null, paper: '#010203' },
    { text: 'I', inverse: true, underline: true },
  ]);
});

test('the cursor moves, lines are cleared and written again', async () => {
  const emulator = await shown('old line\r\nalice> \r\u001b[2Kbob: hi\r\nalice> x');
  expect(emulator.finished()).toEqual(['old line', 'bob: hi']);
  expect(emulator.current()).toBe('alice> x');
  expect(emulator.snapshot().cursor).toEqual({ x: 8, y: 2 });
});

test('a line that is broken at the edge is one line', async () => {
  const emulator = await shown(`${'a'.repeat(25)}\r\n${'b'.repeat(45)}`);
  expect(emulator.finished()).toEqual(['a'.repeat(25)]);
  expect(emulator.current()).toBe('b'.repeat(45));
});

test('a wide character that found one column left leaves no blank in its line', async () => {
  const emulator = new Emulator({ columns: 5, rows: 4 });
  await emulator.write('abcd漢e\r\nabcd 漢\r\n');
  expect(emulator.finished()).toEqual(['abcd漢e', 'abcd 漢']);
});

test('what has left the screen can still be read', async () => {
  const lines = Array.from({ length: 50 }, (_, i) => `line ${String(i)}`);
  expect((await shown(`${lines.join('\r\n')}\r\n`)).finished()).toEqual(lines);
});

test.each([
  ['a', 1],
  ['ß', 1],
  ['☕', 2],
  ['漢', 2],
  ['\u0301', 0],
  ['\u200d', 0],
  ['\u0007', 0],
])('%j takes %d cells', (character, cells) => {
  expect(cellsOf(character.codePointAt(0) ?? 0)).toBe(cells);
});

test('wide and combined characters', async () => {
  const { cells, cursor } = (await shown('☕e\u0301x')).snapshot();
  expect(cells[0]?.slice(0, 4).map(({ text, width }) => [text, width])).toEqual([
    ['☕', 2],
    ['', 0],
    ['e\u0301', 1],
    ['x', 1],
  ]);
  expect(cursor.x).toBe(4);
});

test('the picture: a title, words in their cells, colours, what the fonts lack as a drawing', async () => {
  const svg = screenSvg((await shown('a  b\u001b[31m red\u001b[0m ☕ <&>')).snapshot(), 'al<ice');
  const { elements, text } = markupOf(svg);
  expect(text).toContain('al<ice');
  expect(text).toContain('<&>');
  expect(text).not.toContain('☕');
  const red = elements.find(({ attributes }) => attributes['fill'] === colourOf(1));
  expect(red).toMatchObject({ name: 'text' });
  const at = elements
    .filter(({ name, attributes }) => name === 'text' && !attributes['text-anchor'])
    .map(({ attributes }) => Number(attributes['x']));
  // a stands in cell 0, b in cell 3, red in cell 5.
  expect(at.slice(0, 3).map((x) => Math.round((x - (at[0] ?? 0)) / 7.8))).toEqual([0, 3, 5]);
});

test('rows below the last that was used are left out', async () => {
  const height = async (data: string): Promise<number> => {
    const { elements } = markupOf(screenSvg((await shown(data, { columns: 80, rows: 24 })).snapshot(), 'x'));
    return Number(elements[0]?.attributes['height']);
  };
  expect(await height('one')).toBe(await height('one\r\ntwo'));
  expect(await height('\r\n'.repeat(10))).toBeGreaterThan(await height('one'));
});

test('whatever a process writes, the picture is well formed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 30 }), async (data, rest) => {
      const { cells } = (await shown(`${data}\u001b[${rest}`)).snapshot();
      markupOf(`<g>${cells.map((row, y) => rowSvg(row, 0, y)).join('')}</g>`);
    }),
  );
});

test('colours of the palette', () => {
  expect([colourOf(16), colourOf(21), colourOf(231), colourOf(232), colourOf(255), colourOf('#123456')]).toEqual([
    '#000000',
    '#0000ff',
    '#ffffff',
    '#080808',
    '#eeeeee',
    '#123456',
  ]);
});
