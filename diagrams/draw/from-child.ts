/**
 * The process in which a file of the user's own is run: it writes one line of JSON to file descriptor 3 and ends at once, so
 * nothing that the file has started goes on. Must never be here: anything that has to go well afterwards.
 */
import { writeSync } from 'node:fs';
import { DrawError } from './failure';
import { readFrom } from './from-file';
import type { Loaded } from './from';

export type Answer = Loaded | { readonly failure: string };

const ANSWER = 3;

function answer(source: string): Answer {
  try {
    return readFrom(source);
  } catch (error) {
    if (error instanceof DrawError) return { failure: error.message };
    return { failure: `${source} cannot be drawn: ${String(error)}` };
  }
}

/** All of it, before the process ends. */
function write(text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(ANSWER, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

function main(): void {
  // The file may change what it finds in `process`.
  const end = process.exit.bind(process);
  write(`${JSON.stringify(answer(process.argv[2] ?? ''))}\n`);
  end(0);
}

if (require.main === module) main();
