/**
 * What a state diagram shows, before anything is placed: states and edges in words. Made from machines (chart.ts) and from the
 * drawings of the assignment (drawn.ts); placed by layout.ts.
 */

/** Where an edge comes from: the assignment, the team's drawing, or our own (protocol, "Marks in tables"). */
export type Origin = 'SPEC' | 'TEAM' | 'EXT' | 'PE';

export interface PictureState {
  readonly id: string;
  readonly label: string;
  /** Id of the state that this one is inside. */
  readonly parent?: string;
  readonly final?: true;
}
/** One transition of a machine that an edge stands for. */
export interface Covered {
  /** Id of the machine: a drawing of the assignment has edges that another of our machines takes. */
  readonly machine: string;
  readonly state: string;
  readonly event: string;
  /** Which alternative of the cell, from 0. */
  readonly alternative: number;
}
export interface PictureEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Above the rule, a line each. */
  readonly trigger: readonly string[];
  /** Below the rule, a line each; none is drawn as Λ. */
  readonly actions: readonly string[];
  readonly origin: Origin | null;
  /** Beside the label, such as the number of a correction. */
  readonly remark?: string;
  /** What it stands for in the machine: by this a live view finds the edge that was taken. */
  readonly covers: readonly Covered[];
}
export interface Picture {
  readonly id: string;
  readonly title: string;
  readonly initial: string;
  readonly states: readonly PictureState[];
  readonly edges: readonly PictureEdge[];
}
