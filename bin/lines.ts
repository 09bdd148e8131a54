/**
 * Lines into a file that only its owner may read, or to standard output: a log, a dump, a key log. A file that cannot be
 * written once the program runs (a full disk) costs lines, never the program: chats must go on (protocol 7, number 105).
 */
import { closeSync, fchmodSync, fstatSync, openSync, writeSync } from 'node:fs';
import { codeOf, UserError } from './failure';

/** Told when lines begin to be missing from a file; `error` is the system's name for the reason. */
export type Lost = (file: string, error: string) => void;

/**
 * Each line is written at once, so none is lost when the process is killed.
 * @param path a file, which is appended to, or `-` for standard output
 * @throws UserError if the file cannot be opened
 */
export function openLines(path: string, lost: Lost): (line: string) => void {
  if (path === '-') return (line) => void process.stdout.write(`${line}\n`);
  const file = open(path);
  process.on('exit', () => closeSync(file));
  let phase: 'writing' | 'losing' = 'writing';
  return (line) => {
    try {
      // The line before may have been cut in the middle.
      writeSync(file, phase === 'losing' ? `\n${line}\n` : `${line}\n`);
      phase = 'writing';
    } catch (error) {
      if (phase === 'writing') lost(path, codeOf(error));
      phase = 'losing';
    }
  };
}

function open(path: string): number {
  try {
    const file = openSync(path, 'a', 0o600);
    // It may have been there before, with another mode.
    if (fstatSync(file).isFile()) fchmodSync(file, 0o600);
    return file;
  } catch (error) {
    throw new UserError(`${path} cannot be written (${codeOf(error)})`);
  }
}
