/**
 * What a state diagram shows, before anything is placed: states and edges in words. Made from machines (chart.ts) and from the
 * drawings of the assignment (drawn.ts) and from other people's machines (foreign.ts); placed by layout.ts.
 */

/** Where an edge comes from: the assignment, the team's drawing, or our own (protocol, "Marks in tables"). */
export type Origin = 'SPEC' | 'TEAM' | 'EXT' | 'PE';

export interface PictureState {
  readonly id: string;
  readonly label: string;
  /** Id of the state that this one is inside. */
  readonly parent?: string;
  readonly final?: true;
  /** Entered first whenever the state around it is. */
  readonly initial?: true;
  /** Absent: an ordinary state. The states directly inside a parallel one are its regions. */
  readonly kind?: 'parallel' | 'shallow history' | 'deep history';
  /** What it does when entered and left, and what runs while it is active: in words, a line each. */
  readonly entry?: readonly string[];
  readonly exit?: readonly string[];
  readonly invokes?: readonly string[];
  /** Edges out of it that a large picture has no line for: a line of text each. */
  readonly listed?: readonly string[];
  /** The names of what runs, in the order of `invokes`, as the machine's events give them. */
  readonly invokeIds?: readonly string[];
}
/** What an edge reacts to, by the names of the machine; an event of '' is taken at once. */
export interface Reaction {
  readonly event: string;
  readonly guard?: string;
  /** The end of this state is what the event says. */
  readonly finished?: string;
}
/** An event that a machine sends to itself: `raise` is answered before anything else. */
export interface Sent {
  readonly how: 'raise' | 'send';
  readonly event: string;
  readonly delayMs?: number;
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
  /** Above the rule, a line each: alternatives, or with `continued` one sentence in several lines. */
  readonly trigger: readonly string[];
  readonly continued?: true;
  /** Below the rule, a line each; none is drawn as Λ. */
  readonly actions: readonly string[];
  readonly origin: Origin | null;
  /** Absent: nothing but the words is known. */
  readonly reactions?: readonly Reaction[];
  /** Taken without leaving the state. */
  readonly stays?: true;
  /** Leads to a state inside without leaving this one. */
  readonly internal?: true;
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
  /** Edges of one transition with several targets follow each other and cover the same. */
  readonly edges: readonly PictureEdge[];
  /** Which actions send an event, by their words. */
  readonly sends?: Readonly<Record<string, Sent>>;
}
