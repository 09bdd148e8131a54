/**
 * The TCP connections of one client as plain data: what is in flight in both directions, and who still reads. A cut destroys
 * what is in flight; each side notices by itself, as late as it likes. Must never be here: machines.
 */
import type { Out, Piece } from './symbols';

export interface Conn {
  /** `mute`: an attacker holds this end and says nothing more. */
  readonly client: 'opening' | 'open' | 'gone' | 'mute';
  /** `unbound`: accepted, and CONNECT not read yet. */
  readonly server: 'syn' | 'unbound' | 'bound' | 'gone';
  readonly up: readonly Piece[];
  readonly down: readonly Piece[];
  readonly cut: boolean;
}
/** By name; both ends gone: not here any more. */
export type Conns = Readonly<Record<string, Conn>>;

const NEW: Conn = { client: 'opening', server: 'syn', up: [], down: [], cut: false };
const FIN: Piece = { fin: true };

/** The connection changed; without both ends it is forgotten. */
export function withConn(conns: Conns, name: string, change: Partial<Conn>): Conns {
  const conn = { ...(conns[name] ?? NEW), ...change };
  const rest = { ...conns };
  const over = conn.server === 'gone' && conn.client !== 'open' && conn.client !== 'opening';
  if (over) delete rest[name];
  else rest[name] = conn;
  return rest;
}

function without(conns: Conns, name: string): Conns {
  const rest = { ...conns };
  delete rest[name];
  return rest;
}

/** What a client's step does to its connections. */
export function clientDid(conns: Conns, out: Out): Conns {
  if (out.type === 'open') return withConn(conns, out.conn, {});
  if (out.type !== 'write' && out.type !== 'end') return conns;
  const conn = conns[out.conn];
  if (!conn || conn.client === 'gone') return conns;
  const reachable = !conn.cut && conn.server !== 'gone';
  if (out.type === 'write') {
    return reachable ? withConn(conns, out.conn, { up: [...conn.up, ...out.pieces] }) : conns;
  }
  if (conn.server === 'syn') return without(conns, out.conn);
  const up = reachable ? [...conn.up, FIN] : conn.up;
  return withConn(conns, out.conn, { client: 'gone', up, down: [] });
}

/** What the server's step does to them. */
export function serverDid(conns: Conns, out: Out): Conns {
  if (out.type !== 'write' && out.type !== 'end') return conns;
  const conn = conns[out.conn];
  if (!conn || conn.server === 'gone') return conns;
  const reads = !conn.cut && (conn.client === 'open' || conn.client === 'opening');
  if (out.type === 'write') {
    return reads ? withConn(conns, out.conn, { down: [...conn.down, ...out.pieces] }) : conns;
  }
  return withConn(conns, out.conn, { server: 'gone', up: [], down: reads ? [...conn.down, FIN] : conn.down });
}

/** Whether the piece is a record; a run of them may be read at once. */
export function recordsAhead(pieces: readonly Piece[]): number {
  let count = 0;
  while (count < pieces.length && 'record' in (pieces[count] as Piece)) count++;
  return count;
}
