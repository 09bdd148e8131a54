/**
 * `npm run mutate`: every mutant of every machine is judged by the tables, and by the exploration if they do not find it. Says who
 * found how many, and names the survivors; fails if there is one. Run by Jest, whose `expect` is in the first judge; no part of
 * `npm test`, because a mutant that the tables do not find takes the exploration minutes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machines } from '../spec/machines';
import { foundByExploration } from './exploration';
import { mutantsOf, type Mutant } from './mutants';
import { foundByDeeds, foundByRows } from './tables';

const RESULTS = join(__dirname, '../results');
const HOUR_MS = 3_600_000;

interface Judged {
  readonly mutant: string;
  readonly machine: string;
  /** deed: carried out, it does or remembers something else. row: its names are not those of the table. */
  readonly by: 'deed' | 'row' | 'exploration' | 'nobody';
  readonly how?: string;
}

function judge(mutant: Mutant): Judged {
  const is = { mutant: mutant.name, machine: mutant.machine.id };
  const undo = mutant.apply();
  try {
    if (foundByDeeds(mutant)) return { ...is, by: 'deed' };
    if (foundByRows(mutant)) return { ...is, by: 'row' };
    const how = foundByExploration();
    return how === undefined ? { ...is, by: 'nobody' } : { ...is, by: 'exploration', how };
  } finally {
    undo();
  }
}

test(
  'no mutant survives',
  () => {
    const judged = machines.flatMap((machine) => mutantsOf(machine).map(judge));
    const count = (by: Judged['by'], machine?: string): number =>
      judged.filter((one) => one.by === by && (machine === undefined || one.machine === machine)).length;
    const line = (name: string, machine?: string): string =>
      [
        name.padEnd(20),
        ...(['deed', 'row', 'exploration', 'nobody'] as const).map((by) => String(count(by, machine)).padStart(12)),
      ].join('');
    const lines: string[] = [];
    const say = (text: string): void => {
      lines.push(text);
      process.stdout.write(`${text}\n`);
    };
    say(`${String(judged.length)} mutants, by who found them:`);
    say(`${''.padEnd(20)}${['deed', 'row', 'exploration', 'nobody'].map((by) => by.padStart(12)).join('')}`);
    for (const { id } of machines) say(line(id, id));
    say(line('all'));
    for (const { mutant, how } of judged) if (how !== undefined) say(`  ${mutant}: ${how}`);
    const survivors = judged.filter(({ by }) => by === 'nobody').map(({ mutant }) => mutant);
    for (const mutant of survivors) say(`  SURVIVES ${mutant}`);
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(
      join(RESULTS, 'mutation.json'),
      `${JSON.stringify({ lines }, null, 1)}
`,
    );
    expect(judged.length).toBeGreaterThanOrEqual(300);
    expect(survivors).toEqual([]);
  },
  HOUR_MS,
);
