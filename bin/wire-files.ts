/** The files of what goes over the wire, of server and client alike: the dump and the key log. */
import { systemClock } from '../transport/clock';
import { Dump } from '../transport/dump';
import { openLines, openSecretLines, type Lost } from './lines';
import { dumpGrowth, stoppedGrowth, type MaxSizeOptions } from './sizes';

export interface WireFileOptions extends MaxSizeOptions {
  readonly dump?: string;
  readonly keylog?: string;
}
export interface WireFiles {
  readonly dump: Dump | undefined;
  readonly keyLog: ((line: string) => void) | undefined;
  /** Both are lines without a beginning, so that they can be moved away like a log. */
  reopen(): void;
}

/** @throws StoreError, UserError a file cannot be used */
export function openWireFiles(o: WireFileOptions, lost: Lost): WireFiles {
  const dump = o.dump === undefined ? undefined : openLines(o.dump, lost, dumpGrowth(o));
  const keyLog = o.keylog === undefined ? undefined : openSecretLines(o.keylog, lost, stoppedGrowth(o, comment));
  return {
    dump: dump && new Dump(dump.line, systemClock),
    keyLog: keyLog?.line,
    reopen: () => [dump, keyLog].forEach((lines) => lines?.reopen()),
  };
}

/** Readers of key logs pass over it. */
function comment(why: string): string {
  return `# the key log ends here: ${why}`;
}
