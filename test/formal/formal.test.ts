/** The models of the log-on: each has the queries that are expected of it, and ProVerif agrees where it is installed. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import expected from '../../docs/formal/expected.json';

const SCRIPT = join(__dirname, 'formal.mjs');
const MODELS = join(__dirname, '../../docs/formal');
const installed = !spawnSync('proverif', ['--help']).error;
if (!installed)
  process.stderr.write('ProVerif is not installed: the models are not checked (docs/formal/README.md).\n');

/** What a function of the script returns for these arguments. */
function called(name: string, ...args: readonly unknown[]): unknown {
  const code = `import(${JSON.stringify(SCRIPT)}).then((m) => console.log(JSON.stringify(m.${name}(...${JSON.stringify(args)}))))`;
  return JSON.parse(spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stdout) as unknown;
}

test('every model has as many queries as are expected of it', () => {
  const models = readdirSync(MODELS).filter((file) => file.endsWith('.pv'));
  expect(Object.keys(expected).sort()).toEqual(models.sort());
  for (const [model, { queries }] of Object.entries(expected)) {
    const asked = readFileSync(join(MODELS, model), 'utf8').match(/^(query|weaksecret) /gm);
    expect([model, asked?.length]).toEqual([model, Object.keys(queries).length]);
  }
});

test('the answers of ProVerif are read, and a difference is named', () => {
  const output = [
    'RESULT not attacker(m1[]) is true.',
    'RESULT inj-event(ClientSuccess(A[],a_1,r_1,k_1)) ==> inj-event(ServerSuccess(A[],a_1,r_1,k_1)) is false.',
    'RESULT not event(reach_client) is false.',
    'RESULT not attacker(m2[]) cannot be proved.',
  ].join('\n');
  // JSON has no undefined: null.
  expect(called('verdicts', output)).toEqual([true, false, true, null]);
  expect(called('differences', { a: true, b: true, c: null }, [true, false, false])).toEqual([
    'b: expected holds, found does not hold',
  ]);
  expect(called('differences', { a: true }, [])).toEqual(['1 queries are expected, ProVerif answered 0']);
});

(installed ? test : test.skip)('ProVerif finds what is expected', () => {
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.not.stringContaining('NOT AS EXPECTED') as string });
});
