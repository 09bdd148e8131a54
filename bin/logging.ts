/**
 * The log of a running program: winston, one line for each entry, only the fields of the closed list (transport/log.ts).
 */
import { InvalidArgumentError, type Command } from 'commander';
import { Writable } from 'node:stream';
import { createLogger, format, transports } from 'winston';
import { LOG_FIELDS, type Log, type LogFields } from '../transport/log';
import { UserError } from './failure';
import { openLines, type Rotation } from './lines';

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

/** @throws UserError if the file cannot be opened */
export function openLog({ level, format: style, file, rotation }: LoggingOptions): Log {
  const write = style === 'json' ? (entry: Entry) => JSON.stringify(closed(entry)) : asText;
  const logger = createLogger({
    level,
    format: format.combine(
      format.timestamp(),
      format.printf((entry) => write(entry)),
    ),
    transports: [
      file === undefined
        ? new transports.Console({ stderrLevels: [...LOG_LEVELS] })
        : new transports.Stream({ stream: linesInto(file, rotation), eol: '' }),
    ],
  });
  // winston makes an entry's line before it looks at the level.
  const at = (name: LogLevel): Log[LogLevel] =>
    LOG_LEVELS.indexOf(name) > LOG_LEVELS.indexOf(level)
      ? () => undefined
      : (message: string, fields: LogFields = {}) => void logger.log(name, message, fields);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), debugging: level === 'debug' };
}

/** The entries of a logger, each in one call, into a file. */
function linesInto(path: string, rotation: Rotation | undefined): Writable {
  const lost = (file: string, error: string): void => {
    process.stderr.write(`${file} cannot be written (${error}): lines are missing from it\n`);
  };
  const line = openLines(path, lost, rotation);
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
    .option('--log-max-size <size>', 'begin a new log file at this size, such as 512k or 10M', size)
    .option('--log-files <number>', 'how many log files are kept then: FILE, FILE.1, FILE.2 and so on', count, 5);
}

/** @throws UserError rotation of a log that is no file */
export function rotationOf({ logMaxSize, logFiles, logFile }: RotationOptions): Rotation | undefined {
  if (logMaxSize === undefined) return undefined;
  if (logFile === undefined) throw new UserError('--log-max-size needs --log-file');
  return { maxBytes: logMaxSize, files: logFiles };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const SIZE_MIN_BYTES = 1024;
const FILES_MAX = 1000;

/** `10M`: bytes, or k, M, G for powers of 1024. */
function size(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([kMG]?)$/.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit] ?? NaN);
  if (number !== '' && bytes >= SIZE_MIN_BYTES && Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError('A size is a number of bytes from 1k on, such as 512k or 10M.');
}

function count(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= FILES_MAX) return number;
  throw new InvalidArgumentError(`A number from 1 to ${String(FILES_MAX)}.`);
}
