/**
 * What ProVerif 2.05 printed for each model (output/, whole) is as expected, and is no longer so with one line changed. ProVerif
 * itself is not needed: `npm run formal` runs it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import expected from '../../docs/formal/expected.json';
import sums from './output/models.json';

const SCRIPT = join(__dirname, 'formal.mjs');
const MODELS = join(__dirname, '../../docs/formal');
const OUTPUT = join(__dirname, 'output');

type Queries = Readonly<Record<string, string>>;
/** What `differences` takes: the model, what is expected of it, what ProVerif printed. */
type Case = readonly [model: string, queries: Queries, output: string];

/** What a function of the script returns for each of these arguments: one process for all of them. */
function called(name: string, calls: readonly (readonly unknown[])[]): unknown[] {
  const code = `import(${JSON.stringify(SCRIPT)}).then((m) => {
    const calls = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
    console.log(JSON.stringify(calls.map((args) => m.${name}(...args))));
  })`;
  const options = { encoding: 'utf8', input: JSON.stringify(calls), maxBuffer: 2 ** 26 } as const;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], options);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as unknown[];
}
const differences = (cases: readonly Case[]): string[][] => called('differences', cases) as string[][];

const models = Object.keys(expected) as (keyof typeof expected)[];
const textOf = (model: string): string => readFileSync(join(MODELS, model), 'utf8');
const outputOf = (model: string): string => readFileSync(join(OUTPUT, model.replace('.pv', '.txt')), 'utf8');
const caseOf = (model: keyof typeof expected): Case => [textOf(model), expected[model].queries, outputOf(model)];

/** The text with other lines in the place of one. */
const withLine = (text: string, at: number, lines: readonly string[]): string =>
  text
    .split('\n')
    .toSpliced(at, 1, ...lines)
    .join('\n');
/** Of a line that says something of a query: what else ProVerif could have said, and what it would not print. */
const otherLines = (line: string): (readonly string[])[] => [
  ...['is true', 'is false', 'cannot be proved', 'is not known'].map((said) => [
    line.replace(/is true|is false|cannot be proved/, said),
  ]),
  [line.replace('(but ', '(even ')],
  [line.replace('(even ', '(but ')],
  [line.replace(/\w(?=\W*(is|cannot) )/, 'z')],
  [line.replace('RESULT ', '')],
  [],
  [line, line],
];
const SAYS = /^RESULT |^Verification summary:$|^(Query|Weak secret) .+(true|false|proved)\.$/;
const ASKS = /^(query|weaksecret) /;

/** One line of the output is another: each line for a query, and the summary. */
function withAnotherOutput([model, queries, output]: Case): Case[] {
  return output.split('\n').flatMap((line, at) => {
    const lines = SAYS.test(line) ? (line.startsWith('Verification') ? [[]] : otherLines(line)) : [];
    return lines.map((others): Case => [model, queries, withLine(output, at, others)]);
  });
}
/** One thing is another that is expected. */
function withAnotherExpectation([model, queries, output]: Case): Case[] {
  const verdicts = ['holds', 'replay', 'broken', 'reached', 'not reached', 'not proved'];
  const changed = Object.keys(queries).flatMap((name) => {
    const fewer = Object.fromEntries(Object.entries(queries).filter(([other]) => other !== name));
    return [fewer, ...verdicts.map((verdict) => ({ ...queries, [name]: verdict }))];
  });
  return [...changed, { ...queries, 'one more': 'holds' }].map((others) => [model, others, output]);
}
/** One query of the model is another, is missing, or is there twice. */
function withAnotherModel([model, queries, output]: Case): Case[] {
  return model.split('\n').flatMap((line, at) => {
    const lines = ASKS.test(line) ? [[], [line, line], [line.replace(/\w(?=\W*$)/, 'z')]] : [];
    return lines.map((others): Case => [withLine(model, at, others), queries, output]);
  });
}

test('every model has its expected answers, and an output of ProVerif for it as it is', () => {
  expect(models.toSorted()).toEqual(
    readdirSync(MODELS)
      .filter((file) => file.endsWith('.pv'))
      .toSorted(),
  );
  // A model that was changed: run ProVerif again, put its output into output/, and the new sum into models.json.
  const now = models.map((model) => [model, createHash('sha256').update(textOf(model)).digest('hex')]);
  expect(Object.fromEntries(now)).toEqual(sums);
});

test.each(models)('%s: the output is as expected, and with one line changed it is not', (model) => {
  const right = caseOf(model);
  const wrong = [withAnotherOutput, withAnotherExpectation, withAnotherModel]
    .flatMap((change) => change(right))
    .filter((changed) => JSON.stringify(changed) !== JSON.stringify(right));
  const [found, ...others] = differences([right, ...wrong]);
  expect(found).toEqual([]);
  // Twelve changes of what is printed for a query and its line in the summary, six of what is expected, three of the model.
  expect(wrong.length).toBeGreaterThan(18 * Object.keys(right[1]).length);
  const unseen = wrong.filter((_, i) => others[i]?.length === 0);
  expect(unseen).toEqual([]);
});

