/** Every command says what it takes in 80 columns, and which version it is. */
import { basename } from 'node:path';
import manifest from '../../package.json';
import { scratch } from '../storage/files';
import { runCommand } from '../support/command';

const path = scratch();
const COMMANDS = Object.values(manifest.bin).map((file) => basename(file, '.js'));
const SUBCOMMANDS = [
  ['parley-keys', 'add'],
  ['parley-keys', 'backup'],
  ['parley-keys', 'import'],
  ['parley-keys', 'list'],
  ['parley-keys', 'remove'],
  ['parley-history', 'list'],
  ['parley-history', 'export'],
  ['parley-history', 'prune'],
] as const;

test.each([...COMMANDS.map((name) => [name]), ...SUBCOMMANDS, ['report'], ['demo']])(
  '%s %s --help fits 80 columns',
  async (name = '', ...more: readonly (string | undefined)[]) => {
    const words = more.filter((word) => word !== undefined);
    const { code, out, err } = await runCommand(name, [...words, '--help'], { cwd: path(), env: { COLUMNS: '200' } });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^Usage: ${[name, ...words].join(' ')} `));
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  },
);

test.each([...COMMANDS, 'report', 'demo'])('%s --version', async (name) => {
  const version = { code: 0, out: `${manifest.version}\n`, err: '' };
  expect(await runCommand(name, ['--version'], { cwd: path() })).toEqual(version);
  expect(await runCommand(name, ['-V'], { cwd: path() })).toEqual(version);
});
