/** What is asked of a document, kind by kind: each gives a sentence for what does not hold. Must never be here: an exception. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { isKnown } from '../../bin/variables';
import { parseTraces } from '../../diagrams/trace/reader';
import { LIMITS, limitsTaken, WIRE } from '../../machines/limits';
import { MESSAGES } from '../../machines/messages';
import { parse } from 'yaml';
import { compiled } from './compiled';
import { FOREIGN, NOT_SETTINGS, NPM, PLACEHOLDERS, SUBJECTS } from './exceptions';
import { documentOf, type Block, type Document, type Piece } from './reader';
import { commandsOf, linesOf, type Command } from './shell';

export interface Complaint {
  readonly document: string;
  readonly where: string;
  readonly text: string;
  readonly what: string;
}

/** Where the documents are, and what is there beside them. */
export interface Place {
  readonly root: string;
  /** A checkout has tests and scripts; the package as it is installed has neither. */
  readonly kind: 'checkout' | 'installed';
}

/** What the programs are asked: whether they take these words, and these settings. */
interface Question {
  readonly program: string;
  /** This option alone, whatever it takes. */
  readonly option?: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: true;
}
/** The piece is right if one of the questions is answered with yes. */
interface Asked {
  readonly piece: Piece;
  /** A command is named, not given: what it needs may be missing. */
  readonly mention?: boolean;
  readonly questions: readonly Question[];
}

const complaint = ({ where, document, text }: Piece, what: string): Complaint => ({ document, where, text, what });
/** What is installed, and what a checkout has besides. */
const PROGRAM = /^(?:parley-[\w-]+|demo|report|manuals)$/;

