/** Everything a report is made from, gathered before a word is written. Must never be here: words. */
import type { Folder, Machine, Package } from './data/machine';
import type { Performance } from './data/performance';
import type { Result, TestRun } from './data/results';
import type { Played } from './play/play';
import type { Recording } from './play/recording';
import type { Settings } from './settings';

export interface Facts {
  readonly settings: Settings;
  readonly made: Date;
  /** quick: only the first scenarios were played. */
  readonly scale: 'full' | 'quick';
  readonly machine: Machine;
  readonly packages: readonly Package[];
  readonly folders: readonly Folder[];
  readonly documents: Documents;
  readonly runs: readonly Played[];
  readonly recorded: { readonly played: Played; readonly recording: Recording };
  /** Drawn state machines. */
  readonly diagrams: readonly Diagram[];
  readonly tests: { readonly run: TestRun; readonly scope: 'all' | 'selection' } | undefined;
  readonly results: readonly NamedResult[];
  /** undefined: the measurement failed, and why. */
  readonly performance: Performance | string;
}
export interface Documents {
  readonly protocol: string;
  readonly limits: string;
  /** Decision records in the order of their numbers. */
  readonly decisions: readonly string[];
}
export interface Diagram {
  readonly id: string;
  readonly title: string;
  readonly level: 'spec' | 'full';
  readonly svg: string;
}
/** A result that may not be there. */
export interface NamedResult {
  readonly name: string;
  readonly title: string;
  /** Script of package.json that makes it. */
  readonly script: string;
  readonly result: Result | undefined;
}
