/**
 * The text formats of fixed traces, letter by letter. After a wanted change: `parley-chart golden/v1-*.trace ... > golden/v1.txt`
 * with the options that stand here, and read what has changed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartOf, type ChartOptions } from '../../diagrams/chart/chart';
import { chartMermaid } from '../../diagrams/chart/mermaid';
import { chartText } from '../../diagrams/chart/text';
import { readTraces, type Trace } from '../../diagrams/trace/reader';

// Slow only where the machine is busy with other things.
jest.setTimeout(60_000);

const FOLDER = join(__dirname, 'golden');
const V1 = ['v1-alice', 'v1-bob', 'v1-server'];
const LOSSY = ['lossy-alice', 'lossy-server'];

function traces(names: readonly string[]): Trace[] {
  return readTraces(names.map((name) => join(FOLDER, `${name}.trace`)));
}
function golden(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

const CASES: readonly (readonly [string, readonly string[], ChartOptions])[] = [
  ['v1-connection.txt', V1, { phase: 'connection', clients: ['alice'] }],
  ['v1-chat.txt', V1, { phase: 'chat' }],
  ['v1.txt', V1, {}],
  ['lossy.txt', LOSSY, {}],
];
test.each(CASES)('%s', (name, of, options) => {
  expect(chartText(chartOf(traces(of), options))).toBe(golden(name));
});

test.each([
  ['v1.mmd', V1],
  ['lossy.mmd', LOSSY],
])('%s', (name, of) => {
  const mermaid = chartMermaid(chartOf(traces(of)));
  expect(mermaid).toBe(golden(name));
  const statement =
    /^(sequenceDiagram|%% .*|title .+|participant [CS]\d+ as \S.*|Note (left|right) of [CS]\d+: .+|Note over [CS]\d+,[CS]\d+: .+|[CS]\d+(-|--)(>>|x)[CS]\d+: .+|)$/;
  expect(mermaid.split('\n').filter((line) => !statement.test(line.trim()))).toEqual([]);
});

test('the order in which traces are given changes nothing', () => {
  const backwards = chartOf(traces([...V1].reverse()));
  expect(chartText(backwards)).toBe(golden('v1.txt'));
});
