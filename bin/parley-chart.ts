#!/usr/bin/env node
/** parley-chart: draws traces (--trace of server and client) as a message sequence chart, or what they cover. No logic beyond that. */
import { mkdir } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { chartOf, type Chart } from '../diagrams/chart/chart';
import { coverageJson, coverageOf, coverageText } from '../diagrams/chart/coverage';
import { coverageDrawings } from '../diagrams/chart/coverage-drawings';
import { chartMermaid } from '../diagrams/chart/mermaid';
import type { Phase } from '../diagrams/chart/states';
import { chartSvg } from '../diagrams/chart/svg';
import { chartText } from '../diagrams/chart/text';
import { pdfOf, svgSize } from '../diagrams/draw/pdf';
import { pngOf } from '../diagrams/draw/png';
import { readTraces, TraceError, type Trace } from '../diagrams/trace/reader';
import { writeFile } from '../storage/file';
import { codeOf, inOneLine, UserError } from './failure';
import { refuseMistaken } from './mistaken';
import { clientId, run, withUsage } from './options';
import { listOf, offering } from './words';

type Picture = 'svg' | 'png' | 'pdf';
type Format = Picture | 'mermaid' | 'text' | 'json';
const ENDINGS: Readonly<Record<Format, string>> = {
  svg: '.svg',
  png: '.png',
  pdf: '.pdf',
  mermaid: '.mmd',
  text: '.txt',
  json: '.json',
};
const ALL = Object.keys(ENDINGS) as Format[];

interface Options {
  readonly format?: readonly Format[];
  readonly out?: string;
  readonly phase: Phase;
  readonly client?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly states: boolean;
  readonly keepalives?: true;
  readonly title?: string;
  readonly coverage?: true;
}

export const command = withUsage(
  new Command('parley-chart')
    .description('Draws traces (--trace FILE of server and client) of one run as a message sequence chart.')
    .argument('<trace...>', 'traces; several are merged')
    .addOption(
      offering(
        new Option('--format <list>', `${ALL.join(', ')} (json: with --coverage); several separated by commas`),
        ALL,
      ).argParser(listOf('format', ALL)),
    )
    .option('--out <path>', 'file to write (default: standard output); with --coverage a folder for the drawings')
    .addOption(
      new Option('--phase <phase>', "connection: the assignment's six messages; chat: all after them")
        .choices(['connection', 'chat', 'all'])
        .default('all'),
    )
    .option('--client <id>', 'this client only; may be repeated', (id, before: readonly string[] | undefined) => [
      ...(before ?? []),
      clientId(id),
    ])
    .option('--from <seconds>', 'leave out what happened earlier', seconds)
    .option('--to <seconds>', 'leave out what happened later', seconds)
    .option('--no-states', 'messages only')
    .option('--keepalives', 'draw every KEEPALIVE, not their number')
    .option('--title <words>', 'stands over the chart')
    .option('--coverage', 'which edges of the state diagrams the run took, and which it did not'),
);

function seconds(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('A number of seconds, not below 0.');
}

const complain = (sentence: string): void => void process.stderr.write(`parley-chart: ${inOneLine(sentence)}\n`);

async function main(): Promise<void> {
  const o = command.opts<Options>();
  const traces = read(command.args);
  for (const { file, cut } of traces) {
    if (cut !== undefined) complain(`${file} ends early: ${cut}`);
  }
  if (o.out !== undefined && command.args.some((file) => resolve(file) === resolve(o.out ?? ''))) {
    throw new UserError(`--out ${o.out} is one of the traces`);
  }
  await (o.coverage ? writeCoverage(traces, o) : writeChart(traces, o));
}

function read(files: readonly string[]): Trace[] {
  const then = '; for a chart start server and clients with --trace FILE';
  for (const file of files) refuseMistaken(file, 'trace', then);
  try {
    return readTraces(files);
  } catch (error) {
    throw error instanceof TraceError ? new UserError(error.message) : error;
  }
}

