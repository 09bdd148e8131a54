/** Where a line ends on a screen (bin/terminal/columns.ts). */
import { placeBehind } from '../../bin/terminal/columns';

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
