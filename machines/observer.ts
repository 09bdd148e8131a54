/**
 * Who watches machines move: the log, a trace, a chart. Nothing here may answer back.
 */

/** One step of one machine: `from` and `to` are leaf states, equal if it stayed. */
export interface Transition {
  readonly machine: string;
  /** Client-ID the machine belongs to; empty if none is known yet. */
  readonly client: string;
  /** Serial number of the attempt on a server, 0 on a client. */
  readonly serial: number;
  readonly event: string;
  readonly from: string;
  readonly to: string;
}
export type Observer = (transition: Transition) => void;