async function writeChart(traces: readonly Trace[], o: Options): Promise<void> {
  checkClients(traces, o);
  const asked = o.format ?? [ALL.find((format) => ENDINGS[format] === extname(o.out ?? '')) ?? 'text'];
  if (asked.includes('json')) throw new UserError('--format json needs --coverage');
  if (o.out === undefined && asked.length > 1) throw new UserError('several formats need --out FILE');
  const { from, to, title, client: clients } = o;
  const chart = chartOf(traces, {
    phase: o.phase,
    states: o.states,
    keepalives: o.keepalives === true,
    ...(clients ? { clients } : {}),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(title === undefined ? {} : { title }),
  });
  for (const warning of chart.warnings) complain(warning);
  for (const format of asked) {
    const content = await drawn(chart, format);
    if (o.out !== undefined) await write(asked.length > 1 ? withEnding(o.out, format) : o.out, content);
    else if (typeof content !== 'string' && process.stdout.isTTY) throw new UserError(`${format} needs --out FILE`);
    else process.stdout.write(content);
  }
}

async function drawn(chart: Chart, format: Format): Promise<string | Uint8Array> {
  switch (format) {
    case 'mermaid':
      return chartMermaid(chart);
    case 'svg':
    case 'png':
    case 'pdf':
      return pictureOf(fitting(chartSvg(chart), format), chart.title, format);
    case 'text':
    case 'json':
      return chartText(chart);
  }
}

/** Points; a page of a PDF cannot be longer, and a PNG of that would not be legible. */
const LONGEST = 14_400;

/** @throws UserError the chart is longer than a page can be */
function fitting(svg: string, format: Picture): string {
  if (format === 'svg' || svgSize(svg).height <= LONGEST) return svg;
  throw new UserError(`the chart is too long for ${format}: choose a part with --from and --to, --client or --phase`);
}

async function pictureOf(svg: string, title: string, format: Picture): Promise<string | Uint8Array> {
  if (format === 'svg') return svg;
  return format === 'png' ? pngOf(svg) : pdfOf(svg, title);
}

/** More lifelines nobody can look at, and thousands take minutes and gigabytes. */
const CLIENTS_MAX = 200;

/** A name that nobody has would make an empty chart. */
function checkClients(traces: readonly Trace[], { client: asked = [], from, to }: Options): void {
  const known = new Set(
    traces.flatMap(({ header, entries }) => [
      ...(header.role === 'client' ? [header.name] : []),
      ...entries.map(({ client }) => client),
    ]),
  );
  known.delete('');
  if (known.size > CLIENTS_MAX && asked.length === 0 && from === undefined && to === undefined) {
    const [many, most] = [String(known.size), String(CLIENTS_MAX)];
    throw new UserError(
      `the traces are of ${many} clients, a chart is of ${most} at most: choose some with --client ID, or a time with --from and --to`,
    );
  }
  const unknown = asked.find((id) => !known.has(id));
  if (unknown === undefined) return;
  const there = known.size === 0 ? 'of no client at all' : `of ${[...known].sort().join(', ')}`;
  throw new UserError(`the traces tell nothing of ${unknown}, only ${there}`);
}

async function writeCoverage(traces: readonly Trace[], { format, out }: Options): Promise<void> {
  const coverage = coverageOf(traces);
  const pictures = (format ?? ['svg']).filter((one) => one === 'svg' || one === 'png' || one === 'pdf');
  if (format?.includes('mermaid')) throw new UserError('--coverage has no format mermaid');
  if (format && pictures.length > 0 && out === undefined) throw new UserError('drawings need --out FOLDER');
  if (out !== undefined) {
    for (const { name, title, svg } of await coverageDrawings(coverage)) {
      for (const one of pictures) await write(join(out, name + ENDINGS[one]), await pictureOf(svg, title, one));
    }
  }
  process.stdout.write(format?.includes('json') ? coverageJson(coverage) : coverageText(coverage));
}

function withEnding(path: string, format: Format): string {
  const ending = extname(path);
  const isOurs = ALL.some((one) => ENDINGS[one] === ending);
  return (isOurs ? path.slice(0, -ending.length) : path) + ENDINGS[format];
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw new UserError(`${path} cannot be written (${codeOf(error)})`);
  }
  writeFile(path, 'replace', 'plain', content);
}

if (require.main === module) void run(command, main);
