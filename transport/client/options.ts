/** What a chat client is made with, and its checks. Must never be here: the key itself, anything that is sent. */
import {
  LIMITS,
  limitFaults,
  limitsTaken,
  limitsWith,
  WIRE,
  type ClientLimits,
  type Limits,
} from '../../machines/limits';
import { isClientId } from '../../machines/messages';
import type { Address } from '../../machines/ports';
import type { ClientOptions } from '../client-driver';
import { ClientError } from './events';
import { parseServer } from './server-address';

export interface ChatClientOptions {
  /** Own Client-ID. */
  readonly id: string;
  /** `host`, `host:port` or `[IPv6]:port`; default 127.0.0.1:4390. */
  readonly server?: string | Address;
  /** Path of the key file, or the 32 bytes of K_A, copied; default `./ID.key`, then `~/.config/parley/ID.key`. */
  readonly key?: string | Uint8Array;
  /** File of those whose calls are refused; default: `ID.blocked` beside the key file, or none if the key is given as bytes. */
  readonly blocked?: string | undefined;
  /** Timers and limits that differ from the defaults (protocol appendix A). */
  readonly limits?: Partial<ClientLimits>;
  /** Log on again by itself after a connection that was lost, too slow or ended by a shutdown (protocol 4.10). */
  readonly reconnect?: boolean;
  /** What is underneath, for programs that watch it or put something else in its place. */
  readonly parts?: Partial<
    Pick<ClientOptions, 'clock' | 'random' | 'network' | 'log' | 'trace' | 'observe' | 'watcher' | 'keys'>
  >;
}

/** @throws ClientError `invalid-id`, `invalid-server`, `invalid-limits` */
export function checked({ id, server, limits }: ChatClientOptions): { id: string; server: Address; limits: Limits } {
  if (!isClientId(id))
    throw new ClientError(
      'invalid-id',
      `${JSON.stringify(id)} is no Client-ID`,
      'a letter and up to 31 letters, digits, dots, underscores or hyphens',
    );
  const address =
    typeof server === 'string' ? parseServer(server) : (server ?? { address: '127.0.0.1', port: WIRE.UDP_PORT });
  if (!address)
    throw new ClientError(
      'invalid-server',
      `${JSON.stringify(server)} is no server`,
      'HOST:PORT, such as 127.0.0.1:4390 or [::1]:4390',
    );
  return { id, server: address, limits: checkedLimits(limits) };
}

function checkedLimits(changed: Partial<ClientLimits> = {}): Limits {
  const taken: readonly string[] = limitsTaken('client');
  for (const name of Object.keys(changed)) {
    if (taken.includes(name)) continue;
    const what = Object.hasOwn(LIMITS, name) ? 'is a limit of the server' : 'is no limit';
    throw new ClientError('invalid-limits', `${JSON.stringify(name)} ${what}`, `a client has ${taken.join(', ')}`);
  }
  const all = limitsWith(changed);
  const [fault] = limitFaults(all, 'client');
  if (fault !== undefined) throw new ClientError('invalid-limits', fault, '');
  return all;
}
