import type { Zone } from 'luxon';
import { IllegalArgumentError } from './errors';
import { isJavaTimeZone } from './java-time-zones';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Clocks change on multiples of this. */
const SLOT_MS = 900_000;
const MAX_CACHED = 4096;

/** Local time against UTC in one zone, resolving gaps and overlaps as java.util.GregorianCalendar does. */
export class TimeZone {
  /** Offset of a whole week since the epoch; NaN where it changes inside. */
  private readonly weeks = new Map<number, number>();
  /** Offsets by quarter of an hour, inside weeks with a change. */
  private readonly slots = new Map<number, number>();

  private constructor(
    readonly id: string,
    private readonly zone: Zone | null,
  ) {}

  static readonly UTC = new TimeZone('UTC', null);

  private static readonly known = new Map<string, TimeZone>([['UTC', TimeZone.UTC]]);

  /** The process's own zone (`TZ`, or the machine's). */
  static system(): TimeZone {
    const { SystemZone } = zones();
    return new TimeZone(SystemZone.instance.name, SystemZone.instance);
  }

  /** @throws IllegalArgumentError `Invalid timezone name: X` */
  static of(id: string): TimeZone {
    let zone = TimeZone.known.get(id);
    if (zone === undefined) {
      if (!isJavaTimeZone(id)) throw new IllegalArgumentError(`Invalid timezone name: ${id}`);
      zone = new TimeZone(id, zones().IANAZone.create(id));
      TimeZone.known.set(id, zone);
    }
    return zone;
  }

  /** Local time minus UTC at an instant, in milliseconds. */
  offset(utcMs: number): number {
    if (this.zone === null) return 0;
    const week = Math.floor(utcMs / WEEK_MS);
    let offset = this.weeks.get(week);
    if (offset === undefined) {
      const first = this.lookUp(week * WEEK_MS);
      const last = this.lookUp((week + 1) * WEEK_MS - 1);
      offset = first === last ? first : NaN;
      remember(this.weeks, week, offset);
    }
    if (offset === offset) return offset;
    const slot = Math.floor(utcMs / SLOT_MS);
    let inSlot = this.slots.get(slot);
    if (inSlot === undefined) {
      inSlot = this.lookUp(slot * SLOT_MS);
      remember(this.slots, slot, inSlot);
    }
    return inSlot;
  }

  /**
   * The instant at which clocks show `localMs` (a local time as if it were UTC). A local time that occurs twice is the later one,
   * one that is skipped is read with the offset before the change.
   */
  toUtc(localMs: number): number {
    const before = this.offset(localMs - DAY_MS);
    const after = this.offset(localMs + DAY_MS);
    for (const candidate of [after, this.offset(localMs - before), before]) {
      if (this.offset(localMs - candidate) === candidate) return localMs - candidate;
    }
    return localMs - before;
  }

  private lookUp(utcMs: number): number {
    return this.zone === null ? 0 : Math.round(this.zone.offset(utcMs) * 60_000);
  }
}

/** Loaded when the first zone is asked for: few starts need one. */
const zones = (): typeof import('luxon') => require('luxon') as typeof import('luxon');

function remember(cache: Map<number, number>, key: number, offset: number): void {
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, offset);
}
