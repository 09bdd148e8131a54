/** Where a line ends on a screen (bin/terminal/columns.ts). */
import { hanging, placeBehind } from '../../bin/terminal/columns';
import { Emulator } from '../../diagrams/report/screen/emulator';

/** As a terminal has it: two columns for what is wide, none for marks and joiners. */
function widthOf(point: string): number {
  if (/\p{Mark}|\p{Format}/u.test(point)) return 0;
  return /\p{Emoji_Presentation}|\p{Script=Han}/u.test(point) ? 2 : 1;
}
const behind = (text: string, columns = 80): [number, number] => {
  const { rows, cols } = placeBehind(text, columns, widthOf);
  return [rows, cols];
};

test.each([
  ['', [0, 0]],
  ['hello', [0, 5]],
  ['\u001b[1malice >\u001b[22m x', [0, 9]],
  ['漢字', [0, 4]],
  ['e\u0301', [0, 1]],
  ['👩‍👩‍👧', [0, 2]],
  ['👍🏽', [0, 2]],
  ['🇩🇪🇫🇷', [0, 4]],
  ['क्ष', [0, 2]],
  ['x'.repeat(80), [1, 0]],
  ['x'.repeat(81), [1, 1]],
  ['x'.repeat(161), [2, 1]],
  [`${'x'.repeat(79)}漢`, [1, 2]],
  [`${'x'.repeat(78)}漢`, [1, 0]],
  [`${'x'.repeat(79)}👩‍👩‍👧!`, [1, 3]],
])('%j', (text, place) => {
  expect(behind(text)).toEqual(place);
});

test('columns are those of the screen', () => {
  expect(behind('漢'.repeat(10), 5)).toEqual([4, 4]);
});

const BLANKS = [' ', '\u00a0', '\u3000', '\u2800', '\u3164', '\u2003'];
describe('what wraps is indented, so that column 1 belongs to the program', () => {
  test.each(BLANKS.map((blank) => [(blank.codePointAt(0) ?? 0).toString(16), blank] as const))(
    'blanks U+%s, at every width',
    async (_, blank) => {
      for (const columns of [20, 39, 80]) {
        const emulator = new Emulator({ columns, rows: 100 });
        for (let n = columns - 20; n <= columns; n++) {
          await emulator.write('\u001bc');
          await emulator.write(hanging(`mallory: hi${blank.repeat(n)}Chat ended`, columns).replaceAll('\n', '\r\n'));
          const rows = emulator.snapshot().cells.map((row) => row.map(({ text }) => text || ' ').join(''));
          const first = rows.filter((row) => /^\S/.test(row));
          expect([columns, n, first.map((row) => row.slice(0, 8))]).toEqual([columns, n, ['mallory:']]);
        }
      }
    },
    120_000,
  );

  test('emoji that a terminal draws in parts, colours, and lines that fit', () => {
    const family = '👩‍👩‍👧‍👦'.repeat(20);
    const rows = hanging(`bob: ${family}`, 40).split('\n');
    expect(rows.every((row) => Array.from(row).length * 2 <= 45)).toBe(true);
    expect(rows.slice(1).every((row) => row.startsWith('  '))).toBe(true);
    expect(hanging(`\u001b[36mbob:\u001b[39m ${'x'.repeat(35)}`, 40)).toBe(
      `\u001b[36mbob:\u001b[39m ${'x'.repeat(35)}`,
    );
    expect(hanging('x'.repeat(81), 80)).toBe(`${'x'.repeat(80)}\n  x`);
  });
});
