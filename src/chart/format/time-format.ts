import { formatTokens, pad, type FormatToken } from './tokens';

/** Prints an instant as a label: milliseconds since the epoch, and how many milliseconds clocks are ahead of UTC then. */
export type TimeFormat = (utcMs: number, offsetMs: number) => string;

const CONVERSIONS: ReadonlySet<string> = new Set('aAbBcdDeFhHIjklmMpqrRsSTuUVwWxXyYzZ');
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAY_MS = 86_400_000;
/** Digits of a fraction of a second. */
const MAX_FRACTION = 6;

/**
 * A format for times with the conversions of strftime; `%.3S` has that many digits of the second's fraction.
 * @returns null when it is not one
 */
export function parseTimeFormat(text: string): TimeFormat | null {
  const tokens = formatTokens(text, CONVERSIONS);
  if (tokens === null || !tokens.every(isOfTime)) return null;
  return (utcMs, offsetMs) => {
    const local = new Date(utcMs + offsetMs);
    return tokens.map((token) => ('literal' in token ? token.literal : convert(local, utcMs, offsetMs, token))).join('');
  };
}

/** Of numbers' flags, widths and precisions times have only the fraction of a second. */
const isOfTime = (token: FormatToken): boolean =>
  'literal' in token ||
  (token.flags === '' && token.width === 0 && (token.precision === null || (token.conversion === 'S' && token.precision <= MAX_FRACTION)));

const two = (value: number): string => String(value).padStart(2, '0');
const twelve = (hours: number): number => hours % 12 || 12;

/** The week of the year, counting from the first day of that number; days before it are in week 0. */
function weekFrom(firstDay: number, local: Date): number {
  const sinceFirst = (local.getUTCDay() - firstDay + 7) % 7;
  return Math.floor((dayOfYear(local) + 6 - sinceFirst) / 7);
}

/** From 1. */
const dayOfYear = (local: Date): number =>
  Math.floor(
    (Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()) - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY_MS,
  ) + 1;

/** ISO 8601's week: the one that has the year's first Thursday is the first. */
function isoWeek(local: Date): number {
  const thursday = new Date(local.getTime() + (3 - ((local.getUTCDay() + 6) % 7)) * DAY_MS);
  return Math.floor((dayOfYear(thursday) - 1) / 7) + 1;
}

function zoneText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

function convert(local: Date, utcMs: number, offsetMs: number, token: Exclude<FormatToken, { literal: string }>): string {
  const again = (conversions: string): string =>
    conversions.replace(/%(\w)/g, (_all, conversion: string) =>
      convert(local, utcMs, offsetMs, { conversion, flags: '', width: 0, precision: null }),
    );
  const hours = local.getUTCHours();
  switch (token.conversion) {
    case 'a':
      return DAYS[local.getUTCDay()].slice(0, 3);
    case 'A':
      return DAYS[local.getUTCDay()];
    case 'b':
    case 'h':
      return MONTHS[local.getUTCMonth()].slice(0, 3);
    case 'B':
      return MONTHS[local.getUTCMonth()];
    case 'c':
      return again('%a %b %e %T %Y');
    case 'd':
      return two(local.getUTCDate());
    case 'D':
    case 'x':
      return again('%m/%d/%y');
    case 'e':
      return String(local.getUTCDate()).padStart(2);
    case 'F':
      return again('%Y-%m-%d');
    case 'H':
      return two(hours);
    case 'I':
      return two(twelve(hours));
    case 'j':
      return String(dayOfYear(local)).padStart(3, '0');
    case 'k':
      return String(hours).padStart(2);
    case 'l':
      return String(twelve(hours)).padStart(2);
    case 'm':
      return two(local.getUTCMonth() + 1);
    case 'M':
      return two(local.getUTCMinutes());
    case 'p':
      return hours < 12 ? 'AM' : 'PM';
    case 'q':
      return String(Math.floor(local.getUTCMonth() / 3) + 1);
    case 'r':
      return again('%I:%M:%S %p');
    case 'R':
      return again('%H:%M');
    case 's':
      return String(Math.floor(utcMs / 1000));
    case 'S':
      return seconds(local, token.precision ?? 0);
    case 'T':
    case 'X':
      return again('%H:%M:%S');
    case 'u':
      return String(local.getUTCDay() || 7);
    case 'U':
      return two(weekFrom(0, local));
    case 'V':
      return two(isoWeek(local));
    case 'w':
      return String(local.getUTCDay());
    case 'W':
      return two(weekFrom(1, local));
    case 'y':
      return two(local.getUTCFullYear() % 100);
    case 'Y':
      return String(local.getUTCFullYear());
    default:
      return zoneText(offsetMs);
  }
}

function seconds(local: Date, digits: number): string {
  if (digits === 0) return two(local.getUTCSeconds());
  const fraction = pad(String(local.getUTCMilliseconds()), 3, '0').padEnd(MAX_FRACTION, '0').slice(0, digits);
  return `${two(local.getUTCSeconds())}.${fraction}`;
}
