/** Seconds of data in one row. Mirrors Const.MAX_TIMESPAN. */
export const MAX_TIMESPAN = 3600;
/** The largest timestamp that is accepted, in milliseconds. */
export const MAX_TIMESTAMP_MS = 9999999999999;

const SECONDS_END = 2 ** 32;

/**
 * Whether a timestamp counts milliseconds: any bit above bit 31 set, which has nothing to do with its number of digits
 * (13569984001 is June 1970). Mirrors Const.SECOND_MASK; negative numbers have their high bits set too.
 */
export function isMilliseconds(timestamp: number | bigint): boolean {
  return timestamp >= SECONDS_END || timestamp < 0;
}

/** A timestamp of either unit in milliseconds. */
export function toMilliseconds(timestamp: number | bigint): number {
  const t = Number(timestamp);
  return isMilliseconds(t) ? t : t * 1000;
}

/** Start of the hour of a timestamp of either unit, in seconds, before it is cut to 32 bits for the key. */
export function hourOf(timestamp: number | bigint): number {
  const t = Number(timestamp);
  const seconds = isMilliseconds(t) ? Math.trunc(t / 1000) : t;
  return seconds - (seconds % MAX_TIMESPAN);
}

/**
 * Base time of the row a timestamp of either unit belongs to, as the key holds it: seconds, cut to 32 bits, so that from
 * 4294967296000 ms (year 2106) on it starts again at 0, as in the original.
 */
export function baseTimeOf(timestamp: number | bigint): number {
  return hourOf(timestamp) >>> 0;
}
