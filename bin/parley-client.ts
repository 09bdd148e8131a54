#!/usr/bin/env node
/** parley-client: one user, at a terminal or a pipe. No logic beyond putting the parts together. */
import { join } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { limitsWith, WIRE } from '../machines/limits';
import type { Address } from '../machines/ports';
import { ChatClient } from '../transport/client';
import { blockedFile, loadKey } from '../transport/client/key';
import { parseServer } from '../transport/client/server-address';
import { systemClock } from '../transport/clock';
import { logTransition, silentLog, sourceText } from '../transport/log';
import { userFolder } from '../storage/keyfile';
import { allOf } from '../transport/trace';
import { KeyStore } from '../transport/security/keystore';
import { startInspection, withInspection, type InspectionOptions } from './inspection';
import type { Lost } from './lines';
import { openLog, rotationOf, withRotation, type RotationOptions } from './logging';
import { type CommonOptions, clientId, clientIds, limitSettings, run, withCommonOptions } from './options';
import { settle, withSettings, type SettingsPlan } from './settings';
import { openWireFiles } from './wire-files';
import { checkFront, inputOf, openFront, type FrontOptions } from './terminal/front';

interface Options extends CommonOptions, RotationOptions, InspectionOptions, FrontOptions {
  readonly id?: string;
  readonly reconnect: boolean;
  readonly server: Address;
  readonly key?: string;
}

export const command = withSettings(
  withInspection(
    withRotation(
      withCommonOptions(
        new Command('parley-client')
          .description('Logs on to a Parley server and chats. Type Help once it runs.')
          .addArgument(new Argument('[ID]', 'your Client-ID').argParser(clientId))
          .option('--id <ID>', 'the same, for the settings file and PARLEY_ID', clientId)
          .addOption(
            new Option('--server <host:port>', 'UDP address of the server')
              .argParser(server)
              .default(server('127.0.0.1'), `127.0.0.1:${String(WIRE.UDP_PORT)}`),
          )
          .option('--key <file>', 'your key file (default: ./ID.key, then ~/.config/parley/ID.key)')
          .addOption(
            new Option('--contact <ID>', 'a Client-ID that Tab completes from the start; may be repeated')
              .argParser(clientIds)
              .default([], 'those met in this run'),
          )
          .option(
            '--script <file>',
            'carry out the lines of this file (- = standard input), then leave; may wait for events',
          )
          .option('--json', 'write every event as a line of JSON', false)
          .option('--no-bell', 'do not ring the bell of the terminal when somebody calls')
          .option('--timestamps', 'show the time before each line', false)
          .option('--history-json', 'show past texts as lines of JSON', false)
          .option('--reconnect', 'log on again after a connection that was lost or ended by a shutdown', false),
        'client',
      ),
    ),
  ),
);

export const SETTINGS: SettingsPlan = {
  ...limitSettings('client'),
  file: join(userFolder(), 'client.yaml'),
  lists: { contact: 'contacts' },
  shown: { server: (address) => sourceText(address as Address) },
};

function server(text: string): Address {
  const address = parseServer(text);
  if (address) return address;
  throw new InvalidArgumentError('A server is HOST:PORT, such as 127.0.0.1:4390 or [::1]:4390.');
}

async function main(): Promise<void> {
  if (!settle(command, SETTINGS)) return;
  const o = command.opts<Options>();
  const [id = o.id] = command.processedArgs as string[];
  if (id === undefined) return command.error("error: missing required argument 'ID'");
  // The screen belongs to the user: a client logs to a file or not at all.
  const rotation = rotationOf(o);
  const logFile =
    o.logFile === undefined
      ? undefined
      : openLog({ level: o.logLevel, format: o.logFormat, file: o.logFile, rotation });
  const log = logFile ?? silentLog;
  const complain = (sentence: string): void => void process.stderr.write(`parley-client: ${sentence}\n`);
  const lost: Lost = (file, error) => complain(`${file} cannot be written (${error}): lines are missing from it`);
  const files = openWireFiles(o, lost);
  const { dump, keyLog } = files;
  if (keyLog) complain(`traffic keys are being written to ${o.keylog ?? ''}`);
  const keys = new KeyStore(keyLog ? { keyLog } : {});
  // Made after the page that sends to it.
  const live: { client?: ChatClient } = {};
  // Before the page is served and the screen is used.
  checkFront(o, o.dump);
  const input = inputOf(o, process.stdin);
  const key = loadKey(id, o.key);
  const inspection = await startInspection(o, {
    name: id,
    role: 'client',
    inject: (_, event) => live.client?.inject(event as Parameters<ChatClient['inject']>[0]),
    say: complain,
    lost,
  });
  const client = new ChatClient({
    id,
    server: o.server,
    key,
    blocked: blockedFile(id, o.key),
    limits: o.limit,
    reconnect: o.reconnect,
    parts: {
      keys,
      log,
      trace: allOf(dump, inspection.trace),
      watcher: inspection.watcher,
      observe: log.debugging ? logTransition(log) : undefined,
    },
  });
  key.fill(0);
  live.client = client;
  process.exitCode = await new Promise<number>((left) => {
    const streams = { input, output: process.stdout };
    // Without KEEPALIVE there are only the messages of the assignment (protocol 8, choice 15).
    const confirming = limitsWith(o.limit).T_KEEPALIVE_MS > 0 ? 'on' : 'off';
    const front = openFront(client, { ...o, ...streams, confirming, clock: systemClock, complain }, left);
    // A second signal ends the process at once.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => front.leave());
    // At a terminal: it has gone. Elsewhere a log that was moved away is to be begun anew.
    if (logFile && !process.stdin.isTTY) process.on('SIGHUP', () => (logFile.reopen(), files.reopen()));
    else process.once('SIGHUP', () => front.leave());
  });
  inspection.close();
}

if (require.main === module) void run(command, main, { unread: 'goes on' });
