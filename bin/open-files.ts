/** How many sockets fit into the limit of open files that the system has set for this process (docs/operations.md, "Make it a service"). */
import { readFileSync } from 'node:fs';
import type { Limits } from '../machines/limits';

/** What is open besides sockets of clients: about 40 with every option, and then readers of the metrics, a log that is followed by a new one. */
export const OWN_FILES = 64;

/** @returns undefined where the system does not say it: only Linux does; Infinity for no limit */
export function openFilesLimit(limits = '/proc/self/limits'): number | undefined {
  try {
    const [, soft] = /^Max open files +(\d+|unlimited) /m.exec(readFileSync(limits, 'latin1')) ?? [];
    if (soft === undefined) return undefined;
    return soft === 'unlimited' ? Infinity : Number(soft);
  } catch {
    return undefined;
  }
}

/** How many sockets of clients may be open, so that files can be opened beside them. */
export function socketsIn(files: number): number {
  return Math.max(1, files - OWN_FILES);
}

type Needs = Pick<Limits, 'CONNECTED_CLIENTS' | 'UNBOUND_SOCKETS'>;

/** @returns a sentence if the limit is too low for the settings */
export function openFilesFault(files: number, { CONNECTED_CLIENTS, UNBOUND_SOCKETS }: Needs): string | undefined {
  const needed = CONNECTED_CLIENTS + UNBOUND_SOCKETS + OWN_FILES;
  if (files >= needed) return undefined;
  return (
    `at most ${String(files)} files may be open, so ${String(socketsIn(files))} clients fit, those included who are logging on; ` +
    `for CONNECTED_CLIENTS and UNBOUND_SOCKETS it takes ${String(needed)}: raise it with ulimit -n or LimitNOFILE=`
  );
}
