/**
 * What a viewer may say, and who may be one. Everything a viewer sends goes through here: two commands in exactly their form
 * pass, all else is a named refusal. Nothing here can throw.
 */
import type { IncomingMessage } from 'node:http';
import type { ViewerMessage } from './protocol';

export type Refusal =
  | 'binary frame'
  | 'not JSON'
  | 'unknown command'
  | 'malformed event'
  | 'unknown machine'
  | 'event of another alphabet'
  | 'event that cannot be made up'
  | 'malformed payload'
  | 'control is off';

/** An event for a machine, as a viewer asks for it. */
export interface Wanted {
  readonly service: string;
  readonly event: { readonly type: string } & Readonly<Record<string, unknown>>;
}

export function parseViewerMessage(data: string): ViewerMessage | Refusal {
  const message = parse(data);
  if (message === undefined) return 'not JSON';
  if (message.type === 'xstate.inspecting') return { type: 'xstate.inspecting' };
  if (message.type !== 'xstate.event') return 'unknown command';
  const { event, service } = message;
  if (typeof event !== 'string' || (service !== undefined && typeof service !== 'string')) return 'malformed event';
  return { type: 'xstate.event', event, service: typeof service === 'string' ? service : '' };
}

/** The event inside: an SCXML event, whose origin names the machine if `service` does not. */
export function parseWanted({ event, service }: Extract<ViewerMessage, { type: 'xstate.event' }>): Wanted | Refusal {
  const scxml = parse(event);
  if (scxml === undefined) return 'malformed event';
  const data = isObject(scxml.data) ? scxml.data : scxml;
  const target = service !== '' ? service : scxml.origin;
  if (typeof data.type !== 'string' || typeof target !== 'string') return 'malformed event';
  return { service: target, event: { ...data, type: data.type } };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** Whether a request is meant for this machine and, if a page sent it, that page was served by this machine. */
export function isLocal({ headers }: IncomingMessage): boolean {
  if (headers.host === undefined || !LOOPBACK.test(headers.host)) return false;
  if (headers.origin === undefined) return true;
  const [, scheme, host = ''] = /^(https?):\/\/(.+)$/.exec(headers.origin) ?? [];
  return scheme !== undefined && LOOPBACK.test(host);
}
