/** Seconds since the epoch of a graph's window, and how they were given. */
export interface GraphWindow {
  readonly start: number;
  readonly end: number;
  /** The start or the end moves with the clock. */
  readonly moves: boolean;
}

const HOUR = 3600;
const DAY = 86_400;

/** Whether a time counts from now. */
export const isRelative = (time: string | null): boolean => time !== null && /(?:^now|-ago)$/i.test(time);

/** How long a graph may be kept, in seconds. Mirrors GraphHandler.computeMaxAge. */
export function maxAge({ start, end, moves }: GraphWindow, now: number): number {
  if (end > now) return 0;
  if (end < now - HOUR && !moves) return DAY;
  return Math.floor((end - start) / 1024);
}

/** Whether a stored answer is too old; times in seconds. What ended in the past and was read after that does not change. Mirrors GraphHandler.staleCacheFile. */
export function isStale(modified: number, { end }: GraphWindow, mostAge: number, now: number): boolean {
  if (modified > now) return true;
  return end < now ? modified < end : now - modified > mostAge;
}