/** The rows of the table in a document whose first row has this cell. */
function tableOf(path: string, heading: string): string[][] {
  const [, table = ''] =
    new RegExp(`^(\\|[^\\n]*${heading}[^\\n]*\\n(?:\\|.*\\n)+)`, 'm').exec(readFileSync(path, 'utf8')) ?? [];
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(2, -1)
      .map((cell) => /^ *(\w*)/.exec(cell)?.[1] ?? ''),
  );
}

test('the tables of the documents are what is expected', () => {
  const columns = models
    .filter((model) => model !== 'weak_key.pv')
    .map((model) => Object.values(expected[model].queries));
  const rows = columns[0]?.map((_, i) => columns.map((column) => column[i]));
  expect(tableOf(join(MODELS, 'README.md'), 'key_leaked_later')).toEqual(rows);
  // Secrecy of one direction, and no row for RES and the ends; no column for keys that leak later.
  const shorter = [0, 3, 4, 5].map((i) => rows?.[i]?.slice(0, -1));
  expect(tableOf(join(MODELS, '../protocol.md'), 'this design')).toEqual(shorter);
});

test('a model with a phase and more variables: its answers are read', () => {
  const [found] = called('answers', [[outputOf('forward_secrecy.pv')]]) as [{ query: string; verdict: string }[]];
  expect(found.map(({ verdict }) => verdict)).toEqual([...Array<string>(6).fill('holds'), 'reached', 'reached']);
  expect(found[0]?.query).toBe('attacker(m1)');
  expect(found[3]?.query).toBe('inj-event(ClientSuccess(A,a,r,k,x,y))==>inj-event(ServerSuccess(A,a,r,k,x,y))');
});

test('a difference is named', () => {
  const [model, queries, output] = caseOf('weak_key.pv');
  const found = differences([
    [model, { guess: 'holds' }, output],
    [model, queries, output.replace(' is false.', ' is perhaps.')],
    [model.replace('weaksecret kA', 'weaksecret kB'), queries, output],
    [model, {}, output],
    [model, queries, output.slice(0, output.indexOf('Verification'))],
  ]);
  expect(found.map((lines) => lines[0])).toEqual([
    'guess: expected holds, found broken',
    'the summary of ProVerif is not what it printed before',
    'K_A cannot be guessed off line: the model asks WeaksecretkB, ProVerif answered WeaksecretkA',
    '0 queries are expected, the model asks 1, ProVerif answered 1',
    'the output of ProVerif ends before its summary',
  ]);
});

describe('npm run formal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-formal-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  /** The command, where `proverif` is a script that prints what is stored in a folder; without one it is not installed. */
  function formal(outputs?: string): { status: number | null; stdout: string; stderr: string } {
    const proverif = join(folder, 'proverif');
    const prints = `#!/bin/sh\n[ "$1" = --help ] && echo 'Proverif 2.05. Cryptographic protocol verifier' && exit\n`;
    const script = `${prints}exec /bin/cat "${String(outputs)}/$(/usr/bin/basename "$1" .pv).txt"\n`;
    writeFileSync(proverif, outputs === undefined ? '' : script);
    chmodSync(proverif, outputs === undefined ? 0o600 : 0o700);
    const env = { ...process.env, PATH: [folder, '/nowhere'].join(delimiter) };
    return spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8', env });
  }

  test('ends with 0 where ProVerif says what is expected, and says with which it was compared', () => {
    const { status, stdout } = formal(OUTPUT);
    expect([status, stdout.match(/^(Proverif 2\.05|as expected|NOT)/gm)]).toEqual([
      0,
      ['Proverif 2.05', ...models.map(() => 'as expected')],
    ]);
  });

  test('ends with 1 where it says something else of one query of one model', () => {
    for (const model of models) {
      const text = outputOf(model).replaceAll(
        /^((?:RESULT )?Weak secret kA|(?:RESULT |Query )not attacker.*m1.*) is .*/gm,
        '$1 is well.',
      );
      writeFileSync(join(folder, model.replace('.pv', '.txt')), text);
    }
    const { status, stdout } = formal(folder);
    expect([status, stdout.match(/^NOT AS EXPECTED/gm)?.length]).toEqual([1, models.length]);
  });

  test('ends with 2 where ProVerif is not installed, and says what was compared instead', () => {
    const { status, stderr } = formal();
    expect([status, stderr]).toEqual([2, expect.stringContaining('it was not run') as string]);
  });
});
