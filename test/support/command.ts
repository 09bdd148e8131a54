/** One of the built commands, run to its end: what it printed and how it ended. Must never be here: an expectation. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const COMMANDS = join(__dirname, '../../dist/bin');

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
export interface Surroundings {
  readonly cwd: string;
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** @param name such as `parley-server` */
export async function runCommand(
  name: string,
  args: readonly string[],
  { cwd, env, input = '' }: Surroundings,
): Promise<Ended> {
  const child = spawn(process.execPath, [join(COMMANDS, `${name}.js`), ...args], {
    cwd,
    env: { ...process.env, HOME: cwd, XDG_CONFIG_HOME: '', ...env },
  });
  // A command that is done may not have read all.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const closed = once(child, 'close') as Promise<[code: number]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, out, err };
}
