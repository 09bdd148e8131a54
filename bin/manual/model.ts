/**
 * What a command takes, read off its own definition, for manual pages and shells. Must never be here: a word that the
 * definition does not have.
 */
import type { Argument, Command, Option } from 'commander';
import { wordsOf } from '../words';
import { limitNames } from '../options';

/** What may stand as a value: names of files or of folders, one of a few words, or anything. */
export type Values = 'file' | 'folder' | 'anything' | readonly string[];

export interface Flag {
  /** `-h`; absent for most. */
  readonly short: string | undefined;
  /** `--help`. */
  readonly long: string;
  /** `<file>`, `[port]`; absent: it takes none. */
  readonly takes: string | undefined;
  readonly values: Values;
  /** The sentence, with choices and default. */
  readonly help: string;
  /** The first words of the sentence, for a list that a shell shows. */
  readonly brief: string;
}
export interface Operand {
  /** `<ID...>`. */
  readonly term: string;
  readonly values: Values;
  readonly help: string;
}
export interface Manual {
  /** `parley-keys`, `parley-keys add`. */
  readonly name: string;
  /** Behind the name in the synopsis. */
  readonly usage: string;
  readonly about: string;
  readonly flags: readonly Flag[];
  readonly operands: readonly Operand[];
  readonly parts: readonly Manual[];
}

/** @param before the names of the commands that this is a part of */
export function manualOf(command: Command, before = ''): Manual {
  const help = command.createHelp();
  const name = `${before}${command.name()}`;
  const inherited = before === '' ? [] : help.visibleGlobalOptions(command);
  return {
    name,
    usage: command.usage(),
    about: command.description(),
    flags: [...help.visibleOptions(command), ...inherited.filter(({ long }) => long !== '--version')].map((option) =>
      flagOf(option, help.optionDescription(option)),
    ),
    operands: command.registeredArguments.map((one) => ({
      term: termOf(one),
      values: valuesOf(one.name(), wordsOf(one)),
      help: help.argumentDescription(one),
    })),
    parts: command.commands.map((part) => manualOf(part, `${name} `)),
  };
}

function flagOf(option: Option, help: string): Flag {
  const takes = /[<[].*$/.exec(option.flags)?.[0];
  const limits = limitNames(option);
  const [brief = ''] = option.description.split(/[;:,(]/, 1);
  return {
    short: option.short,
    long: option.long ?? '',
    takes,
    values: limits.length > 0 ? limits.map((name) => `${name}=`) : valuesOf(takes ?? '', wordsOf(option)),
    help,
    brief: brief.trim(),
  };
}

function termOf(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function valuesOf(placeholder: string, choices: readonly string[] | undefined): Values {
  if (choices) return choices;
  if (/\bfolder\b/i.test(placeholder)) return 'folder';
  return /\b(file|path|socket|trace|capture)\b/i.test(placeholder) ? 'file' : 'anything';
}
