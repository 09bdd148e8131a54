/**
 * Every message of SBC/1, one row each (docs/protocol.md, "Messages"). The codec, the types of the machines' `M.` events,
 * the readable dump and the charts are all derived from this table; nothing about a message is said twice.
 * Must never be here: bytes, sockets, secrets.
 */

/** How an elementary field is written on the wire; the codec has one reader and one writer for each kind. */
export interface FieldValues {
  u8: number;
  u32: number;
  u64: number;
  /** TCP port, u16, 1 to 65535. */
  port: number;
  /** Session-ID, u32, 1 to 2^32 - 1. */
  session: number;
  /** Range of protocol versions offered: two u8, min <= max. */
  versions: { readonly min: number; readonly max: number };
  /** Client-ID: u8 length, then 1 to 32 ASCII characters. */
  clientId: string;
  /** Chat message: u16 length, then 1 to 4096 bytes of well-formed UTF-8 without control characters. */
  text: string;
  bytes16: Uint8Array;
  bytes32: Uint8Array;
}
export type FieldKind = keyof FieldValues;

export type Role = 'client' | 'server';

interface ExtensionRow {
  readonly code: number;
  readonly kind: FieldKind;
}
interface MessageRow {
  /** Type byte. */
  readonly code: number;
  readonly from: Role | 'both';
  readonly over: 'udp' | 'tcp';
  /** Encrypted under a key derived from CK_A: underlined in the assignment's chart, in braces in a dump. */
  readonly sealed: boolean;
  readonly fields: Readonly<Record<string, FieldKind>>;
  /** Fields that must never be printed. */
  readonly secret?: readonly string[];
  /** Registered entries of the extension block; a receiver must not need them. */
  readonly extensions?: Readonly<Record<string, ExtensionRow>>;
}

/** In field order. `id` is a Client-ID, `session` a session-ID, `ver` the protocol version, `cookie` the rand_cookie, `token` what proves an address (3.6). */
export const MESSAGES = {
  HELLO: { code: 0x01, from: 'client', over: 'udp', sealed: false, fields: { ver: 'versions', id: 'clientId' } },
  CHALLENGE: { code: 0x02, from: 'server', over: 'udp', sealed: false, fields: { ver: 'u8', rand: 'bytes32' } },
  RESPONSE: {
    code: 0x03,
    from: 'client',
    over: 'udp',
    sealed: false,
    fields: { id: 'clientId', res: 'bytes32', rand: 'bytes32' },
  },
  AUTH_SUCCESS: {
    code: 0x04,
    from: 'server',
    over: 'udp',
    sealed: true,
    fields: { cookie: 'bytes16', port: 'port' },
    secret: ['cookie'],
  },
  AUTH_FAIL: { code: 0x05, from: 'server', over: 'udp', sealed: false, fields: {} },
  RETRY: { code: 0x06, from: 'server', over: 'udp', sealed: false, fields: { token: 'bytes16' } },

  CONNECT: {
    code: 0x10,
    from: 'client',
    over: 'tcp',
    sealed: true,
    fields: { cookie: 'bytes16' },
    secret: ['cookie'],
  },
  CONNECTED: { code: 0x11, from: 'server', over: 'tcp', sealed: true, fields: {} },
  CHAT_REQUEST: { code: 0x20, from: 'client', over: 'tcp', sealed: true, fields: { id: 'clientId' } },
  CHAT_STARTED: {
    code: 0x21,
    from: 'server',
    over: 'tcp',
    sealed: true,
    fields: { session: 'session', id: 'clientId' },
  },
  UNREACHABLE: { code: 0x22, from: 'server', over: 'tcp', sealed: true, fields: { id: 'clientId' } },
  END_REQUEST: { code: 0x23, from: 'client', over: 'tcp', sealed: true, fields: { session: 'session' } },
  END_NOTIF: {
    code: 0x24,
    from: 'server',
    over: 'tcp',
    sealed: true,
    fields: { session: 'session' },
    extensions: { why: { code: 0x01, kind: 'u8' } },
  },
  CHAT: { code: 0x25, from: 'both', over: 'tcp', sealed: true, fields: { session: 'session', text: 'text' } },
  HISTORY_REQ: { code: 0x30, from: 'client', over: 'tcp', sealed: true, fields: { id: 'clientId' } },
  HISTORY_RESP: {
    code: 0x31,
    from: 'server',
    over: 'tcp',
    sealed: true,
    fields: { session: 'session', id: 'clientId', text: 'text' },
    extensions: { time: { code: 0x02, kind: 'u64' } },
  },
  HISTORY_END: {
    code: 0x32,
    from: 'server',
    over: 'tcp',
    sealed: true,
    fields: { id: 'clientId', status: 'u8', count: 'u32' },
  },
  KEEPALIVE: { code: 0x40, from: 'both', over: 'tcp', sealed: true, fields: {} },
  CLOSE: { code: 0x41, from: 'both', over: 'tcp', sealed: true, fields: { reason: 'u8' } },
} as const satisfies Record<string, MessageRow>;

