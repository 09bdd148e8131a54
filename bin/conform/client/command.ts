/**
 * `parley-conform client`: plays server against a client's command line (docs/conformance-client.md). Must never be here: a
 * check.
 */
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { Address } from '../../../machines/ports';
import { sourceText } from '../../../transport/log';
import { UserError } from '../../failure';
import { EXIT, port } from '../../options';
import { Unexpected, type Verdict } from '../check';
import { offering } from '../../words';
import { outputOf, type OutputOptions } from '../output';
import { runChecks } from '../run';
import { listOf } from '../table';
import { CLIENT_CHECKS } from './checks';
import { CONNECTED } from './checks/first';
import { listed, type ClientCheck } from './judge';
import { abandonAll, Scene, type SceneOptions } from './scene';

interface Options extends OutputOptions {
  readonly listen: Address;
  readonly check?: readonly string[];
  readonly list?: true;
  readonly slow?: true;
  readonly small?: true;
  readonly activity?: number;
  readonly patience: number;
  readonly verbose?: true;
  readonly bail?: true;
}

/** Adds the subcommand. */
export function withClient(parent: Command): Command {
  parent
    .command('client')
    .description(
      'plays server against a client: starts its command for every check, types to it and reads what it shows',
    )
    .addOption(
      new Option('--listen <host:port>', 'where the server listens; port 0: any')
        .argParser(address)
        .default(address('127.0.0.1:0'), '127.0.0.1:0'),
    )
    .addOption(
      offering(
        new Option('--check <name...>', 'play these checks only'),
        CLIENT_CHECKS.map(({ name }) => name),
      ),
    )
    .option('--list', 'show the checks, and play none')
    .option('--slow', 'also the checks that wait for timers of the protocol: a minute and a half more')
    .option('--small', 'without the checks of what a small client may leave out (protocol 9.1)')
    .addOption(
      new Option(
        '--activity <seconds>',
        "the client's activity timer as its command line sets it, such as 5: also the checks of that",
      ).argParser((text) => seconds(text, 2)),
    )
    .addOption(
      new Option('--patience <seconds>', 'how long the client may take for what it has to do at once')
        .argParser((text) => seconds(text, 0.1))
        .default(10),
    )
    .option('--bail', 'stop at the first check that fails')
    .option('--json <file>', 'write the verdicts as JSON to this file (- = standard output)')
    .option('--junit <file>', 'write the verdicts as JUnit XML to this file (- = standard output)')
    .option('--verbose', 'show on standard error what happens in each check')
    .addArgument(new Argument('[command...]', 'the client, behind --; {id} {server} {host} {port} {key} are filled in'))
    .action((command: readonly string[], o: Options) => conform(command, o));
  return parent;
}

async function conform(command: readonly string[], o: Options): Promise<void> {
  const checks = chosen(o);
  if (o.list) return void process.stdout.write(listOf(CLIENT_CHECKS.map(listed)));
  if (command[0] === undefined || command[0] === '') {
    throw new UserError(
      'no client to check: its command line stands behind --, such as: -- node my-client.js {id} {server} {key}',
    );
  }
  const timed = checks.find(({ needs }) => needs === 'activity');
  if (timed && o.activity === undefined) {
    throw new UserError(
      `${timed.name} needs --activity SECONDS, the client's activity timer as its command line sets it`,
    );
  }
  process.once('exit', abandonAll);
  for (const [signal, number] of [['SIGINT', 2] as const, ['SIGTERM', 15] as const]) {
    process.once(signal, () => process.exit(128 + number));
  }
  const output = outputOf(`client ${command.join(' ')}`, o);
  const verdicts = await checkClient(checks, { ...sceneOf(command, o), tell: output.tell, bail: o.bail ?? false });
  if (!output.end(verdicts)) process.exitCode = EXIT.failed;
}

/**
 * Plays checks against a client, each with a process and a server of its own. @returns a verdict for each, in their order
 * @throws UserError if the client cannot be started at all, or the port is taken
 */
export async function checkClient(
  checks: readonly ClientCheck[],
  { tell, bail = false, ...o }: SceneOptions & { readonly tell: (verdict: Verdict) => void; readonly bail?: boolean },
): Promise<Verdict[]> {
  await tryOut(o);
  return runChecks(checks, {
    open: () => Scene.open(o),
    close: (scene) => scene.close(),
    tell: (verdict) => {
      tell(verdict);
      if (verdict.check === CONNECTED && verdict.outcome !== 'passed') o.unconnected = true;
    },
    now: () => performance.now(),
    bail,
  });
}

/** What would fail every check is said once. @throws UserError the client does not start, or sends nothing at all */
async function tryOut(o: SceneOptions): Promise<void> {
  const scene = await Scene.open({ ...o, story: () => undefined });
  try {
    scene.program.type('Log on');
    await scene.server.datagrams.next('a datagram');
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    const where = sourceText(scene.server.address);
    const said = error.seen.includes('written') ? '' : `; ${scene.program.lastWords}`;
    throw new UserError(`the client sent nothing to UDP ${where} after the line "Log on": ${error.seen}${said}`);
  } finally {
    await scene.close();
  }
}

/** @throws UserError a name that is none */
type Choice = Pick<Options, 'check' | 'slow' | 'small' | 'activity'>;
export function chosen({ check, slow, small, activity }: Choice): readonly ClientCheck[] {
  if (check === undefined) {
    const there = { slow: slow === true, activity: activity !== undefined };
    return CLIENT_CHECKS.filter(({ needs, optional }) => (needs === undefined || there[needs]) && !(small && optional));
  }
  return check.map((name) => {
    const found = CLIENT_CHECKS.find((one) => one.name === name);
    if (found) return found;
    throw new UserError(`there is no check ${name}; parley-conform client --list shows their names`);
  });
}

function sceneOf(command: readonly string[], { listen, patience, activity, verbose }: Options): SceneOptions {
  const start = performance.now();
  const told = (line: string): void => {
    process.stderr.write(`${((performance.now() - start) / 1000).toFixed(3).padStart(8)} ${line}\n`);
  };
  const timer = activity === undefined ? {} : { activity: activity * 1000 };
  return { command, listen, patience: patience * 1000, ...timer, story: verbose ? told : () => undefined };
}

function address(text: string): Address {
  const [, bracketed, plain, number] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || number === undefined) {
    throw new InvalidArgumentError('An address is HOST:PORT, such as 127.0.0.1:0 or [::1]:4390.');
  }
  return { address: host, port: port(number) };
}
function seconds(text: string, least: number): number {
  const number = Number(text);
  if (number >= least && number <= 600) return number;
  throw new InvalidArgumentError(`That is a number of seconds from ${String(least)} to 600.`);
}
