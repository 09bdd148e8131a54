/** Each validation scenario as it went in the run of this report: what must be seen, every step, the chart, the screens. */
import { chartOf, type ChartOptions } from '../../chart/chart';
import { coverageOf, type MachineCoverage } from '../../chart/coverage';
import { chartSvg } from '../../chart/svg';
import { code, heading, list, note, paragraph, plain, verdict, type Block, type Line } from '../blocks';
import { section, tablesOf } from '../data/markdown';
import type { Facts } from '../facts';
import type { Act } from '../play/actor';
import type { Played } from '../play/play';
import { screenSvg } from '../screen/svg';
import { count, listed, ms } from './words';

/** So many clients are shown of a scenario; the others do the same. */
const SHOWN_CLIENTS = 3;

export function scenarios(facts: Facts): Block[] {
  const expected = new Map(
    (tablesOf(section(facts.documents.protocol, '0.3 '))[0]?.rows ?? []).map(([id = '', what = '', seen = '']) => [
      id,
      { what, seen },
    ]),
  );
  return [
    heading(1, 'Validation scenarios'),
    paragraph(
      'Each scenario was played for this report as described in the chapter on set-up. The tables have every line that was typed, what the screen had to show, and what it showed; the terminals are the screens at its end; the sequence charts are made from the traces that server and clients wrote during the same run. After the last step the run lets every client leave, which the charts show too. In them solid arrows are TCP, dashed ones UDP, and underlined messages were encrypted.',
    ),
    ...facts.runs.flatMap((run) => scenarioBlocks(run, expected.get(run.scenario.id))),
    ...coverage(facts),
  ];
}

/** Which edges of the diagrams all scenarios together took. */
function coverage({ runs }: Facts): Block[] {
  const { machines } = coverageOf(runs.flatMap(({ traces }) => traces));
  const share = (one: MachineCoverage['table'] | undefined): Line =>
    plain(one ? `${String(one.taken)} of ${String(one.of)}` : 'no drawing');
  const left = machines.flatMap(({ machine, drawing }) =>
    (drawing?.missing ?? []).map((edge) => `${machine}: ${edge.replace('->', '→')}`),
  );
  return [
    heading(2, 'What the scenarios exercise'),
    paragraph(
      'From the traces of all these runs together: which edges of the diagrams were taken. The scenarios are the way of an ordinary day, so timeouts, failures and attacks are not among them; those have tests of their own.',
    ),
    {
      kind: 'table',
      id: 'coverage',
      caption:
        'Edges taken by the scenarios: of the diagrams of the assignment, and of all rows of the state tables that do something.',
      head: ['Machine', 'Edges of its diagram', 'Rows of its table'],
      rows: machines.map(({ machine, drawing, table }) => [plain(machine), share(drawing), share(table)]),
      widths: [50, 25, 25],
      right: [1, 2],
    },
    ...(left.length > 0 ? [paragraph('Edges of the diagrams that no scenario takes:'), list(left)] : []),
  ];
}

function scenarioBlocks(run: Played, expected: { readonly what: string; readonly seen: string } | undefined): Block[] {
  const { scenario, failure, took } = run;
  const checks = run.acts.filter(({ kind }) => kind === 'expects').length;
  return [
    heading(2, `${scenario.id}: ${scenario.title}`, `scenario-${scenario.id.toLowerCase()}`),
    ...(expected
      ? [paragraph(`**Scenario.** ${expected.what}.`), paragraph(`**What must be seen.** ${expected.seen}.`)]
      : []),
    failure === undefined
      ? note('good', `As expected: ${count(checks, 'check')} of ${String(checks)} held, in ${ms(took)}.`)
      : { kind: 'note', tone: 'bad', line: plain(`Not as expected: ${failure.split('\n').slice(0, 3).join(' ')}`) },
    ...stepBlocks(run),
    ...screens(run),
    ...charts(run),
  ];
}

interface Step {
  readonly number: number;
  readonly who: string;
  readonly typed: string;
  readonly checks: (Act & { kind: 'expects' })[];
}

/** What was typed, each with what was expected after it. */
function stepsOf(acts: readonly Act[]): Step[] {
  const steps: Step[] = [];
  for (const act of acts) {
    if (act.kind === 'types') steps.push({ number: steps.length + 1, who: act.who, typed: act.line, checks: [] });
    else stepFor(steps, act.who)?.checks.push(act);
  }
  return steps;
}

