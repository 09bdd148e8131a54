/** tshark with the dissector of docs/wireshark, on captures of the tests. Must never be here: an expectation. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const DISSECTOR = join(__dirname, '../../docs/wireshark/parley.lua');

const version = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
/** Why tests with tshark cannot run here, as the end of their names; empty if they can. */
export const skipped =
  version.status === 0 && /with Lua/.test(version.stdout.replace(/\s+/g, ' '))
    ? ''
    : ' (skipped: tshark with Lua is needed, the Debian package tshark)';

const SEPARATOR = '\x1f';
const AGGREGATOR = '\x1e';
const OUTPUT_MAX_BYTES = 256 * 1024 * 1024;

export class Tshark {
  private readonly folder = mkdtempSync(join(tmpdir(), 'parley-tshark-'));
  private files = 0;

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Puts it into a file. @returns its path */
  file(content: Buffer | string): string {
    const path = join(this.folder, `${String(++this.files)}.file`);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  /** What tshark prints. No settings of the user's are read; scripts of root's are loaded, since they are named. */
  run(capture: string, ...args: readonly string[]): string {
    return execFileSync('tshark', ['-n', '-X', `lua_script:${DISSECTOR}`, '-r', capture, ...args], {
      encoding: 'utf8',
      env: { ...process.env, HOME: this.folder, XDG_CONFIG_HOME: this.folder, LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: OUTPUT_MAX_BYTES,
    });
  }

  /** Values of these fields in each frame that the filter lets through; two passes, so that what comes later is known. */
  fields<F extends string>(
    capture: string,
    names: readonly F[],
    filter = 'frame',
    ...args: readonly string[]
  ): Record<F, string[]>[] {
    const wanted = names.flatMap((name) => ['-e', name]);
    const form = ['-E', `separator=${SEPARATOR}`, '-E', `aggregator=${AGGREGATOR}`];
    const output = this.run(capture, '-2', '-Y', filter, '-T', 'fields', ...wanted, ...form, ...args);
    const lines = output.split('\n').slice(0, -1);
    return lines.map((line) => {
      const values = line.split(SEPARATOR).map((value) => (value === '' ? [] : value.split(AGGREGATOR)));
      return Object.fromEntries(names.map((name, i) => [name, values[i] ?? []])) as Record<F, string[]>;
    });
  }
}
