/**
 * How the tests of these folders run their scripts: as the processes that `npm run` would start, and single functions of their
 * modules in a process too, since jest cannot load them. Must never be here: an expectation.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const running = new Set<ChildProcess>();
// A script that is told to end takes its server and its files with it.
afterEach(() => running.forEach((child) => child.kill('SIGTERM')));

export interface Ended {
  readonly code: number | null;
  /** Both outputs. */
  readonly output: string;
}

/** Runs a script of `test/` to its end. */
export function run(script: string, ...args: readonly (string | number)[]): Promise<Ended> {
  const child = spawn(process.execPath, [join(__dirname, '..', script), ...args.map(String)], { stdio: 'pipe' });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, output });
    });
  });
}

/** @param code may use `module`, and returns something that JSON can say */
export function inModule(script: string, code: string): unknown {
  const url = pathToFileURL(join(__dirname, '..', script)).href;
  const whole = `const module = await import(${JSON.stringify(url)}); console.log(JSON.stringify(await (async () => { ${code} })()));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', whole], { encoding: 'utf8' }),
  ) as unknown;
}

/** A fresh seed; PARLEY_SEED=n plays a failure again. */
export const seed = Number(process.env['PARLEY_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
