/** Results of tests, exploration and faults as the last runs left them, and the performance measured for this report. */
import { heading, line, list, note, paragraph, plain, verdict, type Block, type Line } from '../blocks';
import { valueTables } from './values';
import { RESULTS, type TestGroup } from '../data/results';
import type { Spread } from '../data/performance';
import type { Facts, NamedResult } from '../facts';
import { count, moment, ms, seconds } from './words';

export function results(facts: Facts): Block[] {
  return [
    heading(1, 'Results'),
    paragraph(
      `The figures of this chapter are read from the files that the last runs left in ${RESULTS.replaceAll('\\', '/')}; nothing is repeated from memory. What was not run is said to be not run, with the command that runs it.`,
    ),
    heading(2, 'Tests'),
    ...tests(facts),
    ...facts.results.flatMap(resultBlocks),
    heading(2, 'Performance'),
    ...performance(facts),
    ...missing(facts.results),
  ];
}

function tests({ tests: found }: Facts): Block[] {
  if (!found)
    return [
      note(
        'plain',
        'Not run yet on this checkout. Run `npm run check` first, which takes a quarter of an hour and leaves the result, and then `npm run report` again; or `npm run report -- --tests`, which runs a selection of the tests.',
      ),
    ];
  const { run, scope } = found;
  const sum = (key: 'files' | 'passed' | 'failed' | 'skipped' | 'milliseconds'): number =>
    run.groups.reduce((all, group) => all + group[key], 0);
  const what = scope === 'all' ? 'The last run' : 'A selection, run while this report was made';
  const words = `${what} (${moment(run.when)}): ${count(sum('passed'), 'test')} passed, ${String(sum('failed'))} failed, ${String(sum('skipped'))} skipped.`;
  const total: TestGroup = {
    name: 'all',
    files: sum('files'),
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    milliseconds: sum('milliseconds'),
  };
  return [
    note(sum('failed') === 0 ? 'good' : 'bad', words),
    {
      kind: 'table',
      id: 'tests',
      caption: 'Tests by their folder below test/, from the result that jest wrote; times of all files added up.',
      head: ['Folder', 'Files', 'Passed', 'Failed', 'Skipped', 'Time'],
      rows: [...run.groups, total].map((group) => testRow(group)),
      widths: [34, 12, 14, 12, 12, 16],
      right: [1, 2, 3, 4, 5],
    },
    ...(run.failures.length > 0
      ? [{ kind: 'list' as const, ordered: false, items: run.failures.map((name): Line => verdict(false, name)) }]
      : []),
  ];
}

function testRow({ name, files, passed, failed, skipped, milliseconds }: TestGroup): Line[] {
  return [
    name === 'all' ? line('**all**') : plain(name),
    plain(String(files)),
    plain(passed.toLocaleString('en-US')),
    failed === 0 ? plain('0') : verdict(false, String(failed)),
    plain(String(skipped)),
    plain(seconds(milliseconds)),
  ];
}

function resultBlocks({ name, title, result }: NamedResult): Block[] {
  if (!result) return [];
  return [
    heading(2, title, `result-${name}`),
    paragraph(
      `From the last run, ${moment(result.when)}, as it was written (${RESULTS.replaceAll('\\', '/')}/${name}.json).`,
    ),
    ...(isLines(result.value) ? [printed(result.value.lines)] : valueTables(name, title, result.value)),
  ];
}

/** Most runs leave the lines that they print at their end. */
function isLines(value: unknown): value is { readonly lines: readonly string[] } {
  const lines = (value as { lines?: unknown } | null)?.lines;
  return Array.isArray(lines) && lines.every((one) => typeof one === 'string');
}
function printed(lines: readonly string[]): Block {
  return { kind: 'code', text: lines.join('\n') };
}

/** What is not there is said in one place. */
function missing(all: readonly NamedResult[]): Block[] {
  const absent = all.filter(({ result }) => !result);
  if (absent.length === 0) return [];
  return [
    heading(2, 'Not run on this checkout'),
    paragraph('No result of these is there. What they would show is not claimed here.'),
    list(absent.map(({ title, script }) => `${title}: \`npm run ${script}\` makes it.`)),
  ];
}

function performance({ performance: found, machine }: Facts): Block[] {
  if (typeof found === 'string')
    return [{ kind: 'note', tone: 'bad', line: plain(`The measurement failed: ${found.split('\n', 1)[0] ?? ''}`) }];
  const { logOn, text, burst } = found;
  const rate = Math.round((burst.texts / burst.milliseconds) * 1000);
  const row = (what: string, { count: n, median, p95, max }: Spread): Line[] => [
    plain(what),
    plain(String(n)),
    plain(ms(median)),
    plain(ms(p95)),
    plain(ms(max)),
  ];
  return [
    paragraph(
      `Measured while this report was made, on the machine of [[machine]] (${machine.processor}, ${String(machine.cores)} logical cores): one server and two clients, processes of their own on the loopback interface, driven through pipes. The limits against floods were switched off for this measurement, or they would be what is measured. It is short and the machine may have been busy: it shows the order of magnitude.`,
    ),
    {
      kind: 'table',
      id: 'performance',
      caption: 'Times as a user sees them: from the line typed to the line shown.',
      head: ['What', 'Number', 'Median', '95 %', 'Longest'],
      rows: [
        row('Log-on: typed at a client, Connected on its screen (UDP handshake, key schedule, TCP, CONNECT)', logOn),
        row('One text: typed at one client, shown at the other (encrypted twice, stored once)', text),
      ],
      widths: [52, 12, 12, 12, 12],
      right: [1, 2, 3, 4],
    },
    paragraph(
      `A burst of ${burst.texts.toLocaleString('en-US')} texts of ${String(burst.bytes)} bytes, given to one client at once, was completely on the screen of the other after ${ms(burst.milliseconds)}: **${rate.toLocaleString('en-US')} texts per second** through client, server, history and client.`,
    ),
  ];
}
