/**
 * What is measured and what is to be reached, as data. Must never be here: how a server is started, how figures are printed.
 *
 * A workload has `parts`, arguments of the load generator, each for a fresh server; `clients`, the most that are logged on
 * at once; `quick`, its short form. A measure reads one figure of a run, `of` its parts' rows, and names the bound.
 */

/** Server CPU microseconds of one message: the figure to trust, since rates vary with the machine and its other load. */
const cpu = (atMost) => ({ name: 'server CPU, us a message', of: ([row]) => row.srv_us, atMost });
const rate = { name: 'messages a second', of: ([row]) => row.per_s, more: true };
const clientsOf = (parts) => Math.max(...parts.map((part) => 2 * Number(/--pairs (\d+)/.exec(part)?.[1] ?? 1)));

/** A loop of an XMPP server's events takes seconds with 1000 pairs: look longer. */
const SLOW = { prosody: true, ejabberd: true, 'prosody-mam': true, 'ejabberd-mam': true };
const longer = (args) => (server) => (SLOW[server] ? args : '');

const throughput = (pairs, atMost, rest) => ({
  title: `W1, ${pairs} ${pairs === 1 ? 'pair' : 'pairs'}, 32 under way each way`,
  short: `W1 ${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`,
  parts: [`w1 --pairs ${pairs}`],
  measures: [cpu(atMost), rate],
  ...rest,
});

/** Growth: the same number of texts a second for however many clients. */
const growth = (sizes, rest) => ({
  parts: sizes.map((clients) => `w6 --pairs ${clients / 2} ${rest}`.trim()),
  measures: [
    ...sizes.map((clients, i) => ({
      name: `server CPU, us a message, ${clients} clients`,
      of: (rows) => rows[i].srv_us,
    })),
    {
      name: 'dearest by cheapest of these',
      of: (rows) => Math.max(...rows.map((row) => row.srv_us)) / Math.min(...rows.map((row) => row.srv_us)),
      atMost: 1.5,
    },
  ],
});

const ALL = {
  'w1-1': throughput(1, 6, { quick: {} }),
  'w1-100': throughput(100, 4, { quick: {}, longer: longer('--secs 6') }),
  'w1-1000': throughput(1000, 6, { parts: ['w1 --pairs 1000 --warm 3'], longer: longer('--warm 8 --secs 15') }),
  'w2-1': {
    title: 'W2, ping-pong of 1 pair',
    short: 'W2 1 pair',
    parts: ['w2 --pairs 1 --warm 3'],
    quick: { parts: ['w2 --pairs 1'] },
    measures: [
      { name: 'round trip us, p50', of: ([row]) => row.p50_us, atMost: 300 },
      { name: 'round trip us, p99', of: ([row]) => row.p99_us, atMost: 1000 },
    ],
  },
  'w2-100': {
    title: 'W2, ping-pong of 100 pairs',
    short: 'W2 100 pairs',
    parts: ['w2 --pairs 100 --warm 3'],
    quick: { parts: ['w2 --pairs 100'] },
    measures: [cpu(40), rate],
  },
  'w3-50': {
    title: 'W3, log-on and log-off, 50 at once',
    short: 'W3 50 at once',
    parts: ['w3 --conc 50 --warm 3'],
    clients: 5000,
    quick: { parts: ['w3 --conc 50 --users 200'], clients: 200 },
    measures: [
      { name: 'log-ons a second', of: ([row]) => row.per_s, more: true, atLeast: 3000 },
      { name: 'server CPU, us a log-on', of: ([row]) => row.srv_us, atMost: 300 },
    ],
  },
  w4: {
    title: 'W4, 5,000 idle clients',
    short: 'W4 5,000 idle',
    parts: ['w4 --users 5000 --secs 1'],
    clients: 5000,
    quick: { title: 'W4, 200 idle clients', parts: ['w4 --users 200 --secs 0.2'], clients: 200 },
    measures: [{ name: 'memory, KiB a client', of: ([row]) => row.kib_per_conn_2, atMost: 16 }],
  },
  w5: {
    title: 'W5, 100,000 texts of one pair asked for; 100 pairs of W2 meanwhile',
    short: 'W5 history',
    parts: ['w5 --pairs 101 --texts 100000'],
    parleyOnly: true,
    quick: {
      title: 'W5, 10,000 texts of one pair asked for; 10 pairs of W2 meanwhile',
      parts: ['w5 --pairs 11 --texts 10000'],
    },
    measures: [
      { name: 'texts a second to one client', of: ([row]) => row.texts_per_s, more: true, atLeast: 200_000 },
      { name: 'the same, W2 meanwhile', of: ([row]) => row.texts_per_s_together, more: true },
      { name: 'W2 p99 us without', of: ([row]) => row.p99_without_us },
      { name: 'W2 p99 us with the list', of: ([row]) => row.p99_with_us },
      { name: 'with by without', of: ([row]) => row.p99_with_us / row.p99_without_us, atMost: 2 },
    ],
  },
  w6: {
    title: 'W6, growth, 5,000 texts a second in all',
    short: 'W6 growth',
    ...growth([100, 1000, 10_000], '--warm 3'),
    parleyOnly: true,
    quick: { ...growth([20, 200], ''), title: 'W6, growth, 2,000 texts a second in all' },
  },
};

/** The names that `--cases` may have. */
export const WORKLOADS = Object.keys(ALL);

/** @param quick the short form, if there is one @returns undefined for a workload that has none */
export function workload(name, quick) {
  const { quick: short, ...whole } = ALL[name];
  if (quick && short === undefined) return undefined;
  const chosen = quick ? { ...whole, ...short } : whole;
  return { name, clients: clientsOf(chosen.parts), ...chosen };
}

/** What all parts have, before their own arguments. The later of two counts. */
export const COMMON = { conc: 8, size: 64, secs: 3, warm: 2 };
export const COMMON_QUICK = { conc: 8, size: 64, secs: 0.8, warm: 0.5, rate: 2000 };
