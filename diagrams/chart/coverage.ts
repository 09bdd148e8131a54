/**
 * Which edges of the state diagrams a run took: of the assignment's drawings, and of the machines' whole tables. Only what a
 * machine does counts: what it ignores, or hands to the machine inside it, is left out.
 */
import { eventWords, guardWords } from '../draw/words';
import { namesOf, rowsOf, type Mark, type Row } from '../spec';
import { drawings, type DrawnEdge } from '../spec/drawings';
import { MACHINES, type MachineId } from '../trace/format';
import type { Trace } from '../trace/reader';

/** Edges that a run took, of those it could take. */
export interface Share {
  readonly taken: number;
  readonly of: number;
  /** Those not taken, in plain words. */
  readonly missing: readonly string[];
}
export interface MachineCoverage {
  readonly machine: MachineId;
  /** The assignment's drawing, or the team's; undefined: there is none of this machine. */
  readonly drawing?: Share & {
    /** Edges that corrections have removed: no run can take them. */
    readonly removed: readonly string[];
  };
  readonly table: Share;
}
export interface Coverage {
  /** Machines of the roles of which there are traces. */
  readonly machines: readonly MachineCoverage[];
  /** Every transition taken, as `transitionKey` names it. */
  readonly taken: ReadonlySet<string>;
}

/** Rows that do something. */
const COUNTED: ReadonlySet<Mark> = new Set(['SPEC', 'TEAM', 'EXT', 'PE', 'REF']);

/** Names an alternative of a cell. @param state the machine's own name of it */
export function transitionKey(machine: string, state: string, event: string, alternative: number): string {
  return JSON.stringify([machine, state, event, alternative]);
}

/** Of all traces together. */
export function coverageOf(traces: readonly Trace[]): Coverage {
  const taken = new Set<string>();
  for (const { entries } of traces) {
    for (const entry of entries) {
      if (entry.kind !== 'transition') continue;
      taken.add(transitionKey(entry.machine, entry.from, entry.event, entry.alternative));
    }
  }
  const roles = new Set(traces.map(({ header }) => header.role));
  const machines = MACHINES.filter((id) => [...roles].some((role) => id.startsWith(role)));
  return { taken, machines: machines.map((id) => machineCoverage(id, taken)) };
}

function machineCoverage(machine: MachineId, taken: ReadonlySet<string>): MachineCoverage {
  const drawing = drawings.find(({ id }) => id === machine);
  const table = tableShare(machine, taken);
  if (!drawing) return { machine, table };
  const possible = drawing.edges.filter(({ paths }) => paths.length > 0);
  const removed = drawing.edges.filter(({ paths }) => paths.length === 0);
  const missing = possible.filter((edge) => !isTaken(edge, taken));
  const share = { taken: possible.length - missing.length, of: possible.length, missing: missing.map(edgeWords) };
  return { machine, drawing: { ...share, removed: removed.map(edgeWords) }, table };
}

/** A drawn edge may be several transitions; it was taken if one of its ways was taken whole. */
export function isTaken({ paths }: DrawnEdge, taken: ReadonlySet<string>): boolean {
  return paths.some((path) =>
    path.every((step) => taken.has(transitionKey(step.machine, step.state, step.event, step.alternative))),
  );
}

function edgeWords({ from, to, trigger, corrections }: DrawnEdge): string {
  const corrected = corrections.length > 0 ? ` (${corrections.join(', ')})` : '';
  return `${from} -> ${to}: ${trigger}${corrected}`;
}

function tableShare(machine: MachineId, taken: ReadonlySet<string>): Share {
  const ownNames = new Map(Object.entries(namesOf(machine).states).map(([own, inTable]) => [inTable, own]));
  const own = (state: string): string => ownNames.get(state) ?? state;
  const cells = new Map<string, number>();
  let of = 0;
  const missing: string[] = [];
  for (const row of rowsOf(machine)) {
    const cell = JSON.stringify([row.state, row.event]);
    const alternative = cells.get(cell) ?? 0;
    cells.set(cell, alternative + 1);
    if (!COUNTED.has(row.mark)) continue;
    of++;
    if (!taken.has(transitionKey(machine, own(row.state), row.event, alternative))) missing.push(rowWords(row, own));
  }
  return { taken: of - missing.length, of, missing };
}

function rowWords({ state, event, when, to, mark }: Row, own: (state: string) => string): string {
  const guard = when === null ? '' : ` [${guardWords(when)}]`;
  const target = to === null ? '' : ` -> ${own(to)}`;
  const remark = mark === 'REF' ? ' (refused)' : mark === 'PE' ? ' (protocol error)' : to === null ? ' (stays)' : '';
  return `${own(state)}: ${eventWords(event)}${guard}${target}${remark}`;
}

/** Summary and lists, for a terminal. */
export function coverageText({ machines }: Coverage): string {
  const lines = machines.flatMap((coverage) => [summary(coverage), ...details(coverage), '']);
  return `${lines.join('\n').trimEnd()}\n`;
}

function summary({ machine, drawing, table }: MachineCoverage): string {
  const ofTable = `${String(table.taken)} of ${String(table.of)} of the machine`;
  if (!drawing) return `${machine}: ${ofTable}`;
  return `${machine}: ${String(drawing.taken)} of ${String(drawing.of)} edges of the drawing, ${ofTable}`;
}

function details({ drawing, table }: MachineCoverage): string[] {
  const list = (title: string, edges: readonly string[]): string[] =>
    edges.length === 0 ? [] : [`  ${title}`, ...edges.map((edge) => `    ${edge}`)];
  return [
    ...list('not taken, of the drawing:', drawing?.missing ?? []),
    ...list('removed from the drawing by a correction:', drawing?.removed ?? []),
    ...list('not taken, of the machine:', table.missing),
  ];
}

/** The same for programs. */
export function coverageJson({ machines }: Coverage): string {
  return `${JSON.stringify({ format: 'parley-coverage', version: 1, machines }, null, 1)}\n`;
}
