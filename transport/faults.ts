/**
 * Counts what peers did wrong, by the name of the fault, and writes a warning a second at most for each name: a flood must
 * not become a flood of log lines (protocol 1.8, 3.6).
 */
import type { Fault } from '../machines/faults';
import type { Clock } from '../machines/ports';
import type { Log, LogFields } from './log';

const WARN_EVERY_MS = 1000;

export class FaultCounter {
  private readonly counts = new Map<Fault, { count: number; warned: number }>();

  private readonly ignored = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  count(fault: Fault, fields: LogFields = {}): void {
    const now = this.clock.now();
    const entry = this.counts.get(fault) ?? { count: 0, warned: -Infinity };
    this.counts.set(fault, entry);
    entry.count++;
    if (now - entry.warned < WARN_EVERY_MS) return;
    entry.warned = now;
    this.log.warn('refused input', { ...fields, fault, count: entry.count });
  }

  of(fault: Fault): number {
    return this.counts.get(fault)?.count ?? 0;
  }

  all(): Partial<Record<Fault, number>> {
    return Object.fromEntries([...this.counts].map(([fault, { count }]) => [fault, count]));
  }

  /** An event that a machine ignored on purpose, by its type: honest peers cause these too, so nobody is warned. */
  ignore(event: string): void {
    this.ignored.set(event, this.ignoredOf(event) + 1);
  }

  allIgnored(): Record<string, number> {
    return Object.fromEntries(this.ignored);
  }

  ignoredOf(event: string): number {
    return this.ignored.get(event) ?? 0;
  }
}
