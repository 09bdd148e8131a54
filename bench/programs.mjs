/**
 * What must be there before anything is measured: the programs in C, and the built server. Must never be here: a run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstLine } from './machine.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** Something that cannot be had; one line that says what to do. */
export class Refusal extends Error {}

/** Compiles load generator and relays into `folder`. @throws Refusal */
export function makePrograms(folder) {
  if (process.platform !== 'linux') throw new Refusal('the load generator needs Linux (epoll, /proc)');
  if (firstLine('make', '--version') === '' || firstLine('cc', '--version') === '')
    throw new Refusal('no C compiler: apt-get install gcc make libssl-dev');
  for (const part of ['loadgen', 'refs']) {
    const made = spawnSync('make', ['-s', '-C', join(here, part), `RUN=${folder}`], { encoding: 'utf8' });
    if (made.status === 0) continue;
    const headers = /openssl\/\w+\.h/.test(made.stderr);
    throw new Refusal(headers ? 'no OpenSSL headers: apt-get install libssl-dev' : `make fails:\n${made.stderr}`);
  }
  if (!existsSync(join(here, '..', 'dist', 'bin', 'parley-server.js'))) throw new Refusal('no dist/: npm run build');
}
