/**
 * The log of a running program: winston, one line for each entry, only the fields of the closed list (transport/log.ts).
 */
import { InvalidArgumentError, type Command } from 'commander';
import { Writable } from 'node:stream';
import { createLogger, format, transports } from 'winston';
import { LOG_FIELDS, type Log, type LogFields } from '../transport/log';
import { UserError } from './failure';
import { openLines, type LineFile, type Rotation } from './lines';
import { BOUNDS, size } from './sizes';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggingOptions {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Absent: standard error. */
  readonly file?: string | undefined;
  /** Of the file; absent: it grows. */
  readonly rotation?: Rotation | undefined;
}

type Entry = Record<string, unknown>;

/** Whatever an entry carries beside the closed list is dropped here, so no caller can log a secret by mistake. */
function closed({ timestamp, level, message, ...rest }: Entry): Entry {
  const fields = LOG_FIELDS.filter((name) => rest[name] !== undefined).map((name) => [name, rest[name]]);
  return { time: timestamp, level, message, ...(Object.fromEntries(fields) as Entry) };
}

function asText(entry: Entry): string {
  const { time, level, message, ...fields } = closed(entry);
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${quoted(String(value))}`);
  return `${String(time)} ${String(level)} ${String(message)}${pairs.join('')}`;
}
function quoted(value: string): string {
  return /^[\w.:[\]>-]+$/.test(value) ? value : JSON.stringify(value);
}

/** A log, and what a moved file needs: `reopen` writes on under the old name. */
export interface OpenLog extends Log {
  readonly reopen: () => void;
}

/** @throws StoreError, UserError if the file cannot be opened */
export function openLog({ level, format: style, file, rotation }: LoggingOptions): OpenLog {
  const lines = file === undefined ? undefined : openLines(file, complain, rotation);
  const write = style === 'json' ? (entry: Entry) => JSON.stringify(closed(entry)) : asText;
  const logger = createLogger({
    level,
    format: format.combine(
      format.timestamp(),
      format.printf((entry) => write(entry)),
    ),
    transports: [
      lines === undefined
        ? new transports.Console({ stderrLevels: [...LOG_LEVELS] })
        : new transports.Stream({ stream: into(lines), eol: '' }),
    ],
  });
  // winston makes an entry's line before it looks at the level.
  const at = (name: LogLevel): Log[LogLevel] =>
    LOG_LEVELS.indexOf(name) > LOG_LEVELS.indexOf(level)
      ? () => undefined
      : (message: string, fields: LogFields = {}) => void logger.log(name, message, fields);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    debugging: level === 'debug',
    reopen: () => lines?.reopen(),
  };
}

function complain(file: string, error: string): void {
  process.stderr.write(`${file} cannot be written (${error}): lines are missing from it\n`);
}

/** The entries of a logger, each in one call, into a file. */
function into({ line }: LineFile): Writable {
  return new Writable({
    decodeStrings: false,
    write(entry: string, _, done) {
      line(entry);
      done();
    },
  });
}

export interface RotationOptions {
  readonly logFile?: string;
  readonly logMaxSize?: number;
  readonly logFiles: number;
}

export function withRotation(command: Command): Command {
  return command
    .option(
      '--log-max-size <size>',
      'begin a new log file at this size, such as 512k or 100M (default: 10M; 0 = never)',
      size,
    )
    .option(
      '--log-files <number>',
      'how many log files are kept then: FILE, FILE.1, FILE.2 and so on',
      count,
      BOUNDS.log.files,
    );
}

/** @returns undefined for a log without a bound @throws UserError rotation of a log that is no file */
export function rotationOf({ logMaxSize, logFiles, logFile }: RotationOptions): Rotation | undefined {
  if (logMaxSize !== undefined && logFile === undefined) throw new UserError('--log-max-size needs --log-file');
  const maxBytes = logMaxSize ?? BOUNDS.log.bytes;
  return maxBytes === 0 ? undefined : { maxBytes, files: logFiles };
}

const FILES_MAX = 1000;

function count(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= FILES_MAX) return number;
  throw new InvalidArgumentError(`A number from 1 to ${String(FILES_MAX)}.`);
}
