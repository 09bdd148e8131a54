/** Recordings: files of feed messages, a line each, checked and put into the page. */
import { readFile } from 'node:fs/promises';
import type { Random } from '../../machines/ports';
import { servePage } from './serve';

export interface RecordingOptions {
  readonly recordings: readonly { readonly file: string; readonly content: string }[];
  /** File of the bundled page. */
  readonly page: string;
  readonly port: number;
  readonly random: Random;
}

/** Where the page takes a recording. */
const PLACE = '<!--recording-->';

/**
 * Serves the page with recordings in it.
 * @returns the link @throws Error a file that is no recording: the message names file and line; or with a `code` if the port
 * cannot be bound
 */
export async function serveRecording({ recordings, page, port, random }: RecordingOptions): Promise<string> {
  const lines = recordings.flatMap(checkedLines);
  const html = await readFile(page, 'utf8');
  // A line is JSON, in which `<` only stands in strings.
  const data = lines.join('\n').replaceAll('<', '\\u003c');
  const script = `<script type="application/x-ndjson" id="recording">\n${data}\n</script>`;
  const served = await servePage(
    html.replace(PLACE, () => script),
    port,
    random,
  );
  return served.link;
}

function checkedLines({ file, content }: RecordingOptions['recordings'][number]): string[] {
  const lines = content
    .replace(/^\ufeff/, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  // The process may have been killed in the middle of its last line.
  if (lines.length > 1 && !isEntry(lines.at(-1) ?? '')) lines.pop();
  const wrong = lines.findIndex((line) => !isEntry(line));
  if (wrong >= 0) throw new Error(`${file}, line ${String(wrong + 1)}: this is no recording`);
  if (!lines[0]?.includes('"service.process"')) throw new Error(`${file} does not begin like a recording`);
  return lines;
}

function isEntry(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value && String(value.type).startsWith('service.');
  } catch {
    return false;
  }
}
