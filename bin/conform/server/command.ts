/** `parley-conform server`: options, keys, and what is played. Must never be here: a check, what a report looks like. */
import { basename } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { isClientId } from '../../../machines/messages';
import type { Address } from '../../../machines/ports';
import { loadKey } from '../../../transport/client/key';
import { parseServer } from '../../../transport/client/server-address';
import { systemClock } from '../../../transport/clock';
import { sourceText } from '../../../transport/log';
import { EXIT } from '../../options';
import { offering } from '../../words';
import { outputOf, type OutputOptions } from '../output';
import { runChecks } from '../run';
import { listOf } from '../table';
import { SERVER_CHECKS } from './checks/all';
import { CONNECTED } from './checks/first';
import type { Need, ServerCheck } from './checks/kind';
import { Scene, type Person } from './scene';
import { expectReady, siteOf } from './site';

/** Two who chat, and one who disturbs them. */
const KEYS_MIN = 3;

interface Options extends OutputOptions {
  readonly server?: Address;
  readonly key?: readonly string[];
  readonly check?: readonly string[];
  readonly list?: true;
  readonly slow?: true;
  readonly unlimited?: true;
  readonly patience: number;
  readonly bail?: true;
}

/** Registers the subcommand. */
export function withServer(command: Command): Command {
  command
    .command('server')
    .description('play client against a server, and check all that it answers')
    .addOption(new Option('--server <host:port>', 'UDP address of the server').argParser(serverAddress))
    .option('--key <file...>', 'three key files or more, ID.key or ID=FILE, of subscribers that nobody else uses')
    .addOption(
      offering(
        new Option('--check <name...>', 'play these checks only; --list shows the names'),
        SERVER_CHECKS.map(({ name }) => name),
      ),
    )
    .option('--slow', 'also play checks that wait for a timer of the server; two minutes more')
    .option(
      '--unlimited',
      'the server bounds neither datagrams nor messages: hold nothing back, and also play what needs that',
    )
    .option('--patience <seconds>', 'wait so long for an answer', seconds, 2)
    .option('--bail', 'stop at the first check that fails')
    .option('--list', 'show the checks and what must hold, and play none')
    .option('--json <file>', 'write the verdicts as JSON to this file (- = standard output)')
    .option('--junit <file>', 'write the verdicts as JUnit XML to this file (- = standard output)')
    .action((options: Options, it: Command) => play(options, it));
  return command;
}

async function play(options: Options, command: Command): Promise<void> {
  const wrong = (what: string): never => command.error(`error: ${what}`);
  if (options.list) return void process.stdout.write(listOf(SERVER_CHECKS));
  if (options.json === '-' && options.junit === '-') wrong('standard output takes one of --json and --junit');
  if (!options.server) return wrong('--server HOST:PORT says which server to check');
  const checks = chosen(options, wrong);
  const people = peopleOf(options.key ?? [], wrong);
  const site = await siteOf(options.server, {
    patienceMs: options.patience * 1_000,
    unlimited: options.unlimited ?? false,
  });
  await expectReady(site, people);
  const output = outputOf(`server ${sourceText(options.server)}`, options);
  const verdicts = await runChecks(checks, {
    open: () => Promise.resolve(new Scene(site, people)),
    close: (scene) => scene.close(),
    tell: (verdict) => {
      output.tell(verdict);
      if (verdict.check === CONNECTED && verdict.outcome !== 'passed') site.unconnected = true;
    },
    now: () => systemClock.now(),
    bail: options.bail ?? false,
  });
  for (const { key } of people) key.fill(0);
  if (!output.end(verdicts)) process.exitCode = EXIT.failed;
}

type Wrong = (what: string) => never;

/** Those that were named; or all but those that need what was not said to be there. */
function chosen({ check: names, slow, unlimited }: Options, wrong: Wrong): ServerCheck[] {
  if (names) {
    const unknown = names.find((name) => !SERVER_CHECKS.some((check) => check.name === name));
    if (unknown !== undefined) wrong(`there is no check ${unknown}; parley-conform server --list shows their names`);
    const checks = SERVER_CHECKS.filter(({ name }) => names.includes(name));
    const unbounded = checks.find(({ needs }) => needs === 'unlimited');
    if (unbounded && !unlimited) wrong(`${unbounded.name} needs --unlimited, and a server without bounds`);
    return checks;
  }
  const there: Readonly<Record<Need, boolean>> = { slow: slow ?? false, unlimited: unlimited ?? false };
  return SERVER_CHECKS.filter(({ needs }) => needs === undefined || there[needs]);
}

/** @throws ClientError a file that is no key file */
function peopleOf(files: readonly string[], wrong: Wrong): Person[] {
  if (files.length < KEYS_MIN) wrong(`--key takes ${String(KEYS_MIN)} key files or more; parley-keys add makes them`);
  const named = files.map((given): [id: string, file: string] => {
    const [, id, file] = /^([^=/]+)=(.+)$/.exec(given) ?? [];
    return id !== undefined && file !== undefined ? [id, file] : [basename(given, '.key'), given];
  });
  for (const [id, file] of named) if (!isClientId(id)) wrong(`${file}: ${id} is no Client-ID; write ID=FILE`);
  if (new Set(named.map(([id]) => id)).size < named.length) wrong('--key names a subscriber twice');
  return named.map(([id, file]) => ({ id, key: loadKey(id, file) }));
}

function serverAddress(text: string): Address {
  const address = parseServer(text);
  if (address) return address;
  throw new InvalidArgumentError('A server is HOST:PORT, such as 127.0.0.1:4390 or [::1]:4390.');
}

function seconds(text: string): number {
  const number = Number(text);
  if (number >= 0.1 && number <= 600) return number;
  throw new InvalidArgumentError('Patience is 0.1 to 600 seconds.');
}
