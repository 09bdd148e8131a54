/**
 * `npm run formal`: runs ProVerif on every model of docs/formal and compares what it says of each query with expected.json.
 * Without ProVerif nothing is checked: it says so, and how to get it, and ends with 2. Must never be here: a result.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const models = join(fileURLToPath(import.meta.url), '../../../docs/formal');
/** Of a model of six queries ProVerif needs seconds; one that does not end in this time has not been proved. */
const PATIENCE_MS = 600_000;

/** What ProVerif prints behind a query. A query for an event that can be reached is answered by `not event(...) is false`. */
const ANSWER = /^(.+) (is true|is false|cannot be proved)\.$/;
/** Behind an injective query that is not true: whether it would be true if one cause were enough for many effects. */
const NOTE = /^\((but|even) (.+) (is true|is false|cannot be proved)\.\)$/;

/**
 * What ProVerif found of each query, in the order of the model.
 * @returns the query without the names that ProVerif adds, and `holds`, `replay` (holds, but not one to one), `broken`,
 *   `reached`, `not reached`, `not proved`, or `unreadable` with the line
 */
export function answers(output) {
  const found = [];
  for (const [, line] of output.matchAll(/^RESULT (.*)$/gm)) {
    const [, word, query, said] = NOTE.exec(line) ?? [];
    const last = found.at(-1);
    const noted = last?.verdict === 'one to one?' && bare(query ?? '') === last.query.replaceAll('inj-', '');
    if (noted) last.verdict = afterNote(word, said);
    else found.push(answer(line));
  }
  return found.map((a) => (a.verdict === 'one to one?' ? { ...a, verdict: 'unreadable' } : a));
}

function answer(line) {
  const [, query, said] = ANSWER.exec(line) ?? [undefined, line, 'unreadable'];
  return { query: bare(query), line, verdict: verdictOf(query, said) };
}
function verdictOf(query, said) {
  if (said === 'unreadable') return said;
  if (query.startsWith('not event(')) return { 'is true': 'not reached', 'is false': 'reached' }[said] ?? 'not proved';
  if (said === 'cannot be proved' && !query.startsWith('inj-event(')) return 'not proved';
  if (said === 'is true') return 'holds';
  return query.startsWith('inj-event(') ? 'one to one?' : 'broken';
}
function afterNote(word, said) {
  if (word === 'but') return said === 'is true' ? 'replay' : 'unreadable';
  return { 'is false': 'broken', 'cannot be proved': 'not proved' }[said] ?? 'unreadable';
}

/** ProVerif numbers variables and phases (`r_3`, `attacker_p1`) and marks constants (`A[]`). */
function bare(query) {
  return query.replace(/^not /, '').replaceAll(/_p?\d+\b|\[\]|\s/g, '');
}

/** The queries of a model, as ProVerif would repeat them. */
export function asked(model) {
  return [...model.matchAll(/^(?:query (?:[^;.]*;)?|(?=weaksecret ))(.+)\.$/gm)].map(([, query]) =>
    bare(query.replace('weaksecret ', 'Weak secret ')),
  );
}

/** @returns a line for each thing that is not as expected @param queries name and expected verdict */
export function differences(model, queries, output) {
  const [before, summary] = output.split(/^Verification summary:$/m);
  if (summary === undefined) return ['the output of ProVerif ends before its summary'];
  const names = Object.keys(queries);
  const found = answers(before);
  const questions = asked(model);
  if (found.length !== names.length || questions.length !== names.length) {
    const counts = [names, questions, found].map(({ length }) => String(length));
    return [`${counts[0]} queries are expected, the model asks ${counts[1]}, ProVerif answered ${counts[2]}`];
  }
  const said = [...summary.matchAll(/^(?:Query )?(.+\.)$/gm)].map(([, line]) => line).filter((l) => ANSWER.test(l));
  const summed = found.map(({ line }) => line).join('\n') === said.join('\n');
  return [
    ...(summed ? [] : ['the summary of ProVerif is not what it printed before']),
    ...names.flatMap((name, i) => difference(name, queries[name], questions[i], found[i])),
  ];
}
function difference(name, expected, question, { query, line, verdict }) {
  if (query !== question) return [`${name}: the model asks ${question}, ProVerif answered ${query}`];
  if (verdict === 'unreadable') return [`${name}: this cannot be read: ${line}`];
  return verdict === expected ? [] : [`${name}: expected ${expected}, found ${verdict}`];
}

export function main() {
  const version = spawnSync('proverif', ['--help'], { encoding: 'utf8' });
  if (version.error) {
    console.error(
      'formal: ProVerif is not installed, so it was not run. It is not a Debian package; with opam: opam install proverif (2.05).\n' +
        'What version 2.05 printed is in test/formal/output; `npx jest test/formal` compares that.',
    );
    return 2;
  }
  console.log(version.stdout.split('\n', 1)[0]);
  const expected = JSON.parse(readFileSync(join(models, 'expected.json'), 'utf8'));
  let wrong = 0;
  for (const [file, { about, queries }] of Object.entries(expected)) {
    const run = spawnSync('proverif', [join(models, file)], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      maxBuffer: 2 ** 26,
    });
    const model = readFileSync(join(models, file), 'utf8');
    const lines = run.status === 0 ? differences(model, queries, run.stdout) : [run.stderr || String(run.error)];
    console.log(`${lines.length === 0 ? 'as expected' : 'NOT AS EXPECTED'}  ${file}: ${about}`);
    for (const line of lines) console.log(`    ${line}`);
    wrong += lines.length;
  }
  return wrong === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
