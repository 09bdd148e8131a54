/** What the system does, and in one table whether it does. */
import { specTables } from '../../spec';
import { MESSAGES } from '../../../machines/messages';
import { FAULTS } from '../../../machines/faults';
import { heading, line, list, note, paragraph, plain, verdict, type Block } from '../blocks';
import type { Facts } from '../facts';
import { count, ms } from './words';

export function overview(facts: Facts): Block[] {
  return [
    heading(1, 'What the system does'),
    paragraph(
      'Parley is a chat between two people, mediated by a server. A client logs on over UDP by challenge and response, the way a mobile phone does: with A3 and A8 over a fresh random number and a secret key that it shares with the server. It then opens one TCP connection, on which everything is encrypted under the ciphering key of this log-on. The server pairs clients into sessions of exactly two, relays what they write, and keeps the history of every pair.',
    ),
    list([
      '**Log on** and **Log off** connect and disconnect a client; a client that is idle for too long is disconnected by its activity timer.',
      '**Chat B** asks for a session with B: `Chat started` at both, or `Correspondent unreachable` at the caller.',
      'Any other line is sent to the partner, and stored by the server before it is shown.',
      '**End chat** ends the session at both sides.',
      '**History B** shows every past message with B, in a chat too.',
    ]),
    heading(2, 'One idea'),
    paragraph(
      'Every phase of the protocol is an explicit state machine, and *the machine that is drawn is the machine that runs is the machine that is explored by the tests*. A machine does nothing itself: it is told of an event, moves, and asks for effects (send, start a timer, show, store), which a driver performs afterwards. So the same machine object runs in production, is stepped through every state by a test, and is drawn into the diagrams of this report.',
    ),
    paragraph(inNumbers(facts)),
    heading(2, 'The scenarios in one table'),
    ...verdicts(facts),
  ];
}

function inNumbers({ folders }: Facts): string {
  const tables = Object.values(specTables);
  const rows = tables.reduce((sum, { rows: all }) => sum + all.length, 0);
  const cells = tables.reduce((sum, { states, events }) => sum + states.length * events.length, 0);
  const tested = folders.find(({ name }) => name === 'test');
  const own = folders.filter(({ name }) => name !== 'test');
  const lines = own.reduce((sum, folder) => sum + folder.lines, 0);
  return [
    `In numbers, counted while this report was made: ${count(Object.keys(MESSAGES).length, 'message')}, ${count(tables.length, 'state machine')},`,
    `${count(cells, 'cell')} of a state and an event with ${count(rows, 'alternative')}, ${count(Object.keys(FAULTS).length, 'named fault')} of a peer,`,
    `${count(lines, 'line')} of TypeScript and ${count(tested?.lines ?? 0, 'line')} of tests.`,
  ].join(' ');
}

function verdicts({ runs, scale }: Facts): Block[] {
  const failed = runs.filter(({ failure }) => failure !== undefined);
  const said = failed.map(({ scenario }) => scenario.id).join(', ');
  return [
    failed.length === 0
      ? note('good', `All ${count(runs.length, 'scenario')} went as expected in the run that was made for this report.`)
      : note(
          'bad',
          `Not as expected in the run that was made for this report: ${said}. See the tables of these scenarios.`,
        ),
    ...(scale === 'quick'
      ? [note('plain', 'This is a quick build: only these scenarios were played. `npm run report` plays all of them.')]
      : []),
    {
      kind: 'table',
      id: 'verdicts',
      caption: 'The validation scenarios in this run: real processes, each in a terminal of its own.',
      head: ['No.', 'Scenario', 'Clients', 'Checks', 'Took', 'Result'],
      rows: runs.map(({ scenario, acts, failure, took }) => {
        const checks = acts.filter(({ kind }) => kind === 'expects').length;
        return [
          plain(scenario.id),
          line(scenario.title),
          plain(String(scenario.clients.length)),
          plain(String(checks)),
          plain(ms(took)),
          verdict(failure === undefined, failure === undefined ? 'as expected' : 'failed'),
        ];
      }),
      widths: [6, 44, 10, 10, 13, 17],
      right: [2, 3, 4],
    },
  ];
}
