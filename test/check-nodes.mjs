/**
 * `npm run check:nodes`: the tests on the other supported versions of Node. The binaries come from the npm registry as the
 * package `node`; nothing is installed into the project.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['22.23.3', '24.9.0'];
const project = dirname(dirname(fileURLToPath(import.meta.url)));
const jest = join(project, 'node_modules', 'jest', 'bin', 'jest.js');
const failed = [];

execFileSync('npm', ['run', '--silent', 'build'], { cwd: project, stdio: 'inherit' });
for (const version of VERSIONS) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-node-'));
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', '--prefix', folder, `node@${version}`], {
      cwd: folder,
      stdio: 'inherit',
    });
    const bin = join(folder, 'node_modules', 'node', 'bin');
    const node = join(bin, 'node');
    console.log(`\nNode ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`);
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
    const { status } = spawnSync(node, [jest, ...process.argv.slice(2)], { cwd: project, stdio: 'inherit', env });
    if (status !== 0) failed.push(version);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (failed.length > 0) {
  console.error(`The tests failed on Node ${failed.join(' and ')}.`);
  process.exitCode = 1;
}
