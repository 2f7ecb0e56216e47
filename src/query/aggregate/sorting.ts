let scratch = new Float64Array(64);

/** `values[from..to)` ascending, in a buffer that the next call reuses. */
export function sortedDoubles(values: Float64Array, from: number, to: number): Float64Array {
  if (scratch.length < to - from) scratch = new Float64Array(2 * (to - from));
  const sorted = scratch.subarray(0, to - from);
  for (let i = from; i < to; i++) sorted[i - from] = values[i];
  return sorted.sort();
}

/** The same without NaNs. */
export function sortedPresent(values: Float64Array, from: number, to: number): Float64Array {
  if (scratch.length < to - from) scratch = new Float64Array(2 * (to - from));
  let n = 0;
  for (let i = from; i < to; i++) if (values[i] === values[i]) scratch[n++] = values[i];
  return scratch.subarray(0, n).sort();
}
