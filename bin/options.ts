/** What the commands share: options, their checks, and how a command fails: one clear line, a non-zero exit. */
import { CommanderError, InvalidArgumentError, Option, type Command } from 'commander';
import { LIMITS, limitFaults, limitsTaken, limitsWith, type Limits } from '../machines/limits';
import { isClientId, type Role } from '../machines/messages';
import { StoreError } from '../machines/ports';
import { ClientError } from '../transport/client/events';
import { codeOf, inOneLine, UserError } from './failure';
import { LOG_LEVELS, type LogLevel } from './logging';
import { nearest } from './nearest';
import { BOUNDS, size, type MaxSizeOptions } from './sizes';
import { version } from './version';
import { SettingsError, type Family, type SettingsPlan } from './settings';

export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

export function port(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

export function clientId(text: string): string {
  if (isClientId(text)) return text;
  throw new InvalidArgumentError('A Client-ID is a letter and up to 31 letters, digits, dots, underscores or hyphens.');
}

/** `--contact ID`, as often as wanted. */
export function clientIds(text: string, before: readonly string[] = []): string[] {
  return [...before, clientId(text)];
}

/** Whose a limit is that this program does not take; undefined if there is no such limit, or it takes it. */
function elsewhere(name: string, role: Role): string | undefined {
  if (!Object.hasOwn(LIMITS, name) || limitsTaken(role).includes(name as keyof Limits)) return undefined;
  return role === 'server'
    ? `${name} is a limit of each client, and a server cannot set it for them: give it to parley-client, with --limit or below limits: in client.yaml`
    : `${name} is a limit of the server: give it to parley-server, with --limit or below limits: in its settings file`;
}

/** `--limit NAME=VALUE`, as often as wanted. */
class LimitOption extends Option {
  readonly names: readonly string[];

  constructor(private readonly role: Role) {
    super('--limit <name=value>', 'change a limit or timer (protocol appendix A); may be repeated');
    this.names = limitsTaken(role);
    this.argParser((text, before: Partial<Limits>) => ({ ...before, ...this.parsed(text) })).default(
      {},
      'none is changed',
    );
  }

  private parsed(text: string): Partial<Limits> {
    const [name = '', value = ''] = text.split('=', 2);
    if (!this.names.includes(name)) throw new InvalidArgumentError(elsewhere(name, this.role) ?? this.unknown(name));
    const numbers = value.split(',').map(Number);
    const isList = Array.isArray(LIMITS[name as keyof Limits]);
    if (value === '' || numbers.some((n) => !Number.isFinite(n) || n < 0) || (!isList && numbers.length > 1)) {
      throw new InvalidArgumentError(
        `${name} takes ${isList ? 'numbers, separated by commas' : 'a number'}, not below 0.`,
      );
    }
    return { [name]: isList ? numbers : numbers[0] };
  }

  private unknown(name: string): string {
    const meant = nearest(name, this.names);
    return `There is no limit ${name}${meant === undefined ? `. Limits: ${this.names.join(', ')}.` : `; did you mean ${meant}?`}`;
  }
}

/** The names that an option `--limit` takes; none for any other option. */
export function limitNames(option: Option): readonly string[] {
  return option instanceof LimitOption ? option.names : [];
}

/** The limits among the settings of a program, with the conditions between them. */
export function limitSettings(role: Role): { readonly families: readonly [Family]; readonly check: Check } {
  const inForce = (changed: Readonly<Record<string, unknown>>): Family['defaults'] => {
    const all = limitsWith(changed);
    return Object.fromEntries(limitsTaken(role).map((name) => [name, all[name]]));
  };
  return {
    families: [
      {
        option: 'limit',
        mapping: 'limits',
        defaults: inForce({}),
        inForce,
        elsewhere: (name) => elsewhere(name, role),
      },
    ],
    check: (options) =>
      limitFaults(limitsWith(options['limit'] as Partial<Limits>), role).map((fault) => `limits: ${fault}`),
  };
}
type Check = NonNullable<SettingsPlan['check']>;

export interface CommonOptions extends MaxSizeOptions {
  readonly logLevel: LogLevel;
  readonly logFile?: string;
  readonly logFormat: 'text' | 'json';
  readonly dump?: string;
  readonly keylog?: string;
  readonly limit: Partial<Limits>;
}

/** What every command has: its version, its help, and one line for wrong usage. */
export function withUsage(command: Command): Command {
  return command
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .configureOutput({ outputError: (text, write) => write(usageError(command.name(), text)) })
    .exitOverride();
}

export function withCommonOptions(command: Command, role: Role): Command {
  return withUsage(command)
    .addOption(new Option('--log-level <level>', 'what is logged').choices(LOG_LEVELS).default('info'))
    .option('--log-file <file>', 'log to this file')
    .addOption(new Option('--log-format <format>', 'form of a log line').choices(['text', 'json']).default('text'))
    .option(
      '--dump <file>',
      'write every protocol message to this file (- = standard output), readable; it holds what users wrote',
    )
    .option(
      '--keylog <file>',
      'write the keys of this run to this file, for Wireshark and parley-dump; whoever reads it reads everything',
    )
    .addOption(
      new Option(
        '--max-size <size>',
        'largest size of the file of --dump (then a new one is begun), --keylog, --trace and --record (then it ends); 0 = none',
      )
        .argParser(size)
        .default(BOUNDS.file.bytes, '100M'),
    )
    .addOption(new LimitOption(role));
}

/** One line, and no word that an error has happened twice. */
function usageError(name: string, text: string): string {
  return `${name}: ${inOneLine(text.replace(/^error: /, ''))} (${name} --help shows the options)\n`;
}

/** Runs a command whose subcommands have actions. */
export async function runAsync(command: Command): Promise<void> {
  await run(command, () => Promise.resolve(), { parse: () => command.parseAsync() });
}

export interface Running {
  readonly parse?: () => unknown;
  /** When whoever reads our output goes, as `head` does. `goes on` is for what others need, or must put away itself. */
  readonly unread?: 'ends' | 'goes on';
}

/** Runs a command to its end; a failure is one line on standard error and a non-zero exit code. */
export async function run(
  command: Command,
  action: () => Promise<void>,
  { parse = () => command.parse(), unread = 'ends' }: Running = {},
): Promise<void> {
  const fail = (sentence: string): void => void process.stderr.write(`${command.name()}: ${inOneLine(sentence)}\n`);
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error) => {
    if (unread === 'goes on') return;
    if (codeOf(error) === 'EPIPE') process.exit();
    fail(`standard output cannot be written (${codeOf(error)})`);
    process.exit(EXIT.failed);
  });
  try {
    await parse();
    await action();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said what is wrong; help and version are no failure.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    if (!isForeseen(error)) throw error;
    fail((error as Error).message);
    process.exitCode = error instanceof SettingsError ? EXIT.usage : EXIT.failed;
  }
}

/** Nothing that the user could mend is a bug of ours, which deserves its stack; nor is what the system refuses. */
function isForeseen(error: unknown): boolean {
  if ([UserError, StoreError, ClientError].some((kind) => error instanceof kind)) return true;
  return error instanceof Error && 'syscall' in error;
}
