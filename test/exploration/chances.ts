/**
 * Everything that somebody may do and need not: what users type, what goes wrong, what an attacker forges. Each costs what
 * the scenario's budget says. Must never be here: what happens by itself.
 */
import type { UserEvent } from '../../machines/client/events';
import { deliverToClient, deliverToServer, isTaken, wordsOf, type Move } from './moves';
import { authFail, authSuccess, challenge, hello, response, retry, type Piece } from './symbols';
import { withConn, type Conn, type Conns } from './tcp';
import type { Draft, Row, Universe } from './world';

export function chances(u: Universe, row: Row): Move[] {
  return [...userMoves(u, row), ...faultMoves(u, row), ...attackMoves(u, row), ...lies(u, row)];
}

function left(u: Universe, row: Row, what: string): boolean {
  return (u.budget(row)[what] ?? 0) > 0;
}

// Users

function userMoves(u: Universe, row: Row): Move[] {
  const names = [...u.ids, ...(u.scenario.strangers ?? [])];
  return u.ids.flatMap((id, i) => {
    const one = (what: string, words: string, event: UserEvent): Move[] =>
      left(u, row, `${id}.${what}`) ? [types(u, row, i, what, words, event)] : [];
    return [
      ...one('on', 'Log on', { type: 'U.LOGON' }),
      ...one('off', 'Log off', { type: 'U.LOGOFF' }),
      ...names.flatMap((name) => one('cmd', `Chat ${name}`, { type: 'U.CHAT', id: name })),
      ...one('cmd', 'End chat', { type: 'U.END' }),
      ...one('text', 'a text', { type: 'U.TEXT', text: '', session: null }),
      ...one('text', 'a text that is not allowed', { type: 'U.TEXT', text: 'fault', session: null }),
      ...lineMoves(u, row, i, id),
      ...names.flatMap((name) => one('hist', `History ${name}`, { type: 'U.HISTORY', id: name })),
    ];
  });
}
/** A line takes time: what happens between its first key and its end may end the chat that it was for. */
function lineMoves(u: Universe, row: Row, i: number, id: string): Move[] {
  if (u.client(row, i).begun !== undefined) {
    const apply = (draft: Draft): void => u.stepClient(draft, i, 'finishes', (client) => client.finishLine());
    return [{ words: `${id} finishes the line`, apply }];
  }
  if (!left(u, row, `${id}.line`)) return [];
  const begins = (draft: Draft): void => u.stepClient(draft, i, 'begins', (client) => client.beginLine());
  return [costing(u, `${id}.line`, `${id} begins a line`, begins)];
}
/** A command that is refused changes nothing and costs nothing. */
function types(u: Universe, row: Row, i: number, what: string, words: string, event: UserEvent): Move {
  const id = u.ids[i] ?? '';
  return {
    words: `${id} types ${words}`,
    apply: (draft) => {
      u.stepClient(draft, i, JSON.stringify(event), (client) => client.user(event));
      if (draft.row[i] !== row[i]) u.spend(draft, `${id}.${what}`);
    },
  };
}

// Faults

function faultMoves(u: Universe, row: Row): Move[] {
  const server = u.server(row);
  const on = server.phase === 'on';
  const moves = eachConn(u, row).flatMap(([i, name, conn]) => connFaults(u, row, i, name, conn));
  if (left(u, row, 'loss')) {
    for (const datagram of u.datagramsIn(row)) {
      moves.push(costing(u, 'loss', `${datagram} is lost`, (draft) => u.lose(draft, datagram)));
    }
  }
  if (on && left(u, row, 'busy')) moves.push(...busy(u, row));
  if (on && left(u, row, 'crash')) moves.push(crash(u, 'process'), crash(u, 'machine'));
  if (on && left(u, row, 'stop')) moves.push(stop(u));
  if (on && left(u, row, 'remove')) moves.push(...u.ids.map((id) => changeOfSubscribers(u, row, id)));
  if (on && server.store.works && left(u, row, 'disk')) {
    moves.push(
      costing(u, 'disk', 'the disk is full', (draft) => {
        u.stepServer(draft, 'disk', (s) => void (s.store.works = false));
      }),
    );
  }
  return moves;
}
/** A HELLO meets a bucket that is empty, or a table that is full. */
function busy(u: Universe, row: Row): Move[] {
  const hellos = u.datagramsIn(row).filter((datagram) => datagram.startsWith('HELLO') && isTaken(u, row, datagram));
  return hellos.map((datagram) =>
    costing(u, 'busy', `the server has no room for ${datagram}`, (draft) => {
      u.stepServer(draft, `busy ${datagram}`, (s) => s.datagram(datagram, false), { type: 'datagram', datagram });
    }),
  );
}
function costing(u: Universe, what: string, words: string, apply: (draft: Draft) => void): Move {
  const paid = (draft: Draft): void => {
    apply(draft);
    u.spend(draft, what);
  };
  return { words, apply: paid };
}
function eachConn(u: Universe, row: Row): (readonly [number, string, Conn])[] {
  return u.ids.flatMap((_, i) => Object.entries(u.connsOf(row, i)).map(([name, conn]) => [i, name, conn] as const));
}

