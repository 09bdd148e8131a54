#!/usr/bin/env node
/** parley-server: binds the ports, says so in one line, and runs until a signal (protocol 4.10). No logic beyond that. */
import { lookup } from 'node:dns/promises';
import { Command, Option } from 'commander';
import { codeOf, UserError } from './failure';
import { startInspection, withInspection, type InspectionOptions } from './inspection';
import type { Lost } from './lines';
import { openLog, rotationOf, withRotation, type OpenLog, type RotationOptions } from './logging';
import { notifyReady } from './service';
import { openFilesFault, openFilesLimit, socketsIn } from './open-files';
import { type CommonOptions, limitSettings, port, run, withCommonOptions } from './options';
import { BOUNDS, size } from './sizes';
import { settle, withSettings, type SettingsPlan } from './settings';
import { openWireFiles, type WireFiles } from './wire-files';
import { hostPortText, Watching, withWatching, type WatchingOptions } from './watching/watching';
import { limitsWith, WIRE } from '../machines/limits';
import type { Store } from '../machines/ports';
import { lockForServer } from '../storage/process-lock';
import { openStore, type Durability } from '../storage/sqlite';
import { systemClock } from '../transport/clock';
import { systemNetwork } from '../transport/net/system';
import { KeyStore } from '../transport/security/keystore';
import { systemRandom } from '../transport/security/random';
import { sourceText, type Log } from '../transport/log';
import { ServerDriver } from '../transport/server-driver';
import { allOf } from '../transport/trace';

interface Options extends CommonOptions, RotationOptions, InspectionOptions, WatchingOptions {
  readonly host: string;
  readonly udpPort: number;
  readonly tcpPort: number;
  readonly data: string;
  readonly durability: Durability;
  readonly storeMax: number;
  readonly pairMax: number;
  readonly decoy: boolean;
}

const own = new Command('parley-server')
  .description('Mediates chat sessions between pairs of clients.')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--udp-port <port>', 'UDP port for log-on, 0 = chosen by the system', port, WIRE.UDP_PORT)
  .option('--tcp-port <port>', 'TCP port for connections, 0 = chosen by the system', port, 0)
  .option('--data <file>', 'subscribers, history and session numbers', './parley.db')
  .addOption(
    new Option('--durability <mode>', 'normal: a commit survives the death of the process; full: a power cut too')
      .choices(['normal', 'full'])
      .default('normal'),
  )
  .addOption(
    new Option(
      '--store-max <size>',
      'largest size of the database; when it is reached, no text is stored and no chat can begin; 0 = none',
    )
      .argParser(size)
      .default(BOUNDS.store.bytes, '10G'),
  )
  .addOption(
    new Option(
      '--pair-max <size>',
      'largest size of the texts of one pair; when it is reached, its chats end; 0 = none',
    )
      .argParser(size)
      .default(BOUNDS.pair.bytes, '1G'),
  )
  .option(
    '--decoy',
    'answer unknown Client-IDs with a CHALLENGE too, so that nobody can find out who subscribes',
    false,
  );

export const command = withSettings(withWatching(withInspection(withRotation(withCommonOptions(own, 'server')))));
export const SETTINGS: SettingsPlan = { ...limitSettings('server'), shown: { metrics: hostPortText } };

