/** The page is given away with packages of others inside: it names each with its licence, wherever it is copied to. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** What esbuild itself says is in the bundle. */
function bundled(): string[] {
  const script = `
    import { build } from 'esbuild';
    const page = 'diagrams/inspector/page';
    const { metafile } = await build({
      entryPoints: [page + '/main.ts'], bundle: true, write: false, metafile: true, platform: 'browser',
      tsconfig: page + '/tsconfig.json', logLevel: 'error',
    });
    console.log(JSON.stringify(Object.keys(metafile.inputs)));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = JSON.parse(stdout) as string[];
  return [...new Set(files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []))];
}

interface Manifest {
  readonly version: string;
  readonly license: string;
}

test('every package in the page is named in it with its version, its licence and the text of that', () => {
  const page = readFileSync(join(ROOT, 'dist/diagrams/inspector/page.html'), 'utf8');
  const comments = page.split('<!--');
  const notices = comments.at(-1) ?? '';
  const packages = bundled();
  expect(packages).toEqual(expect.arrayContaining(['xstate', '@xstate/inspect', 'fast-safe-stringify']));
  const texts = packages.map((name) => {
    const manifest = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
    const { version, license } = JSON.parse(manifest) as Manifest;
    const [, text = ''] = notices.split(`\n${name} ${version}, ${license}, `);
    return [name, /^\S+\n\n(.*MIT.*\n\n)?Copyright \(c\) /i.test(text), text.includes('Permission is hereby granted')];
  });
  expect(texts).toEqual(packages.map((name) => [name, true, true]));
  expect(notices.indexOf('-->')).toBe(notices.trimEnd().length - '-->'.length);
});
