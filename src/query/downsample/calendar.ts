import { NumberFormatError } from '../../util/errors';
import { TimeZone } from '../../util/time-zone';
import type { Buckets } from './buckets';

const DAY_MS = 86_400_000;

const MAX_INT = 2 ** 31 - 1;
/** The last representable instant; a bucket that would end later is cut there. */
const END_OF_TIME = 8.64e15;

type CalendarUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'n' | 'y';

const ELAPSED_MS: Readonly<Partial<Record<CalendarUnit, number>>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Shortest interval for which a unit's buckets are counted from the near anchor: it must divide this many units evenly. */
const NEAR_ANCHOR: Readonly<Record<'ms' | 's' | 'm' | 'h', { units: number; near: number; far: number }>> = {
  ms: { units: 1000, near: 1000, far: 60_000 },
  s: { units: 60, near: 60_000, far: 3_600_000 },
  m: { units: 60, near: 3_600_000, far: DAY_MS },
  h: { units: 24, near: DAY_MS, far: Infinity },
};

/**
 * Buckets that follow the calendar of a time zone, with its changes of clocks. Weeks begin on Sunday.
 * Mirrors DateTime.previousInterval on java.util.GregorianCalendar.
 */
export class CalendarBuckets implements Buckets {
  private readonly unit: CalendarUnit;
  private readonly count: number;
  private readonly zone: TimeZone;
  private readonly starts = new Map<number, number>();

  /**
   * @param interval such as `1d`, one that `parseDuration` accepts; `1Ms` is a millisecond here, though a second there
   * @throws IllegalArgumentError when a calendar can't count in the interval or the zone is unknown
   */
  constructor(interval: string, timeZone: string) {
    const lower = interval.toLowerCase();
    this.unit = (lower.endsWith('ms') ? 'ms' : lower.slice(-1)) as CalendarUnit;
    const count = interval.slice(0, -this.unit.length);
    if (!/^[0-9]+$/.test(count) || Number(count) > MAX_INT) throw NumberFormatError.forInput(count);
    this.count = Number(count);
    this.zone = TimeZone.of(timeZone);
  }

  /** Start of the bucket that holds `ms`. */
  start(ms: number): number {
    let start = this.starts.get(ms);
    if (start === undefined) {
      start = this.find(ms);
      this.starts.set(ms, start);
    }
    return start;
  }

  /** Start of the bucket after the one that starts at `start`. */
  next(start: number): number {
    return this.add(start, this.count);
  }

  /** Start of the bucket that holds `ms`, counted from the one that starts at `start` <= ms. */
  from(start: number, ms: number): number {
    const elapsed = ELAPSED_MS[this.unit];
    if (elapsed !== undefined) return ms - ((ms - start) % (elapsed * this.count));
    for (let next = this.next(start); next <= ms; next = this.next(start)) start = next;
    return start;
  }

  private find(ms: number): number {
    const anchor = this.anchor(ms);
    if (ELAPSED_MS[this.unit] !== undefined) return this.from(anchor, ms);
    if (anchor === ms) return anchor;
    // Weeks are stepped through one at a time, also in intervals of several.
    const step = this.unit === 'w' ? 1 : this.count;
    let [before, after] = [anchor, anchor];
    while (after <= ms) [before, after] = [after, this.add(after, step)];
    return after === END_OF_TIME ? before : this.add(after, -step);
  }

  /** Where counting of buckets starts, for an instant. */
  private anchor(ms: number): number {
    const local = ms + this.zone.offset(ms);
    const date = new Date(local);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    switch (this.unit) {
      case 'ms':
      case 's':
      case 'm':
      case 'h': {
        const { units, near, far } = NEAR_ANCHOR[this.unit];
        const size = units % this.count === 0 ? near : far;
        return this.zone.toUtc(size === Infinity ? Date.UTC(year, month, 1) : Math.floor(local / size) * size);
      }
      case 'd':
        return this.zone.toUtc(Date.UTC(year, this.count === 1 ? month : 0, 1));
      case 'w':
        return this.zone.toUtc(sundayOf(this.count <= 2 ? local : Date.UTC(year, 0, 1)));
      case 'n':
      case 'y':
        return this.zone.toUtc(Date.UTC(year, 0, 1));
    }
  }

  /** END_OF_TIME when it is not before that. */
  private add(ms: number, count: number): number {
    const sum = this.sum(ms, count);
    return sum < END_OF_TIME ? sum : END_OF_TIME;
  }

  private sum(ms: number, count: number): number {
    switch (this.unit) {
      case 'd':
        return this.addDays(ms, count);
      case 'w':
        return this.addDays(ms, 7 * count);
      case 'n':
        return this.addMonths(ms, count);
      case 'y':
        return this.addMonths(ms, 12 * count);
      default:
        return ms + count * (ELAPSED_MS[this.unit] ?? 0);
    }
  }

  /** Same time of day some days later; a time that does not exist there moves, and stays moved for the buckets counted from it. */
  private addDays(ms: number, days: number): number {
    const offset = this.zone.offset(ms);
    const local = ms + offset + days * DAY_MS;
    const sameOffset = local - offset;
    const change = offset - this.zone.offset(sameOffset);
    if (change === 0) return sameOffset;
    const moved = sameOffset + change;
    const sameDay = Math.floor((moved + this.zone.offset(moved)) / DAY_MS) === Math.floor(local / DAY_MS);
    return sameDay ? moved : sameOffset;
  }

  private addMonths(ms: number, months: number): number {
    const date = new Date(ms + this.zone.offset(ms));
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate()];
    const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const timeOfDay = date.getTime() - Date.UTC(year, date.getUTCMonth(), day);
    return this.zone.toUtc(Date.UTC(year, month, Math.min(day, lastDay)) + timeOfDay);
  }
}

/** Midnight of the Sunday on or before a local time. */
function sundayOf(localMs: number): number {
  const date = new Date(localMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - date.getUTCDay());
}