export type MessageName = keyof typeof MESSAGES;
export type DatagramName = { [N in MessageName]: (typeof MESSAGES)[N]['over'] extends 'udp' ? N : never }[MessageName];
export type TcpName = Exclude<MessageName, DatagramName>;

type Row<N extends MessageName> = (typeof MESSAGES)[N];
type Fields<N extends MessageName> = {
  readonly [F in keyof Row<N>['fields']]: Row<N>['fields'][F] extends FieldKind
    ? FieldValues[Row<N>['fields'][F]]
    : never;
};
type Extensions<N extends MessageName> =
  Row<N> extends { extensions: infer X }
    ? { readonly [K in keyof X]?: X[K] extends { kind: infer K2 extends FieldKind } ? FieldValues[K2] : never }
    : unknown;

/** A decoded message: `type` is its name, then its fields, then the extensions that were present. */
export type Message<N extends MessageName = MessageName> = N extends MessageName
  ? { readonly type: N } & Fields<N> & Extensions<N>
  : never;
export type TcpMessage<N extends TcpName = TcpName> = Message<N>;

/** A row of the table without its literal types, for code that walks it. */
export function rowOf(name: MessageName): MessageRow {
  return MESSAGES[name];
}

/** Why a connection is closed (CLOSE, protocol 1.6). */
export const CLOSE_REASON = {
  logoff: 0,
  idle: 1,
  superseded: 2,
  shutdown: 3,
  protocol: 4,
  slow: 5,
  internal: 6,
  removed: 7,
} as const;
export type CloseReason = keyof typeof CLOSE_REASON;

/** How a connection ended (N.CLOSED): `clean` is a CLOSE with its reason; lost, FIN or RST without one; dead, silence. */
export type ClosedCause = 'clean' | 'lost' | 'dead' | 'invalid' | 'slow';

/** How a HISTORY list ended (HISTORY_END, protocol 1.6). */
export const HISTORY_STATUS = { complete: 0, busy: 1, incomplete: 2 } as const;

/** No session has this number (1.3): of a chat that is over, where the number might be given again. */
export const NO_SESSION = 0;
/** Why a session ended (extension of END_NOTIF, protocol 1.7 and precision P12). */
export const END_WHY = { ended: 0, loggedOff: 1, lost: 2, shutdown: 3, unstored: 4 } as const;
export type EndWhy = (typeof END_WHY)[keyof typeof END_WHY];

const CLIENT_ID = /^[A-Za-z][A-Za-z0-9._-]{0,31}$/;
/** Whether a string is a Client-ID (protocol 1.3). */
export function isClientId(id: string): boolean {
  return CLIENT_ID.test(id);
}

/** What forbids a text (protocol 1.3): its control characters, or that it is not well-formed Unicode; undefined if nothing does. */
export function textFault(text: string): 'empty' | 'not Unicode' | 'control character' | undefined {
  if (text === '') return 'empty';
  if (hasLoneSurrogate(text)) return 'not Unicode';
  return hasControl(text) ? 'control character' : undefined;
}

/** `String.prototype.isWellFormed`, which the ES2023 library types do not have yet. */
function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/** Whether a text holds a control character: U+0000 to U+001F, U+007F to U+009F, which is the category Cc. */
export function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
