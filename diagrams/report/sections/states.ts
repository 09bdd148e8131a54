/** The state diagrams, drawn from the machines that run, and what was decided where the assignment is silent or wrong. */
import { markWords, specTables, type Mark } from '../../spec';
import { corrections, drawings } from '../../spec/drawings';
import { heading, line, list, paragraph, plain, type Block } from '../blocks';
import { section, tableBlock, tablesOf } from '../data/markdown';
import type { Diagram, Facts } from '../facts';
import { count } from './words';

export function states(facts: Facts): Block[] {
  const spec = facts.diagrams.filter(({ level }) => level === 'spec');
  const full = facts.diagrams.filter(({ level }) => level === 'full');
  return [
    heading(1, 'State machines'),
    paragraph(
      'Client and server each have a machine for the connection phase and one for the chat phase, as in the diagrams of the assignment, and a small one for the history beside them, since history may be asked for at any time. The server has one connection machine for each log-on attempt. An edge has its trigger above the rule and its actions below it, as in textbooks; Λ is no action.',
    ),
    heading(2, 'The diagrams of the assignment, and the drawings of the server'),
    paragraph(
      'The client diagrams are those of the assignment, edge by edge, drawn by the program from the data that its tests compare with the machines. The server diagrams are the drawings that we started from; a red number beside an edge names its correction in [[corrections]].',
    ),
    ...spec.map((diagram) => figure(diagram, `${diagram.title}: ${origin(diagram)}.`, 'spec')),
    heading(2, 'The machines as they run'),
    paragraph(
      'The same machines with every edge that changes or does something, drawn from the objects that run. What is ignored, refused or a matter of another machine is not drawn; the state tables below count it. [[state-client-connection-full]] and [[state-server-connection-full]] are the connection phase, [[state-client-chat-full]] and [[state-server-chat-full]] the chat phase, [[state-client-history-full]] and [[state-server-history-full]] the history.',
    ),
    ...ordered(full).map((diagram) =>
      figure(diagram, `${diagram.title}: every edge of the machine that runs.`, 'full'),
    ),
    heading(2, 'Every state answers every event'),
    ...cells(),
    heading(2, 'Where the assignment is silent'),
    paragraph(
      'The assignment leaves some things open and contradicts itself in others. Each place was written down with what was decided. The list is that of the protocol document.',
    ),
    ...silent(facts),
    heading(2, 'Corrections of the server drawings'),
    correctionTable(),
    heading(2, 'Choices'),
    paragraph('Where several answers were possible, these were considered and chosen.'),
    ...choices(facts),
  ];
}

/** What a drawing is: the assignment leaves the server to those who build it. */
function origin({ id }: Diagram): string {
  const official = drawings.some((drawing) => drawing.id === id && drawing.official);
  return official
    ? 'the diagram of the assignment, every edge of which the machine has'
    : 'the drawing we started from, with the numbers of its corrections; not the machine that runs';
}

/** By phase: client and server beside each other. */
function ordered(diagrams: readonly Diagram[]): Diagram[] {
  const phases = ['connection', 'chat', 'history'];
  return phases.flatMap((phase) => diagrams.filter(({ id }) => id.endsWith(phase)));
}

function figure({ id, svg }: Diagram, caption: string, level: string): Block {
  return { kind: 'figure', id: `state-${id.replace(' ', '-')}-${level}`, caption, svg };
}

function cells(): Block[] {
  const tables = Object.values(specTables);
  const marks = Object.entries(markWords) as [Mark, string][];
  const of = (mark: Mark): number =>
    tables.reduce((sum, { rows }) => sum + rows.filter((row) => row.mark === mark).length, 0);
  return [
    paragraph(
      'A state that is silent about an event is where the bug will be. So every machine names every event in every state, the compiler refuses one that does not, and a test compares each cell with the state tables (docs/states.md) in both directions and executes it.',
    ),
    {
      kind: 'table',
      id: 'machines',
      caption: 'The six machines, counted from the state tables; a cell may have several alternatives.',
      head: ['Machine', 'States', 'Events', 'Cells', 'Alternatives'],
      rows: tables.map(({ id, title, states: all, events, rows }) => [
        line(`${title} (${id})`),
        plain(String(all.length)),
        plain(String(events.length)),
        plain(String(all.length * events.length)),
        plain(String(rows.length)),
      ]),
      widths: [44, 13, 13, 13, 17],
      right: [1, 2, 3, 4],
    },
    {
      kind: 'table',
      id: 'marks',
      caption: 'Why an alternative is there, counted.',
      head: ['Mark', 'Meaning', 'Number'],
      rows: marks
        .filter(([mark]) => of(mark) > 0)
        .map(([mark, words]) => [plain(mark), plain(words), plain(String(of(mark)))]),
      widths: [12, 74, 14],
      right: [2],
    },
  ];
}

function silent({ documents }: Facts): Block[] {
  const [table] = tablesOf(section(documents.protocol, '0.2 '));
  if (!table) return [];
  return [
    tableBlock(
      'silent',
      `Where the assignment is silent or contradicts itself: ${count(table.rows.length, 'place')}.`,
      table,
    ),
  ];
}

function correctionTable(): Block {
  return {
    kind: 'table',
    id: 'corrections',
    caption: `What was wrong in the server drawings, and what the machines do instead: ${count(corrections.length, 'correction')}, from the data that the tests check.`,
    head: ['No.', 'Drawing', 'Problem', 'Resolution'],
    rows: corrections.map(({ id, drawing, problem, resolution }) => [
      plain(id),
      plain(drawing.replace('server ', '')),
      line(problem),
      line(resolution),
    ]),
    widths: [7, 14, 42, 37],
  };
}

function choices({ documents }: Facts): Block[] {
  const [table] = tablesOf(section(documents.protocol, '8. '));
  return table ? [tableBlock('choices', 'Choices of the protocol.', table)] : [list(['none'])];
}
