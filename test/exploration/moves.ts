/**
 * Everything that can happen next in a world when nobody does anything new and nothing goes wrong: datagrams and TCP pieces
 * arrive, turns end, timers expire, a server that is off is turned on. Must never be here: users, faults, attackers.
 */
import type { TimerName } from './client';
import type { Input } from './invariants';
import type { FirstFlight, Piece } from './symbols';
import { clientOf, helloIn, isFromServer, partsOf } from './symbols';
import { recordsAhead, withConn, type Conn } from './tcp';
import type { Draft, Row, Universe } from './world';

export interface Move {
  /** In words, for a story. */
  readonly words: string;
  /** Place in the order of a fair run; the lowest goes first. Absent: a fair run does not do this. */
  readonly fair?: number;
  readonly apply: (draft: Draft) => void;
}

/** The order of a fair run (6.2): timers only when nothing else can happen. */
export const FAIR = {
  tcp: 0,
  turn: 1,
  start: 2,
  toClient: 3,
  toServer: 4,
  probe: 5,
  RETRY: 6,
  preface: 7,
  HOLD: 8,
  CONNECTING: 9,
  GIVEUP: 10,
  server: 11,
  dead: 12,
} as const;

export function naturalMoves(u: Universe, row: Row): Move[] {
  return [...serverMoves(u, row), ...u.ids.flatMap((_, i) => clientMoves(u, row, i)), ...datagramMoves(u, row)];
}

// Datagrams

function datagramMoves(u: Universe, row: Row): Move[] {
  return u.datagramsIn(row).flatMap((datagram) => {
    if (isFromServer(datagram)) return [toClient(u, datagram)];
    return u.server(row).phase === 'on' && isTaken(u, row, datagram) ? [toServer(u, row, datagram)] : [];
  });
}
function toClient(u: Universe, datagram: string): Move {
  const i = u.indexOf(partsOf(datagram).attempt);
  return {
    words: `${datagram} reaches ${u.ids[i] ?? ''}`,
    fair: FAIR.toClient,
    apply: (draft) => deliverToClient(u, draft, i, datagram),
  };
}
export function deliverToClient(u: Universe, draft: Draft, i: number, datagram: string): void {
  u.stepClient(draft, i, datagram, (client) => client.datagram(datagram), { type: 'datagram', datagram });
}
/** A HELLO makes only so many attempts. */
export function isTaken(u: Universe, row: Row, datagram: string): boolean {
  const { board, ports } = u.server(row);
  const hello = helloIn(datagram);
  if (!datagram.startsWith('HELLO') || board.tables.byHash.has(hello)) return true;
  return (ports.authenticator.made[hello] ?? 0) < (u.scenario.late ?? 1);
}
function toServer(u: Universe, row: Row, datagram: string): Move {
  const { attempt } = partsOf(datagram);
  const client = u.client(row, u.indexOf(attempt));
  const waits = client.attempt === attempt && client.udp === 'open';
  return {
    words: `${datagram} reaches the server`,
    ...(waits ? { fair: FAIR.toServer } : {}),
    apply: (draft) => deliverToServer(u, draft, datagram),
  };
}
export function deliverToServer(u: Universe, draft: Draft, datagram: string): void {
  u.stepServer(draft, datagram, (server) => server.datagram(datagram), { type: 'datagram', datagram });
}

// The server by itself

function serverMoves(u: Universe, row: Row): Move[] {
  const server = u.server(row);
  if (server.phase !== 'on') return [serverStart(u)];
  const moves = [...server.timers].map((name): Move => {
    const apply = (draft: Draft): void => u.stepServer(draft, `timer ${name}`, (s) => s.timer(name));
    return { words: `the server's timer ${name} expires`, fair: FAIR.server, apply };
  });
  if (server.hasPending || server.hasPump) {
    const apply = (draft: Draft): void => u.stepServer(draft, 'end of turn', (s) => s.endTurn());
    moves.push({ words: 'the server ends its turn', fair: FAIR.turn, apply });
  }
  if (!server.store.works) {
    const apply = (draft: Draft): void => u.stepServer(draft, 'repair', (s) => void (s.store.works = true));
    moves.push({ words: 'the disk has room again', fair: FAIR.probe, apply });
  } else if (!server.store.writable) {
    const apply = (draft: Draft): void => u.stepServer(draft, 'probe', (s) => s.probe());
    moves.push({ words: 'the server finds that its disk works again', fair: FAIR.probe, apply });
  }
  return moves;
}
function serverStart(u: Universe): Move {
  const start = (draft: Draft): void =>
    u.stepServer(draft, 'start', (server) => {
      if (server.phase === 'stopped') server.crash();
      server.start();
    });
  return { words: 'the server starts', fair: FAIR.start, apply: start };
}

