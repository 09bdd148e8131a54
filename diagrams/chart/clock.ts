/**
 * Puts the clocks of several processes together: nothing may be received before it was sent. Wall clocks of processes on one
 * machine differ by the rounding of their start, those of several machines by more.
 */

/** A message that two processes saw: their numbers, and how long it took by their own clocks, ms. */
export interface Journey {
  readonly from: number;
  readonly to: number;
  readonly ms: number;
}

/** A message takes at least so long, ms; so receiving always comes after sending. */
const LEAST_MS = 0.001;

/**
 * The smallest corrections under which every message arrives after it left.
 * @returns ms to add to the clock of each process; if no correction fits all, the best that was found
 */
export function clockShifts(processes: number, journeys: readonly Journey[]): number[] {
  const quickest = new Map<string, Journey>();
  for (const journey of journeys) {
    const { from, to, ms } = journey;
    if (from === to) continue;
    const key = `${String(from)} ${String(to)}`;
    if (ms < (quickest.get(key)?.ms ?? Infinity)) quickest.set(key, journey);
  }
  const shifts = new Array<number>(processes).fill(0);
  // Bellman and Ford: a correction that is possible is found in as many rounds as there are processes.
  for (let round = 0; round < processes; round++) {
    for (const { from, to, ms } of quickest.values()) {
      const least = (shifts[from] ?? 0) + LEAST_MS - ms;
      if ((shifts[to] ?? 0) < least) shifts[to] = least;
    }
  }
  return shifts;
}
