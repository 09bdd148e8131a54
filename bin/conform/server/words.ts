/** What came from a server, in words for a report. Must never be here: a secret, what should have come. */
import { rowOf, type TcpMessage } from '../../../machines/messages';
import { decodeDatagram } from '../../../transport/wire/datagrams';

const TEXT_SHOWN = 40;

/** Such as `END_NOTIF(session 4, why 2)`. */
export function words(message: TcpMessage): string {
  const secret: readonly string[] = rowOf(message.type).secret ?? [];
  const fields = Object.entries(message)
    .filter(([name, value]) => name !== 'type' && value !== undefined)
    .map(([name, value]) => `${name} ${secret.includes(name) ? '*' : shown(value)}`);
  return fields.length === 0 ? message.type : `${message.type}(${fields.join(', ')})`;
}

/** `nothing`, or each. */
export function allWords(messages: readonly TcpMessage[]): string {
  return messages.length === 0 ? 'nothing' : messages.map(words).join(', ');
}

/** A datagram by its name, or what is wrong with it. */
export function datagramWords(bytes: Buffer): string {
  const decoded = decodeDatagram(bytes, 'server');
  if (!decoded.ok) return `a datagram of ${String(bytes.length)} bytes with the fault ${decoded.fault}`;
  return 'sealed' in decoded.value ? 'AUTH_SUCCESS' : decoded.value.message.type;
}

function shown(value: unknown): string {
  if (typeof value !== 'string')
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value);
  return JSON.stringify(value.length > TEXT_SHOWN ? `${value.slice(0, TEXT_SHOWN)}…` : value);
}
