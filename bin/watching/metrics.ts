/**
 * The figures of a server in the words of Prometheus: one row a metric, filled from a census when somebody asks. They name
 * no client. Must never be here: sockets, a Client-ID, an address.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { FAULTS } from '../../machines/faults';
import type { Store } from '../../machines/ports';
import type { Census } from '../../transport/server-census';

/** A number, or one for each value of the label. */
type Value = number | Readonly<Record<string, number>>;

interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly label?: string;
  readonly of: (census: Census) => Value;
}

const NO_FAULTS: Readonly<Record<string, number>> = Object.fromEntries(Object.keys(FAULTS).map((fault) => [fault, 0]));

function bounded(max: number): Readonly<Record<string, number>> {
  return max > 0 ? { max } : {};
}

/** Every metric of ours, in the order in which they are shown. */
export const METRICS: readonly Metric[] = [
  {
    name: 'parley_connections',
    type: 'gauge',
    help: 'Log-on attempts and connections by state of their connection machine',
    label: 'state',
    of: (c) => c.connectionStates,
  },
  {
    name: 'parley_clients',
    type: 'gauge',
    help: 'Connected clients by state of their chat machine',
    label: 'state',
    of: (c) => c.chatStates,
  },
  {
    name: 'parley_sockets',
    type: 'gauge',
    help: 'TCP sockets before and after CONNECT',
    label: 'phase',
    of: (c) => ({ unbound: c.unboundSockets, bound: c.boundSockets }),
  },
  {
    name: 'parley_connections_total',
    type: 'counter',
    help: 'Connections that passed CONNECT',
    of: (c) => c.counters.connections,
  },
  { name: 'parley_sessions_total', type: 'counter', help: 'Chats begun', of: (c) => c.counters.sessions },
  { name: 'parley_texts_total', type: 'counter', help: 'Texts accepted', of: (c) => c.counters.texts },
  {
    name: 'parley_datagrams_total',
    type: 'counter',
    help: 'UDP datagrams',
    label: 'direction',
    of: (c) => ({ in: c.counters.datagramsIn, out: c.counters.datagramsOut }),
  },
  {
    name: 'parley_datagram_bytes_total',
    type: 'counter',
    help: 'Bytes in UDP datagrams',
    label: 'direction',
    of: (c) => ({ in: c.counters.datagramBytesIn, out: c.counters.datagramBytesOut }),
  },
  {
    name: 'parley_stream_bytes_total',
    type: 'counter',
    help: 'Bytes on TCP connections that passed CONNECT',
    label: 'direction',
    of: (c) => ({ in: c.counters.streamBytesIn, out: c.counters.streamBytesOut }),
  },
  {
    name: 'parley_answers_repeated_total',
    type: 'counter',
    help: 'Datagrams answered again with the same bytes, since the client had to repeat its question',
    of: (c) => c.counters.answersRepeated,
  },
  {
    name: 'parley_wrong_responses_total',
    type: 'counter',
    help: 'RESPONSEs whose Res was wrong',
    of: (c) => c.counters.wrongResponses,
  },
  {
    name: 'parley_refused_total',
    type: 'counter',
    help: 'Refused input by fault (machines/faults.ts)',
    label: 'fault',
    of: (c) => ({ ...NO_FAULTS, ...c.faults }),
  },
  {
    name: 'parley_ignored_total',
    type: 'counter',
    help: 'Events that machines ignored on purpose, by type',
    label: 'event',
    of: (c) => c.ignored,
  },
  {
    name: 'parley_queued_bytes',
    type: 'gauge',
    help: 'Bytes waiting to leave on all connections',
    of: (c) => c.queuedBytes,
  },
  {
    name: 'parley_queued_bytes_most',
    type: 'gauge',
    help: 'Bytes waiting to leave on the slowest connection',
    of: (c) => c.queuedBytesMost,
  },
  { name: 'parley_history_lists', type: 'gauge', help: 'History lists being sent', of: (c) => c.lists },
  { name: 'parley_timers', type: 'gauge', help: 'Timers of log-on attempts', of: (c) => c.timers },
  {
    name: 'parley_store_writable',
    type: 'gauge',
    help: '1 if texts can be stored, 0 if no chat can begin',
    of: (c) => (c.storeWritable ? 1 : 0),
  },
  {
    name: 'parley_store_bytes',
    type: 'gauge',
    help: 'Bytes in use in the database, and the most there may be (--store-max; absent: no bound)',
    label: 'of',
    of: ({ usage }) => (usage ? { used: usage.used, ...bounded(usage.max) } : {}),
  },
  {
    name: 'parley_pair_bytes',
    type: 'gauge',
    help: 'Bytes of the texts of the pair with the most, and the most a pair may have (--pair-max; absent: no bound)',
    label: 'of',
    of: ({ usage }) => (usage ? { used: usage.pair, ...bounded(usage.pairMax) } : {}),
  },
  {
    name: 'parley_texts_unstored_total',
    type: 'counter',
    help: 'Texts that could not be stored, so that their chats ended: --pair-max, --store-max or a full disk, another failure',
    label: 'reason',
    of: ({ counters: c }) => ({ pair_full: c.unstoredPairFull, full: c.unstoredFull, failed: c.unstoredFailed }),
  },
];

/** A commit takes some 0.1 ms; a disk that is busy takes tens, and a chat waits for it. */
const COMMIT_BUCKETS_S = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const MS_PER_S = 1000;

export class Metrics {
  private readonly registry = new Registry();
  private readonly commits: Histogram;

  constructor() {
    // Those of the process: processor, memory, collector, and the delay of the event loop.
    collectDefaultMetrics({ register: this.registry });
    this.commits = new Histogram({
      name: 'parley_commit_seconds',
      help: 'Time to commit the texts of a turn',
      buckets: COMMIT_BUCKETS_S,
      registers: [this.registry],
    });
  }

  /** The content type of `text`. */
  get type(): string {
    return this.registry.contentType;
  }

  /** The same store, whose commits are timed. */
  timed(store: Store): Store {
    return {
      ...store,
      append: (texts) => {
        const began = performance.now();
        try {
          store.append(texts);
        } finally {
          this.commits.observe((performance.now() - began) / MS_PER_S);
        }
      },
    };
  }

  /** Every metric in the text format. */
  async text(census: Census): Promise<string> {
    for (const metric of METRICS) this.fill(metric, metric.of(census));
    return this.registry.metrics();
  }

  private fill(metric: Metric, value: Value): void {
    const { name } = metric;
    const known = (this.registry.getSingleMetric(name) ?? this.made(metric)) as Counter | Gauge;
    known.reset();
    if (typeof value === 'number') known.inc(value);
    else for (const [label, n] of Object.entries(value)) known.inc({ [metric.label ?? '']: label }, n);
  }

  private made({ name, type, help, label }: Metric): Counter | Gauge {
    const made = { name, help, labelNames: label === undefined ? [] : [label], registers: [this.registry] };
    return type === 'counter' ? new Counter(made) : new Gauge(made);
  }
}
