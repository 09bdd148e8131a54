/** What many runs come to. */
import type { Outcome } from './run';

const HOUR_MS = 3_600_000;

export class Totals {
  private runs = 0;
  private simulatedMs = 0;
  private steps = 0;
  private messages = 0;
  private datagrams = 0;
  private texts = 0;
  private readonly faults = new Map<string, number>();
  private readonly failures: { seed: number; invariant: string; what: string }[] = [];
  private readonly begun = performance.now();

  add({ seed, violation, simulatedMs, steps, messages, datagrams, texts, faults }: Outcome): void {
    this.runs++;
    this.simulatedMs += simulatedMs;
    this.steps += steps;
    this.messages += messages;
    this.datagrams += datagrams;
    this.texts += texts;
    for (const [name, n] of Object.entries(faults)) this.faults.set(name, (this.faults.get(name) ?? 0) + n);
    if (violation) this.failures.push({ seed, ...violation });
  }

  progress(of: number): string {
    const { runs, failures } = this;
    return `${String(runs)} of ${String(of)} runs, ${this.hours()} simulated hours, ${this.seconds()} s, ${String(failures.length)} failures`;
  }

  summary(): string {
    const faults = [...this.faults].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, n]) => `${name} ${String(n)}`);
    const failures = this.failures.map(
      ({ seed, invariant, what }) => `  seed ${String(seed)}, ${invariant}: ${what.split('\n', 1)[0] ?? ''}`,
    );
    return [
      `runs ${String(this.runs)}, simulated hours ${this.hours()}, real seconds ${this.seconds()}`,
      `steps of machines ${String(this.steps)}, messages ${String(this.messages)}, datagrams ${String(this.datagrams)}, texts relayed ${String(this.texts)}`,
      `faults: ${faults.join(', ')}`,
      `failures: ${String(failures.length)}`,
      ...failures,
    ].join('\n');
  }

  /** For a file. */
  result(): object {
    const { runs, simulatedMs, steps, messages, datagrams, texts, failures } = this;
    const seconds = Number(this.seconds());
    return {
      runs,
      simulatedHours: simulatedMs / HOUR_MS,
      realSeconds: seconds,
      steps,
      messages,
      datagrams,
      texts,
      faults: Object.fromEntries([...this.faults].sort()),
      failures,
    };
  }

  private hours(): string {
    return (this.simulatedMs / HOUR_MS).toFixed(1);
  }
  private seconds(): string {
    return ((performance.now() - this.begun) / 1000).toFixed(0);
  }
}
