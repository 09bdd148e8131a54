/**
 * Plain words for what stands in anybody's XState 4 machine: names that XState makes up, built-in actions, functions without a
 * name. Must never be here: the words of our own machines (words.ts).
 */
import { cleaned } from './formats/outline';
import type { Sent } from './picture';
import type { AnyAction, AnyStateNode } from './xstate-types';

/** A name that says nothing: XState takes it from the property that a function stands in. */
const NAMELESS = new Set([
  '',
  'actions',
  'entry',
  'exit',
  'onEntry',
  'onExit',
  'cond',
  'exec',
  'anonymous',
  'predicate',
]);
/** Two guards with this name are not the same guard. */
export const NAMELESS_GUARD = 'a condition';
/** Source text longer than this is no name. */
const LONGEST_NAME = 60;

/** One line, whatever a user has named; the source of a function becomes `nameless`. */
function named(name: unknown, nameless: string): string {
  if (typeof name !== 'string' || NAMELESS.has(name)) return nameless;
  const isSource = name.includes('=>') || /^(async\s+)?function\b/.test(name);
  return isSource ? nameless : shortened(cleaned(name));
}
function shortened(name: string): string {
  const letters = [...name];
  return letters.length <= LONGEST_NAME ? name : `${letters.slice(0, LONGEST_NAME - 1).join('')}…`;
}

/** @param root for the names of states that end, `done.state.ID` */
export function triggerWords(event: string, node: AnyStateNode): string {
  if (event === '') return 'Always';
  if (event === '*') return 'Any other event';
  const after = /^xstate\.after\((.*)\)#/.exec(event)?.[1];
  if (after !== undefined) return afterWords(after);
  const [, kind, id = ''] = /^(done\.invoke|error\.platform|done\.state)\.(.*)$/s.exec(event) ?? [];
  switch (kind) {
    case 'done.invoke':
      return `${invokedName(id, node)} is done`;
    case 'error.platform':
      return `${invokedName(id, node)} fails`;
    case 'done.state':
      return `${id === node.id ? shortened(cleaned(node.key)) : shortened(cleaned(id))} is finished`;
    default:
      return named(event, 'An event');
  }
}

function afterWords(delay: string): string {
  if (!/^\d+(\.\d+)?$/.test(delay))
    return /:delay\[\d+\]$/.test(delay) ? 'After a delay' : `After ${named(delay, 'a delay')}`;
  return `After ${timeWords(delay)}`;
}
function timeWords(delay: string): string {
  const milliseconds = Number(delay);
  return milliseconds >= 1000 && milliseconds % 100 === 0 ? `${String(milliseconds / 1000)} s` : `${delay} ms`;
}

function invokedName(id: string, { invoke }: AnyStateNode): string {
  const found = invoke.find((one) => one.id === id);
  return found ? invokeWords(found) : madeUp(id) ? 'What it runs' : shortened(cleaned(id));
}
/** Of what a state invokes, by its source if the id is made up by XState. */
export function invokeWords({ id, src }: AnyStateNode['invoke'][number]): string {
  const source = typeof src === 'object' && src !== null ? (src as { readonly type?: unknown }).type : src;
  if (!madeUp(id)) return shortened(cleaned(id));
  return typeof source === 'string' && !madeUp(source) ? named(source, 'what it runs') : 'What it runs';
}
function madeUp(id: string): boolean {
  return /:invocation\[\d+\]$/.test(id) || id === '';
}

/** @returns undefined if there is no guard */
export function conditionWords({ cond, in: inside }: AnyStateNode['transitions'][number]): string | undefined {
  const parts = [
    ...(cond ? [guardWords(cond)] : []),
    ...(typeof inside === 'string' ? [`in ${shortened(cleaned(inside))}`] : inside === undefined ? [] : ['in a state']),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** A guard by its name; one that is an object by its type and what else it holds: `hasAtLeast (amount: 10)`. */
function guardWords({ name, type, ...more }: NonNullable<AnyStateNode['transitions'][number]['cond']>): string {
  if (name !== undefined) return named(name, NAMELESS_GUARD);
  const parameters = Object.entries(more)
    .filter(([, value]) => typeof value !== 'function')
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return shortened(
    cleaned(`${named(type, NAMELESS_GUARD)}${parameters.length > 0 ? ` (${parameters.join(', ')})` : ''}`),
  );
}

/** @returns undefined for what XState has added by itself: the timer of an `after` */
export function deedWords(action: AnyAction): string | undefined {
  const { type } = action;
  switch (type) {
    case 'xstate.send':
      return sendWords(action);
    case 'xstate.raise':
      return `Raise ${eventName(action.event)}${laterWords(action.delay)}`;
    case 'xstate.cancel':
      return String(action.sendId).startsWith('xstate.after(') ? undefined : `Cancel ${named(action.sendId, 'a send')}`;
    case 'xstate.assign':
      return assignWords(action.assignment);
    case 'xstate.log':
      return typeof action.label === 'string' ? `Log ${named(action.label, 'it')}` : 'Log';
    case 'xstate.start':
      return `Start ${targetName(action.activity)}`;
    case 'xstate.stop':
      return `Stop ${targetName(action.activity)}`;
    case 'xstate.choose':
      return 'Choose an action';
    case 'xstate.pure':
      return 'Compute actions';
    default:
      return named(type, 'Run a function');
  }
}

function sendWords({ event, to, delay }: AnyAction): string | undefined {
  const name = eventName(event);
  if (name.startsWith('xstate.after(')) return undefined;
  const receiver = to === undefined ? '' : ` to ${to === '#_parent' ? 'the parent' : named(to, 'an actor')}`;
  return `Send ${name}${receiver}${laterWords(delay)}`;
}
function laterWords(delay: unknown): string {
  if (delay === undefined) return '';
  return typeof delay === 'number' ? ` after ${timeWords(String(delay))}` : ` after ${named(delay, 'a delay')}`;
}
/** @returns the event that an action sends to the machine itself, undefined if it does not or the event is computed */
export function sentBy({ type, event, to, delay }: AnyAction): Sent | undefined {
  const name = typeof event === 'object' && event !== null ? (event as { readonly type?: unknown }).type : event;
  if (to !== undefined || typeof name !== 'string' || name.startsWith('xstate.after(')) return undefined;
  if (type !== 'xstate.send' && type !== 'xstate.raise') return undefined;
  if (delay !== undefined && typeof delay !== 'number') return undefined;
  return {
    how: type === 'xstate.send' ? 'send' : 'raise',
    event: name,
    ...(delay === undefined ? {} : { delayMs: delay }),
  };
}
function eventName(event: unknown): string {
  const type = typeof event === 'object' && event !== null ? (event as { readonly type?: unknown }).type : event;
  return named(type, 'an event');
}
function assignWords(assignment: unknown): string {
  if (typeof assignment !== 'object' || assignment === null) return 'Change the context';
  return `Set ${Object.keys(assignment)
    .map((key) => shortened(cleaned(key)))
    .join(', ')}`;
}
function targetName(activity: unknown): string {
  const id = typeof activity === 'object' && activity !== null ? (activity as { readonly id?: unknown }).id : activity;
  return named(id, 'an actor');
}
