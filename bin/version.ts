/** The version of what is installed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns such as `0.1.0`, from the package's own manifest, also when a test runs the source */
export function version(): string {
  const root = __filename.endsWith('.ts') ? join(__dirname, '..') : join(__dirname, '../..');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  return manifest.version;
}
