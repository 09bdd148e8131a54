#!/usr/bin/env node
/** parley-history: the texts in a server's database, for its operator. Arguments and usage; what is done is in history/. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { exportPair, listPairs, pruneBefore, type ExportOptions, type PruneOptions } from './history/commands';
import { FORMATS } from './history/formats';
import { clientId, runAsync, withUsage } from './options';

/** A day begins at midnight here; a moment has its own zone. */
function moment(text: string): number {
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const time = day
    ? new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3])).getTime()
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
      ? Date.parse(text)
      : NaN;
  if (Number.isNaN(time) || (day && new Date(time).getDate() !== Number(day[3]))) {
    throw new InvalidArgumentError('A date is 2026-01-31, or 2026-01-31T12:00:00Z.');
  }
  if (time > Date.now()) throw new InvalidArgumentError('That is yet to come.');
  return time;
}

export const command = withUsage(new Command('parley-history'))
  .description("Shows, exports and removes the texts in a server's database. The server may run meanwhile.")
  .option('--data <file>', "the server's database", './parley.db')
  .configureHelp({ showGlobalOptions: true });

command
  .command('list')
  .description('show who has written to whom, and how many texts')
  .action((_, it: Command) => listPairs(it.optsWithGlobals()));
command
  .command('export')
  .description('write all texts of two clients')
  .argument('<ID>', 'one of the two', clientId)
  .argument('<ID>', 'the other', clientId)
  .addOption(new Option('--format <format>', 'form of the file').choices(Object.keys(FORMATS)).default('jsonl'))
  .option('--out <file>', 'a new file; - is standard output', '-')
  .action((a: string, b: string, _, it: Command) => exportPair(a, b, it.optsWithGlobals<ExportOptions>()));
command
  .command('prune')
  .description('remove the texts from before a date, of everybody, for ever')
  .requiredOption('--before <date>', 'such as 2026-01-31, which begins at midnight here', moment)
  .option('--yes', 'do not ask')
  .action((_, it: Command) => pruneBefore(it.optsWithGlobals<PruneOptions>()));

if (require.main === module) void runAsync(command);
