/** From a quantity to pixels, linear or logarithmic. */
export interface Scale {
  /** The quantity at the beginning and the end of the axis; they may descend. */
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
  /** NaN for what has no place on the axis: not finite, or not positive on a logarithmic one. */
  (value: number): number;
}

/** @param start pixel of `from` @param end pixel of `to` */
export function createScale(from: number, to: number, log: boolean, start: number, end: number): Scale {
  const position = log ? logarithmic(from, to, start, end) : linear(from, to, start, end);
  return Object.assign(position, { from, to, log });
}

function linear(from: number, to: number, start: number, end: number): (value: number) => number {
  // halves, so that the span of two numbers of opposite signs at the end of the range is still a number
  const half = to / 2 - from / 2;
  const pixels = end - start;
  return (value) => start + ((value / 2 - from / 2) / half) * pixels;
}

function logarithmic(from: number, to: number, start: number, end: number): (value: number) => number {
  const first = Math.log10(from);
  const perDecade = (end - start) / (Math.log10(to) - first);
  return (value) => (value > 0 ? start + (Math.log10(value) - first) * perDecade : NaN);
}