// A client and its connections

function clientMoves(u: Universe, row: Row, i: number): Move[] {
  const client = u.client(row, i);
  const moves = timersOf(u, client.timers).map((name): Move => {
    const input: Input = { type: 'timer', name };
    const apply = (draft: Draft): void => u.stepClient(draft, i, `timer ${name}`, (c) => c.timer(name), input);
    const fair = name.startsWith('ACT') ? {} : { fair: FAIR[name as keyof typeof FAIR] };
    return { words: `${client.id}'s timer ${name} expires`, ...fair, apply };
  });
  if (client.hasPending) {
    const apply = (draft: Draft): void => u.stepClient(draft, i, 'end of turn', (c) => c.endTurn());
    moves.push({ words: `${client.id} ends its turn`, fair: FAIR.turn, apply });
  }
  return [...moves, ...Object.entries(u.connsOf(row, i)).flatMap(([name, conn]) => connMoves(u, row, i, name, conn))];
}
/** The warning comes before the end, always. */
function timersOf(u: Universe, armed: ReadonlySet<TimerName>): TimerName[] {
  return [...armed].filter((name) => {
    if (!name.startsWith('ACT')) return true;
    return u.scenario.activity === true && (name === 'ACT_WARN' || !armed.has('ACT_WARN'));
  });
}

function connMoves(u: Universe, row: Row, i: number, name: string, conn: Conn): Move[] {
  const { client, server } = conn;
  const on = u.server(row).phase === 'on';
  if (conn.cut) return noticeMoves(u, i, name, conn);
  if (server === 'syn') return [on ? opens(u, i, name) : refused(u, i, name)];
  const moves: Move[] = [];
  if (client === 'mute' && conn.up.length === 0) moves.push(serverNotices(u, i, name, server));
  if (server === 'unbound' && client === 'open') moves.push(prefaceTooLate(u, row, i, name));
  if (on && server !== 'gone') moves.push(...readMoves(u, conn.up, (k) => serverReads(u, i, name, conn, k)));
  if (client === 'open') moves.push(...readMoves(u, conn.down, (k) => clientReads(u, i, name, conn, k)));
  return moves;
}
/** The first piece, or all records that have come. */
function readMoves(u: Universe, pieces: readonly Piece[], reads: (count: number) => Move): Move[] {
  if (pieces.length === 0) return [];
  const ahead = recordsAhead(pieces);
  return u.scenario.reads === 'many' && ahead > 1 ? [reads(1), reads(ahead)] : [reads(1)];
}

function opens(u: Universe, i: number, name: string): Move {
  const apply = (draft: Draft): void => {
    u.changeConns(draft, i, (conns) => withConn(conns, name, { client: 'open', server: 'unbound' }));
    u.stepClient(draft, i, `open ${name}`, (client) => client.opened(name));
  };
  return { words: `TCP ${name} opens`, fair: FAIR.tcp, apply };
}
function refused(u: Universe, i: number, name: string): Move {
  const apply = (draft: Draft): void => {
    u.changeConns(draft, i, (conns) => withConn(conns, name, { client: 'gone', server: 'gone' }));
    u.stepClient(draft, i, `refused ${name}`, (client) => client.broken(name, 'lost'));
  };
  return { words: `TCP ${name} is refused`, fair: FAIR.tcp, apply };
}
function prefaceTooLate(u: Universe, _: Row, i: number, name: string): Move {
  const apply = (draft: Draft): void =>
    u.changeConns(draft, i, (conns) => withConn(conns, name, { server: 'gone', up: [], down: [{ fin: true }] }));
  return { words: `the server waits no longer for CONNECT on ${name}`, fair: FAIR.preface, apply };
}

