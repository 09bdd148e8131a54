/**
 * What a checker of a run is told, and how it says that something is wrong. Must never be here: an invariant.
 */
import type { Transition } from '../../machines/observer';
import type { AcceptedRun } from '../../machines/ports';
import type { Datagram } from '../support/memory-fates';
import type { Seen } from '../support/wire-watch';
import type { SimulatedClient } from './client';

/** Something that must not be, under the number of the invariant (protocol 6.1, 6.2) or the name of another rule. */
export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

/** Everything that can be observed; a checker hears what it has a method for. */
export interface Checker {
  /** A line that a user typed, before the client gets it. @param begun the session in which it was begun */
  typed?(client: SimulatedClient, line: string, begun: number | null): void;
  /** A line that a user was shown. */
  shown?(client: SimulatedClient, line: string): void;
  /** A step of a machine; `client` is absent for those of the server. */
  stepped?(transition: Transition, client?: SimulatedClient): void;
  /** Texts that the store has taken. */
  stored?(runs: readonly AcceptedRun[]): void;
  /** A message left for the other end of the connection of `owner`, or of nobody's if a stranger opened it. */
  said?(seen: Seen, owner: SimulatedClient | undefined): void;
  /** A datagram reached a machine. */
  arrived?(datagram: Datagram): void;
  /** A datagram left a socket. */
  left?(datagram: Datagram): void;
  /** A server process has begun, or has come to its end. */
  serverChanged?(): void;
  /** Between two things that happen: nobody is in the middle of a turn. */
  between?(): void;
  /** Nothing went wrong for longer than any timer, and nobody typed anything. */
  calm?(): void;
  /** The run is over. */
  over?(): void;
}
