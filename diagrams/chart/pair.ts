/**
 * Pairs the sent and the received end of the same message. A datagram may be sent several times with the same bytes, be lost,
 * doubled and overtaken; a TCP message is there once.
 */

/** One end of a message. `at` may come from two clocks that are not put together yet. */
export interface End {
  readonly at: number;
}
export interface Pair<E extends End> {
  readonly sent?: E;
  readonly received?: E;
  /** Other arrivals of what was sent once. */
  readonly again: readonly E[];
}

/**
 * Ends of one message content. An arrival belongs to the latest sending before it that has none yet; so a repetition explains
 * what came after it, and the one before was lost. An arrival that is left over is a copy that the network made. Those that
 * have arrived are taken to have kept their order.
 * @param sent in the order of sending @param received in the order of arrival
 */
export function pairsOf<E extends End>(sent: readonly E[], received: readonly E[]): Pair<E>[] {
  if (sent.length === 0) return received.map((end) => ({ received: end, again: [] }));
  const arrived = new Set<number>();
  const arrivals: E[] = [];
  const copies = sent.map((): E[] => []);
  for (const end of received) {
    const latest = sent.findLastIndex(({ at }, i) => at <= end.at && !arrived.has(i));
    if (latest < 0) copies[latestBefore(sent, end)]?.push(end);
    else {
      arrived.add(latest);
      arrivals.push(end);
    }
  }
  return sent.map((end, i) => {
    const first = arrived.has(i) ? arrivals.shift() : undefined;
    return { sent: end, ...(first ? { received: first } : {}), again: copies[i] ?? [] };
  });
}

function latestBefore(sent: readonly End[], { at }: End): number {
  return Math.max(
    0,
    sent.findLastIndex((end) => end.at <= at),
  );
}
