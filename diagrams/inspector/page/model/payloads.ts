/**
 * The payload of every event as fields of a form, and the events that a machine answers. The table's types are those of the
 * machines' events: a field that is missing does not compile. Must never be here: the DOM.
 */
import type { ClientEvent, ChatEvent as ClientChatEvent } from '../../../../machines/client/events';
import type { ChatEvent as ServerChatEvent, ConnectionEvent, HistoryEvent } from '../../../../machines/server/events';
import { machineNames, specTables, type Mark, type Row } from '../../../spec';
import type { Json } from './feed';
import { rowsFor } from './answers';

/** How a value is entered: a line of text, a whole number, one of several, yes or no, a line for each text, address:port. */
export type Field =
  | { readonly kind: 'text'; readonly value: string; readonly optional?: true }
  | { readonly kind: 'number'; readonly value: number; readonly optional?: true }
  | { readonly kind: 'session'; readonly chat: CurrentChat }
  | { readonly kind: 'choice'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'texts'; readonly value: string }
  | { readonly kind: 'address'; readonly value: string };
/** The chat of the moment at which a form is opened: what is written into it is for that chat, whatever happens meanwhile. */
export type CurrentChat = { readonly session: number; readonly peer: string } | null;
export type Form = Readonly<Record<string, Field>>;

type Client = ClientEvent | ClientChatEvent;
type Server = ConnectionEvent | ServerChatEvent | HistoryEvent;
/** All keys of a payload, whichever alternative has them. */
type Keys<E> = E extends unknown ? Exclude<keyof E, 'type'> : never;
type Forms<E extends { type: string }> = {
  readonly [T in E['type']]: { readonly [K in Keys<Extract<E, { type: T }>>]: Field };
};

const id = { kind: 'text', value: 'bob' } as const;
const session = { kind: 'number', value: 1 } as const;
const texts = { kind: 'texts', value: 'hello' } as const;
const hex = { kind: 'text', value: '00000000' } as const;
const to = { kind: 'address', value: '127.0.0.1:4390' } as const;
const cause = { kind: 'choice', values: ['clean', 'lost', 'dead', 'invalid', 'slow'] } as const;
const reason = { kind: 'number', value: 0, optional: true } as const;
const why = { kind: 'choice', values: [0, 1, 2, 3, 4] } as const;
const closed = { cause, reason };
const asked = { attempt: hex, to };

const CLIENT: Forms<Client> = {
  'U.LOGON': {},
  'U.LOGOFF': {},
  'U.CHAT': { id },
  'U.END': {},
  'U.TEXT': {
    text: { kind: 'text', value: 'hello' },
    session: { kind: 'session', chat: null },
    fault: { kind: 'text', value: '', optional: true },
  },
  'U.HISTORY': { id },
  'D.CHALLENGE': { th: hex, rand: hex },
  'D.AUTH_SUCCESS': { th: hex, port: { kind: 'number', value: 4390 } },
  'D.AUTH_FAIL': {},
  'D.RETRY': { token: { kind: 'text', value: '00'.repeat(16) } },
  'T.RETRY': {},
  'T.GIVEUP': {},
  'T.HOLD': {},
  'T.CONNECTING': {},
  'T.ACT_WARN': {},
  'T.ACT_EXPIRED': { inChat: { kind: 'flag', value: false } },
  'N.OPEN': {},
  'N.CLOSED': closed,
  'X.PROTOCOL': {},
  'X.GONE': {},
  'M.CONNECTED': {},
  'M.CHAT_STARTED': { session, id, blocked: { kind: 'flag', value: false } },
  'M.UNREACHABLE': { id },
  'M.END_NOTIF': { session, why: { kind: 'number', value: 0, optional: true } },
  'M.CHAT': { session, texts },
  'M.HISTORY_RESP': {
    session,
    id,
    text: { kind: 'text', value: 'hello' },
    time: { kind: 'number', value: 0, optional: true },
  },
  'M.HISTORY_END': { id, status: { kind: 'choice', values: [0, 1, 2] }, count: { kind: 'number', value: 0 } },
};
const SERVER: Forms<Server> = {
  'S.START': {},
  'S.STOP': {},
  'S.REMOVED': {},
  'D.HELLO_NEW': { id, ...asked },
  'D.HELLO_DUP': asked,
  'D.HELLO_UNKNOWN': { id, ...asked },
  'D.HELLO_UNPROVED': { hash: { kind: 'text', value: '' }, ...asked },
  'D.RESPONSE_OK': asked,
  'D.RESPONSE_BAD': { ...asked, hash: hex },
  'D.RESPONSE_STRAY': asked,
  'K.CONNECT_OK': {},
  'K.CONNECT_BAD': {},
  'T.RESPONSE': {},
  'T.COOKIE': {},
  'N.CLOSED': closed,
  'X.PROTOCOL': {},
  'X.SUPERSEDED': {},
  'X.EVICTED': {},
  'X.UNSTORED': {},
  'X.GONE': { why },
  'M.CHAT_REQUEST': { id, free: { kind: 'flag', value: true }, session },
  'M.CHAT': { session, texts },
  'M.END_REQUEST': { session },
  'M.HISTORY_REQ': { id },
  'R.CALLED': { session, id },
  'R.RELAY': { session, texts },
  'R.ENDED': { session, why },
  'H.DONE': {},
};

