/** How events read on a screen: one line each (docs/protocol.md 1.3, 4.8, P24). Must never be here: where they go. */
import type { ClientStatus } from '../../machines/client/client';
import type { ChatClient, ClientEvent } from '../../transport/client';
import { sourceText } from '../../transport/log';
import type { Display } from '../../transport/client-driver';
import { escapeOf } from '../failure';

/** Legal in a text, and able to reorder or break a line, or shown as nothing at all: shown escaped. */
const ESCAPED = /[\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069]/g;
/** A flag made of tags (England), which is shown; and tags that belong to none, which are not. */
const TAGS = /\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f}|[\u{e0000}-\u{e007f}]/gu;

export function escaped(text: string): string {
  return text
    .replace(ESCAPED, escapeOf)
    .replace(TAGS, (found) => (found.startsWith('\u{1f3f4}') ? found : escapeOf(found)));
}

function textLine(from: string, text: string): string {
  return `${from}: ${escaped(text)}`;
}
function historyLine({ session, from, text }: { session: number; from: string; text: string }): string {
  return `<${String(session)}> <from: ${from}> <${escaped(text)}>`;
}

export function linesOf(display: Display): string[] {
  switch (display.type) {
    case 'show':
      return [display.text];
    case 'showTexts':
      return display.texts.map((text) => textLine(display.from, text));
    case 'showHistory':
      return [historyLine(display)];
  }
}

/** How lines look beyond what they say. */
export interface Style {
  /** Before each line, when it happened: `[16:04:59]`; before a past text, when it was accepted, with its day. */
  readonly timestamps: boolean;
  /** Past texts as JSON. */
  readonly historyJson: boolean;
  /** ms since 1970. */
  readonly wall: () => number;
}

/** The line of an event; undefined if there is nothing to be read. @param style absent: the bare words */
export function lineOf(event: ClientEvent, style?: Style): string | undefined {
  if (event.event === 'history' && style?.historyJson) {
    const { session, from, text, time } = event;
    return JSON.stringify({ session, from, text, time });
  }
  const line = bareLineOf(event);
  if (line === undefined || !style?.timestamps) return line;
  const day = event.event === 'history';
  const at = day ? event.time : style.wall();
  return at === null ? line : `[${moment(at, day)}] ${line}`;
}

/** What stands before a line that the user has entered now. */
export function stampOf({ timestamps, wall }: Style): string {
  return timestamps ? `[${moment(wall(), false)}] ` : '';
}

/** The line after `Chat started`, which the assignment words: with whom, and who wanted it. */
export function whomLineOf(event: ClientEvent, style?: Style): string | undefined {
  if (event.event !== 'chatStarted') return undefined;
  const line = event.asked ? `In a chat with ${event.peer}, as you asked` : `${event.peer} has called you`;
  return style === undefined ? line : stampOf(style) + line;
}

function bareLineOf(event: ClientEvent): string | undefined {
  switch (event.event) {
    case 'state':
    case 'confirmed':
    case 'trying':
      // At a pipe the end of the attempt is enough.
      return undefined;
    case 'text':
      return textLine(event.from, event.text);
    case 'history':
      return historyLine(event);
    default:
      return event.line === '' ? undefined : event.line;
  }
}

/** Local time, as `16:04:59` or `2026-11-22 16:04:59`. */
function moment(ms: number, day: boolean): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  if (!day) return time;
  return `${[String(at.getFullYear()), two(at.getMonth() + 1), two(at.getDate())].join('-')} ${time}`;
}

/** The line of a failure with what to do next, in one line; the words that the assignment names stay as they are. */
export function actionable(event: ClientEvent, line: string): string {
  switch (event.event) {
    case 'refused':
    case 'logOnFailed':
    case 'disconnected':
    case 'warning':
      return event.advice === '' ? line : `${line}: ${event.advice}`;
    default:
      return line;
  }
}

/** What stands on a line of its own below a line whose words are the assignment's. */
export function asideOf(event: ClientEvent): string | undefined {
  if (event.event === 'unreachable') return event.advice;
  if (event.event === 'trying') return event.line;
  return event.event === 'chatEnded' ? event.reason : undefined;
}

/** The answer to Status. */
export function statusLine(id: string, server: string, s: ClientStatus): string {
  const state = s.chat ?? s.connection.split('.', 1)[0] ?? s.connection;
  const session = s.session === null ? '' : `, session ${String(s.session)} with ${s.peer ?? ''}`;
  const want = s.want === null ? '' : ` from ${s.want}`;
  const history = s.history === 'Receiving' ? ', receiving history' : '';
  return `${id}: ${state}${want}${session}${history}; server ${server}`;
}

/** The same in full: who, state, session, server; timers that run. */
export function statusLines(client: ChatClient): string[] {
  const { id, server, status, activityLeft } = client;
  const shown = client.confirming ? ({ ...status, history: 'Idle' } as const) : status;
  const first = statusLine(id, sourceText(server), shown);
  if (activityLeft === null) return [first];
  const end = status.chat === 'Active Chat' ? 'not in a chat' : `in ${duration(activityLeft)}`;
  return [first, `logged off without activity: ${end}`];
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${String(seconds)} s` : `${String(Math.floor(seconds / 60))} min ${String(seconds % 60)} s`;
}
