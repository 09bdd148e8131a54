/** The line being typed, without a screen: keys in, text and cursor out. */
import fc from 'fast-check';
import { cellsOf, widthOf } from '../../bin/terminal/cells';
import { Keyboard, PASTE_MAX, type Input, type KeyName } from '../../bin/terminal/keyboard';
import { LineEditor } from '../../bin/terminal/line-editor';

// Slow only where the machine is busy with other things.
jest.setTimeout(60_000);

const MAX_BYTES = 4097;

function editor(maxBytes = MAX_BYTES): LineEditor {
  return new LineEditor({ maxBytes, history: 3 });
}
function typed(...inputs: readonly (string | readonly [KeyName])[]): LineEditor {
  const line = editor();
  for (const input of inputs)
    if (typeof input === 'string') line.insert(input);
    else line.press(input[0]);
  return line;
}
/** The text with `|` at the cursor. */
function seen(line: LineEditor): string {
  const parts = line.shown.map(({ text }) => text);
  return [...parts.slice(0, line.cursor), '|', ...parts.slice(line.cursor)].join('');
}

describe('keys', () => {
  test.each<[string, LineEditor, string]>([
    ['left, then text', typed('helo', ['left'], 'l'), 'hell|o'],
    ['home and end', typed('ab', ['home'], 'x', ['end'], 'y'), 'xaby|'],
    ['backspace takes letter and accent', typed('ae\u0301', ['backspace']), 'a|'],
    ['backspace takes a family', typed('a👩‍👩‍👧', ['backspace']), 'a|'],
    ['delete', typed('abc', ['home'], ['delete']), '|bc'],
    ['a word back and forth', typed('one two', ['word-left'], '_', ['word-right'], '!'), 'one _two!|'],
    ['the word before', typed('one two ', ['delete-word-left']), 'one |'],
    ['the word behind', typed('one two', ['home'], ['delete-word-right']), '| two'],
    [
      'to the start, and back again',
      typed('one two', ['word-left'], ['delete-to-start'], ['end'], ['yank']),
      'twoone |',
    ],
    ['to the end', typed('one two', ['word-left'], ['delete-to-end']), 'one |'],
    ['an accent typed after its letter', typed('e', '\u0301', 'x'), 'e\u0301x|'],
    ['a letter between', typed('ab', ['left'], '漢'), 'a漢|b'],
    ['flag letters that come one by one', typed('🇩', '🇪', ['backspace']), '|'],
    ['nothing before the first', typed('a', ['home'], ['left'], ['backspace']), '|a'],
  ])('%s', (_, line, expected) => expect(seen(line)).toBe(expected));

  test('Enter gives the line and empties it; Up brings it back, Down the draft', () => {
    const line = typed('one');
    expect(line.press('enter')).toEqual({ kind: 'line', line: 'one' });
    expect(line.isEmpty).toBe(true);
    line.insert('two');
    line.press('enter');
    line.insert('dra');
    line.press('up');
    expect(line.text).toBe('two');
    line.press('up');
    expect(line.text).toBe('one');
    expect(line.press('up').kind).toBe('none');
    line.press('down');
    line.press('down');
    expect(line.text).toBe('dra');
  });

  test('the past holds each line once, and no more than it may', () => {
    const line = editor();
    for (const text of ['a', 'b', 'c', 'a', 'd']) {
      line.insert(text);
      line.press('enter');
    }
    const back: string[] = [];
    while (line.press('up').kind === 'edited') back.push(line.text);
    expect(back).toEqual(['d', 'a', 'c']);
  });
});

describe('a text that is too long', () => {
  test('what fits stays, Enter is refused until something was changed', () => {
    const line = editor(4);
    expect(line.insert('abcde').kind).toBe('full');
    expect(line.text).toBe('abcd');
    expect(line.press('enter').kind).toBe('full');
    expect(line.insert('x').kind).toBe('full');
    line.press('left');
    expect(line.press('enter').kind).toBe('full');
    line.press('backspace');
    expect(line.press('enter')).toEqual({ kind: 'line', line: 'abd' });
  });

  test('no character is cut in two', () => {
    const line = editor(4);
    line.insert('aé漢');
    expect(line.text).toBe('aé');
  });

  test('a paste goes in whole or not at all', () => {
    const line = editor(4);
    line.insert('ab');
    expect(line.paste('cde').kind).toBe('full');
    expect(line.text).toBe('ab');
    expect(line.paste('cd').kind).toBe('edited');
  });
});

