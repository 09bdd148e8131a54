/**
 * One step of the client, told as events: what the machines showed, and how the status moved. A pure function of both. Must
 * never be here: who listens.
 */
import type { ClientStatus } from '../../machines/client/client';
import type { Display } from '../client-driver';
import type { ClientEvent, ClientState, FaultCode } from './events';
import { endingOf, HINTS, meaningOf, type Kind, type Meaning } from './meanings';

/** What a step began with, and what is known beside the machines. */
export interface Step {
  readonly before: ClientStatus;
  readonly after: ClientStatus;
  readonly displays: readonly Display[];
  /** Client-ID whose history is being read, and the number of lines that came before this step. */
  readonly asked: string | null;
  readonly lines: number;
  /** The list that runs is nobody's: it stands for a confirmation. */
  readonly confirming: boolean;
  /** Seconds between the warning of the activity timer and its end. */
  readonly guardSeconds: number;
}

export function stateOf({ connection, chat }: ClientStatus): ClientState {
  const name = connection === 'Connected' ? (chat ?? connection) : connection.split('.', 1)[0];
  return name as ClientState;
}

export function eventsOf(step: Step): ClientEvent[] {
  const events: ClientEvent[] = [];
  for (const display of step.displays) {
    switch (display.type) {
      case 'showTexts':
        for (const text of display.texts)
          events.push({ event: 'text', session: display.session, from: display.from, text });
        break;
      case 'showHistory': {
        const { session, from, text, time } = display;
        events.push({ event: 'history', session, from, text, time });
        break;
      }
      case 'show':
        events.push(shown(step, display, events));
    }
  }
  const { before, after } = step;
  // A server that closes for no reason of its own leaves the machine nothing to show.
  const how = before.connection === 'Connected' ? 'disconnected' : 'logOnFailed';
  const ended = before.connection !== 'Offline' && after.connection === 'Offline';
  if (ended && !events.some(({ event }) => event === how))
    events.push({ event: how, code: 'closed-by-server', line: '', advice: 'log on again' });
  if (moved(before, after, step.confirming ? MOVING : [...MOVING, 'history']))
    events.push({ event: 'state', state: stateOf(after), session: after.session, peer: after.peer });
  return events;
}

/** What a change of is told. */
const MOVING: readonly (keyof ClientStatus)[] = ['connection', 'chat', 'session', 'peer'];

function moved(before: ClientStatus, after: ClientStatus, names: readonly (keyof ClientStatus)[]): boolean {
  return names.some((name) => before[name] !== after[name]);
}

type Show = Extract<Display, { type: 'show' }>;
type Tell = (line: string, meaning: Meaning, step: Step, so: readonly ClientEvent[]) => ClientEvent;

function shown(step: Step, display: Show, so: readonly ClientEvent[]): ClientEvent {
  const meaning = meaningOf(display.text, display.refusal === true);
  const hinted = display.hint && { ...meaning, code: HINTS[display.hint], advice: '' };
  const event = TELL[meaning.kind](display.text, hinted ?? meaning, step, so);
  if (event.event !== 'chatEnded') return event;
  return { ...event, ...endingOf(display.why, event.peer) };
}

const failed =
  <K extends 'logOnFailed' | 'disconnected'>(event: K): Tell =>
  (line, { code, advice }) =>
    ({ event, code, line, advice }) as ClientEvent;

const LOGGING_ON = 'the log-on is not over yet: wait for it, or cancel it with Log off';

const TELL: Readonly<Record<Kind, Tell>> = {
  connected: (line) => ({ event: 'connected', line }),
  logOnFailed: failed('logOnFailed'),
  disconnected: failed('disconnected'),
  ended: (line, meaning, step, so) =>
    TELL[step.before.connection === 'Connected' ? 'disconnected' : 'logOnFailed'](line, meaning, step, so),
  chatStarted: (line, _, { before, after }) => ({
    event: 'chatStarted',
    line,
    session: after.session ?? 0,
    peer: after.peer ?? '',
    asked: before.want !== null && before.want === after.peer,
  }),
  chatEnded: (line, _, { before }) => ({
    event: 'chatEnded',
    line,
    session: before.session ?? 0,
    peer: before.peer ?? '',
  }),
  unreachable: (line, { code, advice }, { before, after }) => {
    const peer = before.want !== null && after.want === null ? before.want : null;
    return { event: 'unreachable', code, line, advice, peer };
  },
  historyEnd: (line, { code }, { asked, lines }, so) => {
    const count = lines + so.filter(({ event }) => event === 'history').length;
    const how: FaultCode = code;
    const why = how === 'busy' || how === 'incomplete' ? how : 'complete';
    return { event: 'historyEnd', line, peer: asked, count, complete: why === 'complete', code: why };
  },
  // The machine knows no time; whoever reads it wants to know how much.
  warning: (line, { advice }, { guardSeconds: seconds }) => ({
    event: 'warning',
    line: line.replace(/ soon$/, ` in ${String(seconds)} s`),
    advice,
    seconds,
  }),
  refused: (line, { code, advice }, { before }) => {
    const waits = code === 'not-connected' && before.connection !== 'Offline';
    return { event: 'refused', code, line, advice: waits ? LOGGING_ON : advice };
  },
  notice: (line) => ({ event: 'notice', line }),
};
