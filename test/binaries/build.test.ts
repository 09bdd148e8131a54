/** The script that all npm scripts build with: it says what it does, does nothing twice, and never leaves what is old. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';
import { scratch } from '../storage/files';

const PROJECT = join(__dirname, '../..');
const path = scratch();

interface Built {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
/** A project of one command and a page, with the script and the compiler of this one. */
class Project {
  constructor(private readonly folder: string) {
    for (const below of ['bin', 'diagrams/inspector']) mkdirSync(join(folder, below), { recursive: true });
    cpSync(join(PROJECT, 'bin/build.mjs'), join(folder, 'bin/build.mjs'));
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    const options = {
      module: 'node16',
      rootDir: '.',
      outDir: 'dist',
      incremental: true,
      types: [],
      lib: ['ES2022'],
      skipLibCheck: true,
    };
    const compilerOptions = { ...options, strict: true, tsBuildInfoFile: 'dist/.tsbuildinfo' };
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['bin', 'diagrams', 'test'] }));
    this.write('tsconfig.build.json', JSON.stringify({ extends: './tsconfig.json', exclude: ['test', 'dist'] }));
    this.write('package.json', '{}');
    this.write('bin/one.ts', 'export const word: string = "first";\n');
    const page = `import { writeFileSync } from 'node:fs';\nwriteFileSync('dist/page.html', 'page');\n`;
    this.write('diagrams/inspector/build-page.mjs', page);
  }
  at(file: string): string {
    return join(this.folder, file);
  }
  write(file: string, content: string): void {
    writeFileSync(this.at(file), content);
  }
  read(file: string): string {
    return readFileSync(this.at(file), 'utf8');
  }
  build(): Built {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.at('bin/build.mjs')], { encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
  }
}

const SAID = /^build: compiling .*\n(.*\n)*build: done in [\d.]+ s\n$/;
const built = { code: 0, out: '', err: expect.stringMatching(SAID) as string };
const nothing = { code: 0, out: '', err: '' };

jest.setTimeout(900_000);

test('it says that it builds, on standard error; what is there already is not built again, without a word', () => {
  const project = new Project(path());
  expect(project.build()).toEqual(built);
  expect([project.read('dist/bin/one.js'), project.read('dist/page.html')]).toEqual([
    expect.stringContaining('first'),
    'page',
  ]);
  expect(project.build()).toEqual(nothing);
});

test('a source with other content is built, also under its old date; so are settings and what is installed', () => {
  const project = new Project(path());
  project.build();
  const { atime, mtime } = statSync(project.at('bin/one.ts'));
  project.write('bin/one.ts', 'export const word: string = "other";\n');
  utimesSync(project.at('bin/one.ts'), atime, mtime);
  expect(project.build()).toEqual(built);
  expect(project.read('dist/bin/one.js')).toContain('other');
  expect(project.build()).toEqual(nothing);
  project.write('package.json', '{ "type": "commonjs" }');
  expect(project.build()).toEqual(built);
});

test('a file of dist/ that has gone or was changed is made again', () => {
  const project = new Project(path());
  project.build();
  rmSync(project.at('dist/bin/one.js'));
  expect(project.build()).toEqual(built);
  expect(project.read('dist/bin/one.js')).toContain('first');
  project.write('dist/bin/one.js', 'not what was built');
  expect(project.build()).toEqual(built);
  expect(project.read('dist/bin/one.js')).toContain('first');
});

test('what does not compile fails every time, so nothing old is run; mended, it builds', () => {
  const project = new Project(path());
  project.build();
  project.write('bin/one.ts', 'export const word: string = 1;\n');
  for (let i = 0; i < 2; i++) {
    const { code, err } = project.build();
    expect([code !== 0, err]).toEqual([true, expect.stringContaining('build: the compiler failed')]);
  }
  project.write('bin/one.ts', 'export const word: string = "mended";\n');
  expect(project.build()).toEqual(built);
  expect(project.read('dist/bin/one.js')).toContain('mended');
});

test('where nothing is installed, it says what to do', () => {
  const project = new Project(path());
  rmSync(project.at('node_modules'));
  expect(project.build()).toEqual({
    code: 1,
    out: '',
    err: 'build: nothing is installed here yet: run npm ci first\n',
  });
});

test('every script that runs what is built begins with it', () => {
  const scripts = Object.entries(manifest.scripts).filter(([name]) => !/^(build|prepack|pretest)$/.test(name));
  const running = scripts.filter(([, script]) => script.includes('dist/') || script.includes('build'));
  expect(running.length).toBeGreaterThan(10);
  expect(running.filter(([, script]) => !script.startsWith('node bin/build.mjs && '))).toEqual([]);
  const { build, prepack, pretest } = manifest.scripts;
  expect(new Set([build, prepack, pretest])).toEqual(new Set(['node bin/build.mjs']));
});
