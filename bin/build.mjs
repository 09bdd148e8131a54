/**
 * `node bin/build.mjs`: makes dist/, unless it is the one that these sources make. What decides is the content of every source
 * and of every file in dist/, never a date. All npm scripts that run what is built begin with it. It says what it does on
 * standard error, and nothing if there is nothing to do, so a script may read what comes after.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(project, 'dist');
/** The sources that dist/ was made of, and dist/ as it was made: two hashes. */
const stamp = join(dist, '.built');
const { include } = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8'));
const folders = include.filter((folder) => folder !== 'test');
/** What decides besides the sources; the last lists the versions that are installed. */
const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'node_modules/.package-lock.json'];

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    hash.update(`${relative(project, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

const sourcesNow = () =>
  hashOf([
    ...settings.map((file) => join(project, file)),
    ...folders.flatMap((folder) => filesBelow(join(project, folder))),
  ]);
const distNow = () => hashOf(filesBelow(dist).filter((file) => file !== stamp));

/** @param made of which sources dist/ is now; without any, the next run builds again */
const note = (made = '') => writeFileSync(stamp, `${made}\n${distNow()}\n`);

function run(what, ...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: project, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  note();
  console.error(`build: ${what} failed`);
  process.exit(status ?? 1);
}

const sources = sourcesNow();
const before = existsSync(stamp) ? readFileSync(stamp, 'utf8').split('\n') : [];
const whole = before[1] === distNow();
if (before[0] === sources && whole) process.exit(0);
if (!existsSync(join(project, 'node_modules/typescript'))) {
  console.error('build: nothing is installed here yet: run npm ci first');
  process.exit(1);
}
console.error('build: compiling what has changed, this takes some seconds ...');
const began = Date.now();
// The compiler believes its own notes of what it has written: they must not outlive a file that has gone.
rmSync(whole ? stamp : dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
run('the compiler', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
run('the page of the inspector', 'diagrams/inspector/build-page.mjs');
// A source that was changed meanwhile may be in dist/ or not.
note(sourcesNow() === sources ? sources : undefined);
console.error(`build: done in ${((Date.now() - began) / 1000).toFixed(1)} s`);
