/**
 * Events sent into live machines from the page (`--inspect-control`): only those of the machine's alphabet, only with the
 * payload they have, and only such as a driver can carry out. What says that something happened to a socket or to another
 * machine cannot be made up: the rest of the program would not agree.
 */
import { WIRE } from '../../machines/limits';
import { isClientId, textFault } from '../../machines/messages';
import type { Watched } from '../../machines/stepper';
import type { Refusal, Wanted } from './guard';
import { CAN_BE_MADE_UP, formOf, type Field } from './page/model/payloads';
import type { Recorder } from './recorder';

/** What carries out an event: a driver. */
export type Inject = (actor: Watched, event: Wanted['event']) => void;

export function controlBy(recorder: Recorder, inject: Inject): (wanted: Wanted) => Refusal | undefined {
  return ({ service, event }) => {
    const actor = recorder.actor(service);
    if (!actor) return 'unknown machine';
    if (!actor.machine.events.includes(event.type)) return 'event of another alphabet';
    if (!CAN_BE_MADE_UP.test(event.type)) return 'event that cannot be made up';
    if (!hasForm(actor.machine.id, event)) return 'malformed payload';
    inject(actor, event);
    return undefined;
  };
}

/** Every field of the event's form, of its kind, and nothing else. */
function hasForm(machine: string, event: Wanted['event']): boolean {
  const form = formOf(machine, event.type);
  if (Object.keys(event).some((key) => key !== 'type' && !Object.hasOwn(form, key))) return false;
  return Object.entries(form).every(([key, field]) => {
    const value = event[key];
    if (value === undefined) return 'optional' in field;
    return isOfKind(field, value) && (CAN_BE_SENT[key]?.(value) ?? true);
  });
}

function isOfKind(field: Field, value: unknown): boolean {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case 'session':
      return value === null || Number.isSafeInteger(value);
    case 'choice':
      return (field.values as readonly unknown[]).includes(value);
    case 'flag':
      return typeof value === 'boolean';
    case 'texts':
      return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string');
    case 'address':
      return false;
  }
}

/**
 * Fields that a machine hands on to the wire. The codec holds a value without an encoding for our own bug, and rightly so:
 * drivers make events of what was decoded or checked (protocol 1.3).
 */
const CAN_BE_SENT: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: (id) => isClientId(id as string),
  session: (session) => session === null || ((session as number) > 0 && (session as number) < 2 ** 32),
  text: (text) => isText(text as string),
  texts: (texts) => (texts as string[]).every(isText),
};
function isText(text: string): boolean {
  return textFault(text) === undefined && Buffer.byteLength(text) <= WIRE.TEXT_MAX_BYTES;
}
