/** The line being typed on a screen that is read cell by cell: whatever is done, it shows what it should, and nothing old. */
import fc from 'fast-check';
import { colouredCells } from '../../bin/terminal/cells';
import { frameOf } from '../../bin/terminal/frame';
import type { KeyName } from '../../bin/terminal/keyboard';
import { LineEditor } from '../../bin/terminal/line-editor';
import { Painter } from '../../bin/terminal/painter';
import { wrapped } from '../../bin/terminal/wrapped';
import { Emulator } from '../../diagrams/report/screen/emulator';

// Slow only where the machine is busy with other things.
jest.setTimeout(60_000);

const ROWS = 24;
const KEYS: readonly KeyName[] = [
  'left',
  'right',
  'home',
  'end',
  'word-left',
  'word-right',
  'backspace',
  'delete',
  'delete-word-left',
];

type Step =
  | { readonly do: 'press'; readonly key: KeyName }
  | { readonly do: 'insert' | 'above'; readonly text: string }
  | { readonly do: 'prompt'; readonly text: string }
  | { readonly do: 'enter' };

const word = (unit: fc.Arbitrary<string>) => fc.array(unit, { maxLength: 60 }).map((parts) => parts.join(''));
const SURE = fc.constantFrom('a', 'b', 'c', ' ', 'Z', '漢', 'é', 'e\u0301', '한');
const UNSURE = fc.constantFrom('a', ' ', '漢', '👩‍👩‍👧', '🇩🇪', '👍🏽', 'x');
const steps = (unit: fc.Arbitrary<string>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      fc.constantFrom(...KEYS).map((key): Step => ({ do: 'press', key })),
      word(unit).map((text): Step => ({ do: 'insert', text })),
      word(unit).map((text): Step => ({ do: 'above', text: `bob: ${text}|` })),
      fc.constantFrom('a > ', 'alice · Active Chat with bob > ').map((text): Step => ({ do: 'prompt', text })),
      fc.constant<Step>({ do: 'enter' }),
    ),
    { maxLength: 25 },
  );

/** Carries the steps out on a screen, and looks after each. */
class Play {
  readonly editor = new LineEditor({ maxBytes: 4097, history: 10 });
  readonly painter: Painter;
  readonly screen: Emulator;
  readonly above: string[] = [];
  prompt = 'a > ';

  constructor(private columns: number) {
    this.painter = new Painter({ columns, rows: ROWS });
    this.screen = new Emulator({ columns, rows: ROWS });
  }

  async do(step: Step): Promise<void> {
    const { editor, painter } = this;
    switch (step.do) {
      case 'press':
        editor.press(step.key);
        break;
      case 'insert':
        editor.insert(step.text);
        break;
      case 'prompt':
        this.prompt = step.text;
        break;
      case 'above':
        this.above.push(...wrapped(step.text, this.columns));
        await this.screen.write(painter.above([step.text]));
        break;
      case 'enter':
        this.above.push(`${this.prompt}${editor.text}`);
        await this.screen.write(painter.leave(this.prompt, editor.shown));
        editor.press('enter');
        break;
    }
    await this.show();
  }

  async show(): Promise<void> {
    await this.screen.write(this.painter.show(this.prompt, this.editor.shown, this.editor.cursor));
  }

  async resize(columns: number): Promise<void> {
    this.columns = columns;
    this.screen.resize({ columns, rows: ROWS });
    await this.screen.write(this.painter.resize({ columns, rows: ROWS }));
  }

  /** Rows that are shown, without blanks at their ends. */
  get rows(): string[] {
    return this.screen.snapshot().cells.map((row) =>
      row
        .map(({ text, width }) => (width === 0 ? '' : text || ' '))
        .join('')
        .trimEnd(),
    );
  }
  /** What the rows of the line being typed should be. */
  get expected(): string[] {
    const { cells, places } = frameOf([...colouredCells(this.prompt), ...this.editor.shown], 0, this.columns);
    const rows: string[] = [''];
    cells.forEach(({ text }, i) => {
      const row = places[i]?.row ?? 0;
      rows[row] = (rows[row] ?? '') + text;
    });
    return rows.map((row) => row.trimEnd());
  }
}

/** A terminal cannot tell a blank at the end from a cell that was never written. */
const bare = (line: string): string => line.replace(/ +$/, '');

test('lines above are whole, the line being typed stands below them, the cursor in its place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 20, max: 200 }), steps(SURE), async (columns, all) => {
      const play = new Play(columns);
      await play.show();
      for (const step of all) {
        await play.do(step);
        const { expected } = play;
        // A longer line is shown in part.
        if (expected.length > ROWS / 2) continue;
        const prompted = frameOf([...colouredCells(play.prompt), ...play.editor.shown], 0, columns);
        const at = prompted.places[play.prompt.length + play.editor.cursor];
        const { cursor } = play.screen.snapshot();
        expect(cursor.x).toBe(at?.column);
        const first = cursor.y - (at?.row ?? 0);
        expect(play.rows.slice(first, first + expected.length)).toEqual(expected);
        expect(play.rows.slice(first + expected.length).join('')).toBe('');
        expect(play.screen.finished().slice(0, play.above.length).map(bare)).toEqual(play.above.map(bare));
      }
    }),
    { numRuns: 60 },
  );
});

