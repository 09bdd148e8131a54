#!/usr/bin/env node
/** parley-client: one user, at a terminal or a pipe. No logic beyond putting the parts together. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { WIRE } from '../machines/limits';
import type { Address } from '../machines/ports';
import { findKeyFile, readKeyFile } from '../storage/keyfile';
import { ClientDriver } from '../transport/client-driver';
import { systemClock } from '../transport/clock';
import { Dump } from '../transport/dump';
import { logTransition, silentLog, sourceText } from '../transport/log';
import { systemNetwork } from '../transport/net/system';
import { allOf } from '../transport/trace';
import { KeyStore } from '../transport/security/keystore';
import { systemRandom } from '../transport/security/random';
import { keyWeakness, parseKey } from '../transport/security/subscriber-key';
import { UserError } from './failure';
import { startInspection, withInspection, type InspectionOptions } from './inspection';
import { openLines, openSecretLines, type Lost } from './lines';
import { openLog } from './logging';
import { type CommonOptions, clientId, limitsOf, run, withCommonOptions } from './options';
import { Terminal } from './terminal/terminal';

interface Options extends CommonOptions, InspectionOptions {
  readonly server: Address;
  readonly key?: string;
}

export const command = withInspection(
  withCommonOptions(
    new Command('parley-client')
      .description('Logs on to a Parley server and chats. Type Help once it runs.')
      .addArgument(new Argument('<ID>', 'your Client-ID').argParser(clientId))
      .addOption(
        new Option('--server <host:port>', 'UDP address of the server')
          .argParser(server)
          .default(server('127.0.0.1'), `127.0.0.1:${String(WIRE.UDP_PORT)}`),
      )
      .option('--key <file>', 'your key file (default: ./ID.key, then ~/.config/parley/ID.key)'),
  ),
);

/** `host`, `host:port` or `[IPv6]:port`. */
function server(text: string): Address {
  const [, bracketed, plain, given] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  const port = given === undefined ? WIRE.UDP_PORT : Number(given);
  if (address !== undefined && port > 0 && port <= 65_535) return { address, port };
  throw new InvalidArgumentError('A server is HOST:PORT, such as 127.0.0.1:4390.');
}

/** K_A out of its file. @throws UserError, StoreError: what is wrong with it and what to do */
function loadKey(file: string): Buffer {
  const parsed = parseKey(readKeyFile(file));
  if (!parsed.ok) throw new UserError(`${file}: ${parsed.why}`);
  const weakness = keyWeakness(parsed.key);
  if (weakness !== undefined) throw new UserError(`${file}: ${weakness}`);
  return parsed.key;
}

async function main(): Promise<void> {
  const o = command.opts<Options>();
  const [id = ''] = command.processedArgs as string[];
  const limits = limitsOf(o.limit);
  // The screen belongs to the user: a client logs to a file or not at all.
  const log =
    o.logFile === undefined ? silentLog : openLog({ level: o.logLevel, format: o.logFormat, file: o.logFile });
  const complain = (sentence: string): void => void process.stderr.write(`parley-client: ${sentence}\n`);
  const lost: Lost = (file, error) => complain(`${file} cannot be written (${error}): lines are missing from it`);
  const dump = o.dump === undefined ? undefined : new Dump(openLines(o.dump, lost), systemClock);
  const keyLog = o.keylog === undefined ? undefined : openSecretLines(o.keylog, lost);
  if (keyLog) complain(`traffic keys are being written to ${o.keylog ?? ''}`);
  const keys = new KeyStore(keyLog ? { keyLog } : {});
  const key = loadKey(findKeyFile(id, o.key));
  keys.setSubscriber(id, key);
  key.fill(0);
  let injectInto: ClientDriver | undefined;
  const inspection = await startInspection(o, {
    name: id,
    role: 'client',
    inject: (_, event) => injectInto?.inject(event as Parameters<ClientDriver['inject']>[0]),
    say: complain,
    lost,
  });
  await new Promise<void>((left) => {
    const { stdin: input, stdout: output } = process;
    const terminal = new Terminal({ id, server: sourceText(o.server), input, output, left });
    const driver = new ClientDriver({
      id,
      server: o.server,
      limits,
      keys,
      log,
      clock: systemClock,
      random: systemRandom,
      network: systemNetwork,
      trace: allOf(dump, inspection.trace),
      watcher: inspection.watcher,
      observe: log.debugging ? logTransition(log) : undefined,
      show: (display) => terminal.show(display),
      stepped: () => terminal.stepped(),
    });
    injectInto = driver;
    // A second signal ends the process at once.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => terminal.leave());
    terminal.attach(driver);
  });
  inspection.close();
}

if (require.main === module) void run(command, main);
