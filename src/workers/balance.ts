/** Who is to give connections away, and who is to get them; how many each. */
export interface Moves<W> {
  readonly from: ReadonlyMap<W, number>;
  readonly to: ReadonlyMap<W, number>;
}

/**
 * The fewest moves after which no worker has two connections more than another.
 * @param counts connections of each worker
 */
export function movesToBalance<W>(counts: ReadonlyMap<W, number>): Moves<W> {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const least = Math.floor(total / counts.size);
  // Those that have most keep one more, as far as there are some over.
  let over = total - least * counts.size;
  const [from, to] = [new Map<W, number>(), new Map<W, number>()];
  for (const [worker, count] of [...counts].sort(([, one], [, other]) => other - one)) {
    const share = over > 0 ? least + 1 : least;
    if (over > 0) over--;
    if (count > share) from.set(worker, count - share);
    else if (count < share) to.set(worker, share - count);
  }
  return { from, to };
}
