/**
 * The message table (machines/messages.ts) made ready to be walked: the fields and extensions of any message are read and
 * written here, and nowhere else. Must never be here: framing, or code for one message.
 */
import { faulty, ok, type Result } from '../../machines/faults';
import { type Message, type MessageName, MESSAGES, type Role, rowOf } from '../../machines/messages';
import { type Reader, type Writer } from './cursor';
import { type Extension, extensionsSize, type FieldCodec, FIELDS, readExtensions, writeExtensions } from './fields';

interface Field {
  readonly name: string;
  readonly codec: FieldCodec<unknown>;
}

/** A row of the table with the codecs of its fields. */
export interface Shape {
  readonly type: MessageName;
  readonly code: number;
  readonly from: Role | 'both';
  readonly over: 'udp' | 'tcp';
  readonly fields: readonly Field[];
  /** In the order of the table, which is that of ascending types, as they are sent (P19). */
  readonly extensions: readonly Extension[];
}

function shapeOf(type: MessageName): Shape {
  const { code, from, over, fields, extensions = {} } = rowOf(type);
  return {
    type,
    code,
    from,
    over,
    fields: Object.entries(fields).map(([name, kind]) => ({ name, codec: FIELDS[kind] })),
    extensions: Object.entries(extensions).map(([name, { code, kind }]) => ({ name, code, codec: FIELDS[kind] })),
  };
}

const SHAPES = Object.fromEntries(
  Object.keys(MESSAGES).map((name) => [name, shapeOf(name as MessageName)]),
) as Readonly<Record<MessageName, Shape>>;

/** The row of a message. */
export function shape(type: MessageName): Shape {
  return SHAPES[type];
}

/** The rows of one transport by type byte, with holes where no message is. */
export function shapesByCode(over: 'udp' | 'tcp'): readonly (Shape | undefined)[] {
  const byCode: (Shape | undefined)[] = Array.from({ length: 256 });
  for (const row of Object.values(SHAPES)) if (row.over === over) byCode[row.code] = row;
  return byCode;
}

/** Whether `role` may send the message. */
export function maySend(role: Role, row: Shape): boolean {
  return row.from === 'both' || row.from === role;
}

/** A message without its literal types. */
type Values = Readonly<Record<string, unknown>>;

/**
 * Reads fields and extension block up to the end of the reader.
 * @param filledTo see `readExtensions`
 * @returns the message, or the first fault in the order of the bytes
 */
export function readBody(row: Shape, from: Reader, filledTo?: number): Result<Message> {
  const message: Record<string, unknown> = { type: row.type };
  for (const { name, codec } of row.fields) message[name] = codec.read(from);
  readExtensions(from, row.extensions, message, filledTo);
  return from.fault === undefined ? ok(message as unknown as Message) : faulty(from.fault);
}

/** Writes fields and extensions. @throws Error our own bug: a value that has no encoding */
export function writeBody(to: Writer, message: Message): void {
  const row = SHAPES[message.type];
  const values = message as unknown as Values;
  for (const { name, codec } of row.fields) codec.write(to, values[name]);
  writeExtensions(to, row.extensions, values);
}

/** Bytes of fields and extensions. */
export function bodySize(message: Message): number {
  const row = SHAPES[message.type];
  const values = message as unknown as Values;
  let size = extensionsSize(row.extensions, values);
  for (const { name, codec } of row.fields) size += codec.size(values[name]);
  return size;
}