function connFaults(u: Universe, row: Row, i: number, name: string, conn: Conn): Move[] {
  const moves: Move[] = [];
  const change = (draft: Draft, changed: Partial<Conn>): void =>
    u.changeConns(draft, i, (conns) => (conns[name] ? withConn(conns, name, changed) : conns));
  const bothThere = !conn.cut && (conn.client === 'open' || conn.client === 'opening') && conn.server !== 'gone';
  if (bothThere && left(u, row, 'cut')) {
    const apply = (draft: Draft): void => change(draft, { cut: true, up: [], down: [], ...cutSyn(conn) });
    moves.push(costing(u, 'cut', `${name} is cut`, apply));
  }
  const [first] = conn.up;
  if (first && 'first' in first && left(u, row, 'cookie')) {
    const up = [{ first: { ...first.first, cookie: 'wrong' } }, ...conn.up.slice(1)];
    moves.push(costing(u, 'cookie', `the cookie on ${name} is wrong`, (draft) => change(draft, { up })));
  }
  if (conn.client === 'open' && conn.server === 'bound' && !conn.cut && left(u, row, 'garble')) {
    const server = (draft: Draft): void => u.stepServer(draft, `garble ${name}`, (s) => s.broken(name, 'invalid'));
    moves.push(costing(u, 'garble', `a record to the server on ${name} is altered`, server));
    const client = (draft: Draft): void => {
      change(draft, { down: [] });
      u.stepClient(draft, i, `garble ${name}`, (c) => c.broken(name, 'invalid'));
    };
    moves.push(costing(u, 'garble', `a record to the client on ${name} is altered`, client));
  }
  if (conn.server === 'bound' && conn.client === 'open' && left(u, row, 'slow')) {
    const apply = (draft: Draft): void => u.stepServer(draft, `slow ${name}`, (s) => s.tooSlow(name));
    moves.push(costing(u, 'slow', `the server finds ${name} too slow`, apply));
  }
  return moves;
}
/** A connection that has not opened yet is not known to the server. */
function cutSyn({ server }: Conn): Partial<Conn> {
  return server === 'syn' ? { server: 'gone' } : {};
}

function crash(u: Universe, what: 'process' | 'machine'): Move {
  return costing(u, 'crash', `the server's ${what} dies`, (draft) => {
    u.stepServer(draft, 'crash', (server) => server.crash());
    forEachServerEnd(u, draft, (conns, name, conn) =>
      what === 'machine'
        ? withConn(conns, name, { server: 'gone', cut: true, up: [], down: [] })
        : withConn(conns, name, { server: 'gone', up: [], down: [...conn.down, { fin: true }] }),
    );
  });
}
function stop(u: Universe): Move {
  return costing(u, 'stop', 'the operator stops the server', (draft) => {
    u.stepServer(draft, 'stop', (server) => server.stop());
    forEachServerEnd(u, draft, (conns, name, conn) =>
      conn.server === 'unbound' ? withConn(conns, name, { server: 'gone', up: [], down: [{ fin: true }] }) : conns,
    );
  });
}
function changeOfSubscribers(u: Universe, row: Row, id: string): Move {
  const { removed } = u.server(row).store;
  if (removed.includes(id)) {
    const add = (draft: Draft): void => u.stepServer(draft, `add ${id}`, (server) => server.add(id));
    return costing(u, 'remove', `the operator adds ${id} again`, add);
  }
  const remove = (draft: Draft): void => u.stepServer(draft, `remove ${id}`, (server) => server.remove(id));
  return costing(u, 'remove', `the operator removes ${id}`, remove);
}
function forEachServerEnd(u: Universe, draft: Draft, change: (conns: Conns, name: string, conn: Conn) => Conns): void {
  for (const [i, name, conn] of eachConn(u, draft.row)) {
    if (conn.server === 'gone' || conn.server === 'syn') continue;
    u.changeConns(draft, i, (conns) => change(conns, name, conn));
  }
}

// Attackers

function attackMoves(u: Universe, row: Row): Move[] {
  const moves = u.ids.flatMap((_, i) => attacksOnClient(u, row, i));
  if (u.server(row).phase !== 'on') return moves;
  return [...moves, ...attacksOnServer(u, row), ...replays(u, row)];
}