test('cells on which terminals disagree leave nothing behind and erase nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 20, max: 90 }), steps(UNSURE), async (columns, all) => {
      const play = new Play(columns);
      await play.show();
      for (const step of all) {
        if (step.do === 'enter') continue;
        await play.do(step);
        if (play.expected.length > ROWS / 2) continue;
        const { cursor } = play.screen.snapshot();
        const at = frameOf([...colouredCells(play.prompt), ...play.editor.shown], 0, columns).places[
          play.prompt.length + play.editor.cursor
        ];
        const first = cursor.y - (at?.row ?? 0);
        // What an emulator draws apart is cut at the edge, never carried into a row of its own.
        expect(play.rows[first]?.startsWith(play.prompt.trimEnd().slice(0, 3))).toBe(true);
        expect(play.rows.slice(first + play.expected.length).join('')).toBe('');
      }
    }),
    { numRuns: 60 },
  );
});

test.each([
  [80, 38],
  [38, 200],
  [200, 38],
])('from %d to %d columns nothing old stays', async (before, after) => {
  const play = new Play(before);
  await play.show();
  for (const text of ['one', 'two '.repeat(30)]) await play.do({ do: 'above', text: `bob: ${text}` });
  await play.do({ do: 'insert', text: 'word '.repeat(40) });
  await play.resize(after);
  const { rows, expected } = play;
  const lines = ['bob: one', ...wrapped(`bob: ${'two '.repeat(30)}`, after), ...expected];
  const first = rows.indexOf('bob: one');
  expect(rows.slice(first, first + lines.length)).toEqual(lines);
  expect(rows.slice(first + lines.length).join('')).toBe('');
});

test('a prompt of two rows that becomes one leaves nothing behind: two Client-IDs of 32 letters', async () => {
  const play = new Play(80);
  const [alice, bob] = ['a'.repeat(32), 'b'.repeat(32)] as const;
  await play.do({ do: 'prompt', text: `${alice} · Active Chat with ${bob} > ` });
  await play.do({ do: 'insert', text: 'half a line' });
  await play.do({ do: 'above', text: 'Chat ended' });
  await play.do({ do: 'prompt', text: `${alice} · Connected > ` });
  expect(play.rows.filter((row) => row !== '')).toEqual(['Chat ended', `${alice} · Connected > half a line`]);
});

describe('a line longer than half of the screen', () => {
  test('shows the rows around the cursor, and is left whole', async () => {
    const play = new Play(38);
    await play.show();
    const text = Array.from({ length: 400 }, (_, i) => `w${String(i)} `).join('');
    await play.do({ do: 'insert', text });
    expect(play.rows.filter((row) => row !== '')).toHaveLength(ROWS / 2);
    expect(play.rows.join('\n')).toContain('w399');
    await play.do({ do: 'press', key: 'home' });
    expect(play.rows[0]?.startsWith('a > w0 w1 ')).toBe(true);
    await play.do({ do: 'enter' });
    expect(play.screen.finished()[0]).toBe(`a > ${text}`);
  });
});

describe('wrapped lines', () => {
  test.each([
    ['bob: one two three', 20, ['bob: one two three']],
    ['bob: one two three four', 20, ['bob: one two three', '  four']],
    ['bob: one two three', 12, ['bob: one two', '  three']],
    [`bob: hi${' '.repeat(75)}Chat ended`, 80, ['bob: hi', '  Chat ended']],
    ['x'.repeat(30), 20, ['x'.repeat(20), `  ${'x'.repeat(10)}`]],
    ['', 20, ['']],
    ['ends in blanks   ', 14, ['ends in blanks']],
  ])('%j at %d', (line, columns, rows) => expect(wrapped(line, columns)).toEqual(rows));

  test('no row is too wide, the first column of each but the first is blank, no word is lost', () => {
    fc.assert(
      fc.property(
        word(fc.oneof(SURE, UNSURE, fc.constantFrom('\u00a0', '\u3000', '\u2800', '\u3164'))),
        fc.integer({ min: 6, max: 90 }),
        (text, columns) => {
          const rows = wrapped(`bob: ${text}`, columns);
          for (const row of rows)
            expect(colouredCells(row).reduce((sum, { width }) => sum + width, 0)).toBeLessThanOrEqual(
              Math.max(columns, 6),
            );
          for (const row of rows.slice(1)) expect(row.startsWith(' ')).toBe(true);
          expect(rows.join('').replaceAll(' ', '')).toBe(`bob:${text}`.replaceAll(' ', ''));
        },
      ),
    );
  });
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
          await emulator.write(wrapped(`mallory: hi${blank.repeat(n)}Chat ended`, columns).join('\r\n'));
          const rows = emulator.snapshot().cells.map((row) => row.map(({ text }) => text || ' ').join(''));
          const first = rows.filter((row) => /^\S/.test(row));
          expect([columns, n, first.map((row) => row.slice(0, 8))]).toEqual([columns, n, ['mallory:']]);
        }
      }
    },
    120_000,
  );
});
