/** What a scenario is made of. Data only; the scenarios themselves stand in scenarios.ts. */
import type { TcpMessage } from '../../machines/messages';
import type { Limits } from '../../machines/limits';

/** What a user may still do; every command that is not refused costs one. */
export interface UserBudget {
  /** Log ons and log offs. */
  readonly on?: number;
  readonly off?: number;
  /** Chat X, End chat. */
  readonly cmd?: number;
  readonly text?: number;
  /** Lines that are begun at one moment and finished at another. */
  readonly line?: number;
  readonly hist?: number;
}
/** What may still go wrong, each a number of times. */
export interface Faults {
  /** All copies of a datagram that are on their way are lost. */
  readonly loss?: number;
  /** A TCP connection is cut. */
  readonly cut?: number;
  /** A record does not verify (somebody on the path altered it). */
  readonly garble?: number;
  /** The server dies and starts again. */
  readonly crash?: number;
  /** Graceful shutdown. */
  readonly stop?: number;
  /** A subscriber is removed, or added again with the same key. */
  readonly remove?: number;
  /** The disk becomes full; it may be repaired. */
  readonly disk?: number;
  /** A reader is too slow. */
  readonly slow?: number;
  /** CHALLENGEs with a rand of the attacker's. */
  readonly CHALLENGE?: number;
  /** A genuine CHALLENGE, altered on the way (same rand, other bytes). */
  readonly altered?: number;
  /** Wrong RESPONSEs to a rand that the server knows, or to none. */
  readonly RESPONSE?: number;
  /** Copies of HELLO, altered on the way. */
  readonly HELLO?: number;
  /** HELLOs for which the server has no room. */
  readonly busy?: number;
  /** RETRYs with a token that the server has not made. */
  readonly RETRY?: number;
  /** HELLOs in a subscriber's name from elsewhere. */
  readonly flood?: number;
  /** A recorded first flight on a new socket. */
  readonly replay?: number;
  /** A client that has the key writes a wrong cookie. */
  readonly cookie?: number;
  /** Records of `lies` or of `lyingServer`. */
  readonly lie?: number;
}
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly budget: 'small' | 'full';
  readonly users: Readonly<Record<string, UserBudget>>;
  /** Clients that are connected at the start. */
  readonly connected?: readonly string[];
  readonly faults?: Faults;
  /** Whom users may call or ask about, beside each other. */
  readonly strangers?: readonly string[];
  /** Whose calls a client's user refuses. */
  readonly blocked?: Readonly<Record<string, readonly string[]>>;
  /** Clients whose key is not the one that the server has. */
  readonly wrongKey?: readonly string[];
  /** `open`: the end of a turn is an event of its own, so that a turn may hold several inputs. */
  readonly turns?: 'closed' | 'open';
  /** `many`: all records that have come may be read at once. */
  readonly reads?: 'one' | 'many';
  /** Activity timers run. */
  readonly activity?: boolean;
  /** AUTH_FAIL is forged as often as the attacker likes. */
  readonly authFail?: boolean;
  /** Attempts that copies of one HELLO may make (default 1). */
  readonly late?: number;
  /** Records that a lying client writes, beside what its program does. */
  readonly lies?: { readonly by: string; readonly records: readonly (readonly TcpMessage[])[] };
  /** Records that a lying server writes to this client. */
  readonly lyingServer?: { readonly to: string; readonly records: readonly (readonly TcpMessage[])[] };
  readonly limits?: Partial<Limits>;
  readonly pumpRoom?: number;
  /** Worlds after which the exploration stops. */
  readonly most?: number;
  /** Every fair run that begins while the user waits must end in Connected (L-3). */
  readonly mustConnect?: boolean;
}
