/**
 * Puts the clocks of several processes together: nothing may be received before it was sent. The wall clocks of processes on
 * one machine differ by the rounding of their beginning. Must never be here: the DOM.
 */
import type { Arrow } from './ladder';
import { timeOf, type Process } from './record';

/** A receipt may be this much too early, ms, before a clock is moved. */
const TOLERANCE_MS = 0.001;

/** @returns ms to add to the clock of each process that is wrong; the first process is right */
export function clockShifts(arrows: readonly Arrow[]): Map<Process, number> {
  const delays = new Map<Process, Map<Process, number>>();
  for (const { sent, received } of arrows) {
    if (!sent || !received || sent.process === received.process) continue;
    const from = delays.get(sent.process) ?? new Map<Process, number>();
    delays.set(sent.process, from);
    const delay = timeOf(received) - timeOf(sent);
    from.set(received.process, Math.min(delay, from.get(received.process) ?? Infinity));
  }
  const shifts = new Map<Process, number>();
  const processes = [...new Set([...delays].flatMap(([from, to]) => [from, ...to.keys()]))];
  processes.sort((a, b) => a.order - b.order);
  for (const [i, late] of processes.entries()) {
    for (const early of processes.slice(0, i)) {
      const there = delays.get(early)?.get(late) ?? Infinity;
      const back = delays.get(late)?.get(early) ?? Infinity;
      if (Math.min(there, back) >= -TOLERANCE_MS || shifts.has(late)) continue;
      // Both ways known: the middle. One way: just so that it arrives when it was sent.
      const shift = Number.isFinite(there) && Number.isFinite(back) ? (back - there) / 2 : there < 0 ? -there : back;
      if (Math.abs(shift) > TOLERANCE_MS) shifts.set(late, shift);
    }
  }
  return shifts;
}
