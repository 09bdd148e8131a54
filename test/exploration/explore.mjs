/**
 * `npm run explore [-- --budget small|full] [--scenario NAME]... [--seconds N] [--jobs N]`: bundles the explorer and runs it.
 * It is no part of the build, since it drives the sources of machines/ and transport/ as they stand.
 */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'parley-explore-'));
const outfile = join(folder, 'explore.cjs');
try {
  await build({
    entryPoints: [join(here, 'main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    outfile,
    logLevel: 'warning',
  });
  const { status } = spawnSync(process.execPath, ['--max-old-space-size=8192', outfile, ...process.argv.slice(2)], {
    cwd: join(here, '..', '..'),
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
