#!/usr/bin/env node
/** `npm run report`: the report for the course, from the code and from real runs. No logic beyond putting the parts together. */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { buildReport } from '../diagrams/report/build';
import { SettingsError, settingsOf, type Settings } from '../diagrams/report/settings';
import { SCENARIOS } from './demo/scenarios';
import { Stage } from './demo/stage';
import { codeOf, UserError } from './failure';
import { EXIT, run, withUsage } from './options';

const ROOT = join(__dirname, '..', '..');

interface Options {
  readonly out: string;
  readonly settings: string;
  readonly quick?: true;
  readonly tests?: true;
}

export const command = withUsage(
  new Command('report')
    .description('Writes the report: one HTML page, a PDF of the same content, and a recording.')
    .option('--out <folder>', 'where it is written', join('docs', 'report'))
    .option('--settings <file>', 'title, course, authors and date, as YAML', join('docs', 'report.yaml'))
    .option('--quick', 'play the scenarios V1 and V2 only')
    .option('--tests', 'run a selection of the tests if there is no result of the last run'),
);

async function settingsFrom(file: string): Promise<Settings> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(`${file} cannot be read (${codeOf(error)}); name another with --settings FILE`);
  });
  try {
    return settingsOf(text, file, new Date());
  } catch (error) {
    throw error instanceof SettingsError ? new UserError(error.message) : error;
  }
}

function say(line: string): void {
  process.stdout.write(`report: ${line}\n`);
}

async function main(): Promise<void> {
  const o = command.opts<Options>();
  const settings = await settingsFrom(o.settings);
  const { facts, pages, failed } = await buildReport(
    {
      root: ROOT,
      settings,
      scale: o.quick ? 'quick' : 'full',
      scenarios: SCENARIOS,
      openPiped: () => Stage.open(),
      runTests: o.tests === true,
      say,
    },
    o.out,
  ).catch((error: unknown) => {
    const { syscall, path } = error as NodeJS.ErrnoException;
    if (syscall === undefined || path === undefined) throw error;
    throw new UserError(`${path}: ${codeOf(error)}; choose another folder with --out, or run npm ci and build again`);
  });
  say(
    `${String(pages)} pages; see ${join(relative(process.cwd(), o.out) || '.', 'index.html')} and report.pdf beside it`,
  );
  if (!facts.tests)
    say(
      'the tests were not run yet, so it has no figures of them: npm run check first and then this, or this with --tests',
    );
  if (failed.length === 0) return;
  say(`not as expected: ${failed.join(', ')}; the report says what happened, npm run demo shows it`);
  process.exitCode = EXIT.failed;
}

if (require.main === module) void run(command, main);
