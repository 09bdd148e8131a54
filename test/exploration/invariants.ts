/**
 * The invariants of docs/protocol.md, section 6.1, as checks of a step or of a world. I-5, I-8, I-9 (order), I-10 (count) and
 * I-11 are noticed where they happen: server.ts, server-links.ts, client.ts. Must never be here: what causes a step.
 */
import { rowFor } from '../../diagrams/spec';
import type { ClientStatus } from '../../machines/client/client';
import type { ConnectionState } from '../../machines/client/connection';
import type { Instance } from '../../machines/server/switchboard';
import { WIRE } from '../../machines/limits';
import type { ClientModel, TimerName } from './client';
import type { ServerModel } from './server';
import type { Taken } from './stepper';
import type { FirstFlight, Out } from './symbols';
import { textParts } from './symbols';
import type { Conns } from './tcp';

/** What came in from outside. */
export type Input =
  | { readonly type: 'datagram'; readonly datagram: string }
  | { readonly type: 'flight'; readonly conn: string; readonly flight: FirstFlight }
  | { readonly type: 'timer'; readonly name: string }
  | { readonly type: 'other' };

type Violation = Extract<Out, { type: 'violation' }>;
function violation(invariant: string, what: string): Violation {
  return { type: 'violation', invariant, what };
}

/** I-7: a conforming program never comes into a cell that is marked PE or N/A. */
export function cellViolations(taken: readonly Taken[]): Violation[] {
  return taken.flatMap(({ machine, from, event, alternative }) => {
    const mark = rowFor(machine, from, event.type)[alternative]?.mark;
    if (mark !== 'PE' && mark !== 'N/A') return [];
    return [violation('I-7', `${machine} in ${from} gets ${event.type}, marked ${mark}`)];
  });
}

// A client's step

/** I-12 and I-14. */
export function clientViolations(before: ClientStatus, model: ClientModel, input: Input): Violation[] {
  const after = model.client.status;
  if (input.type === 'timer') {
    const ended = input.name === 'ACT_EXPIRED' && before.chat === 'Active Chat' && after.connection === 'Offline';
    return ended ? [violation('I-14', `T.ACT_EXPIRED takes ${model.id} out of Active Chat to Offline`)] : [];
  }
  if (input.type !== 'datagram' || before.connection === 'Offline') return [];
  if (after.connection === 'Offline') return [violation('I-12', `${input.datagram} takes ${model.id} to Offline`)];
  const settled = before.connection.startsWith('Connect');
  const same = JSON.stringify(before) === JSON.stringify(after);
  return settled && !same ? [violation('I-12', `${input.datagram} changes ${model.id} in ${before.connection}`)] : [];
}

// A step of the server

/** An instance as it was before a step. */
export interface Snap {
  readonly id: string;
  readonly attempt: string;
  readonly state: string;
  readonly wrong: number;
  readonly text: string;
}
export type Snaps = ReadonlyMap<number, Snap>;

export function snapsOf({ board }: ServerModel): Snaps {
  return new Map([...board.tables.all].map((instance) => [instance.serial, snapOf(instance)]));
}
function snapOf({ id, attempt, connection, chat, history }: Instance): Snap {
  const inside = [chat, history].map((actor) => actor && [actor.state, actor.context]);
  const text = JSON.stringify([connection.state, connection.context, inside]);
  return { id, attempt, state: connection.state, wrong: connection.context.wrong.length, text };
}

export function serverViolations(before: Snaps, model: ServerModel, input: Input): Violation[] {
  return [
    ...oneConnected(model),
    ...bounded(model),
    ...subscribed(model),
    ...provedItself(before, model, input),
    ...symmetric(model),
    ...(input.type === 'datagram' ? untouched(before, model, input.datagram) : []),
    ...displaced(before, model, input),
    ...acceptedOnce(model, input),
  ];
}

/** I-1. */
function oneConnected({ board }: ServerModel): Violation[] {
  const connected = [...board.tables.all].filter(({ connection }) => connection.state === 'Connected');
  const ids = connected.map(({ id }) => id);
  return ids.filter((id, i) => ids.indexOf(id) < i).map((id) => violation('I-1', `${id} is connected twice`));
}

/** I-19, as far as tables of attempts go. */
function bounded({ board, setup }: ServerModel): Violation[] {
  const { PENDING_ATTEMPTS, CONNECTING_PER_CLIENT } = setup.limits;
  const all = [...board.tables.all];
  const pending = all.filter(({ connection }) => connection.state === 'Wait for RESPONSE').length;
  const connecting = all.filter(({ connection }) => connection.state === 'Connecting').map(({ id }) => id);
  const most = Math.max(0, ...connecting.map((id) => connecting.filter((other) => other === id).length));
  const full = pending > PENDING_ATTEMPTS || most > CONNECTING_PER_CLIENT;
  const what = `${String(pending)} attempts in Wait for RESPONSE, ${String(most)} of one client in Connecting`;
  return full ? [violation('I-19', what)] : [];
}

