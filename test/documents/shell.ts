/**
 * A line for a shell as the commands in it, with their words: quotes, pipes, comments, substitutions, and what runs a command for
 * somebody else (sudo, sh -c, docker exec, npx, npm run). Must never be here: what a command takes.
 */

/** `NAME=value` before a command, and its words. */
export interface Command {
  readonly variables: Readonly<Record<string, string>>;
  readonly name: string;
  readonly args: readonly string[];
}

/** What a substitution such as `$(date +%F)` gives. */
const SUBSTITUTED = '2025-01-01';

/** @param scripts of package.json: `npm run NAME -- args` is the command that its script starts last */
export function commandsOf(line: string, scripts: Readonly<Record<string, string>>): Command[] {
  return simple(line).flatMap((words) => unwrapped(words, scripts));
}

/** The lines of a block, continued ones joined. */
export function linesOf(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

/** The words of each simple command. */
function simple(line: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const end = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  const pattern =
    /\$\([^()]*(?:\([^()]*\)[^()]*)*\)|'([^']*)'|"((?:\\.|\$\([^)]*\)|[^"\\])*)"|\\(.)|&&|\|\||[|;&()]|<[A-Z][\w-]*>|>+|<|\s+#.*$|^#.*$|\s+|[^\s'"\\|;&()<>$]+|\$/g;
  for (const [token, single, double, escaped] of line.matchAll(pattern)) {
    if (/^\s*#/.test(token)) break;
    if (/^\s+$/.test(token)) end();
    else if (/^(&&|\|\||[|;&()])$/.test(token)) {
      end();
      commands.push([]);
    } else if (/^(>+|<)$/.test(token)) {
      end();
      // Where the output goes is no word of the command: the rest of it is not either.
      commands.push(['>']);
    } else if (single !== undefined) word = (word ?? '') + single;
    else if (double !== undefined)
      word = (word ?? '') + double.replaceAll(/\$\([^)]*\)/g, SUBSTITUTED).replaceAll(/\\(.)/g, '$1');
    else if (token.startsWith('$(')) word = (word ?? '') + SUBSTITUTED;
    else word = (word ?? '') + (escaped ?? token);
  }
  end();
  return commands.filter(([first]) => first !== undefined && first !== '>');
}

function unwrapped(words: readonly string[], scripts: Readonly<Record<string, string>>): Command[] {
  const variables: Record<string, string> = {};
  let rest = [...words];
  for (;;) {
    const [, name = '', value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(rest[0] ?? '') ?? [];
    if (name === '') break;
    variables[name] = value;
    rest = rest.slice(1);
  }
  const [first = '', second = '', third = ''] = rest;
  const more = (from: number): Command[] =>
    unwrapped(rest.slice(from), scripts).map((one) => ({ ...one, variables: { ...variables, ...one.variables } }));
  if (first === '$') return more(1);
  if (first === 'sudo') return more(second === '-u' ? 3 : 1);
  if (first === 'exec') return more(1);
  if (first === 'sh' && second === '-c') return commandsOf(third, scripts);
  if (first === 'docker' && second === 'exec') return more(third.startsWith('-') ? 4 : 3);
  if (first === 'npx') return more(1);
  if (first === 'npm' && second === 'run') {
    const at = third.startsWith('-') ? 3 : 2;
    const script = rest[at] ?? '';
    const [, program] = /dist\/bin\/([\w-]+)\.js$/.exec(scripts[script] ?? '') ?? [];
    const args = rest.slice(rest[at + 1] === '--' ? at + 2 : at + 1);
    return [
      program === undefined
        ? { variables, name: 'npm run', args: [script, ...args] }
        : { variables, name: program, args },
    ];
  }
  return [{ variables, name: first, args: rest.slice(1) }];
}
