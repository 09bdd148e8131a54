/**
 * Settings of a command. The table is the command's own options: each option `--some-name` can also be given as
 * PARLEY_SOME_NAME in the environment and as `some-name:` in a YAML file. An option wins over the environment, the
 * environment over the file, the file over the default. Must never be here: what a setting means.
 */
import { CommanderError, type Command, type Option } from 'commander';
import { existsSync } from 'node:fs';
import { stringify } from 'yaml';
import { printable, UserError } from './failure';
import { nearest } from './nearest';
import { unknownVariables, variableOf } from './variables';
import { readSettingsFile, type Placed, type Plain } from './settings-file';

/** Something is wrong with the settings: the message is the first fault, `faults` has all, one sentence each. */
export class SettingsError extends UserError {
  constructor(readonly faults: readonly string[]) {
    const [first = '', ...more] = faults;
    super(more.length === 0 ? first : `${first} (and ${String(more.length)} more: --check-config lists them)`);
  }
}

/** An option that is repeated, `--limit NAME=VALUE`; in the file a mapping, in the environment one variable a name. */
export interface Family {
  /** Long name of the option, such as `limit`. */
  readonly option: string;
  /** Name of the mapping in the file, such as `limits`. */
  readonly mapping: string;
  /** What there is, with the defaults. */
  readonly defaults: Readonly<Record<string, number | readonly number[]>>;
  /** All of them when some are changed: one may follow another. */
  readonly inForce: (changed: Readonly<Record<string, unknown>>) => Family['defaults'];
  /** A sentence for the name of a member that another program takes. */
  readonly elsewhere: (name: string) => string | undefined;
}

export interface SettingsPlan {
  /** Read if it exists and no other file is named. */
  readonly file?: string;
  readonly families?: readonly Family[];
  /** Options that are repeated, such as `contact`, with their key in the file, `contacts`; in the environment with commas. */
  readonly lists?: Readonly<Record<string, string>>;
  /** @returns a sentence for each condition between settings that does not hold */
  readonly check?: (options: Readonly<Record<string, unknown>>) => readonly string[];
  /** How a value that is not plain is written in the file, by the long name of its option. */
  readonly shown?: Readonly<Record<string, (value: unknown) => string>>;
}

/** These steer the settings and are none themselves. */
const STEERING: readonly string[] = ['config', 'check-config', 'print-config', 'help', 'version'];

export function withSettings(command: Command): Command {
  return command
    .option('--config <file>', 'settings file (YAML); its keys are the long names of these options')
    .option('--check-config', 'say whether the settings are right, and end')
    .option('--print-config', 'print the settings in force and where each comes from, and end');
}

/** The options of a command that are settings. */
export function settingsOf(command: Command, families: readonly Family[] = []): Option[] {
  const ofFamilies = families.map(({ option }) => option);
  return command.options.filter((option) => !STEERING.includes(nameOf(option)) && !ofFamilies.includes(nameOf(option)));
}

/** The name of a setting in the file: the long name of its option, or of many of them. */
export function keyOf(option: Option, { lists = {} }: SettingsPlan): string {
  const name = nameOf(option);
  return Object.hasOwn(lists, name) ? (lists[name] ?? name) : name;
}

function nameOf(option: Option): string {
  return option.long?.replace(/^--(no-)?/, '') ?? '';
}

/**
 * Puts environment and file behind the options that were parsed, so that `command.opts()` has the settings in force; and
 * answers --check-config and --print-config.
 * @returns whether the command is to go on: false if it has answered
 * @throws SettingsError
 */
export function settle(command: Command, plan: SettingsPlan = {}, env: NodeJS.ProcessEnv = process.env): boolean {
  const settling = new Settling(command, plan);
  for (const sentence of unknownVariables(env)) process.stderr.write(`${command.name()}: ${sentence}\n`);
  const { config, checkConfig, printConfig } = command.opts<Steering>();
  const file =
    config ?? env['PARLEY_CONFIG'] ?? (plan.file !== undefined && existsSync(plan.file) ? plan.file : undefined);
  settling.fromEnvironment(env);
  if (file !== undefined) settling.fromFile(file);
  settling.check();
  const { faults } = settling;
  if (checkConfig && faults.length > 0) {
    for (const fault of faults.slice(0, -1)) process.stderr.write(`${command.name()}: ${printable(fault)}\n`);
    throw new SettingsError(faults.slice(-1));
  }
  if (faults.length > 0) throw new SettingsError(faults);
  if (checkConfig) process.stdout.write(`${file ?? 'The settings'}: right\n`);
  else if (printConfig) process.stdout.write(settling.print());
  return !checkConfig && !printConfig;
}
interface Steering {
  readonly config?: string;
  readonly checkConfig?: true;
  readonly printConfig?: true;
}

