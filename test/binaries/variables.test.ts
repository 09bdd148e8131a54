/** Variables PARLEY_... of the environment: there is one list of them, and one that nobody reads is warned about. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command as client, SETTINGS as CLIENT } from '../../bin/parley-client';
import { command as server, SETTINGS as SERVER } from '../../bin/parley-server';
import { keyOf, settingsOf } from '../../bin/settings';
import { isKnown, SETTING_NAMES, TEST_VARIABLES, variablesOf } from '../../bin/variables';
import { scratch } from '../storage/files';
import { runCommand, type Ended } from '../support/command';

const ROOT = join(__dirname, '../..');
const path = scratch();
const checked = (program: string, env: Readonly<Record<string, string>>): Promise<Ended> =>
  runCommand(program, ['--check-config'], { cwd: path(), env });

test.each([
  [server, SERVER],
  [client, CLIENT],
] as const)('the list has every option of %#, and no other', (command, plan) => {
  const keys = settingsOf(command, plan.families).map((option) => keyOf(option, plan));
  expect([...(SETTING_NAMES[command.name()] ?? [])].sort()).toEqual(keys.sort());
});

describe.each(['parley-server', 'parley-client'])('%s', (program) => {
  test.each([
    ['PARLEY_BOGUS', '--print-config shows those of this program'],
    ['PARLEY_UDPPORT', 'did you mean PARLEY_UDP_PORT?'],
    ['PARLEY_CONTACT', 'did you mean PARLEY_CONTACTS?'],
    ['PARLEY_SED', 'did you mean PARLEY_ID?'],
    ['PARLEY_\u001b[31m', '--print-config shows those of this program'],
  ])('warns of %j and goes on', async (variable, help) => {
    const shown = variable.replace('\u001b', '\\u{1b}');
    expect(await checked(program, { [variable]: '1' })).toEqual({
      code: 0,
      out: 'The settings: right\n',
      err: `${program}: ${shown} is no setting and is ignored; ${help}\n`,
    });
  });
  test('says nothing of what another program, a test or a tool reads', async () => {
    const other = program === 'parley-server' ? 'parley-client' : 'parley-server';
    const names = [...variablesOf(other), ...TEST_VARIABLES].filter((name) => !variablesOf(program).includes(name));
    expect(names.length).toBeGreaterThan(TEST_VARIABLES.length + 5);
    // A limit of the other side, too: the demo sets one for all that it starts.
    const foreign = program === 'parley-server' ? 'PARLEY_LIMIT_T_ACTIVITY_MS' : 'PARLEY_LIMIT_MESSAGES_PER_SECOND';
    const env = Object.fromEntries([...names, foreign].map((name) => [name, '1']));
    expect(await checked(program, env)).toMatchObject({ code: 0, err: '' });
  });
});

test('every variable that the sources read or a document names is known', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.md', '*.yaml', '*Dockerfile'], { cwd: ROOT });
  const named = String(files)
    .split('\n')
    .filter((file) => file !== '' && !file.endsWith('variables.test.ts'))
    .flatMap((file) => readFileSync(join(ROOT, file), 'utf8').match(/\bPARLEY_[A-Z_]*[A-Z]\b(?!_)/g) ?? []);
  expect(named.length).toBeGreaterThan(40);
  // How a variable is named in general, and what stands for one that is wrong.
  const examples = ['PARLEY_SOME_NAME', 'PARLEY_BOGUS'];
  expect([...new Set(named)].filter((name) => !isKnown(name) && !examples.includes(name))).toEqual([]);
});