/** What somebody waits for belongs to what he typed last, if nothing was seen of that yet; else to what was typed last. */
function stepFor(steps: readonly Step[], who: string): Step | undefined {
  const own = steps.findLast((step) => step.who === who);
  return own?.checks.length === 0 ? own : steps.at(-1);
}

function stepBlocks(run: Played): Block[] {
  const { scenario, acts } = run;
  const shown = shownOf(run);
  const steps = stepsOf(acts.filter(({ who }) => shown.includes(who)));
  const others = acts.filter(({ who, kind }) => kind === 'expects' && !shown.includes(who));
  const held = others.filter((act) => act.kind === 'expects' && act.seen !== undefined).length;
  const rows = steps.flatMap(({ number, who, typed, checks }) => {
    const first: Line[] = [plain(String(number)), [{ kind: 'text', text: `${who} types ` }, ...code(typed)]];
    if (checks.length === 0) return [[...first, plain(''), plain(''), plain('')]];
    return checks.map((check, i) => [...(i === 0 ? first : [plain(''), plain('')]), ...checkCells(check)]);
  });
  const id = scenario.id.toLowerCase();
  return [
    {
      kind: 'table',
      id: `steps-${id}`,
      caption: `${scenario.id}: every step, what the screen had to show, and what it showed.`,
      head: ['No.', 'Step', 'Expected on the screen', 'Seen', 'Held'],
      rows,
      widths: [7, 30, 29, 26, 8],
    },
    ...(others.length > 0
      ? [
          paragraph(
            `${listed(shown)} are shown; the other ${String(scenario.clients.length - shown.length)} clients did the same at the same time. Of their ${count(others.length, 'check')} ${String(held)} held.`,
          ),
        ]
      : []),
  ];
}

/** A pattern as people read it: `n` is any number. */
function inWords({ source }: RegExp): string {
  return source
    .replace(/^\^|\$$/g, '')
    .replaceAll('\\d+', 'n')
    .replaceAll('\\', '');
}

function checkCells({ who, wanted, seen }: Act & { kind: 'expects' }): Line[] {
  const what: Line = code(typeof wanted === 'string' ? wanted : inWords(wanted));
  return [
    [{ kind: 'text', text: `${who}: ` }, ...what],
    seen === undefined ? plain('nothing of this kind') : code(seen),
    verdict(seen !== undefined, seen === undefined ? 'no' : 'yes'),
  ];
}

function shownOf({ scenario: { clients } }: Played): readonly string[] {
  return clients.length > SHOWN_CLIENTS ? clients.slice(0, 2) : clients;
}

/** Which charts a scenario gets: the connection phase once, what comes after it in each. */
function chartsOf({ scenario: { id } }: Played): readonly (ChartOptions & { readonly words: string })[] {
  const chat = { phase: 'chat', words: 'the chat phase' } as const;
  if (id !== 'V1') return [chat];
  return [{ phase: 'connection', clients: ['alice'], words: 'the connection phase of alice' }, chat];
}

function charts(run: Played): Block[] {
  const { scenario, traces } = run;
  const shown = shownOf(run);
  // Who failed early may have traced nothing.
  if (traces.length === 0) return [];
  return chartsOf(run).map(({ words, ...options }, i) => {
    const chart = chartOf(traces, { clients: shown, ...options, title: `${scenario.id}: ${words}` });
    const others =
      scenario.clients.length > shown.length
        ? `, ${listed(shown)} and the server; the other sessions ran at the same time`
        : '';
    return {
      kind: 'figure',
      id: `chart-${scenario.id.toLowerCase()}-${String(i + 1)}`,
      caption: `${scenario.id}: ${words}, from the traces of this run${others}.`,
      svg: chartSvg(chart),
    };
  });
}

/** A terminal takes this share of the text's width on paper. */
const SCREEN_SHARE = 0.74;

function screens(run: Played): Block[] {
  const shown = shownOf(run);
  const wanted = run.scenario.id === 'V1' ? ['server', ...shown] : shown;
  return run.screens
    .filter(({ name }) => wanted.includes(name))
    .map(({ name, screen }) => {
      const size = `${String(screen.columns)} columns`;
      const what =
        name === 'server' ? 'the server, which was told to show every message on the wire' : `the screen of ${name}`;
      return {
        kind: 'figure',
        id: `screen-${run.scenario.id.toLowerCase()}-${name}`,
        caption: `${run.scenario.id}: ${what}, at the end of the scenario (${size}).`,
        svg: screenSvg(screen, name),
        share: name === 'server' ? 1 : SCREEN_SHARE,
      };
    });
}
