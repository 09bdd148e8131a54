/**
 * The machine and the programs of a run, as they are found: what is printed beside the figures. Must never be here: a name of
 * a computer or a user, a path.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const project = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @returns the first line of what a command prints, '' if it cannot be run */
export function firstLine(command, ...args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', cwd: project });
  return status === 0 ? stdout.split('\n')[0].trim() : '';
}

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** CPUs that this process may use. */
export function allowedCpus() {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(read('/proc/self/status'))?.[1] ?? '';
  return list.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** Sockets and files that a process may have open at most. */
export function openFiles() {
  const hard = /^Max open files\s+\d+\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1];
  return hard === undefined ? Infinity : Number(hard);
}

function busySeconds() {
  const rows = read('/proc/stat').matchAll(/^cpu\d+ (.*)$/gm);
  return (
    [...rows]
      .map(([, row]) => row.split(' ').map(Number))
      .reduce((sum, [user, nice, system, , , irq, soft, steal]) => sum + user + nice + system + irq + soft + steal, 0) /
    100
  );
}

/** CPUs in use while nothing of ours runs. */
export async function foreignLoad() {
  const before = busySeconds();
  await sleep(1000);
  return busySeconds() - before;
}

export function machine() {
  const [{ model } = { model: 'unknown' }] = cpus();
  const siblings = read('/sys/devices/system/cpu/cpu0/topology/thread_siblings_list').trim();
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(read('/etc/os-release'))?.[1] ?? process.platform;
  const shared = siblings.split(/[,-]/).includes('1') ? ', 0 and 1 threads of one core' : '';
  return `${model}, ${cpus().length} CPUs${shared}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, ${system}`;
}

export function parleyVersion() {
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const commit = firstLine('git', 'rev-parse', '--short', 'HEAD');
  const changed = firstLine('git', 'status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes';
  return commit === '' ? version : `${version}, commit ${commit}${changed}`;
}

/** Of a Debian package. */
export function packageVersion(name) {
  return firstLine('dpkg-query', '-W', '-f', '${Version}', name) || 'unknown version';
}
