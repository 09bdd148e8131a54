/**
 * Makes the inspector's page: one HTML file with its style and its script inside, which loads nothing from anywhere. The
 * policy in it lets run only this script and this style (by their hashes), and connect only to loopback.
 */
import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noticesOf } from './notices.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, 'page');
const root = join(here, '../..');
const target = join(here, '../../dist/diagrams/inspector/page.html');

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const [bundle, style, html] = await Promise.all([
  build({
    entryPoints: [join(page, 'main.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    // notices.mjs has them all, also of packages whose files have no such comment.
    legalComments: 'none',
    metafile: true,
    absWorkingDir: root,
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfig: join(page, 'tsconfig.json'),
    logLevel: 'warning',
  }),
  readFile(join(page, 'style.css'), 'utf8').then((css) => transform(css, { loader: 'css', minify: true })),
  readFile(join(page, 'page.html'), 'utf8'),
]);
const script = bundle.outputFiles[0].text.trim();
const css = style.code.trim();

const loopback = ['ws', 'http'].flatMap((scheme) => [`${scheme}://127.0.0.1:*`, `${scheme}://localhost:*`]);
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(css)}`,
  `connect-src ${loopback.join(' ')}`,
  'img-src data: blob:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Exactly the text between the tags is hashed, so exactly the text goes in. */
const parts = { policy, style: css, script };
const whole = Object.entries(parts).reduce(
  (text, [name, part]) => text.replace(new RegExp(`\\s*<!--${name}-->\\s*`), () => part),
  html,
);
if (whole.split('<!--recording-->').length !== 2) throw new Error('the page has not exactly one place for a recording');

await mkdir(dirname(target), { recursive: true });
await writeFile(target, `${whole.trimEnd()}\n<!--\n${await noticesOf(bundle.metafile, root)}-->\n`);