type Values = Record<string, unknown>;

class Settling {
  readonly faults: string[] = [];
  /** Where a setting comes from, by its name; those of a family as `limits.NAME`. */
  private readonly origins = new Map<string, string>();
  private readonly options: readonly Option[];
  private readonly families: readonly Family[];

  constructor(
    private readonly command: Command,
    private readonly plan: SettingsPlan,
  ) {
    this.families = plan.families ?? [];
    this.options = settingsOf(command, this.families);
    for (const option of this.options) {
      if (command.getOptionValueSource(option.attributeName()) === 'cli') this.origins.set(this.key(option), 'option');
    }
    for (const family of this.families) {
      for (const name of Object.keys(this.valuesOf(family))) this.origins.set(`${family.mapping}.${name}`, 'option');
    }
  }

  fromEnvironment(env: NodeJS.ProcessEnv): void {
    for (const option of this.options) {
      const variable = variableOf(this.key(option));
      const value = env[variable];
      if (value !== undefined) this.take(option, { where: variable, value });
    }
    for (const family of this.families) {
      const prefix = `${variableOf(family.option)}_`;
      for (const [variable, value] of Object.entries(env)) {
        const name = variable.slice(prefix.length);
        // The environment is everybody's: what is meant for another program is no fault.
        if (!variable.startsWith(prefix) || value === undefined || family.elsewhere(name) !== undefined) continue;
        this.takeMember(family, name, { where: variable, value });
      }
    }
  }

  fromFile(path: string): void {
    const { values, faults } = readSettingsFile(path);
    this.faults.push(...faults);
    for (const [word, placed] of values) {
      const option = this.options.find((one) => this.key(one) === word);
      const family = this.families.find((one) => one.mapping === word);
      if (option) this.take(option, placed);
      else if (!family) this.unknown(placed.where, `unknown key ${word}`, word, this.keys());
      else if (isMapping(placed.value)) {
        for (const [name, member] of placed.value) this.takeMember(family, name, member);
      } else if (placed.value !== undefined) {
        this.faults.push(`${placed.where}: ${word} takes lines of the form "NAME: value" below it, each set in`);
      }
    }
  }

  check(): void {
    const sentences = this.faults.length > 0 ? [] : (this.plan.check?.(this.command.opts()) ?? []);
    for (const sentence of sentences) this.faults.push(`${sentence}${this.blamed(sentence)}`);
  }

  /** YAML that can be read again, each line with its origin. */
  print(): string {
    const lines: (readonly [string, string])[] = [];
    const origin = (name: string): string => this.origins.get(name) ?? 'default';
    for (const option of this.options) {
      const name = this.key(option);
      const value = this.shown(option);
      lines.push(value === undefined ? [`# ${name}:`, 'not set'] : [`${name}: ${inYaml(value)}`, origin(name)]);
    }
    for (const family of this.families) {
      const values = family.inForce(this.valuesOf(family));
      lines.push([`${family.mapping}:`, '']);
      for (const [name, value] of Object.entries(values)) {
        lines.push([`  ${name}: ${inYaml(value)}`, origin(`${family.mapping}.${name}`)]);
      }
    }
    const width = Math.min(44, Math.max(...lines.map(([text]) => text.length)));
    return lines.map(([text, from]) => (from === '' ? `${text}\n` : `${text.padEnd(width)} # ${from}\n`)).join('');
  }

  private keys(): string[] {
    return [...this.options.map((option) => this.key(option)), ...this.families.map(({ mapping }) => mapping)];
  }

