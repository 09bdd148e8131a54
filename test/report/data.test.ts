/** Documents, limits and results as blocks: read from what is there, whatever it is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { LIMITS } from '../../machines/limits';
import { numbersOf } from '../../diagrams/report/blocks';
import { limitsWithReasons } from '../../diagrams/report/data/limits';
import { blocksOf, section, tablesOf } from '../../diagrams/report/data/markdown';
import { spreadOf } from '../../diagrams/report/data/performance';
import { resultOf, testRun } from '../../diagrams/report/data/results';
import { valueTables } from '../../diagrams/report/sections/values';

const DOCUMENT = `# One

## 1. First

### 1.1 Part

Some words in [2.3](#23-x)
over two lines.

Short:

| A | B |
| - | - |
| \`x\` | a \\| b |

- one
  goes on
- two

\`\`\`text
code | here
\`\`\`

### 1.2 Other
not this
`;

test('a part of a document', () => {
  const blocks = blocksOf(section(DOCUMENT, '1.1 '), { id: 'p', caption: 'none' });
  expect(blocks.map(({ kind }) => kind)).toEqual(['paragraph', 'table', 'list', 'code']);
  expect(blocks[0]).toMatchObject({ line: [{ text: 'Some words in protocol 2.3 over two lines.' }] });
  expect(blocks[1]).toMatchObject({
    id: 'p-1',
    caption: 'Short',
    head: ['A', 'B'],
    rows: [[[{ kind: 'code', text: 'x' }], [{ text: 'a | b' }]]],
  });
  expect(blocks[2]).toMatchObject({ items: [[{ text: 'one goes on' }], [{ text: 'two' }]] });
  expect(blocks[3]).toMatchObject({ text: 'code | here' });
  expect(() => section(DOCUMENT, '9.9')).toThrow('no heading "9.9"');
});

test('the documents of the project have the parts that the report takes from them', () => {
  const protocol = readFileSync(join(__dirname, '../../docs/protocol.md'), 'utf8');
  expect(tablesOf(section(protocol, '0.2 '))[0]?.rows.length).toBeGreaterThan(10);
  expect(tablesOf(section(protocol, '0.3 '))[0]?.rows.map(([id]) => id)).toEqual(['V1', 'V2', 'V3', 'V4', 'V5', 'V6']);
  for (const part of ['1.3 ', '1.4 ', '1.5 ', '1.8 ', '2.4 ', '2.8 ', '8. '])
    expect(section(protocol, part)).not.toBe('');
});

test('every limit with its value, and nearly all with their reason', () => {
  const limits = limitsWithReasons(readFileSync(join(__dirname, '../../machines/limits.ts'), 'utf8'));
  expect(limits.map(({ name }) => name)).toEqual(Object.keys(LIMITS));
  expect(limits.find(({ name }) => name === 'T_ACTIVITY_MS')).toMatchObject({ value: '300,000 ms' });
  expect(limits.filter(({ why }) => why === '').length).toBeLessThan(limits.length / 4);
});

test('any JSON is shown, with ids that differ', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      numbersOf(valueTables('x', 'X', value));
    }),
  );
});

test('a result as tables: values, a list of records, a long map by its values', () => {
  const unreached = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`cell ${String(i)}`, i < 20 ? 'why' : 'other']),
  );
  const blocks = valueTables('x', 'X', {
    realSeconds: 1.5,
    faults: { lost: 7 },
    missed: [],
    runs: [{ seed: 1, ok: true, cells: ['a', 'b'] }],
    unreached,
  });
  const tables = blocks.flatMap((block) =>
    block.kind === 'table'
      ? [
          {
            head: block.head,
            rows: block.rows.map((row) =>
              row.map((cell) => cell.map((one) => ('text' in one ? one.text : '')).join('')),
            ),
          },
        ]
      : [],
  );
  expect(tables).toEqual([
    {
      head: ['What', 'Value'],
      rows: [
        ['real seconds', '1.5'],
        ['faults, lost', '7'],
        ['missed', 'none'],
      ],
    },
    { head: ['seed', 'ok', 'cells'], rows: [['1', 'yes', '2']] },
    {
      head: ['Value', 'Entries'],
      rows: [
        ['why', '20'],
        ['other', '10'],
      ],
    },
  ]);
});

describe('files of results', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'parley-results-'));
    mkdirSync(join(root, 'test/results'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const put = (name: string, content: string): void => writeFileSync(join(root, 'test/results', name), content);

  test('what is not there is undefined, what is damaged is an error that says what to do', () => {
    expect(testRun(root)).toBeUndefined();
    expect(resultOf(root, 'soak')).toBeUndefined();
    put('soak.json', '{');
    expect(() => resultOf(root, 'soak')).toThrow('run again what writes it');
    put('tests.json', '{}');
    expect(() => testRun(root)).toThrow('not what jest --json writes');
  });

  test('what jest wrote, by folders; a file that could not be run counts as failed', () => {
    const file = (name: string, statuses: readonly string[], message = ''): object => ({
      name: join(root, 'test', name),
      startTime: 0,
      endTime: 500,
      message,
      assertionResults: statuses.map((status, i) => ({ fullName: `${name} ${String(i)}`, status })),
    });
    const testResults = [
      file('wire/a.test.ts', ['passed', 'failed']),
      file('wire/b.test.ts', ['passed', 'pending']),
      file('spec/c.test.ts', [], 'does not compile'),
    ];
    put('tests.json', JSON.stringify({ startTime: 1000, testResults }));
    expect(testRun(root)).toEqual({
      when: new Date(1000),
      groups: [
        { name: 'spec', files: 1, passed: 0, failed: 1, skipped: 0, milliseconds: 500 },
        { name: 'wire', files: 2, passed: 2, failed: 1, skipped: 1, milliseconds: 1000 },
      ],
      failures: ['wire/a.test.ts 1', 'test/spec/c.test.ts'],
    });
  });
});

test('median and extremes', () => {
  expect(spreadOf([5, 1, 3])).toEqual({ count: 3, median: 3, p95: 5, max: 5 });
});
