/** Issues met and how they were solved: the decision records of the project, as they are. */
import { heading, paragraph, type Block } from '../blocks';
import { blocksOf } from '../data/markdown';
import type { Facts } from '../facts';

export function issues({ documents: { decisions } }: Facts): Block[] {
  return [
    heading(1, 'Issues met and how they were solved'),
    paragraph(
      'A design that no longer fits is changed in one step, with a record in docs/decisions: what the situation was, what was decided, what follows from it. These are the records, in their order. What the assignment left open is in [[silent]], what was wrong in the drawings of the server in [[corrections]].',
    ),
    ...decisions.flatMap((record, i) => {
      const [first = '', ...rest] = record.split('\n');
      const title = first.replace(/^#+ *\d*\.? */, '').replace(/`/g, '');
      const id = `decision-${String(i + 1)}`;
      return [heading(2, title, id), ...blocksOf(rest.join('\n'), { id, caption: title })];
    }),
  ];
}