  private unknown(where: string, what: string, name: string, names: readonly string[]): void {
    const meant = nearest(name, names);
    const help = meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`;
    this.faults.push(`${where}: ${what}; ${help}`);
  }

  private take(option: Option, { where, value }: Placed): void {
    const name = this.key(option);
    const read = name === nameOf(option) ? accepted : acceptedList;
    if (this.origins.has(name)) return void this.attempt(where, name, () => read(option, value));
    this.attempt(where, name, () => {
      const attribute = option.attributeName();
      this.command.setOptionValueWithSource(attribute, read(option, value), 'config');
      this.origins.set(name, where);
    });
  }

  private key(option: Option): string {
    return keyOf(option, this.plan);
  }

  private takeMember(family: Family, name: string, { where, value }: Placed): void {
    const { option, mapping, defaults } = family;
    const whose = family.elsewhere(name);
    if (whose !== undefined) return void this.faults.push(`${where}: ${whose}`);
    if (!Object.hasOwn(defaults, name)) {
      return this.unknown(where, `there is no ${name} among the ${mapping}`, name, Object.keys(defaults));
    }
    const parse = this.command.options.find((one) => nameOf(one) === option)?.parseArg;
    this.attempt(where, name, () => {
      const text = value === undefined || isMapping(value) ? '' : [value].flat().map(String).join(',');
      const parsed = parse?.(`${name}=${text}`, {}) as Values;
      if (this.origins.has(`${mapping}.${name}`)) return;
      this.command.setOptionValueWithSource(option, { ...this.valuesOf(family), ...parsed }, 'config');
      this.origins.set(`${mapping}.${name}`, where);
    });
  }

  /** Also what a nearer origin overrides is looked at: a file is right or it is not. */
  private attempt(where: string, name: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CommanderError) && !(error instanceof NotAccepted)) throw error;
      const what = error.message.startsWith(name) ? error.message : `${name}: ${error.message}`;
      this.faults.push(`${where}: ${what}`);
    }
  }

  private valuesOf({ option }: Family): Values {
    return (this.command.getOptionValue(option) as Values | undefined) ?? {};
  }

  /** Which lines a sentence about limits means; those given as options need no pointing at. */
  private blamed(sentence: string): string {
    const words = sentence.match(/[A-Z][A-Z_]+/g) ?? [];
    const named = [...this.origins].filter(([name, where]) => {
      const last = name.split('.').at(-1) ?? '';
      return where !== 'option' && words.some((word) => last === word || last === `${word}_MS`);
    });
    return named.length === 0 ? '' : ` (${named.map(([name, where]) => `${where}: ${name}`).join(', ')})`;
  }

  private shown(option: Option): unknown {
    const value = this.command.getOptionValue(option.attributeName()) as unknown;
    const show = this.plan.shown?.[nameOf(option)];
    return value === undefined || show === undefined ? value : show(value);
  }
}

class NotAccepted extends Error {}

function isMapping(value: Placed['value']): value is ReadonlyMap<string, Placed> {
  return value instanceof Map;
}

const NO_VALUE = 'has no value; take the line out or give it one';
const YES: readonly Plain[] = [true, 'true', 'yes', '1', 1];
const NO: readonly Plain[] = [false, 'false', 'no', '0', 0];

/** The value of an option as its parser makes it. @throws NotAccepted, or what the parser throws */
function accepted(option: Option, value: Placed['value']): unknown {
  if (value === undefined) throw new NotAccepted(NO_VALUE);
  if (typeof value === 'object') throw new NotAccepted('takes one value');
  if (option.isBoolean() || option.negate) {
    if (!YES.includes(value) && !NO.includes(value)) throw new NotAccepted('is true or false');
    if (option.negate) return YES.includes(value);
    return YES.includes(value) ? true : (option.defaultValue as unknown);
  }
  if (typeof value === 'boolean') {
    if (!option.optional) throw new NotAccepted('takes a value, not true or false');
    return value ? true : undefined;
  }
  return option.parseArg === undefined ? String(value) : option.parseArg(String(value), undefined);
}

/** Of an option that is repeated: a list, or one text with commas or blanks between its parts. */
function acceptedList(option: Option, value: Placed['value']): unknown {
  if (value === undefined) throw new NotAccepted(NO_VALUE);
  if (isMapping(value)) throw new NotAccepted('takes a list');
  const parts = typeof value === 'string' ? value.split(/[\s,]+/) : [value].flat();
  return parts.map(String).reduce<unknown>((before, part) => {
    if (part === '') return before;
    try {
      return option.parseArg?.(part, before);
    } catch (error) {
      throw new NotAccepted(`${JSON.stringify(part)}: ${(error as Error).message}`);
    }
  }, option.defaultValue);
}

function inYaml(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
}
