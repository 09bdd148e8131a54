/** What a server does to be watched: the options, the pages for Prometheus and for parley-top. Without them nothing is paid. */
import { InvalidArgumentError, type Command } from 'commander';
import type { Store } from '../../machines/ports';
import type { Census, ClientRow } from '../../transport/server-census';
import type { Log } from '../../transport/log';
import { UserError } from '../failure';
import { Metrics } from './metrics';
import { servePort, serveSocket, type Answer, type Listening, type Pages } from './serve';
import type { Status } from './status';

export interface WatchingOptions {
  readonly metrics?: HostPort;
  readonly status?: string;
}
export interface HostPort {
  readonly address: string;
  readonly port: number;
}

/** Usual for a program that exports figures of its own: the default of the OpenTelemetry exporter for Prometheus. */
const METRICS_PORT = 9464;

/** `host:port`, `[IPv6]:port`, or a port alone on loopback. */
function hostPort(text: string): HostPort {
  const [, bracketed, plain, given] = /^(?:(?:\[([\da-fA-F:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(given);
  if (given !== undefined && port <= 65_535) return { address: bracketed ?? plain ?? '127.0.0.1', port };
  throw new InvalidArgumentError(`An address is HOST:PORT, such as 127.0.0.1:${String(METRICS_PORT)}.`);
}

export function withWatching(command: Command): Command {
  return command
    .option(
      '--metrics <host:port>',
      `serve figures for Prometheus at /metrics and the health at /healthz, such as on 127.0.0.1:${String(METRICS_PORT)}; they name nobody`,
      hostPort,
    )
    .option('--status <socket>', 'serve who is connected for parley-top, on a unix socket for your user alone');
}

/** The way `--metrics` is written. */
export function hostPortText(value: unknown): string {
  const { address, port } = value as HostPort;
  return address.includes(':') ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;
}

/** What is watched. */
export interface Watched {
  census(): Census;
  clients(): ClientRow[];
}

export class Watching {
  private readonly metrics: Metrics | undefined;
  private readonly listening: Listening[] = [];
  private readonly started = Date.now();
  private server: Watched | undefined;

  constructor(private readonly o: WatchingOptions) {
    this.metrics = o.metrics && new Metrics();
    if (o.status !== undefined && process.platform === 'win32') throw new UserError('--status needs unix sockets');
  }

  /** The store as the server is to use it. */
  timed(store: Store): Store {
    return this.metrics?.timed(store) ?? store;
  }

  /** Serves what the options ask for. @throws UserError an address or a file cannot be used */
  async start(server: Watched, log: Log, say: (line: string) => void): Promise<void> {
    this.server = server;
    const { metrics, status } = this.o;
    try {
      if (metrics) {
        const served = await servePort(this.pages(), metrics.address, metrics.port);
        this.listening.push(served);
        say(`metrics: http://${hostPortText({ ...metrics, port: served.port })}/metrics`);
      }
      if (status !== undefined) this.listening.push(await serveSocket(this.privatePages(), status));
    } catch (error) {
      this.close();
      throw error;
    }
    if (metrics && !isLoopback(metrics.address)) {
      log.warn('--metrics can be read from other machines: put a firewall or a proxy with a password before it', {
        source: hostPortText(metrics),
      });
    }
  }

  /** From now on the server is not healthy. */
  stopping(): void {
    this.server = undefined;
  }

  close(): void {
    for (const one of this.listening.splice(0)) one.close();
  }

  private pages(): Pages {
    return {
      '/metrics': async () => {
        const { metrics, server } = this;
        if (!metrics || !server) return stopping;
        return { status: 200, type: metrics.type, body: await metrics.text(server.census()) };
      },
      '/healthz': () => this.health(),
    };
  }

  private privatePages(): Pages {
    return { '/status': () => this.status(), '/healthz': () => this.health() };
  }

  private health(): Answer {
    if (!this.server) return stopping;
    if (this.server.census().storeWritable) return { status: 200, type: 'text/plain', body: 'ok\n' };
    return { status: 503, type: 'text/plain', body: 'the store cannot be written: no chat can begin\n' };
  }

  private status(): Answer {
    if (!this.server) return stopping;
    const { census, clients } = { census: this.server.census(), clients: this.server.clients() };
    const { rss, heapUsed } = process.memoryUsage();
    const status: Status = {
      now: Date.now(),
      started: this.started,
      pid: process.pid,
      memory: { rss, heapUsed },
      census,
      clients,
    };
    return { status: 200, type: 'application/json', body: `${JSON.stringify(status)}\n` };
  }
}

const stopping: Answer = { status: 503, type: 'text/plain', body: 'the server is stopping\n' };

function isLoopback(address: string): boolean {
  return /^127\.|^::1$|^localhost$/.test(address);
}
