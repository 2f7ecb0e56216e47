/** The first number from `from` to below `to` for which it holds, as it does for all behind it; `to`: there is none. */
export function firstThat(from: number, to: number, holds: (i: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