export interface Possible {
  readonly event: string;
  /** The alternatives of its cell that are not ignored. */
  readonly rows: readonly Row[];
  readonly form: Form;
}

/**
 * Events that may be sent into a live machine: user, timer, message, operator, and what ends an attempt or a connection. What
 * says that something happened to a socket or to another machine cannot be made up: the rest of the program would not agree.
 */
export const CAN_BE_MADE_UP = /^([UTMS]\..*|X\.(PROTOCOL|SUPERSEDED|EVICTED))$/;

const PASSED_OVER = new Set<Mark>(['IGN', 'N/A']);

/** The events that may be sent and that a machine answers in a state other than by ignoring them, in the order of its table. */
export function possibleEvents(machine: string, state: string, chat: CurrentChat = null): Possible[] {
  if (!Object.hasOwn(machineNames, machine)) return [];
  const table = specTables[(machineNames[machine] as { table: 'CC' }).table];
  return table.events.flatMap((event) => {
    if (!CAN_BE_MADE_UP.test(event)) return [];
    const rows = rowsFor(machine, state, event).filter(({ mark }) => !PASSED_OVER.has(mark));
    if (rows.length === 0) return [];
    return [{ event, rows, form: formOf(machine, event, chat) }];
  });
}

export function formOf(machine: string, event: string, chat: CurrentChat = null): Form {
  const forms: Readonly<Record<string, Form>> = machine.startsWith('server') ? SERVER : CLIENT;
  const form = Object.hasOwn(forms, event) ? (forms[event] ?? {}) : {};
  return Object.fromEntries(
    Object.entries(form).map(([name, field]) => [name, field.kind === 'session' ? { ...field, chat } : field]),
  );
}

/** A payload from what was entered. @returns the value, or what is wrong with it */
export function readField(
  field: Field,
  entered: string,
): { readonly value: Json | undefined } | { readonly wrong: string } {
  switch (field.kind) {
    case 'text':
      return { value: entered === '' && field.optional ? undefined : entered };
    case 'number':
      if (entered.trim() === '' && field.optional) return { value: undefined };
      return /^\d{1,15}$/.test(entered.trim()) ? { value: Number(entered) } : { wrong: 'a whole number' };
    case 'session':
      if (entered.trim() === '') return { value: null };
      return /^\d{1,15}$/.test(entered.trim()) ? { value: Number(entered) } : { wrong: 'a session-ID, or nothing' };
    case 'choice': {
      const value = field.values.find((one) => String(one) === entered);
      return value === undefined ? { wrong: `one of ${field.values.join(', ')}` } : { value };
    }
    case 'flag':
      return { value: entered === 'true' };
    case 'texts':
      return { value: entered.split('\n').filter((line) => line !== '') };
    case 'address': {
      const [, address, port] = /^(.+):(\d{1,5})$/.exec(entered.trim()) ?? [];
      return address === undefined ? { wrong: 'address:port' } : { value: { address, port: Number(port) } };
    }
  }
}

/** The SCXML event that a viewer sends, as JSON. */
export function scxml(event: string, payload: Readonly<Record<string, Json>>, session: string): string {
  const data = { type: event, ...payload };
  return JSON.stringify({ name: event, data, $$type: 'scxml', type: 'external', origin: session });
}