function attacksOnClient(u: Universe, row: Row, i: number): Move[] {
  const client = u.client(row, i);
  const { attempt } = client;
  if (client.udp === 'closed') return [];
  const forged = (what: string | null, datagram: string): Move => {
    const words = `an attacker sends ${client.id} ${datagram}`;
    const apply = (draft: Draft): void => deliverToClient(u, draft, i, datagram);
    return what === null ? { words, apply } : costing(u, what, words, apply);
  };
  const moves: Move[] = [];
  if (u.scenario.authFail) moves.push(forged(null, authFail(attempt)), forged(null, authSuccess(attempt, 'forged')));
  if (left(u, row, 'CHALLENGE')) {
    moves.push(forged('CHALLENGE', challenge(attempt, `M${String(u.budget(row).CHALLENGE)}`)));
  }
  if (left(u, row, 'RETRY')) moves.push(forged('RETRY', retry(attempt, `M${String(u.budget(row).RETRY)}`)));
  if (left(u, row, 'altered')) {
    for (const datagram of u.datagramsIn(row)) {
      if (datagram.startsWith(`CHALLENGE ${attempt} `))
        moves.push(forged('altered', datagram.replace('plain', `altered${String(u.budget(row).altered)}`)));
    }
  }
  return moves;
}

function attacksOnServer(u: Universe, row: Row): Move[] {
  const moves: Move[] = [];
  const forged = (what: string, datagram: string): void => {
    const apply = (draft: Draft): void => deliverToServer(u, draft, datagram);
    moves.push(costing(u, what, `an attacker sends the server ${datagram}`, apply));
  };
  u.ids.forEach((id, i) => {
    const { attempt, udp, attempts } = u.client(row, i);
    if (left(u, row, 'flood')) forged('flood', hello(id, `x${String(u.budget(row).flood)}`));
    if (attempts === 0) return;
    if (left(u, row, 'HELLO') && udp === 'open') forged('HELLO', hello(id, attempt, 'altered'));
    if (!left(u, row, 'RESPONSE')) return;
    const wrong = `wrong${String(u.budget(row).RESPONSE)}`;
    for (const rand of randsOf(u, row, id)) forged('RESPONSE', response(id, attempt, rand, wrong));
    forged('RESPONSE', response(id, attempt, 'M9', wrong));
  });
  if (left(u, row, 'flood')) forged('flood', hello('Z', 'z1'));
  return moves;
}
function randsOf(u: Universe, row: Row, id: string): string[] {
  return [...u.server(row).board.tables.all].flatMap((each) => (each.id === id && each.rand ? [each.rand] : []));
}

/** The attacker has recorded a first flight, and sends it again on a socket of his own. */
function replays(u: Universe, row: Row): Move[] {
  if (!left(u, row, 'replay')) return [];
  const inFlight = eachConn(u, row).flatMap(([i, name, { up }]) =>
    up.flatMap((piece) => ('first' in piece ? [{ i, name, flight: piece.first }] : [])),
  );
  const used = u.server(row).accepted.map((flight) => {
    const attempt = flight.key.split('/')[2]?.split('_')[2] ?? '';
    return { i: u.indexOf(attempt), name: attempt, flight };
  });
  return [...inFlight, ...used].flatMap(({ i, name, flight }) => {
    const copyName = `${name}*`;
    if (u.connsOf(row, i)[copyName]) return [];
    const conn: Conn = { client: 'mute', server: 'unbound', up: [{ first: flight }], down: [], cut: false };
    const apply = (draft: Draft): void => u.changeConns(draft, i, (conns) => ({ ...conns, [copyName]: conn }));
    return [costing(u, 'replay', `an attacker repeats the CONNECT of ${name}`, apply)];
  });
}

// Liars: they have the keys, and write what they like

function lies(u: Universe, row: Row): Move[] {
  if (!left(u, row, 'lie')) return [];
  const { lies: byClient, lyingServer } = u.scenario;
  const who = byClient?.by ?? lyingServer?.to ?? '';
  const i = u.ids.indexOf(who);
  const open = Object.entries(u.connsOf(row, i)).find(
    ([, conn]) => conn.client === 'open' && (conn.server === 'bound' || !byClient) && !conn.cut,
  );
  if (!open) return [];
  const [name, conn] = open;
  return (
    (byClient ?? lyingServer)?.records.map((record) => {
      const piece: Piece = { record };
      const changed = byClient ? { up: [...conn.up, piece] } : { down: [...conn.down, piece] };
      const words = `${byClient ? who : 'the server'} lies on ${name}: ${wordsOf([piece])}`;
      return costing(u, 'lie', words, (draft) => u.changeConns(draft, i, (conns) => withConn(conns, name, changed)));
    }) ?? []
  );
}
