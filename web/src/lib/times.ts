const SECOND = 1000;
const UNITS = new Map<string, number>([
  ['ms', 1],
  ['s', SECOND],
  ['m', 60 * SECOND],
  ['h', 3600 * SECOND],
  ['d', 86_400 * SECOND],
  ['w', 7 * 86_400 * SECOND],
  ['n', 30 * 86_400 * SECOND],
  ['y', 365 * 86_400 * SECOND],
]);

/** Milliseconds of `10m`, `500ms`, `1d`; null for anything else. */
export function parseDuration(text: string): number | null {
  const found = /^([0-9]+)(ms|[smhdwny])$/.exec(text.trim());
  return found && Number(found[1]) * (UNITS.get(found[2]) ?? 0);
}

/** How long something took or lasts, for people: `3.2 s`, `12 min`, `5 d`. */
export function roughDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 2 * 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 2 * 86_400_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** A time as asked for: milliseconds, or null when only the TSD knows (a date in its own zone, or no time at all). */
export function resolveTime(text: string, now: number, zone: string): number | null {
  const word = text.trim();
  if (word === '' || word.toLowerCase() === 'now') return now;
  const ago = /^(.+)-ago$/i.exec(word);
  if (ago) {
    const duration = parseDuration(ago[1].toLowerCase());
    return duration === null ? null : now - duration;
  }
  if (/^[0-9]+ms$/.test(word)) return Number(word.slice(0, -2));
  if (/^[0-9]{1,10}\.[0-9]{3}$/.test(word)) return Number(word.replace('.', ''));
  if (/^[0-9]+$/.test(word)) return word.length <= 10 ? Number(word) * SECOND : Number(word);
  return zone === '' ? null : parseDate(word, zone);
}

const DATE = /^([0-9]{4})\/([0-9]{1,2})\/([0-9]{1,2})(?:[- ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?$/;

export const isDate = (text: string): boolean => DATE.test(text.trim());

/** Milliseconds of `2013/01/31`, `2013/01/31-12:00` or `2013/01/31 12:00:30` in a zone; null for anything else. */
export function parseDate(text: string, zone: string): number | null {
  const found = DATE.exec(text.trim());
  if (found === null) return null;
  const [year, month, day, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((word) => (word === undefined ? undefined : Number(word)));
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  // Twice: the first guess may be on the other side of a change of the clocks.
  const guess = wall - zoneOffset(wall, zone);
  return wall - zoneOffset(guess, zone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      ...(zone === '' ? {} : { timeZone: zone }),
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      weekday: 'short',
    });
    formats.set(zone, format);
  }
  return format;
}

export interface WallClock {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
  readonly weekday: string;
}

/** What a clock in a zone shows; an empty zone is the browser's. */
function wallClock(ms: number, zone: string): WallClock {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type as string, value]),
  );
  const part = (name: string): string => parts.get(name) ?? '';
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
    weekday: part('weekday'),
  };
}

/** How far a zone's clocks are ahead of UTC at a time, in milliseconds. */
export function zoneOffset(ms: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(ms, zone);
  return Date.UTC(+year, +month - 1, +day, +hour, +minute, +second) - Math.floor(ms / 1000) * 1000;
}

/** `2013/01/31-12:00:30`, the API's form. */
export function printDate(ms: number, zone: string): string {
  const { year, month, day, hour, minute, second } = wallClock(ms, zone);
  return `${year}/${month}/${day}-${hour}:${minute}:${second}`;
}

/** `2013-01-31 12:00:30`, for people; milliseconds when there are some. */
export function showTime(ms: number, zone: string): string {
  const { year, month, day, hour, minute, second } = wallClock(ms, zone);
  const rest = ((ms % 1000) + 1000) % 1000;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}${rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`}`;
}

/** Whether the browser knows a zone; an empty one is its own. */
export function isZone(zone: string): boolean {
  if (zone === '') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export const browserZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;
