import { parseAbsoluteDate } from './absolute-date';
import { IllegalArgumentError, NumberFormatError } from './errors';
import { parseLong } from './java-long';

const SECOND_MS = 1000;
const MAX_LONG = 2 ** 63;

/** Milliseconds of one unit, with a month of 30 and a year of 365 days. */
const UNIT_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3600 * SECOND_MS,
  d: 86_400 * SECOND_MS,
  w: 7 * 86_400 * SECOND_MS,
  n: 30 * 86_400 * SECOND_MS,
  y: 365 * 86_400 * SECOND_MS,
};

/**
 * Milliseconds since the epoch of any time a client may write; see the HTTP interface's time formats. Mirrors DateTime.parseDateTimeString.
 * @param text empty or null: -1, "not given"
 * @param timeZone for absolute dates; null or empty: the process's own zone
 * @param nowMs what `now` and `-ago` count from
 * @throws IllegalArgumentError in the original's words
 */
export function parseDateTimeString(text: string | null | undefined, timeZone: string | null | undefined, nowMs: number): number {
  return Number(parseExactTime(text, timeZone, nowMs));
}

/** The same to the last digit, a long of Java: what a message about a time beyond all calendars shows. */
export function parseExactTime(text: string | null | undefined, timeZone: string | null | undefined, nowMs: number): bigint {
  if (text === null || text === undefined || text === '') return -1n;
  if (/^[0-9]+ms$/.test(text)) return parseLong(text.slice(0, -2));
  const lower = text.toLowerCase();
  if (lower === 'now') return BigInt(nowMs);
  if (lower.endsWith('-ago')) return BigInt.asIntN(64, BigInt(nowMs) - exactDuration(text.slice(0, -4)));
  if (text.includes('/') || text.includes(':')) return BigInt(parseAbsoluteDate(text, timeZone ?? ''));
  return parseUnixTime(text);
}

function parseUnixTime(text: string): bigint {
  if (text.includes('.') && !/^[0-9]{10}\.[0-9]{1,3}$/.test(text)) {
    throw new IllegalArgumentError(
      `Invalid time: ${text}. Millisecond timestamps must be in the format <seconds>.<ms> where the milliseconds are limited to 3 digits`,
    );
  }
  let time: bigint;
  try {
    time = parseLong(text.replace('.', ''));
  } catch (e) {
    if (e instanceof NumberFormatError) throw new IllegalArgumentError(`Invalid time: ${text}. ${e.message}`, { cause: e });
    throw e;
  }
  if (time < 0n) throw new IllegalArgumentError(`Invalid time: ${text}. Negative timestamps are not supported.`);
  return text.length <= 10 ? time * BigInt(SECOND_MS) : time;
}

/**
 * Milliseconds of a duration such as `10m`. Only the last character decides the unit, whatever stands between it and the digits:
 * `5min` is five months. Mirrors DateTime.parseDuration.
 * @throws IllegalArgumentError in the original's words
 */
export function parseDuration(text: string): number {
  return Number(exactDuration(text));
}

function exactDuration(text: string): bigint {
  if (text === '') throw new IllegalArgumentError('Cannot parse null or empty duration');
  const digits = leadingDigits(text);
  if (digits === text.length) throw new IllegalArgumentError(`Invalid duration, must have an integer and unit: ${text}`);
  const count = asJavaLong(text.slice(0, digits));
  if (count === null) throw new IllegalArgumentError(`Invalid duration (number): ${text}`);
  if (count === 0n) throw new IllegalArgumentError(`Zero or negative duration: ${text}`);
  const last = text[text.length - 1].toLowerCase();
  if (last === 's' && text[text.length - 2] === 'm') return count;
  const unit = UNIT_MS[last];
  if (unit === undefined) throw new IllegalArgumentError(`Invalid duration (suffix): ${text}`);
  if (Number(count) * unit > MAX_LONG) throw new IllegalArgumentError(`Duration must be < Long.MAX_VALUE ms: ${text}`);
  return BigInt.asIntN(64, count * BigInt(unit));
}

function leadingDigits(text: string): number {
  return /^[0-9]*/.exec(text)?.[0].length ?? 0;
}

/** Java's Long.parseLong over decimal digits; null where that throws. */
function asJavaLong(digits: string): bigint | null {
  if (digits === '') return null;
  const value = BigInt(digits);
  return value < 2n ** 63n ? value : null;
}
