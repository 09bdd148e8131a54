/** All orders of what several parties do, each party's own order kept. Must never be here: what they do. */

/** @param counts how many events each party has @returns every order, as the number of the party whose turn it is */
export function* interleavings(counts: readonly number[]): Generator<readonly number[]> {
  const left = [...counts];
  const order: number[] = [];
  const total = counts.reduce((sum, count) => sum + count, 0);
  function* place(): Generator<readonly number[]> {
    if (order.length === total) yield [...order];
    for (const [party, count] of left.entries()) {
      if (count === 0) continue;
      left[party] = count - 1;
      order.push(party);
      yield* place();
      order.pop();
      left[party] = count;
    }
  }
  yield* place();
}

/** How many there are. */
export function interleavingsOf(counts: readonly number[]): number {
  let placed = 0;
  let ways = 1;
  for (const count of counts) for (let n = 1; n <= count; n++) ways = (ways * ++placed) / n;
  return Math.round(ways);
}
