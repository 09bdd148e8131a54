/** What a machine did with an event, and the reason that its state table gives. Must never be here: the DOM. */
import { actionWords } from '../../../draw/words';
import { machineNames, rowFor, type Mark, type Row } from '../../../spec';
import type { StepEntry } from './record';

export type AnswerKind = 'moved' | 'stayed' | 'passed on' | 'ignored' | 'refused' | 'protocol error' | 'not taken';

export interface Answer {
  readonly kind: AnswerKind;
  /** The machine's answer in a few words: `Offline → Wait for Challenge`, `stays in Connected`. */
  readonly words: string;
  /** In a list: the same with the reason, or with what the machine does. */
  readonly said: string;
  /** The row's mark. */
  readonly mark: Mark | undefined;
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
  const { mark, when = null } = row ?? {};
  const note = cited(row?.note ?? '');
  const reason = { mark, when: when ?? '', note };
  const stays = `stays in ${state}`;
  if (from !== state) return { kind: 'moved', words: `${from} → ${state}`, said: `${from} → ${state}`, ...reason };
  if (alternative < 0) {
    const words = stopped ? 'had ended' : stays;
    return { kind: 'not taken', words, said: `not taken, ${words}`, ...reason };
  }
  const kind = (mark && BY_MARK[mark]) ?? 'stayed';
  if (kind === 'stayed') return { kind, words: stays, said: [stays, does(row)].filter(Boolean).join(': '), ...reason };
  return { kind, words: stays, said: note === '' ? `${kind}, ${stays}` : `${kind}: ${note}`, ...reason };
}

/** What the machine does without leaving its state. */
function does(row: Row | undefined): string {
  return (row?.actions ?? []).flatMap((action) => actionWords(action) ?? []).join(', ');
}

/** `text 2.1` is a paragraph of the assignment. */
function cited(note: string): string {
  if (/^text [\d.]+(, (text )?[\d.]+)*$/.test(note)) return `as the assignment says (${note.replaceAll('text ', '')})`;
  return note.replace(/\btext (\d+(\.\d+)?)/g, 'assignment $1');
}