/** I-23. */
function subscribed({ board, ports }: ServerModel): Violation[] {
  return [...board.tables.all].flatMap(({ id, attempt, connection }) =>
    ports.subscribers.has(id) ? [] : [violation('I-23', `${attempt} of ${id} is in ${connection.state}`)],
  );
}

/** I-2. */
function provedItself(before: Snaps, model: ServerModel, input: Input): Violation[] {
  return [...model.board.tables.all].flatMap((instance) => {
    const { serial, id, attempt, rand = '', connection } = instance;
    const { state } = connection;
    if (before.get(serial)?.state === state) return [];
    if (state === 'Connecting') {
      const due = `RESPONSE ${id} ${attempt} ${rand} right:${id}`;
      const proved = input.type === 'datagram' && input.datagram === due;
      return proved ? [] : [violation('I-2', `${attempt} reaches Connecting without ${due}`)];
    }
    if (state !== 'Connected') return [];
    const key = model.ports.authenticator.keyOf(serial);
    const proved = input.type === 'flight' && input.flight.key === key && input.flight.cookie === `cookie:${key}`;
    return proved ? [] : [violation('I-2', `${attempt} reaches Connected without its own CONNECT`)];
  });
}

/** I-3. */
function acceptedOnce({ accepted }: ServerModel, input: Input): Violation[] {
  if (input.type !== 'flight') return [];
  const tags = accepted.map(({ tag }) => tag);
  return new Set(tags).size < tags.length ? [violation('I-3', `the cookie of ${input.conn} is accepted again`)] : [];
}

/** I-4. */
function symmetric({ board }: ServerModel): Violation[] {
  const active = [...board.tables.all].flatMap(({ id, connection, chat }) =>
    chat?.state === 'Active Chat' ? [{ ...chat.context, id, state: connection.state }] : [],
  );
  return active.flatMap((one) => {
    const partners = active.filter(({ id, session }) => session === one.session && id !== one.id);
    const [other] = partners;
    const right = partners.length === 1 && other?.id === one.peer && other?.peer === one.id;
    if (right && one.state === 'Connected') return [];
    return [
      violation('I-4', `${one.id} is in session ${String(one.session)} with ${one.peer ?? ''}, and not the reverse`),
    ];
  });
}

/** I-13. A RESPONSE that proves the key is no unauthenticated datagram. */
function untouched(before: Snaps, model: ServerModel, datagram: string): Violation[] {
  const [type, , , rand, res] = datagram.split(' ');
  const after = snapsOf(model);
  const isRight = (serial: number): boolean => {
    const instance = [...model.board.tables.all].find((each) => each.serial === serial);
    return type === 'RESPONSE' && instance?.rand === rand && res === `right:${instance?.id ?? ''}`;
  };
  return [...before].flatMap(([serial, snap]) => {
    const now = after.get(serial);
    const settled = snap.state === 'Connecting' || snap.state === 'Connected';
    if (settled && now?.text !== snap.text && !isSuperseded(before, after)) {
      return [violation('I-13', `${datagram} changes ${snap.attempt} in ${snap.state}`)];
    }
    if (settled || snap.state !== 'Wait for RESPONSE' || now) return [];
    const third = type === 'RESPONSE' && snap.wrong + 1 === WIRE.WRONG_RESPONSES;
    if (third || evicted(before, after, type) || isRight(serial)) return [];
    return [violation('I-13', `${datagram} ends ${snap.attempt} in Wait for RESPONSE`)];
  });
}
/** A HELLO that came into a full table: one instance more, one less. */
function evicted(before: Snaps, after: Snaps, type: string | undefined): boolean {
  return type === 'HELLO' && [...after.keys()].some((serial) => !before.has(serial));
}
/** The client's fifth proved attempt takes the place of its first (3.6). */
function isSuperseded(before: Snaps, after: Snaps): boolean {
  return [...after].some(([serial, { state }]) => state === 'Connecting' && before.get(serial)?.state !== 'Connecting');
}

/** I-15. */
function displaced(before: Snaps, model: ServerModel, input: Input): Violation[] {
  if (input.type !== 'flight') return [];
  const after = snapsOf(model);
  const risen = [...after].filter(
    ([serial, { state }]) => state === 'Connected' && before.get(serial)?.state !== state,
  );
  const gone = [...before].filter(([serial, { state }]) => state === 'Connected' && after.get(serial)?.state !== state);
  return gone.flatMap(([serial, old]) =>
    risen
      .filter(([newer, { id, attempt }]) => id === old.id && (newer < serial || number(attempt) < number(old.attempt)))
      .map(([, { attempt }]) => violation('I-15', `${attempt} displaces the newer ${old.attempt}`)),
  );
}
function number(attempt: string): number {
  return Number(attempt.slice(1));
}

