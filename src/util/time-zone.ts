import { IANAZone, SystemZone } from 'luxon';
import type { Zone } from 'luxon';
import { IllegalArgumentError } from './errors';
import { isJavaTimeZone } from './java-time-zones';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Local time against UTC in one zone, resolving gaps and overlaps as java.util.GregorianCalendar does. */
export class TimeZone {
  private constructor(
    readonly id: string,
    private readonly zone: Zone | null,
  ) {}

  static readonly UTC = new TimeZone('UTC', null);

  private static readonly known = new Map<string, TimeZone>([
    ['UTC', TimeZone.UTC],
    ['GMT', new TimeZone('GMT', null)],
  ]);

  /** The process's own zone (`TZ`, or the machine's). */
  static system(): TimeZone {
    return new TimeZone(SystemZone.instance.name, SystemZone.instance);
  }

  /** @throws IllegalArgumentError `Invalid timezone name: X` */
  static of(id: string): TimeZone {
    let zone = TimeZone.known.get(id);
    if (zone === undefined) {
      if (!isJavaTimeZone(id)) throw new IllegalArgumentError(`Invalid timezone name: ${id}`);
      zone = new TimeZone(id, IANAZone.create(id));
      TimeZone.known.set(id, zone);
    }
    return zone;
  }

  /** Local time minus UTC at an instant, in milliseconds. */
  offset(utcMs: number): number {
    return this.zone === null ? 0 : Math.round(this.zone.offset(utcMs) * 60_000);
  }

  /**
   * The instant at which clocks show `localMs` (a local time as if it were UTC). A local time that occurs twice is the later one,
   * one that is skipped is read with the offset before the change.
   */
  toUtc(localMs: number): number {
    if (this.zone === null) return localMs;
    const before = this.offset(localMs - DAY_MS);
    const after = this.offset(localMs + DAY_MS);
    if (before === after && this.offset(localMs - before) === before) return localMs - before;
    for (const candidate of [after, this.offset(localMs - before), before]) {
      if (this.offset(localMs - candidate) === candidate) return localMs - candidate;
    }
    return localMs - before;
  }
}

/** Whether the original knows a time zone of this name; names are case-sensitive. */
export function isTimeZone(id: string): boolean {
  return isJavaTimeZone(id);
}
