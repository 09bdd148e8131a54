/** The words of a message on a chart: its name and its arguments, by the assignment's names where it has one. */
import { CLOSE_REASON, rowOf, type MessageName } from '../../machines/messages';
import type { MessageEntry } from '../trace/format';

/** What stands for a value that is not written down. */
const WORDS: Readonly<Record<string, string>> = { rand: 'rand', res: 'Res', cookie: 'rand_cookie' };
/** Fields that say nothing on a chart. */
const LEFT_OUT = new Set(['ver', 'status']);
const REASONS: Readonly<Record<string, string>> = {
  logoff: 'log off',
  idle: 'activity timer',
  superseded: 'newer log-on',
  shutdown: 'shutdown',
  protocol: 'protocol error',
  slow: 'too slow',
  internal: 'server error',
  removed: 'no longer a subscriber',
};

export function labelOf({ name, fields }: Pick<MessageEntry, 'name' | 'fields'>): string {
  const words = Object.entries(rowOf(name).fields).flatMap(([field, kind]) => {
    if (LEFT_OUT.has(field)) return [];
    const value = fields[field];
    if (value === undefined) return WORDS[field] ?? [];
    if (kind === 'text') return `${String(value)} bytes`;
    return field === 'reason' ? reasonOf(value) : String(value);
  });
  return words.length === 0 ? name : `${name}(${ordered(name, words).join(', ')})`;
}

/** The assignment writes RESPONSE(Client-ID, Res); rand is ours and repeats the CHALLENGE's. */
function ordered(name: MessageName, words: readonly string[]): readonly string[] {
  return name === 'RESPONSE' ? words.filter((word) => word !== 'rand') : words;
}

function reasonOf(value: string | number): string {
  const known = Object.entries(CLOSE_REASON).find(([, code]) => code === value)?.[0];
  return known === undefined ? 'other' : (REASONS[known] ?? known);
}
