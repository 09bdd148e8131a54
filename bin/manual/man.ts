/** A command's manual page, in the macros of man(7). Must never be here: what a command does. */
import { variablesOf } from '../variables';
import type { Flag, Manual, Operand } from './model';
import { MORE, type Line } from './more';

/** Sections that the definitions cannot tell, by the name of the command. */
const SECTIONS: Readonly<Record<string, string>> = {
  'parley-server': `
.SH SETTINGS
Each option \\fB\\-\\-some\\-name\\fR can also be given as \\fBPARLEY_SOME_NAME\\fR in the environment and as \\fBsome\\-name:\\fR
in the file that \\fB\\-\\-config\\fR or \\fBPARLEY_CONFIG\\fR names; limits as \\fBPARLEY_LIMIT_\\fR\\fINAME\\fR and below \\fBlimits:\\fR.
An option wins over the environment, the environment over the file, the file over the default.
.SH SIGNALS
.TP
SIGINT, SIGTERM
The server stays in the foreground. It takes no more log\\-ons, ends every chat, stores what was said, closes every connection and
leaves with 0. A second signal ends it at once.
.TP
SIGHUP
With \\fB\\-\\-log\\-file\\fR the log, the dump and the key log are opened anew, after logrotate has moved them away; without it, as above.
.SH EXIT STATUS
.TP
0
ended by a signal, or answered
.TP
1
could not start: a port in use, data that cannot be used
.TP
2
wrong options or settings
`,
};

/** @param version of the package @param others names of the other commands */
export function manPage(manual: Manual, version: string, others: readonly string[]): string {
  const { name, about, parts } = manual;
  const seeAlso = others.filter((other) => other !== name).map((other) => `.BR ${roff(other)} (1)`);
  return [
    `.TH ${roff(name.toUpperCase())} 1 "" "Parley ${version}" "Parley"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(firstSentence(about))}`,
    '.SH SYNOPSIS',
    ...synopsis(manual),
    '.SH DESCRIPTION',
    roff(about),
    ...operands('.SH ARGUMENTS', manual.operands),
    '.SH OPTIONS',
    ...manual.flags.flatMap(flag),
    ...(parts.length > 0 ? ['.SH COMMANDS', ...parts.flatMap(part)] : []),
    ...environment(name, manual.flags),
    ...(SECTIONS[name]?.trim().split('\n') ?? []),
    ...lines('.SH FILES', MORE[name]?.files, 'I'),
    ...lines('.SH EXAMPLES', MORE[name]?.examples, 'B'),
    '.SH SEE ALSO',
    seeAlso.join(',\n'),
    '',
  ].join('\n');
}

function lines(heading: string, all: readonly Line[] = [], font: 'B' | 'I'): string[] {
  if (all.length === 0) return [];
  return [heading, ...all.flatMap(([line, about]) => ['.TP', `\\f${font}${roff(line)}\\fR`, roff(about)])];
}

/** Of a command with settings: every variable that it reads. */
function environment(name: string, flags: readonly Flag[]): string[] {
  const variables = variablesOf(name);
  if (variables.length === 0) return [];
  const limits = flags.some(({ long }) => long === '--limit') ? ', \\fBPARLEY_LIMIT_\\fR\\fINAME\\fR' : '';
  return ['.SH ENVIRONMENT', `${variables.map((one) => `\\fB${one}\\fR`).join(', ')}${limits}`];
}

function firstSentence(text: string): string {
  const [first = ''] = text.split(/\. |\.$/, 1);
  return first.charAt(0).toLowerCase() + first.slice(1);
}

function synopsis({ name, usage }: Manual): string[] {
  return [`.B ${roff(name)}`, roff(usage)];
}

function operands(heading: string, all: readonly Operand[]): string[] {
  const told = all.filter(({ help }) => help !== '');
  return told.length === 0
    ? []
    : [heading, ...told.flatMap(({ term, help }) => ['.TP', `\\fI${roff(term)}\\fR`, roff(help)])];
}

function flag({ short, long, takes, help }: Flag): string[] {
  const names = [short, long].filter((one) => one !== undefined).map((one) => `\\fB${roff(one)}\\fR`);
  return ['.TP', `${names.join(', ')}${takes === undefined ? '' : ` \\fI${roff(takes)}\\fR`}`, roff(help)];
}

function part(manual: Manual): string[] {
  const { name, usage, about, flags } = manual;
  const own = flags.filter(({ long }) => long !== '--help' && long !== '--data');
  return [
    `.SS ${roff(`${name.slice(name.indexOf(' ') + 1)} ${usage}`)}`,
    roff(`${about.charAt(0).toUpperCase()}${about.slice(1)}.`),
    ...manual.operands.flatMap(({ term, help }) => (help === '' ? [] : ['.TP', `\\fI${roff(term)}\\fR`, roff(help)])),
    ...own.flatMap(flag),
  ];
}

/** A hyphen that is typed, a backslash, and a line that would begin a macro. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('Λ', '\\[*L]')
    .replace(/^([.'])/, '\\&$1');
}
