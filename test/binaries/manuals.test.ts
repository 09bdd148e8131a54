/** Manual pages, completions, example and schema: made from the definitions, as committed, and taken by those they are for. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import manifest from '../../package.json';
import { COMMANDS, generated } from '../../bin/manuals';
import { manualOf } from '../../bin/manual/model';
import { MORE } from '../../bin/manual/more';
import { limitsTaken } from '../../machines/limits';
import { scratch } from '../storage/files';
import { runCommand } from '../support/command';

const ROOT = join(__dirname, '../..');
const path = scratch();
const files = generated();
const manuals = COMMANDS.map((command) => manualOf(command));

test.each(Object.keys(files))('%s is as it is generated (npm run manuals)', (file) => {
  expect(readFileSync(join(ROOT, file), 'utf8')).toBe(files[file]);
});

test('every command that is installed has a page, and no other', () => {
  const installed = Object.values(manifest.bin).map((file) => basename(file, '.js'));
  expect(manuals.map(({ name }) => name).sort()).toEqual([...installed].sort());
  expect(readdirSync(join(ROOT, 'docs/man')).sort()).toEqual(installed.map((name) => `${name}.1`).sort());
  // npm puts them where man looks.
  expect([...manifest.man].sort()).toEqual(installed.map((name) => `docs/man/${name}.1`).sort());
});

test.each(manuals)('the page of $name and every shell have each of its options', (manual) => {
  const page = files[`docs/man/${manual.name}.1`] ?? '';
  for (const { flags } of [manual, ...manual.parts]) {
    for (const { long } of flags) {
      expect(page).toContain(`\\fB${long.replaceAll('-', '\\-')}\\fR`);
      expect(files['docs/completions/parley.fish']).toContain(` -l ${long.slice(2)} `);
      expect(files['docs/completions/_parley']).toContain(`'*${long}[`);
      expect(files['docs/completions/parley.bash']).toContain(`${long} `);
    }
  }
});

test.each(COMMANDS.map((command) => [command.name(), command] as const))(
  'the page of %s has examples, and the command takes them',
  (name, command) => {
    for (const part of command.commands) part.action(() => undefined);
    const examples = MORE[name]?.examples ?? [];
    expect(examples.length).toBeGreaterThan(0);
    for (const [line] of examples) {
      expect(files[`docs/man/${name}.1`]).toContain(line.replaceAll('\\', '\\e').replaceAll('-', '\\-'));
      const [typed, ...words] = (line.split(' | ').at(-1) ?? '').split(' ');
      expect(typed).toBe(name);
      expect(() => command.parse(words, { from: 'user' })).not.toThrow();
    }
  },
);

const has = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0;
const where = (possible: boolean): jest.It => (possible ? test : test.skip);
const output = (command: string, ...args: readonly string[]): string => {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', cwd: path() });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
};

where(has('groff', '--version'))('groff finds nothing wrong with a page (skipped without groff)', () => {
  for (const { name } of manuals) {
    const page = join(ROOT, `docs/man/${name}.1`);
    expect(output('groff', '-man', '-Tutf8', '-ww', '-rLL=80n', '-z', page)).toBe('');
  }
});

/** What bash offers for the last of these words. */
function offered(...words: readonly string[]): string[] {
  const [command = ''] = words;
  const script = `source ${join(ROOT, 'docs/completions/parley.bash')}
    compopt() { :; }
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${String(words.length - 1)}
    _${command.replaceAll('-', '_')}; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return output('bash', '-c', script)
    .split('\n')
    .filter((line) => line !== '');
}

where(has('bash', '--version'))(
  'bash completes options, choices, commands, limits and files (skipped without bash)',
  () => {
    writeFileSync(path('parley.yaml'), '');
    expect(offered('parley-server', '--log-m')).toEqual(['--log-max-size']);
    expect(offered('parley-server', '--log-level', '')).toEqual(['error', 'warn', 'info', 'debug']);
    expect(offered('parley-client', '--limit', 'T_AC')).toEqual(['T_ACTIVITY_MS=']);
    expect(offered('parley-server', '--limit', 'T_AC')).toEqual([]);
    expect(offered('parley-server', '--config', 'par')).toEqual(['parley.yaml']);
    expect(offered('parley-keys', 're')).toEqual(['remove']);
    expect(offered('parley-keys', 'add', '--f')).toEqual(['--force']);
    expect(offered('parley-history', 'export', 'alice', 'bob', '--format', 'h')).toEqual(['html']);
    expect(offered('parley-diagrams', 'client-c')).toEqual(['client-connection', 'client-chat']);
    expect(offered('parley-diagrams', '--format', 's')).toEqual(['svg', 'scxml']);
    expect(offered('parley-chart', '--format', 'm')).toEqual(['mermaid']);
    expect(offered('parley-conform', 'server', '--check', 'log-on-')).not.toEqual([]);
  },
);

where(has('fish', '--version'))('fish completes the same (skipped without fish)', () => {
  writeFileSync(path('parley.yaml'), '');
  const fish = (line: string): string[] =>
    output('fish', '-c', `source ${join(ROOT, 'docs/completions/parley.fish')}; complete -C '${line}'`)
      .split('\n')
      .flatMap((one) => (one === '' ? [] : [one.split('\t', 1)[0] ?? '']));
  expect(fish('parley-server --log-m')).toEqual(['--log-max-size']);
  expect(fish('parley-server --log-level ').sort()).toEqual(['debug', 'error', 'info', 'warn']);
  expect(fish('parley-server --config p')).toEqual(['parley.yaml']);
  expect(fish('parley-keys re')).toEqual(['remove']);
  expect(fish('parley-history export --format h')).toEqual(['html']);
  expect(fish('parley-diagrams server-h')).toEqual(['server-history']);
  expect(fish('parley-diagrams --format dot')).toEqual(['dot']);
});

where(has('zsh', '--version'))('zsh understands its file (skipped without zsh)', () => {
  expect(output('zsh', '-n', join(ROOT, 'docs/completions/_parley'))).toBe('');
});

test('the example of a settings file has every setting, means the defaults, and is right when its defaults are written out', async () => {
  const example = files['docs/operations/server.yaml'] ?? '';
  expect(parse(example)).toBeNull();
  // Keys whose default is a word for a value are left out.
  const written = example.replaceAll(/^#(?=[a-z-]+: (?![A-Z:]+$)|limits:| {2}\w)/gm, '');
  writeFileSync(path('s.yaml'), written);
  const { code, out } = await runCommand('parley-server', ['--config', 's.yaml', '--print-config'], { cwd: path() });
  const plain = await runCommand('parley-server', ['--print-config'], { cwd: path() });
  expect(code).toBe(0);
  expect(parse(out)).toEqual(parse(plain.out));
  expect(Object.keys((parse(written) as { limits: object }).limits)).toEqual(limitsTaken('server'));
  const keys = [...plain.out.matchAll(/^(?:# )?([a-z-]+):/gm)].map(([, key]) => key);
  expect([...example.matchAll(/^#([a-z-]+):/gm)].map(([, key]) => key)).toEqual(keys);
  const schema = JSON.parse(files['docs/operations/server.schema.json'] ?? '') as { properties: object };
  expect(Object.keys(schema.properties)).toEqual(keys);
});
