/**
 * What a check of the conformance kit is, and what comes of it. Must never be here: a message of the protocol, a socket, how a
 * verdict is shown.
 */

/** One rule of docs/protocol.md, played against somebody's program. `Scene` is what it plays with: a new one for every check. */
export interface Check<Scene> {
  /** Such as `res-compared`: kept for ever, people name it in their reports. */
  readonly name: string;
  /** Of docs/protocol.md, such as `3.4`. */
  readonly section: string;
  /** What must hold, as a sentence without a full stop. */
  readonly must: string;
  /** @throws Unexpected if it does not hold */
  play(scene: Scene): Promise<void>;
}

/** The program that is checked did something else; both are words for its author. */
export class Unexpected extends Error {
  constructor(
    readonly expected: string,
    readonly seen: string,
  ) {
    super(`expected ${expected}, saw ${seen}`);
  }
}

/** What the check needs is wrong, and has failed in a check of its own before: it says nothing more. */
export class NotChecked extends Error {}

/**
 * `stuck`: the check could not be played, for a reason that `seen` gives; it counts as a failure. `not checked`: an earlier
 * failure is the reason, and that one counts.
 */
export type Outcome = 'passed' | 'failed' | 'stuck' | 'not checked';

export interface Verdict {
  readonly check: string;
  readonly section: string;
  readonly must: string;
  readonly outcome: Outcome;
  readonly expected?: string;
  readonly seen?: string;
  /** Milliseconds. */
  readonly took: number;
}