/** Everything that does not hold. */
export function complaintsAbout(documents: readonly Document[], place: Place): Complaint[] {
  const scripts = scriptsOf(place);
  const folder = mkdtempSync(join(tmpdir(), 'parley-documents-'));
  try {
    const asked = documents.flatMap((document) => [
      ...linesIn(document).flatMap((piece) => questionsOfLine(piece, commandsOf(piece.text, scripts), place)),
      ...document.spans.flatMap((piece) => questionsOfSpan(piece, place, folder)),
      ...document.rows.flatMap((row) => questionsOfRow(row, row.cells, place)),
      ...document.blocks.flatMap((block) => questionsOfFile(block, folder)),
    ]);
    return [
      ...unanswered(asked, place.root),
      ...documents.flatMap((document) => [
        ...linesIn(document).flatMap((piece) =>
          commandsOf(piece.text, scripts).flatMap((one) => lineComplaints(piece, one, place)),
        ),
        ...document.spans.flatMap((piece) => [...nameComplaints(piece), ...scriptOptionComplaints(piece, place)]),
        ...document.links.flatMap((piece) => linkComplaints(piece, place, document, documents)),
        ...document.blocks.flatMap(dataComplaints),
        ...compiled(document, place.root).map(([piece, what]) => complaint(piece, what)),
      ]),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function scriptsOf({ root }: Place): Readonly<Record<string, string>> {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts;
}

/** A line for a shell, and where it stands: in the text a command may be named without what it needs. */
interface Line extends Piece {
  readonly place: 'block' | 'text';
}

/** Lines for a shell: blocks of them, lines of other blocks that show a prompt, and backquoted words that begin with a command. */
export function linesIn({ blocks, spans }: Document): Line[] {
  const inBlocks = blocks.flatMap((block) =>
    linesOf(block.text)
      .filter((line) => block.language === 'sh' || line.startsWith('$ '))
      .map((text) => ({ ...block, text, place: 'block' as const })),
  );
  const inText = spans
    .filter(({ text }) => /^(?:(?:[A-Z_]+=\S* )*(?:npm|npx|node|sudo|parley-[a-z]+) |printf .*\|)/.test(text))
    .map((span) => ({ ...span, place: 'text' as const }));
  return [...inBlocks, ...inText];
}

/** @param root what stands for `@`, where the package is */
export function filled(words: readonly string[], root: string): string[] {
  return words.map((word) =>
    PLACEHOLDERS.reduce((text, [what, by]) => text.replace(what, by), word).replace(/^@\//, `${root}/`),
  );
}

// What the programs themselves say

function questionsOfLine(piece: Line, commands: readonly Command[], { root, kind }: Place): Asked[] {
  return commands
    .filter(({ name }) => PROGRAM.test(name) && (kind === 'checkout' || ALL.includes(name)))
    .map(({ name, args, variables }) => ({
      piece,
      mention: piece.place === 'text' && !args.some((arg) => arg.startsWith('-')),
      questions: [{ program: name, args: filled(args, root), env: variables }],
    }));
}

/** An option, a variable or a setting in the text: a program that the document is about takes it. */
function questionsOfSpan(piece: Piece, { root }: Place, folder: string): Asked[] {
  const { text } = piece;
  const programs = programsOf(piece).filter((name) => PROGRAM.test(name));
  if (/^--[a-z]/.test(text) && programs.length > 0)
    return [{ piece, questions: programs.flatMap((program) => optionQuestions(program, text, root)) }];
  const [, variable = '', value = ''] = /^(PARLEY_[A-Z_]+)=(.*)$/.exec(text) ?? [];
  if (variable !== '') {
    const settled = programs.filter((program) => WITH_SETTINGS.includes(program) && !isForeign(program, variable));
    return [
      { piece, questions: settled.map((program) => ({ program, args: words(program), env: { [variable]: value } })) },
    ];
  }
  const isSetting = /^[a-z][a-z-]*: \S/.test(text) && !NOT_SETTINGS.some((one) => one.test(text));
  return isSetting ? [{ piece, questions: fileQuestions(text, programs, folder) }] : [];
}

/** A row of a table with an option in its first cell and programs in another: each of them takes it. */
function questionsOfRow(piece: Piece, cells: Readonly<Record<string, string>>, { root }: Place): Asked[] {
  const option = /^`(--[^`]+)`$/.exec(Object.values(cells)[0] ?? '')?.[1];
  const whose = cells['of'];
  if (option === undefined || whose === undefined) return [];
  const named =
    whose
      .split(/[;(]/)[0]
      ?.split(',')
      .map((one) => `parley-${one.trim()}`) ?? [];
  return named.map((program) => ({ piece, questions: optionQuestions(program, option, root) }));
}

/** A block of YAML is a settings file of a program that the document is about, unless it is somebody else's. */
function questionsOfFile(block: Block, folder: string): Asked[] {
  if (block.language !== 'yaml' || NOT_SETTINGS.some((one) => one.test(block.text))) return [];
  return [{ piece: block, questions: fileQuestions(block.text, programsOf(block), folder) }];
}

const WITH_SETTINGS = ['parley-server', 'parley-client'];
const ALL = ['server', 'client', 'keys', 'history', 'top', 'inspect', 'diagrams', 'chart', 'dump', 'conform'].map(
  (one) => `parley-${one}`,
);

function programsOf({ document }: Piece): readonly string[] {
  return SUBJECTS[document] ?? ALL;
}
/** Words without which a command says that they are missing. */
function words(program: string): string[] {
  return program === 'parley-client' ? ['alice'] : [];
}

/** The option as it stands, in each part of a command that has parts; a name alone is an option with whatever it takes. */
function optionQuestions(program: string, text: string, root: string): Question[] {
  if (/^--[\w-]+$/.test(text)) return [{ program, option: text, args: [] }];
  const [command] = commandsOf(`${program} ${text}`, {});
  const args = filled(command?.args ?? [], root);
  return (PARTS[program] ?? [[]]).map((part) => ({ program, args: [...part, ...words(program), ...args] }));
}
const PARTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'parley-keys': [['add', 'alice'], ['import', 'alice', 'f'], ['list'], ['check'], ['backup', 'f']],
  'parley-history': [['list'], ['export', 'alice', 'bob'], ['prune', '--before', '2025-01-01']],
  'parley-conform': [['server', '--key', 'a'], ['client', '--', 'x'], ['server']],
  'parley-chart': [['a.trace']],
  'parley-dump': [['a.pcap']],
  'parley-inspect': [['a']],
};

function fileQuestions(text: string, programs: readonly string[], folder: string): Question[] {
  const file = join(folder, `${String(readdirSync(folder).length)}.yaml`);
  writeFileSync(file, `${text}\n`);
  return programs
    .filter((program) => WITH_SETTINGS.includes(program))
    .map((program) => ({ program, args: [...words(program), '--config', file], settings: true }));
}

/** Whether a variable is a limit that this program leaves to the other. */
function isForeign(program: string, variable: string): boolean {
  const name = variable.replace(/^PARLEY_LIMIT_/, '');
  if (name === variable) return false;
  return !limitsTaken(program === 'parley-server' ? 'server' : 'client').includes(name as keyof typeof LIMITS);
}

const MISSING = /^error: (?:missing required argument|required option)/;

function unanswered(asked: readonly Asked[], root: string): Complaint[] {
  const questions = asked.flatMap((one) => one.questions);
  const input = JSON.stringify(questions);
  const output = execFileSync(process.execPath, [join(__dirname, 'accepts.mjs'), root], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const answers = JSON.parse(output) as string[];
  let at = 0;
  return asked.flatMap(({ piece, mention = false, questions: { length } }) => {
    const own = answers.slice(at, (at += length));
    return own.some((answer) => answer === '' || (mention && MISSING.test(answer)))
      ? []
      : [complaint(piece, own[0] ?? 'no program takes it')];
  });
}

// What files say

/** A command that is not one of the programs. */
function lineComplaints(piece: Piece, { name, args, variables }: Command, place: Place): Complaint[] {
  const unknown = Object.keys(variables).filter((one) => one.startsWith('PARLEY_') && !isKnown(one));
  const wrong = unknown.map((one) => complaint(piece, `${one} is read by nobody`));
  if (PROGRAM.test(name))
    return ALL.includes(name) || !name.startsWith('parley-')
      ? wrong
      : [...wrong, complaint(piece, `there is no ${name}`)];
  const what =
    name === 'npm run'
      ? scriptFault(args, place)
      : name === 'jest'
        ? testFault(args, place)
        : name === 'npm'
          ? npmFault(args)
          : name === 'node'
            ? fileFault(args, place)
            : name === 'tcpdump'
              ? filterFault(args)
              : Object.hasOwn(FOREIGN, name) || name.startsWith('./') || name.includes('=')
                ? undefined
                : `whose program is ${name}?`;
  return what === undefined ? wrong : [...wrong, complaint(piece, what)];
}

/** An option in a document about a script. */
function scriptOptionComplaints(piece: Piece, place: Place): Complaint[] {
  if (!/^--[a-z]/.test(piece.text)) return [];
  return programsOf(piece).flatMap((subject) => {
    const [, script] = /^npm run (.*)$/.exec(subject) ?? [];
    const what = script === undefined ? undefined : scriptFault([script, piece.text], place);
    return what === undefined ? [] : [complaint(piece, what)];
  });
}

/** The script is there, and somewhere below its folder each option is known. */
function scriptFault([script = '', ...args]: readonly string[], place: Place): string | undefined {
  const line = scriptsOf(place)[script];
  if (line === undefined) return script === '' ? undefined : `there is no script ${script}`;
  if (place.kind === 'installed') return undefined;
  const [, folder = ''] =
    /(?:node|--testMatch "\*\*\/) ?((?:test|bench)\/(?:[\w-]+\/)?)[\w-]+\.(?:mjs|ts)/.exec(line) ?? [];
  const options = args.filter((arg) => arg.startsWith('--'));
  if (options.length === 0) return undefined;
  const sources =
    folder === '' ? [] : filesBelow(join(place.root, folder)).filter((file) => /\.(?:mjs|ts)$/.test(file));
  const source = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
  const missing = options.find(
    (option) => !new RegExp(`['"]${option}\\b|\\b${option.slice(2)}:|\\b${option.slice(2)},`).test(source),
  );
  return missing === undefined ? undefined : `npm run ${script} has no option ${missing}`;
}

function testFault(args: readonly string[], { root, kind }: Place): string | undefined {
  if (kind === 'installed') return undefined;
  const tests = filesBelow(join(root, 'test')).filter((file) => file.endsWith('.test.ts'));
  const named = args.slice(0, args.findIndex((arg) => arg === '-t') >>> 0).filter((arg) => arg !== 'FILE');
  const missing = named.find((arg) => !tests.some((file) => file.includes(arg)));
  return missing === undefined ? undefined : `no test is called ${missing}`;
}

function npmFault([first = '', second = '']: readonly string[]): string | undefined {
  return NPM.includes(first) ? undefined : `npm has no ${first} ${second}`;
}

function fileFault(args: readonly string[], { root, kind }: Place): string | undefined {
  const script = args.find((arg) => !arg.startsWith('-')) ?? '';
  return kind === 'installed' || existsSync(join(root, script)) ? undefined : `there is no ${script}`;
}

/** A filter that names a protocol without a port takes all of the machine's. */
function filterFault(args: readonly string[]): string | undefined {
  const filter = args.at(-1) ?? '';
  return /\b(?:tcp|udp)\b(?! (?:dst |src )?port)/.test(filter)
    ? 'the filter takes everything of that protocol'
    : undefined;
}

/** A name in capitals is that of something: a limit, a message, a variable. */
function nameComplaints(piece: Piece): Complaint[] {
  const { text } = piece;
  if (/^PARLEY_[A-Z_]*[A-Z]$/.test(text))
    return isKnown(text) ? [] : [complaint(piece, 'no program reads this variable')];
  const isLimit = /^(?:T_[A-Z_]+_MS|[A-Z]+(?:_[A-Z]+)*_(?:MS|BYTES|PER_[A-Z_]+|BURST|CLIENTS|SOCKETS|ATTEMPTS))$/.test(
    text,
  );
  const known = [LIMITS, WIRE, MESSAGES].some((names) => Object.hasOwn(names, text));
  return !isLimit || known ? [] : [complaint(piece, 'there is no such limit')];
}

function linkComplaints(piece: Piece, { root }: Place, from: Document, others: readonly Document[]): Complaint[] {
  const { text, document } = piece;
  if (/^[a-z]+:/.test(text)) return [];
  const [path = '', anchor] = text.split('#');
  const target = path === '' ? document : normalize(join(dirname(document), decodeURI(path)));
  if (!existsSync(join(root, target))) return [complaint(piece, `there is no ${target}`)];
  if (anchor === undefined || !target.endsWith('.md')) return [];
  const { anchors } =
    target === document ? from : (others.find(({ path }) => path === target) ?? documentOf(root, target));
  return anchors.has(anchor) ? [] : [complaint(piece, `${target} has no heading or anchor ${anchor}`)];
}

function dataComplaints(block: Block): Complaint[] {
  try {
    if (block.language === 'json') parseTraces(block.where, block.text);
    else if (block.language === 'yaml') parse(block.text);
    return [];
  } catch (error) {
    return [complaint(block, (error as Error).message)];
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
}
