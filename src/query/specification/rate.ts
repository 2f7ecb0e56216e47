/** Options of `rate{...}`; the two limits are 64-bit integers. */
export interface RateOptions {
  counter: boolean;
  /** Where the counter rolls over; 2^63-1 by default. */
  counterMax: bigint;
  /** Rates of a roll-over above this are reported as 0; 0 switches the check off. */
  resetValue: bigint;
  dropResets: boolean;
}

/** What `rate` without options means. */
export function defaultRateOptions(): RateOptions {
  return { counter: false, counterMax: 2n ** 63n - 1n, resetValue: 0n, dropResets: false };
}
