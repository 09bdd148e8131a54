/** What a shell offers behind Tab, for bash, zsh and fish: one file a shell for all commands. */
import type { Flag, Manual, Values } from './model';

const HEAD = 'Completions of the Parley commands; made by "npm run manuals" from their definitions.';

/** `_parley_keys_add`. */
function identifier(name: string): string {
  return `_${name.replaceAll(/\W/g, '_')}`;
}
/** In single quotes of any shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
function namesOf({ short, long }: Flag): string[] {
  return short === undefined ? [long] : [short, long];
}
function partName({ name }: Manual): string {
  return name.slice(name.lastIndexOf(' ') + 1);
}

// bash

export function bash(manuals: readonly Manual[]): string {
  const functions = manuals.flatMap((manual) => [...manual.parts, manual]).map(bashFunction);
  const complete = manuals.map(({ name }) => `complete -o nosort -F ${identifier(name)} ${name}`);
  return `# ${HEAD}\n# shellcheck shell=bash\n\n${functions.join('\n')}\n${complete.join('\n')}\n`;
}

function bashFunction({ name, flags, operands, parts }: Manual): string {
  const cases = flags
    .filter(({ takes }) => takes?.startsWith('<'))
    .map((flag) => `    ${namesOf(flag).join(' | ')}) ${bashOffer(flag.values)} ;;`);
  const words = flags.flatMap(namesOf).join(' ');
  const inPart =
    parts.length === 0
      ? ''
      : `  local word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
${parts.map((one) => `      ${partName(one)}) ${identifier(one.name)}; return ;;`).join('\n')}
    esac
  done
`;
  const rest = parts.length > 0 ? `words ${parts.map(partName).join(' ')}` : (operands[0]?.values ?? 'anything');
  const plain =
    typeof rest === 'string' && rest.startsWith('words ')
      ? `COMPREPLY=($(compgen -W ${quoted(rest.slice(6))} -- "$cur"))`
      : bashOffer(rest as Values);
  return `${identifier(name)}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
${inPart}  case $prev in
${cases.join('\n')}
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W ${quoted(words)} -- "$cur"))
      else ${plain}
      fi ;;
  esac
}
`;
}

function bashOffer(values: Values): string {
  if (values === 'file') return 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur"))';
  if (values === 'folder') return 'compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur"))';
  if (values === 'anything') return ':';
  const space = values.some((value) => value.endsWith('=')) ? 'compopt -o nospace; ' : '';
  return `${space}COMPREPLY=($(compgen -W ${quoted(values.join(' '))} -- "$cur"))`;
}

// zsh

export function zsh(manuals: readonly Manual[]): string {
  const cases = manuals.map((manual) => `  ${manual.name})\n${zshBody(manual)}    ;;`);
  return `#compdef ${manuals.map(({ name }) => name).join(' ')}\n# ${HEAD}\n\ncase $service in\n${cases.join('\n')}\nesac\n`;
}

function zshBody(manual: Manual): string {
  const { parts } = manual;
  if (parts.length === 0) return `    _arguments -s ${zshArguments(manual)}\n`;
  const described = parts.map((one) => quoted(`${partName(one)}:${zshText(one.about)}`)).join(' ');
  const inPart = parts.map((one) => `          ${partName(one)}) _arguments -s ${zshArguments(one)} ;;`).join('\n');
  return `    local line state
    _arguments -C ${manual.flags.map(zshFlag).join(' ')} '1: :->part' '*:: :->rest'
    case $state in
      part)
        local parts=(${described})
        _describe command parts ;;
      rest)
        case $line[1] in
${inPart}
        esac ;;
    esac
`;
}

function zshArguments({ flags, operands }: Manual): string {
  const rest = operands.map(({ term, values }) => quoted(`*:${term.replaceAll(/[^\w ]/g, '')}:${zshOffer(values)}`));
  return [...flags.map(zshFlag), ...rest.slice(0, 1)].join(' ');
}

function zshFlag(flag: Flag): string {
  const { takes, brief, values } = flag;
  const what =
    takes === undefined
      ? ''
      : `${takes.startsWith('[') ? '::' : ':'}${takes.replaceAll(/[^\w ]/g, ' ').trim()}:${zshOffer(values)}`;
  return namesOf(flag)
    .map((name) => quoted(`*${name}[${zshText(brief)}]${what}`))
    .join(' ');
}

function zshOffer(values: Values): string {
  if (values === 'file') return '_files';
  if (values === 'folder') return '_files -/';
  return values === 'anything' ? ' ' : `(${values.join(' ')})`;
}
function zshText(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, ' ');
}

// fish

export function fish(manuals: readonly Manual[]): string {
  const lines = manuals.flatMap((manual) => [`complete -c ${manual.name} -f`, ...fishOf(manual, manual.name)]);
  return `# ${HEAD}\n\n${lines.join('\n')}\n`;
}

function fishOf({ flags, operands, parts }: Manual, command: string, when = ''): string[] {
  const begin = `complete -c ${command}${when}`;
  const own = flags.map(({ short, long, takes, values, brief }) =>
    [
      begin,
      short === undefined ? '' : ` -s ${short.slice(1)}`,
      ` -l ${long.slice(2)}`,
      takes?.startsWith('<') ? (values === 'file' ? ' -r' : ' -x') : '',
      takes === undefined ? '' : fishOffer(values),
      ` -d ${quoted(brief)}`,
    ].join(''),
  );
  const [first] = operands;
  const rest = first && first.values !== 'anything' ? [`${begin}${fishOffer(first.values)}`] : [];
  const inParts = parts.flatMap((one) => [
    `complete -c ${command} -n __fish_use_subcommand -a ${partName(one)} -d ${quoted(one.about)}`,
    ...fishOf(one, command, ` -n '__fish_seen_subcommand_from ${partName(one)}'`),
  ]);
  return [...own, ...rest, ...inParts];
}

function fishOffer(values: Values): string {
  if (values === 'file') return ' -F';
  if (values === 'folder') return " -a '(__fish_complete_directories)'";
  return values === 'anything' ? '' : ` -a ${quoted(values.join(' '))}`;
}
