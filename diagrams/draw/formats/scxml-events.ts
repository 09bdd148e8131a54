/** Names of events in SCXML: words separated by dots, of which the first few stand for all that begin with them. */
import type { Picture } from '../picture';
import { cleaned, triggerLine } from './outline';

/** @returns the name of every event of a picture: different for each, and none is the beginning of another */
export function eventNames(picture: Picture): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const used = new Set<string>();
  for (const event of eventsOf(picture)) {
    const stem = event === '*' ? event : descriptor(event);
    let name = stem;
    for (let i = 2; used.has(name); i++) name = `${stem}_${String(i)}`;
    used.add(name);
    names.set(event, name);
  }
  const isBeginning = (name: string): boolean => [...used].some((other) => name.startsWith(`${other}.`));
  return new Map([...names].map(([event, name]) => [event, isBeginning(name) ? name.replaceAll('.', '_u2e_') : name]));
}

function eventsOf({ edges, sends = {} }: Picture): Set<string> {
  const reactions = edges.flatMap((edge) => edge.reactions ?? [{ event: triggerLine(edge) }]);
  const answered = reactions.map(({ event }) => event).filter((event) => event !== '' && !TIMER.test(event));
  return new Set([...answered, ...Object.values(sends).map(({ event }) => event)]);
}
/** Written by another name (scxml.ts). */
const TIMER = /^xstate\.after\(/;

/** Letters, digits and dots between them; anything else is written by its number. */
export function descriptor(event: string): string {
  const safe = cleaned(event)
    .replace(/ /g, '_')
    .replace(
      /[^\p{L}\p{N}_.-]|(?<![\p{L}\p{N}_-])\.|\.(?![\p{L}\p{N}_-])/gu,
      (c) => `_u${(c.codePointAt(0) ?? 0).toString(16)}_`,
    );
  return /^[\p{L}_]/u.test(safe) ? safe : `_${safe}`;
}
