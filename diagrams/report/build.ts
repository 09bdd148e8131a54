/** From a task to the files of the report. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFile } from '../../storage/file';
import type { Facts } from './facts';
import { gather, type Task } from './gather';
import { htmlOf } from './html/render';
import { pdfOfReport } from './pdf/render';
import { reportOf } from './report';
import { castOf } from './play/cast';
import { movingSvg } from './play/moving';

export interface Built {
  readonly facts: Facts;
  readonly pages: number;
  /** See `failedIn`. */
  readonly failed: readonly string[];
}

/**
 * Writes index.html, report.pdf, recording.cast and recording.svg, replacing what was there.
 * @param out folder, which is made if it is not there
 * @throws Error a file cannot be read or written, or no process can be started
 */
export async function buildReport(task: Task, out: string): Promise<Built> {
  const facts = await gather(task);
  task.say('writing');
  const report = reportOf(facts);
  const { bytes, pages } = await pdfOfReport(report);
  const { recording, played } = facts.recorded;
  const title = `${facts.settings.title}: ${played.scenario.id}`;
  await mkdir(out, { recursive: true });
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    ['index.html', htmlOf(report)],
    ['report.pdf', bytes],
    ['recording.cast', castOf(recording, title, Math.floor(facts.made.getTime() / 1000))],
    ['recording.svg', movingSvg(recording, title)],
  ];
  for (const [name, content] of files) writeFile(join(out, name), 'replace', 'plain', content);
  return { facts, pages, failed: failedIn(facts) };
}

/** Ids of the scenarios that did not go as expected, and the recording if it did not. */
export function failedIn({ runs, recorded }: Facts): string[] {
  const failed = runs.filter(({ failure }) => failure !== undefined).map(({ scenario }) => scenario.id);
  return recorded.played.failure === undefined ? failed : [...failed, 'recording'];
}