// The world

/** I-9 and I-10: what users read is what the server has stored. */
export function shownViolations(outs: readonly Out[], server: ServerModel): Violation[] {
  return outs.flatMap((out) => {
    if (out.type === 'shown') {
      const { session } = textParts(out.text);
      const member = server.members[`s${String(session)}`]?.includes(out.to);
      const stored = server.store.texts.some(({ text, sender }) => text === out.text && sender === out.from);
      if (member && stored) return [];
      return [violation('I-9', `${out.to} reads ${out.text}, which is ${stored ? 'not for it' : 'not stored'}`)];
    }
    if (out.type !== 'listed') return [];
    const due = server.store.pair(out.to, out.of)[out.index];
    const { typist, session } = textParts(out.text);
    const isTrue = typist === out.from && session === out.session;
    if (isTrue && due?.text === out.text && due.sender === out.from && due.session === out.session) return [];
    return [
      violation('I-10', `${out.to} reads ${out.text} in its list with ${out.of} instead of ${due?.text ?? 'nothing'}`),
    ];
  });
}

/** I-6 for one client. */
export function agreementViolations(client: ClientModel, conns: Conns, server: ServerModel): Violation[] {
  if (client.hasPending || server.hasPending || server.hasPump) return [];
  return Object.entries(conns).flatMap(([name, conn]) => {
    const quiet = conn.up.length + conn.down.length === 0 && !conn.cut;
    const link = server.links[name];
    if (!quiet || conn.client !== 'open' || conn.server !== 'bound' || !link?.at) return [];
    const what = disagreement(client.client.status, link.at);
    return what === undefined ? unreadTexts(client, server) : [violation('I-6', `${name}: ${what}`)];
  });
}
/** I-9: when nothing is on its way, every accepted text of the session has been read. */
function unreadTexts({ id, client, reader }: ClientModel, { store }: ServerModel): Violation[] {
  const { session, peer } = client.status;
  if (session === null) return [];
  const accepted = store.texts.filter((text) => text.session === session && text.sender === peer).length;
  const what = `${id} has read ${String(reader.seen)} of ${String(accepted)} texts of session ${String(session)}`;
  return reader.seen === accepted ? [] : [violation('I-9', what)];
}

/** The timer that ends each state of a client, should nothing else do so. */
const WATCHDOGS: Readonly<Record<ConnectionState, TimerName | null>> = {
  Offline: null,
  'Wait for Challenge': 'GIVEUP',
  'Wait for AUTH_SUCCESS.answering': 'GIVEUP',
  'Wait for AUTH_SUCCESS.doubting': 'HOLD',
  'Connecting.opening': 'CONNECTING',
  'Connecting.awaiting': 'CONNECTING',
  Connected: 'ACT_EXPIRED',
};
/** L-2: nothing waits for ever; I-22, as far as machines decide it: a client in Offline waits for nothing. */
export function watchdogViolations({ id, client, timers, udp, stream, channel }: ClientModel): Violation[] {
  const { connection, chat } = client.status;
  const watchdog = WATCHDOGS[connection];
  if (watchdog === null) {
    const rests = timers.size === 0 && udp === 'closed' && stream === null && channel === null;
    return rests ? [] : [violation('I-22', `${id} is Offline and has a timer or a socket`)];
  }
  // In a chat this timer ends nothing: it may have expired (4.4).
  if (timers.has(watchdog) || chat === 'Active Chat') return [];
  return [violation('L-2', `${id} is in ${connection}, and T.${watchdog} is not armed`)];
}
function disagreement(status: ClientStatus, { chat, history }: Instance): string | undefined {
  if (status.connection !== 'Connected') return `the client is in ${status.connection}, the server in Connected`;
  const mine =
    status.chat === 'Active Chat' ? `session ${String(status.session)} with ${status.peer ?? ''}` : status.chat;
  const { session, peer } = chat?.context ?? {};
  const its = chat?.state === 'Active Chat' ? `session ${String(session)} with ${peer ?? ''}` : 'Connected';
  if (mine !== its) return `the client is in ${mine ?? ''}, the server in ${its}`;
  const idle = history?.state === 'Wait for HISTORY_REQ';
  if (!idle) return 'the server is in Sending History, and sends nothing';
  return status.history !== 'Idle' ? 'the client waits for a list that is not being sent' : undefined;
}
