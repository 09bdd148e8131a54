/** What a machine did with an event, and the reason that its state table gives. Must never be here: the DOM. */
import { machineNames, rowFor, type Row } from '../../../spec';
import type { StepEntry } from './record';

export type AnswerKind = 'moved' | 'stayed' | 'passed on' | 'ignored' | 'refused' | 'protocol error' | 'not taken';

export interface Answer {
  readonly kind: AnswerKind;
  /** The machine's answer in a few words: `Offline → Wait for Challenge`, `stays in Connected`. */
  readonly words: string;
  /** The row's mark; empty if there is no row. */
  readonly mark: string;
  readonly when: string;
  readonly note: string;
}

const BY_MARK: Readonly<Record<string, AnswerKind>> = {
  IGN: 'ignored',
  'N/A': 'ignored',
  REF: 'refused',
  PE: 'protocol error',
  '→CH': 'passed on',
  '→SH': 'passed on',
};

/** The rows of a cell; none if machine, state or event are not ours. */
export function rowsFor(machine: string, state: string, event: string): readonly Row[] {
  return Object.hasOwn(machineNames, machine) ? rowFor(machine, state, event) : [];
}

export function answerOf({ machine, event, from, state, alternative, stopped }: StepEntry): Answer {
  const row = rowsFor(machine.machine, from, event)[alternative];
  const { mark = '', when = null, note = '' } = row ?? {};
  const reason = { mark, when: when ?? '', note };
  if (from !== state) return { kind: 'moved', words: `${from} → ${state}`, ...reason };
  if (alternative < 0) return { kind: 'not taken', words: stopped ? 'had ended' : `stays in ${state}`, ...reason };
  const kind = BY_MARK[mark] ?? 'stayed';
  return { kind, words: `stays in ${state}`, ...reason };
}
