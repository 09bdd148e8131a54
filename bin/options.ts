/** What the commands share: options, their checks, and how a command fails: one clear line, a non-zero exit. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { CommanderError, InvalidArgumentError, Option, type Command } from 'commander';
import { LIMITS, limitFaults, type Limits } from '../machines/limits';
import { StoreError } from '../machines/ports';
import { LOG_LEVELS, type LogLevel } from './logging';

export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Something the user can mend; the message is the whole of what he reads. */
export class UserError extends Error {}

export function port(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

/** `--limit NAME=VALUE`, as often as wanted. */
export function limit(text: string, before: Partial<Limits>): Partial<Limits> {
  const [name = '', value = ''] = text.split('=', 2);
  if (!Object.hasOwn(LIMITS, name)) {
    throw new InvalidArgumentError(`There is no limit ${name}. Limits: ${Object.keys(LIMITS).join(', ')}.`);
  }
  const numbers = value.split(',').map(Number);
  const isList = Array.isArray(LIMITS[name as keyof Limits]);
  if (value === '' || numbers.some((n) => !Number.isFinite(n) || n < 0) || (!isList && numbers.length > 1)) {
    throw new InvalidArgumentError(
      `${name} takes ${isList ? 'numbers, separated by commas' : 'a number'}, not below 0.`,
    );
  }
  return { ...before, [name]: isList ? numbers : numbers[0] };
}

/** The limits in force. @throws UserError if a condition between them does not hold (protocol appendix A) */
export function limitsOf(changed: Partial<Limits>): Limits {
  const limits: Limits = { ...LIMITS, ...changed };
  const [fault] = limitFaults(limits);
  if (fault !== undefined) throw new UserError(`limits: ${fault}`);
  return limits;
}

export interface CommonOptions {
  readonly logLevel: LogLevel;
  readonly logFile?: string;
  readonly logFormat: 'text' | 'json';
  readonly dump?: string;
  readonly keylog?: string;
  readonly limit: Partial<Limits>;
}

export function withCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--log-level <level>', 'what is logged').choices(LOG_LEVELS).default('info'))
    .option('--log-file <file>', 'log to this file')
    .addOption(new Option('--log-format <format>', 'form of a log line').choices(['text', 'json']).default('text'))
    .option(
      '--dump <file>',
      'write every protocol message to this file (- = standard output), readable; it holds what users wrote',
    )
    .option(
      '--keylog <file>',
      'write the traffic keys to this file, for a dissector; whoever reads it reads everything',
    )
    .option('--limit <name=value>', 'change a limit or timer (protocol appendix A); may be repeated', limit, {})
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, `${command.name()}: `)) })
    .showHelpAfterError(`(${command.name()} --help shows the options)`)
    .exitOverride();
}

/**
 * Lines into a file that only its owner may read, or with `-` to standard output; each is written at once, so none is lost
 * when the process is killed.
 */
export function openLines(path: string): (line: string) => void {
  if (path === '-') return (line) => void process.stdout.write(`${line}\n`);
  let file: number;
  try {
    file = openSync(path, 'a', 0o600);
  } catch (error) {
    throw new UserError(`${path} cannot be written (${codeOf(error)})`);
  }
  process.on('exit', () => closeSync(file));
  return (line) => void writeSync(file, `${line}\n`);
}

export function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

/** Runs a command to its end; a failure is one line on standard error and a non-zero exit code. */
export async function run(command: Command, action: () => Promise<void>): Promise<void> {
  try {
    command.parse();
    await action();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said what is wrong; help and version are no failure.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    if (!(error instanceof UserError) && !(error instanceof StoreError)) throw error;
    process.stderr.write(`${command.name()}: ${error.message}\n`);
    process.exitCode = EXIT.failed;
  }
}