function noticeMoves(u: Universe, i: number, name: string, { client, server }: Conn): Move[] {
  const moves: Move[] = [];
  // Of a connection that never opened the system says nothing before T.CONNECTING.
  if (client === 'open') {
    const apply = (draft: Draft): void => {
      u.changeConns(draft, i, (conns) => withConn(conns, name, { client: 'gone' }));
      u.stepClient(draft, i, `dead ${name}`, (c) => c.broken(name, 'dead'));
    };
    moves.push({ words: `${clientOf(name)} notices that ${name} is cut`, fair: FAIR.tcp, apply });
  }
  if (server !== 'gone') moves.push({ ...serverNotices(u, i, name, server), fair: FAIR.tcp });
  return moves;
}
function serverNotices(u: Universe, i: number, name: string, server: Conn['server']): Move {
  const apply = (draft: Draft): void => {
    if (server === 'bound') u.stepServer(draft, `dead ${name}`, (s) => s.broken(name, 'dead'));
    u.changeConns(draft, i, (conns) => (conns[name] ? withConn(conns, name, { server: 'gone' }) : conns));
  };
  return { words: `the server notices that ${name} is cut`, fair: FAIR.dead, apply };
}

function serverReads(u: Universe, i: number, name: string, { server, up }: Conn, count: number): Move {
  const read = up.slice(0, count);
  const apply = (draft: Draft): void => {
    u.changeConns(draft, i, (conns) => withConn(conns, name, { up: up.slice(count) }));
    const [first] = read;
    if (!first) return;
    if ('first' in first) return offers(u, draft, i, name, first.first);
    if ('record' in first) {
      const records = recordsOf(read);
      return u.stepServer(draft, `${name} reads ${JSON.stringify(records)}`, (s) => s.read(name, records));
    }
    if (server === 'bound') return u.stepServer(draft, `${name} FIN`, (s) => s.broken(name, 'lost'));
    u.changeConns(draft, i, (conns) => withConn(conns, name, { server: 'gone' }));
  };
  return { words: `the server reads from ${name}: ${wordsOf(read)}`, fair: FAIR.tcp, apply };
}
function offers(u: Universe, draft: Draft, i: number, conn: string, flight: FirstFlight): void {
  const run = `${conn} offers ${flight.key} ${flight.cookie}`;
  u.stepServer(draft, run, (s) => s.firstFlight(conn, flight), { type: 'flight', conn, flight });
  if (!u.server(draft.row).links[conn]) return;
  u.changeConns(draft, i, (conns) => (conns[conn] ? withConn(conns, conn, { server: 'bound' }) : conns));
}

function clientReads(u: Universe, i: number, name: string, { down }: Conn, count: number): Move {
  const read = down.slice(0, count);
  const apply = (draft: Draft): void => {
    u.changeConns(draft, i, (conns) => withConn(conns, name, { down: down.slice(count) }));
    const [first] = read;
    if (!first || 'first' in first) return;
    if ('fin' in first) {
      u.changeConns(draft, i, (conns) => withConn(conns, name, { client: 'gone' }));
      return u.stepClient(draft, i, `${name} FIN`, (c) => c.broken(name, 'lost'));
    }
    const records = recordsOf(read);
    u.stepClient(draft, i, `${name} reads ${JSON.stringify(records)}`, (c) => c.read(name, records));
  };
  return { words: `${clientOf(name)} reads from ${name}: ${wordsOf(read)}`, fair: FAIR.tcp, apply };
}

function recordsOf(pieces: readonly Piece[]) {
  return pieces.flatMap((piece) => ('record' in piece ? [piece.record] : []));
}
/** `CHAT(1, A/1/1) + END_REQUEST(1) | CONNECT | FIN`. */
export function wordsOf(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if ('first' in piece) return 'CONNECT';
      if ('fin' in piece) return 'FIN';
      return piece.record.map(({ type, ...fields }) => `${type}(${Object.values(fields).join(', ')})`).join(' + ');
    })
    .join(' | ');
}
