/** What server and client do alike to be inspected: options, the recorder, the page, a recording and a trace into files. */
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { Role } from '../machines/messages';
import type { Watcher } from '../machines/stepper';
import { controlBy, type Inject } from '../diagrams/inspector/control';
import type { EndMessage } from '../diagrams/inspector/protocol';
import { Recorder } from '../diagrams/inspector/recorder';
import { serveInspector } from '../diagrams/inspector/serve';
import { everyWatcher } from '../diagrams/trace/watchers';
import type { EndEntry } from '../diagrams/trace/format';
import { TraceWriter } from '../diagrams/trace/writer';
import { systemClock } from '../transport/clock';
import { systemRandom } from '../transport/security/random';
import { allOf, type WireTrace } from '../transport/trace';
import { codeOf, UserError } from './failure';
import { openLines, type Lost } from './lines';
import { port } from './options';
import { stoppedGrowth, type MaxSizeOptions } from './sizes';

export interface InspectionOptions extends MaxSizeOptions {
  /** true: a port chosen by the system. */
  readonly inspect?: number | true;
  readonly inspectControl?: true;
  readonly inspectEntries: number;
  readonly record?: string;
  readonly trace?: string;
}

/** Two to six entries come of one message; this is minutes of a lively chat. */
const ENTRIES = 20_000;
const ENTRIES_MIN = 100;
const ENTRIES_MAX = 1_000_000;
const PAGE = join(__dirname, '..', 'diagrams', 'inspector', 'page.html');

function entries(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= ENTRIES_MIN && number <= ENTRIES_MAX) return number;
  throw new InvalidArgumentError(`A number from ${String(ENTRIES_MIN)} to ${String(ENTRIES_MAX)}.`);
}

export function withInspection(command: Command): Command {
  return command
    .option('--inspect [port]', 'serve a page on 127.0.0.1 that shows every machine live; prints its link', port)
    .option('--inspect-control', 'with --inspect: let the page send events into the live machines')
    .option('--inspect-entries <number>', 'how much the page can step back through', entries, ENTRIES)
    .option('--record <file>', 'record every transition and message, for parley-inspect; it holds what users wrote')
    .option('--trace <file>', 'write every transition and message, for parley-chart; it holds no texts and no secrets');
}

export interface Inspection {
  /** Watches the machines, and the wire; undefined if nothing was asked for, and then nothing is paid. */
  readonly watcher: Watcher | undefined;
  readonly trace: WireTrace | undefined;
  close(): void;
}

export interface Inspected {
  readonly name: string;
  readonly role: Role;
  /** Carries out events of the page. */
  readonly inject: Inject;
  /** Prints the link. */
  readonly say: (line: string) => void;
  readonly lost: Lost;
}

/**
 * Starts what the options ask for.
 * @throws UserError the port is in use, the file cannot be written
 */
export async function startInspection(o: InspectionOptions, inspected: Inspected): Promise<Inspection> {
  if (o.inspect === undefined && o.inspectControl) throw new UserError('--inspect-control needs --inspect');
  const { name, role, say, lost } = inspected;
  const writer =
    o.trace === undefined
      ? undefined
      : new TraceWriter({
          name,
          role,
          clock: systemClock,
          write: openLines(o.trace, lost, stoppedGrowth(o, lastOfTrace)).line,
        });
  const recorder =
    o.inspect === undefined && o.record === undefined
      ? undefined
      : new Recorder({
          name,
          role,
          control: o.inspect !== undefined && o.inspectControl === true,
          limit: o.inspectEntries,
          clock: systemClock,
        });
  if (recorder && o.record !== undefined) {
    recordInto(recorder, openLines(o.record, lost, stoppedGrowth(o, lastOfRecording)).line);
  }
  const inspector = recorder && o.inspect !== undefined ? await served(recorder, o, inspected) : undefined;
  if (inspector) say(`inspector: ${inspector.link}`);
  return {
    watcher: everyWatcher(recorder, writer),
    trace: allOf(recorder, writer),
    close: () => inspector?.close(),
  };
}

/** @throws UserError the port is in use */
async function served(
  recorder: Recorder,
  { inspect, inspectControl }: InspectionOptions,
  { inject }: Inspected,
): ReturnType<typeof serveInspector> {
  return serveInspector({
    recorder,
    port: typeof inspect === 'number' ? inspect : 0,
    page: PAGE,
    random: systemRandom,
    control: inspectControl ? controlBy(recorder, inject) : undefined,
  }).catch((error: unknown) => {
    throw new UserError(`the inspector cannot be served (${codeOf(error)}); choose another port with --inspect PORT`);
  });
}

/** The last line of a file that has become too large, in the file's own language. */
const lastOfTrace = (why: string): string => JSON.stringify({ kind: 'end', why } satisfies EndEntry);
const lastOfRecording = (why: string): string =>
  JSON.stringify({ type: 'service.end', parley: { why } } satisfies EndMessage);

/** Every entry as it happens, a line each. */
function recordInto(recorder: Recorder, line: (line: string) => void): void {
  let written = recorder.last;
  line(JSON.stringify(recorder.process));
  recorder.listen(() => {
    while (written < recorder.last) {
      const entry = recorder.entry(++written);
      if (entry) line(JSON.stringify(entry));
    }
  });
}
