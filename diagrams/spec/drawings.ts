/**
 * The four drawings edge by edge, in their own words and order, and what became of each edge: the path of the machines that
 * realises it, or the correction (protocol 5.6) that replaced it. Checked against tables and machines by test/spec.
 * Must never be here: an import of a machine, or an edge made from one.
 */
import correctionRows from './corrections.json';
import edges from './edges.json';

/** One edge of a machine, in the machine's own names. */
export interface Step {
  readonly machine: string;
  readonly state: string;
  readonly event: string;
  /** Which row of the cell, from 0. */
  readonly alternative: number;
  /** State reached; the same as `state` where the machine stays. */
  readonly to: string;
  /** Machine that this edge brings into being, and the state in which it begins. */
  readonly creates?: { readonly machine: string; readonly state: string };
}
/** Edges that follow each other: sub-states make one drawn edge several. */
export type Path = readonly Step[];

/** One arrow of a drawing. */
export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  /** What stands above the line. */
  readonly trigger: string;
  /** What stands below the line; `-` is nothing. */
  readonly actions: string;
  /** Ids of the corrections that change this edge; empty: the machines do what is drawn. */
  readonly corrections: readonly string[];
  /** What realises the edge, or stands for it after the correction; several for "or". Empty: the edge was removed. */
  readonly paths: readonly Path[];
}

export interface Drawing {
  /** Id of the machine that it draws. */
  readonly id: string;
  readonly title: string;
  /** Binding: a diagram of the assignment, not a team's. */
  readonly official: boolean;
  readonly edges: readonly DrawnEdge[];
}

/** An error of a server drawing and how it is resolved (protocol 5.6). */
export interface Correction {
  /** E1 to E21. */
  readonly id: string;
  /** Id of the drawing. */
  readonly drawing: string;
  readonly problem: string;
  readonly resolution: string;
  /** Why no single drawn edge can carry this correction; null: edges do. */
  readonly noEdge: string | null;
  /** Edges of the machines that the drawing does not have at all and the resolution adds. */
  readonly paths: readonly Path[];
}

export const drawings: readonly Drawing[] = edges;
export const corrections: readonly Correction[] = correctionRows;
