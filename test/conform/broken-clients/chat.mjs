/** Faults of chat, history and display, by name: each puts itself into the client. */
import { action, as, cell, exported, guard, only, without } from './parts.mjs';

const ACTIVE = 'Active Chat';
const CURRENT = 'session-ID = current';
const WAIT = 'Wait for CHAT_STARTED';

/** Only in this cell. */
const unguarded = (event) => () => void (cell('chat', ACTIVE, event).cond = undefined);
/** @param takes a line that was typed, and whether in a chat */
const typed = (takes) => exported('bin/terminal/commands#parseLine', takes);
const line = (change) => () =>
  exported('bin/terminal/display#lineOf', (before, event, style) => {
    const shown = before(event, style);
    return shown === undefined ? undefined : change(shown, event);
  });

export const CHAT = {
  'activity-ignored': () => {
    for (const alternative of [0, 1])
      as(cell('connection', 'Connected', 'T.ACT_EXPIRED', alternative), cell('connection', 'Connected', 'T.RETRY'));
  },
  'activity-in-chat': () => {
    without(cell('chat', ACTIVE, 'T.ACT_WARN'), 'start:ACTIVITY');
    guard('connection', 'chat machine is in ActiveChat', () => false);
  },
  'activity-left-by-end': () => without(cell('chat', ACTIVE, 'M.END_NOTIF'), 'start:ACTIVITY'),
  'activity-left-by-chat': () => without(cell('chat', 'Connected', 'U.CHAT', 1), 'start:ACTIVITY'),
  'activity-left-by-history': () => without(cell('history', 'Idle', 'U.HISTORY', 1), 'start:ACTIVITY'),
  'activity-of-the-network': () => {
    const { actions } = cell('chat', 'Connected', 'U.CHAT', 1);
    const idle = cell('chat', 'Connected', 'M.UNREACHABLE');
    idle.actions = [...idle.actions, ...actions.filter(({ type }) => type === 'start:ACTIVITY')];
  },
  'activity-without-close': () => without(cell('connection', 'Connected', 'T.ACT_EXPIRED', 1), 'closeTcp:idle'),
  'foreign-texts': unguarded('M.CHAT'),
  'foreign-ends': unguarded('M.END_NOTIF'),
  'any-session': () => guard('chat', CURRENT, () => true),
  'stays-in-chat': () => {
    const ended = cell('chat', ACTIVE, 'M.END_NOTIF');
    Object.assign(ended, { target: undefined, internal: true });
    without(ended, 'clearSession');
  },
  'late-texts': () => {
    const { actions } = cell('chat', ACTIVE, 'M.CHAT');
    for (const state of ['Connected', WAIT]) cell('chat', state, 'M.CHAT').actions = actions;
  },
  'late-end': () => {
    const { actions } = cell('chat', ACTIVE, 'X.GONE');
    for (const state of ['Connected', WAIT]) cell('chat', state, 'M.END_NOTIF').actions = actions;
  },
  'end-not-said': () => without(cell('chat', ACTIVE, 'U.END'), 'sendEND_REQUEST'),
  'end-not-shown': () => without(cell('chat', ACTIVE, 'U.END'), 'show:Chat ended'),
  'notif-not-shown': () => without(cell('chat', ACTIVE, 'M.END_NOTIF'), 'show:Chat ended'),
  'gone-not-shown': () => without(cell('chat', ACTIVE, 'X.GONE'), 'show:Chat ended'),
  'called-not-shown': () => without(cell('chat', 'Connected', 'M.CHAT_STARTED', 1), 'show:Chat started'),
  'started-not-shown': () => without(cell('chat', WAIT, 'M.CHAT_STARTED', 1), 'show:Chat started'),
  'started-as-asked-only': () =>
    only('chat', cell('chat', WAIT, 'M.CHAT_STARTED', 1), 'as asked', ({ want }, { id }) => id === want),
  'long-texts-cut': line((shown, { event }) => (event === 'text' ? shown.slice(0, 200) : shown)),
  'typed-bytes-fatal': () =>
    typed((before, text, inChat) => {
      if (text.includes('\ufffd')) throw new Error('what was typed is not UTF-8');
      return before(text, inChat);
    }),
  'empty-lines-sent': () =>
    typed((before, text, inChat) => (text.trim() === '' ? { kind: 'text', text: '.' } : before(text, inChat))),
  'history-not-in-chat': () =>
    typed((before, text, inChat) => before(inChat && /^history/i.test(text) ? `\\${text}` : text, inChat)),
  'history-lower-case': () =>
    action('history', 'sendHISTORY_REQ', (before, context, event) =>
      before(context, { ...event, id: event.id.toLowerCase() }),
    ),
  'history-of-anybody': () => {
    guard('history', 'ID malformed', () => false);
    action('history', 'sendHISTORY_REQ', (before, context, event) =>
      before(context, { ...event, id: event.id.replaceAll(/[^A-Za-z]/g, 'x').slice(0, 32) }),
    );
  },
  'history-end-unasked': () => without(cell('history', 'Idle', 'M.HISTORY_END'), 'raise:X.PROTOCOL'),
  'incomplete-as-complete': () =>
    action('history', 'histDone', (before, context, event) => before(context, { ...event, status: 0 })),
  'unreachable-ends-wait': () => void (cell('chat', WAIT, 'M.UNREACHABLE').cond = undefined),
  'unreachable-not-shown': () => without(cell('chat', WAIT, 'M.UNREACHABLE'), 'show:Correspondent unreachable'),
  'started-twice': () => as(cell('chat', ACTIVE, 'M.CHAT_STARTED'), cell('chat', 'Connected', 'M.CHAT_STARTED', 1)),
  'unreachable-in-chat': () => as(cell('chat', ACTIVE, 'M.UNREACHABLE'), cell('chat', 'Connected', 'M.UNREACHABLE')),
  'calls-itself': () => guard('chat', 'ID malformed or own ID', () => false),
  'first-session-for-ever': () => {
    let first;
    action('chat', 'sendCHAT', (before, { session, ...context }, event) => {
      first ??= session;
      return before({ ...context, session: first }, event);
    });
  },
  'text-trimmed': () =>
    action('chat', 'sendCHAT', (before, context, event) => before(context, { ...event, text: event.text.trim() })),
  'sends-long-texts': () => {
    guard('chat', 'text fails the rules of 1.3', () => false);
    action('chat', 'sendCHAT', (before, context, event) => {
      const text = event.fault === undefined ? event.text : event.text.replace(/\p{Cc}/gu, '').slice(0, 2000);
      return before(context, { ...event, text });
    });
  },
  'no-backslash': () => typed((before, text, inChat) => before(text.startsWith('\\') ? text.slice(1) : text, inChat)),
  'case-matters': () =>
    typed((before, text, inChat) => before(/^[A-Z][a-z ]*(?: \w+)?$/.test(text) ? text : `\\${text}`, inChat)),
  'blanks-matter': () =>
    typed((before, text, inChat) => before(/^\s|\s$|\s\s/.test(text) ? `\\${text}` : text, inChat)),
  'lines-not-escaped': line((shown) =>
    shown.replaceAll(/\\u\{([\da-f]+)\}/g, (_, code) => String.fromCodePoint(parseInt(code, 16))),
  ),
  'history-without-brackets': line((shown, { event }) => (event === 'history' ? shown.replaceAll(/[<>]/g, '') : shown)),
  'history-any-count': () =>
    guard('history', 'Client-ID = asked for, and (count = lines received, or status = busy)', () => true),
  'history-unasked': () =>
    as(cell('history', 'Idle', 'M.HISTORY_RESP'), cell('history', 'Receiving', 'M.HISTORY_RESP')),
  'history-for-ever': () =>
    void Object.assign(cell('history', 'Receiving', 'M.HISTORY_END'), { target: undefined, internal: true }),
  'history-cut-in-silence': () => without(cell('history', 'Receiving', 'X.GONE'), 'show:History incomplete'),
  'log-on-again': () => as(cell('connection', 'Connected', 'U.LOGON'), cell('connection', 'Offline', 'U.LOGON')),
  'text-when-idle': () => {
    as(cell('chat', 'Connected', 'U.TEXT'), cell('chat', ACTIVE, 'U.TEXT', 1));
    action('chat', 'sendCHAT', (before, context, event) =>
      before({ ...context, session: context.session ?? 1 }, event),
    );
  },
};
