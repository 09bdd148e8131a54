/** What an exploration prints. Must never be here: how one is made. */
import { allCells, unexplained } from './cells';
import type { Result } from './explore';
import { unreached } from './unreached';

const COLUMNS = ['Run', 'Worlds', 'Transitions', 'Depth', 'Graph', 'Fair runs', 'Ends', 'Time'] as const;

/** One line on one scenario. */
export function lineOf(result: Result): string {
  const { scenario, about, worlds, transitions, depth, seconds } = result;
  const figures = `${grouped(worlds)} worlds, ${grouped(transitions)} transitions, depth ${String(depth)}`;
  return `${scenario.padEnd(5)} ${figures}, ${graphOf(result)}, ${seconds.toFixed(1)} s: ${about}`;
}
function graphOf({ complete, violation }: Result): string {
  if (violation) return `${violation.invariant} VIOLATED`;
  return complete ? 'complete' : 'cut at the limit';
}
function grouped(n: number): string {
  return n.toLocaleString('en').replaceAll(',', ' ');
}

/** The shortest story of a violation. */
export function storyOf({ scenario, violation }: Result): string {
  if (!violation) return '';
  const steps = violation.story.map((step, i) => `  ${String(i + 1).padStart(2)}. ${step}`);
  return [`${scenario}: ${violation.invariant} does not hold: ${violation.what}`, ...steps].join('\n');
}

export function tableOf(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { scenario, worlds, transitions, depth, fairRuns, ends, seconds } = result;
    const figures = [worlds, transitions, depth].map(grouped);
    const fair = fairRuns === worlds ? 'every world' : grouped(fairRuns);
    return [scenario, ...figures, graphOf(result), fair, grouped(ends), `${seconds.toFixed(1)} s`];
  });
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const worlds = results.reduce((sum, result) => sum + result.worlds, 0);
  const transitions = results.reduce((sum, result) => sum + result.transitions, 0);
  return [
    line(COLUMNS),
    ...rows.map(line),
    `${grouped(worlds)} worlds and ${grouped(transitions)} transitions in total`,
  ].join('\n');
}

/** The cells that no run has reached, by reason. */
export function cellsReport(results: readonly Result[]): string {
  const reached = new Set(results.flatMap(({ cells }) => cells));
  const all = allCells();
  const { missed, refuted } = unexplained(reached, unreached);
  const byReason = new Map<string, string[]>();
  for (const { name, mark } of all) {
    const reason = unreached.get(name);
    if (reason === undefined || reached.has(name)) continue;
    byReason.set(reason, [...(byReason.get(reason) ?? []), `${name.replace(/ \| 0$/, '')} (${mark})`]);
  }
  const count = all.filter(({ name }) => reached.has(name)).length;
  return [
    `${String(count)} of ${String(all.length)} cells reached; the others, with the reason:`,
    ...[...byReason].map(([reason, names]) => `  ${reason}:\n    ${names.join('\n    ')}`),
    ...missed.map((name) => `  NOT REACHED, AND NO REASON: ${name}`),
    ...refuted.map((name) => `  REACHED, THOUGH LISTED AS UNREACHABLE: ${name}`),
  ].join('\n');
}
