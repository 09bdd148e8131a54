/** The machine and the programs that the report was made on: measured, so that every figure can be read beside them. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  /** "unknown" where there is none to ask. */
  readonly npm: string;
  readonly openssl: string;
  /** Commit of the source, with a word if it was changed since; undefined without git. */
  readonly commit: string | undefined;
}

export async function machineOf(root: string): Promise<Machine> {
  const { model = 'unknown' } = cpus()[0] ?? {};
  return {
    system: `${systemName() ?? type()} (${platform()} ${release()}, ${arch()})`,
    processor: model.replace(/\s+/g, ' ').trim(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.versions.node,
    npm: npmVersion() ?? (await said('npm', ['--version'], root)) ?? 'unknown',
    openssl: process.versions.openssl,
    commit: await commitOf(root),
  };
}

/** What runs us under `npm run` says so itself. */
function npmVersion(): string | undefined {
  return /\bnpm\/(\S+)/.exec(process.env['npm_config_user_agent'] ?? '')?.[1];
}

function systemName(): string | undefined {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

async function commitOf(root: string): Promise<string | undefined> {
  const commit = await said('git', ['rev-parse', '--short=12', 'HEAD'], root);
  if (commit === undefined) return undefined;
  const changed = await said('git', ['status', '--porcelain', '--untracked-files=no'], root);
  return changed === '' ? commit : `${commit} (with changes)`;
}

/** What a command says; undefined if it cannot. */
async function said(command: string, args: readonly string[], cwd: string): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(command, args, { cwd })).stdout.trim();
  } catch {
    return undefined;
  }
}

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly use: 'runs with it' | 'developed with it';
}

/** Every package of package.json with the version that is installed. */
export function packagesOf(root: string): Package[] {
  const manifest = jsonOf(join(root, 'package.json')) as Record<string, Record<string, string> | undefined>;
  const part = (key: string, use: Package['use']): Package[] =>
    Object.keys(manifest[key] ?? {}).map((name) => ({ name, version: installed(root, name), use }));
  return [...part('dependencies', 'runs with it'), ...part('devDependencies', 'developed with it')];
}

function installed(root: string, name: string): string {
  try {
    const { version } = jsonOf(join(root, 'node_modules', name, 'package.json')) as { version?: string };
    return version ?? 'unknown';
  } catch {
    return 'not installed';
  }
}

function jsonOf(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

export interface Folder {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
}

/** TypeScript of each top-level folder, counted. */
export function foldersOf(root: string, names: readonly string[]): Folder[] {
  return names.flatMap((name) => {
    const files = sourcesBelow(join(root, name));
    const lines = files.reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length - 1, 0);
    return files.length === 0 ? [] : [{ name, files: files.length, lines }];
  });
}

function sourcesBelow(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesBelow(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}
