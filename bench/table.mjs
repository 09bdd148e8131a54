/**
 * Figures of many runs become the table. Pure: a run, a clock, a file must never be here.
 *
 * A run is `{ workload, server, rows }`, rows as the load generator printed them, one a part; `failed` instead of `rows` is
 * one line that says why it does not count.
 */
import { workload } from './workloads.mjs';

/** @returns the middle, least and largest of at least one number */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1), runs: sorted.length };
}

/** Three digits that count. */
export function figure(value) {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(size >= 10 ? 1 : 2);
}

function range({ median, min, max, runs }) {
  if (runs === 1) return `${figure(median)} (1 run)`;
  return `${figure(median)} (${figure(min)}-${figure(max)})`;
}

/** Whether a median reaches what `measure` demands; undefined where nothing is demanded. */
export function isMet({ atMost, atLeast }, median) {
  if (atMost !== undefined) return median <= atMost;
  return atLeast === undefined ? undefined : median >= atLeast;
}

function bound({ atMost, atLeast }) {
  if (atMost !== undefined) return `<= ${figureOfBound(atMost)}`;
  return atLeast === undefined ? '' : `>= ${figureOfBound(atLeast)}`;
}
const figureOfBound = (value) => value.toLocaleString('en');

/** @returns for each measure of each workload its spread on each server that has one: what `--json` keeps and the table shows */
export function results({ runs, quick }) {
  const names = [...new Set(runs.map((run) => run.workload))];
  return names.flatMap((name) => {
    const { title, short, measures } = workload(name, quick);
    const mine = runs.filter((run) => run.workload === name);
    const servers = [...new Set(mine.map((run) => run.server))];
    return measures.map((measure) => ({
      workload: name,
      title,
      short,
      measure: measure.name,
      more: measure.more === true,
      bound: quick ? '' : bound(measure),
      servers: servers.map((server) => judged(server, measure, mine, quick)),
    }));
  });
}

function judged(server, measure, runs, quick) {
  const own = runs.filter((run) => run.server === server);
  const good = own.filter((run) => run.rows !== undefined);
  const failed = own.length - good.length;
  if (good.length === 0) return { server, failed };
  const values = spread(good.map((run) => measure.of(run.rows)));
  const met = quick || server !== 'parley' ? undefined : isMet(measure, values.median);
  return { server, failed, ...values, ...(met === undefined ? {} : { met }) };
}

/** CPUs that others used while a workload ran, at worst; undefined where nobody looked. */
function worstForeign(runs) {
  const shares = runs.flatMap(({ rows = [] }) => rows.map((row) => row.foreign_share ?? 0));
  return Math.max(0, ...shares);
}
/** Above this, rates and times say more of the others than of the server. */
const DISTURBED = 0.2;

const column = (text, width) => `${text} `.padEnd(width);

function line(entry, parley, { more, bound }) {
  const name = `  ${column(entry.server, 13)}`;
  if (entry.median === undefined) return `${name}no run counts`;
  const failed = entry.failed > 0 ? `  (${entry.failed} failed)` : '';
  const value = column(range(entry), 27);
  if (entry.server === 'parley') {
    const verdict = entry.met === undefined ? '' : `${column(bound, 16)}${entry.met ? 'met' : 'NOT MET'}`;
    return `${name}${value}${verdict}${failed}`.trimEnd();
  }
  if (parley?.median === undefined) return `${name}${value}${failed}`.trimEnd();
  const ratio = figure(entry.median / parley.median);
  const behind = more ? entry.median < parley.median : entry.median > parley.median;
  const place = ratio === '1.00' ? 'even' : behind ? 'behind' : 'ahead';
  return `${name}${value}${column(`${ratio} x Parley`, 16)}${place}${failed}`;
}

function block(title, blocks, runs) {
  const others = worstForeign(runs);
  const note = others > DISTURBED ? [`  disturbed: others used up to ${others.toFixed(1)} CPUs`] : [];
  const lines = blocks.flatMap((result) => {
    const parley = result.servers.find(({ server }) => server === 'parley');
    return [`  ${result.measure}`, ...result.servers.map((entry) => `  ${line(entry, parley, result)}`)];
  });
  return [title, ...note, ...lines, ''];
}

function summary(all) {
  const rows = all.flatMap(({ short, measure, bound, servers }) => {
    const parley = servers.find(({ met }) => met !== undefined);
    return parley ? [{ short, measure, bound, ...parley }] : [];
  });
  if (rows.length === 0) return [];
  const lines = rows.map(
    ({ short, measure, bound, median, met }) =>
      `  ${column(short, 16)}${column(measure, 30)}${column(bound, 12)}${column(figure(median), 10)}${met ? 'met' : 'NOT MET'}`,
  );
  return [`Targets: ${rows.filter(({ met }) => met).length} of ${rows.length} met`, ...lines];
}

/** A name and its words, in lines that fit. */
function hanging(name, value) {
  const lines = [''];
  for (const word of value.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= COLUMNS - 15) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line, i) => `  ${column(i === 0 ? name : '', 13)}${line}`);
}
const COLUMNS = 80;

/** The whole of what is printed, line by line; no line is longer than a terminal is wide. */
export function table({ configuration, runs, quick }) {
  const all = results({ runs, quick });
  const titles = [...new Set(all.map(({ title }) => title))];
  const blocks = titles.flatMap((title) => {
    const mine = all.filter((result) => result.title === title);
    return block(
      title,
      mine,
      runs.filter((run) => run.workload === mine[0].workload),
    );
  });
  const failures = runs.flatMap(({ workload, server, failed }) =>
    failed ? [`  ${workload}, ${server}: ${failed}`] : [],
  );
  return [
    'Configuration',
    ...Object.entries(configuration).flatMap(([name, value]) => hanging(name, value)),
    '',
    quick
      ? 'Medians (least-greatest). Short windows: they show that all works, and roughly how fast.'
      : 'Medians (least-greatest). "x Parley": the figure divided by that of Parley.',
    '',
    ...blocks,
    ...(failures.length > 0 ? ['Runs that do not count', ...failures, ''] : []),
    ...(quick ? [] : summary(all)),
  ];
}
