/**
 * Machines, states and events as the JSON that @xstate/inspect's viewers read. The package's own server writes raw states, with
 * the whole state before in `history`; this writes what a viewer needs, and nothing can make it throw.
 */
import { configure } from 'safe-stable-stringify';
import type { AnyEvent, Machine } from '../../machines/define';
import type { Watched } from '../../machines/stepper';

type AnyMachine = Machine<object, AnyEvent, string>;

const definitions = new WeakMap<object, string>();

/**
 * What `createMachine` was given, from which a viewer makes the same machine again; the definition that XState makes of it is
 * seven times as long and says no more. It is the same for every actor, and made once.
 */
export function machineJson(machine: AnyMachine): string {
  const known = definitions.get(machine);
  if (known !== undefined) return known;
  const json = safeJson(machine.chart.config);
  definitions.set(machine, json);
  return json;
}

/** @param leaf `Parent.child` */
export function leanState(actor: Watched, leaf: string, context: object, event: AnyEvent): string {
  const [parent = '', child] = leaf.split('.');
  return safeJson({
    value: child === undefined ? parent : { [parent]: child },
    context,
    _event: scxml(event),
    _sessionid: actor.sessionId,
    event,
    changed: true,
    done: leaf === 'Gone',
    tags: [],
    actions: [],
    activities: {},
    meta: {},
    events: [],
    children: {},
    configuration: [],
    transitions: [],
  });
}

export function eventJson(event: AnyEvent): string {
  return safeJson(scxml(event));
}

function scxml(event: AnyEvent): object {
  return { name: event.type, data: event, $$type: 'scxml', type: 'external' };
}

const stringify = configure({ circularValue: '[circular]', deterministic: false, maximumDepth: 20 });

/** Never throws. Bytes are shown by their number only; what JSON does not have is shown as near as it goes. */
function safeJson(value: unknown): string {
  try {
    return stringify(value, (_, raw: unknown) => plain(raw)) ?? 'null';
  } catch {
    // A getter or a toJSON of its own threw.
    return '{}';
  }
}

function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  if (isBufferJson(value)) return `[${String(value.data.length)} bytes]`;
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (value instanceof Error) return { name: value.name, message: value.message };
  return value;
}

/** A Buffer's own toJSON comes before a replacer. */
function isBufferJson(value: unknown): value is { data: readonly unknown[] } {
  if (typeof value !== 'object' || value === null) return false;
  const { type, data } = value as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data);
}
