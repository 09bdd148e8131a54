/**
 * The log of a running program: winston, one line for each entry, only the fields of the closed list (transport/log.ts).
 */
import { Writable } from 'node:stream';
import { createLogger, format, transports } from 'winston';
import { LOG_FIELDS, type Log, type LogFields } from '../transport/log';
import { openLines } from './lines';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggingOptions {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Absent: standard error. */
  readonly file?: string | undefined;
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
export function openLog({ level, format: style, file }: LoggingOptions): Log {
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
        : new transports.Stream({ stream: linesInto(file), eol: '' }),
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
function linesInto(path: string): Writable {
  const line = openLines(path, (file, error) => {
    process.stderr.write(`${file} cannot be written (${error}): lines are missing from it\n`);
  });
  return new Writable({
    decodeStrings: false,
    write(entry: string, _, done) {
      line(entry);
      done();
    },
  });
}