describe('the keyboard', () => {
  const all = (...chunks: string[]): Input[] => {
    const keyboard = new Keyboard();
    return chunks.flatMap((chunk) => keyboard.feed(Buffer.from(chunk)));
  };
  const key = (name: KeyName): Input => ({ kind: 'key', name });
  const BEGINS: Input = { kind: 'paste-begins' };
  const text = (of: string): Input => ({ kind: 'text', text: of });

  test.each<[string, Input[], Input[]]>([
    ['text up to a key is one input', all('ab\rc'), [text('ab'), key('enter'), text('c')]],
    ['an arrow in two pieces', all('\u001b[', 'D'), [key('left')]],
    ['with Ctrl', all('\u001b[1;5C'), [key('word-right')]],
    ['as an application has them', all('\u001bOH'), [key('home')]],
    ['a lone Escape does not wait', all('\u001b'), [key('escape')]],
    ['Escape twice', all('\u001b\u001b'), [key('escape'), key('escape')]],
    ['Alt and a letter', all('\u001bb'), [key('word-left')]],
    ['a sequence that nobody knows', all('\u001b[24~'), [key('unknown')]],
    ['control characters without a meaning are no text', all('a\u0000\u0085b'), [text('a'), text('b')]],
    [
      'a paste',
      all('\u001b[200~a\r\nb\r\u001b[201~c'),
      [BEGINS, { kind: 'paste', text: 'a\nb\n', left: 0 }, text('c')],
    ],
    [
      'a paste with its end in two pieces',
      all('\u001b[200~a\u001b[20', '1~'),
      [BEGINS, { kind: 'paste', text: 'a', left: 0 }],
    ],
  ])('%s', (_, got, expected) => expect(got).toEqual(expected));

  test('a paste has an end', () => {
    const [, paste] = all('\u001b[200~', 'x'.repeat(PASTE_MAX), 'yz', '\u001b[201~');
    expect(paste).toMatchObject({ kind: 'paste', left: 2 });
    expect(paste?.kind === 'paste' && paste.text.length).toBe(PASTE_MAX);
  });

  test('however the bytes are cut, the same inputs come', () => {
    const part = fc.constantFrom(
      'a',
      'é',
      '漢',
      '👩‍👩‍👧',
      '\r',
      '\t',
      '\u001b[A',
      '\u001b[1;5D',
      '\u001bb',
      '\u001b[200~p\rq\u001b[201~',
    );
    fc.assert(
      fc.property(fc.array(part), fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (parts, lengths) => {
        const bytes = Buffer.from(parts.join(''));
        const keyboard = new Keyboard();
        const inputs: Input[] = [];
        // A lone Escape does not wait: only it may not stand at a cut.
        for (let at = 0; at < bytes.length;) {
          let to = at + (lengths.next().value as number);
          while (bytes[to - 1] === 0x1b) to += 1;
          inputs.push(...keyboard.feed(bytes.subarray(at, to)));
          at = to;
        }
        expect(joined(inputs)).toEqual(joined(new Keyboard().feed(bytes)));
      }),
    );
  });

  function joined(inputs: readonly Input[]): Input[] {
    const out: Input[] = [];
    for (const input of inputs) {
      const last = out.at(-1);
      if (last?.kind === 'text' && input.kind === 'text') out[out.length - 1] = text(last.text + input.text);
      else out.push(input);
    }
    return out;
  }
});

test('whatever is pressed, the cursor is within the line, and the line within its bytes', () => {
  const keys: readonly KeyName[] = ['left', 'right', 'home', 'end', 'word-left', 'word-right', 'backspace', 'delete'];
  const more: readonly KeyName[] = [
    'delete-word-left',
    'delete-word-right',
    'delete-to-end',
    'yank',
    'up',
    'down',
    'enter',
  ];
  const step = fc.oneof(
    fc.constantFrom(...keys, ...more).map((name) => (line: LineEditor) => void line.press(name)),
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((some) => (line: LineEditor) => void line.insert(some)),
    fc.string({ unit: 'binary', maxLength: 12 }).map((some) => (line: LineEditor) => void line.paste(some)),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const line = editor(40);
      for (const one of steps) {
        one(line);
        expect(line.cursor).toBeGreaterThanOrEqual(0);
        expect(line.cursor).toBeLessThanOrEqual(line.shown.length);
        expect(Buffer.byteLength(line.text)).toBeLessThanOrEqual(40);
        expect(line.shown.map(({ text }) => text).join('')).toBe(line.text);
      }
    }),
  );
});

describe('widths', () => {
  test.each([
    ['abc', 3],
    ['漢字', 4],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['👍🏽', 2],
    ['❤️', 2],
    ['❤', 1],
    ['한', 2],
    ['\u1112\u1161\u11ab', 2],
    ['\u200b', 0],
    ['ｱ', 1],
    ['\u001b[1mab\u001b[22m', 2],
  ])('%j takes %d columns', (text, columns) => expect(widthOf(text)).toBe(columns));

  test('a character is a cell', () =>
    expect(cellsOf('e\u0301👩‍👩‍👧x').map(({ sure }) => sure)).toEqual([true, false, true]));
});
