/**
 * Every setting of every program by its name in the file, and every other variable PARLEY_... there is, so that a variable that
 * nobody reads can be told from one that is for another program. Must never be here: what a setting means, a value.
 */
import { printable } from './failure';
import { nearest } from './nearest';

const OF_BOTH = [
  'log-level',
  'log-file',
  'log-format',
  'log-max-size',
  'log-files',
  'dump',
  'keylog',
  'max-size',
  'inspect',
  'inspect-control',
  'inspect-entries',
  'record',
  'trace',
] as const;

/** What stands in a settings file, and as PARLEY_... in the environment; a test compares it with the options. */
export const SETTING_NAMES: Readonly<Record<string, readonly string[]>> = {
  'parley-server': [
    ...['host', 'udp-port', 'tcp-port', 'data', 'durability', 'store-max', 'pair-max', 'decoy'],
    ...OF_BOTH,
    ...['metrics', 'status'],
  ],
  'parley-client': [
    ...['id', 'server', 'key', 'contacts', 'script', 'json', 'timestamps', 'history-json', 'reconnect', 'bell'],
    ...OF_BOTH,
  ],
  'parley-top': ['status'],
};

/** Read by these programs, and no setting: it names the file of the settings. */
const CONFIG: Readonly<Record<string, readonly string[]>> = {
  'parley-server': ['config'],
  'parley-client': ['config'],
};

/** Read by the tests and the tools of a checkout, for a run of theirs: a program that they start says nothing of them. */
export const TEST_VARIABLES = [
  'PARLEY_CONFORM',
  'PARLEY_FLOOD',
  'PARLEY_FUZZ_RUNS',
  'PARLEY_FUZZ_SECONDS',
  'PARLEY_LOSS',
  'PARLEY_ORDERS',
  'PARLEY_PLANT',
  'PARLEY_PROPERTY_SEED',
  'PARLEY_RUNS',
  'PARLEY_SEED',
] as const;

const PREFIX = 'PARLEY_';
/** `PARLEY_LIMIT_NAME`; a name that is none is a fault of the settings (bin/settings.ts). */
const LIMIT_PREFIX = `${PREFIX}LIMIT_`;

/** `PARLEY_UDP_PORT` for `udp-port`. */
export function variableOf(name: string): string {
  return `${PREFIX}${name.replaceAll('-', '_').toUpperCase()}`;
}

/** The variables that a program reads, besides its limits. */
export function variablesOf(program: string): string[] {
  return [...(SETTING_NAMES[program] ?? []), ...(CONFIG[program] ?? [])].map(variableOf);
}

/** Whether a program, test or tool reads a variable of this name. */
export function isKnown(variable: string): boolean {
  return variable.startsWith(LIMIT_PREFIX) || [...programVariables(), ...TEST_VARIABLES].includes(variable);
}

/** A sentence for each variable PARLEY_... that nobody reads. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const unknown = Object.keys(env).filter((name) => name.startsWith(PREFIX) && !isKnown(name));
  return unknown.map((name) => {
    const known = programVariables().map((one) => one.slice(PREFIX.length));
    const meant = nearest(name.slice(PREFIX.length), known);
    const help = meant === undefined ? '--print-config shows those of this program' : `did you mean ${PREFIX}${meant}?`;
    return `${printable(name)} is no setting and is ignored; ${help}`;
  });
}

function programVariables(): string[] {
  return Object.keys(SETTING_NAMES).flatMap(variablesOf);
}
