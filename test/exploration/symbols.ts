/**
 * Datagrams and TCP pieces as symbols: keys are known by what they are derived from, and sealing is equality (protocol 6.3).
 * Must never be here: who sends what when.
 */
import type { TcpMessage } from '../../machines/messages';

export type ClientId = string;

/** Datagrams as words: `HELLO A A1 plain`, `CHALLENGE A1 rand plain`, `RESPONSE A A1 rand right`, `AUTH_SUCCESS A1 rand A1/plain`, `AUTH_FAIL A1`. */
export type Datagram = string;

/** n-th log-on attempt of a client; also the name of its TCP connection. */
export function attemptName(client: ClientId, n: number): string {
  return `${client}${String(n)}`;
}
export function clientOf(attempt: string): ClientId {
  return attempt.slice(0, 1);
}

/** `version` tells a genuine HELLO (`plain`) from a copy altered on the way. */
export function hello(client: ClientId, attempt: string, version = 'plain'): Datagram {
  return `HELLO ${client} ${attempt} ${version}`;
}
export function challenge(attempt: string, rand: string, version = 'plain'): Datagram {
  return `CHALLENGE ${attempt} ${rand} ${version}`;
}
export function response(client: ClientId, attempt: string, rand: string, res: string): Datagram {
  return `RESPONSE ${client} ${attempt} ${rand} ${res}`;
}
/** The token that a server gives an attempt. */
export function tokenFor(attempt: string): string {
  return `token:${attempt}`;
}
export function withToken(helloDatagram: Datagram, token: string): Datagram {
  return token === '' ? helloDatagram : `${helloDatagram} ${token}`;
}
/** A HELLO without its token, which is no part of it. */
export function helloIn(datagram: Datagram): Datagram {
  return datagram.split(' ').slice(0, 4).join(' ');
}
export function retry(attempt: string, token: string): Datagram {
  return `RETRY ${attempt} ${token}`;
}
export function authFail(attempt: string): Datagram {
  return `AUTH_FAIL ${attempt}`;
}
/** The key of a candidate or an instance: K_A, rand, and both datagrams of the transcript (protocol 2.5). */
export function keyName(client: ClientId, rand: string, helloDatagram: Datagram, challengeDatagram: Datagram): string {
  return `${client}/${rand}/${helloDatagram}/${challengeDatagram}`.replaceAll(' ', '_');
}
export function authSuccess(attempt: string, key: string): Datagram {
  return `AUTH_SUCCESS ${attempt} ${key}`;
}
export function isFromServer(datagram: Datagram): boolean {
  return /^(CHALLENGE|AUTH|RETRY)/.test(datagram);
}

interface DatagramParts {
  readonly type: string;
  readonly attempt: string;
  /** Of a RESPONSE. */
  readonly rand: string;
}
const parts = new Map<Datagram, DatagramParts>();
/** What a datagram is about; remembered, because it is asked often. */
export function partsOf(datagram: Datagram): DatagramParts {
  const known = parts.get(datagram);
  if (known) return known;
  const [type = '', second = '', third = '', rand = ''] = datagram.split(' ');
  const made = { type, attempt: isFromServer(datagram) ? second : third, rand };
  parts.set(datagram, made);
  return made;
}

/** Client preface and CONNECT: the lookup tag, the key that sealed it, the cookie in it. */
export interface FirstFlight {
  readonly tag: string;
  readonly key: string;
  readonly cookie: string;
}
/** What was written at once: the first flight, a record of one or more messages, or FIN. */
export type Piece =
  { readonly first: FirstFlight } | { readonly record: readonly TcpMessage[] } | { readonly fin: true };

/** The n-th text that a client types in a session says so: texts cannot be mistaken for each other. */
export function textName(typist: ClientId, session: number, n: number): string {
  return `${typist}/${String(session)}/${String(n)}`;
}
export function textParts(text: string): { typist: ClientId; session: number; n: number } {
  const [typist = '', session, n] = text.split('/');
  return { typist, session: Number(session), n: Number(n) };
}

/** What a part of the world does to the others in a step. */
export type Out =
  | { readonly type: 'datagram'; readonly datagram: Datagram }
  | { readonly type: 'open'; readonly conn: string }
  | { readonly type: 'write'; readonly conn: string; readonly pieces: readonly Piece[] }
  /** This side reads no more; FIN follows what it has written. */
  | { readonly type: 'end'; readonly conn: string }
  /** A text seen by a user. */
  | { readonly type: 'shown'; readonly to: ClientId; readonly from: ClientId; readonly text: string }
  /** A line of a list of past texts, from 0. */
  | {
      readonly type: 'listed';
      readonly to: ClientId;
      readonly of: ClientId;
      readonly index: number;
      readonly session: number;
      readonly from: ClientId;
      readonly text: string;
    }
  /** For the story: what a user reads. */
  | { readonly type: 'says'; readonly to: ClientId; readonly text: string }
  | { readonly type: 'violation'; readonly invariant: string; readonly what: string };
