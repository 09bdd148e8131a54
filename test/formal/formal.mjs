/**
 * `npm run formal`: runs ProVerif on every model of docs/formal and compares what it says of each query with expected.json.
 * Without ProVerif nothing is checked: it says so, and how to get it, and ends with 2. Must never be here: a result.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const models = join(fileURLToPath(import.meta.url), '../../../docs/formal');
const expected = JSON.parse(readFileSync(join(models, 'expected.json'), 'utf8'));
/** Of a model of six queries ProVerif needs seconds; one that does not end in this time has not been proved. */
const PATIENCE_MS = 600_000;

/**
 * What ProVerif found of each query, in the order of the model. A query for an event that can be reached is answered by `not
 * event(...) is false`.
 * @returns true: holds, or can be reached; false: does not; undefined: ProVerif cannot say
 */
export function verdicts(output) {
  return [...output.matchAll(/^RESULT (.+?) (is true|is false|cannot be proved)\.?.*$/gm)].map(([, query, verdict]) => {
    if (verdict === 'cannot be proved') return undefined;
    return query.startsWith('not event(') ? verdict === 'is false' : verdict === 'is true';
  });
}

/** @returns a line for each query that is not as expected @param queries name and expected verdict; null: not stated */
export function differences(queries, found) {
  const names = Object.keys(queries);
  if (found.length !== names.length) {
    return [`${String(names.length)} queries are expected, ProVerif answered ${String(found.length)}`];
  }
  return names.flatMap((name, i) =>
    queries[name] === null || queries[name] === found[i]
      ? []
      : [`${name}: expected ${words(queries[name])}, found ${words(found[i])}`],
  );
}
const words = (verdict) => (verdict === undefined ? 'no answer' : verdict ? 'holds' : 'does not hold');

export function main() {
  if (spawnSync('proverif', ['--help']).error) {
    console.error(
      'formal: ProVerif is not installed, so nothing was checked. It is not a Debian package; with opam: opam install proverif (2.05)',
    );
    return 2;
  }
  let wrong = 0;
  for (const [model, { about, queries }] of Object.entries(expected)) {
    const run = spawnSync('proverif', [join(models, model)], { encoding: 'utf8', timeout: PATIENCE_MS });
    const lines = run.status === 0 ? differences(queries, verdicts(run.stdout)) : [run.stderr || String(run.error)];
    console.log(`${lines.length === 0 ? 'as expected' : 'NOT AS EXPECTED'}  ${model}: ${about}`);
    for (const line of lines) console.log(`    ${line}`);
    wrong += lines.length;
  }
  return wrong === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
