/**
 * `npm run simulate`: bundles the simulation, which is written in TypeScript and needs no test runner, and runs it.
 */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '../../dist');
mkdirSync(dist, { recursive: true });
// Inside the project, where its packages are found; a folder for each run, for several may go on at once.
const folder = mkdtempSync(join(dist, 'simulation-'));
const target = join(folder, 'main.cjs');

try {
  await build({
    entryPoints: [join(here, 'main.ts')],
    outfile: target,
    bundle: true,
    packages: 'external',
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    tsconfig: join(here, '../../tsconfig.json'),
    logLevel: 'warning',
  });
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', target, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
