/**
 * The package as it is installed, without a registry: what npm packs, unpacked where npm puts it, with the packages that it depends on
 * linked from this checkout, and no others.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** @returns the folder of the package, in a folder that is the caller's to remove (two above) */
export function installed(): string {
  const prefix = mkdtempSync(join(tmpdir(), 'parley-installed-'));
  const modules = join(prefix, 'node_modules');
  mkdirSync(modules);
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', prefix], { cwd: ROOT, stdio: 'pipe' });
  const [tarball = ''] = readdirSync(prefix).filter((file) => file.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', join(prefix, tarball), '-C', prefix]);
  const root = join(modules, 'parley');
  renameSync(join(prefix, 'package'), root);
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  return root;
}
