/** Where verdicts go: a line on the terminal as each comes, and files at the end. Must never be here: what was checked, how. */
import { writeFile } from '../../storage/file';
import type { Verdict } from './check';
import { jsonOf, junitOf, summaryOf, textOf } from './report';

/** Paths; `-` is standard output, which then has nothing else. */
export interface OutputOptions {
  readonly json?: string;
  readonly junit?: string;
}

export interface Output {
  /** A verdict that has just been given. */
  readonly tell: (verdict: Verdict) => void;
  /** Writes the files. @returns whether every check has passed @throws StoreError a file that cannot be written */
  readonly end: (verdicts: readonly Verdict[]) => boolean;
}

/** @param of what is checked, such as `server 127.0.0.1:4000` */
export function outputOf(of: string, { json, junit }: OutputOptions): Output {
  const print = (text: string): void => void process.stdout.write(text);
  const quiet = json === '-' || junit === '-';
  const put = (path: string | undefined, text: string): void => {
    if (path === '-') print(text);
    else if (path !== undefined) writeFile(path, 'replace', 'plain', text);
  };
  return {
    tell: (verdict) => quiet || print(`${textOf(verdict)}\n`),
    end: (verdicts) => {
      if (!quiet) print(`${summaryOf(verdicts)}\n`);
      put(json, jsonOf(of, verdicts));
      put(junit, junitOf(of, verdicts));
      return verdicts.every(({ outcome }) => outcome === 'passed');
    },
  };
}
