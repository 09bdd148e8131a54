/** The settings of the report: what is accepted, and one clear sentence for what is not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError, settingsOf } from '../../diagrams/report/settings';

const TODAY = new Date(2026, 10, 22);
const GOOD = 'title: T\nsubtitle: S\ncourse: C\nauthors: [A, B]\n';
const read = (text: string) => settingsOf(text, 'x.yaml', TODAY);

test('the settings that come with the project are good', () => {
  const text = readFileSync(join(__dirname, '../../docs/report.yaml'), 'utf8');
  expect(read(text).date).toBe('22 November 2026');
});

test.each([
  ['', '22 November 2026'],
  ['date: today', '22 November 2026'],
  ['date: 2025-02-28', '28 February 2025'],
  ['date: Spring term', 'Spring term'],
])('%s', (date, expected) => {
  expect(read(`${GOOD}${date}\n`)).toEqual({
    title: 'T',
    subtitle: 'S',
    course: 'C',
    authors: ['A', 'B'],
    date: expected,
  });
});

test.each([
  ['', 'settings are lines'],
  ['- a\n- b', 'settings are lines'],
  ['title: [', 'not YAML, line 1'],
  [`${GOOD}tilte: x`, 'there is no setting "tilte"'],
  [GOOD.replace('title: T\n', ''), '"title" is missing'],
  [GOOD.replace('course: C', 'course: 7'), '"course" must be text'],
  [GOOD.replace('course: C', 'course: ""'), '"course" must be text'],
  [GOOD.replace('course: C', `course: ${'c'.repeat(121)}`), 'longer than 120'],
  [GOOD.replace('[A, B]', 'A'), '"authors" must be a list'],
  [GOOD.replace('[A, B]', '[]'), '"authors" must be a list'],
  [GOOD.replace('[A, B]', '[A, 1]'), '"authors" must be a list'],
  [`${GOOD}date: 2025-02-30`, 'is not in the calendar'],
  [`${GOOD}date: [1]`, '"date" must be'],
])('wrong: %j', (text, why) => {
  const fails = (): unknown => read(text);
  expect(fails).toThrow(SettingsError);
  expect(fails).toThrow(/^x\.yaml: /);
  expect(fails).toThrow(why);
});
