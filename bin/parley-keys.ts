#!/usr/bin/env node
/**
 * parley-keys: subscribers and their keys (protocol 2.3, P17). Arguments, exit codes and the one line of an error; what the
 * commands do is in keys/. A key must never be written here.
 */
import { Command } from 'commander';
import {
  addSubscribers,
  backup,
  check,
  importSubscriber,
  listSubscribers,
  removeSubscribers,
  type Options,
} from './keys/commands';
import { clientId, runAsync, withUsage } from './options';

function clientIds(id: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), clientId(id)];
}

export function program(): Command {
  const keys = withUsage(new Command('parley-keys'))
    .description('Makes and keeps the subscribers of a Parley server and their secret keys.')
    .option('--data <file>', "the server's database", './parley.db')
    .configureHelp({ showGlobalOptions: true });
  defineCommands(keys);
  return keys;
}

/** What both commands take that make a key file. */
function writesKeyFile(command: Command): Command {
  return command
    .option('--out <path>', 'where to write the key: a file, or a directory for several (default: ./ID.key)')
    .option('--force', 'replace the key of a subscriber, and the key file');
}

function defineCommands(keys: Command): void {
  const options = (command: Command): Options => command.optsWithGlobals();
  writesKeyFile(keys.command('add'))
    .description('make a random key for each new subscriber, in the database and in a key file for its user')
    .argument('<ID...>', 'Client-IDs', clientIds)
    .action((ids: readonly string[], _, command: Command) => addSubscribers(ids, options(command)));
  keys
    .command('list')
    .description('show the subscribers')
    .action((_, command: Command) => listSubscribers(options(command)));
  keys
    .command('remove')
    .description('remove subscribers; their history stays')
    .argument('<ID...>', 'Client-IDs', clientIds)
    .action((ids: readonly string[], _, command: Command) => removeSubscribers(ids, options(command)));
  keys
    .command('backup')
    .description('copy the whole database, keys and history, to a new file; the server may run meanwhile')
    .argument('<FILE>', 'where the copy goes')
    .action((file: string, _, command: Command) => backup(file, options(command)));
  keys
    .command('check')
    .description('read the whole database, and say whose texts are damaged; the server may run meanwhile')
    .action((_, command: Command) => check(options(command)));
  writesKeyFile(keys.command('import'))
    .description('add a subscriber with a key that exists: 64 hexadecimal digits or 44 base64 characters')
    .argument('<ID>', 'Client-ID', clientId)
    .argument('[FILE]', 'file with the key in one line, "-" for standard input', '-')
    .option('--stretch', 'make the key of a passphrase: weaker than a random key')
    .action((id: string, source: string, _, command: Command) => importSubscriber(id, source, options(command)));
}

if (require.main === module) void runAsync(program());
