/** How the figures of a server look in a terminal: lines that fit. Must never be here: input, output, time. */
import type { ClientRow } from '../../transport/server-census';
import type { Status } from '../watching/status';

export const SORTS = ['id', 'since', 'bytes'] as const;
export type Sort = (typeof SORTS)[number];

export interface View {
  /** Infinity: as many as are needed. */
  readonly columns: number;
  readonly rows: number;
  readonly sort: Sort;
  /** Clients left out at the top. */
  readonly offset: number;
  /** Somebody sits before it and has keys. */
  readonly live: boolean;
}

const SECOND_MS = 1000;

/** @param before the figures asked for last, for what happens in a second */
export function draw(status: Status, before: Status | undefined, view: View): string[] {
  const clients = sorted(status.clients, view.sort);
  const head = summary(status, before);
  const hints = [
    ...(view.live ? ['arrows move, q leaves'] : []),
    ...(isWide(view.columns) ? [] : [`${String(WIDE_COLUMNS)} columns: ${titles(WIDE)}`]),
  ];
  const room = view.rows - head.length - 2;
  const fits = clients.length <= room - Math.min(1, hints.length);
  const from = fits ? 0 : Math.min(view.offset, Math.max(0, clients.length - (room - 1)));
  const shown = fits ? clients : clients.slice(from, from + Math.max(0, room - 1));
  const last = from + shown.length;
  if (!fits) hints.unshift(`clients ${String(from + 1)} to ${String(last)} of ${String(clients.length)}`);
  const lines = [...head, '', ...table(shown, view.columns, status.now)];
  if (hints.length > 0) lines.push(hints.join('; '));
  return lines.map((line) => cut(line, view.columns));
}

function isWide(columns: number): boolean {
  return columns >= WIDE_COLUMNS;
}
function titles(columns: readonly Column[]): string {
  return columns.map(({ title }) => title).join(', ');
}

function summary(status: Status, before: Status | undefined): string[] {
  const { census, clients } = status;
  const { counters } = census;
  const seconds = before ? (status.now - before.now) / SECOND_MS : 0;
  const rate = (now: number, then: number | undefined): string =>
    seconds > 0 && then !== undefined ? ` (${brief((now - then) / seconds)}/s)` : '';
  const then = before?.census.counters;
  const chatting = census.chatStates['Active Chat'] ?? 0;
  const pending = (census.connectionStates['Wait for RESPONSE'] ?? 0) + (census.connectionStates['Connecting'] ?? 0);
  const refused = Object.values(census.faults).reduce((sum, n) => sum + n, 0);
  const parts = (...texts: readonly string[]): string => texts.join('   ');
  return [
    parts(
      `parley-server ${String(status.pid)}`,
      `up ${lasting(status.now - status.started)}`,
      `memory ${brief(status.memory.rss)}B`,
      census.storeWritable ? 'store works' : 'STORE FAILED',
    ),
    parts(
      `${String(clients.length)} connected`,
      `${String(chatting)} in a chat`,
      `${String(pending)} logging on`,
      `sessions ${String(counters.sessions)}`,
      `texts ${String(counters.texts)}${rate(counters.texts, then?.texts)}`,
    ),
    parts(
      `in ${brief(counters.streamBytesIn)}B${rate(counters.streamBytesIn, then?.streamBytesIn)}`,
      `out ${brief(counters.streamBytesOut)}B${rate(counters.streamBytesOut, then?.streamBytesOut)}`,
      `waiting ${brief(census.queuedBytes)}B`,
      `repeated ${String(counters.answersRepeated)}`,
      `refused ${String(refused)}`,
    ),
  ];
}

interface Column {
  readonly title: string;
  readonly of: (row: ClientRow, now: number) => string;
  readonly right?: true;
}
const ID: Column = { title: 'CLIENT', of: ({ id }) => id };
const PEER: Column = { title: 'WITH', of: ({ peer }) => peer ?? '' };
const COLUMNS: readonly Column[] = [
  ID,
  { title: 'SINCE', of: ({ since }, now) => moment(since, now) },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'SESSION', of: ({ session }) => (session === null ? '' : String(session)), right: true },
  PEER,
  { title: 'IN', of: ({ bytesIn }) => brief(bytesIn), right: true },
  { title: 'OUT', of: ({ bytesOut }) => brief(bytesOut), right: true },
];
/** Where there is room. */
const WIDE: readonly Column[] = [
  { title: 'WAITS', of: ({ queuedBytes }) => brief(queuedBytes), right: true },
  { title: 'FROM', of: ({ source }) => source },
];
const WIDE_COLUMNS = 110;
const NAME_MIN = 8;

function table(clients: readonly ClientRow[], columns: number, now: number): string[] {
  const shown = isWide(columns) ? [...COLUMNS, ...WIDE] : COLUMNS;
  const cells = [
    shown.map(({ title }) => title),
    ...clients.map((row) => shown.map(({ of }) => printable(of(row, now)))),
  ];
  const widths = shown.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  // Names are what gives way.
  const names = [shown.indexOf(ID), shown.indexOf(PEER)];
  for (;;) {
    const over = widths.reduce((sum, width) => sum + width + 1, -1) - columns;
    const widest = names.reduce((a, b) => ((widths[a] ?? 0) >= (widths[b] ?? 0) ? a : b));
    if (over <= 0 || (widths[widest] ?? 0) <= NAME_MIN) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return cells.map((row) =>
    row
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        const text = cut(cell, width);
        return shown[i]?.right ? text.padStart(width) : text.padEnd(width);
      })
      .join(' ')
      .trimEnd(),
  );
}

function sorted(clients: readonly ClientRow[], sort: Sort): ClientRow[] {
  const orders: Readonly<Record<Sort, (a: ClientRow, b: ClientRow) => number>> = {
    id: (a, b) => (a.id < b.id ? -1 : 1),
    since: (a, b) => a.since - b.since,
    bytes: (a, b) => b.bytesIn + b.bytesOut - a.bytesIn - a.bytesOut,
  };
  return [...clients].sort(orders[sort]);
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

/** Whatever stands at the other end of the socket, the terminal is not moved. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}

const UNITS = ['', 'k', 'M', 'G', 'T'] as const;

/** Three digits at most, and the letter of a power of 1000: `0`, `12`, `1.2k`, `345M`. */
export function brief(value: number): string {
  let unit = 0;
  let rest = value;
  // What rounds to 1000 is 1 of the next.
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }
  const digits = rest < 9.95 && (unit > 0 || !Number.isInteger(rest)) ? rest.toFixed(1) : String(Math.round(rest));
  return `${digits}${UNITS[unit] ?? ''}`;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** `12 s`, `3 min`, `2 h 05 min`, `4 d 03 h`. */
export function lasting(ms: number): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  if (ms < MINUTE_MS) return `${String(Math.floor(ms / SECOND_MS))} s`;
  if (ms < HOUR_MS) return `${String(Math.floor(ms / MINUTE_MS))} min`;
  if (ms < DAY_MS) return `${String(Math.floor(ms / HOUR_MS))} h ${two((ms % HOUR_MS) / MINUTE_MS)} min`;
  return `${String(Math.floor(ms / DAY_MS))} d ${two((ms % DAY_MS) / HOUR_MS)} h`;
}

/** The time of today, or the day, in local time: eight or ten columns. */
function moment(since: number, now: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const [then, today] = [new Date(since), new Date(now)];
  const day = `${String(then.getFullYear())}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  return then.toDateString() === today.toDateString()
    ? [then.getHours(), then.getMinutes(), then.getSeconds()].map(two).join(':')
    : day;
}