async function main(): Promise<void> {
  if (!settle(command, SETTINGS)) return;
  const o = command.opts<Options>();
  const limits = limitsWith(o.limit);
  const host = await addressOf(o.host);
  const log = openLog({ level: o.logLevel, format: o.logFormat, file: o.logFile, rotation: rotationOf(o) });
  const lost: Lost = (file, error) => log.warn('cannot be written: lines are missing', { file, error });
  const files = openWireFiles(o, lost);
  const { dump, keyLog } = files;
  // Whatever the log leaves out, and wherever it goes: whoever starts the server reads it.
  if (keyLog) process.stderr.write(`parley-server: traffic keys are being written to ${o.keylog ?? ''}\n`);
  if (keyLog && o.logFile !== undefined) log.warn('traffic keys are being written', { file: o.keylog ?? '' });
  const watching = new Watching(o);
  const store = watching.timed(opened(o));
  // Until this process ends, whatever way that is.
  lockForServer(o.data);
  if (store.subscribers.list().length === 0) log.warn('no subscribers yet: run parley-keys add ID', { file: o.data });
  const openFiles = openFilesLimit() ?? Infinity;
  const tooFew = openFilesFault(openFiles, limits);
  if (tooFew !== undefined) log.warn(tooFew);
  const say = (line: string): void => void process.stderr.write(`parley-server ${line}\n`);
  let driver: ServerDriver | undefined;
  const inspection = await startInspection(o, {
    name: 'server',
    role: 'server',
    inject: (actor, event) => driver?.inject(actor.serial, event as Parameters<ServerDriver['inject']>[1]),
    say,
    lost,
  });
  const options = {
    ...o,
    host,
    limits,
    sockets: socketsIn(openFiles),
    store,
    log,
    trace: allOf(dump, inspection.trace),
    watcher: inspection.watcher,
    network: systemNetwork,
    clock: systemClock,
    random: systemRandom,
  };
  const keys = new KeyStore(keyLog ? { keyLog } : {});
  const started = (driver = await ServerDriver.start({ ...options, keys }).catch((error: unknown) => {
    store.close();
    throw bindingError(error, o);
  }));
  const stop = async (): Promise<void> => {
    watching.stopping();
    await started.stop();
    store.close();
    watching.close();
  };
  // Without a log file nobody needs it reopened: then the terminal it was started on has gone.
  stopOnSignals(log, stop, o.logFile === undefined ? undefined : () => reopened(log, files));
  // A bug: Node writes the stack to standard error and ends.
  process.on('uncaughtExceptionMonitor', ({ name }) => log.error('crashed: standard error has more', { error: name }));
  await watching.start(started, log, say).catch(async (error: unknown) => {
    await started.stop();
    store.close();
    throw error;
  });
  const { udp, tcp } = started.ports;
  // As --server of a client takes it.
  const at = (port: number): string => sourceText({ address: o.host, port });
  // On a terminal the line below says it.
  if (o.logFile !== undefined) log.info('ready', { udp_port: udp, tcp_port: tcp });
  process.stdout.write(`parley-server ready: UDP ${at(udp)}, TCP ${at(tcp)}\n`);
  notifyReady(process.env, log);
}

function opened({ data, durability, storeMax, pairMax }: Options): Store {
  return openStore(data, { create: true, durability, maxBytes: storeMax, pairMaxBytes: pairMax });
}

/** SIGHUP, as logrotate sends it: files that were moved away are begun anew. */
function reopened(log: OpenLog, files: WireFiles): void {
  log.reopen();
  files.reopen();
  log.info('log files reopened');
}

/** One address for both ports. @throws UserError an unknown name; a wildcard, from which UDP answers may leave by another address (3.9) */
async function addressOf(host: string): Promise<string> {
  const { address } = await lookup(host).catch(() => {
    throw new UserError(`--host ${host} is not known on this machine; give one of its addresses`);
  });
  if (address !== '0.0.0.0' && address !== '::') return address;
  throw new UserError(`--host ${host} stands for every address; give the one that clients use`);
}

/** A port in use and the like; anything else is our own bug. */
function bindingError(error: unknown, { host, udpPort, tcpPort }: Options): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const at = (port: number): string => sourceText({ address: host, port });
  const which = syscall === 'bind' ? `UDP ${at(udpPort)}` : `TCP ${at(tcpPort)}`;
  const remedy = syscall === 'bind' ? '--udp-port or --host' : '--tcp-port or --host';
  const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be bound (${codeOf(error)})`;
  return new UserError(`${which} ${why}; choose another with ${remedy}`);
}

/**
 * The first signal stops gracefully, a second one at once; SIGHUP only if there is nothing to `reopen`. Each leaves its line:
 * a log that ends without `stopped` is of a server that was killed or has crashed.
 */
function stopOnSignals(log: Log, stop: () => Promise<void>, reopen?: () => void): void {
  let phase: 'running' | 'stopping' = 'running';
  const signalled = (signal: NodeJS.Signals): void => {
    if (phase === 'stopping') {
      log.warn('stopped at once', { cause: signal });
      process.exit(1);
    }
    phase = 'stopping';
    log.info('stopping', { cause: signal });
    void stop().then(() => {
      log.info('stopped');
      process.exit(0);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, signalled);
  process.on('SIGHUP', reopen ?? signalled);
}

if (require.main === module) void run(command, main, { unread: 'goes on' });
