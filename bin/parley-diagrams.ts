#!/usr/bin/env node
/** parley-diagrams: state diagrams of our machines, or of a machine of the user's own, in files. What is drawn: diagrams/draw. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FORMATS, type Format } from '../diagrams/draw/formats';
import { DrawError } from '../diagrams/draw/failure';
import { pictureFrom } from '../diagrams/draw/from';
import { lettersWithoutGlyph } from '../diagrams/draw/glyphs';
import {
  fileNameOf,
  filesOf,
  namedPictures,
  PAGE_FILE,
  pagePictures,
  type Files,
  type Named,
} from '../diagrams/draw/generate';
import type { Level } from '../diagrams/draw/machines';
import { MACHINES } from '../diagrams/trace/format';
import { writeFile } from '../storage/file';
import { codeOf, inOneLine, UserError } from './failure';
import { run, withUsage } from './options';
import { listOf, offering } from './words';

interface Options {
  readonly format: readonly Format[];
  readonly out: string;
  readonly level?: Level;
  readonly from?: string;
  readonly timeout: number;
  readonly page?: true;
}

/** As they are typed. */
const NAMES = MACHINES.map((id) => id.replace(' ', '-'));
const BINARY: readonly Format[] = ['png', 'pdf'];

export const command = withUsage(
  new Command('parley-diagrams')
    .description(
      'Draws state diagrams from the machines themselves: trigger over a rule over actions, Λ for none. Without MACHINE all ' +
        `of them: ${NAMES.join(', ')}.`,
    )
    .addArgument(
      offering(new Argument('[MACHINE...]', 'which machines, such as client-connection or "client connection"'), NAMES),
    )
    .addOption(
      offering(new Option('--format <list>', `one or more of ${FORMATS.join(',')}`), FORMATS)
        .argParser(listOf('format', FORMATS))
        .default(['svg'], 'svg'),
    )
    .option('--out <folder>', 'where the files go; - prints one picture in a text format', 'diagrams/generated')
    .addOption(
      new Option(
        '--level <level>',
        "spec: the assignment's states and edges; full: every edge, marked by colour (default: both, where there are both)",
      ).choices(['spec', 'full']),
    )
    .option(
      '--from <file[:export]>',
      'draw an XState 4 machine: .js, .cjs, .mjs (the file is run), or a config as .json',
    )
    .addOption(
      new Option('--timeout <seconds>', 'how long the file of --from may take to load').argParser(seconds).default(30),
    )
    .option('--page', `also write ${PAGE_FILE}, the drawings of the inspector's page`),
);

const LONGEST_TIMEOUT_S = 3600;
function seconds(text: string): number {
  const number = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && number > 0 && number <= LONGEST_TIMEOUT_S) return number;
  throw new InvalidArgumentError(`A number of seconds, above 0 and at most ${String(LONGEST_TIMEOUT_S)}.`);
}

/** Our machines that are meant, at the levels that are meant. */
function chosen(names: readonly string[], level: Level | undefined): readonly Named[] {
  const all = namedPictures();
  const ids = new Set(
    names.map((name) =>
      name
        .trim()
        .toLowerCase()
        .replace(/[\s_-]+/g, ' '),
    ),
  );
  const known = new Set(all.map(({ id }) => id));
  for (const id of ids) {
    if (known.has(id)) continue;
    throw new UserError(
      `there is no machine "${id}"; machines: ${[...known].map((one) => one.replace(' ', '-')).join(', ')}`,
    );
  }
  const machines = all.filter(({ id }) => ids.size === 0 || ids.has(id));
  const pictures = machines.filter((one) => level === undefined || one.level === level);
  const missing = [...ids].find((id) => !pictures.some((one) => one.id === id));
  if (missing !== undefined) throw new UserError(`the assignment has no drawing of ${missing}; use --level full`);
  return pictures;
}

async function pictures(names: readonly string[], { from, level, page, timeout }: Options): Promise<readonly Named[]> {
  if (from === undefined) return chosen(names, level);
  if (names.length > 0) throw new UserError('give either MACHINE or --from, not both');
  if (level !== undefined) throw new UserError("--level is for Parley's own machines; --from draws everything");
  if (page) throw new UserError("--page is for Parley's own machines");
  const { picture, notes } = await pictureFrom(from, timeout);
  notes.forEach(note);
  return [{ name: fileNameOf(picture), picture }];
}

/** Something that a user should know about a picture that is drawn all the same. */
function note(words: string): void {
  process.stderr.write(`parley-diagrams: note: ${inOneLine(words)}\n`);
}

/** Whose letters PNG and PDF cannot show. */
function noteLetters(named: readonly Named[]): void {
  for (const { name, picture } of named) {
    const letters = lettersWithoutGlyph(picture);
    if (letters.length === 0) continue;
    const more = letters.length > LETTERS_TOLD ? ` and ${String(letters.length - LETTERS_TOLD)} more` : '';
    const told = letters.slice(0, LETTERS_TOLD).join(' ');
    note(
      `the fonts of PNG and PDF do not have ${told}${more}: they are boxes in ${name}; svg and the text formats keep them`,
    );
  }
}
const LETTERS_TOLD = 5;

/** One picture in one text format to standard output. */
async function print(named: readonly Named[], { format, page }: Options): Promise<void> {
  if (named.length !== 1) throw new UserError('--out - prints one picture: give one MACHINE, and --level spec or full');
  const [only] = format;
  if (format.length !== 1 || only === undefined || BINARY.includes(only) || page)
    throw new UserError('--out - prints one text format: svg, mermaid, dot, plantuml, scxml, json or ascii');
  for (const content of (await filesOf(named, format)).values()) process.stdout.write(content);
}

async function write(folder: string, files: Files): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new UserError(`${folder} cannot be written (${codeOf(error)})`);
  });
  const names = await writeChanged(folder, files);
  process.stdout.write(
    names.length === 0
      ? `parley-diagrams: ${folder} is up to date\n`
      : names.map((name) => `parley-diagrams: written ${join(folder, name)}\n`).join(''),
  );
}

/** @returns the names of the files that were not like this already */
async function writeChanged(folder: string, files: Files): Promise<string[]> {
  const names: string[] = [];
  for (const [name, content] of files) {
    const path = join(folder, name);
    const before = await readFile(path).catch(() => undefined);
    if (before?.equals(Buffer.from(content))) continue;
    writeFile(path, 'replace', 'plain', content);
    names.push(name);
  }
  return names;
}

async function draw(): Promise<void> {
  const options = command.opts<Options>();
  const named = await pictures(command.args, options);
  if (options.out === '-') return print(named, options);
  if (options.format.some((format) => BINARY.includes(format))) noteLetters(named);
  const files = await filesOf(named, options.format);
  if (options.page) files.set(PAGE_FILE, await pagePictures());
  await write(options.out, files);
}

async function main(): Promise<void> {
  await draw().catch((error: unknown) => {
    throw error instanceof DrawError ? new UserError(error.message) : error;
  });
}

if (require.main === module) void run(command, main);
