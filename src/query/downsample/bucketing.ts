import type { DownsampleSpec, GroupSpec } from '../specification';
import type { Buckets } from './buckets';
import { CalendarBuckets } from './calendar';

class FixedBuckets implements Buckets {
  constructor(private readonly length: number) {}
  start(ms: number): number {
    return ms - (ms % this.length);
  }
  next(start: number): number {
    return start + this.length;
  }
  from(start: number, ms: number): number {
    const beyond = ms - start;
    if (beyond < this.length) return start;
    return beyond < 2 * this.length ? start + this.length : this.start(ms);
  }
}

/** @throws IllegalArgumentError for a calendar interval or zone that can't be counted in */
export function bucketsOf(spec: DownsampleSpec): Buckets {
  return spec.calendar ? new CalendarBuckets(spec.interval, spec.timeZone) : new FixedBuckets(spec.intervalMs);
}

/** The first bucket start at or after the scan window's start: buckets that begin earlier are never complete. */
export function firstBucket(buckets: Buckets, spec: GroupSpec): number {
  const scanStartMs = spec.scanStart * 1000;
  const start = buckets.start(scanStartMs);
  return start === scanStartMs ? start : buckets.next(start);
}
